"""work-plans, work-progress and activities."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import (
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from accounts.api.permissions import RolePermission
from accounts.scopes import Scope
from beneficiaries.models import Household
from core.api.filters import IdFilter
from core.api.views import OfficeViewSet
from core.errors import Refused
from core.free_text import no_identity_number
from core.paging import LARGEST_ID
from facilitators import services
from facilitators.api.months import MONTH, MonthFilter, PeopleOfAMonthViewSet
from facilitators.api.visit_serializers import PhotoSerializer
from facilitators.models import (
    ACTIVITIES,
    Activity,
    ActivityFamily,
    Level,
    PlannedWork,
    Work,
    WorkPlan,
)
from facilitators.models.work_querysets import KEEP_WORK, VIEW_WORK
from facilitators.queries.months import own
from facilitators.queries.work import lines_for
from facilitators.services.activities import MOST_FAMILIES, MOST_PARTICIPANTS

UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


class PlannedWorkSerializer(serializers.ModelSerializer):
    household = serializers.SerializerMethodField(
        help_text="Empty where the asker may not see the family today."
    )

    class Meta:
        model = PlannedWork
        fields = ["kind", "household", "group", "level", "place", "planned_on"]
        read_only_fields = fields

    def get_household(self, line) -> int | None:
        return line.household_id if line.household_id in self.context["seen"] else None


class WorkPlanSerializer(serializers.ModelSerializer):
    class Meta:
        model = WorkPlan
        fields = ["id", "facilitator", "month", "version", "reason", "submitted_at"]
        read_only_fields = fields


class WorkPlanDetailSerializer(WorkPlanSerializer):
    lines = PlannedWorkSerializer(many=True)

    class Meta(WorkPlanSerializer.Meta):
        fields = [*WorkPlanSerializer.Meta.fields, "lines"]
        read_only_fields = fields


class WorkPlanFilter(filters.FilterSet):
    facilitator = IdFilter()
    month = MonthFilter(field_name="month", help_text="Such as 2026-11.")

    class Meta:
        model = WorkPlan
        fields: list[str] = []


@extend_schema_view(retrieve=extend_schema(responses=WorkPlanDetailSerializer))
class WorkPlanViewSet(ListModelMixin, RetrieveModelMixin, OfficeViewSet):
    """Every version of the plans of the territory, or one's own; the highest version holds."""

    queryset = WorkPlan.objects.none()
    serializer_class = WorkPlanSerializer
    permission_classes = [RolePermission]
    required_permission = {"GET": (VIEW_WORK, KEEP_WORK)}
    required_scope = {"GET": Scope.FIELD_READ}
    filterset_class = WorkPlanFilter
    ordering_fields = ("id", "submitted_at")
    ordering = ("id",)

    def get_serializer_class(self):
        return self.serializer_class if self.action == "list" else WorkPlanDetailSerializer

    def get_queryset(self):
        return WorkPlan.objects.visible_to(self.request.user)

    def retrieve(self, request, *args, **kwargs):
        plan = self.get_object()
        planned = plan.lines.order_by().values("household_id")
        seen = Household.objects.visible_to(request.user).filter(pk__in=planned)
        context = {"seen": set(seen.order_by().values_list("pk", flat=True))}
        return Response(WorkPlanDetailSerializer(plan, context=context).data)


class NumbersSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(Work.choices)
    planned = serializers.IntegerField()
    done = serializers.IntegerField(help_text="Records of the month, planned or not.")
    open = serializers.IntegerField(help_text="Planned lines without a record.")


class ProgressSerializer(serializers.Serializer):
    facilitator = serializers.IntegerField(source="facilitator.pk")
    name = serializers.CharField(source="facilitator.name")
    area = serializers.CharField(source="facilitator.area_code", allow_null=True)
    month = serializers.SerializerMethodField()
    plan = serializers.SerializerMethodField(help_text="Id of the version that holds, or null.")
    work = serializers.SerializerMethodField()

    def get_month(self, line) -> str:
        return self.context["month"].first.strftime("%Y-%m")

    def get_plan(self, line) -> int | None:
        return line.plan.pk if line.plan else None

    @extend_schema_field(NumbersSerializer(many=True))
    def get_work(self, line):
        return [
            {"kind": kind, "planned": n.planned, "done": n.done, "open": n.gap}
            for kind, n in line.by_kind.items()
        ]


@extend_schema_view(
    list=extend_schema(operation_id="work_progress_list"),
    retrieve=extend_schema(operation_id="work_progress_retrieve", parameters=[MONTH]),
)
class WorkProgressViewSet(PeopleOfAMonthViewSet):
    """Planned and done by kind, a row a facilitator; the id is the facilitator's."""

    serializer_class = ProgressSerializer

    def lines_for(self, people, month):
        return lines_for(people, month)


