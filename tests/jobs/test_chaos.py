"""Real workers, a real broker, a real database, and kill -9.

Every test waits for a state in the database, breaks something, and then asks for the same three
things: no row lost, none doubled, no job stuck, and nobody helped.
"""

import os
import random
import signal
import time

import pytest
from django.utils import timezone

from jobs.models import Job
from jobs.services import cancel_job, enqueue
from tests.jobs import kinds
from tests.jobs.office import Office, child_working_on, kill_child, kill_whole, until

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("chaos"),
]


@pytest.fixture(scope="module")
def office(django_db_setup, django_db_blocker, tmp_path_factory):
    office = Office(tmp_path_factory.mktemp("office"))
    with django_db_blocker.unblock():
        kinds.make_table()
    office.open()
    yield office
    office.close()


@pytest.fixture(scope="module")
def worker(office):
    """The worker that stays; tests that kill it start the next one."""
    workers = [office.worker("one")]

    def current():
        if workers[-1].poll() is not None:
            workers.append(office.worker(f"next{len(workers)}"))
        return workers[-1]

    return current


def ask(by, *, kind="tests.rows", rows=60, chunk=5, pause=0.05, **arguments):
    arguments |= {"rows": rows, "chunk": chunk, "pause": pause}
    return enqueue(kind=kind, by=by, arguments=arguments, at=timezone.now())


def written(job):
    job.refresh_from_db()
    return job.checkpoint.get("written", 0)


def fence_of(job):
    job.refresh_from_db()
    return job.fence


def closed(*jobs):
    for job in jobs:
        job.refresh_from_db()
    return all(job.state not in Job.OPEN_STATES for job in jobs)


def assert_nothing_lost_doubled_or_stuck(*jobs):
    until(lambda: closed(*jobs), 40)
    assert [job.state for job in jobs] == ["done"] * len(jobs)
    for job in jobs:
        assert kinds.numbers_of(job) == list(range(1, job.arguments["rows"] + 1))


def test_three_kills_at_random_points_are_survived(worker, operator):
    """More kills than attempts: only starts that saved nothing are counted against the job."""
    worker()
    points = sorted(random.Random(99).sample(range(10, 80), 3))
    job = ask(operator, rows=90)

    for killed, point in enumerate(points, start=1):
        until(lambda at=point: written(job) >= at)
        kill_child(job)
        until(lambda fence=killed + 1: fence_of(job) == fence)

    assert_nothing_lost_doubled_or_stuck(job)
    assert job.fence == 4


def test_a_whole_worker_killed_and_one_started_later(worker, operator):
    running = worker()
    job = ask(operator)
    until(lambda: written(job) >= 20)

    kill_whole(running)
    left_at = written(job)
    time.sleep(3)  # longer than the lease
    assert written(job) == left_at
    worker()

    assert_nothing_lost_doubled_or_stuck(job)


def test_a_worker_told_to_stop_hands_its_job_on_at_once(worker, operator):
    running = worker()
    job = ask(operator, rows=100, pause=0.15)
    until(lambda: written(job) >= 20)

    os.kill(running.pid, signal.SIGQUIT)
    running.wait(20)

    job.refresh_from_db()
    assert (job.state, job.leased_until, job.attempts) == ("queued", None, 0)
    worker()
    assert_nothing_lost_doubled_or_stuck(job)
    assert job.attempts == 1


def test_an_emptied_broker_loses_no_job(office, worker, operator):
    worker()
    jobs = [ask(operator, rows=20) for _ in range(6)]
    until(lambda: written(jobs[0]) >= 5)

    office.broker.command("FLUSHALL")

    assert_nothing_lost_doubled_or_stuck(*jobs)


def test_a_broker_that_is_down_stops_nobody_from_asking(office, worker, operator):
    running_worker = worker()
    running = ask(operator)
    until(lambda: written(running) >= 10)
    office.broker.kill()

    asked_at = time.monotonic()
    job = ask(operator, rows=10)
    assert time.monotonic() - asked_at < 3
    job.refresh_from_db()
    assert (job.state, job.published_at) == ("queued", None)
    time.sleep(2)
    office.broker.open()

    assert_nothing_lost_doubled_or_stuck(running, job)
    assert running.fence == 1
    assert running_worker.poll() is None


def test_a_stopped_worker_writes_nothing_when_it_wakes(worker, operator):
    """Stopped in mid transaction, with rows written and locks held."""
    worker()
    job = ask(operator, rows=30, pause=0.3)
    until(lambda: written(job) >= 10)
    sleeper = child_working_on(job)

    os.kill(sleeper, signal.SIGSTOP)
    try:
        assert_nothing_lost_doubled_or_stuck(job)
        assert child_working_on(job) != sleeper
    finally:
        os.kill(sleeper, signal.SIGCONT)
    time.sleep(2)

    assert_nothing_lost_doubled_or_stuck(job)
    assert job.fence == 2


def test_a_poison_job_fails_after_three_attempts_and_others_go_on(worker, operator):
    worker()
    poison = ask(operator, kind="tests.poison")
    job = ask(operator, rows=20)

    assert_nothing_lost_doubled_or_stuck(job)
    until(lambda: closed(poison), 40)
    assert (poison.state, poison.attempts, poison.error_code) == ("failed", 3, "interrupted")
    assert kinds.numbers_of(poison) == []


def test_duplicate_messages_have_one_effect(office, worker, operator):
    from jobs.services import _send

    worker()
    job = ask(operator)
    for _ in range(5):
        _send(job.pk, job.queue)

    until(lambda: written(job) >= 20)
    # All copies but one have been answered with "busy" by now; the last holder dies.
    kill_child(job)

    assert_nothing_lost_doubled_or_stuck(job)


def test_a_running_job_is_cancelled_at_its_next_chunk(worker, operator):
    worker()
    job = ask(operator, rows=500)
    until(lambda: written(job) >= 20)

    cancel_job(job=job, by=operator, at=timezone.now())

    until(lambda: closed(job))
    assert job.state == "cancelled"
    assert kinds.numbers_of(job) == []


def test_the_job_of_a_dead_worker_can_be_cancelled(worker, operator):
    worker()
    job = ask(operator, rows=500)
    until(lambda: written(job) >= 20)
    kill_child(job)

    cancel_job(job=job, by=operator, at=timezone.now())

    until(lambda: closed(job))
    assert job.state == "cancelled"
    assert kinds.numbers_of(job) == []


def test_lost_database_connections_are_survived_without_a_new_attempt(worker, operator):
    worker()
    job = ask(operator)
    until(lambda: written(job) >= 20)

    with kinds.connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    assert_nothing_lost_doubled_or_stuck(job)
    assert job.fence == 1
