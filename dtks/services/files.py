"""A ministry file before it is approved: read completely, or refused."""

from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Refused
from core.sheets import FileRefused
from dtks import storage
from dtks.models import Snapshot
from dtks.staging import drop_partitions_soon, find_problems, stage_rows


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
    drop_partitions_soon(snapshot.pk)
    Snapshot.objects.filter(pk=snapshot.pk).update(
        state=Snapshot.State.REFUSED, refusal={"code": code, "params": params or {}}
    )
    snapshot.refresh_from_db()
