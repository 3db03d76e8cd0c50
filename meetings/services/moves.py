"""A meeting goes from one state to another; every step is a row with its author."""

import datetime as dt

from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEvent
from beneficiaries.services import ChangedMeanwhile
from core.errors import Refused
from meetings.models import Meeting, MeetingEvent, Revision

State = Meeting.State
PLANNING = (State.DRAFT, State.INVITED)
FROM = {
    State.INVITED: {State.DRAFT},
    State.HELD: {State.INVITED},
    State.MINUTES_PUBLISHED: {State.HELD, State.MINUTES_PUBLISHED, State.CLOSED},
    State.CLOSED: {State.MINUTES_PUBLISHED},
    State.CANCELLED: {State.DRAFT, State.INVITED},
}


def locked(meeting: Meeting, version: int | None = None) -> Meeting:
    """The meeting as it stands, held until the transaction ends. Raises ChangedMeanwhile."""
    now = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if version is not None and version != now.version:
        raise changed_meanwhile(now)
    return now


def changed_meanwhile(record) -> ChangedMeanwhile:
    """What stands there now, and who wrote it last as the audit trail tells."""
    last = (
        AuditEvent.objects.filter(
            target_type=record._meta.label_lower, target_id=str(record.pk), by__isnull=False
        )
        .select_related("by")
        .order_by("pk")
        .last()
    )
    state = record._meta.get_field("state")
    return ChangedMeanwhile(
        changes=[
            {
                "field": "state",
                "label": state.verbose_name,
                "before": None,
                "now": record.state,
            }
        ],
        changed_by=last.by if last else None,
        changed_at=last.at if last else None,
    )


def move(meeting: Meeting, state: str, *, by, at: dt.datetime, reason: str = "") -> Meeting:
    """Refused (`not_from_here`) where the step is not possible."""
    if meeting.state not in FROM[state]:
        raise Refused(
            "not_from_here",
            _("This meeting is at “%(state)s”; this step is not possible from there.")
            % {"state": meeting.get_state_display()},
        )
    MeetingEvent.objects.create(
        meeting=meeting, earlier=meeting.state, state=state, reason=reason[:500], by=by, at=at
    )
    meeting.state = state
    meeting.version += 1
    meeting.save(update_fields=["state", "version"])
    audit.record(f"meeting.{state}", target=meeting, by=by, at=at)
    return meeting


def refuse_unless_planning(meeting: Meeting) -> None:
    """Whom to invite and what to talk about is settled until the meeting was held."""
    if meeting.state not in PLANNING:
        raise Refused("planning_ended", _("This meeting has been held or cancelled already."))


def refuse_unless_minuting(meeting: Meeting) -> None:
    """Minutes are written from the invitation on (prepared) until they are published, and after
    that only under a revision with its reason."""
    if meeting.state in (State.DRAFT, State.CANCELLED):
        raise Refused("not_held", _("Minutes are written once the invitations were sent."))
    if meeting.is_published and not open_revision_of(meeting):
        raise Refused(
            "minutes_frozen",
            _("These minutes have been published. Open a revision and say why, then change them."),
        )


def open_revision_of(meeting: Meeting) -> Revision | None:
    return Revision.objects.filter(meeting=meeting, ended_at__isnull=True).first()
