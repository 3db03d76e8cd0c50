from rest_framework import serializers

from core.paging import LARGEST_ID
from facilitators.models import HEALTH, CommitmentCheck, CommitmentMonth, Outcome


class EvidenceSerializer(serializers.ModelSerializer):
    """One month: days of school, or whether the member came to the health post."""

    month = serializers.SerializerMethodField()

    class Meta:
        model = CommitmentMonth
        fields = [
            "id",
            "month",
            "days",
            "without_leave",
            "with_leave",
            "ill",
            "stated_percent",
            "attended",
            "checked_on",
            "place",
            "note",
            "recorded_at",
        ]
        read_only_fields = fields

    def get_month(self, evidence) -> str:
        return f"{evidence.month:%Y-%m}"


class CommitmentCheckSerializer(serializers.ModelSerializer):
    """What a member owes for one component in one quarter, and the outcome so far."""

    period = serializers.SerializerMethodField(help_text="Year and quarter, such as 2026-4.")
    closed = serializers.SerializerMethodField()
    school = serializers.SerializerMethodField(help_text="NPSN and name, or null.")
    corrected_to = serializers.ChoiceField(
        Outcome.choices,
        allow_null=True,
        help_text="What a correction after the closing says; the outcome itself stays.",
    )

    class Meta:
        model = CommitmentCheck
        fields = [
            "id",
            "period",
            "closed",
            "household",
            "member",
            "component",
            "school",
            "outcome",
            "percent",
            "visits",
            "months",
            "reason",
            "corrected_to",
        ]
        read_only_fields = fields

    def get_period(self, check) -> str:
        return str(check.quarter.period)

    def get_closed(self, check) -> bool:
        return check.quarter.closed_at is not None

    def get_school(self, check) -> dict | None:
        return {"npsn": check.school.npsn, "name": check.school.name} if check.school else None


class CommitmentCheckDetailSerializer(CommitmentCheckSerializer):
    evidence = EvidenceSerializer(many=True)

    class Meta(CommitmentCheckSerializer.Meta):
        fields = [*CommitmentCheckSerializer.Meta.fields, "evidence"]
        read_only_fields = fields


class HealthCheckInputSerializer(serializers.Serializer):
    """Whether a member came to the health post in a month; `id` is made by the phone, once."""

    id = serializers.UUIDField(required=False)
    member = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    component = serializers.ChoiceField([(one.value, one.label) for one in HEALTH])
    month = serializers.DateField(
        input_formats=["%Y-%m"], help_text="Such as 2026-10; at most one record a month."
    )
    attended = serializers.BooleanField()
    checked_on = serializers.DateField(required=False, allow_null=True, default=None)
    place = serializers.CharField(max_length=150, required=False, allow_blank=True, default="")
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    device_at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        default=None,
        help_text="When it was noted on the phone: for a while it may arrive after a handover.",
    )


class HealthCheckSerializer(serializers.ModelSerializer):
    """What was recorded, and the check of the quarter as it stands after it; null when it went to a
    colleague meanwhile."""

    month = serializers.SerializerMethodField()
    member = serializers.IntegerField(source="check_of.member_id")
    component = serializers.CharField(source="check_of.component")
    check = serializers.SerializerMethodField()

    class Meta:
        model = CommitmentMonth
        fields = [
            "id",
            "member",
            "component",
            "month",
            "attended",
            "checked_on",
            "place",
            "note",
            "recorded_at",
            "check",
        ]
        read_only_fields = fields

    def get_month(self, evidence) -> str:
        return f"{evidence.month:%Y-%m}"

    def get_check(self, evidence) -> CommitmentCheckSerializer | None:
        check = self.context["check"]
        return CommitmentCheckSerializer(check).data if check else None


class BatchSerializer(serializers.Serializer):
    checks = HealthCheckInputSerializer(many=True)


class BatchResultSerializer(serializers.Serializer):
    id = serializers.CharField(allow_null=True)
    status = serializers.IntegerField()
    outcome = serializers.CharField(required=False)
    error = serializers.DictField(required=False)


class BatchAnswerSerializer(serializers.Serializer):
    results = BatchResultSerializer(many=True)
