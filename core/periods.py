"""Year and stage (tahap), the clock of PKH: 2026-4 is the fourth payment of 2026."""

import datetime as dt
import re
from dataclasses import dataclass

# No other century: far away the quarter before or after has no date.
_TEXT = re.compile(r"((?:19|20)\d\d)-([1-4])", re.ASCII)


@dataclass(frozen=True, order=True)
class Period:
    year: int
    stage: int

    @classmethod
    def parse(cls, text: str) -> "Period":
        """`2026-4`; raises ValueError for anything else."""
        found = _TEXT.fullmatch(text.strip())
        if not found:
            raise ValueError(text)
        return cls(int(found[1]), int(found[2]))

    @property
    def starts_on(self) -> dt.date:
        return dt.date(self.year, 3 * self.stage - 2, 1)

    @property
    def ends_on(self) -> dt.date:
        return dt.date(self.year, 3 * self.stage, 31 if self.stage in (1, 4) else 30)

    def next(self) -> "Period":
        return Period(self.year + 1, 1) if self.stage == 4 else Period(self.year, self.stage + 1)

    def previous(self) -> "Period":
        return Period(self.year - 1, 4) if self.stage == 1 else Period(self.year, self.stage - 1)

    @classmethod
    def of(cls, day: dt.date) -> "Period":
        return cls(day.year, (day.month + 2) // 3)

    def __str__(self) -> str:
        return f"{self.year}-{self.stage}"
