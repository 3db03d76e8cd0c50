import hashlib
import json
from collections import defaultdict

from django.conf import settings
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.response import Response

from accounts.api.idempotency import body_digest, once
from accounts.api.permissions import RolePermission
from accounts.scopes import Scope
from areas.api.filters import InAreaFilter
from areas.models import Area
from core.api.filters import IdFilter, YesNoFilter
from core.api.views import OfficeViewSet
from core.nik import mask_nik
from core.periods import Period
from dtks import problems
from dtks.api.serializers import (
    DecisionInputSerializer,
    DecisionSerializer,
    DifferenceSerializer,
    RowSerializer,
    SnapshotRefusalSerializer,
    SnapshotSerializer,
    SnapshotUploadSerializer,
)
from dtks.inspection import mask_numbers
from dtks.matching.rules import FIELDS
from dtks.models import Decision, Difference, RowProblem, Snapshot, SourceRow
from dtks.services import (
    begin_approval,
    decide,
    register_upload,
    reject_snapshot,
    request_reconciliation,
    withdraw_snapshot,
)
from jobs.api.serializers import JobSerializer

# Columns whose cells identify somebody; the mother's name is a banking secret as well.
MASKED_FIELDS = ("nik", "kk_number", "caretaker_nik")
HIDDEN_FIELDS = ("mother_name",)


class SnapshotFilter(filters.FilterSet):
    class Meta:
        model = Snapshot
        fields = ["source", "state", "year", "stage"]


