"""learning-groups and learning-sessions: read, and record a session with its attendance."""

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.parsers import JSONParser
from rest_framework.response import Response

from accounts.api.idempotency import created_once
from accounts.api.permissions import RolePermission
from accounts.scopes import Scope
from areas.api.filters import InAreaFilter
from core.api.filters import IdFilter
from core.api.views import OfficeViewSet
from core.paging import LARGEST_ID
from facilitators.models import Attendance, LearningGroup, LearningSession, LearningTopic
from facilitators.queries.learning import percent
from facilitators.services import record_session
from facilitators.services.learning import MOST_GUESTS

MOST_FAMILIES = 500


class LearningGroupSerializer(serializers.ModelSerializer):
    """A group of families of one village."""

    families = serializers.IntegerField(help_text="Families in the group today.")
    last_held_on = serializers.DateField(allow_null=True)

    class Meta:
        model = LearningGroup
        fields = ["id", "name", "village", "starts_on", "ends_on", "families", "last_held_on"]
        read_only_fields = fields


class LearningSessionSerializer(serializers.ModelSerializer):
    """A session with its counts. Guests are counted apart and not in the percentage."""

    module = serializers.CharField(source="topic.module.code")
    siks_topic = serializers.CharField(source="topic.module.siks_topic")
    present = serializers.IntegerField()
    ill = serializers.IntegerField()
    absent = serializers.IntegerField()
    attendance_percent = serializers.SerializerMethodField()

    class Meta:
        model = LearningSession
        fields = [
            "id",
            "group",
            "topic",
            "module",
            "siks_topic",
            "held_on",
            "place",
            "understanding",
            "note",
            "present",
            "ill",
            "absent",
            "guests",
            "attendance_percent",
            "recorded_at",
        ]
        read_only_fields = fields

    def get_attendance_percent(self, session) -> float | None:
        found = percent(session.present, session.expected)
        return None if found is None else float(found)


class AttendanceSerializer(serializers.ModelSerializer):
    class Meta:
        model = Attendance
        fields = ["household", "member", "status"]
        read_only_fields = fields


class LearningSessionDetailSerializer(LearningSessionSerializer):
    """With the attendance of the families the asker may see."""

    attendance = AttendanceSerializer(many=True)

    class Meta(LearningSessionSerializer.Meta):
        fields = [*LearningSessionSerializer.Meta.fields, "attendance"]
        read_only_fields = fields


class AttendanceInputSerializer(serializers.Serializer):
    household = serializers.IntegerField(min_value=0, max_value=LARGEST_ID)
    member = serializers.IntegerField(
        min_value=0,
        max_value=LARGEST_ID,
        required=False,
        allow_null=True,
        default=None,
        help_text="Who came for the family; the caretaker when empty.",
    )
    status = serializers.ChoiceField(Attendance.Status)


class LearningSessionInputSerializer(serializers.Serializer):
    """Every family of the group on that day, once."""

    id = serializers.UUIDField(required=False, help_text="Made by the sender; may be sent again.")
    group = serializers.IntegerField(min_value=0, max_value=LARGEST_ID)
    topic = serializers.PrimaryKeyRelatedField(queryset=LearningTopic.objects.all())
    held_on = serializers.DateField()
    place = serializers.CharField(max_length=150, required=False, allow_blank=True, default="")
    understanding = serializers.ChoiceField(
        LearningSession.Understanding, required=False, allow_blank=True, default=""
    )
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    guests = serializers.IntegerField(min_value=0, max_value=MOST_GUESTS, required=False, default=0)
    attendance = AttendanceInputSerializer(many=True, max_length=MOST_FAMILIES)


class LearningGroupFilter(filters.FilterSet):
    village = InAreaFilter("village__code")
    on = filters.DateFilter(method="filter_on", help_text="Groups of this day.")

    class Meta:
        model = LearningGroup
        fields: list[str] = []

    def filter_on(self, queryset, name, day):
        return queryset.held_on(day)


class LearningGroupViewSet(ListModelMixin, RetrieveModelMixin, OfficeViewSet):
    """Groups of the asker's territory, or of the own families."""

    queryset = LearningGroup.objects.none()
    serializer_class = LearningGroupSerializer
    permission_classes = [RolePermission]
    required_permission = {"GET": "facilitators.view_learninggroup"}
    required_scope = {"GET": Scope.FIELD_READ}
    filterset_class = LearningGroupFilter
    ordering_fields = ("id", "name")
    ordering = ("id",)

    def get_queryset(self):
        groups = LearningGroup.objects.visible_to(self.request.user)
        return groups.with_numbers(timezone.localdate())


class LearningSessionFilter(filters.FilterSet):
    group = IdFilter()
    topic = IdFilter()
    village = InAreaFilter("group__village__code")
    held_from = filters.DateFilter(field_name="held_on", lookup_expr="gte")
    held_to = filters.DateFilter(field_name="held_on", lookup_expr="lte")

    class Meta:
        model = LearningSession
        fields: list[str] = []


@extend_schema_view(retrieve=extend_schema(responses=LearningSessionDetailSerializer))
class LearningSessionViewSet(ListModelMixin, RetrieveModelMixin, OfficeViewSet):
    """P2K2 sessions that were held."""

    queryset = LearningSession.objects.none()
    serializer_class = LearningSessionSerializer
    permission_classes = [RolePermission]
    required_permission = {
        "GET": "facilitators.view_learningsession",
        "create": "facilitators.add_learningsession",
    }
    required_scope = {"GET": Scope.FIELD_READ, "create": Scope.FIELD_WRITE}
    filterset_class = LearningSessionFilter
    ordering_fields = ("held_on", "recorded_at")
    ordering = ("-held_on", "id")
    lookup_value_regex = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    parser_classes = [JSONParser]

    def get_serializer_class(self):
        return self.serializer_class if self.action == "list" else LearningSessionDetailSerializer

    def get_queryset(self):
        sessions = LearningSession.objects.visible_to(self.request.user)
        sessions = sessions.with_counts().select_related("topic__module")
        if self.action == "list":
            return sessions
        rows = Attendance.objects.visible_to(self.request.user).order_by("household_id")
        return sessions.prefetch_related(Prefetch("attendance", rows))

    @extend_schema(
        request=LearningSessionInputSerializer,
        responses={
            201: LearningSessionDetailSerializer,
            200: LearningSessionDetailSerializer,
        },
    )
    def create(self, request, *args, **kwargs):
        """Record a session with everybody's attendance. The same `id` with the same content, or
        the same Idempotency-Key, answers the session kept before, 200; other content 409."""
        serializer = LearningSessionInputSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = dict(serializer.validated_data)
        rows = sent.pop("attendance")
        attendance = {row["household"]: (row["status"], row["member"]) for row in rows}
        if len(attendance) < len(rows):
            raise serializers.ValidationError({"attendance": _("A family is named twice.")})
        group = get_object_or_404(
            LearningGroup.objects.recordable_by(request.user), pk=sent.pop("group")
        )

        def make():
            session, created = record_session(
                group=group,
                client_id=sent.pop("id", None),
                attendance=attendance,
                **sent,
                by=request.user,
                at=timezone.now(),
            )
            return session.pk, created

        pk, is_new = created_once(request=request, path="learning-sessions", make=make)
        session = get_object_or_404(self.get_queryset(), pk=pk)
        return Response(
            LearningSessionDetailSerializer(session).data,
            status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK,
        )
