"""Read delimited text as a stream: encoding and delimiter found out, every record accounted for.

Rows count as a spreadsheet program shows them: a record is one row, however many line breaks its
quoted cells hold. A `sep=;` line is not a row.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from encodings import cp1252
from itertools import chain, islice
from pathlib import Path
from typing import Any

from core.sheets import limits
from core.sheets.headers import plain
from core.sheets.refusals import FileRefused
from core.sheets.rows import CELL, ROW, Rows

BLOCK = 1 << 15  # small enough that a block's cells stay in the processor's cache
DELIMITERS = ("|", "\t", ";", ",")
SKIP_LINE = re.compile(r"[\r\n]*[^\r\n]*(?:\r\n|\r|\n)?")
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
# A line no file holds: it tells whether the last record was complete.
THE_END = "\x1d-- end of file --\x1d"
MOST_PLACES = 1_000
# An address over two lines may hold some delimiters; in a narrow table, a row's worth of them.
FEWEST_SWALLOWED = 6
# Windows-1252 leaves five bytes undefined; a reader of dirty files must give them back somehow.
WINDOWS = "".join(
    chr(i) if letter == "\ufffe" else letter for i, letter in enumerate(cp1252.decoding_table)
)


@dataclass
class Encoding:
    """`name` as people know it; `bad` are the places of bytes that are not of this encoding."""

    name: str
    codec: str
    skip: int = 0
    bad: list[int] | None = None


def find_encoding(path: Path) -> Encoding:
    """Looks at the whole file: a single Latin letter may stand behind 50 MB of ASCII."""
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(codecs.BOM_UTF8):
        skip, marked = 3, True
    elif head.startswith(codecs.BOM_UTF32_LE):  # begins like the mark of UTF-16
        return Encoding("UTF-32", "utf-32-le", 4)
    elif head.startswith(codecs.BOM_UTF32_BE):
        return Encoding("UTF-32", "utf-32-be", 4)
    elif head.startswith(codecs.BOM_UTF16_LE):
        return Encoding("UTF-16", "utf-16-le", 2)
    elif head.startswith(codecs.BOM_UTF16_BE):
        return Encoding("UTF-16", "utf-16-be", 2)
    else:
        skip, marked = 0, False
        even, odd = head[::2].count(0), head[1::2].count(0)
        if odd > len(head) * 0.3 and even < odd / 4:
            return Encoding("UTF-16", "utf-16-le")
        if even > len(head) * 0.3 and odd < even / 4:
            return Encoding("UTF-16", "utf-16-be")
    good, bad, places = count_utf8(path, skip)
    if not bad:
        return Encoding("UTF-8", "utf-8", skip)
    if marked or good > bad:
        return Encoding("UTF-8", "utf-8", skip, places)
    return Encoding("Windows-1252", "windows", skip)


def count_utf8(path: Path, skip: int) -> tuple[int, int, list[int]]:
    """Bytes of letters well formed in UTF-8, bytes that are not, and where the first are."""
    good = bad = at = 0
    places: list[int] = []

    def note(error: UnicodeError) -> tuple[str, int]:
        nonlocal bad
        assert isinstance(error, UnicodeDecodeError)
        bad += error.end - error.start
        if len(places) < MOST_PLACES:
            places.extend(range(at + error.start, at + error.end))
        return "?" * (error.end - error.start), error.end

    codecs.register_error("note_place", note)
    decoder = codecs.getincrementaldecoder("utf-8")("note_place")
    with path.open("rb") as file:
        total = file.seek(skip)
        while True:
            block = file.read(BLOCK)
            held = len(decoder.getstate()[0])  # a letter cut by the end of the last block
            at = total - held
            total += len(block)
            if held or not block.isascii():
                text = decoder.decode(block, not block)
                good += held + len(block) - len(decoder.getstate()[0]) - len(text)
                if bad > MOST_PLACES and bad > good:
                    break
            if not block:
                break
    return good, bad, places


def decoded(path: Path, encoding: Encoding) -> Iterator[str]:
    """The text in blocks. Bytes that are not of the encoding come as lone surrogates."""
    with path.open("rb") as file:
        file.seek(encoding.skip)
        if encoding.codec == "windows":
            while block := file.read(BLOCK):
                yield (
                    block.decode("ascii")
                    if block.isascii()
                    else codecs.charmap_decode(block, "strict", WINDOWS)[0]
                )
            return
        errors = "surrogateescape" if encoding.bad else "strict"
        decoder = codecs.getincrementaldecoder(encoding.codec)(errors)
        try:
            while block := file.read(BLOCK):
                yield decoder.decode(block)
            yield decoder.decode(b"", True)
        except UnicodeDecodeError:
            raise FileRefused("broken_encoding", encoding=encoding.name) from None


def whole_lines(blocks: Iterator[str]) -> Iterator[str]:
    """The same text in blocks that end where a line ends, whichever kind of ending it has."""
    count = 0
    rest = ""
    for block in blocks:
        text = rest + block
        held = text.endswith("\r")  # its \n may start the next block
        at = max(text.rfind("\n"), text.rfind("\r", 0, len(text) - held))
        rest = text[at + 1 :]
        if at >= 0:
            if at > limits.ROW_CHARACTERS:
                for line in io.StringIO(text[: at + 1], newline=""):
                    count += 1
                    if len(line) > limits.ROW_CHARACTERS:
                        raise FileRefused("long_line", row=count)
            else:
                count += text.count("\n", 0, at + 1) or text.count("\r", 0, at + 1)
            yield text[: at + 1]
        if len(rest) > limits.ROW_CHARACTERS:
            raise FileRefused("long_line", row=count + 1)
    if rest:
        yield rest


def find_delimiter(sample: str, known: frozenset[str]) -> tuple[str, bool]:
    """The delimiter, and whether a `sep=` line named it."""
    first = re.split(r"[\r\n]", sample.lstrip("\r\n"), maxsplit=1)[0]
    named = SEPARATOR_LINE.fullmatch(first)
    if named:
        return named[1], True
    best, best_score = ",", (-1, -1.0, 0)
    for delimiter in DELIMITERS:
        if delimiter not in sample:
            continue
        widths, hits = [], 0
        try:
            for record in islice(
                csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), 50
            ):
                if any(record):
                    widths.append(len(record))
                    hits = max(hits, len({plain(cell) for cell in record} & known))
        except csv.Error:
            continue
        widths = widths[:-1] or widths  # the sample may end inside a record
        common = max(set(widths), key=lambda width: (widths.count(width), width), default=0)
        if common < 2:
            continue
        score = (hits, widths.count(common) / len(widths), common)
        if score > best_score:
            best, best_score = delimiter, score
    return best, False


class DelimitedText:
    """A delimited file as rows.

    Once the header is known its reader sets `width`, the cells a row must have, and `trusted`,
    the rows up to which (titles, header) that is not asked.
    """

    def __init__(self, path: Path, known: frozenset[str]):
        self.path = path
        self.encoding = find_encoding(path)
        blocks = decoded(path, self.encoding)
        sample = ""
        for block in blocks:
            sample += block
            if len(sample) > 65_536:
                break
        blocks.close()  # type: ignore[attr-defined]
        self.delimiter, self.has_separator_line = find_delimiter(sample[:65_536], known)
        self.width = 0
        self.trusted = 0
        self.bad_bytes_seen = 0

    def rows(self, tally: dict[str, Any]) -> Iterator[Rows]:
        """Blocks of records. A record still open at a block's end is read again with the next."""
        csv.field_size_limit(4 * limits.ROW_CHARACTERS)
        self.bad_bytes_seen = 0
        blocks = whole_lines(decoded(self.path, self.encoding))
        number = 0
        open_text = ""
        skip_first = self.has_separator_line
        plain = None
        if self.width > 1 and self.delimiter.isascii() and not self.encoding.bad:
            plain = PlainText(self.delimiter, self.width)
        for block in blocks:
            if skip_first:
                block = SKIP_LINE.sub("", block, count=1)
                skip_first = False
            if plain and not open_text and number >= self.trusted:
                found = plain.packed(block)
                if found:
                    yield Rows(range(number + 1, number + 1 + found[0]), text=found[1])
                    number += found[0]
                    continue
            waiting = [block]
            while waiting:
                text = open_text + waiting.pop()
                open_text = ""
                cells = self._parse(text)
                broken = self._first_broken(cells, number)
                self._refuse_swallowed(text, cells[:broken], number)
                if broken is not None:
                    # An open quotation mark swallowed the lines below: keep its line as a row of
                    # its own and read on from the next line, so that nobody after it is lost.
                    lines = list(io.StringIO(text, newline=""))
                    at = sum(1 + breaks(record) for record in cells[:broken])
                    alone = next(csv.reader([lines[at]], delimiter=self.delimiter))
                    cells = [*cells[:broken], [cell.rstrip("\r\n") for cell in alone]]
                    waiting += pieces(lines[at + 1 :])
                elif cells[-1] == [THE_END]:
                    cells.pop()
                else:
                    cells.pop()
                    lines = list(io.StringIO(text, newline=""))
                    open_text = "".join(lines[sum(1 + breaks(record) for record in cells) :])
                    if len(open_text) > limits.ROW_CHARACTERS:
                        raise FileRefused("unclosed_quote", row=number + len(cells) + 1)
                if cells:
                    rows = Rows(list(range(number + 1, number + 1 + len(cells))), cells)
                    rows.odd = "\x00" in text or "\x1e" in text or "\x1f" in text
                    if broken is not None:
                        rows.problems[broken] = [("unclosed_quote", -1, "")]
                    number += len(cells)
                    self._check(rows)
                    yield rows
        if open_text:
            raise FileRefused("unclosed_quote", row=number + 1)
        tally["last_row"] = number

    def _parse(self, text: str) -> list[list[str]]:
        """The records of a text, and one more that is THE_END when the last one was complete."""
        lines = chain(io.StringIO(text, newline=""), (THE_END,))
        return list(csv.reader(lines, delimiter=self.delimiter))

    def _first_broken(self, cells: list[list[str]], before: int) -> int | None:
        """Position of the first record over several lines whose number of cells is wrong."""
        width = self.width
        if not width:
            return None
        for i, record in enumerate(cells):
            if (
                len(record) != width
                and before + i >= self.trusted
                and any("\n" in cell or "\r" in cell for cell in record)
                and not record[-1].endswith(THE_END)
                and len(trimmed(record, width)) != width
            ):
                return i
        return None

    def _refuse_swallowed(self, text: str, cells: list[list[str]], before: int) -> None:
        """Between two stray quotation marks stand whole rows, and the cells around them add up to
        one row of two people: as bad as a mark that is never closed, and refused like it."""
        if not self.width or len(cells) > (text.count("\n") or text.count("\r")):
            return  # no record over several lines
        fewest = max(self.width - 1, FEWEST_SWALLOWED)
        for i, record in enumerate(cells):
            for cell in record:
                if cell.count(self.delimiter) >= fewest and ("\n" in cell or "\r" in cell):
                    raise FileRefused("unclosed_quote", row=before + i + 1)

    def _check(self, rows: Rows) -> None:
        """Field counts, and letters that could not be read; both are rare, so both are cheap."""
        width = self.width
        if width:
            for i, record in enumerate(rows.cells):
                if len(record) != width and rows.numbers[i] > self.trusted and any(record):
                    fixed = trimmed(record, width)
                    if len(fixed) == width:
                        rows.cells[i] = fixed
                    else:
                        rows.problems.setdefault(i, []).append(
                            ("wrong_field_count", -1, f"{len(record)}/{width}")
                        )
        if self.encoding.bad:
            for i, record in enumerate(rows.cells):
                for j, cell in enumerate(record):
                    if not cell.isascii() and (bad := LONE.findall(cell)):
                        place = self.encoding.bad[self.bad_bytes_seen : self.bad_bytes_seen + 1]
                        self.bad_bytes_seen += len(bad)
                        record[j] = LONE.sub("\ufffd", cell)
                        rows.problems.setdefault(i, []).append(
                            ("broken_letter", j, str(place[0]) if place else "")
                        )


