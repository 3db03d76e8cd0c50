"""The quarterly report: one statement that every door asks, and what its figures stand beside.

A figure is a sum over the book of counted exits. `published` leaves the corrections of locked
quarters out: it is what was reported on the day of the lock; `corrected` is what stands today.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.scope import holds_everywhere
from areas.models import Area
from areas.models.querysets import below
from beneficiaries.models import HouseholdPeriod
from core.errors import Refused
from core.figures import percent
from core.periods import Period
from core.sql import load_sql
from facilitators.models import Facilitator
from graduation.models import (
    ExitEntry,
    ExitReason,
    ExitType,
    GraduationTarget,
    Headline,
    QuarterCorrection,
    ReportQuarter,
)
from graduation.models.querysets import VIEW_REPORT

KABUPATEN, KECAMATAN = 5, 8  # lengths of their codes
ADMINISTRATIVE = ""  # the headline of what is never graduation
# GROUPING() of report.sql
_BY_HEADLINE, _BY_TYPE, _BY_REASON, _BY_KECAMATAN, _BY_FACILITATOR = 15, 7, 3, 13, 14


@dataclass
class Line:
    """Exits by headline, as they stand and as they were published, of one row of a table."""

    key: object
    label: str
    corrected: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    published: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    families: int | None = None  # the denominator of this row, where it has one
    whole: int | None = None  # all graduations, of a row that is a part of them
    headline: str | None = None  # of a row that has only one
    group: str = ""

    @property
    def prosperous(self) -> int:
        return self.corrected[Headline.PROSPEROUS.value]

    @property
    def local_eligibility(self) -> int:
        return self.corrected[Headline.LOCAL_ELIGIBILITY.value]

    @property
    def natural(self) -> int:
        return self.corrected[Headline.NATURAL.value]

    @property
    def other(self) -> int:
        return self.corrected[Headline.OTHER.value]

    @property
    def graduations(self) -> int:
        return _graduations(self.corrected)

    @property
    def published_graduations(self) -> int:
        return _graduations(self.published)

    @property
    def administrative(self) -> int:
        return self.corrected[ADMINISTRATIVE]

    @property
    def published_administrative(self) -> int:
        return self.published[ADMINISTRATIVE]

    @property
    def number(self) -> int:
        """Of a row with one headline: whatever left in that way."""
        return sum(self.corrected.values())

    @property
    def published_number(self) -> int:
        return sum(self.published.values())

    @property
    def percent(self) -> Decimal | None:
        return percent(self.graduations, self.families)

    @property
    def share(self) -> Decimal | None:
        """In percent of all graduations: 208 of 2,091 are 9.95."""
        return percent(self.graduations, self.whole)


def _graduations(numbers):
    return sum(number for headline, number in numbers.items() if headline != ADMINISTRATIVE)


@dataclass(frozen=True)
class Base:
    """What happened between two Final Closings, and what the book says about it.

    `opening`, `closing` and `first` are periods or None. `difference` is what the closing holds
    beyond opening less exits: it is never assumed to be nothing.
    """

    first: Period | None
    families: int
    opening: Period | None
    opening_families: int
    closing: Period | None
    closing_families: int
    entries: int
    gone: int
    gone_with_exit: int
    exits: int

    @property
    def computed(self) -> int:
        return self.opening_families - self.exits

    @property
    def difference(self) -> int | None:
        if self.closing is None or self.opening is None:
            return None
        return self.closing_families - self.computed

    @property
    def growth_percent(self) -> Decimal | None:
        """Closing beyond opening in percent of the opening; never of opening less exits."""
        if self.closing is None or self.opening is None:
            return None
        return percent(self.closing_families - self.opening_families, self.opening_families)

    @property
    def new_percent(self) -> Decimal | None:
        return None if self.closing is None else percent(self.entries, self.closing_families)

    @property
    def gone_without_exit(self) -> int:
        return self.gone - self.gone_with_exit

    @property
    def exits_elsewhere(self) -> int:
        """Exits of families that were not in the opening, or are in the closing still."""
        return self.exits - self.gone_with_exit

    @property
    def unexplained(self) -> int | None:
        """What is left of the difference when the new entrants are taken off."""
        return None if self.difference is None else self.difference - self.entries


@dataclass(frozen=True)
class Correction:
    """A dated change of a locked quarter and what it did to the figures of the area. Why and by
    whom is empty for somebody who sees only a part of the kabupaten."""

    period: Period
    at: dt.datetime
    reason: str
    by: str
    graduations: int
    administrative: int


@dataclass(frozen=True)
class TargetFigure:
    """The area's target of the year for one way to leave, and what the book counts of it until
    the end of the quarter. `families` and `base` are what the target was set against."""

    code: str
    label: str
    number: int
    families: int | None
    base: str
    reached: int

    @property
    def percent(self) -> Decimal | None:
        return percent(self.number, self.families)

    @property
    def reached_percent(self) -> Decimal | None:
        return percent(self.reached, self.number)


@dataclass(frozen=True)
class Report:
    area: Area
    period: Period
    cumulative: bool
    total: Line
    headlines: list[Line]
    types: list[Line]
    kecamatan: list[Line]
    facilitators: list[Line]
    reasons: list[Line]
    base: Base
    base_as_locked: bool
    quarter: ReportQuarter | None
    open_quarters: list[Period]  # of the span: those whose figures still change unseen
    corrections: list[Correction]
    targets: list[TargetFigure]

    @property
    def targets_together(self) -> TargetFigure | None:
        """All of them added up, when they were set against the same families."""
        against = {(one.base, one.families) for one in self.targets}
        if len(self.targets) < 2 or len(against) > 1:
            return None
        (base, families) = against.pop()
        return TargetFigure(
            "",
            "",
            sum(one.number for one in self.targets),
            families,
            base,
            sum(one.reached for one in self.targets),
        )

    @property
    def quarter_locked(self) -> bool:
        return self.quarter is not None and self.quarter.locked_at is not None

    @property
    def locked(self) -> bool:
        """All that is added up is: of a year until a quarter every quarter until it."""
        return self.quarter_locked and not self.open_quarters

    @property
    def families(self) -> int | None:
        """The denominator; None while no Final Closing of the year is known."""
        return self.base.families if self.base.first else None

    @property
    def administrative(self) -> list[Line]:
        return [line for line in self.types if line.headline == ADMINISTRATIVE]

    @property
    def graduation_types(self) -> list[Line]:
        return [line for line in self.types if line.headline != ADMINISTRATIVE]


def report_of(user, area: str, period: Period, *, cumulative: bool = False) -> Report:
    """The figures of a kabupaten or a kecamatan for a quarter, or for the year until its end.

    Refusal `not_found`: the area is not wholly in the territory of the user, or there is none.
    """
    found = Area.objects.filter(pk=area).first()
    if found is None or not holds_everywhere(user, VIEW_REPORT, area):
        raise Refused("not_found", _("There is no such report."))
    quarters = {
        one.period: one
        for one in ReportQuarter.objects.filter(
            area_id=area[:KABUPATEN], year=period.year, quarter__lte=period.stage
        ).select_related("locked_by")
    }
    quarter = quarters.get(period)
    stages = range(1 if cumulative else period.stage, period.stage + 1)
    span = [Period(period.year, stage) for stage in stages]
    open_quarters = [one for one in span if one not in quarters or not quarters[one].locked_at]
    locked_base = quarter.base if quarter and not open_quarters else {}
    kept = _kept_base(locked_base, area, cumulative)
    base, by_kecamatan = kept or _base_now(area, period, cumulative)
    tables, of_the_year = _tables(area, period, cumulative)
    lines = _Labels(found, tables)
    total = _sum_line("total", _("Total"), tables[_BY_HEADLINE])
    total.families = base.families if base.first else None
    total.whole = total.graduations
    kecamatan = lines.kecamatan()
    for line in kecamatan:
        part = by_kecamatan.get(line.key)
        line.families = part.families if part and part.first else (0 if base.first else None)
    return Report(
        area=found,
        period=period,
        cumulative=cumulative,
        total=total,
        headlines=lines.headlines(total),
        types=lines.types(total),
        kecamatan=kecamatan,
        facilitators=lines.facilitators(),
        reasons=lines.reasons(),
        base=base,
        base_as_locked=kept is not None,
        quarter=quarter,
        open_quarters=open_quarters,
        corrections=corrections_of(user, area, period, cumulative),
        targets=[
            TargetFigure(
                code=one.type.code,
                label=one.type.name,
                number=one.number,
                families=one.base_families,
                base=one.base_period,
                reached=of_the_year[one.type_id],
            )
            for one in GraduationTarget.objects.visible_to(user)
            .filter(year=period.year, area=area, facilitator=None)
            .select_related("type")
            .order_by("type__order", "type__code")
        ],
    )


def _tables(area, period, cumulative):
    """{dimension: [(key, headline, published, corrected)]}, and {type: how many in the year until
    the end of the quarter}."""
    tables = defaultdict(list)
    of_the_year: dict[int, int] = defaultdict(int)
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql("graduation/report.sql"),
            {"area": area, "year": period.year, "quarter": period.stage},
        )
        for dimension, headline, type_id, reason, kecamatan, facilitator, *four in cursor:
            key = {
                _BY_HEADLINE: headline,
                _BY_TYPE: type_id,
                _BY_REASON: (type_id, reason),
                _BY_KECAMATAN: kecamatan,
                _BY_FACILITATOR: facilitator,
            }[dimension]
            published, corrected = four[2:] if cumulative else four[:2]
            tables[dimension].append((key, headline, int(published), int(corrected)))
            if dimension == _BY_TYPE:
                of_the_year[type_id] += int(four[3])
    return tables, of_the_year


def _sum_line(key, label, rows, **more):
    line = Line(key, label, **more)
    for _key, headline, published, corrected in rows:
        line.published[headline] += published
        line.corrected[headline] += corrected
    return line


class _Labels:
    """Names for the keys of the tables, and the rows that are shown although they are empty."""

    def __init__(self, area, tables):
        self.area, self.tables = area, tables

    def _grouped(self, dimension):
        rows = defaultdict(list)
        for row in self.tables[dimension]:
            # Counted and taken out again, or counted in another quarter only: nothing to show.
            if row[2] or row[3]:
                rows[row[0]].append(row)
        return rows

    def headlines(self, total):
        rows = self._grouped(_BY_HEADLINE)
        return [
            _sum_line(
                one.value, str(one.label), rows[one.value], families=total.families,
                whole=total.graduations, headline=one,
            )
            for one in Headline
        ]  # fmt: skip

    def types(self, total):
        rows = self._grouped(_BY_TYPE)
        return [
            _sum_line(
                one.code, one.name, rows[one.pk], families=total.families,
                whole=total.graduations, headline=one.headline,
                group=str(Headline(one.headline).label) if one.headline else "",
            )
            for one in ExitType.objects.order_by("order", "code")
            if one.pk in rows or one.valid_to is None
        ]  # fmt: skip

    def kecamatan(self):
        rows = self._grouped(_BY_KECAMATAN)
        code = self.area.pk
        inside = Area.objects.filter(level=Area.Level.KECAMATAN)
        if len(code) < KECAMATAN:
            inside = inside.filter(below("code", [code]))
        else:
            inside = inside.filter(pk=code[:KECAMATAN])
        names = dict(inside.values_list("pk", "name"))
        codes = sorted({*names, *rows})
        return [_sum_line(one, names.get(one, one), rows[one]) for one in codes]

    def facilitators(self):
        """By name; families without anybody come last."""
        rows = self._grouped(_BY_FACILITATOR)
        names = dict(
            Facilitator.objects.filter(pk__in=[pk for pk in rows if pk]).values_list("pk", "name")
        )
        lines = [_sum_line(pk, names[pk], rows[pk]) for pk in rows if pk]
        lines.sort(key=lambda line: (line.label, line.key))
        if None in rows:
            lines.append(_sum_line(None, _("without a facilitator"), rows[None]))
        return lines

    def reasons(self):
        rows = self._grouped(_BY_REASON)
        types = ExitType.objects.in_bulk({key[0] for key in rows})
        reasons = ExitReason.objects.in_bulk({key[1] for key in rows if key[1]})
        lines = [
            _sum_line(
                (types[type_id].code, reasons[pk].code if pk else ""),
                reasons[pk].name if pk else _("no reason given"),
                rows[type_id, pk],
                headline=types[type_id].headline,
                group=types[type_id].name,
            )
            for type_id, pk in rows
        ]
        order = {one.name: (one.order, one.code) for one in types.values()}
        return sorted(lines, key=lambda line: (order[line.group], line.key[1] == "", line.label))


def corrections_of(user, area: str, period: Period, cumulative: bool) -> list[Correction]:
    """Corrections that changed a figure of the area; of a whole kabupaten all of its quarters'."""
    quarters = {"quarter__lte": period.stage} if cumulative else {"quarter": period.stage}
    found = QuarterCorrection.objects.filter(
        quarter__in=ReportQuarter.objects.filter(
            area_id=area[:KABUPATEN], year=period.year, **quarters
        )
    ).select_related("quarter", "by")
    if len(area) > KABUPATEN:
        found = found.filter(
            pk__in=ExitEntry.objects.filter(below("desa__code", [area]))
            .filter(correction__isnull=False)
            .values("correction_id")
        )
    told = set(
        QuarterCorrection.objects.visible_to(user)
        .filter(pk__in=found.values("pk"))
        .values_list("pk", flat=True)
    )
    effects = defaultdict(lambda: [0, 0])
    entries = ExitEntry.objects.filter(below("desa__code", [area]), correction__in=found)
    for pk, headline, sum_ in (
        entries.order_by()
        .values_list("correction_id", "type__headline")
        .annotate(sum=Coalesce(Sum("sign"), 0))
    ):
        effects[pk][headline == ADMINISTRATIVE] += sum_
    return [
        Correction(
            period=one.quarter.period,
            at=one.at,
            reason=one.reason if one.pk in told else "",
            by=str(one.by or "") if one.pk in told else "",
            graduations=effects[one.pk][0],
            administrative=effects[one.pk][1],
        )
        for one in found.order_by("at", "pk")
    ]


