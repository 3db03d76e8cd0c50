"""The report of a month or of a quarter: what the home says today, and what was done in the time.

Every number comes from dashboard.figures, counted in two statements: as things stand on the day of
the data, and for the days of the report.
"""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.figures import percent
from dashboard.figures import cases, families, periods, tables, talks
from dashboard.figures.base import Asked, Span, count, within
from dashboard.figures.tables import COVERAGE, FOUR, LOAD, QUALITY
from dashboard.reports.base import (
    NUMBER,
    PERCENT,
    TEXT,
    Content,
    Table,
    as_of,
    by_kecamatan,
    capital,
    cells,
    covers_all,
    kecamatan_in,
    sentence,
)

STANDING = (COVERAGE, FOUR, QUALITY, LOAD)
MOST_FILES = 100
FIELD = (
    periods.VISITED,
    periods.QUESTIONS,
    periods.ASSESSED,
    periods.MET,
    periods.EXPECTED,
    periods.PRESENT,
)
# What nobody has brought evidence of counts neither way, so it is no part of the percentage.
JUDGED = (periods.CHECK_MET, periods.CHECK_NOT_MET)
CHECKS = (periods.CHECKED, periods.CHECK_MET, periods.CHECK_NOT_MET, periods.CHECK_BARE)
EXITS = (periods.GRADUATED, periods.ADMINISTRATIVE)


def office_content(report, at) -> Content:
    """Coverage, 4T, quality, load, field work, commitments, graduation, follow-ups and files."""
    asked = Asked(report.asked_by, at, Span(report.starts_on, report.ends_on))
    content = Content(f"{report.get_kind_display()} PKH")
    numbers = numbers_in(asked, report.area, (*periods.FIGURES, talks.UNFINISHED))
    areas = kecamatan_in(asked, report.area)
    if asked.span.last >= asked.today:
        content.notes.append(
            _("%(span)s has not ended: what was done is counted until the day of the data.")
            % {"span": capital(str(asked.span))}
        )
    content.notes.append(
        _(
            "Tables marked 'as of' show how things stand on the day of the data; the others what"
            " was done in %(span)s."
        )
        % {"span": asked.span}
    )
    add_standing(content, asked, numbers, areas, STANDING)
    _field(content, asked, numbers, areas)
    _commitments(content, asked, numbers, areas)
    _exits(content, asked, numbers, areas)
    add_goals(content, asked, report.area, asked.span.last.year)
    add_promises(content, asked, report.area)
    _files(content, asked, report.area)
    content.tables.insert(0, _summary(asked, numbers))
    return content


def numbers_in(asked: Asked, area, more=()):
    """{key: number} of everything a report may show, of the area."""
    figures = [*tables.figures_of(STANDING), cases.OPEN, cases.GRADUATED, *more]
    numbers = count(asked, figures)
    return numbers if covers_all(asked.user, area) else within(numbers, area.pk)


def add_standing(content: Content, asked: Asked, numbers, areas, names) -> None:
    """The tables of the home, as things stand on the day of the data."""
    for name in names:
        title = str(tables.TITLES[name])
        found = tables.table_of(asked, name, numbers, areas)
        if not found.total:
            content.left_out.append(title)
            continue
        heads = [(_("Kecamatan"), TEXT)]
        for cell in found.total:
            heads.append((cell.label, NUMBER))
            if cell.percent is not None:
                heads.append((f"{cell.label} (%)", PERCENT))
        shared = [cell.percent is not None for cell in found.total]

        def row(label, line, strong=False, heads=heads, shared=shared):
            values = [label]
            for cell, is_share in zip(line, shared, strict=True):
                values += [cell.number, cell.percent] if is_share else [cell.number]
            return cells(values, heads, strong)

        content.tables.append(
            Table(
                name,
                title,
                sentence(as_of(asked)),
                heads,
                [row(label, line) for label, line in found.rows],
                row(_("Together"), found.total, strong=True) if len(areas) != 1 else None,
            )
        )
        content.define(found.definitions, as_of(asked))
        if name == FOUR:
            content.define(
                ((str(one.label), one.said(asked), str(one.source)) for one in families.FOUR),
                as_of(asked),
            )


def _summary(asked, numbers):
    """What a head of office reads first."""
    heads = [
        (_("Figure"), TEXT),
        (_("How many"), NUMBER),
        (_("Percent"), PERCENT),
        (_("Of the time"), TEXT),
    ]
    now, then = as_of(asked), str(asked.span)
    rows = []

    def add(figure, when, *wholes, label=None):
        if figure.key not in numbers:
            return
        number = numbers[figure.key].total
        part = None
        if all(whole.key in numbers for whole in wholes):
            part = percent(number, sum(numbers[whole.key].total for whole in wholes))
        rows.append(cells([str(label or figure.label), number, part, when], heads))

    add(families.FAMILIES, now)
    add(families.ASSIGNED, now, families.FAMILIES, label=families.COVERAGE.label)
    for share in families.FOUR:
        add(share.part, now, share.whole, label=share.label)
    add(periods.VISITED, then)
    add(periods.MET, then)
    add(periods.PRESENT, then, periods.EXPECTED)
    add(periods.CHECK_MET, str(quarter_of(asked)), *JUDGED, label=_("Commitments met"))
    add(periods.GRADUATED, then)
    add(cases.GRADUATED, now)
    return Table("summary", _("Summary"), "", heads, rows, None, _("Nothing may be counted."))


def quarter_of(asked):
    return Span.of_quarter(asked.span.quarter)


def _add(content, asked, title, table, figures, numbers, when):
    if table is None:
        content.left_out.append(title)
        return
    content.tables.append(table)
    content.define(
        (
            (str(one.label), one.said(asked), str(one.source))
            for one in figures
            if one.key in numbers
        ),
        when,
    )


