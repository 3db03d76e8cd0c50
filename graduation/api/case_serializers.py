from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.paging import LARGEST_ID
from graduation.models import CaseFlag, CaseStep, GraduationCase
from graduation.services import missing_for_approval

LARGEST_VERSION = 2**31 - 1
LONGEST_REASON = 500


class CaseStepSerializer(serializers.ModelSerializer):
    """One step; the first of a case has no earlier state."""

    by = serializers.CharField(
        source="by.full_name",
        allow_null=True,
        default=None,
        help_text="Empty when a ministry file did it.",
    )

    class Meta:
        model = CaseStep
        fields = ["earlier", "state", "on", "reason", "by", "at"]
        read_only_fields = fields


class CaseFlagSerializer(serializers.ModelSerializer):
    """What happened in the family meanwhile; settled once somebody looked."""

    settled_by = serializers.CharField(source="settled_by.full_name", allow_null=True, default=None)

    class Meta:
        model = CaseFlag
        fields = ["id", "kind", "raised_at", "settled_at", "settled_by", "note"]
        read_only_fields = fields


class CaseSerializer(serializers.ModelSerializer):
    """A case as lists show it; `version` goes with every step."""

    type = serializers.CharField(source="type.code")
    reason = serializers.CharField(source="reason.code", allow_null=True, default=None)
    village = serializers.CharField(source="household.desa_id")
    flagged = serializers.BooleanField(
        source="is_flagged", help_text="An open flag waits for somebody to look."
    )

    class Meta:
        model = GraduationCase
        fields = [
            "id",
            "household",
            "village",
            "type",
            "reason",
            "state",
            "target_year",
            "opened_at",
            "moved_at",
            "visit",
            "statement_on",
            "approved_on",
            "submitted_on",
            "submitted_as",
            "flagged",
            "version",
        ]
        read_only_fields = fields


class CaseDetailSerializer(CaseSerializer):
    """With every step, every flag and what the approval still needs."""

    steps = CaseStepSerializer(many=True, read_only=True)
    flags = CaseFlagSerializer(many=True, read_only=True)
    missing = serializers.SerializerMethodField(
        help_text="What the way to leave asks for and the case does not have: sentences."
    )

    class Meta(CaseSerializer.Meta):
        fields = [*CaseSerializer.Meta.fields, "missing", "steps", "flags"]
        read_only_fields = fields

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_missing(self, case) -> list[str]:
        return missing_for_approval(case) if case.is_open else []


class CaseWriteSerializer(serializers.Serializer):
    """A new case; with `id` it may be sent again."""

    id = serializers.UUIDField(required=False, allow_null=True, default=None)
    household = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    type = serializers.SlugField(max_length=30, help_text="Code of the way to leave.")
    reason = serializers.SlugField(
        max_length=30, required=False, allow_blank=True, allow_null=True, default=None
    )
    target_year = serializers.IntegerField(
        min_value=2007, max_value=2200, required=False, allow_null=True, default=None
    )
    note = serializers.CharField(
        max_length=LONGEST_REASON, required=False, allow_blank=True, default=""
    )
    proposed = serializers.BooleanField(
        required=False, default=False, help_text="False: a potential case only."
    )


class StepSerializer(serializers.Serializer):
    """A step without anything more to say; `version` is that of the case as it was read."""

    version = serializers.IntegerField(min_value=1, max_value=LARGEST_VERSION)
    note = serializers.CharField(
        max_length=LONGEST_REASON, required=False, allow_blank=True, default=""
    )


class VisitStepSerializer(StepSerializer):
    visit = serializers.UUIDField(help_text="A visit to this family, of the last 90 days.")


class SubmitStepSerializer(StepSerializer):
    number = serializers.CharField(max_length=60, help_text="Of the submission.")


class ConfirmStepSerializer(StepSerializer):
    on = serializers.DateField(help_text="The day the family left.")
    document_number = serializers.CharField(max_length=60, help_text="Of the decree.")
    correction_reason = serializers.CharField(
        max_length=LONGEST_REASON,
        required=False,
        allow_blank=True,
        default="",
        help_text="Needed when the day lies in a locked quarter.",
    )


class ReasonStepSerializer(serializers.Serializer):
    version = serializers.IntegerField(min_value=1, max_value=LARGEST_VERSION)
    reason = serializers.CharField(max_length=LONGEST_REASON)


class ReactivateStepSerializer(serializers.Serializer):
    version = serializers.IntegerField(min_value=1, max_value=LARGEST_VERSION)
    reason = serializers.CharField(max_length=300)
    on = serializers.DateField(help_text="In the programme again since.")
