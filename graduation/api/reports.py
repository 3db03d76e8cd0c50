"""graduation-reports: the quarterly report, with the figures of page, paper and spreadsheet."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.api.permissions import RolePermission
from accounts.scopes import Scope
from core.api.filters import ALWAYS_KNOWN, YES_OR_NO
from core.api.serializers import PeriodField
from core.api.views import OfficeViewSet
from core.periods import Period
from graduation.forms.report import areas_of
from graduation.models import ReportQuarter
from graduation.models.querysets import VIEW_REPORT
from graduation.queries.report import report_of

ROUNDING = "half-up, 2 decimals"


class LineSerializer(serializers.Serializer):
    """One row: graduations by headline; administrative exits apart, never among them."""

    label = serializers.CharField()
    prosperous = serializers.IntegerField()
    local_eligibility = serializers.IntegerField()
    natural = serializers.IntegerField()
    other = serializers.IntegerField()
    graduations = serializers.IntegerField()
    published_graduations = serializers.IntegerField(help_text="Without corrections.")
    administrative = serializers.IntegerField()
    published_administrative = serializers.IntegerField(help_text="Without corrections.")


class TotalSerializer(LineSerializer):
    label = None  # type: ignore[assignment]
    families = serializers.IntegerField(allow_null=True)
    percent = serializers.DecimalField(max_digits=9, decimal_places=2, allow_null=True)


class KecamatanSerializer(LineSerializer):
    code = serializers.CharField(source="key")
    families = serializers.IntegerField(allow_null=True)
    percent = serializers.DecimalField(max_digits=9, decimal_places=2, allow_null=True)


class FacilitatorLineSerializer(LineSerializer):
    facilitator = serializers.IntegerField(
        source="key", allow_null=True, help_text="null: nobody accompanied the family."
    )


class WaySerializer(serializers.Serializer):
    code = serializers.CharField(source="key")
    label = serializers.CharField()
    headline = serializers.CharField(help_text="Empty: administrative, never graduation.")
    number = serializers.IntegerField()
    published = serializers.IntegerField(source="published_number")
    percent = serializers.SerializerMethodField(help_text="Of the families of the denominator.")
    share = serializers.SerializerMethodField(help_text="In percent of all graduations.")

    def get_percent(self, line) -> float | None:
        share = line.percent if line.headline else None
        return None if share is None else float(share)

    def get_share(self, line) -> float | None:
        share = line.share if line.headline else None
        return None if share is None else float(share)


class ReasonSerializer(serializers.Serializer):
    type = serializers.SerializerMethodField()
    code = serializers.SerializerMethodField(help_text="Empty: no reason was given.")
    label = serializers.CharField()
    headline = serializers.CharField()
    number = serializers.IntegerField()
    published = serializers.IntegerField(source="published_number")

    def get_type(self, line) -> str:
        return line.key[0]

    def get_code(self, line) -> str:
        return line.key[1]


class BaseSerializer(serializers.Serializer):
    """Periods are those of Final Closings, such as 2022-1; null where none is known."""

    first = PeriodField(help_text="First Final Closing of the year: the denominator.")
    families = serializers.IntegerField()
    opening = PeriodField()
    opening_families = serializers.IntegerField()
    exits = serializers.IntegerField()
    computed = serializers.IntegerField(help_text="Opening less exits; not the closing.")
    closing = PeriodField()
    closing_families = serializers.IntegerField()
    difference = serializers.IntegerField(allow_null=True)
    entries = serializers.IntegerField()
    gone = serializers.IntegerField()
    gone_without_exit = serializers.IntegerField()
    exits_elsewhere = serializers.IntegerField()
    unexplained = serializers.IntegerField(allow_null=True)
    growth_percent = serializers.FloatField(allow_null=True, help_text="Of the opening.")
    new_percent = serializers.FloatField(
        allow_null=True, help_text="New families in percent of the closing."
    )


class CorrectionSerializer(serializers.Serializer):
    quarter = PeriodField(source="period")
    at = serializers.DateTimeField()
    reason = serializers.CharField(help_text="Empty for who sees only a part of the kabupaten.")
    by = serializers.CharField()
    graduations = serializers.IntegerField()
    administrative = serializers.IntegerField()


class TargetFigureSerializer(serializers.Serializer):
    """The target of the year; `percent` is of the families it was set against."""

    type = serializers.CharField(source="code")
    label = serializers.CharField()
    number = serializers.IntegerField()
    families = serializers.IntegerField(allow_null=True)
    base = serializers.CharField(help_text="Final Closing, such as 2023-2; empty if unknown.")
    percent = serializers.FloatField(allow_null=True)
    reached = serializers.IntegerField(help_text="In the year until the end of the quarter.")
    reached_percent = serializers.FloatField(allow_null=True)


class ReportSerializer(serializers.Serializer):
    area = serializers.CharField(source="area.pk")
    quarter = PeriodField(source="period")
    cumulative = serializers.BooleanField()
    locked = serializers.BooleanField()
    locked_at = serializers.DateTimeField(source="quarter.locked_at", default=None)
    locked_by = serializers.SerializerMethodField()
    rounding = serializers.SerializerMethodField()
    total = TotalSerializer()
    headlines = WaySerializer(many=True)
    types = WaySerializer(many=True, source="graduation_types")
    administrative = WaySerializer(many=True)
    kecamatan = KecamatanSerializer(many=True)
    facilitators = FacilitatorLineSerializer(many=True)
    reasons = ReasonSerializer(many=True)
    targets = TargetFigureSerializer(many=True)
    targets_together = TargetFigureSerializer(
        allow_null=True, help_text="null with one target, or set against other families."
    )
    base = BaseSerializer()
    base_as_locked = serializers.BooleanField()
    corrections = CorrectionSerializer(many=True)

    def get_locked_by(self, report) -> str | None:
        return str(report.quarter.locked_by) if report.locked else None

    def get_rounding(self, report) -> str:
        return ROUNDING


class GraduationReportViewSet(OfficeViewSet):
    """The report of a quarter such as 2022-4, of one's kabupaten unless `area` names another."""

    queryset = ReportQuarter.objects.none()
    serializer_class = ReportSerializer
    permission_classes = [RolePermission]
    required_permission = {"GET": VIEW_REPORT}
    required_scope = {"GET": Scope.GRADUATION_READ}
    query_parameters = frozenset({"area", "cumulative"})
    lookup_value_regex = r"(?:19|20)\d{2}-[1-4]"
    lookup_url_kwarg = "quarter"
    http_method_names = ["get", "head", "options"]

    @extend_schema(
        operation_id="graduation_reports_retrieve",
        parameters=[
            OpenApiParameter("area", str, description="Code of a kabupaten or kecamatan."),
            OpenApiParameter(
                "cumulative", bool, description="The year until the end of the quarter."
            ),
            OpenApiParameter("quarter", str, "path", description="Such as 2022-4."),
        ],
    )
    def retrieve(self, request, *args, **kwargs):
        asked = request.query_params
        unknown = sorted(set(asked) - self.query_parameters - ALWAYS_KNOWN)
        if unknown:
            raise ValidationError(
                {name: _("This filter does not exist.") for name in unknown}, code="unknown_filter"
            )
        cumulative = asked.get("cumulative", "false").lower()
        if cumulative not in YES_OR_NO:
            raise ValidationError({"cumulative": _("Write true or false.")})
        area = asked.get("area", "")
        if "\x00" in area:
            raise ValidationError({"area": _("This value cannot be read.")})
        if not area:
            areas = areas_of(request.user)
            area = areas[0].pk if areas else ""
        report = report_of(
            request.user,
            area,
            Period.parse(kwargs["quarter"]),
            cumulative=YES_OR_NO[cumulative],
        )
        return Response(self.get_serializer(report).data)
