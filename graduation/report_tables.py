"""The report as tables, the same for screen, paper and spreadsheet: words, order and figures."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core.periods import Period
from graduation.models import Headline
from graduation.queries.report import Line, Report

TEXT, NUMBER, PERCENT = "text", "number", "percent"


@dataclass(frozen=True)
class Cell:
    """`value`: str, int, Decimal, or None for what is not known."""

    value: str | int | Decimal | None
    kind: str
    label: str
    strong: bool = False


@dataclass(frozen=True)
class Table:
    """`total` is None where the rows do not add up to anything. `empty` is said without rows."""

    key: str
    title: str
    say: str
    heads: list[tuple[str, str]]  # (label, kind)
    rows: list[list[Cell]]
    total: list[Cell] | None = None
    empty: str = ""


def quarter_name(period: Period) -> str:
    return _("quarter %(quarter)s of %(year)s") % {"quarter": period.stage, "year": period.year}


def closing_name(period: Period | None) -> str:
    if period is None:
        return _("not known yet")
    return _("Final Closing stage %(stage)s of %(year)s") % {
        "stage": period.stage,
        "year": period.year,
    }


def span_name(report: Report) -> str:
    if report.cumulative and report.period.stage > 1:
        return _("January to the end of quarter %(quarter)s of %(year)s") % {
            "quarter": report.period.stage,
            "year": report.period.year,
        }
    return quarter_name(report.period)


def definitions(report: Report) -> list[str]:
    """What stands beside the figures on every door."""
    if report.families is None:
        base = _(
            "Percentages need the first Final Closing of %(year)s; the register does not hold"
            " it yet."
        ) % {"year": report.period.year}
    else:
        base = _(
            "Percentages are of the %(families)s families in the first Final Closing of the year"
            " (stage %(stage)s of %(year)s)."
        ) % {
            "families": grouped(report.families),
            "stage": report.base.first.stage,
            "year": report.base.first.year,
        }
    said = [
        base,
        _("Percentages are rounded half up to two decimals; they are not cut off."),
        _(
            "Graduation is what is counted as prosperous, local eligibility, natural or other"
            " graduation. Died, moved, duplicate and the like are administrative exits and are"
            " never counted as graduation."
        ),
        _(
            "An exit counts in the quarter of the day the family left, in the village and with the"
            " facilitator of that day."
        ),
    ]
    if report.locked or report.corrections:
        said.append(
            _(
                "Published: as it stood when the quarter was locked. Corrected: with the"
                " corrections made since, each listed with its date."
            )
        )
    return said


def grouped(number: int) -> str:
    """21.299, the way an Indonesian office writes it."""
    return f"{number:,}".replace(",", ".")


def lock_line(report: Report) -> str:
    if not report.locked or report.quarter is None:
        if report.quarter_locked:
            return _("Not locked: the figures of %(open)s can still change.") % {
                "open": ", ".join(quarter_name(one) for one in report.open_quarters)
            }
        return _("Not locked: the figures can still change.")
    return _("Locked on %(day)s by %(name)s.") % {
        "day": date_format(localtime(report.quarter.locked_at), "j F Y H.i"),
        "name": report.quarter.locked_by,
    }


def tables_of(report: Report) -> list[Table]:
    return [
        _headlines(report),
        _types(report),
        _administrative(report),
        _by_place(
            "kecamatan", _("By kecamatan"), _("Kecamatan"), report.kecamatan, report, shares=True
        ),
        _by_place(
            "facilitators",
            _("By facilitator"),
            _("Facilitator"),
            report.facilitators,
            report,
            empty=_("Nobody left in this time."),
        ),
        _reasons(report),
        *([_targets(report)] if report.targets else []),
        _explanation(report),
        *([_corrections(report)] if report.locked or report.corrections else []),
    ]


def _changed(report):
    """Whether what was published and what stands are shown side by side."""
    return report.locked or bool(report.corrections)


def _row(cells, heads, strong=False):
    return [
        Cell(value, kind, label, strong) for value, (label, kind) in zip(cells, heads, strict=True)
    ]


def _both(report):
    if _changed(report):
        return [(_("Published"), NUMBER), (_("Corrected"), NUMBER)]
    return [(_("How many"), NUMBER)]


def _pair(report, published, corrected):
    return [published, corrected] if _changed(report) else [corrected]


def _headlines(report):
    heads = [
        (_("Counted under"), TEXT),
        *_both(report),
        (_("Percent of families"), PERCENT),
        (_("Percent of graduations"), PERCENT),
    ]
    total = report.total
    return Table(
        "headlines",
        _("Graduation"),
        "",
        heads,
        [
            _row(
                [
                    line.label,
                    *_pair(report, line.published_number, line.number),
                    line.percent,
                    line.share,
                ],
                heads,
            )
            for line in report.headlines
        ],
        _row(
            [
                _("Graduations together"),
                *_pair(report, total.published_graduations, total.graduations),
                total.percent,
                total.share,
            ],
            heads,
            strong=True,
        ),
    )


def _types(report):
    heads = [
        (_("Way to leave"), TEXT),
        (_("Counted under"), TEXT),
        *_both(report),
        (_("Percent of families"), PERCENT),
    ]
    total = report.total
    return Table(
        "types",
        _("Graduation by way to leave"),
        "",
        heads,
        [
            _row(
                [
                    line.label,
                    line.group,
                    *_pair(report, line.published_number, line.number),
                    line.percent,
                ],
                heads,
            )
            for line in report.graduation_types
        ],
        _row(
            [
                _("Graduations together"),
                "",
                *_pair(report, total.published_graduations, total.graduations),
                total.percent,
            ],
            heads,
            strong=True,
        ),
    )


def _administrative(report):
    heads = [(_("Administrative exit"), TEXT), *_both(report)]
    total = report.total
    return Table(
        "administrative",
        _("Administrative exits"),
        _("Never counted as graduation."),
        heads,
        [
            _row([line.label, *_pair(report, line.published_number, line.number)], heads)
            for line in report.administrative
        ],
        _row(
            [
                _("Administrative exits together"),
                *_pair(report, total.published_administrative, total.administrative),
            ],
            heads,
            strong=True,
        ),
    )


def _by_place(key, title, name, lines, report, *, shares=False, empty=""):
    heads = [
        (name, TEXT),
        *((str(one.label), NUMBER) for one in Headline),
        *(
            [(_("Graduation, published"), NUMBER), (_("Graduation, corrected"), NUMBER)]
            if _changed(report)
            else [(_("Graduation"), NUMBER)]
        ),
        *([(_("Families (denominator)"), NUMBER), (_("Percent"), PERCENT)] if shares else []),
        (_("Administrative exits"), NUMBER),
    ]

    def cells(line: Line, label):
        return [
            label,
            line.prosperous,
            line.local_eligibility,
            line.natural,
            line.other,
            *_pair(report, line.published_graduations, line.graduations),
            *([line.families, line.percent] if shares else []),
            line.administrative,
        ]

    return Table(
        key,
        title,
        "",
        heads,
        [_row(cells(line, line.label), heads) for line in lines],
        _row(cells(report.total, _("Total")), heads, strong=True),
        empty,
    )


def _reasons(report):
    heads = [(_("Way to leave"), TEXT), (_("Reason"), TEXT), *_both(report)]
    graduation = [line for line in report.reasons if line.headline]
    rest = [line for line in report.reasons if not line.headline]
    rows = []
    for lines, label, numbers in (
        (
            graduation,
            _("Graduations together"),
            (report.total.published_graduations, report.total.graduations),
        ),
        (
            rest,
            _("Administrative exits together"),
            (report.total.published_administrative, report.total.administrative),
        ),
    ):
        if not lines:
            continue
        rows += [
            _row(
                [line.group, line.label, *_pair(report, line.published_number, line.number)], heads
            )
            for line in lines
        ]
        rows.append(_row([label, "", *_pair(report, *numbers)], heads, strong=True))
    return Table("reasons", _("By reason"), "", heads, rows, empty=_("Nobody left in this time."))


def _targets(report):
    heads = [
        (_("Way to leave"), TEXT),
        (_("Targets"), NUMBER),
        (_("Set against families"), NUMBER),
        (_("Percent of families"), PERCENT),
        (_("Reached in the year"), NUMBER),
        (_("Percent of the target"), PERCENT),
    ]

    def cells(one, label):
        return [label, one.number, one.families, one.percent, one.reached, one.reached_percent]

    bases = sorted({one.base for one in report.targets if one.base})
    together = report.targets_together
    return Table(
        "targets",
        _("Targets of the year"),
        _("Set against the first Final Closing of the year: %(periods)s.")
        % {"periods": ", ".join(bases) or _("not known yet")},
        heads,
        [_row(cells(one, one.label), heads) for one in report.targets],
        _row(cells(together, _("Targets together")), heads, strong=True) if together else None,
    )


def _explanation(report):
    heads = [(_("Families"), TEXT), (_("How many"), NUMBER)]
    base = report.base
    known = base.closing is not None and base.opening is not None
    rows = [
        (
            _("Opening: %(closing)s") % {"closing": closing_name(base.opening)},
            base.opening_families if base.opening else None,
            True,
        ),
        (_("Exits in the book, graduations and administrative ones"), base.exits, False),
        (_("Opening less exits"), base.computed if base.opening else None, False),
        (
            _("Closing: %(closing)s") % {"closing": closing_name(base.closing)},
            base.closing_families if known else None,
            True,
        ),
        (_("Difference: closing beyond opening less exits"), base.difference, True),
        (
            _("of these new families: in the closing, not in the opening"),
            base.entries if known else None,
            False,
        ),
        (
            _("of these left by the book, but not from opening to closing"),
            base.exits_elsewhere if known else None,
            False,
        ),
        (
            _("less families gone from the file without an exit in the book"),
            base.gone_without_exit if known else None,
            False,
        ),
        (_("Difference that new families do not explain"), base.unexplained, True),
    ]
    say = _(
        "The closing is what the ministry's file lists. It is never computed as opening less"
        " exits, and does not have to be equal to it."
    )
    if report.locked:
        say += " " + (
            _("Kept as it was on the day of the lock.")
            if report.base_as_locked
            else _("Computed from the register as it stands today.")
        )
    return Table(
        "explanation",
        _("Opening and closing"),
        say,
        heads,
        [
            *(_row([label, value], heads, strong) for label, value, strong in rows),
            *(
                [Cell(label, TEXT, heads[0][0], False), Cell(value, PERCENT, heads[1][0], False)]
                for label, value in (
                    (
                        _("Growth: closing beyond opening, percent of the opening"),
                        base.growth_percent,
                    ),
                    (_("New families, percent of the closing"), base.new_percent),
                )
            ),
        ],
    )


def _corrections(report):
    heads = [
        (_("Date"), TEXT),
        (_("Report quarter"), TEXT),
        (_("Reason"), TEXT),
        (_("By"), TEXT),
        (_("Graduation"), NUMBER),
        (_("Administrative exits"), NUMBER),
    ]
    return Table(
        "corrections",
        _("Corrections after the lock"),
        "",
        heads,
        [
            _row(
                [
                    date_format(localtime(one.at), "j F Y"),
                    str(one.period),
                    one.reason or _("kept by the kabupaten"),
                    one.by or "-",
                    one.graduations,
                    one.administrative,
                ],
                heads,
            )
            for one in report.corrections
        ],
        empty=_("No correction: published and corrected figures are the same."),
    )


def sheet_rows(report: Report) -> Iterator[list]:
    """Rows of the spreadsheet: every table under its title, a blank row between."""
    for table in tables_of(report):
        yield [table.title]
        if table.say:
            yield [table.say]
        yield [label for label, _kind in table.heads]
        for row in [*table.rows, *([table.total] if table.total else [])]:
            yield [
                float(cell.value) if isinstance(cell.value, Decimal) else cell.value for cell in row
            ]
        if not table.rows and table.empty:
            yield [table.empty]
        yield []
