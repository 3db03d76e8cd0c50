"""follow-ups: what meetings agreed, how it stands, and the next word about it."""

from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.response import Response

from accounts.api.permissions import RolePermission
from accounts.scopes import Scope
from beneficiaries.models import Household
from core.api.filters import IdFilter, YesNoFilter
from core.api.views import OfficeViewSet
from core.errors import Refused
from meetings import services
from meetings.models import FollowUp, FollowUpEntry
from meetings.models.querysets import VIEW_MEETING
from meetings.queries import follow_ups as queries

State = FollowUp.State


class FollowUpEntrySerializer(serializers.ModelSerializer):
    by = serializers.CharField(source="by.full_name", allow_null=True, default=None)

    class Meta:
        model = FollowUpEntry
        fields = ["kind", "text", "state", "document", "by", "at"]
        read_only_fields = fields


class FollowUpSerializer(serializers.ModelSerializer):
    """A promise as lists show it; `household` only for who may see that family."""

    meeting = serializers.UUIDField(source="decision.issue.meeting_id")
    household = serializers.SerializerMethodField()
    concerns = serializers.SerializerMethodField(
        help_text="household, facility, the kind of another record, or empty."
    )
    overdue = serializers.SerializerMethodField()
    times_carried = serializers.IntegerField(
        help_text="On how many agendas after its own meeting it stood."
    )

    class Meta:
        model = FollowUp
        fields = [
            "id",
            "meeting",
            "number",
            "description",
            "institution",
            "owner_name",
            "due_on",
            "overdue",
            "priority",
            "needs_evidence",
            "evidence",
            "state",
            "closed_on",
            "concerns",
            "household",
            "facility",
            "times_carried",
            "version",
        ]
        read_only_fields = fields

    def get_household(self, one) -> int | None:
        return one.household_id if one.sees_family else None

    def get_concerns(self, one) -> str:
        if one.household_id:
            return "household"
        return "facility" if one.facility_id else one.subject_type

    def get_overdue(self, one) -> bool:
        return one.is_open and one.due_on < timezone.localdate()


class FollowUpDetailSerializer(FollowUpSerializer):
    """With everything that was told of it, in order."""

    entries = FollowUpEntrySerializer(many=True, read_only=True)

    class Meta(FollowUpSerializer.Meta):
        fields = [*FollowUpSerializer.Meta.fields, "entries"]
        read_only_fields = fields


class FollowUpProgressSerializer(serializers.Serializer):
    """One step with the version that was read: `note` alone tells the progress; `state` done
    closes it, cancelled drops it and in_progress opens it again, the last two with `reason`;
    `due_on` with `reason` postpones it."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    state = serializers.ChoiceField(
        [State.DONE, State.CANCELLED, State.IN_PROGRESS], required=False, allow_null=True
    )
    due_on = serializers.DateField(required=False, allow_null=True, default=None)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")

    def validate(self, said):
        said = super().validate(said)
        steps = [name for name in ("state", "due_on") if said.get(name)]
        if len(steps) > 1:
            raise serializers.ValidationError({steps[1]: _("One step at a time.")})
        if not steps and not said["note"]:
            raise serializers.ValidationError({"note": _("Write what has been done.")})
        return said


class FollowUpFilter(filters.FilterSet):
    institution = IdFilter()
    meeting = filters.UUIDFilter(field_name=queries.MEETING)
    state = filters.ChoiceFilter(choices=State.choices)
    overdue = YesNoFilter(method="of_overdue")
    household = IdFilter(method="of_household", help_text="Only of a family the asker may see.")
    area = filters.CharFilter(method="of_area", help_text="Code of a desa or above it.")

    class Meta:
        model = FollowUp
        fields: list[str] = []

    def of_overdue(self, found, name, value):
        late = queries.standing("overdue", timezone.localdate())
        return found.filter(late) if value else found.exclude(late)

    def of_household(self, found, name, value):
        seen = Household.objects.visible_to(self.request.user).filter(pk=int(value))
        return found.filter(household__in=seen)

    def of_area(self, found, name, value):
        return found.filter(queries.about_area(value))


class FollowUpViewSet(ListModelMixin, RetrieveModelMixin, OfficeViewSet):
    """Follow-ups of published minutes, by due date.

    The person and the institution in charge tell progress and close; who keeps the meeting
    postpones, drops and opens again besides (403 `not_allowed` for others).
    """

    queryset = FollowUp.objects.none()
    serializer_class = FollowUpSerializer
    permission_classes = [RolePermission]
    required_permission = {"GET": VIEW_MEETING, "partial_update": VIEW_MEETING}
    required_scope = {"GET": Scope.MEETINGS_READ, "partial_update": Scope.MEETINGS_WRITE}
    filterset_class = FollowUpFilter
    ordering_fields = ("due_on",)
    ordering = ("due_on", "id")
    lookup_value_regex = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    http_method_names = ["get", "head", "options", "patch"]

    def get_queryset(self):
        user = self.request.user
        family = Household.objects.visible_to(user).filter(pk=OuterRef("household"))
        found = (
            FollowUp.objects.visible_to(user)
            .agreed()
            .with_times_carried()
            .annotate(sees_family=Exists(family))
            .select_related("decision__issue__meeting")
        )
        return found if self.action == "list" else found.prefetch_related("entries__by")

    def get_serializer_class(self):
        return FollowUpSerializer if self.action == "list" else FollowUpDetailSerializer

    @extend_schema(request=FollowUpProgressSerializer, responses=FollowUpDetailSerializer)
    def partial_update(self, request, *args, **kwargs):
        """Tell how it stands."""
        asked = FollowUpProgressSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        mine = FollowUp.objects.changeable_by(request.user).agreed()
        found = get_object_or_404(
            mine.select_related("decision__issue__meeting"), pk=self.kwargs[self.lookup_field]
        )
        self._take(found, asked.validated_data, request.user)
        return Response(FollowUpDetailSerializer(self.get_queryset().get(pk=found.pk)).data)

    def _take(self, found, said, user):
        state, reason, note = said.get("state"), said["reason"], said["note"]
        common = {
            "follow_up": found,
            "version": said["version"],
            "by": user,
            "at": timezone.now(),
        }
        for_keepers = said["due_on"] or state == State.CANCELLED or (state and not found.is_open)
        if for_keepers and not queries.rights_on(found, user).keeps:
            raise Refused("not_allowed", _("Only who keeps this meeting may do that."))
        if said["due_on"]:
            services.postpone_follow_up(due_on=said["due_on"], reason=reason, **common)
        elif state == State.DONE:
            services.close_follow_up(note=note, **common)
        elif state == State.CANCELLED:
            services.drop_follow_up(reason=reason, **common)
        elif state == State.IN_PROGRESS and not found.is_open:
            services.reopen_follow_up(reason=reason, **common)
        else:
            services.tell_progress(text=note, **common)
