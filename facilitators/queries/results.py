"""RHK: nine counters of a month and of the year until then, and the records behind each."""

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db import connection
from django.utils import timezone

from areas.models import Area
from core.sql import load_sql
from facilitators.models import Facilitator, PerformanceTarget, Source
from facilitators.models.results import NOT_KEPT_YET
from facilitators.queries import records
from facilitators.queries.months import Month, areas_of, midnight, people_of


@dataclass(frozen=True)
class Count:
    """Records, those with a document (`shown`), and those whose matter is `settled`."""

    number: int = 0
    shown: int = 0
    settled: int = 0

    @property
    def bare(self):
        """Claimed without evidence."""
        return self.number - self.shown

    @property
    def percent(self) -> Decimal | None:
        """Settled of all, whole percent, half up; None where there was nothing to settle."""
        if not self.number:
            return None
        share = Decimal(self.settled) * 100 / self.number
        return share.quantize(Decimal(1), ROUND_HALF_UP)

    def __add__(self, other):
        return Count(
            self.number + other.number, self.shown + other.shown, self.settled + other.settled
        )


@dataclass(frozen=True)
class Result:
    """One of the nine for one facilitator: in the month, and in the year until its end."""

    target: PerformanceTarget
    month: Count
    year: Count
    months: int  # of the year that are counted in `year`

    @property
    def in_percent(self):
        return self.target.unit == PerformanceTarget.Unit.PERCENT

    @property
    def reached(self) -> Decimal | None:
        """Percent of the target of the year; of a result in percent, the percent itself."""
        if self.in_percent:
            return self.year.percent
        if not self.target.target:
            return None
        share = Decimal(self.year.number) * 100 / self.target.target
        return share.quantize(Decimal(1), ROUND_HALF_UP)

    @property
    def due_by_now(self) -> int:
        """What the target of the year comes to by the end of the month, rounded down."""
        return self.target.target * self.months // 12

    @property
    def behind(self) -> bool:
        if self.in_percent:
            return self.year.percent is not None and self.year.percent < self.target.target
        return self.year.number < self.due_by_now

    @property
    def missing_sources(self) -> list[str]:
        """What it should also be counted from, but of which this office keeps no records."""
        return [one for one in self.target.sources if one in NOT_KEPT_YET]

    @property
    def not_kept_yet(self):
        return [Source(one).label for one in self.missing_sources]

    @property
    def counts_nothing(self):
        return all(one in NOT_KEPT_YET for one in self.target.sources)


@dataclass(frozen=True)
class ResultLine:
    """A facilitator with his nine results, in their order."""

    facilitator: Facilitator
    area: Area | None
    results: list[Result]

    @property
    def month(self):
        return sum((result.month for result in self.results), Count())


def targets_on(day: dt.date) -> list[PerformanceTarget]:
    return list(PerformanceTarget.objects.holding_on(day))


def overview(user, month: Month, area: str = "") -> list[ResultLine]:
    people = list(people_of(user, month, area).order_by("area_code", "name", "pk"))
    return lines_for(people, month)


def lines_for(people, month: Month) -> list[ResultLine]:
    """Everybody's nine counters: one statement for the records of all of them."""
    targets = targets_on(month.last)
    counted = _counts([person.pk for person in people], month, targets)
    areas = areas_of(people)
    nothing = (Count(), Count())
    return [
        ResultLine(
            person,
            areas.get(person.area_code),
            [
                Result(target, *counted.get((person.pk, target.number), nothing), month.first.month)
                for target in targets
            ],
        )
        for person in people
    ]


def _counts(facilitators, month, targets):
    rows = _ask(
        "SELECT facilitator_id, result,"
        " count(*) FILTER (WHERE day >= %(month)s),"
        " count(*) FILTER (WHERE day >= %(month)s AND shown),"
        " count(*) FILTER (WHERE day >= %(month)s AND settled),"
        " count(*), count(*) FILTER (WHERE shown), count(*) FILTER (WHERE settled)"
        " FROM ({rows}) AS kept GROUP BY 1, 2",
        facilitators,
        month,
        targets,
        first=month.year_first,
    )
    return {
        (pk, result): (Count(*numbers[:3]), Count(*numbers[3:])) for pk, result, *numbers in rows
    }


def found_of(facilitator: Facilitator, month: Month, *, number=None, year=False, evidence=None):
    """[(result, source, id, settled, shown)] behind one number, by day.

    `evidence` True or False leaves only those with or without a document.
    """
    return _ask(
        "SELECT result, source, id, settled, shown FROM ({rows}) AS kept"
        " WHERE (%(number)s::int IS NULL OR result = %(number)s)"
        " AND (%(evidence)s::boolean IS NULL OR shown = %(evidence)s) ORDER BY result, day, id",
        [facilitator.pk],
        month,
        targets_on(month.last),
        first=month.year_first if year else month.first,
        number=number,
        evidence=evidence,
    )


def _ask(outer: str, facilitators, month: Month, targets, *, first: dt.date, **more):
    sql = outer.format(rows=load_sql("facilitators/results.sql"))
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            {
                "facilitators": facilitators,
                "targets": [target.pk for target in targets],
                "month": month.first,
                "first": first,
                "after": month.after,
                "starts": midnight(first),
                "ends": midnight(month.after),
                "zone": timezone.get_current_timezone_name(),
                **more,
            },
        )
        return cursor.fetchall()


# --- the report of a month


MOST_PHOTOS = 48


@dataclass(frozen=True)
class Report:
    """`parts` are (result, lines with evidence), `bare` (result, lines without any);
    `photos` those that are printed, `photos_left_out` how many are not."""

    line: ResultLine
    month: Month
    parts: list
    bare: list
    photos: list
    photos_left_out: int


def report(facilitator: Facilitator, month: Month, user) -> Report:
    (line,) = lines_for([facilitator], month)
    found = found_of(facilitator, month)
    rows = records.lines_of([(source, pk) for _r, source, pk, _s, _e in found], user)
    by_id = {row.id: row for row in rows}
    parts, bare, photos = [], [], []
    for result in line.results:
        of_result = [one for one in found if one[0] == result.target.number]
        shown = [by_id[pk] for _r, _s, pk, _ok, yes in of_result if yes and pk in by_id]
        claimed = [by_id[pk] for _r, _s, pk, _ok, yes in of_result if not yes and pk in by_id]
        parts.append((result, shown))
        if claimed:
            bare.append((result, claimed))
        photos += [
            (result, row, document)
            for row in shown
            for document in row.documents
            if document.is_image
        ]
    return Report(line, month, parts, bare, photos[:MOST_PHOTOS], max(0, len(photos) - MOST_PHOTOS))
