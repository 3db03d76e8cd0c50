"""Long work of this floor, by the names the jobs table knows. Every body may run again."""

import contextlib

from celery import shared_task
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core.errors import Refused
from dtks.loading import load_register, preview_load
from dtks.loading_checks import load_education
from dtks.matching import percent_after
from dtks.models import Export, Snapshot
from dtks.services import approve_snapshot, exporting, reconcile
from dtks.staging import drop_dead_rows, drop_partitions_soon
from jobs.models import Job
from jobs.registry import job_kind


def _close_unread(job):
    """A file whose reading failed or was cancelled is not half there."""
    snapshot = Snapshot.objects.filter(
        pk=job.arguments["snapshot"], state__in=("uploaded", "staging")
    ).first()
    if snapshot is None:
        return
    if job.cancel_requested_at:
        snapshot.state, snapshot.refusal = "withdrawn", {"code": "cancelled"}
    else:
        snapshot.state = "refused"
        snapshot.refusal = snapshot.refusal or {"code": "reader_stopped"}
    snapshot.save(update_fields=["state", "refusal"])
    drop_partitions_soon(snapshot.pk)


@job_kind(
    "dtks.stage_snapshot", queue="import", label=_("Reading a ministry file"), cleanup=_close_unread
)
def stage(run):
    from dtks.services.files import stage_snapshot

    snapshot = Snapshot.objects.get(pk=run.arguments["snapshot"])
    if snapshot.state not in ("uploaded", "staging"):
        return {"snapshot": snapshot.pk, "state": snapshot.state}
    stage_snapshot(run=run, snapshot=snapshot, at=timezone.now())
    snapshot.refresh_from_db()
    if snapshot.state == "staged" and (snapshot.loads_register or snapshot.loads_checks):
        run.progress(step=gettext_noop("Trying what approval will do"))
        _preview(run, snapshot)
    return {"snapshot": snapshot.pk, "state": snapshot.state, "rows": snapshot.rows_read}


@job_kind("dtks.preview_load", queue="import", label=_("Trying what approval will do"))
def preview(run):
    snapshot = Snapshot.objects.get(pk=run.arguments["snapshot"])
    if snapshot.state == "staged":
        _preview(run, snapshot)
    return {"snapshot": snapshot.pk}


def _preview(run, snapshot):
    try:
        result = preview_load(
            snapshot=snapshot,
            by=run.job.requested_by,
            at=timezone.now(),
            progress=_steps(run),
            load=load_education if snapshot.loads_checks else load_register,
        )
    except Refused as reason:
        if not snapshot.loads_checks:
            raise
        # Approving will be refused as well, and says so; the file itself was read.
        result = {"refused": reason.code}
    Snapshot.objects.filter(pk=snapshot.pk, state="staged").update(load_preview=result)


@job_kind("dtks.approve_snapshot", queue="import", label=_("Loading the register"))
def approve(run):
    snapshot = Snapshot.objects.get(pk=run.arguments["snapshot"])
    if snapshot.state == "approved" and snapshot.decided_by_id == run.job.requested_by_id:
        return {"snapshot": snapshot.pk, **snapshot.loaded}
    return approve_snapshot(
        snapshot=snapshot,
        by=run.job.requested_by,
        at=timezone.now(),
        progress=_steps(run),
    )


@job_kind("dtks.reconcile_snapshot", queue="import", label=_("Reconciling with the register"))
def reconcile_file(run):
    snapshot = Snapshot.objects.get(pk=run.arguments["snapshot"])
    if snapshot.state not in ("staged", "approved"):
        raise Refused("wrong_state", _("This file is not ready to be reconciled."))
    with contextlib.ExitStack() as estimate:
        return reconcile(
            snapshot=snapshot,
            by=run.job.requested_by,
            at=timezone.now(),
            progress=_creeping(run, estimate, seconds=2 + snapshot.rows_staged / 30_000),
        )


def _creeping(run, estimate, *, seconds):
    """Steps in percent whose bar moves while one statement takes its time.

    `seconds` is about how long the whole takes; each step creeps towards where the next begins.
    """

    def tell(step, done, total):
        estimate.close()
        run.progress(step=step, done=done, total=total)
        upto = percent_after(done)
        if done < total:
            estimate.enter_context(
                run.estimating(seconds=seconds * (upto - done) / 100, upto=upto, step=step)
            )

    return tell


@job_kind("dtks.export", queue="export", label=_("Making an export"))
def export(run):
    made = Export.objects.select_related("snapshot__area", "requested_by").get(
        pk=run.arguments["export"]
    )
    rows = exporting.make_export(
        export=made, at=timezone.now(), progress=lambda done: run.progress(done=done)
    )
    return {"export": str(made.pk), "rows": rows}


@shared_task(name="dtks.remove_expired_exports")
def remove_expired_exports():
    """Daily; safe to run twice."""
    exporting.remove_expired(at=timezone.now())


@shared_task(name="dtks.drop_dead_rows")
def sweep_dead_rows():
    """Every few minutes; rows that could not be dropped while another file was being read."""
    drop_dead_rows()


def _steps(run):
    return lambda step, done, total: run.progress(step=step, done=done, total=total)


def latest(snapshot, kind) -> Job | None:
    return Job.objects.about(snapshot).filter(kind=kind).first()
