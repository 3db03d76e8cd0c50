"""Carrying a job out: the same path in a worker and under a command in the foreground."""

import contextlib
import logging
import os
import re
import socket
import threading
import time
import traceback
from dataclasses import dataclass

from django.conf import settings
from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    connection,
)
from django.utils import translation
from django.utils.translation import gettext_noop

from core.errors import Refused
from jobs import lease
from jobs.lease import LeaseLost
from jobs.models import Job
from jobs.registry import find
from jobs.services import sweep

logger = logging.getLogger(__name__)

UNEXPECTED = gettext_noop(
    "The work stopped because of an error nobody foresaw. Nothing half-finished was kept. Try"
    " again; if it happens again, tell the system administrator, who finds the reason in the log."
)
STORAGE_FULL = gettext_noop(
    "The storage of the server is full, so the work was stopped. Nothing half-finished was kept."
    " Ask the system administrator to make room, then try again."
)
DISK_FULL = "53100"  # PostgreSQL's code


class JobCancelled(Exception):
    """Somebody asked to stop; the body lets it pass, so that its open chunk is rolled back."""


@dataclass
class _Progress:
    step: str
    done: int
    total: int | None


class Run:
    """What the body of a job kind is given.

    `job`, `arguments` (as enqueued) and `checkpoint` (what the last committed save_checkpoint
    wrote, {} at the very start). The body goes on from the checkpoint, and writes rows only in
    transactions that end with save_checkpoint.
    """

    def __init__(self, job: Job):
        self.job = job
        self.arguments = job.arguments
        self.checkpoint = job.checkpoint
        self._progress = _Progress(job.step, job.done, job.total)
        self._estimate = None
        self._lost = threading.Event()
        self._cancelled = threading.Event()

    def save_checkpoint(self, checkpoint: dict, *, done=None, total=None, step=None) -> None:
        """Remember how far we are, in the same transaction as the rows it speaks of.

        To be called last in that transaction, because it locks the job's row until the commit.
        Raises LeaseLost or JobCancelled: let them pass, and the transaction takes its rows back.
        """
        if not connection.in_atomic_block:
            raise RuntimeError("save_checkpoint belongs into the transaction that writes the rows")
        self._note(step, done, total)
        cancelled = lease.save(
            job=self.job,
            checkpoint=checkpoint,
            moved_on=checkpoint != self.checkpoint,
            step=self._progress.step,
            done=self._progress.done,
            total=self._progress.total,
        )
        if cancelled:
            raise JobCancelled
        self.checkpoint = checkpoint

    def progress(self, *, step=None, done=None, total=None) -> None:
        """Say how far the work is; shown within a second, whatever transaction is open here."""
        self.raise_if_cancelled()
        self._note(step, done, total)

    @contextlib.contextmanager
    def estimating(self, *, seconds: float, upto: int, step=None):
        """Let `done` creep towards `upto` while one long statement runs.

        `seconds` is about how long it takes; the figure slows down as it nears `upto` and never
        reaches it early, so it keeps moving when the statement takes longer.
        """
        self.progress(step=step)
        self._estimate = (time.monotonic(), self._progress.done, upto, max(seconds, 0.1))
        try:
            yield
        finally:
            self._estimate = None
        self.progress(done=upto)

    def raise_if_cancelled(self) -> None:
        """To be called between chunks that save no checkpoint; costs nothing."""
        if self._lost.is_set():
            raise LeaseLost
        if self._cancelled.is_set():
            raise JobCancelled

    def _note(self, step, done, total):
        now = self._progress
        self._progress = _Progress(
            now.step if step is None else _plain_english(step),
            now.done if done is None else done,
            now.total if total is None else total,
        )

    def _now(self) -> _Progress:
        """The progress to show at this moment."""
        now, estimate = self._progress, self._estimate
        if estimate is None:
            return now
        since, start, upto, seconds = estimate
        passed = (time.monotonic() - since) / seconds
        return _Progress(now.step, start + int((upto - start) * passed / (passed + 0.5)), now.total)

    def _read_again(self):
        self.job.refresh_from_db(fields=["checkpoint", "step", "done", "total"])
        self.checkpoint = self.job.checkpoint
        self._progress = _Progress(self.job.step, self.job.done, self.job.total)