class PlainText:
    """Packs records that need no parser: no cell holds a quotation mark, a delimiter or a line
    break, either no cell is quoted or every one is, and every record has `width` cells.

    What is left of such a text when all but quotation marks, delimiters and line ends is taken
    out is one pattern again and again; when, besides, as many delimiters and line ends as there
    are stand between two quotation marks, then every mark is a border and none is part of a cell.
    Each question is one pass over the text, so a million rows are seen through in a second.
    """

    def __init__(self, delimiter: str, width: int):
        mark = delimiter.encode()
        self.between, self.width = b'"%b"' % mark, width
        self.others = bytes(set(range(256)) - set(b'"\r\n\x00\x1e\x1f' + mark))
        self.borders = bytes.maketrans(mark + b"\n", (CELL + ROW).encode())
        self.bare = mark * (width - 1)
        self.quoted = mark.join([b'""'] * width)

    def packed(self, text: str) -> tuple[int, str] | None:
        """How many records the text has, and they as `Rows.text`; None when it needs a parser."""
        raw = text.encode("utf-8", "surrogatepass")
        end = b"\r\n" if raw.endswith(b"\r\n") else b"\n"
        rows = raw.count(b"\n")
        left = raw.translate(None, self.others)
        if raw.startswith(b'"'):
            if (
                left != (self.quoted + end) * rows
                or raw.count(self.between) != rows * (self.width - 1)
                or raw.count(b'"%b"' % end) != rows - 1
                or not raw.endswith(b'"' + end)
            ):
                return None
        elif not rows or left != (self.bare + end) * rows:
            return None
        body = raw.translate(self.borders, b'"\r')
        return rows, body[:-1].decode("utf-8", "surrogatepass")


LONE = re.compile("[\udc80-\udcff]")


def trimmed(record: list[str], width: int) -> list[str]:
    """Some programs end every line with a delimiter: empty cells beyond the header do not count."""
    if len(record) > width and not any(record[width:]):
        return record[:width]
    return record


def breaks(record: list[str]) -> int:
    """Line breaks inside a record's cells, a \\r\\n counting once."""
    text = "".join(record)
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def pieces(lines: list[str]) -> list[str]:
    """The lines again, last piece first, so small that a file of open quotes stays cheap."""
    size = 32
    return ["".join(lines[i : i + size]) for i in range(0, len(lines), size)][::-1]
