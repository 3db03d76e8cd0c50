"""The rows behind a number as a file that leaves the office."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from django.db import transaction
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from core.errors import Refused
from dashboard.figures.listing import Line, Rows
from documents.exports import Sheet, TakenOut, moment_of, reason_of, take_out

MOST_ROWS = 30_000  # the families of a large district; about six seconds of a web worker
AT_ONCE = 2_000


@transaction.atomic
def export_rows(
    *, rows: Rows, path: Path, file_format: str, reason: str, by, at: dt.datetime
) -> TakenOut:
    """Write the rows that the page shows to `path`, numbers masked as there.

    Only those of areas in which `by` may take lists out of the office. Refusals: `reason_needed`,
    `invalid` (the format), `too_many`.
    """
    reason = reason_of(reason)
    rows = replace(rows, taken_out=True)
    if (number := rows.number()) > MOST_ROWS:
        raise Refused("too_many", too_many(rows, number, MOST_ROWS))
    figure = rows.figure
    return take_out(
        sheet=Sheet(
            title=str(figure.label),
            header=header_of(rows),
            rows=_cells(rows),
            widths=(30, *[24] * (len(header_of(rows)) - 1)),
            about=[
                (_("Definition"), figure.said(rows.asked)),
                (_("Source"), str(figure.source)),
                (_("Area"), rows.scope),
                (_("Counted at"), moment_of(rows.asked.at)),
                (_("Rows"), number_format(number, force_grouping=True)),
            ],
        ),
        path=path,
        file_format=file_format,
        verb="figure.exported",
        reason=reason,
        by=by,
        at=at,
        figure=figure.key,
        area=rows.area,
        part=rows.part,
    )


def too_many(rows: Rows, number: int, most: int) -> str:
    """What to do about it: not every list can be narrowed to an area."""
    said = {
        "number": number_format(number, force_grouping=True),
        "most": number_format(most, force_grouping=True),
    }
    if rows.figure.lies_somewhere:
        return (
            _("%(number)s rows are too many at once; the most is %(most)s. Choose a village or a "
              "kecamatan first.") % said
        )  # fmt: skip
    return _("%(number)s rows are too many at once; the most is %(most)s.") % said


def header_of(rows: Rows) -> list[str]:
    kind = rows.kind
    return [
        str(heading)
        for heading in (
            kind.what,
            *([kind.where] if kind.where else []),
            *([_("Kecamatan")] if rows.has_kecamatan else []),
            *kind.facts,
            *([kind.when] if kind.when else []),
        )
    ]


def cells_of(rows: Rows, line: Line) -> list[str]:
    kind = rows.kind
    return [
        line.title,
        *([line.place] if kind.where else []),
        *([line.beneath] if rows.has_kecamatan else []),
        # A kind without a fact for a row still has its column.
        *(line.facts + ("",) * (len(kind.facts) - len(line.facts))),
        *([line.in_digits] if kind.when else []),
    ]


def _cells(rows: Rows) -> Iterator[list[str]]:
    for row in rows.in_order().iterator(chunk_size=AT_ONCE):
        yield cells_of(rows, rows.kind.line(row))
