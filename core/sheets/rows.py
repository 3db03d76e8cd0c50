"""Rows on their way from a file: gathered by a reader, packed by the child, read by the parent.

A pack is one text: cells separated by U+001F, rows by U+001E. It crosses the pipe as it is, and
whoever loads a million rows can turn it into COPY lines with a few replacements, never touching
a cell. The two separators and NUL (which PostgreSQL cannot store) are replaced in cells by their
visible pictures U+241F, U+241E, U+2400, and the row says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

CELL = "\x1f"
ROW = "\x1e"
PICTURES = {ord(ROW): "\u241e", ord(CELL): "\u241f", 0: "\u2400"}

# What the reader itself finds wrong with a row: (code, column index or -1, value).
Problem = tuple[str, int, str]


class Rows:
    """Some rows of a file. `numeric` and `problems` by position, for the few that have any.

    `numeric`: columns whose cell is a long number in the spreadsheet, not text. `odd`: some cell
    may hold one of the characters that are replaced by pictures.

    A reader that has its rows packed already gives `text` instead of cells; they are parted when
    somebody asks for cells.
    """

    def __init__(
        self,
        numbers: Sequence[int] = (),
        cells: list[list[str]] | None = None,
        *,
        text: str | None = None,
    ) -> None:
        self.numbers = numbers if numbers else []
        self.numeric: dict[int, list[int]] = {}
        self.problems: dict[int, list[Problem]] = {}
        self.hidden: list[int] = []
        self.odd = False
        self._text = text
        self._cells = [] if cells is None and text is None else cells

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def cells(self) -> list[list[str]]:
        if self._cells is None:
            self._cells = [line.split(CELL) for line in self.lines()]
        return self._cells

    def lines(self) -> list[str]:
        """Each row as one text, its cells separated by CELL."""
        if self._text is not None:
            return self._text.split(ROW)
        return [CELL.join(cells) for cells in self.cells]

    def add(
        self, number: int, cells: list[str], numeric: list[int], problems: list[Problem]
    ) -> None:
        if numeric:
            self.numeric[len(self.cells)] = numeric
        if problems:
            self.problems[len(self.cells)] = problems
        self.numbers.append(number)  # type: ignore[attr-defined]
        self.cells.append(cells)

    def subset(self, keep: list[int]) -> "Rows":
        """Only the rows at these positions, in this order."""
        place = {old: new for new, old in enumerate(keep)}
        rows = Rows([self.numbers[i] for i in keep], [self.cells[i] for i in keep])
        rows.numeric = {place[i]: v for i, v in self.numeric.items() if i in place}
        rows.problems = {place[i]: v for i, v in self.problems.items() if i in place}
        rows.hidden, rows.odd = self.hidden, self.odd
        return rows

    def extend(self, other: "Rows") -> None:
        offset = len(self.cells)
        self.numbers = [*self.numbers, *other.numbers]
        self.cells.extend(other.cells)
        self.numeric.update({i + offset: v for i, v in other.numeric.items()})
        self.problems.update({i + offset: v for i, v in other.problems.items()})
        self.hidden += other.hidden


@dataclass(frozen=True)
class Row:
    """One row as the spreadsheet shows it. `number` counts as the spreadsheet program does."""

    number: int
    cells: list[str]
    numeric: list[int]
    problems: list[Problem]
