"""Counts, amounts and component words of ministry files, judged one combination at a time."""

import re
from collections.abc import Collection, Iterable

from beneficiaries.amounts import amount, rules_of

_SIGN, _END = r"(?:(?:rp|idr)\.?)?\s*", r"(?:[.,]\d{1,2}|[.,][-\u2013]{1,2})?"
GROUPED = re.compile(_SIGN + r"\d{1,3}(?:[.,]\d{3})+" + _END, re.IGNORECASE)
PLAIN = re.compile(_SIGN + r"\d{1,15}" + _END, re.IGNORECASE)
CENTS = re.compile(r"[.,]\d{1,2}$")


def whole_number(cell: str) -> int | None:
    """675000, 675.000, 675,000, Rp 675.000,00, IDR 675.000,- and 3.0; None for anything else.

    A sign is anything else too: -675.000 and 675.000- are not read.
    """
    text = cell.strip()
    if not (GROUPED.fullmatch(text) or PLAIN.fullmatch(text)):
        return None
    digits = re.sub(r"\D", "", CENTS.sub("", text))
    return int(digits) if 0 < len(digits) <= 15 else None


def unknown_words(cells: Iterable[str], known: Collection[str]) -> list[str]:
    """Component cells none of whose words is a component; empty cells say nothing and are fine."""
    unknown = []
    for cell in cells:
        words = re.sub("[^A-Z]+", " ", f" {cell.upper()} ")
        if cell.strip(" -0") and not any(f" {word} " in words for word in known):
            unknown.append(cell)
    return unknown


def judge_amount(code: str, counts: dict[str, str], cell: str, indexes, rule) -> dict | None:
    """What the sum or the amount should be, when it is something else; None when all is well.

    Cells that are no numbers are another problem, and a component without a price on that day
    leaves the amount unknown: neither is judged here.
    """
    numbers = {name: whole_number(text) if text.strip(" -") else 0 for name, text in counts.items()}
    said = whole_number(cell)
    if said is None or None in numbers.values():
        return None
    present = {name: number or 0 for name, number in numbers.items()}
    if code == "component_count_mismatch":
        total = sum(present.values())
        # Some files state the components that are paid, at most so many, instead of all.
        paid = min(total, rule.max_components) if rule else total
        return None if said in (total, paid) else {"sum": total}
    if rule is None:
        return None
    computed = amount(present, rules_of(indexes, rule))
    if computed is None or said == computed.stage:
        return None
    return {"computed": computed.stage}
