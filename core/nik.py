"""NIK and family-card numbers: what a cell says, what is wrong with it, and how it is shown.

A NIK is 16 digits: six of the place of first registration, the birth date as DDMMYY with 40
added to the day of women, and a serial from 0001. A family-card number is 16 digits too. A
damaged number is recognised and named, never repaired: a guess would give somebody another
person's identity. The same rules live in `core/sql/numbers.sql`; one test holds both forms to
the same answers.
"""

import re
from datetime import date
from typing import Literal

NumberState = Literal[
    "ok",
    "empty",
    "masked",
    "scientific",
    "truncated",
    "short",
    "long",
    "letters",
    "repeated",
]

# Spaces of every kind, apostrophes and quotes, dots and dashes between groups of digits,
# zero-width characters, marks of writing direction, soft hyphens and the byte-order mark:
# dressing, not damage. Spelled out, because "white space" means something else in every
# regular-expression engine.
_SPACES = (
    " \t\n\r\f\v\u00a0\u2007\u2009\u202f\u3000\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
    "\u00ad\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_DRESSING = str.maketrans(
    "", "", _SPACES + "'\"`.,-_/\u00b4\u2010\u2011\u2012\u2013\u2014\u2015\u2018\u2019\u201c\u201d"
)
_SCIENTIFIC = re.compile(r"^[0-9](?:[.,][0-9]+)?E\+?[0-9]{1,2}$")
_AS_TEXT = re.compile(r'^="([^"]*)"$')  # a formula that keeps a number text: ="9901…"
_DECIMAL_TAIL = re.compile(r"^([0-9]{2,})[.,]0{1,2}$")
_MASK = re.compile("[*X#?\u2022\u25cf]")
_NOTHING = {"", "TIDAKADA", "TDKADA", "BELUMADA", "KOSONG", "NIHIL", "NULL", "NONE", "NAN", "NA"}


def digits(text: str) -> str:
    """The ASCII digits of a text, in order: evidence only, never a key."""
    return re.sub("[^0-9]", "", text)


def _upper(text: str) -> str:
    """Upper case of ASCII letters only, so that Python and every database locale agree."""
    return "".join(chr(ord(c) - 32) if "a" <= c <= "z" else c for c in text)


def clean_nik(text: str | None, numeric: bool = False) -> tuple[str | None, NumberState]:
    """Read one cell as a NIK or family-card number: `(16 digits or None, state)`.

    `numeric` says that the cell was a number in its workbook. Spreadsheets keep 15 significant
    digits, so a *number* of 16 digits ending in 0 may have lost its last digit (`truncated`), and
    so may an even one of the provinces from 91 up: above 2^53, some 90 times 10^14, programs that
    keep more digits round to even ones (domain.md 4.4); the same digits typed as text are fine.
    Digits come back only with the state `ok`.
    """
    raw = _upper((text or "").strip(_SPACES + "'"))
    raw = _AS_TEXT.sub(r"\1", raw).strip(_SPACES + "'")
    tail = _DECIMAL_TAIL.match(raw)
    if tail and len(tail[1]) > 12:
        raw, numeric = tail[1], True  # "…01.0" went through a floating-point cell
    tidy = raw.translate(_DRESSING)
    if tidy in _NOTHING or set(tidy) == {"0"}:
        return None, "empty"
    if _SCIENTIFIC.match(raw):
        return None, "scientific"
    if _MASK.search(tidy) and not re.search("[A-WYZ]", tidy):
        return None, "masked"
    if not re.fullmatch("[0-9]+", tidy):
        return None, "letters"
    if len(tidy) < 16:
        return None, "short"
    if len(tidy) > 16:
        return None, "long"
    if len(set(tidy)) == 1:
        return None, "repeated"
    if numeric and (tidy[-1] == "0" or (tidy[:2] > "90" and tidy[-1] in "2468")):
        return None, "truncated"
    return tidy, "ok"


def was_tidied(text: str | None) -> bool:
    """Whether the number is usable only because apostrophes, dots or spaces were taken out."""
    number, _ = clean_nik(text)
    return number is not None and number != text


def mask_nik(text: str | None) -> str | None:
    """`3204**********01`: the first four and the last two; anything shorter than 7 vanishes."""
    if text is None:
        return None
    if len(text) < 7:
        return "*" * len(text)
    return text[:4] + "*" * (len(text) - 6) + text[-2:]


def birth_code(birth_on: date | None, sex: str | None) -> str | None:
    """The six digits a NIK carries for this birth date: DDMMYY, the day plus 40 for women."""
    if birth_on is None:
        return None
    day = birth_on.day + (40 if sex == "P" else 0)
    return f"{day:02d}{birth_on.month:02d}{birth_on.year % 100:02d}"


def agrees_with_birth(nik: str | None, birth_on: date | None, sex: str | None) -> bool | None:
    """Whether digits 7 to 12 say this birth date; with the sex unknown either day will do.

    None when one of them is unknown. In one village sample 7 % of true pairs differ
    (domain.md 4.4): this is a warning and a piece of evidence, never a rejection.
    """
    if nik is None or birth_on is None:
        return None
    said = nik[6:12]
    if sex in {"L", "P"}:
        return said == birth_code(birth_on, sex)
    return said in {birth_code(birth_on, "L"), birth_code(birth_on, "P")}
