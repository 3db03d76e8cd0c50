"""Why a row was proposed for a member, in words an officer can check against the two records."""

from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from core.sql import load_sql
from dtks.matching.rules import FIELDS, LEVELS


class Reason(NamedTuple):
    """What one field contributed; `bits` of all reasons add up to `score / 100` exactly."""

    field: str
    level: int
    bits: Decimal
    sentence: str


def explain(difference) -> list[Reason]:
    """The fields of a proposal in their stored order; empty when nothing was compared.

    Bits are base-2 logarithms of likelihood ratios, kept in hundredths: +10 means a thousand
    times likelier between two records of one person than between two people, 0 says nothing.
    """
    if not difference.weights or not difference.levels:
        return []
    return [
        Reason(field, level, Decimal(weight) / 100, str(LEVELS[field][level].sentence))
        for field, level, weight in zip(FIELDS, difference.levels, difference.weights, strict=True)
    ]


def fingerprint(*, member_id: int, snapshot, row_number: int) -> str:
    """The hash of both sides' compared values, as `dtks_notsame` keeps it; "" if one is gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql("dtks/matching/fingerprint.sql"),
            {"member": member_id, "snapshot": snapshot.pk, "row_number": row_number},
        )
        found = cursor.fetchone()
    return found[0] if found else ""
