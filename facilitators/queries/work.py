"""Work plans beside what was really done: of everybody in a month, and of one."""

import datetime as dt
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from areas.models import Area
from beneficiaries.models import Household
from core.sql import load_sql
from facilitators.models import (
    PLANNED,
    CaseloadAssignment,
    Facilitator,
    LearningGroup,
    LearningMembership,
    Visit,
    WorkPlan,
)
from facilitators.queries import records
from facilitators.queries.months import Month, areas_of, midnight, people_of
from facilitators.queries.today import due
from facilitators.queries.visits import rules_on, unvisited


@dataclass(frozen=True)
class Numbers:
    """`met` planned lines have their record; `done` counts every record, planned or not."""

    planned: int = 0
    met: int = 0
    done: int = 0

    @property
    def gap(self):
        return self.planned - self.met

    def __add__(self, other):
        return Numbers(self.planned + other.planned, self.met + other.met, self.done + other.done)


@dataclass(frozen=True)
class WorkLine:
    """A facilitator in a month; `plan` is the version that holds, None when there is none."""

    facilitator: Facilitator
    area: Area | None
    plan: WorkPlan | None
    by_kind: dict[str, Numbers] = field(default_factory=dict)

    @property
    def total(self):
        return sum(self.by_kind.values(), Numbers())


def overview(user, month: Month, area: str = "") -> list[WorkLine]:
    """Everybody of the territory, those without a plan first, then the largest gap."""
    people = list(people_of(user, month, area).order_by("area_code", "name", "pk"))
    lines = lines_for(people, month)
    lines.sort(key=lambda line: (line.plan is not None, -line.total.gap))
    return lines


def lines_for(people, month: Month) -> list[WorkLine]:
    """Three statements, however many people."""
    ids = [person.pk for person in people]
    plans = {
        plan.facilitator_id: plan
        for plan in WorkPlan.objects.filter(month=month.first, facilitator__in=ids).newest()
    }
    numbers = numbers_of(ids, month)
    areas = areas_of(people)
    return [
        WorkLine(
            person,
            areas.get(person.area_code),
            plans.get(person.pk),
            {kind: numbers.get((person.pk, kind), Numbers()) for kind in PLANNED},
        )
        for person in people
    ]


def numbers_of(facilitators: list[int], month: Month) -> dict[tuple[int, str], Numbers]:
    """{(facilitator, kind): numbers}, counted from the very rows that `rows_of` shows."""
    counted = _ask(
        "SELECT facilitator_id, kind, count(*) FILTER (WHERE side = 'planned'),"
        " count(*) FILTER (WHERE side = 'planned' AND met), count(*) FILTER (WHERE side = 'done')"
        " FROM ({rows}) AS work GROUP BY 1, 2",
        facilitators,
        month,
    )
    return {(pk, kind): Numbers(*numbers) for pk, kind, *numbers in counted}


SIDES = {
    "rencana": "side = 'planned'",
    "terlaksana": "side = 'done'",
    "belum": "side = 'planned' AND NOT met",
}


def rows_of(facilitator: Facilitator, month: Month, kind: str, side: str, user):
    """Lines behind one number; `side` is one of SIDES."""
    found = _ask(
        f"SELECT kind, id, met FROM ({{rows}}) AS work WHERE {SIDES[side]}"
        " AND (%(kind)s = '' OR kind = %(kind)s) ORDER BY day, id",
        [facilitator.pk],
        month,
        kind=kind,
    )
    if side == "terlaksana":
        sources = [(k if k in ("visit", "session") else "activity", pk) for k, pk, _met in found]
        return records.lines_of(sources, user)
    lines = records.planned_in([pk for _kind, pk, _met in found], user)
    for _kind, pk, met in found:
        lines[pk].met = met
    return [lines[pk] for _kind, pk, _met in found]


def _ask(outer: str, facilitators, month: Month, **more):
    sql = outer.format(rows=load_sql("facilitators/work_rows.sql"))
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            {
                "facilitators": facilitators,
                "month": month.first,
                "after": month.after,
                "starts": midnight(month.first),
                "ends": midnight(month.after),
                "zone": timezone.get_current_timezone_name(),
                "kinds": [str(kind) for kind in PLANNED],
                **more,
            },
        )
        return cursor.fetchall()


# --- what a facilitator is offered for his plan


@dataclass
class Offer:
    """A family that may be planned: when it was last visited, and why it is due."""

    household: Household
    last_visit: dt.date | None
    overdue: bool
    absent: bool
    asked: bool

    @property
    def due(self):
        return self.overdue or self.absent or self.asked


def offers(facilitator: Facilitator, month: Month, today: dt.date, user) -> list[Offer]:
    """Own families by village, those due by the end of the month first in each."""
    entrusted = CaseloadAssignment.objects.entrusted_to(facilitator.pk, today)
    last = Visit.objects.filter(household_id=OuterRef("pk")).order_by("-recorded_at")
    families = list(
        Household.objects.filter(pk__in=entrusted.order_by().values("household_id"))
        .exclude(status=Household.Status.EXITED)
        .select_related("desa", "caretaker")
        .annotate(last_visit_at=Subquery(last.values("recorded_at")[:1]))
        .order_by("desa_id", "caretaker__name", "pk")
    )
    days = rules_on(month.last).get("")
    overdue = set()
    if days is not None:
        these = Household.objects.filter(pk__in=[family.pk for family in families])
        overdue = set(
            these.filter(unvisited(month.last, days)).order_by().values_list("pk", flat=True)
        )
    urgency = dict(
        due(user, today)
        .order_by()
        .filter(pk__in=entrusted.order_by().values("household_id"))
        .values_list("pk", "urgency")
    )
    found = [
        Offer(
            family,
            timezone.localdate(family.last_visit_at) if family.last_visit_at else None,
            family.pk in overdue,
            urgency.get(family.pk) == 1,
            urgency.get(family.pk) == 0,
        )
        for family in families
    ]
    found.sort(
        key=lambda one: (one.household.desa_id, not one.asked, not one.absent, not one.overdue)
    )
    return found


def own_groups(facilitator: Facilitator, today: dt.date):
    """Groups in which some of his families are today."""
    entrusted = CaseloadAssignment.objects.entrusted_to(facilitator.pk, today)
    held = LearningMembership.objects.held_on(today).filter(
        household_id__in=entrusted.order_by().values("household_id"), group_id=OuterRef("pk")
    )
    return (
        LearningGroup.objects.held_on(today)
        .filter(Exists(held))
        .with_numbers(today)
        .select_related("village")
        .order_by("village_id", "name", "pk")
    )
