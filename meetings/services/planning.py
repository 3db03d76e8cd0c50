"""Planning a meeting: when and where, who comes, what is talked about."""

import datetime as dt
import hashlib
import json
import uuid
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import audit
from core.errors import Refused
from meetings.models import (
    AgendaItem,
    FollowUp,
    FollowUpEntry,
    Institution,
    Invitation,
    Meeting,
    MeetingEvent,
    Representative,
)
from meetings.services.moves import locked, move, refuse_unless_planning

CHANGEABLE = (
    "kind",
    "theme",
    "place",
    "starts_at",
    "ends_at",
    "time_zone",
    "chair",
    "moderator",
    "minute_taker",
)
LONGEST = dt.timedelta(days=7)
# PKH began in 2007; the results are asked for by these years too.
FIRST_YEAR, LAST_YEAR = 2007, 2200
MOST_INVITED = 1_000


@transaction.atomic
def plan_meeting(
    *,
    kind: str,
    area,
    theme: str,
    place: str,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    chair: str,
    by,
    at: dt.datetime,
    time_zone: str = Meeting.TimeZone.WIB,
    moderator: str = "",
    minute_taker: str = "",
    id: uuid.UUID | None = None,
) -> Meeting:
    """A draft with the next number of its kind, area and year; what earlier meetings of the area
    left unfinished heads its agenda.

    With an `id` it may run again: the same content by the same person answers the meeting made
    before (`is_new` False). Refusals: `meeting_id_taken`, `invalid` (times).
    """
    said = [kind, area.pk, theme, place, starts_at.isoformat(), ends_at.isoformat(), chair]
    said += [time_zone, moderator, minute_taker]
    digest = hashlib.sha256(json.dumps(said).encode("utf-8", "surrogatepass")).hexdigest()
    _one_at_a_time(area.pk)
    if id is not None:
        earlier = Meeting.objects.filter(pk=id).first()
        if earlier is not None:
            if earlier.content_sha256 != digest or earlier.made_by_id != by.pk:
                raise Refused(
                    "meeting_id_taken",
                    _("This meeting has already been saved with other content."),
                )
            earlier.is_new = False
            return earlier
    _check_times(starts_at, ends_at)
    year = starts_at.astimezone(ZoneInfo(time_zone)).year
    meeting = Meeting.objects.create(
        id=id or uuid.uuid4(),
        kind=kind,
        area=area,
        number=_next_number(area.pk, kind, year),
        year=year,
        theme=theme,
        place=place,
        starts_at=starts_at,
        ends_at=ends_at,
        time_zone=time_zone,
        chair=chair,
        moderator=moderator,
        minute_taker=minute_taker,
        made_by=by,
        made_at=at,
        content_sha256=digest,
    )
    MeetingEvent.objects.create(meeting=meeting, state=meeting.state, by=by, at=at)
    audit.record("meeting.planned", target=meeting, by=by, at=at, kind=kind, area=area.pk)
    carry_over(meeting)
    meeting.is_new = True
    return meeting


