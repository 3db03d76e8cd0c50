"""Sharing a whole number by weights, so that the shares add up to it exactly."""

from collections.abc import Mapping
from typing import Any


def split(number: int, weights: Mapping[Any, int]) -> dict[Any, int]:
    """Shares of `number` by the largest remainder, a share a key of `weights`.

    Everybody gets his quota rounded down; what is left goes one by one to the largest remainders.
    Equal remainders: the larger weight first, then the smaller key, so the same families always
    give the same shares. Keys are of one sortable kind. Raises ValueError for a negative number
    or weight, and for a number that nobody has a weight for.
    """
    if number < 0 or any(weight < 0 for weight in weights.values()):
        raise ValueError("neither the number nor a weight is negative")
    whole = sum(weights.values())
    if not whole:
        if number:
            raise ValueError("nobody to share it by")
        return dict.fromkeys(weights, 0)
    # In whole numbers: a quota is number * weight / whole, and never a fraction of a computer.
    shares = {key: number * weight // whole for key, weight in weights.items()}
    left = number - sum(shares.values())
    by_remainder = sorted(
        weights, key=lambda key: (-(number * weights[key] % whole), -weights[key], key)
    )
    for key in by_remainder[:left]:
        shares[key] += 1
    return shares
