"""RHK of a month: the nine results of every facilitator, added up by kecamatan."""

from itertools import groupby

from django.utils.translation import gettext as _

from areas.models import Area
from dashboard.figures.base import KECAMATAN, Asked, Span
from dashboard.reports.base import NUMBER, TEXT, Content, Table, capital, cells, sentence
from facilitators.models import PerformanceTarget, Source
from facilitators.queries.months import Month
from facilitators.queries.results import Count, overview, targets_on
from graduation.report_tables import grouped

MARKED = "marked"  # 12 (3): three of the twelve are claimed without evidence


def results_content(report, at) -> Content:
    asked = Asked(report.asked_by, at, Span(report.starts_on, report.ends_on))
    month = Month(report.starts_on)
    targets = targets_on(month.last)
    lines = overview(asked.user, month, report.area_id)
    content = Content(f"{report.get_kind_display()} PPPK PKH")
    if asked.span.last >= asked.today:
        content.notes.append(
            _("%(span)s has not ended: what was done is counted until the day of the data.")
            % {"span": capital(str(asked.span))}
        )
    if report.form == report.Form.PDF:
        content.notes.append(
            _(
                "12 (3) says: twelve records, of these three claimed without evidence. - says that"
                " no records are kept of it yet."
            )
        )
    if any(not target.confirmed for target in targets):
        content.notes.append(
            _("Names and targets of the results are not compared with the ministry's letter yet.")
        )
    of_the_year = _("January to %(month)s") % {"month": asked.span}
    content.tables = [
        _names(targets),
        _table(
            "month", _("Records of the month"), str(asked.span), lines, targets, report, "month"
        ),
        _table("year", _("Records of the year"), of_the_year, lines, targets, report, "year"),
    ]
    source = _("records of facilitators")
    content.define(
        (
            (
                str(target),
                _("Counted from: %(sources)s.")
                % {"sources": ", ".join(str(label) for label in _sources(target))},
                source,
            )
            for target in targets
        ),
        str(asked.span),
    )
    content.define(
        [
            (
                _("Without evidence"),
                _("Records without a photo and without a paper: claimed, not shown."),
                source,
            ),
            (
                _("Behind"),
                _("How many of the nine are below the share of the year's target that is due."),
                _("RHK targets"),
            ),
        ],
        of_the_year,
    )
    return content


def _sources(target):
    return [Source(one).label for one in target.sources]


def _names(targets):
    heads = [
        (_("Number"), TEXT),
        (_("Result"), TEXT),
        (_("Target of a year"), NUMBER),
        (_("Counted in"), TEXT),
    ]
    return Table(
        "names",
        _("The nine results"),
        "",
        heads,
        [
            cells(
                [
                    str(one.number),
                    one.name,
                    one.target,
                    str(PerformanceTarget.Unit(one.unit).label),
                ],
                heads,
            )
            for one in targets
        ],
        None,
        _("No result is set for this month."),
    )


def _table(key, title, say, lines, targets, report, part):
    """Facilitators of a kecamatan, then what they come to together."""
    side_by_side = report.form == report.Form.XLSX
    heads = [(_("Kecamatan"), TEXT), (_("Facilitator"), TEXT)]
    for target in targets:
        heads.append((str(target.number), NUMBER if side_by_side else MARKED))
        if side_by_side:
            heads.append((_("%(number)s without evidence") % {"number": target.number}, NUMBER))
    heads += [(_("Together"), NUMBER), (_("Without evidence"), NUMBER)]
    if part == "year":
        heads.append((_("Behind"), NUMBER))

    def row(place, name, counts, behind, strong=False):
        values = [place, name]
        for one in counts:
            nothing = one is None
            if side_by_side:
                values += [None, None] if nothing else [one.number, one.bare]
            else:
                values.append(None if nothing else _marked(one))
        together = sum((one for one in counts if one is not None), Count())
        values += [together.number, together.bare]
        if part == "year":
            values.append(behind)
        return cells(values, heads, strong)

    def counts_of(line):
        return [None if one.counts_nothing else getattr(one, part) for one in line.results]

    def together(group):
        return [
            None
            if all(one is None for one in column)
            else sum((one for one in column if one is not None), Count())
            for column in zip(*(counts_of(line) for line in group), strict=True)
        ]

    names = {
        area.pk: area.name
        for area in Area.objects.filter(
            pk__in={(line.facilitator.area_code or "")[:KECAMATAN] for line in lines}
        )
    }
    rows = []
    for code, group in groupby(lines, lambda line: (line.facilitator.area_code or "")[:KECAMATAN]):
        people = list(group)
        place = names.get(code, "-")
        for line in people:
            behind = sum(one.behind for one in line.results if not one.counts_nothing)
            rows.append(row(place, line.facilitator.name, counts_of(line), behind))
        behind = sum(
            one.behind for line in people for one in line.results if not one.counts_nothing
        )
        rows.append(
            row(
                _("Together, %(place)s") % {"place": place},
                "",
                together(people),
                behind,
                strong=True,
            )
        )
    total = None
    if lines:
        behind = sum(one.behind for line in lines for one in line.results if not one.counts_nothing)
        total = row(_("Together"), "", together(lines), behind, strong=True)
    return Table(
        f"results-{key}",
        title,
        sentence(say),
        heads,
        rows,
        total,
        _("Nobody accompanied families here in this month."),
    )


def _marked(count):
    number = grouped(count.number)
    return f"{number} ({grouped(count.bare)})" if count.bare else number
