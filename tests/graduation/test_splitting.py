"""The largest remainder, for whatever weights."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graduation.splitting import split

WEIGHTS = st.dictionaries(st.integers(1, 99), st.integers(0, 4_000), min_size=1, max_size=40)
SHAREABLE = WEIGHTS.filter(lambda weights: sum(weights.values()) > 0)
NUMBERS = st.integers(0, 30_000)


@given(NUMBERS, SHAREABLE)
def test_the_shares_add_up_and_each_is_its_quota_rounded(number, weights):
    shares = split(number, weights)

    assert sum(shares.values()) == number
    assert shares.keys() == weights.keys()
    whole = sum(weights.values())
    for key, weight in weights.items():
        quota = Fraction(number * weight, whole)
        assert quota - 1 < shares[key] < quota + 1


@given(NUMBERS, SHAREABLE)
def test_who_has_more_families_never_gets_less(number, weights):
    shares = split(number, weights)

    ordered = sorted(weights, key=lambda key: weights[key])
    for fewer, more in pairwise(ordered):
        if weights[fewer] < weights[more]:
            assert shares[fewer] <= shares[more]


@given(NUMBERS, SHAREABLE, st.randoms(use_true_random=False))
def test_the_order_of_the_weights_changes_nothing(number, weights, random):
    pairs = list(weights.items())
    random.shuffle(pairs)

    assert split(number, dict(pairs)) == split(number, weights)


@given(NUMBERS, SHAREABLE)
def test_who_has_no_family_gets_nothing(number, weights):
    shares = split(number, weights)

    assert all(shares[key] == 0 for key, weight in weights.items() if weight == 0)


def test_equal_remainders_go_to_the_larger_weight_then_to_the_smaller_key():
    assert split(1, {"b": 1, "a": 1, "c": 1}) == {"a": 1, "b": 0, "c": 0}
    assert split(1, {"b": 5, "a": 5}) == {"a": 1, "b": 0}
    # Quotas 1.5 and 0.5 leave the same remainder.
    assert split(2, {"small": 1, "large": 3}) == {"small": 0, "large": 2}


def test_golden_target_of_2023_by_caseload_adds_up():
    """1,000 over nine kecamatan and 81 facilitators of 20,667 families."""
    families = {f"18.10.{n:02d}": 20_667 // 9 + n for n in range(1, 10)}

    assert sum(split(1_000, families).values()) == 1_000


@pytest.mark.parametrize(
    ("number", "weights"), [(1, {}), (1, {"a": 0}), (-1, {"a": 1}), (1, {"a": -1, "b": 2})]
)
def test_what_cannot_be_shared_is_an_error(number, weights):
    with pytest.raises(ValueError, match=r"nobody|negative"):
        split(number, weights)


def test_nothing_is_shared_among_nobody():
    assert split(0, {}) == {}
    assert split(0, {"a": 0}) == {"a": 0}
