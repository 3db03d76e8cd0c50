"""Visits over REST: one by one, and many at once for the phone."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from accounts.api.permissions import RolePermission
from accounts.scopes import Scope
from areas.api.filters import InAreaFilter
from beneficiaries.models import Household
from core.api.batch import answer_each, asked_batch
from core.api.filters import IdFilter
from core.api.views import OfficeViewSet
from core.errors import Refused
from facilitators import services
from facilitators.api.visit_serializers import (
    BatchAnswerSerializer,
    BatchSerializer,
    PhotoSerializer,
    VisitChangeSerializer,
    VisitSerializer,
    VisitWriteSerializer,
)
from facilitators.models import Facilitator, Purpose, Visit


class VisitFilter(filters.FilterSet):
    household = IdFilter()
    facilitator = IdFilter()
    purpose = filters.ChoiceFilter(choices=Purpose.choices)
    village = InAreaFilter("household__desa__code")

    class Meta:
        model = Visit
        fields: list[str] = []


class VisitViewSet(ListModelMixin, RetrieveModelMixin, OfficeViewSet):
    """Visits of families in the asker's territory, the newest arrival first.

    A POST carries the client-made `id`: sent again it answers 200 with the same visit, with
    other content 409 (`visit_id_taken`).
    """

    queryset = Visit.objects.none()
    serializer_class = VisitSerializer
    permission_classes = [RolePermission]
    required_permission = {
        "GET": "facilitators.view_visit",
        "create": "facilitators.add_visit",
        "partial_update": "facilitators.add_visit",
        "batch": "facilitators.add_visit",
        "photos": "facilitators.add_visit",
    }
    required_scope = {
        "GET": Scope.FIELD_READ,
        "create": Scope.FIELD_WRITE,
        "partial_update": Scope.FIELD_WRITE,
        "batch": Scope.FIELD_WRITE,
        "photos": Scope.FIELD_WRITE,
    }
    filterset_class = VisitFilter
    ordering_fields = ("recorded_at",)
    ordering = ("-recorded_at", "id")
    lookup_value_regex = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    http_method_names = ["get", "head", "options", "post", "patch"]

    def get_queryset(self):
        return (
            Visit.objects.visible_to(self.request.user)
            .select_related("household")
            .prefetch_related("proposals", "marks")
        )

    @extend_schema(
        request=VisitWriteSerializer,
        responses={201: VisitSerializer, 200: VisitSerializer},
    )
    def create(self, request, *args, **kwargs):
        visit = self._record(request.data, _facilitator_of(request.user), timezone.now())
        created = status.HTTP_201_CREATED if visit.is_new else status.HTTP_200_OK
        return Response(VisitSerializer(visit).data, status=created)

    @extend_schema(request=VisitChangeSerializer, responses=VisitSerializer)
    def partial_update(self, request, *args, **kwargs):
        """Mend the words of one's own visit, within the hours the office allows, with a reason."""
        visit = self.get_object()
        asked = VisitChangeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        version, reason = values.pop("version"), values.pop("reason")
        visit = services.change_visit(
            visit=visit,
            values=values,
            version=version,
            reason=reason,
            by=request.user,
            at=timezone.now(),
        )
        return Response(VisitSerializer(visit).data)

    @extend_schema(request=BatchSerializer, responses=BatchAnswerSerializer)
    @action(detail=False, methods=["post"], filterset_class=None, pagination_class=None)
    def batch(self, request, *args, **kwargs):
        """The outbox of a phone. Every visit stands for itself: a bad one blocks no other, and
        each answer says what became of it (201 new, 200 known already, 4xx refused)."""
        sent = asked_batch(request, "visits")
        facilitator = _facilitator_of(request.user)
        if facilitator is None:
            raise Refused("not_found", _("This family is not entrusted to you today."))

        def record(one):
            visit = self._record(one, facilitator, timezone.now())
            return {
                "status": 201 if visit.is_new else 200,
                "conflicts": visit.proposals.filter(conflict=True).count(),
            }

        return answer_each(self, sent, record)

    @extend_schema(
        request={"multipart/form-data": PhotoSerializer},
        responses={201: OpenApiResponse(description="`id` and `sha256` of the photo kept.")},
    )
    @action(detail=True, methods=["post"], filterset_class=None, parser_classes=[MultiPartParser])
    def photos(self, request, *args, **kwargs):
        """A photo of one's own visit, with a client-made `id`; sent again it is the same photo.

        It may still come after the family went to a colleague, as the visit itself may.
        """
        own = Visit.objects.filter(recorded_by=request.user, pk=self.kwargs["pk"]).first()
        visit = own or self.get_object()
        asked = PhotoSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        sent = asked.validated_data
        common = {
            "visit": visit,
            "file": sent["file"],
            "name": sent["file"].name,
            "client_id": sent["id"],
            "by": request.user,
            "at": timezone.now(),
        }
        if sent["kind"] == "signature":
            document = services.add_signature(**common)
        else:
            document = services.add_photo(**common, sha256=sent.get("sha256"))
        return Response({"id": document.pk, "sha256": document.sha256}, status=201)

    def _record(self, data, facilitator, at):
        """One visit through the service; each in a transaction of its own."""
        asked = VisitWriteSerializer(data=data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        household = Household.objects.filter(pk=values.pop("household")).first()
        if household is None or facilitator is None:
            # What the service says of a family of somebody else: the answers are the same.
            raise Refused("not_found", _("This family is not entrusted to you today."))
        return services.record_visit(
            **values, household=household, facilitator=facilitator, by=self.request.user, at=at
        )


def _facilitator_of(user):
    return Facilitator.objects.filter(user=user).first()
