"""graduation-targets: how many families shall leave in a year in one way, and where."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.response import Response

from accounts.api.idempotency import created_once
from accounts.api.permissions import RolePermission
from accounts.scope import holds_everywhere
from accounts.scopes import Scope
from areas.api.filters import InAreaFilter
from areas.models import Area
from core.api.filters import IdFilter
from core.api.views import OfficeViewSet
from core.figures import percent
from core.paging import LARGEST_ID
from facilitators.models import Facilitator
from graduation import services
from graduation.models import ExitType, GraduationTarget
from graduation.models.querysets import CHANGE_TARGET, VIEW_CASE, VIEW_TARGET
from graduation.services.targets import FIRST_YEAR, LAST_YEAR, MOST


class TargetSerializer(serializers.ModelSerializer):
    type = serializers.CharField(source="type.code")
    percent = serializers.SerializerMethodField(
        help_text="Of `base_families`, half-up, 2 decimals; null while they are not known."
    )

    class Meta:
        model = GraduationTarget
        fields = [
            "id",
            "year",
            "type",
            "area",
            "facilitator",
            "number",
            "base_families",
            "base_period",
            "percent",
            "reason",
            "set_at",
            "version",
        ]
        read_only_fields = fields

    def get_percent(self, target) -> float | None:
        share = percent(target.number, target.base_families)
        return None if share is None else float(share)


class TargetInputSerializer(serializers.Serializer):
    year = serializers.IntegerField(min_value=FIRST_YEAR, max_value=LAST_YEAR)
    type = serializers.SlugRelatedField("code", queryset=ExitType.objects.all())
    area = serializers.CharField(max_length=13)
    facilitator = serializers.IntegerField(
        min_value=1, max_value=LARGEST_ID, required=False, allow_null=True, default=None
    )
    number = serializers.IntegerField(min_value=0, max_value=MOST)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class TargetChangeSerializer(serializers.Serializer):
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    number = serializers.IntegerField(min_value=0, max_value=MOST)
    reason = serializers.CharField(max_length=300)


class TargetFilter(filters.FilterSet):
    year = filters.NumberFilter(min_value=0, max_value=9999, decimal_places=0)
    type = filters.CharFilter(field_name="type__code")
    area = InAreaFilter("area__code")
    facilitator = IdFilter()

    class Meta:
        model = GraduationTarget
        fields: list[str] = []


@extend_schema_view(retrieve=extend_schema(responses=TargetSerializer))
class GraduationTargetViewSet(ListModelMixin, RetrieveModelMixin, OfficeViewSet):
    """Targets of the territory, or one's own as facilitator.

    A POST is known by year, type, area and facilitator: the same number again answers 200 with
    the same target, another number 409 (`target_set`); an Idempotency-Key is for one body
    (`idempotency_key_reused`). A PATCH carries `version` and `reason`.
    """

    queryset = GraduationTarget.objects.none()
    serializer_class = TargetSerializer
    permission_classes = [RolePermission]
    required_permission = {
        "GET": (VIEW_TARGET, VIEW_CASE),
        "create": CHANGE_TARGET,
        "partial_update": CHANGE_TARGET,
    }
    required_scope = {
        "GET": Scope.GRADUATION_READ,
        "create": Scope.GRADUATION_WRITE,
        "partial_update": Scope.GRADUATION_WRITE,
    }
    filterset_class = TargetFilter
    ordering_fields = ("id", "year")
    ordering = ("-year", "id")
    http_method_names = ["get", "head", "options", "post", "patch"]

    def get_queryset(self):
        targets = GraduationTarget.objects
        if self.action == "partial_update":
            return targets.changeable_by(self.request.user).select_related("type")
        return targets.visible_to(self.request.user).select_related("type")

    @extend_schema(
        request=TargetInputSerializer, responses={201: TargetSerializer, 200: TargetSerializer}
    )
    def create(self, request, *args, **kwargs):
        asked = TargetInputSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        area = Area.objects.filter(pk=said["area"]).first()
        if area is None or not holds_everywhere(request.user, CHANGE_TARGET, area.pk):
            raise Http404
        person = said["facilitator"]
        if person is not None:
            person = Facilitator.objects.visible_to(request.user).filter(pk=person).first()
            if person is None:
                raise Http404

        def make():
            target, is_new = services.set_target(
                **said | {"area": area, "facilitator": person}, by=request.user, at=timezone.now()
            )
            return target.pk, is_new

        pk, is_new = created_once(request=request, path="graduation-targets", make=make)
        target = get_object_or_404(self.get_queryset(), pk=pk)
        return Response(
            self.get_serializer(target).data,
            status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK,
        )

    @extend_schema(request=TargetChangeSerializer, responses=TargetSerializer)
    def partial_update(self, request, *args, **kwargs):
        target = self.get_object()
        asked = TargetChangeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        changed = services.change_target(
            target=target, **asked.validated_data, by=request.user, at=timezone.now()
        )
        return Response(self.get_serializer(changed).data)
