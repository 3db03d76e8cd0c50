"""The tables of a home: figures by kecamatan, the four targets, targets of graduation, follow-ups
by institution. Every number is a `Cell` with the address of its rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.scope import area_codes
from areas.models import Area
from beneficiaries.models.querysets import VIEW_HOUSEHOLD
from core.figures import percent
from dashboard.figures import cases, families, work
from dashboard.figures.base import KECAMATAN, Asked, Figure, Number, Share, percent_of
from dashboard.figures.homes import COVERAGE, FOUR, GRADUATION, INSTITUTIONS, LOAD, QUALITY
from facilitators.queries.caseloads import average
from graduation.models.querysets import VIEW_TARGET
from graduation.queries.targets import in_territory, lines_of
from meetings.queries.results import results_of

# The columns of each table by kecamatan; the whole of a share stands before its part.
COLUMNS: dict[str, tuple[Figure, ...]] = {
    COVERAGE: (
        families.FAMILIES,
        families.ASSIGNED,
        families.UNASSIGNED,
        families.SUSPENDED,
        families.LISTED,
        families.ABSENT,
        families.OVERDUE,
    ),
    FOUR: (families.LISTED, *(share.part for share in families.FOUR)),
    QUALITY: (families.MEMBERS, *families.QUALITY),
    LOAD: (work.WORKERS, families.ASSIGNED, work.FEW, work.MANY),
}
TITLES = {
    COVERAGE: gettext_lazy("Coverage by kecamatan"),
    FOUR: gettext_lazy("The four targets by kecamatan"),
    QUALITY: gettext_lazy("Quality of data by kecamatan"),
    LOAD: gettext_lazy("Load of facilitators by kecamatan"),
}
# Figures that a table needs besides those of its columns.
_BESIDES = {
    FOUR: tuple(share.rest for share in families.FOUR),
    GRADUATION: (cases.OPEN, cases.GRADUATED),
}
# Columns that say how large a part they are of another one.
_PARTS = {share.part.key: share for share in (*families.FOUR, families.COVERAGE)}


@dataclass(frozen=True)
class Cell:
    label: str
    number: int | Decimal | None
    url: str = ""
    percent: Decimal | None = None


@dataclass(frozen=True)
class Table:
    """`rows` are (kecamatan, cells); `total` the cells of the whole territory."""

    key: str
    title: str
    columns: list[Figure]
    rows: list[tuple[str, list[Cell]]]
    total: list[Cell]
    definitions: list[tuple[str, str, str]]  # label, what is counted, where it comes from


@dataclass(frozen=True)
class Indicator:
    """One of the four targets: so many of so many, and the rest; each opens its rows."""

    label: str
    said: str
    source: str
    percent: Decimal | None
    part: Cell
    rest: Cell
    whole: Cell


@dataclass(frozen=True)
class Promised:
    """What an institution agreed to, and what became of it."""

    label: str
    unfinished: Cell
    overdue: Cell
    kept: Cell
    due: Cell


@dataclass(frozen=True)
class Goal:
    """A target of the year beside what was reached; without a target `number` is None."""

    label: str
    number: int | None
    url: str
    reached: Cell
    expected: int | None
    behind: bool


@dataclass(frozen=True)
class Goals:
    area: Area
    year: int
    lines: list[Goal] = field(default_factory=list)


def figures_of(tables: Sequence[str]) -> list[Figure]:
    """What has to be counted for the tables."""
    return [one for name in tables for one in (*COLUMNS.get(name, ()), *_BESIDES.get(name, ()))]


def kecamatan_of(asked: Asked) -> list[Area]:
    """The kecamatan of the territory; of somebody who holds villages those they lie in."""
    codes = area_codes(asked.user, VIEW_HOUSEHOLD)
    inside = Area.objects.within(*{code[:KECAMATAN] for code in codes}).subdistricts()
    return list(inside.order_by("code"))


def table_of(asked: Asked, name: str, numbers: dict[str, Number], areas: list[Area]) -> Table:
    columns = [one for one in COLUMNS[name] if one.key in numbers]
    rows = [
        (area.name, [_cell(asked, one, numbers, name, area.pk) for one in columns])
        for area in areas
    ]
    total = [_cell(asked, one, numbers, name) for one in columns]
    definitions = [(str(one.label), one.said(asked), str(one.source)) for one in columns]
    if name == LOAD and len(columns) == len(COLUMNS[LOAD]):
        for cells in (*(cells for _name, cells in rows), total):
            people, held = cells[0].number, cells[1].number
            cells.insert(2, Cell(_("Families per facilitator"), average(held, people)))
        definitions.insert(
            2,
            (
                _("Families per facilitator"),
                _("Accompanied families of the kecamatan, divided by the facilitators at work."),
                _("caseloads"),
            ),
        )
    return Table(name, str(TITLES[name]), columns, rows, total, definitions)


def _cell(asked, figure, numbers, table, kecamatan=None):
    found = numbers[figure.key]
    number = found.total if kecamatan is None else found.places.get(kecamatan, 0)
    share = None if table == LOAD else _PARTS.get(figure.key)
    part = None
    if share is not None and share.whole.key in numbers:
        part = percent_of(numbers, share, kecamatan)
    return Cell(str(figure.label), number, figure.url(asked, kecamatan or ""), part)


def indicators(asked: Asked, numbers: dict[str, Number]) -> list[Indicator]:
    """The four targets; those whose rows the user may not open are left out."""
    found = []
    for share in families.FOUR:
        if share.part.key not in numbers:
            continue
        part, rest, whole = (
            Cell(str(one.label), numbers[one.key].total, one.url(asked))
            for one in (share.part, share.rest, share.whole)
        )
        found.append(
            Indicator(
                str(share.label),
                share.said(asked),
                str(share.source),
                percent_of(numbers, share),
                part,
                rest,
                whole,
            )
        )
    return found


def promises(asked: Asked, area: str = "") -> list[Promised]:
    """Institutions that owe something, the most overdue first, and those that kept their word.

    The numbers are those of the results page, of an area when one is said; each opens the list of
    its follow-ups.
    """
    here = reverse("meetings:follow_ups")

    def cell(line, name):
        query = urlencode(
            {"instansi": line.key["institution"], "status": name}
            | ({"wilayah": area} if area else {})
        )
        return Cell(name, line.numbers[name], f"{here}?{query}")

    lines = results_of(asked.user, today=asked.today, area=area).institutions
    lines = [line for line in lines if line.numbers["unfinished"] or line.numbers["due"]]
    lines.sort(key=lambda line: (-line.numbers["overdue"], -line.numbers["unfinished"]))
    return [
        Promised(
            line.label,
            cell(line, "unfinished"),
            cell(line, "overdue"),
            Cell("kept", line.numbers["kept"], cell(line, "kept").url, line.share),
            cell(line, "due"),
        )
        for line in lines
    ]


def goals(asked: Asked, area: Area | None = None, year: int | None = None) -> Goals | None:
    """Targets of a year, this one unless said, beside what the book counts: of the widest area the
    user holds, or of `area` when the user sees its targets."""
    codes = [code for code in area_codes(asked.user, VIEW_TARGET) if len(code) in (5, KECAMATAN)]
    if area is None:
        area = Area.objects.filter(
            pk=min(codes, key=lambda code: (len(code), code), default="")
        ).first()
    elif not in_territory(asked.user, area):
        area = None
    if area is None:
        return None
    year = year or asked.today.year
    found = lines_of(asked.user, area, year, asked.today)
    here = reverse("graduation:targets")

    def goal(line, label, part):
        query = {"tahun": year, "wilayah": area.pk} | ({"jenis": part} if part else {})
        return Goal(
            label,
            line.number,
            f"{here}?{urlencode(query)}",
            Cell(
                label,
                line.reached,
                cases.GRADUATED.url(asked, area.pk, part),
                percent(line.reached, line.number),
            ),
            line.expected,
            line.behind,
        )

    lines = [goal(line, line.type.name, line.type.code) for line in found]
    return Goals(area, year, lines)


__all__ = [
    "COVERAGE",
    "FOUR",
    "GRADUATION",
    "INSTITUTIONS",
    "LOAD",
    "QUALITY",
    "Share",
    "figures_of",
    "goals",
    "indicators",
    "kecamatan_of",
    "promises",
    "table_of",
]
