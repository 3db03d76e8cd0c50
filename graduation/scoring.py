"""How an assessment is counted: no database, so that every line of it can be tested and shown.

Points are hundredths of the weights, percentages hundredths of a percent: whole numbers, so that
the lines of the explanation add up to the score to the last digit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

_HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Asked:
    """A question and what was answered: `percent` of its weight, 0 to 100, None for no answer."""

    code: str
    weight: int
    required: bool = False
    percent: int | None = None


@dataclass(frozen=True)
class Line:
    """What one question brought: `points` of its weight, and its `share` of the score."""

    asked: Asked
    points: Decimal
    share: Decimal

    @property
    def missing(self) -> bool:
        """A required question that was not answered, or answered with nothing."""
        return self.asked.required and not self.asked.percent


@dataclass(frozen=True)
class Judgement:
    """`score_percent` is the sum of the shares of the lines, exactly."""

    lines: tuple[Line, ...]
    points: Decimal
    weights: int
    score_percent: Decimal
    threshold_percent: Decimal

    @property
    def reached(self) -> bool:
        """Exactly at the threshold is enough."""
        return self.score_percent >= self.threshold_percent

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(line.asked.code for line in self.lines if line.missing)

    @property
    def satisfied(self) -> bool:
        return self.reached and not self.missing


def judge(questions: Iterable[Asked], threshold_percent: Decimal) -> Judgement:
    """The score is all points of all weights, in percent, half up to two decimals.

    An unanswered question brings nothing but keeps its weight. What rounding leaves over goes to
    the lines that lost most by it, one hundredth each, so the shares add up to the score.
    """
    questions = tuple(questions)
    points = [one.weight * (one.percent or 0) for one in questions]  # hundredths
    weights = sum(one.weight for one in questions)
    shares = _shares(points, weights)
    return Judgement(
        lines=tuple(
            Line(one, Decimal(earned) / _HUNDRED, Decimal(share) / _HUNDRED)
            for one, earned, share in zip(questions, points, shares, strict=True)
        ),
        points=Decimal(sum(points)) / _HUNDRED,
        weights=weights,
        score_percent=Decimal(sum(shares)) / _HUNDRED,
        threshold_percent=threshold_percent,
    )


def _shares(points: list[int], weights: int) -> list[int]:
    """Hundredths of a percent a line, together the half-up rounded percentage."""
    if not weights:
        return [0] * len(points)
    together = (2 * 100 * sum(points) + weights) // (2 * weights)
    shares = [100 * one // weights for one in points]
    left = together - sum(shares)
    lost_most = sorted(range(len(points)), key=lambda n: (-(100 * points[n] % weights), n))
    for n in lost_most[:left]:
        shares[n] += 1
    return shares