class ActivitySerializer(serializers.ModelSerializer):
    withdrawn = serializers.SerializerMethodField()

    class Meta:
        model = Activity
        fields = [
            "id",
            "facilitator",
            "kind",
            "level",
            "held_on",
            "place",
            "participants",
            "note",
            "recorded_at",
            "withdrawn",
        ]
        read_only_fields = fields

    def get_withdrawn(self, activity) -> bool:
        return activity.withdrawn_at is not None


class ActivityDetailSerializer(ActivitySerializer):
    households = serializers.SerializerMethodField(
        help_text="Families it was about, those the asker may see today."
    )

    class Meta(ActivitySerializer.Meta):
        fields = [*ActivitySerializer.Meta.fields, "households"]
        read_only_fields = fields

    def get_households(self, activity) -> list[int]:
        seen = ActivityFamily.objects.visible_to(self.context["user"]).filter(activity=activity)
        return list(seen.order_by("household_id").values_list("household_id", flat=True))


class ActivityInputSerializer(serializers.Serializer):
    """`id` is made by the sender; sent again it is the same activity."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(ACTIVITIES)
    level = serializers.ChoiceField(Level.choices)
    held_on = serializers.DateField()
    place = serializers.CharField(max_length=150, validators=[no_identity_number])
    participants = serializers.IntegerField(
        min_value=0, max_value=MOST_PARTICIPANTS, required=False, default=0
    )
    note = serializers.CharField(
        max_length=4000,
        validators=[no_identity_number],
        required=False,
        allow_blank=True,
        default="",
    )
    households = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID),
        max_length=MOST_FAMILIES,
        required=False,
        default=list,
    )


class ActivityFilter(filters.FilterSet):
    facilitator = IdFilter()
    kind = filters.ChoiceFilter(choices=ACTIVITIES)
    held_from = filters.DateFilter(field_name="held_on", lookup_expr="gte")
    held_to = filters.DateFilter(field_name="held_on", lookup_expr="lte")

    class Meta:
        model = Activity
        fields: list[str] = []


@extend_schema_view(retrieve=extend_schema(responses=ActivityDetailSerializer))
class ActivityViewSet(ListModelMixin, RetrieveModelMixin, OfficeViewSet):
    """Socialisation, mentoring, mediation, advocacy and other work, the newest first.

    A POST carries the client-made `id`: sent again it answers 200 with the same activity, with
    other content 409 (`activity_id_taken`).
    """

    queryset = Activity.objects.none()
    serializer_class = ActivitySerializer
    permission_classes = [RolePermission]
    required_permission = {
        "GET": (VIEW_WORK, KEEP_WORK),
        "create": KEEP_WORK,
        "documents": KEEP_WORK,
    }
    required_scope = {
        "GET": Scope.FIELD_READ,
        "create": Scope.FIELD_WRITE,
        "documents": Scope.FIELD_WRITE,
    }
    filterset_class = ActivityFilter
    ordering_fields = ("held_on", "recorded_at")
    ordering = ("-held_on", "id")
    lookup_value_regex = UUID

    def get_queryset(self):
        return Activity.objects.visible_to(self.request.user)

    def get_serializer_class(self):
        return self.serializer_class if self.action == "list" else ActivityDetailSerializer

    def get_serializer_context(self):
        return super().get_serializer_context() | {"user": self.request.user}

    @extend_schema(
        request=ActivityInputSerializer,
        responses={201: ActivityDetailSerializer, 200: ActivityDetailSerializer},
    )
    def create(self, request, *args, **kwargs):
        asked = ActivityInputSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        me = own(request.user)
        if me is None:
            raise Refused("not_allowed", _("You record only your own work."))
        activity = services.record_activity(
            **asked.validated_data, facilitator=me, by=request.user, at=timezone.now()
        )
        return Response(
            self.get_serializer(activity).data,
            status=status.HTTP_201_CREATED if activity.is_new else status.HTTP_200_OK,
        )

    @extend_schema(
        request={"multipart/form-data": PhotoSerializer},
        responses={201: OpenApiResponse(description="`id` and `sha256` of the document kept.")},
    )
    @action(detail=True, methods=["post"], filterset_class=None, parser_classes=[MultiPartParser])
    def documents(self, request, *args, **kwargs):
        """A photo or paper of one's own activity, with a client-made `id`."""
        activity = self.get_object()
        asked = PhotoSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        document = services.add_activity_evidence(
            activity=activity,
            file=asked.validated_data["file"],
            name=asked.validated_data["file"].name,
            client_id=asked.validated_data["id"],
            by=request.user,
            at=timezone.now(),
        )
        return Response({"id": document.pk, "sha256": document.sha256}, status=201)
