"""Lists of people that leave the office as a file: with a reason, marked, counted and audited.

A workbook begins with a cover that says for whom and why it was made, and bears the same number on
every printed page; in csv, which has no pages, every row ends with it. The number stands in the
name of the file and in the audit. Rows are taken one at a time. Larger files than a web worker
should make belong into a job.
"""

import datetime as dt
import tempfile
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import audit
from core.errors import Refused
from core.exports import write_csv, write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}
SHORTEST_REASON = 5
LONGEST_REASON = 300


@dataclass(frozen=True)
class Sheet:
    """What is taken out. `about` are more lines of the cover."""

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[Any]]
    widths: Sequence[int] = ()
    about: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class TakenOut:
    rows: int
    number: str


def reason_of(text: str) -> str:
    """The reason as it is kept; refused (`reason_needed`) when it says nothing."""
    reason = " ".join(text.split())[:LONGEST_REASON]
    if len(reason) < SHORTEST_REASON:
        said = _("Say what the data is needed for.")
        raise Refused("reason_needed", said, fields={"reason": said})
    return reason


def warning() -> str:
    return _(
        "This file holds personal data of poor families. Do not pass it on; "
        "delete it when it is no longer needed."
    )


def moment_of(at: dt.datetime) -> str:
    return formats.date_format(timezone.localtime(at), "j F Y H:i")


def watermark(by, at: dt.datetime, number: str) -> str:
    """Printed at the foot of every page of a workbook, and the last cell of every row of a csv."""
    return f"{by} · {moment_of(at)} · {number}"


def write_marked_csv(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]], mark: str
) -> int:
    """A csv whose every row says who took it out, also when a part is copied elsewhere."""
    with path.open("w", newline="", encoding="utf-8") as file:
        return write_csv(
            file,
            [*header, _("Taken out by")],
            ((*row, mark) for row in rows),
            bom=True,
            for_spreadsheets=True,
        )


@transaction.atomic
def take_out(
    *,
    sheet: Sheet,
    path: Path,
    file_format: str,
    verb: str,
    reason: str,
    by,
    at: dt.datetime,
    **data,
) -> TakenOut:
    """Write the sheet to `path`; the event `verb` says why, how many and under which number.

    The rows are read inside the transaction of the event, so no file is made without it.
    Refusals: `reason_needed`, `invalid` (the format).
    """
    reason = reason_of(reason)
    if file_format not in FORMATS:
        raise Refused("invalid", _("This kind of export does not exist."))
    number = uuid.uuid4().hex[:8].upper()
    if file_format == "csv":
        count = write_marked_csv(path, sheet.header, sheet.rows, watermark(by, at, number))
    else:
        count = write_xlsx(
            path,
            sheet.header,
            sheet.rows,
            sheet=_("Data"),
            cover=[
                (_("Export"), sheet.title),
                (_("Number"), number),
                (_("Made for"), str(by)),
                (_("Made at"), moment_of(at)),
                (_("Reason"), reason),
                *sheet.about,
                (_("Mind"), warning()),
            ],
            cover_title=_("Cover"),
            footer=watermark(by, at, number),
            widths=sheet.widths,
        )
    audit.record(
        verb, by=by, at=at, reason=reason, rows=count, format=file_format, number=number, **data
    )
    return TakenOut(count, number)


def file_answer(make: Callable[[Path], TakenOut], *, name: str, file_format: str) -> HttpResponse:
    """What `make(path)` wrote, as a download; always in Indonesian, whoever asks."""
    with tempfile.TemporaryDirectory() as place, override("id"):
        path = Path(place) / "file"
        taken = make(path)
        answer = HttpResponse(path.read_bytes(), content_type=FORMATS[file_format])
    file_name = f"{name}-{taken.number}.{file_format}"
    answer["Content-Disposition"] = f'attachment; filename="{file_name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
