from rest_framework import serializers

from facilitators.models import CaseloadAssignment, Facilitator


class FacilitatorSerializer(serializers.ModelSerializer):
    """Who works for the programme. The NIP stays inside the office's pages."""

    area = serializers.CharField(
        source="area_code", allow_null=True, help_text="Code of the area of today's posting."
    )
    families = serializers.IntegerField(help_text="Families entrusted today.")

    class Meta:
        model = Facilitator
        fields = [
            "id",
            "name",
            "position",
            "employment",
            "area",
            "base_village",
            "starts_on",
            "ends_on",
            "families",
        ]
        read_only_fields = fields


class AssignmentSerializer(serializers.ModelSerializer):
    """A family with its facilitator, from when to when; both days belong to it."""

    class Meta:
        model = CaseloadAssignment
        fields = ["id", "household", "facilitator", "starts_on", "ends_on", "reason", "recorded_at"]
        read_only_fields = fields
