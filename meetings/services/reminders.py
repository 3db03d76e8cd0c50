"""Every morning each person is told once what waits: in the application, and by e-mail.

The row of a person and a day is written first and is unique; only whoever wrote it sends the
letter. So two workers at once send one letter, and a letter that was cut off is not sent again.
What stands in it names no family: a letter passes through hands nobody knows.
"""

import datetime as dt
import re
import smtplib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from accounts.models import Assignment, User
from accounts.roles import Role
from core.nik import digits, mask_nik
from meetings.models import (
    Escalation,
    EscalationRule,
    FollowUp,
    Invitation,
    Meeting,
    MeetingSettings,
    Reminder,
    Representative,
)

log = structlog.get_logger(__name__)
# A server that does not answer is not asked for every letter: the rows stand, the letters wait.
MOST_SILENCES = 5
_NO_ANSWER = (smtplib.SMTPConnectError, smtplib.SMTPServerDisconnected)
_LONG_NUMBER = re.compile(r"\d(?:[ .\-]?\d){15}")
_TOLD_TO = {
    EscalationRule.To.COORDINATOR.value: Role.DISTRICT_COORDINATOR.value,
    EscalationRule.To.HEAD.value: Role.HEAD.value,
}


@dataclass
class Told:
    """What one person is told today: an account, a person of an institution without one, or
    whoever reads an address that was invited."""

    user: User | None = None
    representative: Representative | None = None
    email: str = ""
    name: str = ""
    items: list[dict] = field(default_factory=list)


class _People(dict):
    """{(kind, key): Told}, each person once."""

    def told(self, *, user=None, representative=None) -> Told:
        email = representative.email if representative else ""
        if user is None and representative.user_id and representative.user.is_active:
            user, representative = representative.user, None
        if user is not None:
            found = self.setdefault(("user", user.pk), Told(user=user, email=user.email))
        else:
            found = self.setdefault(
                ("representative", representative.pk), Told(representative=representative)
            )
        found.email = found.email or email
        found.name = str(found.user or found.representative.name)
        return found

    def told_at(self, email: str, name: str) -> Told:
        """Whoever is told something at this address today already, or the address itself."""
        email = email.strip().lower()
        for one in self.values():
            if one.email.lower() == email:
                return one
        return self.setdefault(("address", email), Told(email=email, name=name))


def remind(*, at: dt.datetime) -> dict[str, int]:
    """Tell everybody what waits for them; {"told", "sent", "failed"} of this run.

    Safe to run twice a day and by two workers at once. Call it outside a transaction: a row that
    is not committed before its letter leaves does not keep the other worker from sending.
    """
    today = timezone.localdate(at)
    told = 0

    def letters():
        nonlocal told
        for one in _people_to_tell(today).values():
            row, is_new = _row_of(one, today)
            told += is_new
            if is_new and row.email:
                yield row, one.name

    with override(settings.LANGUAGE_CODE):
        sent = _send_all(letters())
    done = {"told": told} | sent
    log.info("meetings.reminded", **done)
    return done


def remind_again(*, at: dt.datetime) -> dict[str, int]:
    """Send today's letters that no server took; {"sent", "failed"}. Safe for two workers at once.

    A letter is taken out of the waiting ones before it is sent, so that nobody gets it twice. Whose
    account was closed since the morning is not written to.
    """
    waiting = (
        Reminder.objects.filter(day=timezone.localdate(at), unheard=True)
        .exclude(user__is_active=False)
        .exclude(representative__active=False)
    )
    with override(settings.LANGUAGE_CODE):
        done = _send_all(
            (row, str(row.user or row.representative or row.email))
            for row in list(waiting.select_related("user", "representative").order_by("pk"))
            if waiting.filter(pk=row.pk).update(unheard=False)
        )
    log.info("meetings.reminded_again", **done)
    return done


