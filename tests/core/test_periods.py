"""The clock of PKH."""

import datetime as dt

import pytest

from core.periods import Period


@pytest.mark.parametrize("text", ["9999-4", "0001-1", "0000-1", "2100-1", "٢٠٢٦-4", "2026-5"])
def test_parse_refuses_what_is_no_quarter_of_an_office(text):
    with pytest.raises(ValueError, match=text):
        Period.parse(text)


def test_a_period_ends_on_the_last_day_of_its_third_month():
    ends = [Period(2026, stage).ends_on for stage in (1, 2, 3, 4)]

    assert ends == [
        dt.date(2026, 3, 31), dt.date(2026, 6, 30), dt.date(2026, 9, 30), dt.date(2026, 12, 31),
    ]  # fmt: skip
    assert Period.of(dt.date.max).ends_on == dt.date.max
