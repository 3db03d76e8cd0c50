"""The rows of one worksheet, streamed: memory does not grow with them.

Cells come out as text exactly as stored. A number is never turned into a float on its way, so a
long number keeps every digit the file holds; what the spreadsheet itself lost stays visible,
because such cells are listed as numeric.
"""

import io
import re
from collections.abc import Iterator
from typing import IO, Any

from core.sheets import limits
from core.sheets.cells import (
    ENTITY,
    LONG_NUMBER,
    cell_column,
    column_index,
    column_letters,
    date_text,
    entity,
    is_long,
    number_text,
    unescape,
)
from core.sheets.preflight import UNREADABLE
from core.sheets.refusals import FileRefused
from core.sheets.rows import Rows
from core.sheets.workbook import (
    CHUNK,
    Readable,
    SheetInfo,
    Workbook,
    feeding,
    new_parser,
    open_member,
)

# What nearly every program writes for a row of cells. Only text that matches to the last cell is
# read this way; anything else (formulas, rich text, prefixes, comments) goes to the XML parser.
CELLS = re.compile(
    r'<c r="([A-Z]{1,3})[0-9]+"(?: s="([0-9]+)")?(?: t="([a-zA-Z]+)")?'
    r'(?:/>|>(?:<v>([^<]*)</v>|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>)?</c>)'
)
DIMENSION = re.compile(rb'dimension ref="[A-Z]+[0-9]+:[A-Z]+([0-9]{1,7})"')
NUMBERS = ("", "n")
ROW_NUMBER = re.compile(r'\br="([0-9]{1,7})"')
HIDDEN_ROW = re.compile(r'<row[^>]*\shidden="(?:1|true)"')


def sheet_rows(book: Workbook, sheet: SheetInfo, tally: dict[str, Any]) -> Iterator[Rows]:
    """The rows of a sheet that hold anything; `tally["last_row"]` is set at the end."""
    with open_member(book.archive, sheet.path) as stream:
        yield from SheetReader(book, tally).read(stream)


def last_row_said(book: Workbook, sheet: SheetInfo) -> int:
    """The last row the sheet's own `dimension` claims, 0 when it makes no claim. Only a hint."""
    with open_member(book.archive, sheet.path) as stream:
        try:
            found = DIMENSION.search(stream.read(4096))
        except UNREADABLE:
            raise FileRefused("damaged") from None
    return min(int(found[1]), limits.SHEET_ROWS) if found else 0


