"""meetings: the plan, whom it invites, its agenda and its steps; and what came of them."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.response import Response

from accounts.api.idempotency import created_once
from accounts.api.permissions import RolePermission
from accounts.scope import holds_everywhere
from accounts.scopes import Scope
from areas.api.filters import InAreaFilter
from areas.models import Area
from core.api.filters import refuse_unknown
from core.api.views import OfficeViewSet
from core.free_text import no_identity_number
from meetings import services
from meetings.models import AgendaItem, Meeting
from meetings.models.querysets import CHANGE_MEETING, PUBLISH_MINUTES, VIEW_MEETING
from meetings.queries.meetings import meetings_of
from meetings.queries.results import NUMBERS, results_of
from meetings.services.planning import FIRST_YEAR, LAST_YEAR

ADD_MEETING = "meetings.add_meeting"
LARGEST_VERSION = 2**31 - 1
# Each step: which right on the meeting's area, and its service.
STEPS = {
    "invite": (CHANGE_MEETING, services.send_invitations),
    "hold": (CHANGE_MEETING, services.hold_meeting),
    "publish": (PUBLISH_MINUTES, services.publish_minutes),
    "close": (PUBLISH_MINUTES, services.close_meeting),
    "cancel": (CHANGE_MEETING, services.cancel_meeting),
}


class AgendaItemSerializer(serializers.ModelSerializer):
    """`follow_up` is set where an unfinished one of an earlier meeting stands there."""

    class Meta:
        model = AgendaItem
        fields = ["id", "place", "title", "detail", "speaker", "minutes", "follow_up"]
        read_only_fields = fields


class MeetingSerializer(serializers.ModelSerializer):
    """A meeting as lists show it; `version` goes with every change."""

    agreed = serializers.IntegerField(help_text="Follow-ups written in its minutes.")
    unfinished = serializers.IntegerField()

    class Meta:
        model = Meeting
        fields = [
            "id",
            "kind",
            "area",
            "number",
            "year",
            "theme",
            "place",
            "starts_at",
            "ends_at",
            "time_zone",
            "chair",
            "moderator",
            "minute_taker",
            "state",
            "agreed",
            "unfinished",
            "version",
        ]
        read_only_fields = fields


class MeetingDetailSerializer(MeetingSerializer):
    agenda = AgendaItemSerializer(many=True, read_only=True)

    class Meta(MeetingSerializer.Meta):
        fields = [*MeetingSerializer.Meta.fields, "agenda"]
        read_only_fields = fields


class MeetingPlanSerializer(serializers.Serializer):
    """What a planner writes. Times are moments with their offset."""

    kind = serializers.ChoiceField(Meeting.Kind)
    theme = serializers.CharField(max_length=200, validators=[no_identity_number])
    place = serializers.CharField(max_length=150)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    time_zone = serializers.ChoiceField(
        Meeting.TimeZone, required=False, default=Meeting.TimeZone.WIB
    )
    chair = serializers.CharField(max_length=100)
    moderator = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    minute_taker = serializers.CharField(
        max_length=100, required=False, allow_blank=True, default=""
    )


class MeetingWriteSerializer(MeetingPlanSerializer):
    """A new draft; with `id` or an Idempotency-Key it may be sent again."""

    id = serializers.UUIDField(required=False, allow_null=True, default=None)
    area = serializers.CharField(max_length=8, help_text="Code of a kabupaten or kecamatan.")


class MeetingChangeSerializer(MeetingPlanSerializer):
    """Only what is named changes; `version` is that of the meeting as it was read."""

    version = serializers.IntegerField(min_value=1, max_value=LARGEST_VERSION)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, one in self.fields.items():
            if name != "version":
                one.required, one.default = False, serializers.empty


class MeetingStepSerializer(serializers.Serializer):
    version = serializers.IntegerField(min_value=1, max_value=LARGEST_VERSION)


class MeetingCancelSerializer(MeetingStepSerializer):
    reason = serializers.CharField(max_length=500)


class FiguresSerializer(serializers.Serializer):
    """Numbers of follow-ups; `key` narrows follow-ups to those of the row."""

    key = serializers.DictField()
    label = serializers.CharField()
    share = serializers.FloatField(
        allow_null=True, help_text="kept of due in percent, half-up, 2 decimals."
    )
    numbers = serializers.DictField(child=serializers.IntegerField(), help_text=", ".join(NUMBERS))


class MeetingResultsSerializer(serializers.Serializer):
    """What was agreed and what became of it. `due`: the due date has passed, dropped ones
    included; `kept`: those of them that are done."""

    as_of = serializers.DateField()
    total = FiguresSerializer()
    institutions = FiguresSerializer(many=True)
    meetings = FiguresSerializer(many=True)
    quarters = FiguresSerializer(many=True)


class ResultsAskedSerializer(serializers.Serializer):
    year = serializers.IntegerField(
        min_value=FIRST_YEAR, max_value=LAST_YEAR, required=False, default=None
    )
    area = serializers.CharField(max_length=13, required=False, default="")


class MeetingFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(choices=Meeting.Kind.choices)
    state = filters.ChoiceFilter(choices=Meeting.State.choices)
    area = InAreaFilter("area__code")
    year = filters.NumberFilter(min_value=0, max_value=9999, decimal_places=0)

    class Meta:
        model = Meeting
        fields: list[str] = []


def _step(name, asked, words):
    """The action of one step; its permission stands in the view by its name."""

    def take(self, request, *args, **kwargs):
        return self._take(name, asked, request)

    take.__name__ = name
    take.__doc__ = words
    described = extend_schema(request=asked, responses=MeetingDetailSerializer, description=words)
    return action(detail=True, methods=["post"], filterset_class=None)(described(take))


class MeetingViewSet(ListModelMixin, RetrieveModelMixin, OfficeViewSet):
    """Meetings of the asker's areas and of those above, the newest first.

    A POST plans a draft: sent again with its `id` or the same Idempotency-Key it answers 200 with
    the same meeting, with other content 409. A PATCH and every step carry the `version` that was
    read; after somebody else's change they answer 409 with who changed it.
    """

    queryset = Meeting.objects.none()
    serializer_class = MeetingSerializer
    permission_classes = [RolePermission]
    required_permission = {
        "GET": VIEW_MEETING,
        "create": ADD_MEETING,
        "partial_update": CHANGE_MEETING,
        **{name: permission for name, (permission, _service) in STEPS.items()},
    }
    required_scope = {
        "GET": Scope.MEETINGS_READ,
        "create": Scope.MEETINGS_WRITE,
        "partial_update": Scope.MEETINGS_WRITE,
        **dict.fromkeys(STEPS, Scope.MEETINGS_WRITE),
    }
    filterset_class = MeetingFilter
    ordering_fields = ("starts_at",)
    ordering = ("-starts_at", "id")
    lookup_value_regex = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    http_method_names = ["get", "head", "options", "post", "patch"]

    def get_queryset(self):
        found = meetings_of(self.request.user)
        return found if self.action == "list" else found.prefetch_related("agenda")

    def get_serializer_class(self):
        return MeetingSerializer if self.action == "list" else MeetingDetailSerializer

    @extend_schema(
        request=MeetingWriteSerializer,
        responses={201: MeetingDetailSerializer, 200: MeetingDetailSerializer},
    )
    def create(self, request, *args, **kwargs):
        """Plan a meeting: a draft, headed by what earlier ones left unfinished."""
        asked = MeetingWriteSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = dict(asked.validated_data)
        area = Area.objects.filter(pk=said.pop("area"), level__in=(2, 3)).first()
        if area is None or not holds_everywhere(request.user, ADD_MEETING, area.pk):
            raise Http404

        def make():
            meeting = services.plan_meeting(area=area, **said, by=request.user, at=timezone.now())
            return meeting.pk, meeting.is_new

        pk, is_new = created_once(request=request, path="meetings", make=make)
        created = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(self._shown(pk), status=created)

    @extend_schema(request=MeetingChangeSerializer, responses=MeetingDetailSerializer)
    def partial_update(self, request, *args, **kwargs):
        """Change the plan, until the meeting was held."""
        meeting = self._held_by(request.user, CHANGE_MEETING)
        asked = MeetingChangeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        services.change_meeting(
            meeting=meeting,
            version=values.pop("version"),
            values=values,
            by=request.user,
            at=timezone.now(),
        )
        return Response(self._shown(meeting.pk))

    invite = _step("invite", MeetingStepSerializer, "Send the invitations.")
    hold = _step("hold", MeetingStepSerializer, "Note that the meeting was held.")
    publish = _step("publish", MeetingStepSerializer, "Publish the minutes as a frozen version.")
    close = _step("close", MeetingStepSerializer, "Close the book of the meeting.")
    cancel = _step("cancel", MeetingCancelSerializer, "Cancel a meeting not yet held.")

    def _take(self, name, serializer, request):
        permission, service = STEPS[name]
        meeting = self._held_by(request.user, permission)
        asked = serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        service(meeting=meeting, **asked.validated_data, by=request.user, at=timezone.now())
        return Response(self._shown(meeting.pk))

    def _held_by(self, user, permission) -> Meeting:
        """One whose area the user holds wholly; any other is as good as missing."""
        found = Meeting.objects.visible_to(user)
        meeting = get_object_or_404(found, pk=self.kwargs[self.lookup_field])
        if not holds_everywhere(user, permission, meeting.area_id):
            raise Http404
        return meeting

    def _shown(self, pk):
        return MeetingDetailSerializer(self.get_queryset().get(pk=pk)).data


class MeetingResultsViewSet(OfficeViewSet):
    """What meetings agreed and what became of it, of what the asker may see."""

    queryset = Meeting.objects.none()
    serializer_class = MeetingResultsSerializer
    permission_classes = [RolePermission]
    required_permission = {"GET": VIEW_MEETING}
    required_scope = {"GET": Scope.MEETINGS_READ}
    query_parameters = frozenset({"year", "area"})
    pagination_class = None
    http_method_names = ["get", "head", "options"]

    @extend_schema(
        operation_id="meeting_results_retrieve",
        parameters=[ResultsAskedSerializer],
        responses=forced_singular_serializer(MeetingResultsSerializer),
    )
    def list(self, request, *args, **kwargs):
        """By institution, by meeting and by quarter of the meeting; of a `year` or of all."""
        refuse_unknown(request, self.query_parameters)
        asked = ResultsAskedSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        found = results_of(request.user, today=timezone.localdate(), **asked.validated_data)
        return Response(self.get_serializer(found).data)
