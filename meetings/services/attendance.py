"""Who was there: by own code, at the door, or ticked on the list."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import audit
from core.errors import Refused
from meetings.models import Attendance, Institution, Invitation, Meeting, MeetingSettings
from meetings.services.moves import locked, open_revision_of

How = Attendance.How
State = Meeting.State
MOST_AT_THE_DOOR = 500
_CHANGEABLE = ("name", "position", "represents", "arrived_at")


def settings_of(meeting: Meeting) -> MeetingSettings:
    return MeetingSettings.on(meeting.local_start.date())


def opens_at(meeting: Meeting) -> dt.datetime:
    return meeting.starts_at - dt.timedelta(minutes=settings_of(meeting).opens_minutes)


def refuse_unless_open(meeting: Meeting, at: dt.datetime) -> None:
    """The door opens some minutes before the meeting begins and closes when it ends."""
    if meeting.state not in (State.INVITED, State.HELD):
        raise Refused("not_open", _("This meeting takes no attendance."))
    if at < opens_at(meeting):
        raise Refused(
            "too_early",
            _("Check-in opens at %(clock)s. Please come back then.")
            % {"clock": clock_of(meeting, opens_at(meeting))},
        )
    if at > meeting.ends_at:
        raise Refused(
            "too_late",
            _("Check-in closed at %(clock)s. Ask the officer at the desk.")
            % {"clock": clock_of(meeting, meeting.ends_at)},
        )


def clock_of(meeting: Meeting, moment: dt.datetime) -> str:
    """08.30 WIB, with the day where it is another one."""
    local = moment.astimezone(meeting.zone)
    said = f"{local:%H.%M} {meeting.get_time_zone_display()}"
    if local.date() == timezone.now().astimezone(meeting.zone).date():
        return said
    return f"{said}, {date_format(local, 'l, j F Y')}"


def _is_late(meeting: Meeting, arrived_at: dt.datetime) -> bool:
    limit = dt.timedelta(minutes=settings_of(meeting).late_minutes)
    return arrived_at > meeting.starts_at + limit


def invitation_of(*, meeting: Meeting, code: str) -> Invitation:
    """Refused (`unknown_code`) alike for a guess, another meeting's code and one taken back."""
    found = (
        meeting.invitations.standing().select_related("institution").filter(code=code).first()
        if code
        else None
    )
    if found is None:
        raise Refused(
            "unknown_code",
            _(
                "This invitation code does not hold for this meeting. Look at the letter again, or"
                " ask the officer at the desk."
            ),
        )
    return found


@transaction.atomic
def check_in(
    *, meeting: Meeting, code: str, at: dt.datetime, name: str = "", position: str = ""
) -> Attendance:
    """The holder of the code is there, or the named person comes in his place. By nobody signed in.

    Of two telephones with one code the first is written down. Refused: `unknown_code`,
    `already_used`, `not_open`, `too_early`, `too_late`, `name_missing`.
    """
    meeting = locked(meeting)
    refuse_unless_open(meeting, at)
    invitation = invitation_of(meeting=meeting, code=code)
    return _note_invited(
        meeting, invitation, how=How.CODE, name=name, position=position, at=at, arrived_at=at
    )


def _note_invited(meeting, invitation, *, how, name, position, at, arrived_at, by=None):
    earlier = invitation.attendances.filter(withdrawn_at__isnull=True).first()
    if earlier is not None:
        raise already_used(meeting, earlier)
    name = " ".join(name.split())
    in_place = bool(name) and name.casefold() != invitation.name.casefold()
    if not name and not invitation.name:
        raise Refused(
            "name_missing",
            _("Write your name."),
            fields={"name": _("Write your name.")},
        )
    try:
        with transaction.atomic():
            made = Attendance.objects.create(
                meeting=meeting,
                invitation=invitation,
                institution=invitation.institution,
                name=name or invitation.name,
                position=position.strip() or ("" if in_place else invitation.position),
                represents=invitation.name if in_place else "",
                arrived_at=arrived_at,
                is_late=_is_late(meeting, arrived_at),
                how=how,
                recorded_by=by,
            )
    except IntegrityError:  # the lock was not enough: two processes on a replica, a repair by hand
        raise already_used(
            meeting, invitation.attendances.filter(withdrawn_at__isnull=True).get()
        ) from None
    audit.record("meeting.attended", target=meeting, by=by, at=at, attendance=str(made.pk), how=how)
    return made


def already_used(meeting: Meeting, earlier: Attendance) -> Refused:
    return Refused(
        "already_used",
        _(
            "This invitation was used at %(clock)s already. If that was not you, tell the officer"
            " at the desk."
        )
        % {"clock": clock_of(meeting, earlier.arrived_at)},
    )


@transaction.atomic
def register_at_door(
    *, meeting: Meeting, institution: Institution, name: str, position: str, at: dt.datetime
) -> Attendance:
    """Somebody in the hall whom nobody invited. He stands on the list as such."""
    meeting = locked(meeting)
    refuse_unless_open(meeting, at)
    if meeting.attendances.filter(how=How.DOOR).count() >= MOST_AT_THE_DOOR:
        raise Refused("too_many", _("Too many have registered here. Ask the officer at the desk."))
    return _note_uninvited(meeting, institution, name, position, at=at, arrived_at=at)


