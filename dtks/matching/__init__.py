"""Matching a ministry file with the register: steps in Python, set work in `dtks/sql/matching/`.

`reconcile_snapshot` does the whole; `explain` says why, field by field, in words and bits that
add up to the stored score; `fingerprint` names the compared values a "not the same" rests on.
"""

from dtks.matching.explain import Reason, explain, fingerprint
from dtks.matching.keys import compute_keys, ensure_keys
from dtks.matching.reconcile import Thresholds, percent_after, reconcile_snapshot

__all__ = [
    "Reason",
    "Thresholds",
    "compute_keys",
    "ensure_keys",
    "explain",
    "fingerprint",
    "percent_after",
    "reconcile_snapshot",
]
