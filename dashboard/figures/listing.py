"""Rows of a figure as a list shows them: whom each is about, where, what is said of it, and when.

Never a NIK or a card number in full.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.nik import mask_nik
from core.paging import page_of
from dashboard.figures.base import Asked, Figure
from jobs.registry import label_of
from meetings.queries.follow_ups import MEETING


@dataclass(frozen=True)
class Line:
    title: str
    url: str
    place: str = ""
    beneath: str = ""  # the area in which the place lies
    say: str = ""
    on: str = ""


@dataclass(frozen=True)
class Kind:
    """How one kind of row is put in order, what it is read with, and how it reads."""

    order: tuple[str, ...]
    line: Callable[..., Line]
    what: str
    when: str = ""
    related: tuple[str, ...] = ()
    newest_first: bool = False
    where: str = gettext_lazy("Area")  # heading of the place; empty where rows lie nowhere


def page_of_rows(figure: Figure, asked: Asked, query, *, area: str = "", part: str = ""):
    """A page of a figure's rows in the order of its kind: one statement, whatever the page."""
    kind = KINDS[figure.kind]
    found = figure.rows(asked, area, part).select_related(*kind.related)
    return page_of(found, kind.order, query, newest_first=kind.newest_first)


def lines_of(figure: Figure, rows) -> list[Line]:
    line = KINDS[figure.kind].line
    return [line(row) for row in rows]


def _day(value):
    if value is None:
        return ""
    day = timezone.localdate(value) if hasattr(value, "hour") else value
    return date_format(day, "j M Y")


def _name(household):
    return household.caretaker.name if household.caretaker else _("No caretaker known")


def _at(area):
    parent = area.parent if area is not None else None
    return {"place": str(area or ""), "beneath": str(parent or "")}


def _household(row):
    card = mask_nik(row.kk_number) if row.kk_number else _("no card number")
    say = f"{row.get_status_display()}, {card}"
    return Line(_name(row), row.get_absolute_url(), say=say, **_at(row.desa))


def _member(row):
    nik = mask_nik(row.nik) if row.nik else _("no NIK")
    born = _day(row.birth_on) or _("no date of birth")
    url = f"{row.household.get_absolute_url()}#art-{row.pk}"
    return Line(row.name, url, say=f"{nik}, {born}", **_at(row.household.desa))


def _difference(row):
    url = reverse("dtks:difference", args=[row.snapshot_id, row.id])
    title = row.member.name if row.member else _("Only in the file")
    say = f"{row.get_outcome_display()}: {row.snapshot}"
    return Line(title, url, say=say, **_at(row.village))


def _snapshot(row):
    say = _("%(state)s, brought in by %(who)s") % {
        "state": row.get_state_display(),
        "who": row.uploaded_by,
    }
    return Line(
        str(row), row.get_absolute_url(), place=str(row.area), say=say, on=_day(row.uploaded_at)
    )


def _proposal(row):
    family = row.visit.household
    say = f"{row.get_kind_display()}, {row.get_state_display()}"
    # Who may decide opens the proposal from the list of those that wait; the visit shows it too.
    url = reverse("facilitators:visit", args=[row.visit_id])
    return Line(_name(family), url, say=say, on=_day(row.proposed_at), **_at(family.desa))


def _visit(row):
    say = f"{row.get_purpose_display()}, {row.facilitator}"
    home = row.household
    return Line(
        _name(home), row.get_absolute_url(), say=say, on=_day(row.recorded_at), **_at(home.desa)
    )


def _request(row):
    home = row.household
    return Line(
        _name(home), home.get_absolute_url(), say=row.wanted, on=_day(row.due_on), **_at(home.desa)
    )


def _group(row):
    url = reverse("facilitators:learning_group", args=[row.pk])
    return Line(row.name, url, **_at(row.village))


def _session(row):
    url = reverse("facilitators:learning_session", args=[row.pk])
    say = str(row.topic)
    return Line(row.group.name, url, say=say, on=_day(row.held_on), **_at(row.group.village))


def _check(row):
    url = reverse("facilitators:family_checks", args=[row.household_id])
    say = f"{row.get_component_display()}: {row.get_outcome_display()}"
    return Line(row.member.name, url, say=say, **_at(row.household.desa))


def _facilitator(row):
    say = _("%(number)s families") % {"number": row.families}
    return Line(row.name, row.get_absolute_url(), say=say)


def _plan(row):
    return Line(row.name, reverse("facilitators:work_plan", args=[row.pk]))


def _own_plan(row):
    return Line(row.name, reverse("facilitators:plan_work"))


def _caseload(row):
    home = row.household
    return Line(
        _name(home),
        home.get_absolute_url(),
        say=str(row.facilitator),
        on=_day(row.starts_on),
        **_at(home.desa),
    )


def _case(row):
    home = row.household
    say = f"{row.type}, {row.get_state_display()}"
    return Line(
        _name(home), row.get_absolute_url(), say=say, on=_day(row.moved_at), **_at(home.desa)
    )


def _exit(row):
    return Line(
        _name(row.household),
        row.household.get_absolute_url(),
        say=str(row.type),
        on=_day(row.on),
        **_at(row.desa),
    )


def _monitoring(row):
    say = _("month %(month)s after the exit") % {"month": row.month}
    return Line(
        _name(row.exit.household),
        reverse("graduation:after_exit", args=[row.exit_id]),
        say=say,
        on=_day(row.due_on),
        **_at(row.exit.desa),
    )


