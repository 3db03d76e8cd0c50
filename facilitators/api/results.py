"""performance-results: the nine RHK counters of facilitators in a month."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from facilitators.api.months import MONTH, PeopleOfAMonthViewSet
from facilitators.queries.results import lines_for


class CountSerializer(serializers.Serializer):
    records = serializers.IntegerField(source="number")
    with_evidence = serializers.IntegerField(source="shown")
    without_evidence = serializers.IntegerField(source="bare")
    settled = serializers.IntegerField()


class ResultSerializer(serializers.Serializer):
    number = serializers.IntegerField(source="target.number")
    name = serializers.CharField(source="target.name")
    unit = serializers.CharField(source="target.unit")
    target = serializers.IntegerField(source="target.target", help_text="Of a year.")
    confirmed = serializers.BooleanField(
        source="target.confirmed", help_text="Compared with the letter that orders it."
    )
    month = CountSerializer()
    year = CountSerializer(help_text="From January to the end of the month.")
    reached_percent = serializers.SerializerMethodField()
    no_source_yet = serializers.SerializerMethodField(
        help_text="Sources of which this office keeps no records yet."
    )

    def get_reached_percent(self, result) -> int | None:
        return None if result.reached is None else int(result.reached)

    def get_no_source_yet(self, result) -> list[str]:
        return result.missing_sources


class PerformanceSerializer(serializers.Serializer):
    facilitator = serializers.IntegerField(source="facilitator.pk")
    name = serializers.CharField(source="facilitator.name")
    area = serializers.CharField(source="facilitator.area_code", allow_null=True)
    month = serializers.SerializerMethodField()
    results = ResultSerializer(many=True)

    def get_month(self, line) -> str:
        return self.context["month"].first.strftime("%Y-%m")


@extend_schema_view(
    list=extend_schema(operation_id="performance_results_list"),
    retrieve=extend_schema(operation_id="performance_results_retrieve", parameters=[MONTH]),
)
class PerformanceResultViewSet(PeopleOfAMonthViewSet):
    """Nine results a facilitator (RHK), counted from records; the id is the facilitator's."""

    serializer_class = PerformanceSerializer

    def lines_for(self, people, month):
        return lines_for(people, month)