def _one_at_a_time(area: str) -> None:
    """Two planned at once get two numbers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('meetings.number'), hashtext(%s))", [area]
        )


def _next_number(area: str, kind: str, year: int) -> int:
    rows = Meeting.objects.filter(area_id=area, kind=kind, year=year)
    return (rows.aggregate(last=Max("number"))["last"] or 0) + 1


def _check_times(starts_at, ends_at) -> None:
    fields = {}
    if not FIRST_YEAR <= starts_at.year <= LAST_YEAR:
        fields["starts_at"] = _("a year from %(first)d to %(last)d") % {
            "first": FIRST_YEAR,
            "last": LAST_YEAR,
        }
    if ends_at <= starts_at:
        fields["ends_at"] = _("a meeting ends after it begins")
    elif ends_at - starts_at > LONGEST:
        fields["ends_at"] = _("a meeting lasts at most seven days")
    if fields:
        raise Refused("invalid", _("Please look at the times of the meeting."), fields=fields)


@transaction.atomic
def change_meeting(
    *, meeting: Meeting, values: dict, by, at: dt.datetime, version: int | None = None
) -> Meeting:
    """Until it was held. A kind or a year that changes brings the next number of that row."""
    meeting = locked(meeting, version)
    refuse_unless_planning(meeting)
    changed = [
        name for name in CHANGEABLE if name in values and values[name] != getattr(meeting, name)
    ]
    if not changed:
        return meeting
    _one_at_a_time(meeting.area_id)
    for name in changed:
        setattr(meeting, name, values[name])
    _check_times(meeting.starts_at, meeting.ends_at)
    year = meeting.local_start.year
    if "kind" in changed or year != meeting.year:
        meeting.year = year
        meeting.number = _next_number(meeting.area_id, meeting.kind, year)
    meeting.version += 1
    meeting.save(update_fields=[*changed, "year", "number", "version"])
    audit.record("meeting.changed", target=meeting, by=by, at=at, fields=changed)
    return meeting


@transaction.atomic
def invite(
    *,
    meeting: Meeting,
    by,
    at: dt.datetime,
    representative: Representative | None = None,
    institution: Institution | None = None,
    name: str = "",
    position: str = "",
    email: str = "",
) -> Invitation:
    """A known person, or an institution that sends whom it likes (name, position and e-mail then
    are as the letter addresses them). Whoever was invited already, and
    was not taken off the list, keeps that invitation and its code."""
    meeting = locked(meeting)
    refuse_unless_planning(meeting)
    if representative is None and institution is None:
        raise ValueError("nobody to invite")
    if meeting.invitations.standing().count() >= MOST_INVITED:
        raise Refused("too_many_invited", _("A meeting invites at most 1,000 people."))
    if representative is not None:
        earlier = meeting.invitations.filter(representative=representative).first()
        if earlier is not None:
            if earlier.withdrawn_at is not None:
                earlier.withdrawn_at = None
                earlier.save(update_fields=["withdrawn_at"])
            return earlier
        said = {
            "institution": representative.institution,
            "name": representative.name,
            "position": representative.position,
            "email": representative.email,
            "user": representative.user,
        }
    else:
        said = {"institution": institution, "name": name, "position": position, "email": email}
    invitation = Invitation.objects.create(meeting=meeting, representative=representative, **said)
    audit.record(
        "meeting.person_invited", target=meeting, by=by, at=at, invitation=str(invitation.pk)
    )
    return invitation


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by, at: dt.datetime) -> None:
    meeting = locked(invitation.meeting)
    refuse_unless_planning(meeting)
    Invitation.objects.filter(pk=invitation.pk, withdrawn_at__isnull=True).update(withdrawn_at=at)
    audit.record(
        "meeting.invitation_withdrawn", target=meeting, by=by, at=at, invitation=str(invitation.pk)
    )


@transaction.atomic
def send_invitations(
    *, meeting: Meeting, by, at: dt.datetime, version: int | None = None
) -> Meeting:
    """The plan stands and those invited may know; what was published since it was planned heads the
    agenda of the letters. Refused (`nobody_invited`, `no_agenda`)."""
    meeting = locked(meeting, version)
    if not meeting.invitations.standing().exists():
        raise Refused("nobody_invited", _("Invite somebody first."))
    carry_over(meeting)
    if not meeting.agenda.exists():
        raise Refused("no_agenda", _("Put at least one item on the agenda first."))
    return move(meeting, Meeting.State.INVITED, by=by, at=at)


@transaction.atomic
def hold_meeting(*, meeting: Meeting, by, at: dt.datetime, version: int | None = None) -> Meeting:
    """It took place. What was carried over to it is noted on each follow-up."""
    meeting = locked(meeting, version)
    if at < meeting.starts_at:
        raise Refused("not_begun", _("This meeting has not begun yet."))
    carry_over(meeting)
    meeting = move(meeting, Meeting.State.HELD, by=by, at=at)
    FollowUpEntry.objects.bulk_create(
        FollowUpEntry(
            follow_up_id=follow_up, kind=FollowUpEntry.Kind.CARRIED, text=str(meeting), by=by, at=at
        )
        for follow_up in meeting.agenda.filter(
            follow_up__isnull=False, follow_up__state__in=FollowUp.OPEN
        ).values_list("follow_up_id", flat=True)
    )
    return meeting


@transaction.atomic
def cancel_meeting(
    *, meeting: Meeting, reason: str, by, at: dt.datetime, version: int | None = None
) -> Meeting:
    meeting = locked(meeting, version)
    if not reason.strip():
        raise Refused("reason_missing", _("Say why the meeting is cancelled."))
    return move(meeting, Meeting.State.CANCELLED, by=by, at=at, reason=reason.strip())


def carry_over(meeting: Meeting) -> int:
    """Put what is unfinished at the head of the agenda, the longest overdue first; how many.

    Of all earlier meetings of the same area whose minutes were published. What is there already
    stays where the planner put it.
    """
    unfinished = list(
        FollowUp.objects.open()
        .agreed()
        .filter(
            decision__issue__meeting__area_id=meeting.area_id,
            decision__issue__meeting__starts_at__lt=meeting.starts_at,
        )
        .exclude(carried__meeting=meeting)
        .select_related("decision__issue__meeting")
        .order_by("due_on", "priority", "decision__issue__meeting__starts_at", "number", "pk")
    )
    if not unfinished:
        return 0
    head = meeting.agenda.filter(follow_up__isnull=False).count()
    others = list(meeting.agenda.order_by("place", "pk"))
    carried = [
        AgendaItem(meeting=meeting, title=carried_title(one), minutes=5, place=0, follow_up=one)
        for one in unfinished
    ]
    in_order = [*others[:head], *carried, *others[head:]]
    for place, item in enumerate(in_order, 1):
        item.place = place
    AgendaItem.objects.bulk_update(others, ["place"])
    AgendaItem.objects.bulk_create(carried)
    return len(carried)


def carried_title(one: FollowUp) -> str:
    """An agenda goes by letter and calendar to everybody invited: of a family it says only that
    there is one."""
    if one.household_id is None:
        return one.description[:200]
    with override(settings.LANGUAGE_CODE):
        return _("Follow-up no. %(number)d of %(meeting)s, concerns a family") % {
            "number": one.number,
            "meeting": one.decision.issue.meeting,
        }


@transaction.atomic
def add_agenda_item(
    *,
    meeting: Meeting,
    title: str,
    by,
    at: dt.datetime,
    detail: str = "",
    speaker: str = "",
    minutes: int = 15,
    source: str = "",
) -> AgendaItem:
    """At the end. What comes from the same source stands there once: the first is answered."""
    meeting = locked(meeting)
    refuse_unless_planning(meeting)
    if source:
        earlier = meeting.agenda.filter(source=source).first()
        if earlier is not None:
            return earlier
    last = meeting.agenda.aggregate(last=Max("place"))["last"] or 0
    item = AgendaItem.objects.create(
        meeting=meeting,
        place=last + 1,
        title=title,
        detail=detail,
        speaker=speaker,
        minutes=minutes,
        source=source,
    )
    audit.record("meeting.agenda_added", target=meeting, by=by, at=at, item=item.pk)
    return item


@transaction.atomic
def change_agenda_item(*, item: AgendaItem, values: dict, by, at: dt.datetime) -> AgendaItem:
    meeting = locked(item.meeting)
    refuse_unless_planning(meeting)
    fields = [name for name in ("title", "detail", "speaker", "minutes") if name in values]
    for name in fields:
        setattr(item, name, values[name])
    item.save(update_fields=fields)
    audit.record("meeting.agenda_changed", target=meeting, by=by, at=at, item=item.pk)
    return item


@transaction.atomic
def move_agenda_item(*, item: AgendaItem, up: bool, by, at: dt.datetime) -> None:
    """One place towards the beginning or the end; at the border nothing happens."""
    meeting = locked(item.meeting)
    refuse_unless_planning(meeting)
    in_order = list(meeting.agenda.order_by("place", "pk"))
    here = [one.pk for one in in_order].index(item.pk)
    there = here - 1 if up else here + 1
    if 0 <= there < len(in_order):
        in_order[here], in_order[there] = in_order[there], in_order[here]
    for place, one in enumerate(in_order, 1):
        one.place = place
    AgendaItem.objects.bulk_update(in_order, ["place"])


@transaction.atomic
def remove_agenda_item(*, item: AgendaItem, by, at: dt.datetime) -> None:
    """An unfinished follow-up is not taken off (`carried_over`): it is finished, dropped, or
    talked about."""
    meeting = locked(item.meeting)
    refuse_unless_planning(meeting)
    if item.follow_up_id and item.follow_up.is_open:
        raise Refused(
            "carried_over",
            _("An unfinished follow-up stays on the agenda until it is closed or dropped."),
        )
    item.delete()
    audit.record("meeting.agenda_removed", target=meeting, by=by, at=at)
