"""Percentages as every page, paper and file prints them: one rule, said beside the figures."""

from decimal import ROUND_HALF_UP, Decimal

_TWO = Decimal("0.01")


def percent(part: int, whole: int | None) -> Decimal | None:
    """`part` of `whole` in percent, two decimals, half up; None where there is nothing to divide.

    2,091 of 21,299 are 9.82, although a newspaper cut it to 9.81.
    """
    if not whole:
        return None
    return (Decimal(part) * 100 / whole).quantize(_TWO, ROUND_HALF_UP)
