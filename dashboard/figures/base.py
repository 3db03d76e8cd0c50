"""What a figure is: a number with its definition, and one question that gives its rows.

The number on a page, the rows it opens, the export and REST ask the same queryset. Many figures
are counted together, by kecamatan, in one statement.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.db.models.fields import BigIntegerField, CharField
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.http import urlencode

from accounts.scope import area_codes
from areas.models.querysets import below
from beneficiaries.models import HouseholdPeriod
from core.figures import percent
from core.periods import Period
from facilitators.models import CaseloadSettings
from facilitators.queries.months import Month, midnight
from facilitators.queries.visits import rules_on
from graduation.report_tables import quarter_name

EXPORT_ROWS = "accounts.export_rows"
KECAMATAN = 8  # length of its code
LATELY = dt.timedelta(days=7)
STANDS_STILL = dt.timedelta(days=30)


@dataclass(frozen=True)
class Span:
    """The days a report is about: a month or a quarter."""

    first: dt.date
    last: dt.date

    @classmethod
    def of_month(cls, first: dt.date) -> "Span":
        return cls(first, Month(first).last)

    @classmethod
    def of_quarter(cls, quarter: Period) -> "Span":
        return cls(quarter.starts_on, quarter.ends_on)

    @property
    def is_month(self) -> bool:
        return (self.first.year, self.first.month) == (self.last.year, self.last.month)

    @property
    def quarter(self) -> Period:
        """The quarter in which it ends."""
        return Period.of(self.last)

    @property
    def moments(self) -> tuple[dt.datetime, dt.datetime]:
        """The first moment, and the first one after it."""
        return midnight(self.first), midnight(self.last + dt.timedelta(days=1))

    def __str__(self) -> str:
        if self.is_month:
            return formats.date_format(self.first, "F Y")
        return quarter_name(self.quarter)


class Asked:
    """Who asks and when, and what several figures need to know, read once.

    `span` is the time a report is about; a home has none.

    As a mapping it gives the words that definitions say: `%(closing)s`, `%(days)s` and so on.
    """

    def __init__(self, user, at: dt.datetime, span: Span | None = None):
        self.user, self.at, self.span = user, at, span
        self._known: dict[str, Any] = {}

    def once(self, name: str, ask: Callable[[], Any]):
        """What several figures need to know, asked by the first of them."""
        if name not in self._known:
            self._known[name] = ask()
        return self._known[name]

    @cached_property
    def permissions(self) -> set[str]:
        return self.user.get_all_permissions()

    @cached_property
    def today(self) -> dt.date:
        return timezone.localdate(self.at)

    @cached_property
    def closing(self) -> Period | None:
        """The newest Final Closing in which families of the territory stand."""
        newest = (
            HouseholdPeriod.objects.visible_to(self.user)
            .order_by("-year", "-stage")
            .values_list("year", "stage")
            .first()
        )
        return Period(*newest) if newest else None

    @cached_property
    def visit_days(self) -> int | None:
        """Days within which a family is visited, by the office's rule of today."""
        return rules_on(self.today).get("")

    @cached_property
    def caseloads(self) -> CaseloadSettings:
        return CaseloadSettings.current()

    @cached_property
    def month(self) -> Month:
        return Month(self.today.replace(day=1))

    @cached_property
    def last_month(self) -> Month:
        return Month((self.month.first - dt.timedelta(days=1)).replace(day=1))

    @cached_property
    def quarter_to_check(self) -> Period:
        """The last quarter that has ended: the one whose evidence is coming in."""
        return Period.of(self.today).previous()

    @property
    def lately(self) -> dt.datetime:
        """The first moment of the day with which the last seven days begin."""
        return midnight(self.today - LATELY)

    @property
    def still(self) -> dt.datetime:
        """Who has not moved since then stands still."""
        return midnight(self.today - STANDS_STILL)

    def __getitem__(self, name):
        return {
            "closing": lambda: str(self.closing or "-"),
            "days": lambda: "-" if self.visit_days is None else self.visit_days,
            "few": lambda: self.caseloads.few_below,
            "many": lambda: self.caseloads.many_above,
            "month": lambda: formats.date_format(self.month.first, "F Y"),
            "last_month": lambda: formats.date_format(self.last_month.first, "F Y"),
            "quarter": lambda: str(self.quarter_to_check),
            "year": lambda: self.today.year,
            "span": lambda: str(self.span),
            "span_quarter": lambda: quarter_name(self.span.quarter),
            "lately": lambda: LATELY.days,
            "still": lambda: STANDS_STILL.days,
        }[name]()


