from dtks.models.decision import Decision
from dtks.models.difference import Difference
from dtks.models.export import Export
from dtks.models.rows import RowKey, RowProblem, SourceRow
from dtks.models.settings import MatchingSettings
from dtks.models.snapshot import Snapshot

__all__ = [
    "Decision",
    "Difference",
    "Export",
    "MatchingSettings",
    "RowKey",
    "RowProblem",
    "Snapshot",
    "SourceRow",
]
