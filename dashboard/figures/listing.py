"""Rows of a figure as a list shows them: whom each is about, where, what is said of it, and when.

Never a NIK or a card number in full. Screen, print, spreadsheet and REST show the same lines of
the same `Rows`.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.scope import area_codes
from areas.models import Area
from beneficiaries.scope import split_scope
from core.nik import mask_nik
from core.paging import Slice, page_of
from dashboard.figures.base import EXPORT_ROWS, Asked, Figure
from jobs.registry import label_of
from meetings.queries.follow_ups import MEETING

MOST_NAMED = 3  # areas by name, before the rest are only counted


@dataclass(frozen=True)
class Line:
    """`facts` answer the headings of the kind; `words` say them as a sentence where a bare list
    would not be understood. `url` is empty where the user may not look further."""

    title: str
    url: str
    place: str = ""
    beneath: str = ""  # the area in which the place lies
    facts: tuple[str, ...] = ()
    words: str = ""
    day: dt.date | None = None
    moment: dt.datetime | None = None  # instead of the day, where the hour matters

    @property
    def say(self) -> str:
        return self.words or ", ".join(filter(None, self.facts))

    @property
    def on(self) -> str:
        if self.moment is not None:
            return date_format(self.moment, "j M Y, H.i")
        return date_format(self.day, "j M Y") if self.day else ""

    @property
    def in_digits(self) -> str:
        """As a spreadsheet has it."""
        if self.moment is not None:
            return f"{self.moment:%d-%m-%Y %H.%M}"
        return f"{self.day:%d-%m-%Y}" if self.day else ""


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
    facts: tuple[str, ...] = ()  # headings of what is said of a row


@dataclass(frozen=True)
class Rows:
    """What is asked for: a figure, perhaps narrowed to an area and a part."""

    figure: Figure
    asked: Asked
    area: str = ""
    part: str = ""
    # Only those which the user may take out of the office.
    taken_out: bool = False

    @property
    def kind(self) -> Kind:
        return KINDS[self.figure.kind]

    @cached_property
    def found(self) -> QuerySet:
        rows = self.figure.rows_to_take_out if self.taken_out else self.figure.rows
        return rows(self.asked, self.area, self.part)

    def number(self) -> int:
        return self.found.count()

    def page(self, query) -> Slice:
        """A page in the order of the kind: one statement, whatever the page."""
        kind = self.kind
        return page_of(self.readable, kind.order, query, newest_first=kind.newest_first)

    def in_order(self) -> QuerySet:
        sign = "-" if self.kind.newest_first else ""
        return self.readable.order_by(*(f"{sign}{field}" for field in self.kind.order))

    @property
    def readable(self) -> QuerySet:
        return self.found.select_related(*self.kind.related)

    def lines(self, rows: Iterable) -> list[Line]:
        return [self.kind.line(row) for row in rows]

    @cached_property
    def scope(self) -> str:
        """In words: the area that was chosen, or those the user holds; and the part."""
        return ", ".join(filter(None, (self._where, self.part_name)))

    @cached_property
    def part_name(self) -> str:
        name = self.figure.part_name
        return name(self.part) if self.part and name else ""

    @property
    def _where(self) -> str:
        areas = self.areas()
        if not areas:
            return self.area or _("your own")
        named = "; ".join(_called(area) for area in areas[:MOST_NAMED])
        if (more := len(areas) - MOST_NAMED) > 0:
            named = _("%(areas)s and %(more)s more") % {"areas": named, "more": more}
        return _("entrusted families in %(areas)s") % {"areas": named} if self._entrusted else named

    @property
    def _entrusted(self) -> bool:
        """Of these areas only the families that somebody accompanies are seen."""
        figure = self.figure
        if not figure.lies_somewhere or not figure.permissions:
            return False
        wide, narrowed = split_scope(self.asked.user, "household", figure.permissions[0])
        return bool(narrowed) and not wide

    def areas(self) -> list[Area]:
        """Where its rows may lie: the area that was chosen, or those the user holds; none where
        rows lie nowhere or stand for himself."""
        figure, user = self.figure, self.asked.user
        if self.area:
            codes = [self.area]
        elif self.taken_out:
            codes = area_codes(user, EXPORT_ROWS)
        else:
            codes = area_codes(user, figure.permissions[0]) if figure.permissions else []
        return self.asked.once(
            f"areas {','.join(codes)}",
            lambda: list(
                Area.objects.filter(pk__in=codes).select_related("parent").order_by("code")
            ),
        )

    @property
    def has_kecamatan(self) -> bool:
        """The kecamatan stands beside the place of a row."""
        return bool(self.figure.place and self.kind.where)


def _called(area: Area) -> str:
    """A kecamatan is often called like its kabupaten, and a village like its kecamatan."""
    if area.level == Area.Level.KECAMATAN:
        return _("Kecamatan %(name)s") % {"name": area.name}
    if area.level == Area.Level.DESA and area.parent:
        return f"{area.name}, {_called(area.parent)}"
    return str(area)


def _local(value) -> dt.date | None:
    return timezone.localdate(value) if isinstance(value, dt.datetime) else value


def _day(value) -> str:
    return date_format(_local(value), "j M Y") if value else ""


def _name(household):
    return household.caretaker.name if household.caretaker else _("No caretaker known")


def _at(area):
    parent = area.parent if area is not None else None
    return {"place": str(area or ""), "beneath": str(parent or "")}


def _household(row):
    card = mask_nik(row.kk_number) if row.kk_number else _("no card number")
    facts = (str(row.get_status_display()), card)
    return Line(_name(row), row.get_absolute_url(), facts=facts, **_at(row.desa))


def _member(row):
    nik = mask_nik(row.nik) if row.nik else _("no NIK")
    born = _day(row.birth_on) or _("no date of birth")
    url = f"{row.household.get_absolute_url()}#art-{row.pk}"
    return Line(row.name, url, facts=(nik, born), **_at(row.household.desa))


def _difference(row):
    url = reverse("dtks:difference", args=[row.snapshot_id, row.id])
    title = row.member.name if row.member else _("Only in the file")
    facts = (str(row.get_outcome_display()), str(row.snapshot))
    return Line(title, url, facts=facts, **_at(row.village))


def _snapshot(row):
    state, who = str(row.get_state_display()), str(row.uploaded_by)
    return Line(
        str(row),
        row.get_absolute_url(),
        place=str(row.area),
        facts=(state, who),
        words=_("%(state)s, brought in by %(who)s") % {"state": state, "who": who},
        day=_local(row.uploaded_at),
    )


def _proposal(row):
    family = row.visit.household
    facts = (str(row.get_kind_display()), str(row.get_state_display()))
    # Who may decide opens the proposal from the list of those that wait; the visit shows it too.
    url = reverse("facilitators:visit", args=[row.visit_id])
    return Line(_name(family), url, facts=facts, day=_local(row.proposed_at), **_at(family.desa))


def _visit(row):
    facts = (str(row.get_purpose_display()), str(row.facilitator))
    home = row.household
    return Line(
        _name(home),
        row.get_absolute_url(),
        facts=facts,
        day=_local(row.recorded_at),
        **_at(home.desa),
    )


def _request(row):
    home = row.household
    return Line(
        _name(home),
        home.get_absolute_url(),
        facts=(row.wanted,),
        day=_local(row.due_on),
        **_at(home.desa),
    )


def _group(row):
    url = reverse("facilitators:learning_group", args=[row.pk])
    return Line(row.name, url, **_at(row.village))


def _session(row):
    url = reverse("facilitators:learning_session", args=[row.pk])
    facts = (str(row.topic),)
    return Line(row.group.name, url, facts=facts, day=_local(row.held_on), **_at(row.group.village))


def _check(row):
    url = reverse("facilitators:family_checks", args=[row.household_id])
    facts = (str(row.get_component_display()), str(row.get_outcome_display()))
    return Line(row.member.name, url, facts=facts, **_at(row.household.desa))


def _facilitator(row):
    words = _("%(number)s families") % {"number": row.families}
    return Line(row.name, row.get_absolute_url(), facts=(str(row.families),), words=words)


def _accompanies(row):
    """Who accompanies families here may be posted elsewhere: his page is for those there."""
    url = row.get_absolute_url() if row.opens else ""
    return Line(row.name, url, facts=(str(row.get_position_display()),))


def _plan(row):
    return Line(row.name, reverse("facilitators:work_plan", args=[row.pk]))


def _own_plan(row):
    return Line(row.name, reverse("facilitators:plan_work"))


def _caseload(row):
    home = row.household
    return Line(
        _name(home),
        home.get_absolute_url(),
        facts=(str(row.facilitator),),
        day=_local(row.starts_on),
        **_at(home.desa),
    )


def _case(row):
    home = row.household
    facts = (str(row.type), str(row.get_state_display()))
    return Line(
        _name(home), row.get_absolute_url(), facts=facts, day=_local(row.moved_at), **_at(home.desa)
    )


def _exit(row):
    return Line(
        _name(row.household),
        row.household.get_absolute_url(),
        facts=(str(row.type),),
        day=_local(row.on),
        **_at(row.desa),
    )


def _monitoring(row):
    words = _("month %(month)s after the exit") % {"month": row.month}
    return Line(
        _name(row.exit.household),
        reverse("graduation:after_exit", args=[row.exit_id]),
        facts=(str(row.month),),
        words=words,
        day=_local(row.due_on),
        **_at(row.exit.desa),
    )


def _status(row):
    home = row.household
    return Line(
        _name(home),
        home.get_absolute_url(),
        facts=(str(row.get_status_display()), row.reason),
        day=_local(row.on),
        **_at(home.desa),
    )


def _decision(row):
    home = row.member.household
    return Line(
        row.member.name,
        home.get_absolute_url(),
        facts=(str(row.get_verdict_display()), str(row.snapshot)),
        day=_local(row.at),
        **_at(home.desa),
    )


def _job(row):
    facts = (_(row.error_message) if row.error_message else str(row.get_state_display()),)
    url = reverse("jobs:detail", args=[row.pk])
    return Line(str(label_of(row.kind)), url, facts=facts, day=_local(row.created_at))


def _meeting(row):
    return Line(
        row.theme,
        row.get_absolute_url(),
        place=str(row.area),
        facts=(row.place,),
        moment=row.local_start,
    )


def _follow_up(row):
    return Line(
        row.description,
        row.get_absolute_url(),
        place=str(row.institution),
        facts=(str(row.get_state_display()),),
        day=_local(row.due_on),
    )


def _reminder(row):
    first = row.items[0]["text"] if row.items else ""
    return Line(str(row), reverse("meetings:reminders"), facts=(first,), day=_local(row.day))


_HOME = ("household__desa__parent", "household__caretaker")
_FAMILY = gettext_lazy("Family")
_PERSON = gettext_lazy("Person")
_FACILITATOR = gettext_lazy("Facilitator")

KINDS: dict[str, Kind] = {
    "household": Kind(
        ("desa_id", "pk"),
        _household,
        _FAMILY,
        related=("desa__parent", "caretaker"),
        facts=(gettext_lazy("State"), gettext_lazy("Family card number")),
    ),
    "member": Kind(
        ("household__desa_id", "pk"),
        _member,
        _PERSON,
        related=("household__desa__parent",),
        facts=(gettext_lazy("NIK"), gettext_lazy("Date of birth")),
    ),
    "difference": Kind(
        ("village_id", "snapshot_id", "id"),
        _difference,
        _PERSON,
        related=("member", "village__parent", "snapshot"),
        facts=(gettext_lazy("Outcome"), gettext_lazy("File")),
    ),
    "snapshot": Kind(
        ("pk",),
        _snapshot,
        gettext_lazy("File"),
        gettext_lazy("Brought in on"),
        ("area", "uploaded_by"),
        newest_first=True,
        facts=(gettext_lazy("State"), gettext_lazy("Brought in by")),
    ),
    "proposal": Kind(
        ("pk",),
        _proposal,
        _FAMILY,
        gettext_lazy("Proposed on"),
        ("visit__household__desa__parent", "visit__household__caretaker"),
        facts=(gettext_lazy("What is to change"), gettext_lazy("State")),
    ),
    "visit": Kind(
        ("recorded_at", "pk"),
        _visit,
        _FAMILY,
        gettext_lazy("Arrived on"),
        (*_HOME, "facilitator"),
        newest_first=True,
        facts=(gettext_lazy("Purpose"), gettext_lazy("Facilitator")),
    ),
    "request": Kind(
        ("due_on", "pk"),
        _request,
        _FAMILY,
        gettext_lazy("Needed until"),
        _HOME,
        facts=(gettext_lazy("What is to be found out"),),
    ),
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
        facts=(gettext_lazy("Topic"),),
    ),
    "check": Kind(
        ("household__desa_id", "household_id", "pk"),
        _check,
        _PERSON,
        related=("household__desa__parent", "member"),
        facts=(gettext_lazy("Component"), gettext_lazy("Outcome")),
    ),
    "facilitator": Kind(
        ("name", "pk"), _facilitator, _FACILITATOR, where="", facts=(gettext_lazy("Families"),)
    ),
    "accompanies": Kind(
        ("name", "pk"), _accompanies, _FACILITATOR, where="", facts=(gettext_lazy("Position"),)
    ),
    "plan": Kind(("name", "pk"), _plan, _FACILITATOR, where=""),
    "own_plan": Kind(("name", "pk"), _own_plan, _FACILITATOR, where=""),
    "caseload": Kind(
        ("recorded_at", "pk"),
        _caseload,
        _FAMILY,
        gettext_lazy("Since"),
        (*_HOME, "facilitator"),
        newest_first=True,
        facts=(gettext_lazy("Facilitator"),),
    ),
    "case": Kind(
        ("moved_at", "pk"),
        _case,
        _FAMILY,
        gettext_lazy("Last step"),
        (*_HOME, "type"),
        facts=(gettext_lazy("Way to leave"), gettext_lazy("State")),
    ),
    "exit": Kind(
        ("on", "pk"),
        _exit,
        _FAMILY,
        gettext_lazy("Left on"),
        ("household__caretaker", "desa__parent", "type"),
        newest_first=True,
        facts=(gettext_lazy("Way to leave"),),
    ),
    "monitoring": Kind(
        ("due_on", "pk"),
        _monitoring,
        _FAMILY,
        gettext_lazy("Due on"),
        ("exit__household__caretaker", "exit__desa__parent"),
        facts=(gettext_lazy("Month after the exit"),),
    ),
    "status": Kind(
        ("recorded_at", "pk"),
        _status,
        _FAMILY,
        gettext_lazy("On"),
        _HOME,
        newest_first=True,
        facts=(gettext_lazy("State"), gettext_lazy("Reason")),
    ),
    "decision": Kind(
        ("at", "pk"),
        _decision,
        _PERSON,
        gettext_lazy("Decided on"),
        ("member__household__desa__parent", "snapshot"),
        newest_first=True,
        facts=(gettext_lazy("Decision"), gettext_lazy("File")),
    ),
    "job": Kind(
        ("created_at", "pk"),
        _job,
        gettext_lazy("Work"),
        gettext_lazy("Asked for on"),
        newest_first=True,
        where="",
        facts=(gettext_lazy("State"),),
    ),
    "meeting": Kind(
        ("starts_at", "pk"),
        _meeting,
        gettext_lazy("Meeting"),
        gettext_lazy("Begins"),
        ("area",),
        facts=(gettext_lazy("Place of the meeting"),),
    ),
    "follow_up": Kind(
        ("due_on", "pk"),
        _follow_up,
        gettext_lazy("Follow-up"),
        gettext_lazy("Due on"),
        ("institution", f"{MEETING}__area"),
        where=gettext_lazy("Institution"),
        facts=(gettext_lazy("State"),),
    ),
    "reminder": Kind(
        ("day", "pk"),
        _reminder,
        gettext_lazy("Reminder"),
        gettext_lazy("Day"),
        newest_first=True,
        where="",
        facts=(gettext_lazy("First line"),),
    ),
}