class SnapshotViewSet(ListModelMixin, RetrieveModelMixin, OfficeViewSet):
    """Ministry files whose whole area lies in the asker's territory."""

    queryset = Snapshot.objects.none()
    serializer_class = SnapshotSerializer
    permission_classes = [RolePermission]
    required_permission = {
        "GET": "dtks.view_snapshot",
        "create": "dtks.add_snapshot",
        "approve": "dtks.approve_snapshot",
        "reject": "dtks.approve_snapshot",
        "withdraw": "dtks.change_snapshot",
        "reconcile": "dtks.reconcile_snapshot",
    }
    required_scope = {
        "GET": Scope.SNAPSHOTS_READ,
        "create": Scope.SNAPSHOTS_WRITE,
        "approve": Scope.SNAPSHOTS_WRITE,
        "reject": Scope.SNAPSHOTS_WRITE,
        "withdraw": Scope.SNAPSHOTS_WRITE,
        "reconcile": Scope.SNAPSHOTS_WRITE,
    }
    filterset_class = SnapshotFilter
    ordering_fields = ("id", "uploaded_at")
    ordering = ("-id",)
    parser_classes = [JSONParser, MultiPartParser]

    def get_queryset(self):
        return Snapshot.objects.visible_to(self.request.user)

    @extend_schema(request={"multipart/form-data": SnapshotUploadSerializer})
    def create(self, request, *args, **kwargs):
        """Send a file; it is read by a job. The same bytes again answer the same snapshot, 200."""
        serializer = SnapshotUploadSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        made = []

        def make():
            snapshot, created = register_upload(
                file=sent["file"],
                file_name=sent["file"].name,
                source=sent["source"],
                period=Period.parse(sent["period"]),
                area=get_object_or_404(Area, pk=settings.PKH_OFFICE_AREA),
                sheet=sent.get("sheet", ""),
                by=request.user,
                at=timezone.now(),
                channel="api",
            )
            made.append(created)
            return snapshot.pk

        key = request.headers.get("Idempotency-Key", "") or str(sent.get("id", ""))
        digest = ""
        if key:
            digest = body_digest(
                _file_digest(sent["file"]),
                sent["source"],
                sent["period"],
                sent.get("sheet", ""),
            )
        pk, _first = once(user=request.user, key=key, path="snapshots", digest=digest, make=make)
        snapshot = get_object_or_404(self.get_queryset(), pk=pk)
        return Response(
            SnapshotSerializer(snapshot).data,
            status=status.HTTP_201_CREATED if made and made[0] else status.HTTP_200_OK,
        )

    @extend_schema(request=None, responses={202: JobSerializer})
    @action(detail=True, methods=["post"], filterset_class=None)
    def approve(self, request, pk=None):
        """Approve a file somebody else sent; the register is loaded by the job answered here."""
        job = begin_approval(snapshot=self.get_object(), by=request.user, at=timezone.now())
        return Response(JobSerializer(job).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=SnapshotRefusalSerializer, responses=SnapshotSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def reject(self, request, pk=None):
        return self._close(reject_snapshot)

    @extend_schema(request=SnapshotRefusalSerializer, responses=SnapshotSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def withdraw(self, request, pk=None):
        return self._close(withdraw_snapshot)

    @extend_schema(request=None, responses={202: JobSerializer})
    @action(detail=True, methods=["post"], filterset_class=None)
    def reconcile(self, request, pk=None):
        """Compare the file with the register; ask the job answered here how far it is."""
        job = request_reconciliation(snapshot=self.get_object(), by=request.user, at=timezone.now())
        return Response(JobSerializer(job).data, status=status.HTTP_202_ACCEPTED)

    def _close(self, service):
        snapshot = self.get_object()
        serializer = SnapshotRefusalSerializer(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        service(
            snapshot=snapshot,
            by=self.request.user,
            at=timezone.now(),
            reason=serializer.validated_data["reason"],
        )
        return Response(SnapshotSerializer(self.get_object()).data)


def _file_digest(file) -> str:
    whole = hashlib.sha256()
    for block in file.chunks():
        whole.update(block)
    file.seek(0)
    return whole.hexdigest()


class OfSnapshotMixin:
    """A list below `snapshots/{snapshot_pk}/`; a foreign file is a missing one."""

    def snapshot(self) -> Snapshot:
        if not hasattr(self, "_snapshot"):
            self._snapshot = get_object_or_404(self.snapshots(), pk=int(self.kwargs["snapshot_pk"]))
        return self._snapshot


class RowFilter(filters.FilterSet):
    row_number = filters.NumberFilter(field_name="row_number", min_value=0, max_value=2**31 - 1)
    problem = filters.CharFilter(method="filter_problem", help_text="Code of a problem.")

    class Meta:
        model = SourceRow
        fields: list[str] = []

    def filter_problem(self, queryset, name, code):
        rows = RowProblem.objects.filter(snapshot_id=self.request.snapshot_pk, code=code)
        return queryset.filter(row_number__in=rows.values("row_number"))


class SourceRowViewSet(OfSnapshotMixin, ListModelMixin, OfficeViewSet):
    """Rows of a file as they came, numbers masked, each with its problems."""

    queryset = SourceRow.objects.none()
    serializer_class = RowSerializer
    permission_classes = [RolePermission]
    required_permission = {"GET": "dtks.view_sourcerow"}
    required_scope = {"GET": Scope.SNAPSHOTS_READ}
    filterset_class = RowFilter
    ordering_fields = ("row_number",)
    ordering = ("row_number",)

    def snapshots(self):
        return Snapshot.objects.visible_to(self.request.user)

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return SourceRow.objects.none()
        snapshot = self.snapshot()
        self.request.snapshot_pk = snapshot.pk
        return SourceRow.objects.visible_to(self.request.user).filter(snapshot_id=snapshot.pk)

    def paginate_queryset(self, queryset):
        self.page = super().paginate_queryset(queryset)
        return self.page

    def get_serializer_context(self):
        context = super().get_serializer_context()
        rows = getattr(self, "page", None)
        if rows is None:
            return context
        snapshot = self.snapshot()
        found = defaultdict(list)
        for problem in RowProblem.objects.filter(
            snapshot_id=snapshot.pk, row_number__in=[row.row_number for row in rows]
        ).order_by("id"):
            found[problem.row_number].append(_as_dict(problem, snapshot))
        masked = {snapshot.mapping[f] for f in MASKED_FIELDS if f in snapshot.mapping}
        hidden = {snapshot.mapping[f] for f in HIDDEN_FIELDS if f in snapshot.mapping}

        def cells_of(row):
            return {
                _title(snapshot, index): _shown(index, cell, masked, hidden)
                for index, cell in enumerate(row.cells)
            }

        context["cells_of"] = cells_of
        context["problems_of"] = lambda row: found[row.row_number]
        return context


def _title(snapshot, index) -> str:
    return snapshot.columns[index] if index < len(snapshot.columns) else f"#{index + 1}"


def _shown(index, cell, masked, hidden) -> str:
    if index in hidden:
        return "***" if cell else ""
    return (mask_nik(cell) or "") if index in masked else mask_numbers(cell)


def _as_dict(problem, snapshot) -> dict:
    index = problem.column_index
    return {
        "code": problem.code,
        "severity": problem.severity,
        "column": None if index is None else _title(snapshot, index),
        "value": mask_numbers(problem.value),
        "message": problems.message(problem, snapshot),
    }


class DifferenceFilter(filters.FilterSet):
    outcome = filters.ChoiceFilter(choices=Difference.Outcome.choices)
    kind = filters.CharFilter()
    member = IdFilter(field_name="member_id")
    village = InAreaFilter("village__code")
    decided = YesNoFilter(field_name="decision_id", lookup_expr="isnull", exclude=True)
    probability_min = filters.NumberFilter(field_name="probability", lookup_expr="gte")
    probability_max = filters.NumberFilter(field_name="probability", lookup_expr="lte")

    class Meta:
        model = Difference
        fields: list[str] = []


class DifferenceViewSet(OfSnapshotMixin, ListModelMixin, RetrieveModelMixin, OfficeViewSet):
    """What a reconciled file says about the members of the asker's territory."""

    queryset = Difference.objects.none()
    serializer_class = DifferenceSerializer
    permission_classes = [RolePermission]
    required_permission = {"GET": "dtks.view_difference", "decide": "dtks.decide_difference"}
    required_scope = {"GET": Scope.SNAPSHOTS_READ, "decide": Scope.DIFFERENCES_WRITE}
    filterset_class = DifferenceFilter
    ordering_fields = ("id", "probability")
    ordering = ("id",)
    lookup_field = "id"

    def snapshots(self):
        """Whoever works on questions sees them without seeing the whole file."""
        return Snapshot.objects.filter(
            Q(pk__in=Snapshot.objects.visible_to(self.request.user))
            | Q(
                pk__in=Difference.objects.visible_to(self.request.user)
                .filter(snapshot_id=self.kwargs["snapshot_pk"])
                .values("snapshot_id")[:1]
            )
        )

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return Difference.objects.none()
        return (
            Difference.objects.visible_to(self.request.user)
            .filter(snapshot_id=self.snapshot().pk)
            .select_related("member", "decision")
        )

    def get_serializer_context(self):
        return super().get_serializer_context() | {"weight_fields": FIELDS}

    @extend_schema(request=DecisionInputSerializer, responses={201: DecisionSerializer})
    @action(detail=True, methods=["post"], filterset_class=None)
    def decide(self, request, id=None, snapshot_pk=None):
        """Same, not the same, take these fields, or ask the field. Once; others hear who did."""
        difference = self.get_object()
        serializer = DecisionInputSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        pk, first = once(
            user=request.user,
            key=request.headers.get("Idempotency-Key", ""),
            path=f"differences/{difference.snapshot_id}/{difference.id}/decide",
            digest=body_digest(json.dumps(values, sort_keys=True, default=str)),
            make=lambda: (
                decide(difference=difference, by=request.user, at=timezone.now(), **values).pk
            ),
        )
        decision = get_object_or_404(Decision.objects.visible_to(request.user), pk=pk)
        return Response(
            DecisionSerializer(decision).data,
            status=status.HTTP_201_CREATED if first else status.HTTP_200_OK,
        )
