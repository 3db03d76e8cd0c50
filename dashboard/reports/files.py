"""A report as PDF or workbook, and the place where it lies until it expires."""

import contextlib
import datetime as dt
import hashlib
import os
import secrets
import time
from pathlib import Path

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core.exports import Sheet, write_sheets
from dashboard.reports.base import Content, facts_of, watermark
from documents.letterheads import letterhead_of
from documents.paper import draw_pdf
from graduation.report_tables import TEXT

FOLDER = "reports"
# Tables of numbers alone behind the kecamatan: their columns are drawn alike.
OF_NUMBERS = {"coverage", "four", "quality", "load", "field", "commitments", "exits"}
# A file beside its place belongs to a worker that writes it now, or to one that was killed.
LEFT_AFTER_SECONDS = 24 * 60 * 60


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER


def drawn(report, content: Content, path: Path, at) -> int:
    """Write the file to `path`; returns its pages, of a workbook its rows."""
    if report.form == report.Form.XLSX:
        return _workbook(report, content, path, at)
    letterhead = letterhead_of(report.area_id)
    pdf, pages = draw_pdf(
        "dashboard/report_pdf.html",
        {
            "landscape": True,
            "letterhead": letterhead,
            "title": content.title,
            "facts": facts_of(report, at),
            "content": content,
            "tables": [*content.tables, content.table_of_definitions],
            "figures": OF_NUMBERS,
            "watermark": watermark(report, at),
        },
        paper="F4" if letterhead.paper == "F4" else "A4",
    )
    path.write_bytes(pdf)
    return pages


def _workbook(report, content, path, at):
    tables = [*content.tables, content.table_of_definitions]
    return write_sheets(
        path,
        [
            Sheet(
                table.title,
                [label for label, _kind in table.heads],
                [
                    [cell.value for cell in row]
                    for row in [*table.rows, *([table.total] if table.total else [])]
                ],
                widths=[_width(table, column) for column in range(len(table.heads))],
            )
            for table in tables
        ],
        cover=[
            (_("Report"), content.title),
            *facts_of(report, at),
            (
                _("Keep until"),
                date_format(localtime(at + kept()), "j F Y"),
            ),
            *((_("Note"), said) for said in content.notes),
            *((table.title, table.say) for table in content.tables if table.say),
            *((_("Left out"), said) for said in content.left_out),
        ],
        cover_title=_("Cover"),
        footer=watermark(report, at),
    )


def _width(table, column):
    if table.heads[column][1] != TEXT:
        return 14
    longest = max((len(str(row[column].value or "")) for row in table.rows), default=10)
    return max(12, min(60, longest + 2))


def kept() -> dt.timedelta:
    return dt.timedelta(days=settings.PKH_REPORT_KEEP_DAYS)


@contextlib.contextmanager
def beside(name: str):
    """A new file beside the place of `name`, for one worker alone; gone in the end unless moved."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder() / f"{name}.{secrets.token_hex(4)}.part"
    try:
        path.touch(mode=0o600)
        yield path
    finally:
        path.unlink(missing_ok=True)


def flush(path: Path) -> tuple[str, int]:
    """(sha256, bytes) of a file that is on the disk now."""
    with path.open("rb") as file:
        content = file.read()
        os.fsync(file.fileno())
    return fingerprint(content), len(content)


def fingerprint(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def path_of(report) -> Path:
    return Path(settings.MEDIA_ROOT) / report.stored_as


def remove_left() -> None:
    """What killed workers left half written."""
    for path in folder().glob("*.part"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > LEFT_AFTER_SECONDS:
                path.unlink()
