"""monitorings: how graduated families fare 3, 6 and 12 months later."""

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.response import Response

from accounts.api.permissions import RolePermission
from accounts.scopes import Scope
from areas.api.filters import InAreaFilter
from core.api.filters import IdFilter, YesNoFilter
from core.api.views import OfficeViewSet
from core.errors import Refused
from graduation import services
from graduation.models import Exit, Monitoring
from graduation.models.querysets import CARE_AFTER, VIEW_CASE


class MonitoringSerializer(serializers.ModelSerializer):
    household = serializers.IntegerField(source="exit.household_id", read_only=True)
    left_on = serializers.DateField(source="exit.on", read_only=True)

    class Meta:
        model = Monitoring
        fields = [
            "id",
            "exit",
            "household",
            "left_on",
            "month",
            "due_on",
            "done_on",
            "condition",
            "note",
            "recorded_at",
        ]
        read_only_fields = fields


class MonitoringInputSerializer(serializers.Serializer):
    condition = serializers.ChoiceField(Monitoring.Condition.choices)
    done_on = serializers.DateField()
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class MonitoringFilter(filters.FilterSet):
    household = IdFilter(field_name="exit__household")
    village = InAreaFilter("exit__desa__code")
    done = YesNoFilter(field_name="done_on", lookup_expr="isnull", exclude=True)
    due_from = filters.DateFilter(field_name="due_on", lookup_expr="gte")
    due_to = filters.DateFilter(field_name="due_on", lookup_expr="lte")

    class Meta:
        model = Monitoring
        fields: list[str] = []


class MonitoringViewSet(ListModelMixin, RetrieveModelMixin, OfficeViewSet):
    """Planned when a family graduates; each is recorded once."""

    queryset = Monitoring.objects.none()
    serializer_class = MonitoringSerializer
    permission_classes = [RolePermission]
    required_permission = {"GET": VIEW_CASE, "record": CARE_AFTER}
    required_scope = {"GET": Scope.GRADUATION_READ, "record": Scope.GRADUATION_WRITE}
    filterset_class = MonitoringFilter
    ordering_fields = ("id", "due_on")
    ordering = ("due_on", "id")

    def get_queryset(self):
        seen = Monitoring.objects.visible_to(self.request.user).select_related("exit")
        if self.action == "record":
            seen = seen.filter(exit__in=Exit.objects.cared_for_by(self.request.user).standing())
        return seen

    @extend_schema(request=MonitoringInputSerializer, responses=MonitoringSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def record(self, request, *args, **kwargs):
        """How the family fares. Sent again with the same content it answers the same; with other
        content 409 (`done`)."""
        monitoring = self.get_object()
        asked = MonitoringInputSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        try:
            monitoring = services.record_monitoring(
                monitoring=monitoring, **said, by=request.user, at=timezone.now()
            )
        except Refused as reason:
            monitoring.refresh_from_db()
            same = monitoring.by_id == request.user.pk and said == {
                name: getattr(monitoring, name) for name in said
            }
            if reason.code != "done" or not same:
                raise
        return Response(MonitoringSerializer(monitoring).data)
