"""From a file to its table: which sheet, which header, which rows are data.

Runs in the child. What is skipped or done to the file on the way is a note, so that nothing
disappears without being said.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.sheets import limits
from core.sheets.cells import date_text
from core.sheets.delimited import DelimitedText
from core.sheets.headers import Header, find_header, text_width, word_of
from core.sheets.preflight import kind_of, open_archive
from core.sheets.refusals import FileRefused
from core.sheets.rows import CELL, PICTURES, ROW, Rows
from core.sheets.workbook import SheetInfo, Workbook, open_workbook
from core.sheets.worksheet import last_row_said, sheet_rows

TOTAL = re.compile(r"(?:grand\s*|sub\s*-?\s*)?(?:jumlah|total)\b", re.IGNORECASE)
TOTAL_WORDS = ("OTAL", "otal", "UMLAH", "umlah")
# Of rows that are neither empty nor a total.
ORDINARY_BEGINNINGS = frozenset("0123456789ABCDEFHIKLMNOPQRUVWXYZabcdefhiklmnopqruvwxyz")
IDENTITY = re.compile(r"\d{12,}")
SERIAL = re.compile(r"\d{1,7}(?:\.\d+)?")
KEPT_IN_NOTES = 20
CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1d\x7f-\x9f]")
DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
CONTROL_BYTES = bytes([*range(1, 9), 11, 12, *range(14, 30), 127])
LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz("
FORMULA_SIGNS = b"=+@\t\r"
SIEVE = bytes.maketrans(
    CONTROL_BYTES + LETTERS + FORMULA_SIGNS + ROW.encode(),
    b"\x01" * len(CONTROL_BYTES) + b"A" * len(LETTERS) + b"=" * len(FORMULA_SIGNS) + CELL.encode(),
)
# Bytes that no control character, direction mark or formula has; a dash is asked for by itself.
ORDINARY = bytes(set(range(256)) - set(CONTROL_BYTES + FORMULA_SIGNS + b"\xc2\xd8\xe2\xef"))
# A sign that makes a spreadsheet calculate; -5 and a lone dash are no formula.
FORMULA = re.compile(r"\ufeff?(?:[=@]|\+(?!\d{1,3}$)|-[A-Za-z(]|[\t\r]\S)")


@dataclass(frozen=True)
class Wanted:
    """What to read. `known`: plain column names; `dates`: plain names of columns with dates."""

    path: Path
    name: str = ""
    sheet: str | None = None
    known: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()
    after: int = 0


@dataclass
class Table:
    """A table found in a file, ready to be read once."""

    header: Header
    kind: str
    sheet: str
    sheets: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    wanted: Wanted
    source: Callable[[dict[str, Any]], Iterator[Rows]]
    date_columns: list[int] = field(default_factory=list)
    date1904: bool = False
    rows_hint: int = 0

    @property
    def description(self) -> dict[str, Any]:
        return {
            "columns": self.header.columns,
            "header_row": self.header.row,
            "first_row": self.header.last + 1,
            "kind": self.kind,
            "sheet": self.sheet,
            "sheets": self.sheets,
            "notes": self.notes,
            "titles": self.header.titles,
            "rows_hint": self.rows_hint,
        }

    def rows(self) -> Iterator[tuple[Rows, bytes]]:
        """Data rows after `wanted.after`, each batch with its cells packed (see core.sheets.rows).

        Notes on what was skipped are complete when the rows have ended.
        """
        tally: dict[str, Any] = {"last_row": 0}
        header, after = self.header, self.wanted.after
        width = len(header.columns)
        blank = seen = 0
        totals: list[int] = []
        repeated: list[int] = []
        hidden = 0
        heading = CELL.join(header.columns)
        previous = header.last
        for rows in self.source(tally):
            hidden += sum(1 for number in rows.hidden if number > header.last)
            if rows.numbers[0] <= header.last:
                rows = rows.subset([i for i, n in enumerate(rows.numbers) if n > header.last])
                if not len(rows):
                    continue
            if self.kind == "workbook":
                for cells in rows.cells:
                    if len(cells) < width:
                        cells.extend([""] * (width - len(cells)))
                for column in self.date_columns:
                    self._show_dates(rows, column)
            lines = rows.lines()
            drop = []
            # Most rows begin with a number or somebody's name: they are not asked.
            for i in [i for i, line in enumerate(lines) if line[:1] not in ORDINARY_BEGINNINGS]:
                if not lines[i] or lines[i].isspace():
                    blank += 1
                    drop.append(i)
                elif any(word in lines[i] for word in TOTAL_WORDS) and is_total(
                    lines[i].split(CELL)
                ):
                    totals.append(rows.numbers[i])
                    drop.append(i)
            text = ROW.join(lines)
            if heading in text:
                for i, line in enumerate(lines):
                    if line == heading:
                        repeated.append(rows.numbers[i])
                        drop.append(i)
            blank += rows.numbers[-1] - previous - len(rows.numbers)
            previous = rows.numbers[-1]
            if drop or rows.numbers[0] <= after:
                gone = set(drop)
                keep = [i for i in range(len(lines)) if i not in gone and rows.numbers[i] > after]
                seen += len(lines) - len(gone)
                rows = rows.subset(keep)
                text = ROW.join([lines[i] for i in keep])
            else:
                seen += len(lines)
            if not len(rows):
                continue
            if rows.odd:
                show_separators(rows)
                text = ROW.join([CELL.join(cells) for cells in rows.cells])
            # Lone surrogates exist in damaged files only; PostgreSQL could not store them.
            packed = text.encode("utf-8", "replace")
            note_odd_texts(rows, packed)
            yield rows, packed
        if not seen:
            raise FileRefused("no_rows")
        if blank:
            self.notes.append({"code": "blank_rows_skipped", "count": blank})
        if hidden:
            self.notes.append({"code": "hidden_rows_read", "count": hidden})
        if repeated:
            self.notes.append({"code": "repeated_headers_skipped", "rows": some(repeated)})
        if totals:
            self.notes.append({"code": "total_rows_skipped", "rows": some(totals)})
        if self.kind == "workbook" and previous >= limits.SHEET_ROWS and seen > 1_000_000:
            self.notes.append({"code": "sheet_full"})

    def _show_dates(self, rows: Rows, column: int) -> None:
        """A number in a column of dates is a date serial, however the cell is formatted."""
        for cells in rows.cells:
            cell = cells[column]
            if len(cell) <= 7 and cell.isdigit() and SERIAL.fullmatch(cell):
                cells[column] = date_text(cell, self.date1904)


def some(numbers: list[int]) -> list[int]:
    return numbers[:KEPT_IN_NOTES]


def is_total(cells: list[str]) -> bool:
    """JUMLAH or TOTAL as the first word of a row in which nobody has an identity number."""
    first = next((cell.strip() for cell in cells if cell.strip()), "")
    if not TOTAL.match(first) or len(first) > 40:
        return False
    return not any(IDENTITY.search(cell) for cell in cells)


def show_separators(rows: Rows) -> None:
    for i, cells in enumerate(rows.cells):
        for j, cell in enumerate(cells):
            if "\x00" in cell or CELL in cell or ROW in cell:
                code = "nul_byte" if "\x00" in cell else "control_character"
                rows.problems.setdefault(i, []).append((code, j, ""))
                cells[j] = cell.translate(PICTURES)


def note_odd_texts(rows: Rows, packed: bytes) -> None:
    """Control characters, direction marks and texts that begin like a formula: kept, and said.

    The whole batch is asked first, whether any byte of them is there at all; then one translation
    turns every suspicious byte into one of few that plain text hardly holds. Cells are looked at
    only when something may be there.
    """
    dash = packed[:1] == b"-" or b"\x1f-" in packed or b"\x1e-" in packed
    if not dash and not packed.translate(None, ORDINARY):
        return
    sifted = packed.translate(SIEVE)
    control = b"\x01" in sifted or b"\xc2" in packed
    direction = b"\xe2" in packed or b"\xd8\x9c" in packed
    formula = (
        b"\x1f=" in sifted
        or b"\x1f-A" in sifted
        or b"\xef\xbb\xbf=" in sifted
        or sifted.startswith((b"=", b"-A"))
    )
    if not (control or direction or formula):
        return
    text = packed.decode()
    control = control and CONTROL.search(text) is not None
    direction = direction and DIRECTION.search(text) is not None
    if not (control or direction or formula):
        return
    for i, cells in enumerate(rows.cells):
        for j, cell in enumerate(cells):
            if not cell:
                continue
            if control and CONTROL.search(cell):
                rows.problems.setdefault(i, []).append(("control_character", j, ""))
            if direction and DIRECTION.search(cell):
                rows.problems.setdefault(i, []).append(("direction_marks", j, ""))
            if formula and FORMULA.match(cell):
                rows.problems.setdefault(i, []).append(("formula_text", j, cell[:40]))


def find_table(wanted: Wanted) -> Table:
    if kind_of(wanted.path, wanted.name) == "text":
        return find_text_table(wanted)
    return find_workbook_table(wanted)


def find_text_table(wanted: Wanted) -> Table:
    text = DelimitedText(wanted.path, wanted.known)
    first = first_rows(text.rows({}))
    header = find_header(first, wanted.known)
    if header is None:
        raise FileRefused("no_rows")
    text.width = text_width(first, header)
    header.columns = header.columns[: text.width]
    text.trusted = header.last
    notes = [*header.notes]
    if text.encoding.name != "UTF-8":
        notes.insert(0, {"code": "read_as", "encoding": text.encoding.name})
    return Table(header, "text", "", [], notes, wanted, text.rows)


def first_rows(source: Iterator[Rows]) -> Rows:
    """The first rows with anything in them, enough to find a header."""
    gathered = Rows()
    for rows in source:
        keep = [i for i, cells in enumerate(rows.cells) if any(cell.strip() for cell in cells)]
        gathered.extend(rows.subset(keep))
        if len(gathered.cells) >= limits.LOOK_AHEAD_ROWS:
            break
    source.close()  # type: ignore[attr-defined]
    return gathered.subset(list(range(min(len(gathered.cells), limits.LOOK_AHEAD_ROWS))))


def find_workbook_table(wanted: Wanted) -> Table:
    archive = open_archive(wanted.path)
    book = open_workbook(archive)
    sheet, header, notes = choose_sheet(book, wanted)
    table = Table(
        header,
        "workbook",
        sheet.name,
        [{"name": each.name, "hidden": each.hidden} for each in book.sheets],
        [*archive.notes, *notes, *header.notes],
        wanted,
        lambda tally: sheet_rows(book, sheet, tally),
        date1904=book.styles.date1904,
    )
    table.rows_hint = max(0, last_row_said(book, sheet) - header.last)
    table.date_columns = [
        i
        for i, column in enumerate(header.columns)
        if word_of(column, wanted.dates) in wanted.dates
    ]
    return table


def choose_sheet(book: Workbook, wanted: Wanted) -> tuple[SheetInfo, Header, list[dict]]:
    """The sheet named, or the only one whose header is known; when in doubt people choose."""
    if wanted.sheet:
        for sheet in book.sheets:
            if sheet.name.strip().casefold() == wanted.sheet.strip().casefold():
                return sheet, header_of(book, sheet, wanted), []
        raise FileRefused(
            "sheet_missing", sheet=wanted.sheet, sheets=[sheet.name for sheet in book.sheets]
        )
    if len(book.sheets) == 1:
        return book.sheets[0], header_of(book, book.sheets[0], wanted), []
    found = []
    for sheet in book.sheets:
        rows = first_rows(sheet_rows(book, sheet, {}))
        header = find_header(rows, wanted.known) if rows.cells else None
        if header is not None:
            found.append((sheet, header))
    if not found:
        raise FileRefused("no_rows")
    known = [(sheet, header) for sheet, header in found if header.hits >= 3] or found
    if len(known) > 1 or known[0][0].hidden:
        raise FileRefused(
            "choose_sheet",
            sheets=[sheet.name for sheet, _ in known if not sheet.hidden],
            hidden=[sheet.name for sheet, _ in known if sheet.hidden],
        )
    sheet, header = known[0]
    others = [each.name for each in book.sheets if each is not sheet]
    return sheet, header, [{"code": "sheet_chosen", "sheet": sheet.name, "others": others}]


def header_of(book: Workbook, sheet: SheetInfo, wanted: Wanted) -> Header:
    header = find_header(first_rows(sheet_rows(book, sheet, {})), wanted.known)
    if header is None:
        raise FileRefused("no_rows")
    return header
