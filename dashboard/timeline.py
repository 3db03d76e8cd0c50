"""What happened to one family, from every floor, in one order.

Nothing is asked of the database here: the page has read it all already, through `visible_to`.
"""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

MOST_EVENTS = 80


@dataclass(frozen=True)
class Event:
    """`kind` is the word in front, `what` the sentence; `url` opens the record, if there is one."""

    on: dt.date
    kind: str
    what: str
    detail: str = ""
    by: str = ""
    url: str = ""


def timeline(page: dict) -> list[Event]:
    """The newest first, at most MOST_EVENTS, of the context of a family's page."""
    found = [
        *_states(page["history"]),
        *_visits(page["visits"]),
        *_graduation(page),
        *_follow_ups(page["follow_ups"]),
        *_decisions(page["decisions"]),
        *_papers(page["documents"]),
        *_people(page["caseload"], page["cards"]),
    ]
    found.sort(key=lambda event: event.on, reverse=True)
    return found[:MOST_EVENTS]


def _day(moment: dt.datetime) -> dt.date:
    return timezone.localtime(moment).date()


def _states(history):
    for change, name in history:
        yield Event(
            change.on,
            _("Member") if name else _("Family"),
            f"{name}: {change.get_status_display()}" if name else change.get_status_display(),
            change.reason,
            str(change.by or ""),
        )


def _visits(visits):
    for visit in visits:
        yield Event(
            _day(visit.device_at),
            _("Visit"),
            visit.get_purpose_display(),
            visit.next_step and f"{_('Next step')}: {visit.next_step}",
            str(visit.recorded_by),
            visit.get_absolute_url(),
        )


def _graduation(page):
    for case in page.get("cases", ()):
        said = {"kind": _("Graduation"), "url": case.get_absolute_url()}
        yield Event(_day(case.opened_at), what=f"{case.type}: {_('proposed')}", **said)
        if case.moved_at > case.opened_at:
            yield Event(
                _day(case.moved_at), what=f"{case.type}: {case.get_state_display().lower()}", **said
            )
    for gone in page.get("exits", ()):
        yield Event(gone.on, _("Exit"), str(gone.type))
        if gone.reentered_on:
            yield Event(gone.reentered_on, _("Exit"), _("came back into the programme"))


def _follow_ups(follow_ups):
    for one in follow_ups:
        meeting = one.decision.issue.meeting
        said = {"kind": _("Meeting"), "url": one.get_absolute_url()}
        yield Event(
            meeting.local_start.date(),
            what=one.description,
            detail=f"{meeting} · {one.institution}",
            **said,
        )
        if one.closed_on:
            yield Event(
                one.closed_on, what=f"{one.description}: {one.get_state_display().lower()}", **said
            )


def _decisions(decisions):
    for decision in decisions:
        yield Event(
            _day(decision.at),
            _("Decision"),
            f"{decision.member}: {decision.get_verdict_display().lower()}",
            decision.note,
            str(decision.by),
        )


def _papers(documents):
    for document in documents:
        yield Event(
            _day(document.received_at),
            _("Document"),
            document.get_kind_display(),
            by=str(document.uploaded_by),
            url=document.get_absolute_url(),
        )


def _people(caseload, cards):
    for row in caseload:
        yield Event(
            row.starts_on,
            _("Facilitator"),
            _("accompanied by %(name)s from now on") % {"name": row.facilitator},
        )
    for card in cards:
        yield Event(card.replaced_on, _("Family"), _("The family card was replaced."))
