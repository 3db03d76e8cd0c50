"""A ministry file before it is approved: looked at, read completely, or refused."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Refused
from core.sheets import FileRefused, open_sheet
from dtks import layouts, storage
from dtks.models import Snapshot
from dtks.staging import drop_partitions, find_problems, stage_rows

PREVIEW_ROWS = 20


@dataclass
class Preview:
    """What a file looks like before anything is stored of it."""

    sheet: str
    sheets: list[dict[str, Any]]
    columns: list[str]
    header_row: int
    layout: str
    mapping: dict[str, int]
    notes: list[dict[str, Any]]
    rows: list[tuple[int, list[str]]] = field(default_factory=list)


def preview_file(*, path: Path, name: str, source: str, sheet: str | None = None) -> Preview:
    """The columns and the first rows, read in the child like the real thing. Raises FileRefused."""
    with open_sheet(
        path,
        name=name,
        sheet=sheet,
        source_aliases=layouts.words_of(source),
        date_aliases=layouts.date_words_of(source),
    ) as table:
        found = layouts.recognise(table.columns, source)
        preview = Preview(
            sheet=table.sheet,
            sheets=table.sheets,
            columns=table.columns,
            header_row=table.header_row,
            layout=found.layout.id,
            mapping=found.mapping,
            notes=[*table.notes, *found.notes],
        )
        for row in table:
            preview.rows.append((row.number, row.cells))
            if len(preview.rows) == PREVIEW_ROWS:
                break
    return preview


def file_of(snapshot: Snapshot) -> Path:
    return storage.path_of(snapshot.stored_as)


def stage_snapshot(*, run, snapshot: Snapshot, at) -> dict:
    """Read a received file completely; returns its counts. Goes on from the run's checkpoint.

    A file that turns out to be unreadable is marked as refused, whatever was stored of its rows is
    dropped, and FileRefused passes on.
    """
    if snapshot.state == Snapshot.State.STAGED:
        return counts_of(snapshot)
    if snapshot.state not in (Snapshot.State.UPLOADED, Snapshot.State.STAGING):
        raise Refused("snapshot_not_waiting", _("This file is not waiting to be read."))
    try:
        if run.checkpoint.get("phase", "rows") == "rows":
            stage_rows(run=run, snapshot=snapshot, path=file_of(snapshot))
        if run.checkpoint["phase"] in ("keys", "checked"):
            find_problems(run=run, snapshot=snapshot, today=at.date())
    except FileRefused as refusal:
        refuse_snapshot(snapshot=snapshot, code=refusal.code, params=refusal.params)
        raise
    with transaction.atomic():
        Snapshot.objects.filter(pk=snapshot.pk).update(state=Snapshot.State.STAGED, staged_at=at)
        run.save_checkpoint(run.checkpoint | {"phase": "done"})
    snapshot.refresh_from_db()
    return counts_of(snapshot)


def counts_of(snapshot: Snapshot) -> dict:
    return {
        "snapshot": snapshot.pk,
        "rows_read": snapshot.rows_read,
        "rows_staged": snapshot.rows_staged,
        "rows_rejected": snapshot.rows_rejected,
        "rows_with_warnings": snapshot.rows_with_warnings,
        "problems": [
            {"code": code, "count": count}
            for code, count in sorted(
                snapshot.problem_counts.items(), key=lambda item: (-item[1], item[0])
            )
        ],
    }


@transaction.atomic
def refuse_snapshot(*, snapshot: Snapshot, code: str, params: dict | None = None) -> None:
    """The file cannot be used: nothing of its rows stays, the reason does."""
    drop_partitions(snapshot.pk)
    Snapshot.objects.filter(pk=snapshot.pk).update(
        state=Snapshot.State.REFUSED, refusal={"code": code, "params": params or {}}
    )
    snapshot.refresh_from_db()
