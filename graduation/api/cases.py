"""Cases of graduation over REST: lists for other systems, every step with the version read."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.response import Response

from accounts.api.idempotency import created_once
from accounts.api.permissions import RolePermission
from accounts.scopes import Scope
from areas.api.filters import InAreaFilter
from core.api.filters import IdFilter, YesNoFilter
from core.api.views import OfficeViewSet
from facilitators.models import Visit
from graduation.api.case_serializers import (
    CaseDetailSerializer,
    CaseSerializer,
    CaseWriteSerializer,
    ConfirmStepSerializer,
    ReactivateStepSerializer,
    ReasonStepSerializer,
    StepSerializer,
    SubmitStepSerializer,
    VisitStepSerializer,
)
from graduation.models import ExitReason, ExitType, GraduationCase, State
from graduation.models.querysets import VIEW_CASE
from graduation.queries import cases as queries
from graduation.services import open_case
from graduation.services.steps import take_step


class CaseFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=State.choices)
    type = filters.CharFilter(field_name="type__code", help_text="Code of the way to leave.")
    household = IdFilter()
    village = InAreaFilter("household__desa__code")
    facilitator = IdFilter(
        method="of_facilitator", help_text="Families entrusted to the facilitator today."
    )
    flagged = YesNoFilter(field_name="is_flagged", help_text="An open flag waits.")

    class Meta:
        model = GraduationCase
        fields: list[str] = []

    def of_facilitator(self, cases, name, value):
        if not self.request.user.has_perm("facilitators.view_caseloadassignment"):
            return cases.none()
        return queries.accompanied_by(cases, int(value), self.request.user)


def _step(name, asked, words):
    """The action of one step; its permission and scope stand in the view by its name."""

    def take(self, request, *args, **kwargs):
        return self._take(name, asked, request)

    take.__name__ = name
    take.__doc__ = words
    described = extend_schema(request=asked, responses=CaseDetailSerializer, description=words)
    return action(detail=True, methods=["post"], filterset_class=None)(described(take))


class GraduationCaseViewSet(ListModelMixin, RetrieveModelMixin, OfficeViewSet):
    """Cases of families in the asker's territory, the last moved first.

    A POST carries a client-made `id` or an Idempotency-Key: sent again it answers 200 with the
    same case, with other content 409 (`case_id_taken`, `idempotency_key_reused`). A step carries
    the `version` it read; after somebody else's step it answers 409 with what changed and who
    changed it.
    """

    queryset = GraduationCase.objects.none()
    serializer_class = CaseSerializer
    permission_classes = [RolePermission]
    required_permission = {
        "GET": VIEW_CASE,
        "create": queries.PROPOSE,
        **{
            name: tuple(queries.RIGHTS[right] for right in rights)
            for name, rights in queries.STEPS.items()
            if name != "statement"
        },
    }
    required_scope = {
        "GET": Scope.GRADUATION_READ,
        "create": Scope.GRADUATION_WRITE,
        **{name: Scope.GRADUATION_WRITE for name in queries.STEPS if name != "statement"},
    }
    filterset_class = CaseFilter
    ordering_fields = ("moved_at", "opened_at")
    ordering = ("-moved_at", "id")
    lookup_value_regex = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    http_method_names = ["get", "head", "options", "post"]

    def get_queryset(self):
        cases = queries.flagged(GraduationCase.objects.visible_to(self.request.user))
        cases = cases.select_related("type", "reason", "household")
        if self.action == "list":
            return cases
        return queries.with_rights(cases, self.request.user).prefetch_related(
            "steps__by", "flags__settled_by", "assessments"
        )

    def get_serializer_class(self):
        return CaseSerializer if self.action == "list" else CaseDetailSerializer

    @extend_schema(
        request=CaseWriteSerializer,
        responses={201: CaseDetailSerializer, 200: CaseDetailSerializer},
    )
    def create(self, request, *args, **kwargs):
        """Open a case of a family in the asker's hands, or propose it at once."""
        asked = CaseWriteSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = dict(asked.validated_data)
        household = queries.proposable_by(request.user).filter(pk=said.pop("household")).first()
        if household is None:
            raise Http404
        kind = ExitType.objects.filter(code=said.pop("type")).first()
        if kind is None:
            raise ValidationError({"type": _("This way to leave does not exist.")})
        code = said.pop("reason") or ""
        reason = ExitReason.objects.filter(type=kind, code=code).first() if code else None
        if code and reason is None:
            raise ValidationError({"reason": _("This reason belongs to another way to leave.")})

        def make():
            case = open_case(
                household=household,
                type=kind,
                reason=reason,
                **said,
                by=request.user,
                at=timezone.now(),
            )
            return case.pk, case.is_new

        pk, is_new = created_once(request=request, path="graduation-cases", make=make)
        created = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(self._shown(pk), status=created)

    propose = _step("propose", StepSerializer, "Propose a family that was potential only.")
    visit = _step("visit", VisitStepSerializer, "Name the visit that speaks for the case.")
    verify = _step("verify", StepSerializer, "Verify it; not by its proposer.")
    approve = _step("approve", StepSerializer, "Approve it; by a third person, nothing missing.")
    submit = _step("submit", SubmitStepSerializer, "It was entered into the ministry's system.")
    confirm = _step("confirm", ConfirmStepSerializer, "A decree says the family is out.")
    reject = _step("reject", ReasonStepSerializer, "The family stays in the programme.")
    cancel = _step("cancel", ReasonStepSerializer, "The case is given up before the exit.")
    reactivate = _step("reactivate", ReactivateStepSerializer, "The family came back.")

    def _take(self, name, serializer, request):
        case = self.get_object()
        asked = serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = dict(asked.validated_data)
        if name == "visit":
            seen = Visit.objects.visible_to(request.user).filter(household=case.household_id)
            said["visit"] = get_object_or_404(seen, pk=said["visit"])
        take_step(
            name=name,
            case=case,
            version=said.pop("version"),
            said=said,
            by=request.user,
            at=timezone.now(),
        )
        return Response(self._shown(case.pk))

    def _shown(self, pk):
        return CaseDetailSerializer(get_object_or_404(self.get_queryset(), pk=pk)).data