def _status(row):
    home, reason = row.household, f": {row.reason}" if row.reason else ""
    return Line(
        _name(home),
        home.get_absolute_url(),
        say=f"{row.get_status_display()}{reason}",
        on=_day(row.on),
        **_at(home.desa),
    )


def _decision(row):
    home = row.member.household
    return Line(
        row.member.name,
        home.get_absolute_url(),
        say=f"{row.get_verdict_display()}: {row.snapshot}",
        on=_day(row.at),
        **_at(home.desa),
    )


def _job(row):
    say = _(row.error_message) if row.error_message else row.get_state_display()
    url = reverse("jobs:detail", args=[row.pk])
    return Line(label_of(row.kind), url, say=say, on=_day(row.created_at))


def _meeting(row):
    return Line(
        row.theme,
        row.get_absolute_url(),
        place=str(row.area),
        say=row.place,
        on=date_format(row.local_start, "j M Y, H.i"),
    )


def _follow_up(row):
    return Line(
        row.description,
        row.get_absolute_url(),
        place=str(row.institution),
        say=row.get_state_display(),
        on=_day(row.due_on),
    )


def _reminder(row):
    first = row.items[0]["text"] if row.items else ""
    return Line(str(row), reverse("meetings:reminders"), say=first, on=_day(row.day))


_HOME = ("household__desa__parent", "household__caretaker")
_FAMILY = gettext_lazy("Family")
_PERSON = gettext_lazy("Person")
_FACILITATOR = gettext_lazy("Facilitator")

KINDS: dict[str, Kind] = {
    "household": Kind(
        ("desa_id", "pk"), _household, _FAMILY, related=("desa__parent", "caretaker")
    ),
    "member": Kind(
        ("household__desa_id", "pk"), _member, _PERSON, related=("household__desa__parent",)
    ),
    "difference": Kind(
        ("village_id", "snapshot_id", "id"),
        _difference,
        _PERSON,
        related=("member", "village__parent", "snapshot"),
    ),
    "snapshot": Kind(
        ("pk",),
        _snapshot,
        gettext_lazy("File"),
        gettext_lazy("Brought in on"),
        ("area", "uploaded_by"),
        newest_first=True,
    ),
    "proposal": Kind(
        ("pk",),
        _proposal,
        _FAMILY,
        gettext_lazy("Proposed on"),
        ("visit__household__desa__parent", "visit__household__caretaker"),
    ),
    "visit": Kind(
        ("recorded_at", "pk"),
        _visit,
        _FAMILY,
        gettext_lazy("Arrived on"),
        (*_HOME, "facilitator"),
        newest_first=True,
    ),
    "request": Kind(("due_on", "pk"), _request, _FAMILY, gettext_lazy("Needed until"), _HOME),
    "group": Kind(
        ("village_id", "pk"), _group, gettext_lazy("Group"), related=("village__parent",)
    ),
    "session": Kind(
        ("recorded_at", "pk"),
        _session,
        gettext_lazy("Group"),
        gettext_lazy("Held on"),
        ("group__village__parent", "topic__module"),
        newest_first=True,
    ),
    "check": Kind(
        ("household__desa_id", "household_id", "pk"),
        _check,
        _PERSON,
        related=("household__desa__parent", "member"),
    ),
    "facilitator": Kind(("name", "pk"), _facilitator, _FACILITATOR, where=""),
    "plan": Kind(("name", "pk"), _plan, _FACILITATOR, where=""),
    "own_plan": Kind(("name", "pk"), _own_plan, _FACILITATOR, where=""),
    "caseload": Kind(
        ("recorded_at", "pk"),
        _caseload,
        _FAMILY,
        gettext_lazy("Since"),
        (*_HOME, "facilitator"),
        newest_first=True,
    ),
    "case": Kind(("moved_at", "pk"), _case, _FAMILY, gettext_lazy("Last step"), (*_HOME, "type")),
    "exit": Kind(
        ("on", "pk"),
        _exit,
        _FAMILY,
        gettext_lazy("Left on"),
        ("household__caretaker", "desa__parent", "type"),
        newest_first=True,
    ),
    "monitoring": Kind(
        ("due_on", "pk"),
        _monitoring,
        _FAMILY,
        gettext_lazy("Due on"),
        ("exit__household__caretaker", "exit__desa__parent"),
    ),
    "status": Kind(
        ("recorded_at", "pk"), _status, _FAMILY, gettext_lazy("On"), _HOME, newest_first=True
    ),
    "decision": Kind(
        ("at", "pk"),
        _decision,
        _PERSON,
        gettext_lazy("Decided on"),
        ("member__household__desa__parent", "snapshot"),
        newest_first=True,
    ),
    "job": Kind(
        ("created_at", "pk"),
        _job,
        gettext_lazy("Work"),
        gettext_lazy("Asked for on"),
        newest_first=True,
        where="",
    ),
    "meeting": Kind(
        ("starts_at", "pk"), _meeting, gettext_lazy("Meeting"), gettext_lazy("Begins"), ("area",)
    ),
    "follow_up": Kind(
        ("due_on", "pk"),
        _follow_up,
        gettext_lazy("Follow-up"),
        gettext_lazy("Due on"),
        ("institution", f"{MEETING}__area"),
        where=gettext_lazy("Institution"),
    ),
    "reminder": Kind(
        ("day", "pk"),
        _reminder,
        gettext_lazy("Reminder"),
        gettext_lazy("Day"),
        newest_first=True,
        where="",
    ),
}