def _send_all(letters: Iterable[tuple[Reminder, str]]) -> dict[str, int]:
    """{"sent", "failed"}; after MOST_SILENCES in a row the rest waits for `remind_again`."""
    done = {"sent": 0, "failed": 0}
    silences = 0
    for row, name in letters:
        outcome = "silent" if silences >= MOST_SILENCES else _send(row, name)
        silences = silences + 1 if outcome == "silent" else 0
        is_sent = outcome == "sent"
        done["sent" if is_sent else "failed"] += 1
        Reminder.objects.filter(pk=row.pk).update(
            emailed_at=timezone.now() if is_sent else None,
            failed=not is_sent,
            unheard=outcome == "silent",
        )
    return done


def _row_of(told: Told, today: dt.date) -> tuple[Reminder, bool]:
    if told.user or told.representative:
        whom = {"user": told.user, "representative": told.representative}
        rest = {"email": told.email}
    else:
        whom = {"user": None, "representative": None, "email": told.email}
        rest = {}
    return Reminder.objects.get_or_create(**whom, day=today, defaults={"items": told.items} | rest)


def read_reminders(*, by, at: dt.datetime) -> int:
    """The person has seen what waits; how many days of it."""
    return Reminder.objects.filter(user=by, seen_at__isnull=True).update(seen_at=at)


# --- who is told what


def _people_to_tell(today: dt.date) -> _People:
    people = _People()
    rules = MeetingSettings.on(today)
    _add_invitations(people, today, today + dt.timedelta(days=rules.ahead_days))
    _add_own_follow_ups(people, today, today + dt.timedelta(days=rules.due_days))
    _add_escalated(people, today)
    _add_addresses(people, today, today + dt.timedelta(days=rules.ahead_days))
    return people


def _coming(first, last):
    """Standing invitations to meetings that begin within these days, as their place counts days."""
    margin = dt.timedelta(days=1)
    found = (
        Invitation.objects.standing()
        .filter(
            meeting__state=Meeting.State.INVITED,
            meeting__starts_at__date__range=(first - margin, last + margin),
        )
        .select_related("meeting", "user", "representative__user", "representative__institution")
        .order_by("meeting__starts_at", "pk")
    )
    return (one for one in found if first <= one.meeting.local_start.date() <= last)


def _add_invitations(people, first, last):
    for one in _coming(first, last):
        if one.user_id and one.user.is_active:
            _tell(people.told(user=one.user), _invited_words(one.meeting))
        elif one.representative_id:
            _tell(people.told(representative=one.representative), _invited_words(one.meeting))


def _add_addresses(people, first, last):
    """Invited by an address alone: nothing but the invitation is told there. After everybody else,
    so that who reads two letters at one address gets one."""
    for one in _coming(first, last):
        if one.email and not one.representative_id and not one.user_id:
            _tell(people.told_at(one.email, str(one)), _invited_words(one.meeting))


def _tell(told: Told, item: dict) -> None:
    if item not in told.items:
        told.items.append(item)


def _invited_words(meeting: Meeting) -> dict:
    start = meeting.local_start
    return {
        "text": _("Meeting: %(meeting)s, %(day)s at %(clock)s %(zone)s, %(place)s.")
        % {
            "meeting": meeting,
            "day": date_format(start, "l, j F Y"),
            "clock": f"{start:%H.%M}",
            "zone": meeting.get_time_zone_display(),
            "place": meeting.place,
        },
        "url": meeting.get_absolute_url(),
    }


def _add_own_follow_ups(people, today, last):
    """Due soon or overdue: told to the person in charge, or to those of the institution."""
    found = list(
        FollowUp.objects.open()
        .agreed()
        .filter(due_on__lte=last)
        .select_related("owner", "decision__issue__meeting")
        .order_by("due_on", "priority", "pk")
    )
    of_institution = defaultdict(list)
    for person in (
        Representative.objects.active()
        .filter(institution__in={one.institution_id for one in found})
        .select_related("user", "institution")
        .order_by("pk")
    ):
        of_institution[person.institution_id].append(person)
    for one in found:
        item = {"text": f"{_due_words(one, today)}.", "url": one.get_absolute_url()}
        if one.owner_id and one.owner.is_active:
            people.told(user=one.owner).items.append(item)
            continue
        near = of_institution[one.institution_id]
        named = [p for p in near if p.name.casefold() == one.owner_name.casefold()]
        for person in named or near:
            told = people.told(representative=person)
            if item not in told.items:
                told.items.append(item)