class SheetReader:
    """One sheet, row by row: plain rows by pattern, whatever is not plain by the XML parser."""

    def __init__(self, book: Workbook, tally: dict[str, Any]):
        self.texts = book.texts
        self.dates = book.styles.dates
        self.date1904 = book.styles.date1904
        self.tally = tally
        self.columns: dict[str, int] = {}
        self.all_columns: dict[str, int] = {}  # empty cells far out included
        self.number = 0

    def read(self, stream: IO[bytes]) -> Iterator[Rows]:
        try:
            head = stream.read(CHUNK)
        except UNREADABLE:
            raise FileRefused("damaged") from None
        start = head.find(b"<sheetData>")
        before = head[: max(start, 0)]
        other = b"encoding" in before and b"UTF-8" not in before.upper()
        if start < 0 or other or b"<!" in before:
            yield from self._exact(Continued(head, stream))
        else:
            yield from self._plain(head[start + len(b"<sheetData>") :], stream)
        self.tally["last_row"] = self.number

    def _plain(self, rest: bytes, stream: IO[bytes]) -> Iterator[Rows]:
        """Whole rows of each chunk; a row no chunk completes makes the file damaged."""
        try:
            while True:
                at = rest.rfind(b"</row>")
                if at >= 0:
                    piece, rest = rest[: at + 6], rest[at + 6 :]
                    rows = self._fast(piece.decode("utf-8"))
                    if rows.cells or rows.hidden:
                        yield rows
                if len(rest) > 8 * limits.ROW_CHARACTERS:
                    if b"<c" in rest:
                        raise FileRefused("long_line", row=self.number + 1)
                    rest = rest[rest.rfind(b"<row") :]  # a million empty rows
                chunk = stream.read(CHUNK)
                if not chunk:
                    break
                rest += chunk
        except UNREADABLE:  # a decoding error is a ValueError
            raise FileRefused("damaged") from None
        if b"</sheetData" not in rest:
            raise FileRefused("damaged")

    def _fast(self, piece: str) -> Rows:
        rows = Rows()
        texts, dates, date1904, columns = self.texts, self.dates, self.date1904, self.columns
        if "\r" in piece:
            piece = piece.replace("\r\n", "\n").replace("\r", "\n")  # as XML reads line ends
        if "<!" in piece or "<?" in piece:
            for exact in self._exact(io.BytesIO(wrapped(piece))):
                rows.extend(exact)
            return rows
        hidden = "hidden=" in piece
        has_entities, has_escapes = "&" in piece, "_x" in piece
        for part in piece.split("</row>")[:-1]:
            at = part.rfind("<row")
            close = part.find(">", at)
            body = part[close + 1 :]
            if at < 0 or close < 0:
                raise FileRefused("damaged")
            found = CELLS.findall(body)
            if len(found) != body.count("<c"):
                for exact in self._exact(io.BytesIO(wrapped(part + "</row>"))):
                    rows.extend(exact)
                continue
            if hidden:
                for match in HIDDEN_ROW.finditer(part):
                    marked = ROW_NUMBER.search(part, match.start())
                    rows.hidden.append(int(marked[1]) if marked else 0)
            named = ROW_NUMBER.search(part, at, close)
            number = self._next(int(named[1]) if named else None)
            cells: list[str] = []
            numeric: list[int] = []
            problems: list[tuple[str, int, str]] = []
            for letters, style, kind, value, inline in found:
                text = value or inline
                if not text:
                    continue
                if kind == "s":
                    try:
                        text = texts[int(text)]  # type: ignore[index]
                    except (ValueError, IndexError, TypeError):
                        raise FileRefused("shared_strings") from None
                else:
                    if has_entities and "&" in text:
                        text = ENTITY.sub(entity, text)
                    if not kind or kind == "n":
                        if style in dates:
                            text = date_text(text, date1904)
                        elif len(text) > 9 or not text.isdigit():
                            text = number_text(text)
                    elif kind == "b":
                        text = "TRUE" if text.strip() == "1" else "FALSE"
                    elif kind == "d":
                        text = text.removesuffix("T00:00:00").replace("T", " ")
                    elif has_escapes and "_x" in text:
                        text = unescape(text)
                        rows.odd = True
                column = columns.get(letters)
                if column is None:
                    column = columns[letters] = cell_column(letters)
                missing = column - len(cells)
                if missing:
                    if missing < 0:
                        raise FileRefused("damaged")
                    cells.extend([""] * missing)
                if kind == "e":
                    problems.append(("excel_error", column, text))
                elif len(text) >= LONG_NUMBER and kind in NUMBERS and is_long(text):
                    numeric.append(column)
                cells.append(text)
            if cells:
                if len(part) > limits.ROW_CHARACTERS or (
                    self.texts is not None and sum(map(len, cells)) > limits.ROW_CHARACTERS
                ):
                    raise FileRefused("long_line", row=number)
                rows.add(number, cells, numeric, problems)
        return rows

    def _next(self, named: int | None) -> int:
        """Row numbers rise; a row that names none follows the one before."""
        number = self.number + 1 if named is None else named
        if number <= self.number:
            raise FileRefused("damaged")
        if number > limits.SHEET_ROWS:
            raise FileRefused("rows_out_of_bounds", row=number)
        self.number = number
        return number

    def _exact(self, stream: Readable) -> Iterator[Rows]:
        texts, dates, date1904 = self.texts, self.dates, self.date1904
        columns = self.all_columns
        rows = Rows()
        cells: list[str] = []
        numeric: list[int] = []
        problems: list[tuple[str, int, str]] = []
        pieces: list[str] = []
        number = column = size = 0
        kind = style = ""
        reading = formula = phonetic = False
        prefix: str | None = None

        def start(name: str, attrs: dict[str, str]) -> None:
            nonlocal number, column, kind, style, reading, formula, size, phonetic, prefix
            if name == tag_c:
                kind = attrs.get("t", "n")
                style = attrs.get("s", "")
                formula = False
                ref = attrs.get("r")
                if ref is None:
                    column += 1
                else:
                    letters = ref.rstrip("0123456789")
                    found = columns.get(letters)
                    if found is None:
                        try:
                            found = columns[letters] = column_index(letters)
                        except ValueError:
                            raise FileRefused("damaged") from None
                    column = found
            elif name in (tag_v, tag_t):
                reading = not phonetic
            elif name == tag_row:
                ref = attrs.get("r")
                number = self._next(int(ref) if ref is not None and ref.isdecimal() else None)
                column = -1
                size = 0
                if attrs.get("hidden") in {"1", "true"}:
                    rows.hidden.append(number)
            elif name == tag_f:
                formula = True
            elif name == tag_phonetic:
                phonetic = True
            elif prefix is None:
                prefix = name[: -len("worksheet")] if name.endswith("worksheet") else ""
                name_tags(prefix)

        def data(text: str) -> None:
            nonlocal size
            if reading:
                size += len(text)
                if size > limits.ROW_CHARACTERS:
                    raise FileRefused("long_line", row=number)
                pieces.append(text)

        def end(name: str) -> None:
            nonlocal reading, cells, numeric, problems, phonetic, size
            if name in (tag_v, tag_t):
                reading = False
            elif name == tag_c:
                if not pieces:
                    if formula and kind != "str":  # a formula may well answer an empty text
                        place(column)
                        problems.append(("formula_without_value", column, ""))
                    return
                text = pieces[0] if len(pieces) == 1 else "".join(pieces)
                pieces.clear()
                if kind == "s":
                    try:
                        text = texts[int(text)]  # type: ignore[index]
                    except (ValueError, IndexError, TypeError):
                        raise FileRefused("shared_strings") from None
                    rows.odd = True
                    size += len(text)
                    if size > limits.ROW_CHARACTERS:
                        raise FileRefused("long_line", row=number)
                elif kind == "n":
                    if style in dates:
                        text = date_text(text, date1904)
                    elif len(text) > 9 or "." in text or "E" in text or "e" in text:
                        text = number_text(text)
                        if is_long(text):
                            numeric.append(column)
                    else:
                        text = text.strip()
                elif kind == "b":
                    text = "TRUE" if text.strip() == "1" else "FALSE"
                elif kind == "e":
                    problems.append(("excel_error", column, text))
                elif kind == "d":
                    text = text.removesuffix("T00:00:00").replace("T", " ")
                elif "_x" in text:
                    text = unescape(text)
                    rows.odd = True
                if text:
                    place(column)
                    cells[column] = text
            elif name == tag_row:
                if cells:
                    rows.add(number, cells, numeric, problems)
                    cells, numeric, problems = [], [], []
            elif name == tag_phonetic:
                phonetic = False

        def place(column: int) -> None:
            missing = column + 1 - len(cells)
            if missing > 0:
                if column >= limits.COLUMNS:
                    raise FileRefused("columns", column=column_letters(column))
                cells.extend([""] * missing)

        tag_row = tag_c = tag_v = tag_t = tag_f = tag_phonetic = " "

        def name_tags(prefix: str) -> None:
            nonlocal tag_row, tag_c, tag_v, tag_t, tag_f, tag_phonetic
            tag_row, tag_c, tag_v, tag_t, tag_f, tag_phonetic = (
                prefix + tag for tag in ("row", "c", "v", "t", "f", "rPh")
            )

        parser = new_parser()
        parser.StartElementHandler = start
        parser.CharacterDataHandler = data
        parser.EndElementHandler = end
        for _ in feeding(parser, stream):
            if rows.cells or rows.hidden:
                yield rows
                rows = Rows()


class Continued:
    """A stream whose first bytes have already been read."""

    def __init__(self, head: bytes, stream: IO[bytes]):
        self.head, self.stream = head, stream

    def read(self, size: int) -> bytes:
        if self.head:
            head, self.head = self.head, b""
            return head
        return self.stream.read(size)


def wrapped(rows: str) -> bytes:
    return b"<worksheet><sheetData>" + rows.encode() + b"</sheetData></worksheet>"