Condition = Callable[[Asked], Q]
Beside = Callable[[Asked, QuerySet], QuerySet]


@dataclass(frozen=True)
class Figure:
    """A number people read, and the rows behind it.

    `base(asked)` starts from `visible_to`; figures of one base are counted in one pass over it.
    Its rows are those of the base for which `where` and all of `shared` hold and none of `unless`;
    a function that stands with several figures is asked once a row for all of them. `beside` joins
    what these conditions ask about, one row at most; nothing else joins to more than one. `place`
    is the path to the village or area of a row; empty where rows lie nowhere. `reach(asked, codes)`
    says instead which rows belong to an area where one lies in several at once: they are counted as
    a whole only. `shown_on(asked, area)` is the address of a page that shows exactly these rows
    already, or None.
    """

    key: str
    label: str
    definition: str
    source: str
    kind: str
    base: Callable[[Asked], QuerySet]
    permissions: tuple[str, ...] = ()
    where: Condition | None = None
    shared: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    beside: tuple[Beside, ...] = ()
    place: str = ""
    reach: Callable[[Asked, Sequence[str]], Q] | None = None
    shown_on: Callable[[Asked, str], str | None] | None = None
    # A path by which its rows are told apart besides the kecamatan, such as the way to leave.
    part: str = ""
    part_name: Callable[[str], str] | None = None

    def opens_to(self, asked: Asked) -> bool:
        """All permissions are held today; which rows they open is said by the base."""
        return asked.permissions.issuperset(self.permissions)

    @property
    def holding(self) -> tuple[Condition, ...]:
        return self.shared if self.where is None else (*self.shared, self.where)

    def rows(self, asked: Asked, area: str = "", part: str = "") -> QuerySet:
        found = self.narrowed(asked, area)
        for join in self.beside:
            found = join(asked, found)
        for condition in self.holding:
            found = found.filter(condition(asked))
        for condition in self.unless:
            found = found.filter(~condition(asked))
        if part:
            found = found.filter(**{self.part: part}) if self.part else found.none()
        return found

    def rows_to_take_out(self, asked: Asked, area: str = "", part: str = "") -> QuerySet:
        """Of its rows those in whose area the user may take lists out of the office today.

        Whoever leads one kecamatan and accompanies families of another takes out the first only.
        Rows that lie nowhere belong to whoever may take out anything.
        """
        codes = area_codes(asked.user, EXPORT_ROWS)
        found = self.rows(asked, area, part)
        if not codes:
            return found.none()
        return self._inside(found, asked, codes) if self.lies_somewhere else found

    def narrowed(self, asked: Asked, area: str) -> QuerySet:
        """Its base inside the area; what lies nowhere is in none."""
        found = self.base(asked)
        if not area:
            return found
        return self._inside(found, asked, [area]) if self.lies_somewhere else found.none()

    @property
    def lies_somewhere(self) -> bool:
        return bool(self.place or self.reach)

    def _inside(self, found, asked, codes):
        condition = self.reach(asked, codes) if self.reach else below(self._code, codes)
        return found.filter(condition)

    @property
    def _code(self) -> str:
        """The path to the text of the code: of a foreign key the code of what it points to."""
        key = self.place.removesuffix("_id")
        return self.place if key == self.place else f"{key}__code"

    def said(self, asked: Asked) -> str:
        """The definition with the periods, days and norms of today."""
        return str(self.definition) % asked

    def url(self, asked: Asked, area: str = "", part: str = "") -> str:
        shown = self.shown_on(asked, area) if self.shown_on and not part else None
        if shown is not None:
            return shown
        chosen = {"wilayah": area, "bagian": part}
        query = urlencode({name: value for name, value in chosen.items() if value})
        here = reverse("dashboard:figure", args=[self.key])
        return f"{here}?{query}" if query else here


