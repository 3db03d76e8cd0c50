"""Every change of a job that somebody asks for. The writes of a running one stand in lease.py."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts import audit
from core.errors import Refused
from core.sql import load_sql
from jobs import lease
from jobs.models import Job, WorkerSign
from jobs.registry import QUEUES, find

logger = logging.getLogger(__name__)

RUN_TASK = "jobs.run"
INTERRUPTED = gettext_noop(
    "The work broke off several times at the same place and was stopped. Nothing half-finished"
    " was kept. Try again; if it happens again, tell the system administrator."
)


@transaction.atomic
def enqueue(*, kind: str, by, arguments: dict, subject=None, at, publish: bool = True) -> Job:
    """Ask for work of this kind: the row is made in the caller's transaction or not at all.

    The message goes out after the commit, as well as can be; when the broker is away the sweeper
    sends it later, so nobody sees an error. `arguments` are ids and choices, never a NIK or a name.
    `publish=False` is for a command that calls run_in_foreground next.
    """
    known = find(kind)
    job = Job.objects.create(
        kind=known.name,
        queue=known.queue,
        max_attempts=known.max_attempts,
        arguments=arguments,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        requested_by=by,
        created_at=at,
        # The sweeper leaves a freshly stamped job alone for long enough to be taken by hand.
        published_at=None if publish else Now(),
    )
    if publish:
        transaction.on_commit(lambda: _publish(job.pk, job.queue), robust=True)
    else:
        job.refresh_from_db(fields=["published_at"])
    return job


def _publish(job_id, queue: str) -> None:
    if _send(job_id, queue):
        Job.objects.filter(pk=job_id).update(published_at=Now())


def _send(job_id, queue: str) -> bool:
    try:
        current_app.send_task(
            RUN_TASK, kwargs={"job_id": str(job_id)}, queue=queue, retry=False, ignore_result=True
        )
    except Exception as problem:  # the broker's client knows a dozen ways to fail
        logger.warning("job %s waits for the sweeper: %s", job_id, type(problem).__name__)
        return False
    return True


@transaction.atomic
def cancel_job(*, job: Job, by, at) -> Job:
    """Stop the work: at once when nobody works on it, else at the worker's next step.

    Asking twice, or for a job that has ended, changes nothing. A worker that died is not waited
    for: once its lease has lapsed the sweeper closes the job.
    """
    job = Job.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if not may_cancel(job=job, user=by):
        raise Refused("not_allowed", _("Only the person who asked for this work may cancel it."))
    if job.state not in Job.OPEN_STATES or job.cancel_requested_at:
        return job
    Job.objects.filter(pk=job.pk).update(cancel_requested_at=at)
    audit.record("jobs.cancelled", target=job, by=by, at=at, kind=job.kind)
    if Job.objects.lapsed().filter(pk=job.pk).exists():
        lease.close(job=job, state=Job.State.CANCELLED)
    job.refresh_from_db()
    return job


def may_cancel(*, job: Job, user) -> bool:
    return job.requested_by_id == user.pk or user.has_perm("jobs.change_job")


@dataclass(frozen=True)
class Swept:
    closed: int
    published: int


def sweep(*, limit: int = 20) -> Swept:
    """Mend what crashes left: close what nobody may take any more, announce what waits.

    Safe to run at any time and twice at once. At most `limit` jobs of each queue are announced.
    """
    closed = 0
    for job in Job.objects.to_be_closed().order_by("created_at")[:limit]:
        lease.end_left_statements(job_id=job.pk)
        if job.cancel_requested_at:
            closed += lease.close(job=job, state=Job.State.CANCELLED)
        else:
            closed += lease.close(
                job=job, state=Job.State.FAILED, code="interrupted", message=INTERRUPTED
            )
    published = 0
    for queue in QUEUES:
        for job_id in _stamp_due(queue, limit):
            if not _send(job_id, queue):
                Job.objects.filter(pk=job_id).update(published_at=None)
                return Swept(closed, published)
            published += 1
    return Swept(closed, published)


def _stamp_due(queue, limit):
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql("jobs/stamp_due_messages.sql"),
            {"queue": queue, "limit": limit, "interval": settings.PKH_JOB_SWEEP_SECONDS},
        )
        return [job_id for (job_id,) in cursor.fetchall()]


def record_worker_sign(*, name: str, at) -> None:
    """A worker carried out a task just now; signs of workers long gone are dropped."""
    WorkerSign.objects.bulk_create(
        [WorkerSign(name=name[:120], seen_at=at)],
        update_conflicts=True,
        update_fields=["seen_at"],
        unique_fields=["name"],
    )
    WorkerSign.objects.filter(seen_at__lt=at - timedelta(days=1)).delete()
