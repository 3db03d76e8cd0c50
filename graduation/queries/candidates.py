"""Families that may leave within a year: the list, its figures, and the cases they have already."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils import timezone

from areas.models.querysets import below
from core.periods import Period
from facilitators.models import CaseloadAssignment
from graduation.forecast import QUARTERS
from graduation.models import Candidate, GraduationCase

ENDS, CHOICE = "ends", "choice"
KINDS = {ENDS: Q(ends_on__isnull=False), CHOICE: ~Q(ready_by="")}


@dataclass(frozen=True)
class Chosen:
    """The filters of a list; empty means all."""

    quarter: Period | None = None
    kind: str = ""
    area: str = ""

    def of(self, candidates):
        if self.quarter is not None:
            candidates = candidates.filter(year=self.quarter.year, quarter=self.quarter.stage)
        if self.kind:
            candidates = candidates.filter(KINDS[self.kind])
        if self.area:
            candidates = candidates.filter(below("household__desa__code", [self.area]))
        return candidates


def quarters_on(day) -> list[Period]:
    """The running quarter, where what is overdue stands, and the four after it."""
    found = [Period.of(day)]
    for _number in range(QUARTERS):
        found.append(found[-1].next())
    return found


@dataclass(frozen=True)
class Column:
    """One quarter of the chart: `height` and `top` in the units of the picture."""

    period: Period
    number: int
    here: bool
    x: int
    top: int
    height: int


CHART_HEIGHT, COLUMN_WIDTH = 100, 60


def columns_of(numbers: dict[Period, int], running: Period) -> list[Column]:
    """The chart's columns, the highest as high as the picture."""
    most = max([*numbers.values(), 1])
    columns = []
    for place, (period, number) in enumerate(numbers.items()):
        height = -(-CHART_HEIGHT * number // most)
        columns.append(
            Column(
                period,
                number,
                period == running,
                place * COLUMN_WIDTH,
                CHART_HEIGHT - height,
                height,
            )
        )
    return columns


def counted(candidates, quarters: list[Period]) -> tuple[dict[Period, int], int, int]:
    """({quarter: families that lose their last component}, ready by choice, families together)."""
    rows = (
        candidates.order_by()
        .values_list("year", "quarter")
        .annotate(number=Count("pk"), ready=Count("pk", filter=KINDS[CHOICE]))
    )
    numbers = dict.fromkeys(quarters, 0)
    ready = together = 0
    for year, quarter, number, by_choice in rows:
        ready += by_choice
        together += number
        if year is not None:
            period = max(Period(year, quarter), quarters[0])
            numbers[period] = numbers.get(period, 0) + number
    return numbers, ready, together


def with_facilitators(candidates: list[Candidate], user) -> list[Candidate]:
    """Each with `facilitator`, the name of who accompanies it today, or "" for who may not know it
    and on one's own families; one statement."""
    names: dict[int, str] = {}
    if user.has_perm("facilitators.view_caseloadassignment"):
        held = CaseloadAssignment.objects.visible_to(user).held_on(timezone.localdate())
        names = dict(
            held.filter(household__in=[one.pk for one in candidates])
            .exclude(facilitator__user=user)
            .values_list("household_id", "facilitator__name")
        )
    for one in candidates:
        one.facilitator = names.get(one.pk, "")
    return candidates


def with_open_cases(candidates: list[Candidate], user) -> list[Candidate]:
    """Each with its `open_case`, or None; one statement."""
    cases = {
        case.household_id: case
        for case in GraduationCase.objects.visible_to(user)
        .open()
        .filter(household__in=[one.pk for one in candidates])
        .select_related("type")
    }
    today = timezone.localdate()
    for one in candidates:
        one.open_case = cases.get(one.pk)
        one.overdue = one.ends_on is not None and one.ends_on <= today
        one.suggested = "natural" if one.ends_on else "prosperous"
    return candidates
