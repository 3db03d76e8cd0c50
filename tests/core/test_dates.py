from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dates import clean_date, date_state


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("02/03/2026", date(2026, 3, 2)),
        ("2-3-2026", date(2026, 3, 2)),
        ("2026-03-02", date(2026, 3, 2)),
        ("2026-03-02 00:00:00", date(2026, 3, 2)),
        ("02/03/2026 00.00", date(2026, 3, 2)),
        ("2 Maret 2026", date(2026, 3, 2)),
        ("Senin, 2 Maret 2026", date(2026, 3, 2)),
        ("12 Pebruari 1990", date(1990, 2, 12)),
        ("12-NOP-90", date(1990, 11, 12)),
        ("04/03/24", date(2024, 3, 4)),
        ("16/11/16", date(2016, 11, 16)),
        ("36526", date(2000, 1, 1)),
        ("33842.5", date(1992, 8, 26)),
        ("02032026", date(2026, 3, 2)),
        ("20260302", date(2026, 3, 2)),
        ("'02/03/2026", date(2026, 3, 2)),
        ("29/02/2024", date(2024, 2, 29)),
        # Golden case G14 (domain.md 2.4): weekday, then day/month/year.
        ("Rabu 8/5/2024", date(2024, 5, 8)),
        ("Senin 24-07-2023", date(2023, 7, 24)),
        ("Rabu 16/11/16", date(2016, 11, 16)),
        ("Senin 04/03/24", date(2024, 3, 4)),
        ("Kamis 11/07/2024", date(2024, 7, 11)),
        ("Jum'at, 17 Agustus 1990", date(1990, 8, 17)),
        ("Ahad,5/5/2024", date(2024, 5, 5)),
        ("UJI, 12-03-1990", date(1990, 3, 12)),
        ("KAB. UJI , 12 MARET 1990", date(1990, 3, 12)),
        ("Kota Uji (Barat),1990-03-12", date(1990, 3, 12)),
        ("JAKARTA SEL., 12/03/90", date(1990, 3, 12)),
        ("UJI, Senin, 12-03-1990", date(1990, 3, 12)),
        ("UJI, 12/III/1990.", date(1990, 3, 12)),
        ("9/3/1987 12:00:00 AM", date(1987, 3, 9)),
        ("1987-03-09 1:30 pm", date(1987, 3, 9)),
        ("31845,0", date(1987, 3, 9)),
        ("09/03/1987.", date(1987, 3, 9)),
        ("09–03–1987", date(1987, 3, 9)),
        ("09/III/1987", date(1987, 3, 9)),
        ("9-xii-87", date(1987, 12, 9)),
    ],
)
def test_clean_date_reads_day_before_month(cell, day):
    assert (clean_date(cell), date_state(cell)) == (day, "ok")


@pytest.mark.parametrize(
    ("cell", "state"),
    [
        ("", "empty"),
        (None, "empty"),
        ("-", "empty"),
        ("0000-00-00", "empty"),
        ("00/00/0000", "empty"),
        ("31/02/1990", "impossible"),
        ("29/02/2023", "impossible"),
        ("12/31/1990", "impossible"),  # the American order is not read
        ("31 Pebruari 1990", "impossible"),
        ("Kamis 8/5/2024", "impossible"),  # that was a Wednesday; as month/day it was a Monday
        ("Selasa, 8 Mei 2024", "impossible"),
        ("Rabu", "unreadable"),
        ("1990", "unreadable"),
        ("umur 30", "unreadable"),
        ("2 Mart0 2026", "unreadable"),
        ("UJI, 31-02-1990", "impossible"),
        ("UJI, Selasa 12-03-1990", "impossible"),  # that was a Monday
        ("31/II/1990", "impossible"),
        ("12/31/1990 12:00:00 AM", "impossible"),
        ("09/IIX/1987", "unreadable"),
        ("09/XX/1987", "unreadable"),
        # No weekday slips through as a place, no month, no death; no bare digits behind one.
        ("Selasa , 12-03-1990", "unreadable"),
        ("Hari Selasa, 12-03-1990", "unreadable"),
        ("Jum at, 12-03-1990", "unreadable"),
        ("Monday, 3/9/1987", "unreadable"),
        ("Sen, 12-03-1990", "unreadable"),
        ("Maret, 12-03-1990", "unreadable"),
        ("Meninggal, 12-03-2020", "unreadable"),
        ("UJI, 36526", "unreadable"),
        ("UJI, 12031990", "unreadable"),
        ("RT 5, 12-03-1990", "unreadable"),
        ("UJI 12-03-1990", "unreadable"),
        ("UJI,", "unreadable"),
        ("UJI", "unreadable"),
    ],
)
def test_clean_date_leaves_out_what_is_no_date(cell, state):
    assert (clean_date(cell), date_state(cell)) == (None, state)


def test_clean_date_moves_the_century_with_the_latest_year():
    assert clean_date("01/02/27", latest_year=2026) == date(1927, 2, 1)
    assert clean_date("01/02/26", latest_year=2026) == date(2026, 2, 1)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.sampled_from("/-. "))
def test_clean_date_reads_every_numeric_notation_alike(day, sign):
    written = {
        f"{day.day}{sign}{day.month}{sign}{day.year}",
        f"{day.day:02d}{sign}{day.month:02d}{sign}{day.year}",
        day.isoformat(),
        f"{day.isoformat()} 00:00:00",
    }
    if day >= date(1927, 5, 18):
        written.add(str((day - date(1899, 12, 30)) // timedelta(days=1)))

    assert {clean_date(text) for text in written} == {day}
