"""Visit requests over REST: what the field is asked to find out, for the phone and for systems."""

from django_filters import rest_framework as filters
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin

from accounts.api.permissions import RolePermission
from accounts.scopes import Scope
from areas.api.filters import InAreaFilter
from core.api.filters import IdFilter
from core.api.views import OfficeViewSet
from facilitators.api.visit_serializers import VisitRequestSerializer
from facilitators.models import VisitRequest


class VisitRequestFilter(filters.FilterSet):
    household = IdFilter()
    state = filters.ChoiceFilter(choices=VisitRequest.State.choices)
    due_to = filters.DateFilter(field_name="due_on", lookup_expr="lte")
    village = InAreaFilter("household__desa__code")

    class Meta:
        model = VisitRequest
        fields: list[str] = []


class VisitRequestViewSet(ListModelMixin, RetrieveModelMixin, OfficeViewSet):
    """Visits somebody asks for, of families in the asker's territory.

    They are asked by the decision `ask_field` of a difference; a visit whose `request` names one
    answers it.
    """

    queryset = VisitRequest.objects.none()
    serializer_class = VisitRequestSerializer
    permission_classes = [RolePermission]
    required_permission = {"GET": "facilitators.view_visit"}
    required_scope = {"GET": Scope.FIELD_READ}
    filterset_class = VisitRequestFilter
    ordering_fields = ("due_on", "id")
    ordering = ("due_on", "id")
    http_method_names = ["get", "head", "options"]

    def get_queryset(self):
        return (
            VisitRequest.objects.visible_to(self.request.user)
            .select_related("member", "asked_by")
            .prefetch_related("visits")
        )