# --- what the figures are compared with


def first_closing(area: str, year: int) -> Period | None:
    """The first Final Closing of the year that the register holds for the area."""
    return next((one for one in _closings(area, year) if one.year == year), None)


def denominator_of(area: str, year: int) -> tuple[Period | None, int]:
    """(first Final Closing of the year in the kabupaten, families of the area in it)."""
    first = first_closing(area[:KABUPATEN], year)
    if first is None:
        return None, 0
    listed = HouseholdPeriod.objects.filter(
        below("household__desa__code", [area]), year=first.year, stage=first.stage
    )
    return first, listed.count()


def base_of(area: Area | str, year: int, quarter: int) -> dict:
    """What a quarter and the year until its end stand beside, as ReportQuarter.base keeps it:
    {"quarter": {"total": {...}, "kecamatan": {code: {...}}}, "year": the same}."""
    code = area.pk if isinstance(area, Area) else area
    kept = {}
    for name, cumulative in (("quarter", False), ("year", True)):
        total, parts = _base_now(code, Period(year, quarter), cumulative)
        kept[name] = {
            "total": _to_json(total),
            "kecamatan": {key: _to_json(part) for key, part in parts.items()},
        }
    return kept


def _closings(area, year) -> list[Period]:
    with connection.cursor() as cursor:
        cursor.execute(load_sql("graduation/closings.sql"), {"area": area, "year": year})
        return [Period(*row) for row in cursor.fetchall()]


