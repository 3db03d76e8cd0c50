"""One cell as text: numbers keep their digits, date serials become ISO dates."""

import re
from datetime import date, timedelta

from core.sheets import limits
from core.sheets.refusals import FileRefused

LONG_NUMBER = 12  # digits from which a number is an identity, not an amount
LAST_SERIAL = 2_958_465  # 9999-12-31
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
ENTITY = re.compile(r"&(?:#([0-9]{1,7})|#x([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos));|&")
ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def column_index(letters: str) -> int:
    """A is 0. Raises ValueError for what is no column."""
    number = 0
    for letter in letters:
        value = ord(letter) - 64
        if not 1 <= value <= 26:
            raise ValueError(letters)
        number = number * 26 + value
    if not 1 <= number <= limits.SHEET_COLUMNS:
        raise ValueError(letters)
    return number - 1


def column_letters(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_column(letters: str) -> int:
    """Index of a column that holds something; far out it is a mistake, or an attack."""
    try:
        index = column_index(letters)
    except ValueError:
        raise FileRefused("damaged") from None
    if index >= limits.COLUMNS:
        raise FileRefused("columns", column=letters)
    return index


def unescape(text: str) -> str:
    """`_x000D_` is how the format writes characters XML cannot hold."""
    return ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def entity(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    try:
        if name:
            return ENTITIES[name]
        return chr(int(decimal) if decimal else int(hexadecimal, 16))
    except (TypeError, ValueError, OverflowError):
        raise FileRefused("damaged") from None  # an entity only a document type could define


def is_long(text: str) -> bool:
    """A number so long that it stands for somebody: whole, or written with an exponent."""
    return len(text) >= LONG_NUMBER and (text.lstrip("-").isdigit() or "E" in text.upper())


SCIENTIFIC = re.compile(r"([+-]?)(\d+)(?:\.(\d*))?[eE]([+-]?\d{1,3})")
WHOLE = re.compile(r"(-?\d+)\.0+")


def number_text(raw: str) -> str:
    """A stored number as its digits: 5.0 is 5, and 9.9010156121508E15 is 9901015612150800.

    Digits are moved, never computed. A number that holds fewer significant digits than a
    spreadsheet keeps (3.20412E+15) stays as written: its digits are gone.
    """
    text = raw.strip()
    whole = WHOLE.fullmatch(text)
    if whole:
        return whole[1]
    match = SCIENTIFIC.fullmatch(text)
    if not match:
        return text
    sign, head, tail, exponent = match[1], match[2], match[3] or "", int(match[4])
    digits = head + tail
    point = len(head) + exponent
    significant = len(digits.strip("0"))
    if exponent > 0 and (exponent < LONG_NUMBER - 1 or significant >= 13) and point <= 20:
        if point >= len(digits):
            return ("-" if sign == "-" else "") + (
                (digits + "0" * (point - len(digits))).lstrip("0") or "0"
            )
        if not digits[point:].strip("0"):
            return ("-" if sign == "-" else "") + (digits[:point].lstrip("0") or "0")
    return text


def date_text(raw: str, date1904: bool = False) -> str:
    """A date serial as ISO text; what is no date of the calendar stays as it stands.

    Serial 60 of the 1900 system is 29 February 1900, a day that never was.
    """
    text = raw.strip()
    whole, _, fraction = text.partition(".")
    if not whole.isascii() or not whole.isdigit() or len(whole) > 7:
        return number_text(text)
    days = int(whole)
    seconds = 0
    if fraction:
        if not fraction.isdigit() or not fraction.isascii():
            return number_text(text)
        seconds = round(float("0." + fraction) * 86_400)
        if seconds == 86_400:
            days, seconds = days + 1, 0
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if days == 0 and not date1904:
        return clock if fraction else text
    if days > LAST_SERIAL or (days == 60 and not date1904):
        return text
    if date1904:
        day = date(1904, 1, 1) + timedelta(days=days) if days <= LAST_SERIAL - 1462 else None
        if day is None:
            return text
    elif days < 60:
        day = date(1899, 12, 31) + timedelta(days=days)
    else:
        day = date(1899, 12, 30) + timedelta(days=days)
    return f"{day.isoformat()} {clock}" if seconds else day.isoformat()