def _plain_english(step) -> str:
    """The message id: each reader sees it in their own language."""
    with translation.override(None):
        return str(step)[:60]


class _Heartbeat(threading.Thread):
    """Renews the lease and shows progress over a connection of its own.

    So both go on while the work sits in one long statement or an open transaction.
    """

    def __init__(self, run: Run):
        super().__init__(name=f"job {run.job.pk}", daemon=True)
        self.run_ = run
        self._stop_asked = threading.Event()
        self._shown = run._now()
        self._renewed = time.monotonic()
        self._cancel_seen = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc_info):
        self._stop_asked.set()
        self.join()

    def run(self):
        try:
            while not self._stop_asked.wait(settings.PKH_JOB_TICK_SECONDS):
                try:
                    self._beat()
                except (OperationalError, InterfaceError):
                    # The row is locked by the work's own commit, or the database is away:
                    # the lease is longer than either, and the next beat tries again.
                    connection.close()
                except Exception:
                    logger.exception("heartbeat of job %s", self.run_.job.pk)
                    connection.close()
        finally:
            connection.close()

    def _beat(self):
        if connection.connection is None:
            with connection.cursor() as cursor:
                # Progress need not survive a power cut, and never waits behind the work's commit.
                cursor.execute("SET synchronous_commit = off; SET lock_timeout = '900ms'")
        now = self.run_._now()
        due = time.monotonic() - self._renewed >= settings.PKH_JOB_RENEW_SECONDS
        if due or now != self._shown:
            self._write(now)
        else:
            self._read()
        if self.run_._cancelled.is_set() or self.run_._lost.is_set():
            self._end_long_statement()

    def _write(self, now):
        job = self.run_.job
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE jobs_job SET step = %s, done = %s, total = %s,"
                " heartbeat_at = statement_timestamp(),"
                " leased_until = statement_timestamp() + make_interval(secs => %s)"
                " WHERE id = %s AND fence = %s AND state = 'running'"
                " RETURNING cancel_requested_at IS NOT NULL",
                [now.step, now.done, now.total, settings.PKH_JOB_LEASE_SECONDS, job.pk, job.fence],
            )
            row = cursor.fetchone()
        if row is None:
            self._read()
            return
        self._shown, self._renewed = now, time.monotonic()
        if row[0]:
            self.run_._cancelled.set()

    def _read(self):
        row = (
            Job.objects.filter(pk=self.run_.job.pk)
            .values_list("fence", "state", "cancel_requested_at")
            .first()
        )
        if row is None:
            return  # made in a transaction that is still open, such as a test's
        fence, state, cancel_requested_at = row
        if fence != self.run_.job.fence or state != Job.State.RUNNING:
            if fence >= self.run_.job.fence:
                self.run_._lost.set()
        elif cancel_requested_at:
            self.run_._cancelled.set()

    def _end_long_statement(self):
        """A body between chunks stops by itself; a statement of a minute has to be told."""
        self._cancel_seen = self._cancel_seen or time.monotonic()
        if time.monotonic() - self._cancel_seen < settings.PKH_JOB_RENEW_SECONDS:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
                " AND datname = current_database() AND usename = current_user"
                " AND pid <> pg_backend_pid() AND state = 'active'",
                [lease.statement_name(self.run_.job.pk)],
            )


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def run_job(*, job_id, worker: str) -> bool:
    """Take the job and work on it; False when there was nothing to take.

    A message may come twice, late, or for a job that is long closed: then nothing happens.
    """
    job = lease.take(job_id=job_id, worker=worker)
    if job is None:
        return False
    with translation.override(settings.LANGUAGE_CODE):
        _carry_out(job)
    return True


def run_in_foreground(job: Job) -> Job:
    """Work on the job here and now, without a broker, and return it closed.

    For commands. When a worker was quicker, or takes over after a break, wait for its outcome.
    Ctrl-C cancels the job, as the person at the keyboard means it.
    """
    try:
        while True:
            run_job(job_id=job.pk, worker=f"command {worker_name()}")
            job.refresh_from_db()
            if job.state not in Job.OPEN_STATES:
                return job
            time.sleep(0.5)
            if job.attempts >= job.max_attempts or job.cancel_requested_at:
                sweep()  # no sweeper runs beside an office that is shut
    except KeyboardInterrupt:
        job.refresh_from_db()
        lease.close(job=job, state=Job.State.CANCELLED)
        raise