def _frame(area, period, cumulative):
    """(first of the year, opening, closing) of what is compared.

    A quarter opens with the newest closing before it, a year with its first; without one, with
    the first of the year. It closes with the newest closing until its end that comes after the
    opening; if none was loaded, with the next one known: the page says which.
    """
    known = _closings(area, period.year)
    first = next((one for one in known if one.year == period.year), None)
    before = [one for one in known if one < period]
    opening = first if cumulative or not before else before[-1]
    if opening is None or opening > period:
        opening = None
    later = [one for one in known if opening and one > opening]
    until = [one for one in later if one <= period]
    closing = until[-1] if until else next(iter(later), None)
    return first, opening, closing


def _base_now(area, period, cumulative) -> tuple[Base, dict[str, Base]]:
    first, opening, closing = _frame(area, period, cumulative)
    params = {
        "area": area,
        "year": period.year,
        "from_quarter": 1 if cumulative else period.stage,
        "quarter": period.stage,
    }
    for name, one in (("first", first), ("opening", opening), ("closing", closing)):
        params[f"{name}_year"] = one.year if one else 0
        params[f"{name}_stage"] = one.stage if one else 0
    with connection.cursor() as cursor:
        cursor.execute(load_sql("graduation/base.sql"), params)
        rows = [(code, [int(number) for number in numbers]) for code, *numbers in cursor]
    parts = {code: _base(first, opening, closing, numbers) for code, numbers in rows}
    sums = [sum(column) for column in zip(*(numbers for _code, numbers in rows), strict=True)]
    return _base(first, opening, closing, sums or [0] * 7), parts


