"""graduation-candidates: who loses the last component in which quarter, who is ready by choice."""

from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin

from accounts.api.permissions import RolePermission
from accounts.scopes import Scope
from areas.api.filters import InAreaFilter
from core.api.filters import IdFilter
from core.api.views import OfficeViewSet
from core.periods import Period
from graduation.models import Candidate
from graduation.models.querysets import VIEW_CASE
from graduation.queries.candidates import KINDS


class CandidateSerializer(serializers.ModelSerializer):
    quarter = serializers.SerializerMethodField(help_text="Such as 2027-3; null without an end.")

    class Meta:
        model = Candidate
        fields = [
            "household",
            "quarter",
            "ends_on",
            "member",
            "component",
            "ready_by",
            "computed_at",
        ]
        read_only_fields = fields

    def get_quarter(self, candidate) -> str | None:
        return str(candidate.period) if candidate.period else None


class CandidateFilter(filters.FilterSet):
    quarter = filters.CharFilter(method="filter_quarter", help_text="Such as 2027-3.")
    kind = filters.ChoiceFilter(
        method="filter_kind",
        choices=[(kind, kind) for kind in KINDS],
        help_text="`ends`: loses the last component; `choice`: ready by choice. Some are both.",
    )
    village = InAreaFilter("household__desa__code")
    household = IdFilter()

    class Meta:
        model = Candidate
        fields: list[str] = []

    def filter_quarter(self, queryset, name, text):
        try:
            period = Period.parse(text)
        except ValueError:
            raise ValidationError({"quarter": _("A period looks like 2026-4.")}) from None
        return queryset.filter(year=period.year, quarter=period.stage)

    def filter_kind(self, queryset, name, kind):
        return queryset.filter(KINDS[kind])


class CandidateViewSet(ListModelMixin, OfficeViewSet):
    """Counted every night; `ends_on` is the first day without any component."""

    queryset = Candidate.objects.none()
    serializer_class = CandidateSerializer
    permission_classes = [RolePermission]
    required_permission = {"GET": VIEW_CASE}
    required_scope = {"GET": Scope.GRADUATION_READ}
    filterset_class = CandidateFilter
    ordering_fields = ("household",)
    ordering = ("household",)

    def get_queryset(self):
        return Candidate.objects.visible_to(self.request.user)
