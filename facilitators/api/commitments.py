"""Commitment checks over REST: what is owed and how it stands; health checks from the phone."""

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.parsers import JSONParser
from rest_framework.response import Response

from accounts.api.idempotency import created_once
from accounts.api.permissions import RolePermission
from accounts.scopes import Scope
from areas.api.filters import InAreaFilter
from beneficiaries.models import Member
from core.api.batch import answer_each, asked_batch
from core.api.filters import IdFilter
from core.api.views import OfficeViewSet
from core.periods import Period
from facilitators import services
from facilitators.api.commitment_serializers import (
    BatchAnswerSerializer,
    BatchSerializer,
    CommitmentCheckDetailSerializer,
    CommitmentCheckSerializer,
    HealthCheckInputSerializer,
    HealthCheckSerializer,
)
from facilitators.models import EDUCATION, HEALTH, CommitmentCheck, CommitmentMonth, Outcome
from facilitators.queries.commitments import of_facilitator


class CommitmentCheckFilter(filters.FilterSet):
    period = filters.CharFilter(method="filter_period", help_text="Such as 2026-4.")
    outcome = filters.ChoiceFilter(choices=Outcome.choices)
    component = filters.ChoiceFilter(
        choices=[(one.value, one.label) for one in (*EDUCATION, *HEALTH)]
    )
    household = IdFilter()
    member = IdFilter()
    npsn = filters.CharFilter(field_name="school__npsn", max_length=8)
    village = InAreaFilter("household__desa__code")
    facilitator = IdFilter(
        method="filter_facilitator", help_text="Who accompanies the family today."
    )

    class Meta:
        model = CommitmentCheck
        fields: list[str] = []

    def filter_period(self, queryset, name, text):
        try:
            return queryset.of_period(Period.parse(text))
        except ValueError:
            raise ValidationError({"period": _("A period looks like 2026-4.")}) from None

    def filter_facilitator(self, queryset, name, number):
        return of_facilitator(queryset, int(number), timezone.localdate())


@extend_schema_view(retrieve=extend_schema(responses=CommitmentCheckDetailSerializer))
class CommitmentCheckViewSet(ListModelMixin, RetrieveModelMixin, OfficeViewSet):
    """One row a member, component and quarter, also where nobody has seen anything yet.

    A POST notes one month of a health component. Its client-made `id` finds the check in
    `/commitment-checks/{id}/` as well; sent again it answers 200, with other content 409.
    """

    queryset = CommitmentCheck.objects.none()
    serializer_class = CommitmentCheckSerializer
    permission_classes = [RolePermission]
    required_permission = {
        "GET": "facilitators.view_commitmentcheck",
        "create": "facilitators.add_commitmentcheck",
        "batch": "facilitators.add_commitmentcheck",
    }
    required_scope = {
        "GET": Scope.FIELD_READ,
        "create": Scope.FIELD_WRITE,
        "batch": Scope.FIELD_WRITE,
    }
    filterset_class = CommitmentCheckFilter
    ordering_fields = ("id",)
    ordering = ("id",)
    lookup_value_regex = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    parser_classes = [JSONParser]

    def get_serializer_class(self):
        return self.serializer_class if self.action == "list" else CommitmentCheckDetailSerializer

    def get_queryset(self):
        checks = CommitmentCheck.objects.visible_to(self.request.user)
        checks = checks.with_corrections().select_related("quarter", "school")
        return checks if self.action == "list" else checks.prefetch_related("evidence")

    def get_object(self):
        try:
            return super().get_object()
        except Http404:
            # The phone knows its own id only.
            sent = CommitmentMonth.objects.filter(pk=self.kwargs["pk"]).values("check_of_id")
            found = self.get_queryset().filter(pk__in=sent).first()
            if found is None:
                raise
            return found

    @extend_schema(
        request=HealthCheckInputSerializer,
        responses={201: HealthCheckSerializer, 200: HealthCheckSerializer},
    )
    def create(self, request, *args, **kwargs):
        def make():
            kept = self._record(request.data)
            return kept.pk, kept.is_new

        pk, is_new = created_once(request=request, path="commitment-checks", make=make)
        kept = CommitmentMonth.objects.select_related("check_of").get(pk=pk)
        return Response(
            HealthCheckSerializer(kept, context={"check": self._check_of(kept)}).data,
            status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK,
        )

    @extend_schema(request=BatchSerializer, responses=BatchAnswerSerializer)
    @action(detail=False, methods=["post"], filterset_class=None, pagination_class=None)
    def batch(self, request, *args, **kwargs):
        """The outbox of a phone. Every check stands for itself: a bad one blocks no other, and
        each answer says what became of it (201 new, 200 known already, 4xx refused)."""

        def record(one):
            kept = self._record(one)
            said = {"status": 201 if kept.is_new else 200}
            check = self._check_of(kept)
            return said | {"outcome": check.outcome} if check else said

        return answer_each(self, asked_batch(request, "checks"), record)

    def _record(self, data):
        """One health check through the service; each in a transaction of its own."""
        asked = HealthCheckInputSerializer(data=data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        member = Member(pk=values.pop("member"))  # the service looks whether it is there for him
        return services.record_health_check(
            **values, member=member, by=self.request.user, at=timezone.now()
        )

    def _check_of(self, kept):
        """None when the family went to a colleague meanwhile: the record stands, its verdict of
        today is not the sender's to see."""
        checks = CommitmentCheck.objects.visible_to(self.request.user).with_corrections()
        return checks.select_related("quarter", "school").filter(pk=kept.check_of_id).first()
