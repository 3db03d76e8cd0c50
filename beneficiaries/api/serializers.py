from rest_framework import serializers

from beneficiaries.models import Household, HouseholdPeriod, Member, MemberComponent
from core.api.serializers import MaskedNumberField


class ComponentSerializer(serializers.ModelSerializer):
    class Meta:
        model = MemberComponent
        fields = ["year", "stage", "component"]


class MemberSerializer(serializers.ModelSerializer):
    """A person. The mother's maiden name is a banking secret and is not part of any answer."""

    nik = MaskedNumberField(allow_null=True, read_only=True)
    sex = serializers.CharField(read_only=True, help_text="L, P, or empty when unknown.")
    relationship = serializers.CharField(read_only=True, help_text="Empty when unknown.")
    village = serializers.CharField(source="household.desa_id", read_only=True)

    class Meta:
        model = Member
        fields = [
            "id",
            "household",
            "nik",
            "name",
            "birth_on",
            "birth_place",
            "sex",
            "relationship",
            "status",
            "village",
            "version",
        ]
        read_only_fields = fields


class MemberDetailSerializer(MemberSerializer):
    components = ComponentSerializer(many=True, read_only=True)

    class Meta(MemberSerializer.Meta):
        fields = [*MemberSerializer.Meta.fields, "components"]
        read_only_fields = fields


class MemberChangeSerializer(serializers.Serializer):
    """What a PATCH may change, and the version it was read at."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    name = serializers.CharField(max_length=150, required=False)
    birth_on = serializers.DateField(required=False, allow_null=True)
    birth_place = serializers.CharField(max_length=100, required=False, allow_blank=True)
    sex = serializers.ChoiceField(Member.Sex, required=False, allow_blank=True)
    relationship = serializers.ChoiceField(Member.Relationship, required=False, allow_blank=True)
    nik = serializers.CharField(max_length=40, required=False, allow_null=True)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


class PeriodSerializer(serializers.ModelSerializer):
    class Meta:
        model = HouseholdPeriod
        fields = ["year", "stage", "counts", "stated_amount", "computed_amount", "ministry_status"]


class HouseholdSerializer(serializers.ModelSerializer):
    kk_number = MaskedNumberField(allow_null=True, read_only=True)
    village = serializers.CharField(source="desa_id", read_only=True)

    class Meta:
        model = Household
        fields = [
            "id",
            "status",
            "kk_number",
            "village",
            "address",
            "hamlet",
            "rt",
            "rw",
            "caretaker",
            "first_year",
            "first_stage",
            "exited_on",
            "version",
        ]
        read_only_fields = fields


class HouseholdDetailSerializer(HouseholdSerializer):
    members = MemberSerializer(many=True, read_only=True)
    periods = PeriodSerializer(many=True, read_only=True)

    class Meta(HouseholdSerializer.Meta):
        fields = [*HouseholdSerializer.Meta.fields, "members", "periods"]
        read_only_fields = fields


class HouseholdChangeSerializer(serializers.Serializer):
    """What a PATCH may change, and the version it was read at."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    address = serializers.CharField(max_length=300, required=False, allow_blank=True)
    hamlet = serializers.CharField(max_length=100, required=False, allow_blank=True)
    rt = serializers.RegexField(r"^\d{0,3}$", required=False, allow_blank=True)
    rw = serializers.RegexField(r"^\d{0,3}$", required=False, allow_blank=True)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)
