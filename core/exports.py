"""Spreadsheets that leave the office: every cell is text or a number, never a live formula.

Names come from files of strangers; a cell that begins with `=`, `+`, `-`, `@` or a tab runs as a
formula when somebody opens the file (OWASP ASVS 1.2.10). In a workbook text is written as text and
stays text; in csv such a cell gets an apostrophe in front. Rows are taken one at a time, so memory
does not grow with the file.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import xlsxwriter

XLSX_LAST_ROW = 1_048_576
LONGEST_CELL = 32_767
_STARTS_FORMULA = frozenset("=+-@\t\r\n\0＝＋－＠|%")
# What a spreadsheet program may skip before it looks at the first letter.
_SKIPPED = " \u00a0\ufeff\u200b\u200c\u200d\u2060"

# From 13 digits on a number is a NIK, a family card or a telephone: read as text it stays whole.
_ROUNDED = re.compile(r"\s*\d{13,}\s*")

_AS_TEXT = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def inert(value: Any) -> str:
    """A csv cell that no spreadsheet program takes for a formula; None is empty.

    Numbers (int, float) are ours and stay as they are: -3 is a number, "-3" from a file is text.
    """
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    text = str(value).replace("\0", "")
    if text and (text[0] in _STARTS_FORMULA or text.lstrip(_SKIPPED)[:1] in _STARTS_FORMULA):
        return f"'{text}"
    return text


def unrounded(value: Any) -> str:
    """An inert cell whose long number no spreadsheet program rounds: it shows 15 digits of 16."""
    text = inert(value)
    return f"'{text}" if _ROUNDED.fullmatch(text) else text


def csv_lines(
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    bom: bool = False,
    for_spreadsheets: bool = False,
) -> Iterator[str]:
    """Lines of a comma-separated file, quoted where needed, with CRLF ends.

    `for_spreadsheets` is for people: cells are parted by `;`, which Excel expects where the comma
    is the decimal sign, and long numbers are text.
    """
    buffer = io.StringIO()
    writer = csv.writer(
        buffer, quoting=csv.QUOTE_MINIMAL, delimiter=";" if for_spreadsheets else ","
    )
    said = unrounded if for_spreadsheets else inert
    if bom:
        buffer.write("\ufeff")
    for row in _chain(header, rows):
        writer.writerow([said(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def write_csv(
    file,
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    bom: bool = False,
    for_spreadsheets: bool = False,
) -> int:
    """Write to a text file opened with newline=""; returns the number of data rows."""
    count = -1
    for line in csv_lines(header, rows, bom=bom, for_spreadsheets=for_spreadsheets):
        file.write(line)
        count += 1
    return count


def write_xlsx(
    path,
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    sheet: str,
    cover: Sequence[tuple[str, str]] = (),
    cover_title: str = "",
    footer: str = "",
    widths: Sequence[int] = (),
) -> int:
    """Write a workbook of text cells; returns the number of data rows.

    `cover` becomes a first sheet of label and value; `footer` is printed under every page. More
    rows than a sheet can hold go on in another one under the same header.
    """
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, **_AS_TEXT})
    bold = book.add_format({"bold": True})
    text = book.add_format({"num_format": "@"})
    if cover:
        first = book.add_worksheet((cover_title or "Info")[:31])
        first.set_column(0, 0, 28)
        first.set_column(1, 1, 80)
        for row, (label, value) in enumerate(cover):
            first.write_string(row, 0, _cut(label), bold)
            first.write_string(row, 1, _cut(value), text)
        _print(first, footer)
    count, number, page, row = 0, 0, None, 0
    for cells in rows:
        if page is None or row >= XLSX_LAST_ROW:
            number += 1
            page, row = _page(book, sheet, number, header, bold, widths, footer), 1
        for column, cell in enumerate(cells):
            if cell is None or cell == "":
                continue
            if isinstance(cell, int | float) and not isinstance(cell, bool):
                page.write_number(row, column, cell)
            else:
                page.write_string(row, column, _cut(str(cell)), text)
        row += 1
        count += 1
    if page is None:
        _page(book, sheet, 1, header, bold, widths, footer)
    book.close()
    return count


@dataclass(frozen=True)
class Sheet:
    """A table as a sheet of its own: numbers stay numbers, decimals show two places."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[Any]]
    widths: Sequence[int] = ()


def write_sheets(
    path,
    sheets: Sequence[Sheet],
    *,
    cover: Sequence[tuple[str, str]],
    cover_title: str,
    footer: str = "",
) -> int:
    """Write several small tables, each on a sheet under its frozen header, behind the cover.

    For tables of sums, which are held in memory as they are. Returns the number of rows.
    """
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, **_AS_TEXT})
    bold, head = book.add_format({"bold": True}), book.add_format({"bold": True, "text_wrap": True})
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    whole = book.add_format({"num_format": "#,##0", "valign": "top"})
    parts = book.add_format({"num_format": "0.00", "valign": "top"})
    first = book.add_worksheet(cover_title[:31])
    first.set_column(0, 0, 28)
    first.set_column(1, 1, 90)
    for row, (label, value) in enumerate(cover):
        first.write_string(row, 0, _cut(label), bold)
        first.write_string(row, 1, _cut(value), text)
    _print(first, footer)
    count, taken = 0, {cover_title[:31].casefold()}
    for sheet in sheets:
        page = _page(book, _name_of(sheet.name, taken), 1, sheet.header, head, sheet.widths, footer)
        for row, cells in enumerate(sheet.rows, start=1):
            for column, cell in enumerate(cells):
                if cell is None or cell == "":
                    continue
                if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
                    page.write_string(row, column, _cut(str(cell)), text)
                elif isinstance(cell, int):
                    page.write_number(row, column, cell, whole)
                else:
                    page.write_number(row, column, float(cell), parts)
            count += 1
        page.fit_to_pages(1, 0)
    book.close()
    return count


def _name_of(name: str, taken: set[str]) -> str:
    """A name the format allows, and no other sheet has: letters are compared without case."""
    clean = " ".join("".join(" " if letter in r"[]:*?/\\" else letter for letter in name).split())
    clean, number = clean.strip("'"), 2
    if len(clean) > 31:  # cut between two words
        clean = clean[:32].rsplit(" ", 1)[0][:31]
    said = clean
    while said.casefold() in taken:
        said, number = f"{clean[:28]} {number}", number + 1
    taken.add(said.casefold())
    return said


def _page(book, sheet, number, header, bold, widths, footer):
    page = book.add_worksheet(f"{sheet[:27]} {number}" if number > 1 else sheet[:31])
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    for column, name in enumerate(header):
        page.write_string(0, column, _cut(name), bold)
    page.freeze_panes(1, 0)
    _print(page, footer)
    return page


def _print(page, footer):
    page.set_landscape()
    page.set_paper(9)  # A4
    page.repeat_rows(0)
    if footer:
        # & begins a code in footers, and 255 is the limit of the format.
        page.set_footer("&L" + footer.replace("&", "&&")[:230] + "&R&P / &N")


def _cut(text: str) -> str:
    return text[:LONGEST_CELL]


def _chain(header, rows):
    yield header
    yield from rows
