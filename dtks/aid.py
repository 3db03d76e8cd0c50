"""Other programmes a person receives, as the ministry's files say it: a snapshot, never a fact.

A file either has a column for a programme or not, and a cell says yes, no, or nothing that can be
read; whatever is not a plain yes or no is unknown.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from dtks.models import Decision, Difference, Snapshot, SourceRow
from dtks.questions import named_cells

_SURE = {Difference.Outcome.MATCHED, Difference.Outcome.MATCHED_CHANGED}
_SAME = {Decision.Verdict.SAME, Decision.Verdict.TAKE_FIELDS}
_YES = {"YA", "Y", "1", "TRUE", "ADA", "PENERIMA"}
_NO = {"TIDAK", "TDK", "N", "0", "FALSE", "BUKAN"}
_NO_CARD = {"", "-", "0", "TIDAK", "TIDAK ADA"}
# A school card is a number in the members file: who has one may draw PIP.
_CARD = "school_card"
PROGRAMMES = {
    "aid_bpnt": _("Sembako (BPNT)"),
    "aid_bpnt_ppkm": _("BPNT-PPKM"),
    "aid_health": _("PBI JKN (national)"),
    "aid_health_local": _("PBI JKN (of the region)"),
    _CARD: _("School card (KIP, for PIP)"),
}
# Said as unknown also when no file has a column for them.
ALWAYS = ("aid_bpnt", "aid_health", _CARD)


@dataclass(frozen=True)
class Said:
    """What the newest file with a word about it says of one person and one programme."""

    programme: str
    member: int
    receives: bool | None
    file: Snapshot


def row_of(difference: Difference, decision: Decision | None) -> int | None:
    """The row that speaks of this member beyond doubt: matched, or somebody said so."""
    if decision is not None and decision.withdrawn_at is None:
        if decision.verdict in _SAME:
            return decision.row_number
        if decision.verdict == Decision.Verdict.NOT_SAME:
            return None
    return difference.row_number if difference.outcome in _SURE else None


def aid_said(rows: dict[tuple[int, int], int], files: dict[int, Snapshot]) -> list[Said]:
    """`rows` are (snapshot, row number) of whom they speak; one statement, however many.

    For each member and programme the newest file counts. Only the cells about programmes are
    looked at.
    """
    wanted = {key: member for key, member in rows.items() if _columns(files.get(key[0]))}
    if not wanted:
        return []
    found: dict[tuple[int, str], Said] = {}
    for row in SourceRow.objects.filter(pk__in=list(wanted)):
        file = files[row.snapshot_id]
        member = wanted[row.snapshot_id, row.row_number]
        for programme, text in named_cells(row.cells, _columns(file)).items():
            said = Said(programme, member, _read(programme, text), file)
            known = found.get((member, programme))
            if known is None or _age(known.file) < _age(file):
                found[member, programme] = said
    return list(found.values())


def _columns(file: Snapshot | None) -> dict[str, int]:
    return {name: at for name, at in file.mapping.items() if name in PROGRAMMES} if file else {}


def _age(file: Snapshot):
    return file.year, file.stage, file.uploaded_at


def _read(programme: str, text: str) -> bool | None:
    said = " ".join(text.upper().split())
    if programme == _CARD:
        return None if said in _NO_CARD else True
    return True if said in _YES else False if said in _NO else None
