from rest_framework import serializers

from dtks.models import Decision, Difference, Snapshot, SourceRow


class SnapshotSerializer(serializers.ModelSerializer):
    """A ministry file: how far it has come, how many rows and problems, what was reconciled."""

    period = serializers.SerializerMethodField()

    class Meta:
        model = Snapshot
        fields = [
            "id",
            "source",
            "layout",
            "period",
            "area",
            "file_name",
            "size_bytes",
            "sha256",
            "sheet",
            "state",
            "rows_read",
            "rows_staged",
            "rows_rejected",
            "rows_with_warnings",
            "problem_counts",
            "totals",
            "load_preview",
            "loaded",
            "refusal",
            "uploaded_at",
            "staged_at",
            "decided_at",
            "reconciled_at",
        ]
        read_only_fields = fields

    def get_period(self, snapshot) -> str:
        return str(snapshot.period)


class SnapshotUploadSerializer(serializers.Serializer):
    """multipart/form-data: the file, what it is, and the period it speaks of."""

    file = serializers.FileField(allow_empty_file=True)
    source = serializers.ChoiceField(Snapshot.Source)
    period = serializers.RegexField(r"^(19|20)\d{2}-[1-4]$")
    sheet = serializers.CharField(max_length=255, required=False, allow_blank=True)
    id = serializers.UUIDField(
        required=False, help_text="Made by the sender; does what an Idempotency-Key does."
    )


class SnapshotRefusalSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=300)


class ProblemSerializer(serializers.Serializer):
    code = serializers.CharField()
    severity = serializers.CharField()
    column = serializers.CharField(allow_null=True)
    value = serializers.CharField()
    message = serializers.CharField()


class RowSerializer(serializers.ModelSerializer):
    """A row as it came, identity columns masked, with its problems."""

    cells = serializers.SerializerMethodField()
    problems = serializers.SerializerMethodField()

    class Meta:
        model = SourceRow
        fields = ["row_number", "cells", "problems"]

    def get_cells(self, row) -> dict[str, str]:
        return self.context["cells_of"](row)

    def get_problems(self, row) -> ProblemSerializer(many=True):  # type: ignore[valid-type]
        return ProblemSerializer(self.context["problems_of"](row), many=True).data


class DifferenceSerializer(serializers.ModelSerializer):
    """What the file says about one member, or a person only the file knows.

    `score` is in bits; `weights` per field add up to it.
    """

    member_name = serializers.CharField(source="member.name", allow_null=True, default=None)
    village = serializers.CharField(source="village_id", allow_null=True)
    score = serializers.SerializerMethodField()
    weights = serializers.SerializerMethodField()
    verdict = serializers.CharField(source="decision.verdict", allow_null=True, default=None)
    visit_request = serializers.IntegerField(
        source="decision.visit_request_id",
        allow_null=True,
        default=None,
        help_text="Of visit-requests: what was asked of the field, and its answer.",
    )

    class Meta:
        model = Difference
        fields = [
            "id",
            "member",
            "member_name",
            "row_number",
            "outcome",
            "kind",
            "rule",
            "probability",
            "score",
            "weights",
            "candidates",
            "changed_fields",
            "village",
            "verdict",
            "visit_request",
        ]
        read_only_fields = fields

    def get_score(self, difference) -> float | None:
        return None if difference.score is None else difference.score / 100

    def get_weights(self, difference) -> dict[str, float] | None:
        if difference.weights is None:
            return None
        names = self.context["weight_fields"]
        return {name: bits / 100 for name, bits in zip(names, difference.weights, strict=True)}


class DecisionInputSerializer(serializers.Serializer):
    verdict = serializers.ChoiceField(Decision.Verdict)
    row_number = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    fields = serializers.ListField(  # type: ignore[assignment]
        child=serializers.CharField(max_length=30), required=False, max_length=20
    )
    note = serializers.CharField(
        max_length=500,
        required=False,
        allow_blank=True,
        help_text="With `ask_field`: what the visit should find out.",
    )
    due_on = serializers.DateField(
        required=False, allow_null=True, help_text="With `ask_field`: needed until."
    )


class DecisionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Decision
        fields = [
            "id",
            "snapshot",
            "member",
            "row_number",
            "verdict",
            "fields",
            "note",
            "visit_request",
            "at",
            "withdrawn_at",
        ]
        read_only_fields = fields
