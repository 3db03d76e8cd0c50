from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.api.permissions import RolePermission, token_allows
from accounts.scopes import Scope
from areas.api.filters import InAreaFilter
from beneficiaries.api.serializers import (
    HouseholdChangeSerializer,
    HouseholdDetailSerializer,
    HouseholdSerializer,
    MemberChangeSerializer,
    MemberDetailSerializer,
    MemberSerializer,
)
from beneficiaries.models import Household, Member
from beneficiaries.queries import find_households, find_members
from beneficiaries.services.households import change_household
from beneficiaries.services.members import change_member
from beneficiaries.services.reveal import reveal_identities
from core.api.views import OfficeViewSet
from core.errors import Refused

REVEAL = [
    OpenApiParameter("reveal", bool, description="Full numbers; needs `reason`, is audited."),
    OpenApiParameter("reason", str, description="Why the full numbers are needed."),
]
SEARCH = OpenApiParameter(
    "search", str, description="Words of a name, a full number, or its last four digits."
)


class RevealingMixin:
    """`?reveal=1&reason=…` shows full numbers to a role that may see them, and is audited."""

    def answer(self, serializer_class, records, *, many=False):
        context = self.get_serializer_context()
        if self.request.query_params.get("reveal") == "1":
            if not token_allows(self.request, Scope.IDENTITY_REVEAL):
                self.permission_denied(self.request)
            reveal_identities(
                records=self.shown_in_full(records if many else [records]),
                reason=self.request.query_params.get("reason", ""),
                by=self.request.user,
                at=timezone.now(),
                channel="api",
            )
            context["revealed"] = True
        return serializer_class(records, many=many, context=context).data

    def shown_in_full(self, records):
        """Every record whose number stands in the answer."""
        return records

    def list(self, request, *args, **kwargs):
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.answer(self.serializer_class, page, many=True))

    def retrieve(self, request, *args, **kwargs):
        return Response(self.answer(self.get_serializer_class(), self.get_object()))


class HouseholdFilter(filters.FilterSet):
    village = InAreaFilter("desa__code")

    class Meta:
        model = Household
        fields = ["status"]


class RegisterViewSet(RevealingMixin, ListModelMixin, RetrieveModelMixin, OfficeViewSet):
    """What families and people have in common: searching, revealing, changing with a version."""

    permission_classes = [RolePermission]
    required_scope = {"GET": Scope.REGISTER_READ, "partial_update": Scope.REGISTER_WRITE}
    ordering = ("id",)
    query_parameters = frozenset({"search", "reveal", "reason"})
    http_method_names = ["get", "head", "options", "patch"]
    detail_serializer: type[BaseSerializer]
    change_serializer: type[BaseSerializer]

    def get_serializer_class(self):
        return {
            "retrieve": self.detail_serializer,
            "partial_update": self.change_serializer,
        }.get(self.action, self.serializer_class)

    def get_queryset(self):
        records, user = self.queryset.model.objects, self.request.user
        if self.action == "partial_update":
            return records.changeable_by(user)
        params = self.request.query_params
        if self.action == "list" and params.get("search", "").strip():
            return self.find(
                user=user, text=params["search"], village=params.get("village"), channel="api"
            )
        return records.visible_to(user)

    def partial_update(self, request, *args, **kwargs):
        record = self.get_object()
        values = _values(self.change_serializer, request)
        version, reason = values.pop("version"), values.pop("reason", "")
        self.change(
            record,
            values=values,
            version=version,
            by=request.user,
            at=timezone.now(),
            reason=reason,
        )
        return Response(self.answer(self.detail_serializer, self.get_object()))


@extend_schema_view(
    list=extend_schema(parameters=[SEARCH, *REVEAL]),
    retrieve=extend_schema(parameters=REVEAL),
    partial_update=extend_schema(responses=HouseholdDetailSerializer),
)
class HouseholdViewSet(RegisterViewSet):
    """Families (KPM) inside the asker's territory."""

    queryset = Household.objects.none()
    serializer_class = HouseholdSerializer
    detail_serializer = HouseholdDetailSerializer
    change_serializer = HouseholdChangeSerializer
    required_permission = {
        "GET": "beneficiaries.view_household",
        "partial_update": "beneficiaries.change_household",
    }
    filterset_class = HouseholdFilter
    ordering_fields = ("id", "desa")
    find = staticmethod(find_households)

    def change(self, household, **change):
        change_household(household=household, **change)

    def shown_in_full(self, records):
        if self.action == "list":
            return records
        return [shown for family in records for shown in (family, *family.members.all())]

    def get_queryset(self):
        families = super().get_queryset()
        if self.action == "list":
            return families
        members = Member.objects.select_related("household").order_by("pk")
        return families.prefetch_related(Prefetch("members", members), "periods")


class MemberFilter(filters.FilterSet):
    village = InAreaFilter("household__desa__code")

    class Meta:
        model = Member
        fields = ["household", "status", "sex", "relationship"]


@extend_schema_view(
    list=extend_schema(parameters=[SEARCH, *REVEAL]),
    retrieve=extend_schema(parameters=REVEAL),
    partial_update=extend_schema(responses=MemberDetailSerializer),
)
class MemberViewSet(RegisterViewSet):
    """People (ART) of the families inside the asker's territory."""

    queryset = Member.objects.none()
    serializer_class = MemberSerializer
    detail_serializer = MemberDetailSerializer
    change_serializer = MemberChangeSerializer
    required_permission = {
        "GET": "beneficiaries.view_member",
        "partial_update": "beneficiaries.change_member",
    }
    filterset_class = MemberFilter
    ordering_fields = ("id", "name")
    find = staticmethod(find_members)

    def change(self, member, **change):
        change_member(member=member, **change)

    def get_queryset(self):
        people = super().get_queryset().select_related("household")
        return people if self.action == "list" else people.prefetch_related("components")


def _values(serializer_class, request):
    """The checked body; a field that a PATCH does not take is refused, not overlooked."""
    serializer = serializer_class(data=request.data)
    serializer.is_valid(raise_exception=True)
    unknown = sorted(set(request.data) - set(serializer.fields))
    if unknown:
        raise Refused(
            "unknown_field",
            _("These fields cannot be changed here: %(fields)s.") % {"fields": ", ".join(unknown)},
            fields=dict.fromkeys(unknown, _("cannot be changed here")),
        )
    return dict(serializer.validated_data)
