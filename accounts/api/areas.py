from django.db.models import Q
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin

from accounts.api.permissions import SIGNED_IN, RolePermission
from accounts.scopes import Scope
from areas.models import Area
from core.api.views import OfficeViewSet


class AreaSerializer(serializers.ModelSerializer):
    class Meta:
        model = Area
        fields = ["code", "name", "level", "parent", "code_system", "valid_from", "valid_to"]


class AreaFilter(filters.FilterSet):
    within = filters.CharFilter(method="filter_within")

    class Meta:
        model = Area
        fields = ["level", "parent", "code_system"]

    def filter_within(self, queryset, _name, code):
        return queryset.within(code)


class AreaViewSet(ListModelMixin, RetrieveModelMixin, OfficeViewSet):
    """Provinces, kabupaten/kota, kecamatan and desa with their Kemendagri codes."""

    queryset = Area.objects.all()
    serializer_class = AreaSerializer
    permission_classes = [RolePermission]
    required_permission = SIGNED_IN
    required_scope = Scope.AREAS_READ
    filterset_class = AreaFilter
    query_parameters = frozenset({"search"})
    lookup_value_regex = r"[0-9.]{2,13}"
    ordering_fields = ("code", "name")
    ordering = ("code",)

    def get_queryset(self):
        found = super().get_queryset()
        if text := self.request.query_params.get("search", "").strip():
            found = found.filter(Q(name__icontains=text) | Q(code__startswith=text))
        return found
