"""Who may work on a job right now, and every write that is made under that right.

A lease is a row that says until when; its fence is a number that grows with each lease. All
comparisons use the database's clock: workers' clocks may be wrong, and there is only one database.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from jobs.models import Job
from jobs.registry import UnknownKind, find

logger = logging.getLogger(__name__)


class LeaseLost(Exception):
    """Somebody else holds the job now: whatever this worker was about to write must not stay."""


def _until():
    return Now() + timedelta(seconds=settings.PKH_JOB_LEASE_SECONDS)


def take(*, job_id, worker: str) -> Job | None:
    """Lease the job to `worker`, or None when it is closed, held by another, or cancelled.

    A row locked by somebody's open transaction counts as held, so a message never waits for it.
    """
    job = Job.objects.runnable().filter(pk=job_id).first()
    if job is None:
        return None
    if job.fence:
        end_left_statements(job_id=job.pk)
    with transaction.atomic():
        row = Job.objects.runnable().filter(pk=job_id).select_for_update(skip_locked=True)
        if row.first() is None:
            return None
        Job.objects.filter(pk=job_id).update(
            state=Job.State.RUNNING,
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
            worker=worker[:120],
            leased_until=_until(),
            heartbeat_at=Now(),
            started_at=Coalesce("started_at", Now()),
        )
        return Job.objects.get(pk=job_id)


def statement_name(job_id) -> str:
    """How the working connection calls itself, so that the next holder can find it."""
    return f"pkh-job {job_id}"


def end_left_statements(*, job_id) -> None:
    """End what a former holder left running in the database.

    A worker that is killed leaves its last statement running there to the end, and one that is
    stopped keeps its locks: both would stand in the way of the next holder. The lease has lapsed,
    so nothing they do could be kept anyway.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity"
            " WHERE application_name = %s AND datname = current_database()"
            " AND usename = current_user AND pid <> pg_backend_pid()",
            [statement_name(job_id)],
        )


def save(*, job, checkpoint, moved_on: bool, step, done, total) -> bool:
    """Write checkpoint and progress in the caller's transaction. Returns: was cancelling asked?

    Raises LeaseLost when the fence has moved. `moved_on` starts the count of attempts anew, since
    only starts in a row without progress speak of work that kills its worker.
    """
    changes = {
        "checkpoint": checkpoint,
        "step": step,
        "done": done,
        "total": total,
        "leased_until": _until(),
        "heartbeat_at": Now(),
    }
    if moved_on:
        changes["attempts"] = 1
    held = Job.objects.filter(pk=job.pk, fence=job.fence, state=Job.State.RUNNING)
    if not held.update(**changes):
        raise LeaseLost
    return held.filter(cancel_requested_at__isnull=False).exists()


def renew(*, job) -> None:
    """Take the lease up again after a lost connection; raises LeaseLost when it has passed on."""
    if not Job.objects.filter(pk=job.pk, fence=job.fence, state=Job.State.RUNNING).update(
        leased_until=_until(), heartbeat_at=Now()
    ):
        raise LeaseLost


def give_back(*, job, after: int, count_attempt: bool) -> None:
    """End the lease without an outcome: the next worker goes on at the checkpoint.

    A worker that is asked to stop did nothing wrong, so its start is not counted.
    """
    changes = {
        "state": Job.State.QUEUED,
        "leased_until": Now() + timedelta(seconds=after) if after else None,
        "published_at": None,
    }
    if not count_attempt:
        changes["attempts"] = F("attempts") - 1
    Job.objects.filter(pk=job.pk, fence=job.fence, state=Job.State.RUNNING).update(**changes)


def close(*, job, state, code="", message="", result=None) -> bool:
    """Close the job in this state; failed and cancelled ones are cleaned up by their kind.

    False when it is closed already or another worker has taken it since `job` was read.
    """
    with transaction.atomic():
        row = Job.objects.open().filter(pk=job.pk, fence=job.fence).select_for_update().first()
        if row is None:
            return False
        Job.objects.filter(pk=row.pk).update(
            state=state,
            error_code=code,
            error_message=message,
            result=result if result is not None else row.result,
            leased_until=None,
            finished_at=Now(),
        )
        if state != Job.State.DONE:
            _clean_up(row)
        return True


def _clean_up(row):
    try:
        cleanup = find(row.kind).cleanup
    except UnknownKind:
        return
    if cleanup is None:
        return
    row.refresh_from_db()
    try:
        with transaction.atomic():
            cleanup(row)
    except OperationalError:
        raise  # nothing is closed: the sweeper comes again when the database is well
    except Exception:
        # A job that cannot be closed would be tried for ever; the log says what was left.
        logger.exception("cleanup of job %s (%s) failed", row.pk, row.kind)