def _note_uninvited(meeting, institution, name, position, *, at, arrived_at, by=None):
    made = Attendance.objects.create(
        meeting=meeting,
        institution=institution,
        name=" ".join(name.split()),
        position=position.strip(),
        arrived_at=arrived_at,
        is_late=_is_late(meeting, arrived_at),
        how=How.DOOR,
        recorded_by=by,
    )
    audit.record(
        "meeting.attended", target=meeting, by=by, at=at, attendance=str(made.pk), how=How.DOOR
    )
    return made


# --- the list at the desk


def refuse_unless_listing(meeting: Meeting, at: dt.datetime) -> None:
    """The list is kept from the opening of the door until the minutes are published, and under a
    revision of them."""
    if meeting.state in (State.DRAFT, State.CANCELLED):
        raise Refused("not_open", _("This meeting takes no attendance."))
    if meeting.is_published and not open_revision_of(meeting):
        raise Refused(
            "minutes_frozen",
            _("These minutes have been published. Open a revision and say why, then change them."),
        )
    if at < opens_at(meeting):
        raise Refused(
            "too_early",
            _("Check-in opens at %(clock)s. Please come back then.")
            % {"clock": clock_of(meeting, opens_at(meeting))},
        )


def arrival(meeting: Meeting, at: dt.datetime) -> dt.datetime:
    """When somebody came whom the list notes at this moment: now, or, after the meeting, in time
    unless the clerk says otherwise."""
    return at if at <= meeting.ends_at else meeting.starts_at


@transaction.atomic
def tick(
    *,
    invitation: Invitation,
    by,
    at: dt.datetime,
    name: str = "",
    position: str = "",
    arrived_at: dt.datetime | None = None,
) -> Attendance:
    """The officer at the desk sees the invited person, or who came in his place.

    Ticked twice is ticked once. Refused (`name_missing`) where the institution sends whom it likes
    and nobody is named.
    """
    meeting = locked(invitation.meeting)
    refuse_unless_listing(meeting, at)
    if invitation.withdrawn_at is not None:
        raise Refused("withdrawn", _("This invitation was taken back."))
    earlier = invitation.attendances.filter(withdrawn_at__isnull=True).first()
    if earlier is not None:
        if name.strip():
            raise already_used(meeting, earlier)
        return earlier
    return _note_invited(
        meeting,
        invitation,
        how=How.LIST,
        name=name,
        position=position,
        at=at,
        arrived_at=arrived_at or arrival(meeting, at),
        by=by,
    )


@transaction.atomic
def add_to_list(
    *,
    meeting: Meeting,
    institution: Institution,
    name: str,
    position: str,
    by,
    at: dt.datetime,
    arrived_at: dt.datetime | None = None,
) -> Attendance:
    """Somebody not invited, noted by the officer at the desk."""
    meeting = locked(meeting)
    refuse_unless_listing(meeting, at)
    return _note_uninvited(
        meeting,
        institution,
        name,
        position,
        at=at,
        arrived_at=arrived_at or arrival(meeting, at),
        by=by,
    )


def _standing(attendance: Attendance, at: dt.datetime) -> tuple[Meeting, Attendance]:
    meeting = locked(attendance.meeting)
    refuse_unless_listing(meeting, at)
    now = Attendance.objects.select_for_update(of=("self",)).get(pk=attendance.pk)
    if now.withdrawn_at is not None:
        raise Refused("withdrawn", _("This line was withdrawn already."))
    return meeting, now


@transaction.atomic
def change_attendance(*, attendance: Attendance, values: dict, by, at: dt.datetime) -> Attendance:
    """`values`: name, position, represents, arrived_at. Late or not follows from the arrival."""
    meeting, attendance = _standing(attendance, at)
    fields = [
        name for name in _CHANGEABLE if name in values and values[name] != getattr(attendance, name)
    ]
    if not fields:
        return attendance
    for name in fields:
        setattr(attendance, name, values[name])
    attendance.is_late = _is_late(meeting, attendance.arrived_at)
    attendance.save(update_fields=[*fields, "is_late"])
    audit.record(
        "meeting.attendance_changed",
        target=meeting,
        by=by,
        at=at,
        attendance=str(attendance.pk),
        fields=fields,
    )
    return attendance


@transaction.atomic
def withdraw_attendance(*, attendance: Attendance, reason: str, by, at: dt.datetime) -> None:
    """A wrong line stays readable with its reason; its invitation can be used again."""
    meeting, attendance = _standing(attendance, at)
    if not reason.strip():
        raise Refused("reason_missing", _("Say why this line is withdrawn."))
    attendance.withdrawn_at, attendance.withdrawn_by = at, by
    attendance.withdrawn_reason = reason.strip()[:200]
    attendance.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    audit.record(
        "meeting.attendance_withdrawn",
        target=meeting,
        by=by,
        at=at,
        attendance=str(attendance.pk),
    )
