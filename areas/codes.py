"""Kemendagri codes as people type them, and the BPS codes that look like them."""

import re

_DOTTED = re.compile(r"\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?", re.ASCII)
_PLAIN = re.compile(r"\d{2}(\d{2}(\d{2}(\d{4})?)?)?", re.ASCII)
_BPS_SUBDISTRICT = re.compile(r"\d{2}\.?\d{2}\.?\d{3}", re.ASCII)
_BPS_VILLAGE = re.compile(r"\d{2}\.?\d{2}\.?\d{3}\.?\d{3}", re.ASCII)


def dotted(text: str) -> str | None:
    """`18.10.01.2001` from itself or from `1810012001`; None for what is not such a code."""
    text = text.strip().strip("'")
    if _DOTTED.fullmatch(text):
        return text
    if _PLAIN.fullmatch(text):
        return ".".join(part for part in (text[:2], text[2:4], text[4:6], text[6:]) if part)
    return None


def looks_like_bps(text: str) -> bool:
    """True for the statistics office's codes: 7 digits for a kecamatan, 10 for a village.

    Both offices write a village in 10 digits. Kemendagri's seventh digit is 1 (kelurahan),
    2 (desa) or 3 (desa adat); BPS counts kecamatan in tens, so there it is nearly always 0.
    """
    text = text.strip().strip("'")
    if _BPS_SUBDISTRICT.fullmatch(text):
        return True
    code = dotted(text)
    if code is None:
        return bool(_BPS_VILLAGE.fullmatch(text))
    return code.count(".") == 3 and code[9] not in "123"


def level_of(code: str) -> int:
    return code.count(".") + 1


def parent_of(code: str) -> str | None:
    return code.rpartition(".")[0] or None


def ancestors_of(code: str) -> list[str]:
    """`["18", "18.10", "18.10.01"]` for `18.10.01.2001`."""
    parts = code.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts))]
