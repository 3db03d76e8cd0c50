from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin

from accounts.api.permissions import RolePermission
from accounts.scopes import Scope
from areas.api.filters import InAreaFilter
from core.api.filters import IdFilter
from core.api.views import OfficeViewSet
from facilitators.api.caseload_serializers import AssignmentSerializer, FacilitatorSerializer
from facilitators.models import CaseloadAssignment, Facilitator
from facilitators.queries import caseloads as queries


class FacilitatorFilter(filters.FilterSet):
    area = InAreaFilter("area_code")
    on = filters.DateFilter(method="filter_on", help_text="At work on this day.")

    class Meta:
        model = Facilitator
        fields = ["position", "employment"]

    def filter_on(self, queryset, name, day):
        return queryset.held_on(day)


@extend_schema_view(
    list=extend_schema(parameters=[OpenApiParameter("search", str, description="Part of a name.")])
)
class FacilitatorViewSet(ListModelMixin, RetrieveModelMixin, OfficeViewSet):
    """The programme's staff in the asker's territory, those who left included."""

    queryset = Facilitator.objects.none()
    serializer_class = FacilitatorSerializer
    permission_classes = [RolePermission]
    required_permission = {"GET": "facilitators.view_facilitator"}
    required_scope = {"GET": Scope.FIELD_READ}
    filterset_class = FacilitatorFilter
    query_parameters = frozenset({"search"})
    ordering_fields = ("id", "name")
    ordering = ("id",)

    def get_queryset(self):
        people = Facilitator.objects.visible_to(self.request.user)
        if text := self.request.query_params.get("search", "").strip():
            people = people.filter(name__icontains=text)
        return queries.with_numbers(people, timezone.localdate())


class AssignmentFilter(filters.FilterSet):
    household = IdFilter()
    facilitator = IdFilter()
    village = InAreaFilter("household__desa__code")
    on = filters.DateFilter(method="filter_on", help_text="Who was responsible on this day.")

    class Meta:
        model = CaseloadAssignment
        fields: list[str] = []

    def filter_on(self, queryset, name, day):
        return queryset.held_on(day)


class AssignmentViewSet(ListModelMixin, RetrieveModelMixin, OfficeViewSet):
    """Who accompanies which family, today and before."""

    queryset = CaseloadAssignment.objects.none()
    serializer_class = AssignmentSerializer
    permission_classes = [RolePermission]
    required_permission = {"GET": "facilitators.view_caseloadassignment"}
    required_scope = {"GET": Scope.FIELD_READ}
    filterset_class = AssignmentFilter
    ordering_fields = ("id", "starts_on")
    ordering = ("id",)

    def get_queryset(self):
        return CaseloadAssignment.objects.visible_to(self.request.user)
