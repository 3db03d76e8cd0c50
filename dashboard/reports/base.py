"""The pieces of a report, the same for paper and spreadsheet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.scope import area_codes
from areas.models import Area
from beneficiaries.models.querysets import VIEW_HOUSEHOLD
from core.figures import percent
from dashboard.figures.base import Asked, Figure, Number
from dashboard.figures.tables import kecamatan_of
from graduation.report_tables import NUMBER, PERCENT, TEXT, Cell, Table

Definition = tuple[str, str, str, str]  # figure, what is counted, source, of which time


@dataclass
class Content:
    """`notes` stand before the tables; `left_out` names what the asker's role does not open."""

    title: str
    tables: list[Table] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    definitions: list[Definition] = field(default_factory=list)

    def define(self, figures: Iterable[tuple[str, str, str]], when: str) -> None:
        """Each figure once, in the order in which the tables bring them."""
        known = {one[:2] for one in self.definitions}
        for label, said, source in figures:
            if (label, said) not in known:
                known.add((label, said))
                self.definitions.append((label, said, source, when))

    @property
    def table_of_definitions(self) -> Table:
        heads = [
            (_("Figure"), TEXT),
            (_("What is counted"), TEXT),
            (_("Source"), TEXT),
            (_("Of the time"), TEXT),
        ]
        return Table(
            "definitions",
            _("Definitions and sources"),
            "",
            heads,
            [cells(one, heads) for one in self.definitions],
        )


def cells(values: Sequence, heads, strong: bool = False) -> list[Cell]:
    return [
        Cell(value, kind, label, strong) for value, (label, kind) in zip(values, heads, strict=True)
    ]


def as_of(asked: Asked) -> str:
    return _("as of %(day)s") % {"day": date_format(asked.today, "j F Y")}


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    return f"{capital(text)}."


def facts_of(report, at) -> list[tuple[str, str]]:
    """What the head of every form of the report says besides its title."""
    day = timezone.localtime(at)
    return [
        (_("Area"), _full_name(report.area)),
        (_("Meeting") if report.meeting_id else _("Period"), report.about),
        (_("Day of the data"), date_format(day, "j F Y H.i")),
        (_("Asked by"), str(report.asked_by)),
        (_("Number"), report.number),
    ]


def _full_name(area: Area) -> str:
    above = area.parent
    return f"{area}, {above}" if above is not None and len(area.pk) > 5 else str(area)


def watermark(report, at) -> str:
    """What stands under every page, so that a printed one leads back to who asked."""
    moment = date_format(timezone.localtime(at), "j F Y H.i")
    return f"{report.asked_by} · {moment} · {report.number}"


def covers_all(user, area: Area) -> bool:
    """The area is everything the user sees: then figures need not be cut to it."""
    held = area_codes(user, VIEW_HOUSEHOLD)
    return all(code == area.pk or code.startswith(f"{area.pk}.") for code in held)


def kecamatan_in(asked: Asked, area: Area) -> list[Area]:
    return [
        one
        for one in kecamatan_of(asked)
        if one.pk == area.pk or one.pk.startswith(f"{area.pk}.") or area.pk.startswith(f"{one.pk}.")
    ]


def by_kecamatan(
    key: str,
    title: str,
    say: str,
    figures: Sequence[Figure],
    numbers: dict[str, Number],
    areas: Sequence[Area],
    percents: dict[str, tuple[str, Sequence[str]]],
) -> Table | None:
    """Figures beside each other by kecamatan; None where the user may open none of them.

    `percents` puts behind a figure how large a part it is of others: {key: (label, keys)}.
    """
    open_figures = [one for one in figures if one.key in numbers]
    if not open_figures:
        return None
    heads = [(_("Kecamatan"), TEXT)]
    percents = {key: of for key, of in percents.items() if all(part in numbers for part in of[1])}
    for one in open_figures:
        heads.append((str(one.label), NUMBER))
        if one.key in percents:
            heads.append((percents[one.key][0], PERCENT))

    def row(name, of, strong=False):
        values = [name]
        for one in open_figures:
            values.append(of(one.key))
            if one.key in percents:
                values.append(percent(of(one.key), sum(map(of, percents[one.key][1]))))
        return cells(values, heads, strong)

    return Table(
        key,
        title,
        say,
        heads,
        [
            row(area.name, lambda name, code=area.pk: numbers[name].places.get(code, 0))
            for area in areas
        ],
        row(_("Together"), lambda name: numbers[name].total, strong=True)
        if len(areas) != 1
        else None,
        _("No kecamatan here."),
    )
