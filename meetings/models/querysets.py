"""Who sees what of a meeting.

Staff see meetings of their territory and of the areas above it: a facilitator of two villages
reads what the kecamatan and the kabupaten agreed. Whoever was invited sees that meeting, and a
guest of another institution sees besides it only what his own institution was asked to do.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.scope import area_codes, in_scope
from beneficiaries.scope import families_in_scope

VIEW_MEETING = "meetings.view_meeting"
CHANGE_MEETING = "meetings.change_meeting"
PUBLISH_MINUTES = "meetings.publish_minutes"
VIEW_INSTITUTION = "meetings.view_institution"
VIEW_FACILITY = "meetings.view_facility"
VIEW_REPRESENTATIVE = "meetings.view_representative"
VIEW_HOUSEHOLD = "beneficiaries.view_household"


def around(user, path: str, permission: str = VIEW_MEETING) -> Q:
    """Areas in the user's territory, and those it lies in."""
    codes = area_codes(user, permission)
    above = {code[:length] for code in codes for length in (2, 5, 8) if length < len(code)}
    return in_scope(user, path, permission) | Q(**{f"{path}__in": above})


def _own_institutions(user):
    """Those the user stands for today."""
    from meetings.models.institutions import Representative

    return Representative.objects.filter(user=user, active=True).values("institution_id")


class InstitutionQuerySet(models.QuerySet):
    """Offices by name: seen by staff, and by its own people."""

    def visible_to(self, user):
        return self.filter(
            around(user, "area")
            | around(user, "area", VIEW_INSTITUTION)
            | Q(pk__in=_own_institutions(user))
        )

    def active(self):
        return self.filter(active=True)


class FacilityQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(around(user, "area") | around(user, "area", VIEW_FACILITY))


class RepresentativeQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(
            around(user, "institution__area")
            | around(user, "institution__area", VIEW_REPRESENTATIVE)
            | Q(user=user)
        )

    def active(self):
        return self.filter(active=True, institution__active=True)


def _invited_to(user):
    from meetings.models.meetings import Invitation

    return Invitation.objects.filter(user=user, withdrawn_at__isnull=True).values("meeting_id")


class MeetingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A draft is its planners' alone; an invitation opens the meeting once it was sent."""
        staff = around(user, "area") & (~Q(state="draft") | in_scope(user, "area", CHANGE_MEETING))
        invited = Q(pk__in=_invited_to(user)) & ~Q(state="draft")
        return self.filter(staff | invited)

    def changeable_by(self, user):
        return self.visible_to(user).filter(in_scope(user, "area", CHANGE_MEETING))

    def publishable_by(self, user):
        return self.visible_to(user).filter(in_scope(user, "area", PUBLISH_MINUTES))

    def documents_visible_to(self, user):
        return self.visible_to(user)

    def for_listing(self):
        return self.select_related("area")


class OfMeetingQuerySet(models.QuerySet):
    """Rows that hang on a meeting, for the staff who read it. Guests read the paper instead."""

    path = "meeting"

    def visible_to(self, user):
        return self.filter(
            around(user, f"{self.path}__area")
            & (
                ~Q(**{f"{self.path}__state": "draft"})
                | in_scope(user, f"{self.path}__area", CHANGE_MEETING)
            )
        )


class InvitationQuerySet(OfMeetingQuerySet):
    """Staff see who was invited; a guest only himself."""

    def visible_to(self, user):
        return super().visible_to(user) | self.filter(user=user).exclude(meeting__state="draft")

    def standing(self):
        return self.filter(withdrawn_at__isnull=True)


class AttendanceQuerySet(OfMeetingQuerySet):
    def standing(self):
        return self.filter(withdrawn_at__isnull=True)


class OfIssueQuerySet(OfMeetingQuerySet):
    path = "issue__meeting"


class FollowUpQuerySet(models.QuerySet):
    """Seen with its meeting by staff, by its owner, and by the people of its institution.

    What concerns a family is seen only by whoever may see that family, and by its owner.
    """

    path = ""

    def visible_to(self, user):
        return self.filter(self._condition(user))

    def _condition(self, user):
        to = f"{self.path}__" if self.path else ""
        of_meeting = f"{to}decision__issue__meeting"
        read = (
            around(user, f"{of_meeting}__area")
            & (
                ~Q(**{f"{of_meeting}__state": "draft"})
                | in_scope(user, f"{of_meeting}__area", CHANGE_MEETING)
            )
            & (
                Q(**{f"{to}household__isnull": True})
                | families_in_scope(user, f"{to}household", VIEW_HOUSEHOLD)
            )
        )
        mine = Q(**{f"{to}owner": user})
        of_mine = Q(**{f"{to}institution__in": _own_institutions(user)})
        said = Q(**{f"{of_meeting}__state__in": ("minutes_published", "closed")})
        return read | (said & (mine | of_mine))

    def changeable_by(self, user):
        """Its owner and its institution's people tell how it stands; so does who keeps minutes."""
        keeper = in_scope(user, "decision__issue__meeting__area", CHANGE_MEETING)
        own = Q(owner=user) | Q(institution__in=_own_institutions(user))
        return self.visible_to(user).filter(keeper | own)

    def open(self):
        return self.filter(state__in=self.model.OPEN)

    def overdue(self, today=None):
        return self.open().filter(due_on__lt=today or timezone.localdate())

    def agreed(self):
        """Of minutes that were published: a note of a sitting is no promise yet."""
        return self.filter(decision__issue__meeting__state__in=("minutes_published", "closed"))

    def with_times_carried(self):
        """Adds `carried_times`: on how many agendas after its own meeting it stood."""
        there = ~Q(carried__meeting__state="cancelled") & Q(carried__isnull=False)
        return self.annotate(carried_times=models.Count("carried", filter=there, distinct=True))

    def for_listing(self):
        return self.with_times_carried().select_related(
            "institution", "owner", "decision__issue__meeting__area", "household__desa"
        )


class OfFollowUpQuerySet(FollowUpQuerySet):
    path = "follow_up"


class ReminderQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user=user)