def _add_escalated(people, today):
    """What was escalated to a role, for whoever holds it today where the meeting was."""
    found = list(
        Escalation.objects.filter(
            to__in=_TOLD_TO,
            due_on=F("follow_up__due_on"),
            follow_up__in=FollowUp.objects.open().agreed(),
        )
        .select_related("follow_up__institution", "follow_up__decision__issue__meeting")
        .order_by("due_on", "follow_up", "step")
    )
    if not found:
        return
    held = list(
        Assignment.objects.held_on(today)
        .filter(role__in=_TOLD_TO.values(), user__is_active=True)
        .select_related("user")
        .order_by("pk")
    )
    for one in found:
        area = one.follow_up.decision.issue.meeting.area_id
        item = {
            "text": _("Escalated to you: %(what)s. In charge: %(institution)s.")
            % {
                "what": _due_words(one.follow_up, today),
                "institution": one.follow_up.institution.short_name,
            },
            "url": one.follow_up.get_absolute_url(),
        }
        for post in held:
            if post.role == _TOLD_TO[one.to] and _holds(post.area_id, area):
                told = people.told(user=post.user)
                if item not in told.items:
                    told.items.append(item)


def _holds(area: str, code: str) -> bool:
    return code == area or code.startswith(f"{area}.")


def _due_words(one: FollowUp, today: dt.date) -> str:
    days = (today - one.due_on).days
    said = {
        "what": _named(one),
        "meeting": one.decision.issue.meeting,
        "day": date_format(one.due_on, "j F Y"),
    }
    if days > 0:
        late = ngettext("%(days)d day late", "%(days)d days late", days) % {"days": days}
        return _("%(what)s (%(meeting)s), due on %(day)s, %(late)s") % (said | {"late": late})
    return _("%(what)s (%(meeting)s), due on %(day)s") % said


def _named(one: FollowUp) -> str:
    """Its words, without any number of a person; of a family only that it concerns one."""
    if one.household_id:
        return _("Follow-up no. %(number)d, concerns a family") % {"number": one.number}
    return _LONG_NUMBER.sub(lambda found: mask_nik(digits(found[0])), one.description)


# --- the letter


def _send(row: Reminder, name: str) -> str:
    """ "sent", "failed" (this letter was turned away), or "silent" (no server answered)."""
    lines = "\n".join(f"- {item['text']}" for item in row.items)
    letter = EmailMessage(
        subject=_("Reminder of %(office)s: meetings and follow-ups")
        % {"office": settings.PKH_OFFICE_NAME},
        body=_letter() % {"name": name, "lines": lines, "office": settings.PKH_OFFICE_NAME},
        to=[row.email],
        # Nobody's "out of office" answers it (RFC 3834).
        headers={"Auto-Submitted": "auto-generated", "Content-Language": settings.LANGUAGE_CODE},
    )
    try:
        letter.send()
    except (OSError, ValueError) as problem:
        # ValueError: an address no letter can bear. What a server said about one letter is an
        # SMTPException, and no silence of the server.
        log.warning("meetings.letter_failed", reminder=row.pk, problem=type(problem).__name__)
        spoke = isinstance(problem, (smtplib.SMTPException, ValueError))
        return "failed" if spoke and not isinstance(problem, _NO_ANSWER) else "silent"
    return "sent"


def _letter() -> str:
    return _(
        "Dear %(name)s,\n\nThis waits for you:\n\n%(lines)s\n\n"
        "Sign in to the office's application for the details and to tell how it stands. Whoever "
        "has no account there answers to the office that sent the invitation.\n\n%(office)s\n"
    )
