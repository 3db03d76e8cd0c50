"""Meetings as lists and pages show them."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Prefetch, Q

from accounts.models import Assignment, User
from accounts.roles import ROLE_PERMISSIONS
from accounts.scope import area_codes
from areas.models import Area
from meetings.models import (
    Attendance,
    FollowUp,
    Institution,
    Invitation,
    Meeting,
    Representative,
)
from meetings.models.querysets import VIEW_MEETING

OPEN = Q(issues__decisions__follow_ups__state__in=FollowUp.OPEN)


def meetings_of(user, *, kind: str = "", state: str = "", area: str = ""):
    """Those the user may see, the newest first, each with `agreed` and `unfinished` follow-ups."""
    found = Meeting.objects.visible_to(user).for_listing()
    if kind:
        found = found.filter(kind=kind)
    if state:
        found = found.filter(state=state)
    if area:
        found = found.filter(area_id=area)
    return found.annotate(
        agreed=Count("issues__decisions__follow_ups", distinct=True),
        unfinished=Count("issues__decisions__follow_ups", filter=OPEN, distinct=True),
    ).order_by("-starts_at", "pk")


@dataclass
class AtTheTable:
    """An institution at a meeting: who was asked, and who came."""

    institution: Institution
    invited: list[Invitation] = field(default_factory=list)
    came: list[Attendance] = field(default_factory=list)


def table_of(meeting: Meeting) -> list[AtTheTable]:
    """By institution: those invited first, in the order of the list."""
    invited = (
        meeting.invitations.standing()
        .select_related("institution")
        .annotate(
            came=Exists(
                Attendance.objects.filter(invitation=OuterRef("pk"), withdrawn_at__isnull=True)
            )
        )
    )
    came = meeting.attendances.standing().select_related("institution")
    found: dict[int, AtTheTable] = {}
    for one in invited:
        found.setdefault(one.institution_id, AtTheTable(one.institution)).invited.append(one)
    for one in came:
        found.setdefault(one.institution_id, AtTheTable(one.institution)).came.append(one)
    return list(found.values())


def people_to_invite(meeting: Meeting, user) -> list[tuple[Institution, list[Representative]]]:
    """Institutions of the meeting's area and above, each with its people; `is_invited` told."""
    standing = meeting.invitations.standing()
    people = Representative.objects.active().annotate(
        is_invited=Exists(standing.filter(representative=OuterRef("pk")))
    )
    found = (
        institutions_near(meeting.area_id, user)
        .prefetch_related(Prefetch("representatives", people, to_attr="people"))
        .annotate(
            is_invited=Exists(
                standing.filter(institution=OuterRef("pk"), representative__isnull=True)
            )
        )
    )
    return [(one, one.people) for one in found]


def institutions_near(area: str, user):
    """Those that work in the area, in a part of it, or in the area it lies in."""
    above = [area[:length] for length in (2, 5, 8) if length <= len(area)]
    return (
        Institution.objects.visible_to(user)
        .active()
        .filter(Q(area_id__in=above) | Q(area__code__startswith=f"{area}."))
        .order_by("kind", "name", "pk")
    )


def people_in_charge(meeting: Meeting, institutions, *, besides: int | None = None):
    """Accounts that may be put in charge: staff of the area, of a part of it or of one above, and
    those who stand for one of the institutions. `besides` is one who stays whoever he is."""
    area = meeting.area_id
    above = [area[:length] for length in (2, 5, 8) if length <= len(area)]
    roles = [role for role, may in ROLE_PERMISSIONS.items() if VIEW_MEETING in may]
    staff = Assignment.objects.held_today().filter(
        Q(area_id__in=above) | Q(area__code__startswith=f"{area}."), role__in=roles
    )
    guests = Representative.objects.active().filter(institution__in=institutions)
    return (
        User.objects.filter(is_active=True)
        .filter(
            Q(pk__in=staff.values("user"))
            | Q(pk__in=guests.filter(user__isnull=False).values("user"))
            | Q(pk=besides)
        )
        .order_by("full_name", "username", "pk")
    )


def times_of(agenda, start) -> dict[int, tuple]:
    """{agenda item: (begins, ends)} when each takes the minutes planned."""
    found, now = {}, start
    for item in agenda:
        after = now + dt.timedelta(minutes=item.minutes)
        found[item.pk] = (now, after)
        now = after
    return found


def areas_of(user, permission: str) -> list[Area]:
    """Kabupaten and kecamatan in which the user holds the permission wholly."""
    codes = area_codes(user, permission)
    return list(Area.objects.within(*codes).filter(level__in=(2, 3)).order_by("code"))
