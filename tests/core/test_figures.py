"""The golden numbers of domain.md 2.4, as the office's rule of rounding gives them."""

from decimal import Decimal

import pytest

from core.figures import percent


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        pytest.param(2_091, 21_299, "9.82", id="G2: printed 9,81 in the article, cut off"),
        pytest.param(208, 21_299, "0.98", id="G3"),
        pytest.param(1_883, 21_299, "8.84", id="G3"),
        pytest.param(208, 2_091, "9.95", id="G3"),
        pytest.param(1_000, 20_667, "4.84", id="G4"),
        pytest.param(2_000, 20_667, "9.68", id="G4"),
        pytest.param(3_000, 20_667, "14.52", id="G4"),
        pytest.param(36_667, 36_000, "101.85", id="G6"),
        pytest.param(36_667, 72_667, "50.46", id="G6"),
        pytest.param(1, 800, "0.13", id="half goes up: 0.125"),
        pytest.param(-1, 800, "-0.13", id="also below nothing"),
        pytest.param(0, 5, "0.00", id="nothing of something"),
    ],
)
def test_percent_rounds_half_up_to_two_decimals(part, whole, said):
    assert str(percent(part, whole)) == said
    assert percent(part, whole) == Decimal(said)


@pytest.mark.parametrize("whole", [0, None])
def test_percent_of_nothing_is_unknown(whole):
    assert percent(3, whole) is None
