import math

from rest_framework import serializers

from core.free_text import no_identity_number
from core.paging import LARGEST_ID
from facilitators.models import ChangeProposal, Purpose, Visit, VisitRequest

LARGEST_VERSION = 2**31 - 1


class ProposalSerializer(serializers.ModelSerializer):
    """What a visit found to be otherwise; `conflict` when the record had moved on before."""

    class Meta:
        model = ChangeProposal
        fields = ["id", "kind", "member", "values", "version", "conflict", "state", "reason"]
        read_only_fields = fields


class VisitSerializer(serializers.ModelSerializer):
    proposals = ProposalSerializer(many=True, read_only=True)
    warnings = serializers.SerializerMethodField(
        help_text="`outside_the_country`: the position lies outside 95-141 E, 11 S-6 N. The others"
        " are marks found on arrival: `clock`, `late`, `other_day`, `far`, `same_photo`, `many`."
        " They inform; no visit is refused for one."
    )

    class Meta:
        model = Visit
        fields = [
            "id",
            "facilitator",
            "household",
            "purpose",
            "request",
            "device_at",
            "sent_at",
            "recorded_at",
            "latitude",
            "longitude",
            "accuracy_m",
            "people_met",
            "note",
            "next_step",
            "next_on",
            "version",
            "warnings",
            "proposals",
        ]
        read_only_fields = fields

    def get_warnings(self, visit) -> list[str]:
        outside = ["outside_the_country"] if visit.outside_the_country else []
        return outside + sorted(mark.kind for mark in visit.marks.all())


class VisitRequestSerializer(serializers.ModelSerializer):
    """What somebody at a desk needs to know from a family's home."""

    member_name = serializers.CharField(source="member.name", allow_null=True, default=None)
    asked_by = serializers.CharField(source="asked_by.full_name")
    visits = serializers.PrimaryKeyRelatedField(
        many=True, read_only=True, help_text="The visits that named it, its answer."
    )

    class Meta:
        model = VisitRequest
        fields = [
            "id",
            "household",
            "member",
            "member_name",
            "purpose",
            "wanted",
            "due_on",
            "asked_by",
            "asked_at",
            "state",
            "closed_at",
            "visits",
        ]
        read_only_fields = fields


class FiniteFloatField(serializers.FloatField):
    """No NaN, no infinity: neither is anywhere, and JSON knows neither."""

    def to_internal_value(self, data):
        value = super().to_internal_value(data)
        if not math.isfinite(value):
            self.fail("invalid")
        return value


class ProposedSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(ChangeProposal.Kind.choices)
    member = serializers.IntegerField(
        min_value=1, max_value=LARGEST_ID, required=False, allow_null=True, default=None
    )
    version = serializers.IntegerField(
        min_value=1,
        max_value=LARGEST_VERSION,
        help_text="Of the member, or of the family without one, as it was read.",
    )
    values = serializers.DictField(default=dict)


class VisitWriteSerializer(serializers.Serializer):
    """A visit as the phone sends it; `id` is made there, once."""

    id = serializers.UUIDField()
    household = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    purpose = serializers.ChoiceField(Purpose.choices)
    request = serializers.IntegerField(
        min_value=1,
        max_value=LARGEST_ID,
        required=False,
        allow_null=True,
        default=None,
        help_text="Of visit-requests: the question this visit answers.",
    )
    device_at = serializers.DateTimeField(help_text="When the visit was made, by the phone.")
    sent_at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The phone's clock at the moment of sending.",
    )
    latitude = FiniteFloatField(
        min_value=-90, max_value=90, required=False, allow_null=True, default=None
    )
    longitude = FiniteFloatField(
        min_value=-180, max_value=180, required=False, allow_null=True, default=None
    )
    accuracy_m = FiniteFloatField(
        min_value=0, max_value=1_000_000, required=False, allow_null=True, default=None
    )
    people_met = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    next_step = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    next_on = serializers.DateField(required=False, allow_null=True, default=None)
    proposals = ProposedSerializer(many=True, required=False, default=list, max_length=50)


class VisitChangeSerializer(serializers.Serializer):
    version = serializers.IntegerField(min_value=1, max_value=LARGEST_VERSION)
    reason = serializers.CharField(
        max_length=300, validators=[no_identity_number], help_text="Why; kept beside the old words."
    )
    people_met = serializers.CharField(
        max_length=300, validators=[no_identity_number], required=False, allow_blank=True
    )
    note = serializers.CharField(
        max_length=4000, validators=[no_identity_number], required=False, allow_blank=True
    )
    next_step = serializers.CharField(
        max_length=300, validators=[no_identity_number], required=False, allow_blank=True
    )
    next_on = serializers.DateField(required=False, allow_null=True)


class BatchSerializer(serializers.Serializer):
    visits = VisitWriteSerializer(many=True)


class BatchResultSerializer(serializers.Serializer):
    id = serializers.CharField(allow_null=True)
    status = serializers.IntegerField()
    conflicts = serializers.IntegerField(required=False)
    error = serializers.DictField(required=False)


class BatchAnswerSerializer(serializers.Serializer):
    results = BatchResultSerializer(many=True)


class PhotoSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    file = serializers.FileField()
    kind = serializers.ChoiceField(
        ["photo", "signature"],
        default="photo",
        help_text="`signature`: of whoever was met, drawn on the phone; one a visit.",
    )
    sha256 = serializers.RegexField(
        r"^[0-9a-f]{64}\Z",
        required=False,
        help_text="Of the bytes sent; what arrives otherwise is refused (`photo_damaged`).",
    )
