"""Minutes: problem, decision, follow-up; published as a frozen version."""

import datetime as dt
import hashlib
import json

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts import audit
from core.errors import Refused
from meetings.models import (
    Decision,
    FollowUp,
    FollowUpEntry,
    Issue,
    Meeting,
    MinutesVersion,
    Revision,
)
from meetings.queries.minutes import content_of
from meetings.services.moves import (
    PLANNING,
    locked,
    move,
    open_revision_of,
    refuse_unless_minuting,
)
from meetings.services.planning import carried_title

_ISSUE = ("category", "title", "discussion", "raised_by", "agenda_item")
_FOLLOW_UP = (
    "description",
    "institution",
    "owner",
    "owner_name",
    "due_on",
    "priority",
    "needs_evidence",
    "household",
    "facility",
    "subject_type",
    "subject_id",
)


def _minuting(meeting: Meeting) -> Meeting:
    meeting = locked(meeting)
    refuse_unless_minuting(meeting)
    return meeting


def _changed(meeting: Meeting) -> None:
    meeting.version += 1
    meeting.save(update_fields=["version"])


def _next_place(rows) -> int:
    return (rows.aggregate(last=Max("place"))["last"] or 0) + 1


@transaction.atomic
def add_issue(*, meeting: Meeting, by, at: dt.datetime, **values) -> Issue:
    """`values`: category, title, and optionally discussion, raised_by, agenda_item."""
    meeting = _minuting(meeting)
    issue = Issue.objects.create(meeting=meeting, place=_next_place(meeting.issues), **values)
    _changed(meeting)
    audit.record("minutes.issue_added", target=meeting, by=by, at=at, issue=issue.pk)
    return issue


@transaction.atomic
def change_issue(*, issue: Issue, values: dict, by, at: dt.datetime) -> Issue:
    meeting = _minuting(issue.meeting)
    fields = [name for name in _ISSUE if name in values]
    for name in fields:
        setattr(issue, name, values[name])
    issue.save(update_fields=fields)
    _changed(meeting)
    audit.record(
        "minutes.issue_changed", target=meeting, by=by, at=at, issue=issue.pk, fields=fields
    )
    return issue


@transaction.atomic
def remove_issue(*, issue: Issue, by, at: dt.datetime) -> None:
    """With its decisions, as long as nobody has been asked to do anything (`has_follow_ups`)."""
    meeting = _minuting(issue.meeting)
    if FollowUp.objects.filter(decision__issue=issue).exists():
        raise Refused("has_follow_ups", _("This problem has follow-ups; drop them instead."))
    audit.record("minutes.issue_removed", target=meeting, by=by, at=at, issue=issue.pk)
    issue.delete()
    _changed(meeting)


@transaction.atomic
def add_decision(*, issue: Issue, text: str, by, at: dt.datetime) -> Decision:
    meeting = _minuting(issue.meeting)
    decision = Decision.objects.create(issue=issue, place=_next_place(issue.decisions), text=text)
    _changed(meeting)
    audit.record("minutes.decision_added", target=meeting, by=by, at=at, decision=decision.pk)
    return decision


@transaction.atomic
def change_decision(*, decision: Decision, text: str, by, at: dt.datetime) -> Decision:
    meeting = _minuting(decision.issue.meeting)
    decision.text = text
    decision.save(update_fields=["text"])
    _changed(meeting)
    audit.record("minutes.decision_changed", target=meeting, by=by, at=at, decision=decision.pk)
    return decision


@transaction.atomic
def remove_decision(*, decision: Decision, by, at: dt.datetime) -> None:
    meeting = _minuting(decision.issue.meeting)
    if decision.follow_ups.exists():
        raise Refused("has_follow_ups", _("This decision has follow-ups; drop them instead."))
    audit.record("minutes.decision_removed", target=meeting, by=by, at=at, decision=decision.pk)
    decision.delete()
    _changed(meeting)


@transaction.atomic
def add_follow_up(*, decision: Decision, by, at: dt.datetime, **values) -> FollowUp:
    """`values`: description, institution, owner_name, due_on; optionally owner (an account),
    priority, needs_evidence, and one thing it concerns: household, facility, or subject_type and
    subject_id (see meetings.subjects). Refused (`invalid`) when it is due before the meeting."""
    meeting = _minuting(decision.issue.meeting)
    _check_due(meeting, values["due_on"])
    last = FollowUp.objects.filter(decision__issue__meeting=meeting).aggregate(last=Max("number"))
    follow_up = FollowUp.objects.create(
        decision=decision, number=(last["last"] or 0) + 1, made_at=at, **values
    )
    _changed(meeting)
    audit.record("follow_up.added", target=follow_up, by=by, at=at, meeting=str(meeting.pk))
    return follow_up


