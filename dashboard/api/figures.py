"""figures: the numbers people read, each with its definition, and the rows it opens.

The same question as on the page: the value, its rows, the print and the spreadsheet agree.
"""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from accounts.api.permissions import SIGNED_IN, RolePermission
from accounts.scopes import Scope
from core.api.filters import refuse_unknown
from core.api.pagination import KeysetPagination
from core.api.views import OfficeViewSet
from dashboard.figures import FIGURES, Asked, count
from dashboard.figures.listing import Line, Rows

AREA = OpenApiParameter("area", str, description="Code of a desa or above it, as on the page.")
PART = OpenApiParameter(
    "part", str, description="Some figures are told apart further, such as by the way to leave."
)


class FigureAreaSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class FigureSerializer(serializers.Serializer):
    key = serializers.SlugField()
    title = serializers.CharField()
    definition = serializers.CharField()
    source = serializers.CharField()
    value = serializers.IntegerField(help_text="How many rows it has.")
    unit = serializers.CharField(help_text="What one row is.")
    scope = FigureAreaSerializer(
        many=True,
        help_text="The areas counted: the one asked for, or the asker's. Empty: the asker's own.",
    )
    as_of = serializers.DateTimeField()
    rows = serializers.URLField(help_text="Where its rows are.")


class FigureListSerializer(serializers.Serializer):
    """All of them stand on one page; the envelope is that of every list."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = FigureSerializer(many=True)


class FigureFactSerializer(serializers.Serializer):
    label = serializers.CharField()
    value = serializers.CharField(allow_blank=True)


class FigureRowSerializer(serializers.Serializer):
    """A row as the page shows it; numbers are masked."""

    id = serializers.CharField()
    title = serializers.CharField()
    place = serializers.CharField(allow_blank=True)
    within = serializers.CharField(source="beneath", allow_blank=True)
    details = serializers.CharField(source="say", allow_blank=True)
    facts = FigureFactSerializer(many=True)
    at = serializers.SerializerMethodField(help_text="Day or moment by which it is listed.")
    url = serializers.CharField(allow_blank=True, help_text="Page of the row in the application.")

    @extend_schema_field({"type": ["string", "null"], "examples": ["2026-11-02"]})
    def get_at(self, row) -> str | None:
        when = row["at"]
        return when.isoformat() if when else None


class FigureViewSet(OfficeViewSet):
    """Numbers of the asker's work and territory, each with its definition, source and rows."""

    serializer_class = FigureSerializer
    pagination_class = None
    filter_backends = []
    permission_classes = [RolePermission]
    # Which figures somebody has is said by each of them.
    required_permission = {"GET": SIGNED_IN}
    required_scope = {"GET": Scope.READ}
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9-]{1,60}"
    http_method_names = ["get", "head", "options"]

    @extend_schema(parameters=[AREA], responses=forced_singular_serializer(FigureListSerializer))
    def list(self, request):
        """The asker's figures, all counted in one statement."""
        refuse_unknown(request, {"area"})
        asked, area = Asked(request.user, timezone.now()), request.query_params.get("area", "")
        figures = [one for one in FIGURES.values() if one.opens_to(asked)]
        numbers = count(asked, figures, area)
        results = [self._said(Rows(one, asked, area), numbers[one.key].total) for one in figures]
        return Response({"next": None, "previous": None, "results": results})

    @extend_schema(parameters=[AREA, PART])
    def retrieve(self, request, key=None):
        """One figure."""
        refuse_unknown(request, {"area", "part"})
        rows = self._rows(key)
        return Response(self._said(rows, rows.number()))

    @extend_schema(
        parameters=[AREA, PART],
        responses=FigureRowSerializer(many=True),
        operation_id="figures_rows_list",
    )
    @action(detail=True, serializer_class=FigureRowSerializer, pagination_class=KeysetPagination)
    def rows(self, request, key=None):
        """The rows of a figure, as the page lists them."""
        refuse_unknown(request, {"area", "part", "cursor", "page_size"})
        rows = self._rows(key)
        kind = rows.kind
        found = self.paginator.paginate(
            rows.readable, request, fields=kind.order, newest_first=kind.newest_first
        )
        lines = [_row(rows, row, kind.line(row)) for row in found]
        return self.get_paginated_response(FigureRowSerializer(lines, many=True).data)

    def _rows(self, key) -> Rows:
        figure = FIGURES.get(key)
        if figure is None:
            raise Http404
        asked = Asked(self.request.user, timezone.now())
        if not figure.opens_to(asked):
            raise PermissionDenied
        query = self.request.query_params
        return Rows(figure, asked, query.get("area", ""), query.get("part", ""))

    def _said(self, rows: Rows, value: int) -> dict:
        figure = rows.figure
        here = self.reverse_action("rows", args=[figure.key])
        query = self.request.GET.urlencode()
        return FigureSerializer(
            {
                "key": figure.key,
                "title": figure.label,
                "definition": figure.said(rows.asked),
                "source": figure.source,
                "value": value,
                "unit": rows.kind.what,
                "scope": [{"code": one.pk, "name": one.name} for one in rows.areas()],
                "as_of": rows.asked.at,
                "rows": f"{here}?{query}" if query else here,
            }
        ).data


def _row(rows: Rows, row, line: Line) -> dict:
    pk = row.pk if isinstance(row.pk, tuple) else (row.pk,)
    facts = zip(rows.kind.facts, line.facts, strict=False)
    return {
        "id": "-".join(map(str, pk)),
        "title": line.title,
        "place": line.place,
        "beneath": line.beneath,
        "say": line.say,
        "facts": [{"label": label, "value": value} for label, value in facts],
        "at": line.moment or line.day,
        "url": line.url,
    }
