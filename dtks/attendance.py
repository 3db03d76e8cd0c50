"""The official form of school attendance (domain.md 4.2 F8): months, schools, what JML means.

One file a school and quarter. Above the header stand the title, the NPSN and the school's name;
the header takes two rows, month names above ALPA, IZIN, SAKIT, JML and %. Pure functions only.
"""

import re
from collections.abc import Iterable, Sequence

from core.periods import Period
from core.sheets import FileRefused, plain

MONTHS = {
    1: "JANUARI JANUARY JAN",
    2: "FEBRUARI PEBRUARI FEBUARI FEBRUARY FEB PEB",
    3: "MARET MARCH MAR MRT",
    4: "APRIL APR",
    5: "MEI MAY",
    6: "JUNI JUNE JUN",
    7: "JULI JULY JUL",
    8: "AGUSTUS AUGUST AGU AGT AGS AUG",
    9: "SEPTEMBER SEPT SEP",
    10: "OKTOBER OCTOBER OKT OCT",
    11: "NOVEMBER NOPEMBER NOV NOP",
    12: "DESEMBER DECEMBER DES DEC",
}
NAMES = {number: words.split()[0] for number, words in MONTHS.items()}
FIGURES = {
    "without_leave": ("ALPA", "ALPHA", "A", "TANPA KETERANGAN"),
    "with_leave": ("IZIN", "IJIN", "I"),
    "ill": ("SAKIT", "S"),
    "sum": ("JML", "JUMLAH", "JLH"),
    # A header of signs only vanishes in `plain`: the month alone is its percentage.
    "percent": ("%", "PERSEN", "PROSENTASE", "PERSENTASE"),
}
YEARS = range(2023, 2033)
_DAYS = re.compile(r"hari\s*efektif\s*[:=-]?\s*(\d{1,2})(?!\d)", re.IGNORECASE)
_NPSN = re.compile(r"(?<![0-9A-Z])(?:[0-9]{8}|[A-Z][0-9]{7})(?![0-9A-Z])")
_SCHOOL = re.compile(r"^(?:NAMA\s+)?(?:SEKOLAH|MADRASAH|SATUAN PENDIDIKAN)\b[\s:;=-]*(.*)$", re.I)


def month_fields() -> dict[str, tuple[str, ...]]:
    """Field -> spellings, such as `ill_02` -> `FEBRUARI SAKIT`, `PEBRUARI 2026 SAKIT`, …"""
    fields = {}
    for number, words in MONTHS.items():
        names = words.split()
        spelled = [*names, *(f"{name} {year}" for name in names for year in YEARS)]
        for figure, titles in FIGURES.items():
            fields[f"{figure}_{number:02}"] = (
                # JUL I would be JULI without its space: a letter needs the month's whole name.
                *(
                    f"{name} {title}"
                    for title in titles
                    for name in (names[:1] if len(plain(title)) == 1 else spelled)
                ),
                *(f"{title} {name}" for title in titles if len(plain(title)) > 2 for name in names),
            )
    return fields


def months_in(mapping: Iterable[str]) -> list[int]:
    """Numbers of the months a file has columns for."""
    found = {name.rpartition("_")[2] for name in mapping if name.rpartition("_")[0] in FIGURES}
    return sorted(int(number) for number in found)


def check_months(mapping: Iterable[str], period: Period) -> None:
    """Refuse a file that speaks of no month, or of one outside the quarter it came in for."""
    quarter = range(period.starts_on.month, period.starts_on.month + 3)
    found = months_in(mapping)
    outside = [NAMES[number] for number in found if number not in quarter]
    if outside:
        raise FileRefused(
            "month_outside",
            months=outside,
            period=str(period),
            expected=[NAMES[number] for number in quarter],
        )
    if not found:
        raise FileRefused("months_missing", expected=[NAMES[number] for number in quarter])


def days_in(columns: Sequence[str], mapping: dict[str, int]) -> dict[str, int]:
    """Effective days where the header names them: `JULI (Hari Efektif: 22)`; month -> days.

    Keys are month numbers as text, so it can be kept as JSON.
    """
    days: dict[str, int] = {}
    for name, index in mapping.items():
        figure, _line, month = name.rpartition("_")
        if figure in FIGURES and index < len(columns) and (found := _DAYS.search(columns[index])):
            days[str(int(month))] = int(found[1])
    return days


def school_in(titles: Sequence[Sequence[str]]) -> dict[str, str]:
    """{npsn, school} as the rows above the header say them; empty texts where they say nothing."""
    npsn = school = ""
    for row in titles:
        cells = [" ".join(cell.split()) for cell in row if cell.strip()]
        line = " ".join(cells).upper()
        if not npsn and "NPSN" in line and (found := _NPSN.search(line)):
            npsn = found[0]
        for at, cell in enumerate(cells):
            named = _SCHOOL.match(cell)
            if not school and named:
                said = [named[1], *cells[at + 1 :]]
                school = next((text for text in (one.strip(" :;=-") for one in said) if text), "")
    school = re.sub(r"\bNPSN\b.*$", "", school, flags=re.IGNORECASE).strip(" :;,()-")
    return {"npsn": npsn, "school": school[:150]}
