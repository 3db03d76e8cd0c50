from contextlib import suppress

import pytest
from celery import current_app
from celery.beat import ScheduleEntry

from pkh.celery import PatientScheduler


@pytest.fixture
def waiting():
    """The queue `fast`, empty before and after; a call tells how many messages wait in it."""
    with current_app.connection_for_write() as broker:
        queue = broker.default_channel

        def count():
            with suppress(Exception):
                return queue.queue_declare(queue="fast", passive=True).message_count
            return 0

        queue.queue_purge("fast")
        yield count
        queue.queue_purge("fast")


def test_the_scheduler_sends_nothing_into_a_queue_that_nobody_empties(waiting, tmp_path):
    scheduler = PatientScheduler(
        app=current_app, schedule_filename=str(tmp_path / "beat"), lazy=True
    )
    entry = ScheduleEntry(
        name="sweep", task="jobs.sweep", schedule=10, options={"queue": "fast"}, app=current_app
    )

    with current_app.producer_or_acquire() as producer:
        for _ in range(60):
            scheduler.apply_async(entry, producer=producer, advance=False)

    assert waiting() == PatientScheduler.most_waiting