def _carry_out(job: Job) -> None:
    logger.info(
        "job %s (%s) starts, attempt %s, fence %s", job.pk, job.kind, job.attempts, job.fence
    )
    run = Run(job)
    try:
        outcome = _outcome(run)
    except BaseException:
        # The worker is told to stop: the next one goes on at once, and the start is not counted.
        with contextlib.suppress(DatabaseError, InterfaceError):
            _reconnect()
            lease.give_back(job=job, after=0, count_attempt=False)
        raise
    finally:
        _name_connection("")
    try:
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        _settle(job, *outcome)
    except (OperationalError, InterfaceError) as problem:
        # Nothing was decided; the lease lapses and the sweeper sends the next worker.
        logger.warning("job %s could not be settled: %s", job.pk, _first_line(problem))
        _reconnect()


def _outcome(run: Run):
    """(state or None, code, message, result): None means try again later."""
    job = run.job
    try:
        with _Heartbeat(run):
            result = _call_body(run)
    except LeaseLost:
        logger.info("job %s is in other hands; fence %s writes nothing more", job.pk, job.fence)
        return "lost", "", "", None
    except JobCancelled:
        return Job.State.CANCELLED, "", "", None
    except Refused as refusal:
        return Job.State.FAILED, refusal.code[:60], str(refusal), None
    except Exception as problem:
        logger.error(
            "job %s (%s), attempt %s of %s: %s",
            *(job.pk, job.kind, job.attempts, job.max_attempts, _scrubbed(problem)),
        )
        if getattr(problem.__cause__, "pgcode", None) == DISK_FULL:
            return None, "storage_full", STORAGE_FULL, None
        return None, "unexpected", UNEXPECTED, None
    return Job.State.DONE, "", "", result or {}


def _call_body(run: Run):
    """The body, once more when the database connection broke: a restart is no fault of the job."""
    body = find(run.job.kind).body
    _name_connection(lease.statement_name(run.job.pk))
    try:
        return body(run)
    except (OperationalError, InterfaceError) as problem:
        run.raise_if_cancelled()  # the heartbeat ends a long statement when somebody cancels
        if connection.in_atomic_block:
            raise  # somebody else's transaction is broken and cannot be mended from here
        logger.warning("job %s goes on after %s", run.job.pk, _first_line(problem))
    _wait_for_the_database()
    lease.renew(job=run.job)
    run._read_again()
    _name_connection(lease.statement_name(run.job.pk))
    try:
        return body(run)
    except (OperationalError, InterfaceError):
        run.raise_if_cancelled()
        raise


def _settle(job, state, code, message, result):
    if state == "lost":
        return
    if state is None:
        # Read afresh: save_checkpoint may have started the count anew.
        attempts = (
            Job.objects.filter(pk=job.pk).values_list("attempts", flat=True).first() or job.attempts
        )
        if attempts < job.max_attempts:
            lease.give_back(job=job, after=settings.PKH_JOB_RETRY_SECONDS, count_attempt=True)
            return
        state = Job.State.FAILED
    lease.close(job=job, state=state, code=code, message=message, result=result)
    logger.info("job %s (%s) %s", job.pk, job.kind, state)


def _wait_for_the_database():
    """PostgreSQL needs one to four seconds after a crash; longer than a lease is not waited."""
    deadline = time.monotonic() + settings.PKH_JOB_LEASE_SECONDS
    while True:
        _reconnect()
        try:
            connection.ensure_connection()
            return
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)


def _reconnect():
    if not connection.in_atomic_block:
        connection.close()


def _name_connection(name):
    with contextlib.suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('application_name', %s, false)", [name])


_LONG_NUMBER = re.compile(r"\d{9,}")


def _first_line(problem: BaseException) -> str:
    first = (str(problem).splitlines() or [""])[0]
    return f"{type(problem).__name__}: {_LONG_NUMBER.sub('…', first)}"


def _scrubbed(problem: BaseException) -> str:
    """Type, place and first line of an error: PostgreSQL quotes whole rows in the lines below."""
    lines = []
    while problem is not None:
        frames = "".join(traceback.format_tb(problem.__traceback__))
        lines.append(f"{_first_line(problem)}\n{frames}")
        problem = problem.__cause__ or problem.__context__
    return "\ncaused by ".join(lines)
