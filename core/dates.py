"""Dates as offices write them: the day always stands before the month.

`2/3/2026`, `02-03-2026`, `2026-03-02`, `2026-03-02 00:00:00`, spreadsheet serials (36526 is
1 January 2000), `2 Maret 2026`, `12 Pebruari 1990`, `12-NOP-90`, `09/III/1987`, and each of them
after the name of its weekday (`Rabu 8/5/2024`). A place before the date is passed over when a comma
ends it (`KAB. UJI, 12-03-1990`). What cannot exist (31 February, a Tuesday that was a Wednesday) is
no date; nothing is moved to the nearest possible day. The same rule lives in `core/sql/dates.sql`.
"""

import re
from datetime import date, timedelta
from typing import Literal

DateState = Literal["ok", "empty", "unreadable", "impossible"]
DATE_PROBLEMS: tuple[DateState, ...] = ("unreadable", "impossible")

LATEST_YEAR = 2029
"""Two-digit years up to this one belong to this century, later ones to the last."""

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "JAN", "FEB PEB", "MAR MRT", "APR", "MEI MAY", "JUN", "JUL",
            "AGU AGT AGS AUG", "SEP", "OKT OCT", "NOV NOP", "DES DEC",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ROMAN_MONTHS = {
    name: number
    for number, name in enumerate("I II III IV V VI VII VIII IX X XI XII".split(), start=1)
}
_WEEKDAYS = {
    "SENIN": 0, "SELASA": 1, "RABU": 2, "KAMIS": 3, "JUMAT": 4, "SABTU": 5, "MINGGU": 6, "AHAD": 6,
}  # fmt: skip
_WEEKDAY = re.compile(rf"^({'|'.join(_WEEKDAYS)}),? ?(?=[0-9])")
# What may stand before a date and a comma: letters that name no day, no month and no death.
# A date after it has signs or letters between its parts; bare digits could be anything.
_PLACE = re.compile(
    rf"^([A-Z][A-Z .()/-]*), ?(?=(?:(?:{'|'.join(_WEEKDAYS)}),? ?)?[0-9]{{1,4}}[-/. ]*[-/.A-Z])"
)
_NO_PLACE_WORD = re.compile(
    rf"(?:^|[^A-Z])(?:{'|'.join(_WEEKDAYS)}|JUM AT|MENINGGAL|WAFAT|MD|ALM|ALMH)(?:[^A-Z]|$)"
)
_NO_PLACE = re.compile(
    r"^[^A-Z]*(?:[A-Z]|SEN|SEL|RAB|KAM|JUM|SAB|MIN|AHD|SENEN|REBO|KEMIS|SETU|JUMAAT"
    r"|SUN|MON|TUE|TUES|WED|THU|THUR|THURS|FRI|SAT"
    r"|SUNDAY|MONDAY|TUESDAY|WEDNESDAY|THURSDAY|FRIDAY|SATURDAY"
    r"|JAN|FEB|PEB|MAR|MRT|APR|MEI|MAY|JUN|JUL|AGU|AGT|AGS|AUG|SEP|SEPT|OKT|OCT|NOV|NOP|DES|DEC"
    r"|JANUARI|FEBRUARI|PEBRUARI|MARET|APRIL|JUNI|JULI|AGUSTUS|SEPTEMBER|OKTOBER|NOVEMBER|NOPEMBER"
    r"|DESEMBER|JANUARY|FEBRUARY|MARCH|JUNE|JULY|AUGUST|OCTOBER|DECEMBER)[^A-Z]*$"
)
_CLOCK = r"(?:[ T][0-9]{1,2}[:.][0-9]{2}[0-9:.+Z]*(?: ?[AP]M)?)?"
_YEAR_FIRST = re.compile(rf"^([0-9]{{4}})[-/. ]([0-9]{{1,2}})[-/. ]([0-9]{{1,2}}){_CLOCK}$")
_DAY_FIRST = re.compile(
    rf"^([0-9]{{1,2}})[-/. ]([0-9]{{1,2}})[-/. ]([0-9]{{4}}|[0-9]{{2}}){_CLOCK}$"
)
_MONTH_NAMED = re.compile(
    r"^(?:[A-Z]+, ?)?([0-9]{1,2})[-/. ]*([A-Z]{3,9})[-/., ]*([0-9]{4}|[0-9]{2})$"
)
_MONTH_ROMAN = re.compile(r"^([0-9]{1,2})[-/. ]([IVX]{1,4})[-/. ]([0-9]{4}|[0-9]{2})$")
_COMPACT = re.compile(r"^[0-9]{8}$")
_SERIAL = re.compile(r"^[0-9]{5}(?:[.,][0-9]+)?$")
_SERIAL_START = date(1899, 12, 30)
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
_NOTHING = re.compile(r"^(?:[-./ 0]*|NULL|NONE|TIDAK ADA|TIDAK DIKETAHUI|N/A)$")