def _field(content, asked, numbers, areas):
    title = _("Visits and P2K2 by kecamatan")
    percents = {
        periods.PRESENT.key: (_("Present (%)"), [periods.EXPECTED.key]),
    }
    table = by_kecamatan("field", title, sentence(str(asked.span)), FIELD, numbers, areas, percents)
    _add(content, asked, title, table, FIELD, numbers, str(asked.span))
    if table is not None and periods.MET.key not in numbers:
        content.left_out.append(_("P2K2"))


def _commitments(content, asked, numbers, areas):
    title = _("Commitments by kecamatan")
    percents = {periods.CHECK_MET.key: (_("Met (%)"), [one.key for one in JUDGED])}
    when = str(quarter_of(asked))
    say = f"{sentence(when)} " + _(
        "What nobody has brought evidence of is neither met nor not met; the percentage is of the"
        " commitments with evidence."
    )
    table = by_kecamatan("commitments", title, say, CHECKS, numbers, areas, percents)
    _add(content, asked, title, table, CHECKS, numbers, when)


def _exits(content, asked, numbers, areas):
    title = _("Families that left, by kecamatan")
    table = by_kecamatan("exits", title, sentence(str(asked.span)), EXITS, numbers, areas, {})
    _add(content, asked, title, table, EXITS, numbers, str(asked.span))


def add_goals(content: Content, asked: Asked, area, year: int) -> None:
    """Targets of the year beside what the book counts of it until the day of the data."""
    title = _("Graduation against target, %(year)s") % {"year": year}
    found = tables.goals(asked, area, year)
    if found is None:
        content.left_out.append(title)
        return
    heads = [
        (_("Way to leave"), TEXT),
        (_("Target"), NUMBER),
        (_("Reached"), NUMBER),
        (_("Percent"), PERCENT),
        (_("Due by today"), NUMBER),
        (_("State"), TEXT),
    ]
    content.tables.append(
        Table(
            "goals",
            title,
            sentence(as_of(asked)),
            heads,
            [
                cells(
                    [
                        one.label,
                        one.number,
                        one.reached.number,
                        one.reached.percent,
                        one.expected,
                        _("behind") if one.behind else "",
                    ],
                    heads,
                )
                for one in found.lines
            ],
            None,
            _("No target is set for this year, and nobody has graduated yet."),
        )
    )
    content.define(
        [
            (
                _("Reached"),
                _(
                    "Exits that the book counts as graduation in the year; death, moving away and"
                    " other administrative exits never count."
                ),
                str(periods.BOOK),
            ),
            (
                _("Due by today"),
                _(
                    "The target's share of the days gone, rounded down; behind is said when not"
                    " even the approved cases reach it."
                ),
                _("graduation targets"),
            ),
        ],
        as_of(asked),
    )


def add_promises(content: Content, asked: Asked, area) -> None:
    """Follow-ups by institution, those with the most overdue ones first."""
    title = _("Follow-ups by institution")
    if talks.SEES_MEETINGS not in asked.permissions:
        content.left_out.append(title)
        return
    code = "" if covers_all(asked.user, area) else area.pk
    heads = [
        (_("Institution"), TEXT),
        (_("Overdue"), NUMBER),
        (_("Unfinished"), NUMBER),
        (_("Due and done"), NUMBER),
        (_("Due so far"), NUMBER),
        (_("Percent"), PERCENT),
    ]
    lines = tables.promises(asked, code)
    content.tables.append(
        Table(
            "promises",
            title,
            sentence(as_of(asked)),
            heads,
            [
                cells(
                    [
                        one.label,
                        one.overdue.number,
                        one.unfinished.number,
                        one.kept.number,
                        one.due.number,
                        one.kept.percent,
                    ],
                    heads,
                )
                for one in lines
            ],
            None,
            _("No institution owes a follow-up."),
        )
    )
    content.define(
        [
            (
                title,
                _(
                    "Follow-ups of published minutes of all years. Percent: of those due before"
                    " the day of the data, how many are done."
                ),
                str(talks.AGREED),
            )
        ],
        as_of(asked),
    )


def _files(content, asked, area):
    title = _("Files brought in")
    if not periods.BROUGHT_IN.opens_to(asked):
        content.left_out.append(title)
        return
    heads = [
        (_("Brought in"), TEXT),
        (_("Source"), TEXT),
        (_("Stage"), TEXT),
        (_("Rows read"), NUMBER),
        (_("Rows taken"), NUMBER),
        (_("Rows rejected"), NUMBER),
        (_("State"), TEXT),
    ]
    found = list(periods.BROUGHT_IN.rows(asked).order_by("uploaded_at", "pk")[: MOST_FILES + 1])
    say = sentence(str(asked.span))
    if not covers_all(asked.user, area):
        say += " " + _("Files are of the whole office, not of one kecamatan.")
    if len(found) > MOST_FILES:
        say += " " + _("The first %(most)d of them.") % {"most": MOST_FILES}
    content.tables.append(
        Table(
            "files",
            title,
            say,
            heads,
            [
                cells(
                    [
                        date_format(timezone.localtime(one.uploaded_at), "j F Y"),
                        one.get_source_display(),
                        str(one.period),
                        one.rows_read,
                        one.rows_staged,
                        one.rows_rejected,
                        one.get_state_display(),
                    ],
                    heads,
                )
                for one in found[:MOST_FILES]
            ],
            None,
            _("No ministry file was brought in."),
        )
    )
    content.define(
        [
            (title, periods.BROUGHT_IN.said(asked), str(periods.BROUGHT_IN.source)),
        ],
        str(asked.span),
    )
