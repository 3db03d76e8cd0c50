"""Find the header of a table among titles, merged cells and column numbers.

The caller says which column names it knows (`known`, as `plain` writes them); the row that holds
most of them is the header. Nothing here knows what a column means.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from core.sheets.cells import column_letters
from core.sheets.rows import Rows

NUMBERED = re.compile(r"\(?\s*(\d{1,3})\s*[.)]?")
IN_PARENTHESES = re.compile(r"\([^)]*\d[^)]*\)")
EXPLANATION = re.compile(r"[\[(]([^\[\]()]*)[\])]\s*$")
NOT_WORD = re.compile(r"[\W_]+")
SUFFIX = re.compile(r"^(.+?)_\d{1,2}$")


def plain(header: str) -> str:
    """A header without what people add: `No. KK (3)`, `NO\\nKK` and `no_kk` are all NOKK."""
    text = unicodedata.normalize("NFKC", header).upper()
    return NOT_WORD.sub("", IN_PARENTHESES.sub("", text))


def explained(header: str) -> tuple[str, str]:
    """A header and the explanation in brackets at its end: `JK (L/P)` is JK and L/P.

    The explanation is empty when there is none, or nothing before it.
    """
    text = IN_PARENTHESES.sub("", unicodedata.normalize("NFKC", header).upper())
    found = EXPLANATION.search(text)
    word = plain(text[: found.start()]) if found else ""
    return (word, found[1]) if found and word else (plain(header), "")


def word_of(header: str, known: AbstractSet[str]) -> str:
    """The header as `plain` writes it, without its explanation where only that is known."""
    word = plain(header)
    if word in known:
        return word
    bare, _explanation = explained(header)
    return bare if bare in known else word


def distance(left: str, right: str, most: int) -> int:
    """Edits between two words, a swap of neighbours counting once; `most + 1` when more."""
    if abs(len(left) - len(right)) > most:
        return most + 1
    two_above: list[int] = []
    above = list(range(len(right) + 1))
    for i, letter in enumerate(left, 1):
        row = [i]
        for j, other in enumerate(right, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == right[j - 2] and left[i - 2] == other:
                cost = min(cost, two_above[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        two_above, above = above, row
    return above[-1]


def closest(word: str, known: AbstractSet[str]) -> str | None:
    """The one known word a typing slip away: one edit from five letters on, two from nine on."""
    if len(word) < 5:
        return None
    most = 2 if len(word) >= 9 else 1
    found = [(distance(word, other, most), other) for other in known if len(other) >= 5]
    best = sorted(item for item in found if item[0] <= most)
    if not best or (len(best) > 1 and best[0][0] == best[1][0]):
        return None
    return best[0][1]


@dataclass
class Header:
    """`columns` as people read them, unique; `row` where they stand, `last` where it ends.

    `titles`: the rows above it, which may name what the whole table is about.
    """

    columns: list[str]
    row: int
    last: int
    hits: int
    notes: list[dict[str, Any]] = field(default_factory=list)
    titles: list[list[str]] = field(default_factory=list)


def find_header(rows: Rows, known: frozenset[str]) -> Header | None:
    """The header within the first rows of a sheet; None when no row can be one."""
    best: tuple[int, int, int] | None = None  # hits, -position, rows in the header
    named: list[str] = []
    for position, cells in enumerate(rows.cells):
        hits = count_hits(cells, known, best[0] if best else -1)
        if best is None or hits > best[0]:
            best, named = (hits, -position, 1), cells
        if position + 1 < len(rows.cells) and rows.numbers[position + 1] == (
            rows.numbers[position] + 1
        ):
            merged = merge(cells, rows.cells[position + 1], known)
            both = count_hits(merged, known, best[0])
            if both > best[0] and both > count_hits(rows.cells[position + 1], known):
                best, named = (both, -position, 2), merged
    if best is None:
        return None
    hits, position, height = best[0], -best[1], best[2]
    if hits < 2:
        # Nothing known: show the first row that looks like a header, so that people see why.
        position, height, hits = first_wordy(rows), 1, 0
        named = rows.cells[position]
    last = position + height - 1
    notes: list[dict[str, Any]] = []
    if height == 2:
        notes.append({"code": "two_row_header", "row": rows.numbers[position]})
    if last + 1 < len(rows.cells) and is_numbering(rows.cells[last + 1]):
        last += 1
        notes.append({"code": "column_numbers_skipped", "row": rows.numbers[last]})
    if position:
        notes.append({"code": "title_rows_skipped", "row": rows.numbers[position]})
    columns, doubled = unique(named, width_of(rows, last))
    if doubled:
        notes.append({"code": "headers_doubled", "columns": doubled})
    titles = [[cell[:200] for cell in cells[:60]] for cells in rows.cells[:position]]
    return Header(columns, rows.numbers[position], rows.numbers[last], hits, notes, titles)


def count_hits(cells: list[str], known: frozenset[str], beat: int = -1) -> int:
    """How many different known names stand in a row; a slip counts only in a row that has some.

    Slips are dear to find: a row that could not have more than `beat` even so is not searched.
    """
    words = {word_of(cell, known) for cell in cells if cell and len(cell) < 120}
    exact = words & known
    others = [word for word in words - exact if word.isalpha()]
    if not exact or len(exact) + len(others) <= beat:
        return len(exact)
    return len(exact) + sum(1 for word in others if closest(word, known) is not None)


def merge(above: list[str], below: list[str], known: frozenset[str]) -> list[str]:
    """Two header rows as one: the lower name, or the upper one where the lower is empty.

    A lower name that is not known by itself is tried together with the upper one it hangs under,
    before it or behind it: TGL under LAHIR is TGL LAHIR.
    """
    width = max(len(above), len(below))
    merged = []
    group = ""
    for i in range(width):
        upper = above[i].strip() if i < len(above) else ""
        lower = below[i].strip() if i < len(below) else ""
        group = upper or group
        if not lower:
            merged.append(upper)
        elif not group or word_of(lower, known) in known:
            merged.append(lower)
        elif plain(f"{group} {lower}") not in known and plain(f"{lower} {group}") in known:
            merged.append(f"{lower} {group}")
        else:
            merged.append(f"{group} {lower}")
    return merged


def first_wordy(rows: Rows) -> int:
    widest = max(sum(1 for cell in cells if cell.strip()) for cells in rows.cells)
    for position, cells in enumerate(rows.cells):
        words = [cell for cell in cells if cell.strip()]
        if len(words) * 2 >= widest and sum(not cell.strip().isdigit() for cell in words) * 2 > len(
            words
        ):
            return position
    return 0


def is_numbering(cells: list[str]) -> bool:
    """A row of (1) (2) (3)… under the header."""
    words = [cell.strip() for cell in cells if cell.strip()]
    numbers = [int(m[1]) for m in map(NUMBERED.fullmatch, words) if m]
    if len(numbers) < 3 or len(numbers) * 10 < len(words) * 6:
        return False
    steps = [b - a for a, b in pairwise(numbers)]
    return (
        numbers[0] <= 2
        and min(steps) > 0
        and steps.count(1) * 2 > len(steps)
        and numbers[-1] <= len(cells) + 1
    )


def text_width(rows: Rows, header: Header) -> int:
    """Cells a line of delimited text should have: as many as the header names, or as most have."""
    named = 0
    widths: Counter[int] = Counter()
    for number, cells in zip(rows.numbers, rows.cells, strict=True):
        filled = next((i for i in range(len(cells), 0, -1) if cells[i - 1].strip()), 0)
        if header.row <= number <= header.last:
            named = max(named, filled)
        elif number > header.last:
            widths[filled] += 1
    if widths:
        common, times = widths.most_common(1)[0]
        if common > named and times * 2 > widths.total():
            return common
    return named


def width_of(rows: Rows, header_position: int) -> int:
    """Columns that hold anything in the rows at hand, header included."""
    width = 0
    for cells in rows.cells[max(0, header_position - 1) :]:
        for i in range(len(cells), width, -1):
            if cells[i - 1].strip():
                width = i
                break
    return width


def unique(cells: list[str], width: int) -> tuple[list[str], list[str]]:
    """Names in which no two are the same: the second KETERANGAN is KETERANGAN_1.

    A column without a name is called by its letter. Also returns the names that were doubled.
    """
    names = [" ".join(unicodedata.normalize("NFKC", cell).split()) for cell in cells[:width]]
    names += [""] * (width - len(names))
    single = {name for name, times in Counter(names).items() if times == 1}
    taken = set(single)
    seen: Counter[str] = Counter()
    columns, doubled = [], []
    for i, name in enumerate(names):
        if not name:
            name = f"({column_letters(i)})"
        elif name not in single:
            base, times = name, seen[name]
            if times:
                if times == 1:
                    doubled.append(base)
                name = f"{base}_{times}"
                while name in taken:
                    times += 1
                    name = f"{base}_{times}"
            seen[base] = times + 1
        taken.add(name)
        columns.append(name)
    return columns, doubled