@transaction.atomic
def change_follow_up(*, follow_up: FollowUp, values: dict, by, at: dt.datetime) -> FollowUp:
    """The wording in the minutes. How it goes on is told by `services.follow_ups`."""
    meeting = _minuting(follow_up.decision.issue.meeting)
    follow_up = (
        FollowUp.objects.select_for_update(of=("self",))
        .select_related("decision__issue__meeting")
        .get(pk=follow_up.pk)
    )
    if "due_on" in values:
        _check_due(meeting, values["due_on"])
    fields = [
        name for name in _FOLLOW_UP if name in values and values[name] != getattr(follow_up, name)
    ]
    if not fields:
        return follow_up
    if not follow_up.is_open:
        raise Refused("follow_up_closed", _("This follow-up is closed already."))
    title = carried_title(follow_up)
    for name in fields:
        setattr(follow_up, name, values[name])
    follow_up.version += 1
    follow_up.save(update_fields=[*fields, "version"])
    # Where it waits on an agenda in the words it had, it waits there in those it has now.
    waiting = follow_up.carried.filter(meeting__state__in=PLANNING, title=title)
    waiting.update(title=carried_title(follow_up))
    if meeting.is_published:
        FollowUpEntry.objects.create(
            follow_up=follow_up, kind=FollowUpEntry.Kind.CHANGED, by=by, at=at
        )
    _changed(meeting)
    audit.record("follow_up.changed", target=follow_up, by=by, at=at, fields=fields)
    return follow_up


@transaction.atomic
def remove_follow_up(*, follow_up: FollowUp, by, at: dt.datetime) -> None:
    """Before the minutes are published; afterwards it is dropped with a reason instead."""
    meeting = _minuting(follow_up.decision.issue.meeting)
    if meeting.is_published or follow_up.entries.exists():
        raise Refused("has_history", _("This follow-up has a history; drop it with a reason."))
    audit.record("follow_up.removed", target=follow_up, by=by, at=at)
    follow_up.delete()
    _changed(meeting)


def _check_due(meeting: Meeting, due_on: dt.date) -> None:
    if due_on < meeting.local_start.date():
        raise Refused(
            "invalid",
            _("A follow-up is due on the day of the meeting or later."),
            fields={"due_on": _("not before the day of the meeting")},
        )


@transaction.atomic
def publish_minutes(
    *, meeting: Meeting, by, at: dt.datetime, version: int | None = None
) -> MinutesVersion:
    """Freeze what was written as the next version; the first opens the follow-ups to those asked.

    Refused: `not_from_here`, `no_issue`, and `nothing_changed` for a revision that changed nothing.
    """
    meeting = locked(meeting, version)
    revision = open_revision_of(meeting)
    if meeting.is_published and revision is None:
        raise Refused(
            "minutes_frozen",
            _("These minutes have been published. Open a revision and say why, then change them."),
        )
    if not meeting.issues.exists():
        raise Refused("no_issue", _("Write down at least one problem that was discussed."))
    content = content_of(meeting)
    digest = _digest(content)
    last = meeting.minutes_versions.first()
    if last is not None and last.sha256 == digest:
        raise Refused("nothing_changed", _("Nothing has been changed since the last version."))
    if not meeting.is_published:
        move(meeting, Meeting.State.MINUTES_PUBLISHED, by=by, at=at)
    else:
        move(meeting, Meeting.State.MINUTES_PUBLISHED, by=by, at=at, reason=revision.reason)
    made = MinutesVersion.objects.create(
        meeting=meeting,
        number=(last.number if last else 0) + 1,
        content=content,
        sha256=digest,
        reason=revision.reason if revision else "",
        published_by=by,
        published_at=at,
    )
    if revision is not None:
        revision.ended_at = at
        revision.save(update_fields=["ended_at"])
    audit.record("minutes.published", target=meeting, by=by, at=at, version=made.number)
    return made


def _digest(content: dict) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@transaction.atomic
def open_revision(*, meeting: Meeting, reason: str, by, at: dt.datetime) -> Revision:
    """Published minutes may be changed again, for a reason everybody reads."""
    meeting = locked(meeting)
    if not meeting.is_published:
        raise Refused("not_published", _("These minutes have not been published yet."))
    if not reason.strip():
        raise Refused("reason_missing", _("Say why the minutes are changed."))
    earlier = open_revision_of(meeting)
    if earlier is not None:
        return earlier
    revision = Revision.objects.create(
        meeting=meeting, reason=reason.strip()[:500], opened_by=by, opened_at=at
    )
    audit.record("minutes.reopened", target=meeting, by=by, at=at)
    return revision


@transaction.atomic
def give_up_revision(*, meeting: Meeting, by, at: dt.datetime) -> None:
    """Nothing was changed after all. Refused (`revision_has_changes`) when something was."""
    meeting = locked(meeting)
    revision = open_revision_of(meeting)
    if revision is None:
        return
    if _digest(content_of(meeting)) != meeting.minutes_versions.first().sha256:
        raise Refused(
            "revision_has_changes",
            _("Something has been changed already: publish the new version."),
        )
    revision.ended_at = at
    revision.save(update_fields=["ended_at"])
    audit.record("minutes.revision_given_up", target=meeting, by=by, at=at)


@transaction.atomic
def close_meeting(*, meeting: Meeting, by, at: dt.datetime, version: int | None = None) -> Meeting:
    """The book of this meeting is closed; what is unfinished goes on to the next one."""
    meeting = locked(meeting, version)
    if open_revision_of(meeting):
        raise Refused("revision_open", _("A revision is open: publish it or give it up first."))
    return move(meeting, Meeting.State.CLOSED, by=by, at=at)
