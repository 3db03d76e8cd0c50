"""Weights learned from a file: Fellegi and Sunter's model, calibrated by counting.

For each field and level the file's own pairs of known answer say how often that level is seen
between two records of one person (m) and between two people (u); the weight is log2(m / u), in
bits. Relatives on one card and strangers are counted apart, because brothers and sisters share
mother, village and card. Only one number is fitted, the share of true pairs among the open pairs
of one card; fitting it elsewhere drifts. Everything here is plain arithmetic over counts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import log2
from typing import NamedTuple

from dtks.matching.rules import (
    COMPARED,
    FIELDS,
    LEVELS,
    NIK_EQUAL,
    NIK_OF_SAME_DAY,
    NIK_OF_TWIN,
    STRENGTH,
)

FEWEST_TEACHERS = 200
"""Below this many known pairs of one person a file decides nothing but verified numbers."""

MOST_BITS = 12.0
MOST_BITS_OF_NIK = 16.0
LEAST_BITS = -9.0


class Lesson(NamedTuple):
    """How many known pairs (or, for `by chance`, which share of all pairs) had a level."""

    who: str
    same_card: bool
    field: str
    birth: int | None
    level: int
    n: float


class Vector(NamedTuple):
    """The levels of a pair; `n` pairs of the file have exactly these."""

    same_card: bool
    name: int
    birth_on: int
    mother_name: int
    nik: int
    village: int
    sex: int
    n: int = 1


def birth_class(level: int) -> int:
    """3 equal, 2 close, 1 apart, 0 unknown: as `birth_class` in levels.sql."""
    return 3 if level == 7 else 2 if level >= 3 else min(level, 1)


@dataclass
class Model:
    """What a file has taught. Bits are kept in hundredths, as they are stored and explained."""

    teachers: int
    start: int = 0
    card: dict[bool, int] = field(default_factory=dict)
    bits: dict[tuple[bool, str, int], int] = field(default_factory=dict)
    nik: dict[tuple[bool, int, int], int] = field(default_factory=dict)
    share_same_card: float = 0.0
    expected_other_card: float = 0.0

    @property
    def trusted(self) -> bool:
        return self.teachers >= FEWEST_TEACHERS

    def weights(self, v: Vector) -> list[int]:
        """Hundredths of a bit per field, in the order of FIELDS."""
        return [
            self.start,
            self.card[v.same_card],
            self.nik.get((v.same_card, birth_class(v.birth_on), v.nik), 0),
            *(self.bits.get((v.same_card, name, getattr(v, name)), 0) for name in COMPARED),
        ]

    def as_json(self) -> dict:
        """For `snapshot.matching`: every number that took part in a decision."""

        def table(same_card):
            return {
                name: {
                    str(level): bits
                    for (card, of, level), bits in sorted(self.bits.items())
                    if (card, of) == (same_card, name)
                }
                for name in COMPARED
            } | {
                "nik": {
                    f"{birth}:{level}": bits
                    for (card, birth, level), bits in sorted(self.nik.items())
                    if card == same_card
                }
            }

        return {
            "teachers": self.teachers,
            "trusted": self.trusted,
            "start": self.start,
            "card": {"same": self.card[True], "other": self.card[False]},
            "share_same_card": round(self.share_same_card, 6),
            "expected_other_card": round(self.expected_other_card, 3),
            "same_card": table(True),
            "other_card": table(False),
        }


def probability(score: int) -> float:
    """Of a score in hundredths of a bit: the score is the logarithm of the odds."""
    bits = max(-60.0, min(60.0, score / 100))
    return 1 / (1 + 2.0**-bits)


def _shares(
    counts: Mapping[int, float], before: Mapping[int, float], strength: float = STRENGTH
) -> dict[int, float]:
    """Shares per level: the counts, with `before` weighing as much as `strength` pairs."""
    total, known = sum(counts.values()) + strength, sum(before.values()) or 1.0
    return {
        level: (counts.get(level, 0.0) + strength * share / known) / total
        for level, share in before.items()
    }


def _hundredths(m: float, u: float, most: float = MOST_BITS) -> int:
    return round(100 * max(LEAST_BITS, min(most, log2(m / u))))


def learn(lessons: Iterable[Lesson]) -> Model:
    """The weights of every level. What is fitted to the open pairs comes after, in `fit`."""
    counts: dict[tuple, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    chance: dict[str, dict[int, float]] = defaultdict(dict)
    shared: dict[bool, float] = {True: 0.0, False: 0.0}
    for lesson in lessons:
        if lesson.who == "by chance":
            chance[lesson.field][lesson.level] = lesson.n
        elif lesson.who == "shared number":
            shared[lesson.same_card] = lesson.n
        elif lesson.field == "nik":
            counts[lesson.who, "nik", lesson.birth][lesson.level] += lesson.n
        elif lesson.level or lesson.field == "card":
            counts[lesson.who, lesson.field, lesson.same_card][lesson.level] += lesson.n

    on_card = counts["same", "card", True][1]
    off_card = counts["same", "card", False].get(0, 0.0)
    model = Model(teachers=int(on_card + off_card))
    model.expected_other_card = (off_card + 1) / (on_card + off_card + 20)

    for name in COMPARED:
        levels = {n: level for n, level in LEVELS[name].items() if n}
        everyone = _shares(
            _sum(counts["same", name, True], counts["same", name, False]),
            {n: level.same for n, level in levels.items()},
        )
        for same_card in (True, False):
            # Few pairs of the other card are known: what all known pairs say stands behind them.
            m = _shares(counts["same", name, same_card], everyone)
            if same_card:
                u = _shares(
                    counts["relative", name, True], {n: lv.relative for n, lv in levels.items()}
                )
            else:
                u = _shares(
                    counts["stranger", name, False], {n: lv.stranger for n, lv in levels.items()}
                )
                u |= {n: max(share, 1e-7) for n, share in chance[name].items()}
            for n in levels:
                model.bits[same_card, name, n] = _hundredths(m[n], u[n])

    levels = {n: level for n, level in LEVELS["nik"].items() if 0 < n < NIK_EQUAL}
    anywhere = _shares(
        _sum(*(counts["same", "nik", birth] for birth in (0, 1, 2, 3))),
        {n: level.same for n, level in levels.items()},
    )
    for birth in (0, 1, 2, 3):
        m = _shares(counts["same", "nik", birth], anywhere)
        for same_card in (True, False):
            before = NIK_OF_SAME_DAY if birth >= 2 else {n: lv.stranger for n, lv in levels.items()}
            strangers = _shares(
                _sum(counts["stranger", "nik", birth], counts["born close", "nik", birth]), before
            )
            u = strangers
            if same_card:
                u = _shares(
                    counts["relative", "nik", birth], NIK_OF_TWIN if birth == 3 else strangers
                )
            for n in levels:
                model.nik[same_card, birth, n] = _hundredths(m[n], u[n])
            model.nik[same_card, birth, NIK_EQUAL] = _hundredths(
                0.9, max(shared[same_card], 2.0**-18), MOST_BITS_OF_NIK
            )
    return model


def _sum(*tables: Mapping[int, float]) -> dict[int, float]:
    total: dict[int, float] = defaultdict(float)
    for table in tables:
        for level, n in table.items():
            total[level] += n
    return total


def fit(model: Model, vectors: Iterable[Vector], *, members: int, rows: int) -> None:
    """Set how likely a pair is before it is looked at, from the open pairs of this file.

    `members` and `rows` are what is still open on both sides. The share of true pairs on one
    card is found by expectation and maximisation over one number; how many true pairs have
    another card follows from how many of the verified ones have.
    """
    evidence = [(v.n, 2.0 ** (sum(_evidence(model, v)) / 100)) for v in vectors if v.same_card]
    total = sum(n for n, _ in evidence)
    share = 0.3
    for _turn in range(200 if total else 0):
        found = sum(n * share * odds / (share * odds + 1 - share) for n, odds in evidence)
        now = (found + 0.5) / (total + 1)
        if abs(now - share) < 1e-9:
            break
        share = now
    model.share_same_card = share
    off_card = model.expected_other_card
    found = share * total
    other = (found + 1) * off_card / (1 - off_card)
    pairs = max(members, 1) * max(rows, 1)
    start = log2(max(found + other, 1e-3) / pairs)
    model.start = round(100 * start)
    model.card = {
        True: round(100 * (log2(share / (1 - share)) - start)),
        False: round(100 * (log2(other / pairs) - start)),
    }
    model.expected_other_card = other


def _evidence(model: Model, v: Vector) -> list[int]:
    return [
        model.nik.get((v.same_card, birth_class(v.birth_on), v.nik), 0),
        *(model.bits.get((v.same_card, name, getattr(v, name)), 0) for name in COMPARED),
    ]


assert ("start", "card", "nik", *COMPARED) == FIELDS