def _base(first, opening, closing, numbers):
    counted, opened, closed, entries, gone, gone_with_exit, exits = numbers
    between = closing is not None
    return Base(
        first=first,
        families=counted,
        opening=opening,
        opening_families=opened,
        closing=closing,
        closing_families=closed,
        entries=entries if between else 0,
        gone=gone if between else 0,
        gone_with_exit=gone_with_exit if between else 0,
        exits=exits,
    )


_PERIODS = ("first", "opening", "closing")


def _to_json(base: Base) -> dict:
    said = {name: getattr(base, name) for name in Base.__dataclass_fields__}
    return said | {name: str(said[name]) if said[name] else None for name in _PERIODS}


def _from_json(said: dict) -> Base:
    return Base(
        **said | {name: Period.parse(said[name]) if said[name] else None for name in _PERIODS}
    )


def _kept_base(kept: dict, area: str, cumulative: bool):
    """(base of the area, {kecamatan: base}) as they were at the lock; None when none was kept."""
    side = kept.get("year" if cumulative else "quarter")
    if not side:
        return None
    total = _from_json(side["total"])
    parts = {code: _from_json(one) for code, one in side["kecamatan"].items()}
    if len(area) == KABUPATEN:
        return total, parts
    if len(area) != KECAMATAN:
        return None
    nothing = dict.fromkeys(Base.__dataclass_fields__, 0) | {n: getattr(total, n) for n in _PERIODS}
    part = parts.get(area) or Base(**nothing)
    return part, {area: part}
