"""Every change of a ministry file, of a question it raises, and of what leaves the office."""

from dtks.services.decisions import decide, refill_decisions, withdraw_decision
from dtks.services.exporting import open_export, request_export, write_matches
from dtks.services.snapshots import (
    approve_snapshot,
    begin_approval,
    reconcile,
    register_upload,
    reject_snapshot,
    request_reconciliation,
    withdraw_snapshot,
)

__all__ = [
    "approve_snapshot",
    "begin_approval",
    "decide",
    "open_export",
    "reconcile",
    "refill_decisions",
    "register_upload",
    "reject_snapshot",
    "request_export",
    "request_reconciliation",
    "withdraw_decision",
    "withdraw_snapshot",
    "write_matches",
]
