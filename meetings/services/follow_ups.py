"""How a follow-up goes on after the minutes: notes, evidence, closing, escalation."""

import datetime as dt

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from core.errors import Refused
from documents.models import Document
from documents.services import keep_document
from meetings.models import Escalation, EscalationRule, FollowUp, FollowUpEntry
from meetings.services.moves import changed_meanwhile

Kind = FollowUpEntry.Kind
State = FollowUp.State


def _locked(follow_up: FollowUp, version: int | None) -> FollowUp:
    now = FollowUp.objects.select_for_update(of=("self",)).get(pk=follow_up.pk)
    if version is not None and version != now.version:
        raise changed_meanwhile(now)
    return now


def _open(follow_up: FollowUp, version: int | None) -> FollowUp:
    follow_up = _locked(follow_up, version)
    if not follow_up.is_open:
        raise Refused("follow_up_closed", _("This follow-up is closed already."))
    return follow_up


def _saved(follow_up: FollowUp, *fields: str) -> FollowUp:
    follow_up.version += 1
    follow_up.save(update_fields=[*fields, "version"])
    return follow_up


def _note(follow_up, kind, text, *, by, at, state="", document=None) -> None:
    FollowUpEntry.objects.create(
        follow_up=follow_up,
        kind=kind,
        text=text[:1000],
        state=state,
        document=document,
        by=by,
        at=at,
    )


@transaction.atomic
def tell_progress(
    *, follow_up: FollowUp, text: str, by, at: dt.datetime, version: int | None = None
) -> FollowUp:
    """What was done so far. The first word about it says that it is under way."""
    follow_up = _open(follow_up, version)
    if not text.strip():
        raise Refused("text_missing", _("Write what has been done."))
    begins = follow_up.state == State.OPEN
    _note(
        follow_up, Kind.NOTE, text.strip(), by=by, at=at, state=State.IN_PROGRESS if begins else ""
    )
    if begins:
        follow_up.state = State.IN_PROGRESS
    audit.record("follow_up.told", target=follow_up, by=by, at=at)
    return _saved(follow_up, "state")


@transaction.atomic
def add_evidence(
    *, follow_up: FollowUp, file, name: str, kind: str, by, at: dt.datetime, client_id=None
) -> Document:
    """A photo, letter or scan that shows it was done; the newest is the one that counts."""
    follow_up = _open(follow_up, None)
    document = keep_document(
        owner=follow_up, file=file, name=name, kind=kind, client_id=client_id, by=by, at=at
    )
    if follow_up.evidence_id != document.pk:
        follow_up.evidence = document
        _note(follow_up, Kind.EVIDENCE, document.name, by=by, at=at, document=document)
        _saved(follow_up, "evidence")
        audit.record("follow_up.evidence_added", target=follow_up, by=by, at=at)
    return document


@transaction.atomic
def close_follow_up(
    *,
    follow_up: FollowUp,
    by,
    at: dt.datetime,
    note: str = "",
    version: int | None = None,
) -> FollowUp:
    """It is done. Refused (`evidence_missing`) where the minutes ask for evidence and none is
    there."""
    follow_up = _open(follow_up, version)
    if follow_up.needs_evidence and follow_up.evidence_id is None:
        raise Refused(
            "evidence_missing",
            _("The minutes ask for evidence. Add a photo, letter or scan first, then close it."),
        )
    return _end(follow_up, State.DONE, note, by=by, at=at)


@transaction.atomic
def drop_follow_up(
    *, follow_up: FollowUp, reason: str, by, at: dt.datetime, version: int | None = None
) -> FollowUp:
    """It will not be done. Who keeps the minutes says why."""
    follow_up = _open(follow_up, version)
    if not reason.strip():
        raise Refused("reason_missing", _("Say why it is dropped."))
    return _end(follow_up, State.CANCELLED, reason, by=by, at=at)


