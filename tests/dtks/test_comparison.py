from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dtks.comparison import initials, masked_pair
from dtks.inspection import shown_cells
from dtks.waterfall import waterfall

NIK = "9901010101900001"


@pytest.mark.parametrize(
    ("theirs", "shown"),
    [
        (NIK, ("9901**********01", "9901**********01")),
        # Few digits differ: just these are shown, on both sides.
        ("9901010101900071", ("9901**********01", "9901**********71")),
        ("9901010107900001", ("9901*****1****01", "9901*****7****01")),
        # Another person's number altogether stays masked.
        ("9912345678000099", ("9901**********01", "9912**********99")),
        (None, ("9901**********01", "")),
    ],
    ids=["same", "end", "middle", "other", "unknown"],
)
def test_masked_pair_shows_only_the_digits_in_question(theirs, shown):
    assert masked_pair(NIK, theirs) == shown


def test_initials_keep_the_length_of_names_and_nothing_else():
    assert initials("SITI AMINAH") == "S*** A*****"
    assert initials(None) == ""


def test_shown_cells_mask_numbers_wherever_they_stand():
    cells = ["SITI", f"'{NIK}", f"KK {NIK} LAMA", "12-03-1990", "SUMIATI"]

    assert shown_cells(cells, {"name": 0, "nik": 1, "mother_name": 4}) == [
        "SITI",
        "'9901**********01",
        "KK 9901**********01 LAMA",
        "12-03-1990",
        "S******",
    ]


@given(st.lists(st.integers(-3000, 3000), min_size=1, max_size=8))
def test_waterfall_ends_where_the_score_stands(weights):
    drawn = waterfall([("field", "words", weight) for weight in weights], sum(weights))

    def edges(x, width, tone):
        left, right = float(x), float(x) + float(width)
        return (right, left) if tone == "minus" else (left, right)

    last = drawn.bars[-1]
    end = edges(last.x, last.width, last.tone)[1]
    total_end = edges(drawn.total_x, drawn.total_width, drawn.total_tone)[1]
    assert abs(end - total_end) <= 1.3  # a bar of nothing is drawn as a hair
    assert sum(Decimal(str(bar.bits)) for bar in drawn.bars) == Decimal(sum(weights)) / 100
