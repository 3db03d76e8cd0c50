import threading
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from celery import current_app
from django.db import connection, transaction
from django.utils import timezone

from jobs import lease
from jobs.models import Job, WorkerSign
from jobs.queries import latest_job, worker_seen_within
from jobs.registry import UnknownKind, job_kind
from jobs.runner import run_in_foreground, run_job
from jobs.services import cancel_job, enqueue, record_worker_sign, sweep
from tests.jobs import kinds
from tests.jobs.office import until

NOW = timezone.now()


@pytest.fixture
def messages():
    """Messages sent by this process, read from the broker they went to."""
    with current_app.connection_for_read() as broker:
        queues = {name: broker.SimpleQueue(name) for name in ("fast", "import", "export")}

        def read():
            found = []
            for queue in queues.values():
                with suppress(queue.Empty):
                    while True:
                        message = queue.get_nowait()
                        message.ack()
                        found.append((message.headers["task"], message.payload[1]))
            return found

        read()
        yield read
        read()
        for queue in queues.values():
            queue.close()


def ask(by, kind="tests.rows", publish=True, at=NOW, **arguments):
    return enqueue(kind=kind, by=by, arguments=arguments, at=at, publish=publish)


@pytest.mark.django_db(transaction=True)
def test_enqueue_sends_only_the_id_and_only_after_the_commit(operator, messages):
    with transaction.atomic():
        job = ask(operator, rows=5)
        assert messages() == []

    assert messages() == [("jobs.run", {"job_id": str(job.pk)})]
    job.refresh_from_db()
    assert job.published_at is not None
    assert (job.queue, job.requested_by, job.created_at) == ("import", operator, NOW)


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_is_rolled_back_leaves_neither_job_nor_message(operator, messages):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ask(operator, rows=5)
        raise ZeroDivisionError

    assert Job.objects.count() == 0
    assert messages() == []


def test_enqueue_refuses_a_kind_nobody_registered(operator):
    with pytest.raises(UnknownKind):
        ask(operator, kind="tests.unheard_of")


def test_a_kind_has_one_body_and_a_known_queue():
    with pytest.raises(ValueError, match="two bodies"):
        job_kind("tests.rows", queue="fast", label="Lain")(lambda run: None)
    with pytest.raises(ValueError, match="queue"):
        job_kind("tests.other", queue="slow", label="Lain")


def test_sweep_announces_a_waiting_job_once_and_not_again_at_once(operator, messages):
    job = ask(operator, publish=False)
    Job.objects.filter(pk=job.pk).update(published_at=None)

    assert [sweep().published, sweep().published] == [1, 0]
    assert messages() == [("jobs.run", {"job_id": str(job.pk)})]


def test_sweep_announces_again_after_ever_longer_pauses_of_at_most_a_minute(operator, messages):
    young = ask(operator, publish=False, at=timezone.now())
    old = ask(operator, publish=False, at=timezone.now() - timedelta(hours=3))

    def published_ago(seconds):
        at = timezone.now() - timedelta(seconds=seconds)
        Job.objects.update(published_at=at)
        sweep()
        return {arguments["job_id"] for _, arguments in messages()}

    assert published_ago(5) == set()
    assert published_ago(15) == {str(young.pk)}
    assert published_ago(65) == {str(young.pk), str(old.pk)}


def test_sweep_announces_few_at_a_time_and_no_job_that_is_held(operator, messages):
    jobs = [ask(operator, publish=False) for _ in range(4)]
    Job.objects.update(published_at=None)
    lease.take(job_id=jobs[0].pk, worker="one")

    assert sweep(limit=2).published == 2
    assert sweep(limit=2).published == 1


@pytest.mark.django_db
def test_worker_seen_within_knows_signs_and_running_jobs(operator):
    assert worker_seen_within(30) is False

    record_worker_sign(name="fast@kantor", at=timezone.now() - timedelta(seconds=60))
    assert worker_seen_within(30) is False
    record_worker_sign(name="fast@kantor", at=timezone.now())
    assert worker_seen_within(30) is True
    assert WorkerSign.objects.count() == 1

    WorkerSign.objects.all().delete()
    lease.take(job_id=ask(operator, publish=False).pk, worker="one")
    assert worker_seen_within(30) is True


def test_latest_job_is_the_newest_about_the_record(operator, sari):
    for subject, at in ((sari, NOW - timedelta(days=1)), (sari, NOW), (operator, NOW)):
        enqueue(kind="tests.rows", by=operator, arguments={}, subject=subject, at=at)

    assert latest_job(sari).created_at == NOW
    assert latest_job(sari, kind="tests.wrong") is None


def in_a_worker(job):
    """Run the job in a thread with a connection of its own, as a worker would."""

    def work():
        try:
            run_job(job_id=job.pk, worker="thread")
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_progress_moves_every_two_seconds_during_one_long_statement(operator):
    job = ask(operator, kind="tests.statement", publish=False, seconds=6)
    worker = in_a_worker(job)
    seen, changed_at, longest = 0, time.monotonic(), 0.0

    while worker.is_alive():
        done = Job.objects.values_list("done", flat=True).get(pk=job.pk)
        if done != seen:
            longest = max(longest, time.monotonic() - changed_at)
            seen, changed_at = done, time.monotonic()
        time.sleep(0.1)
    worker.join()

    job.refresh_from_db()
    assert (job.state, job.step) == ("done", "Matching")
    assert longest < 2.0


@pytest.mark.django_db(transaction=True)
def test_cancelling_ends_a_long_statement(operator, settings):
    settings.PKH_JOB_TICK_SECONDS, settings.PKH_JOB_RENEW_SECONDS = 0.2, 0.5
    job = ask(operator, kind="tests.statement", publish=False, seconds=60)
    worker = in_a_worker(job)
    until(lambda: Job.objects.filter(pk=job.pk, state="running").exists())

    cancel_job(job=job, by=operator, at=timezone.now())

    worker.join(10)
    assert not worker.is_alive()
    job.refresh_from_db()
    assert job.state == "cancelled"


@pytest.mark.django_db(transaction=True)
def test_a_lease_is_renewed_while_the_work_sits_in_one_statement(operator, settings):
    settings.PKH_JOB_TICK_SECONDS, settings.PKH_JOB_RENEW_SECONDS = 0.1, 0.2
    settings.PKH_JOB_LEASE_SECONDS = 1
    job = ask(operator, kind="tests.statement", publish=False, seconds=3)
    worker = in_a_worker(job)
    until(lambda: Job.objects.filter(pk=job.pk, state="running").exists())
    thieves = []

    while worker.is_alive():
        thieves.append(lease.take(job_id=job.pk, worker="thief"))
        time.sleep(0.1)
    worker.join()

    job.refresh_from_db()
    assert set(thieves) == {None}
    assert (job.state, job.fence) == ("done", 1)


@pytest.mark.django_db(transaction=True)
def test_run_in_foreground_waits_for_a_worker_that_was_quicker(operator):
    kinds.make_table()
    job = ask(operator, publish=False, rows=20, chunk=5, pause=0.2)
    worker = in_a_worker(job)
    until(lambda: Job.objects.filter(pk=job.pk, state="running").exists())

    job = run_in_foreground(job)

    worker.join()
    assert (job.state, job.fence, job.worker) == ("done", 1, "thread")
    assert kinds.numbers_of(job) == list(range(1, 21))