def _end(follow_up, state, text, *, by, at) -> FollowUp:
    follow_up.state = state
    follow_up.closed_on = timezone.localdate(at)
    follow_up.closed_by = by
    _note(follow_up, Kind.STATE, text.strip(), by=by, at=at, state=state)
    audit.record(f"follow_up.{state}", target=follow_up, by=by, at=at)
    return _saved(follow_up, "state", "closed_on", "closed_by")


@transaction.atomic
def reopen_follow_up(
    *, follow_up: FollowUp, reason: str, by, at: dt.datetime, version: int | None = None
) -> FollowUp:
    """It was closed too early. The evidence stays in its history, and new one is asked for."""
    follow_up = _locked(follow_up, version)
    if follow_up.is_open:
        raise Refused("follow_up_open", _("This follow-up is open."))
    if not reason.strip():
        raise Refused("reason_missing", _("Say why it is opened again."))
    follow_up.state = State.IN_PROGRESS
    follow_up.closed_on = follow_up.closed_by = follow_up.evidence = None
    _note(follow_up, Kind.STATE, reason.strip(), by=by, at=at, state=State.IN_PROGRESS)
    audit.record("follow_up.reopened", target=follow_up, by=by, at=at)
    return _saved(follow_up, "state", "closed_on", "closed_by", "evidence")


@transaction.atomic
def postpone_follow_up(
    *,
    follow_up: FollowUp,
    due_on: dt.date,
    reason: str,
    by,
    at: dt.datetime,
    version: int | None = None,
) -> FollowUp:
    """A later day, with a reason. What was escalated before stays told."""
    follow_up = _open(follow_up, version)
    if due_on <= follow_up.due_on:
        raise Refused(
            "invalid",
            _("Choose a later day than the one it is due on now."),
            fields={"due_on": _("choose a later day")},
        )
    if not reason.strip():
        raise Refused("reason_missing", _("Say why it is postponed."))
    said = f"{follow_up.due_on:%d-%m-%Y} → {due_on:%d-%m-%Y}: {reason.strip()}"
    _note(follow_up, Kind.POSTPONED, said, by=by, at=at)
    follow_up.due_on = due_on
    audit.record("follow_up.postponed", target=follow_up, by=by, at=at)
    return _saved(follow_up, "due_on")


@transaction.atomic
def escalate(*, at: dt.datetime) -> int:
    """Tell of what is overdue, by the rules that hold today, each step once; how many steps.

    Safe to run twice and after days without running: every step that is due is written then.
    """
    with connection.cursor() as cursor:  # two at once would tell a step twice in the history
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('meetings.escalate'))")
    today = timezone.localdate(at)
    rules = _rules_of(today)
    made = []
    for rule in rules:
        late = (
            FollowUp.objects.open()
            .agreed()
            .filter(due_on__lte=today - dt.timedelta(days=rule.days))
        )
        made += [
            Escalation(follow_up=one, step=rule.step, to=rule.to, due_on=one.due_on, on=today)
            for one in late
        ]
    earlier = set(
        Escalation.objects.filter(follow_up__in={one.follow_up_id for one in made}).values_list(
            "follow_up_id", "step", "due_on"
        )
    )
    made = [one for one in made if (one.follow_up_id, one.step, one.due_on) not in earlier]
    Escalation.objects.bulk_create(made, ignore_conflicts=True)
    FollowUpEntry.objects.bulk_create(
        FollowUpEntry(
            follow_up=one.follow_up,
            kind=Kind.ESCALATED,
            text=one.to,  # an EscalationRule.To: whoever reads it gets his own words
            by=None,
            at=at,
        )
        for one in made
    )
    return len(made)


def _rules_of(today: dt.date) -> list[EscalationRule]:
    """Of each step the newest that holds."""
    found: dict[int, EscalationRule] = {}
    for rule in EscalationRule.objects.filter(valid_from__lte=today):
        if rule.valid_to is None or rule.valid_to > today:
            found.setdefault(rule.step, rule)
    return list(found.values())
