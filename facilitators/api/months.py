"""A list of facilitators in a month: what work-progress and performance-results share."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.forms import DateField as FormDay
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.permissions import RolePermission
from accounts.scopes import Scope
from areas.api.filters import InAreaFilter
from core.api.views import OfficeViewSet
from facilitators.models import Facilitator
from facilitators.models.work_querysets import KEEP_WORK, VIEW_WORK
from facilitators.queries.months import Month, seen_by

MONTH = OpenApiParameter(
    "month", OpenApiTypes.STR, description="Such as 2026-11; the month of today when left out."
)


def clean_month(text: str) -> Month:
    """Refuses what is no month of the office's calendar."""
    try:
        first = dt.datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        first = None
    if first is None or not 2000 <= first.year <= 2100:
        raise serializers.ValidationError({"month": _("Write the month like 2026-11.")})
    return Month(first)


class MonthFilterField(FormDay):
    def to_python(self, value):
        if value in self.empty_values:
            return None
        try:
            return clean_month(str(value)).first
        except serializers.ValidationError:
            raise ValidationError(_("Write the month like 2026-11."), code="invalid") from None


class MonthFilter(filters.Filter):
    field_class = MonthFilterField


class PeopleFilter(filters.FilterSet):
    month = MonthFilter(method="filter_nothing", help_text="Such as 2026-11; this month if empty.")
    area = InAreaFilter("area_code")  # the place of work

    class Meta:
        model = Facilitator
        fields: list[str] = []

    def filter_nothing(self, queryset, name, value):
        return queryset  # the month is what the view counts


class PeopleOfAMonthViewSet(OfficeViewSet):
    """One row a facilitator; `lines_for(people, month)` counts a whole page at once."""

    queryset = Facilitator.objects.none()
    permission_classes = [RolePermission]
    required_permission = {"GET": (VIEW_WORK, KEEP_WORK)}
    required_scope = {"GET": Scope.FIELD_READ}
    filterset_class = PeopleFilter
    ordering_fields = ("id", "name")
    ordering = ("id",)
    http_method_names = ["get", "head", "options"]

    def lines_for(self, people, month):
        raise NotImplementedError

    def asked_month(self) -> Month:
        text = self.request.query_params.get("month", "")
        return clean_month(text) if text else Month(timezone.localdate().replace(day=1))

    def get_queryset(self):
        return seen_by(self.request.user, self.asked_month()).accompanying()

    def list(self, request, *args, **kwargs):
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self._rows(page))

    def retrieve(self, request, *args, **kwargs):
        (row,) = self._rows([self.get_object()])
        return Response(row)

    def _rows(self, people):
        month = self.asked_month()
        lines = self.lines_for(people, month)
        return self.get_serializer(lines, many=True, context={"month": month}).data