def _tidy(text: str | None) -> str:
    upper = "".join(chr(ord(c) - 32) if "a" <= c <= "z" else c for c in text or "")
    plain = upper.replace("'", "").translate(_DASHES)
    return re.sub("[ \t\n\r\f\v\u00a0\u200b\ufeff]+", " ", plain).lstrip(" ").rstrip(" .")


def _make(year: int, month: int, day: int) -> date | None:
    if not 1800 <= year <= 2200:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _read(text: str, latest_year: int) -> tuple[date | None, bool]:
    """The date, and whether the text has the shape of one at all, with or without a place."""
    day, shaped = _read_named(text, latest_year)
    if shaped or not (found := _PLACE.match(text)):
        return day, shaped
    if _NO_PLACE_WORD.search(found[1]) or _NO_PLACE.match(found[1]):
        return None, False
    return _read_named(text[found.end() :], latest_year)


def _read_named(text: str, latest_year: int) -> tuple[date | None, bool]:
    """The same, with or without the name of its weekday."""
    named = _WEEKDAY.match(text)
    if not named:
        return _read_day(text, latest_year)
    day, shaped = _read_day(text[named.end() :], latest_year)
    return (day if day and day.weekday() == _WEEKDAYS[named[1]] else None), shaped


def _read_day(text: str, latest_year: int) -> tuple[date | None, bool]:

    def full(year: str) -> int:
        if len(year) == 4:
            return int(year)
        century = latest_year - latest_year % 100
        return int(year) + (century if int(year) <= latest_year % 100 else century - 100)

    if found := _YEAR_FIRST.match(text):
        return _make(int(found[1]), int(found[2]), int(found[3])), True
    if found := _DAY_FIRST.match(text):
        return _make(full(found[3]), int(found[2]), int(found[1])), True
    if (found := _MONTH_NAMED.match(text)) and (month := _MONTHS.get(found[2][:3])):
        return _make(full(found[3]), month, int(found[1])), True
    if (found := _MONTH_ROMAN.match(text)) and (month := _ROMAN_MONTHS.get(found[2])):
        return _make(full(found[3]), month, int(found[1])), True
    if _COMPACT.match(text):
        return (
            _make(int(text[4:]), int(text[2:4]), int(text[:2]))
            or _make(int(text[:4]), int(text[4:6]), int(text[6:]))
        ), True
    if _SERIAL.match(text) and 10000 <= int(text[:5]) <= 80000:
        return _SERIAL_START + timedelta(days=int(text[:5])), True
    return None, False


def clean_date(text: str | None, latest_year: int = LATEST_YEAR) -> date | None:
    """The date a cell says, or None when it is empty, unreadable or impossible."""
    tidy = _tidy(text)
    return None if _NOTHING.match(tidy) else _read(tidy, latest_year)[0]


def date_state(text: str | None) -> DateState:
    """What kind of cell this is: `ok`, `empty` (zeros count), `unreadable`, `impossible`."""
    tidy = _tidy(text)
    if _NOTHING.match(tidy):
        return "empty"
    day, shaped = _read(tidy, LATEST_YEAR)
    if day:
        return "ok"
    return "impossible" if shaped else "unreadable"


def other_weekday(text: str | None) -> date | None:
    """The date a cell says beside the name of another weekday than its own, otherwise None."""
    tidy = _tidy(text)
    named = _WEEKDAY.match(tidy)
    day = _read_day(tidy[named.end() :], LATEST_YEAR)[0] if named else None
    return day if named and day and day.weekday() != _WEEKDAYS[named[1]] else None
