"""How a visit was written before: each change with its author, its reason and both wordings."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from facilitators.models import VisitEvent

# The words a visit can be mended in, as they are called on its page.
WORDS = {
    "people_met": _("People met"),
    "note": _("What was found"),
    "next_step": _("Next step"),
    "next_on": _("Day of the next step"),
}


@dataclass(frozen=True)
class Change:
    """One act: `lines` are (label, before, after) of the fields that differ."""

    at: dt.datetime
    by: User | None
    reason: str
    lines: list[tuple[str, str, str]]


def changes_of(visit) -> list[Change]:
    """The newest first; empty for a visit that stands as it was sent. Two statements."""
    events = list(
        VisitEvent.objects.filter(pgh_obj=visit.pk)
        .select_related("pgh_context")
        .order_by("-pgh_id")
    )
    people = User.objects.in_bulk({_said(event, "user") for event in events} - {None, ""})
    found, later = [], visit
    for event in events:
        lines = [
            (label, _shown(getattr(event, name)), _shown(getattr(later, name)))
            for name, label in WORDS.items()
            if getattr(event, name) != getattr(later, name)
        ]
        if lines:
            who = people.get(_said(event, "user"))
            found.append(Change(event.pgh_created_at, who, _said(event, "reason") or "", lines))
        later = event
    return found


def _said(event, name):
    return event.pgh_context.metadata.get(name) if event.pgh_context else None


def _shown(value):
    return f"{value:%d-%m-%Y}" if isinstance(value, dt.date) else value or "-"