@dataclass(frozen=True)
class Share:
    """A part of a whole in percent; what is left over is a figure as well."""

    key: str
    label: str
    definition: str
    source: str
    part: Figure
    rest: Figure
    whole: Figure

    def said(self, asked: Asked) -> str:
        return str(self.definition) % asked


@dataclass
class Number:
    """How many rows a figure has, together and by kecamatan ("" where rows lie nowhere)."""

    total: int = 0
    places: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def count(asked: Asked, figures: Sequence[Figure], area: str = "") -> dict[str, Number]:
    """{key: number} of the figures that are open to the user: one statement for all of them.

    Figures of one base are counted in one pass over it, however many conditions they share. An
    area narrows all of them.
    """
    wanted = {one.key: one for one in figures if one.opens_to(asked)}
    groups: dict[tuple, list[Figure]] = defaultdict(list)
    for figure in wanted.values():
        groups[figure.base, figure.place, figure.reach].append(figure)
    passes = [_Pass(figures) for figures in groups.values()]
    if not passes:
        return {}
    numbers = {key: Number() for key in wanted}
    first, *others = (one.counted(asked, nth, area) for nth, one in enumerate(passes))
    for nth, place, held, number in first.union(*others, all=True):
        kecamatan = (place or "")[:KECAMATAN]
        for figure in passes[nth].those_with(held):
            numbers[figure.key].total += number
            numbers[figure.key].places[kecamatan] += number
    return numbers


class _Pass:
    """Figures of one base: its rows are counted by kecamatan and by which conditions hold, one
    bit for each of them, and added up here."""

    def __init__(self, figures: Sequence[Figure]):
        self.figures = figures
        # What holds for all of them chooses the rows, so that an index may find the few.
        self.always = [
            one for one in figures[0].holding if all(one in other.holding for other in figures)
        ]
        self.never = [
            one for one in figures[0].unless if all(one in other.unless for other in figures)
        ]
        every = dict.fromkeys(c for one in figures for c in (*one.holding, *one.unless))
        rest = [one for one in every if one not in self.always and one not in self.never]
        self.bits = {condition: 1 << nth for nth, condition in enumerate(rest)}

    def counted(self, asked, nth, area):
        """(nth, village or area, bits, number) as a queryset."""
        found, place = self.figures[0].narrowed(asked, area), self.figures[0].place
        for join in dict.fromkeys(join for figure in self.figures for join in figure.beside):
            found = join(asked, found)
        for condition in self.always:
            found = found.filter(condition(asked))
        for condition in self.never:
            found = found.filter(~condition(asked))
        nowhere = Value("", output_field=CharField(max_length=1))
        held: Any = Value(0, output_field=BigIntegerField())
        for condition, bit in self.bits.items():
            held += Case(
                When(condition(asked), then=Value(bit)),
                default=Value(0),
                output_field=BigIntegerField(),
            )
        return (
            found.order_by()
            .annotate(
                figure_pass=Value(nth),
                figure_place=F(place) if place else nowhere,
                figure_held=held,
            )
            .values("figure_pass", "figure_place", "figure_held")
            .annotate(figure_number=Count("*"))
            .values_list("figure_pass", "figure_place", "figure_held", "figure_number")
        )

    def those_with(self, held):
        """The figures to which a row belongs for which just these conditions hold."""
        for figure in self.figures:
            wanted = sum(self.bits.get(one, 0) for one in figure.holding)
            barred = sum(self.bits.get(one, 0) for one in figure.unless)
            if held & wanted == wanted and not held & barred:
                yield figure


def within(numbers: dict[str, Number], area: str) -> dict[str, Number]:
    """The same numbers of one area alone: of a kecamatan, or of a kabupaten with its kecamatan."""
    found = {}
    for key, number in numbers.items():
        places = {
            code: rows
            for code, rows in number.places.items()
            if code == area or code.startswith(f"{area}.")
        }
        found[key] = Number(sum(places.values()), defaultdict(int, places))
    return found


def percent_of(numbers: dict[str, Number], share: Share, kecamatan: str | None = None):
    """`Decimal | None`: of the whole territory, or of one kecamatan."""

    def of(figure: Figure) -> int:
        number = numbers[figure.key]
        return number.total if kecamatan is None else number.places.get(kecamatan, 0)

    found: Decimal | None = percent(of(share.part), of(share.whole))
    return found
