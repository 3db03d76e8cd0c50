import logging

import pytest
from django.utils import timezone

from jobs.lease import LeaseLost, take
from jobs.models import Job
from jobs.runner import Run, run_in_foreground, run_job
from jobs.services import cancel_job, enqueue, sweep
from tests.jobs import kinds

NOW = timezone.now()


def ask(by, kind="tests.rows", **arguments):
    return enqueue(kind=kind, by=by, arguments=arguments, at=NOW, publish=False)


def let_lease_lapse(job):
    Job.objects.filter(pk=job.pk).update(leased_until=None, published_at=None)


def test_run_in_foreground_writes_every_row_once_and_closes_the_job(operator, rows_table):
    job = run_in_foreground(ask(operator, rows=25))

    assert kinds.numbers_of(job) == list(range(1, 26))
    assert (job.state, job.result, job.done, job.total) == ("done", {"rows": 25}, 25, 25)
    assert (job.attempts, job.fence, job.leased_until) == (1, 1, None)
    assert job.finished_at is not None


def test_a_second_message_for_the_same_job_does_nothing(operator, rows_table):
    job = ask(operator, rows=5)

    assert run_job(job_id=job.pk, worker="one") is True
    assert run_job(job_id=job.pk, worker="two") is False
    assert kinds.numbers_of(job) == [1, 2, 3, 4, 5]


def test_take_refuses_a_job_that_another_worker_holds(operator):
    job = ask(operator, rows=5)

    first = take(job_id=job.pk, worker="one")

    assert (first.fence, first.attempts, first.worker, first.state) == (1, 1, "one", "running")
    assert take(job_id=job.pk, worker="two") is None


def test_a_worker_that_lost_its_lease_cannot_write(operator, rows_table):
    job = ask(operator, rows=5)
    sleeper = Run(take(job_id=job.pk, worker="one"))
    let_lease_lapse(job)
    take(job_id=job.pk, worker="two")

    with pytest.raises(LeaseLost):
        kinds.write_rows(sleeper)

    assert kinds.numbers_of(job) == []
    job.refresh_from_db()
    assert (job.checkpoint, job.worker, job.fence) == ({}, "two", 2)


def test_work_goes_on_at_the_checkpoint(operator, rows_table):
    job = ask(operator, rows=25)
    Job.objects.filter(pk=job.pk).update(checkpoint={"written": 20}, fence=1, attempts=1)

    run_in_foreground(job)

    assert kinds.numbers_of(job) == [21, 22, 23, 24, 25]


def test_save_checkpoint_starts_the_count_of_attempts_anew(operator, rows_table):
    job = ask(operator, rows=5)
    Job.objects.filter(pk=job.pk).update(attempts=2, fence=2)

    job = run_in_foreground(job)

    assert (job.state, job.attempts, job.fence) == ("done", 1, 3)


def test_a_refusal_fails_the_job_at_once_with_its_words(operator):
    job = run_in_foreground(ask(operator, kind="tests.wrong", refuse=True))

    assert (job.state, job.attempts) == ("failed", 1)
    assert (job.error_code, job.error_message) == ("no_rows", "Berkas tidak memuat baris data.")


def test_an_unexpected_error_is_tried_three_times_then_explained(operator, settings, caplog):
    settings.PKH_JOB_RETRY_SECONDS = 0
    job = ask(operator, kind="tests.wrong", number="9901010101010001\nDETAIL: the whole row")

    with caplog.at_level(logging.ERROR):
        job = run_in_foreground(job)

    assert (job.state, job.attempts, job.error_code) == ("failed", 3, "unexpected")
    assert "ValueError" not in job.error_message
    assert caplog.text.count("ValueError: member …") == 3
    assert "tests/jobs/kinds.py" in caplog.text
    assert "9901010101010001" not in caplog.text
    assert "the whole row" not in caplog.text


def test_a_job_out_of_attempts_is_closed_by_the_sweeper_and_cleaned_up(operator, rows_table):
    job = ask(operator, rows=5)
    take(job_id=job.pk, worker="one")
    with kinds.connection.cursor() as cursor:
        cursor.execute("INSERT INTO tests_jobrow VALUES (%s, 1, 1)", [job.pk])
    Job.objects.filter(pk=job.pk).update(attempts=3, leased_until=None)

    assert sweep().closed == 1

    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "interrupted")
    assert kinds.numbers_of(job) == []
    assert sweep().closed == 0


def test_cancelling_a_waiting_job_closes_it_at_once_and_twice_is_once(operator):
    job = ask(operator, rows=5)

    cancel_job(job=job, by=operator, at=NOW)
    job = cancel_job(job=job, by=operator, at=NOW)

    assert job.state == "cancelled"
    assert run_job(job_id=job.pk, worker="late") is False


def test_cancelling_a_running_job_takes_back_its_rows(operator, rows_table):
    job = ask(operator, rows=50)
    run = Run(take(job_id=job.pk, worker="one"))
    job = cancel_job(job=job, by=operator, at=NOW)
    assert job.state == "running"
    let_lease_lapse(job)

    assert sweep().closed == 1

    job.refresh_from_db()
    assert job.state == "cancelled"
    with pytest.raises(LeaseLost):
        kinds.write_rows(run)
    assert kinds.numbers_of(job) == []
