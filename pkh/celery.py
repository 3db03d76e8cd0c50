import os

from amqp.exceptions import ChannelError
from celery import Celery
from celery.beat import PersistentScheduler
from celery.signals import worker_process_init

from core.servers.process import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pkh.settings")

app = Celery("pkh")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class PatientScheduler(PersistentScheduler):
    """Sends nothing more into a queue that nobody empties.

    A message every ten seconds is eight thousand a day; a worker that comes back would first
    have to throw them all away.
    """

    most_waiting = 50

    def apply_async(self, entry, producer=None, advance=True, **kwargs):
        queue = entry.options.get("queue", self.app.conf.task_default_queue)
        if producer is not None and _waiting(producer, queue) >= self.most_waiting:
            return None
        return super().apply_async(entry, producer=producer, advance=advance, **kwargs)


def _waiting(producer, queue) -> int:
    try:
        return producer.channel.queue_declare(queue=queue, passive=True).message_count
    except ChannelError:
        return 0  # Redis forgets a list when its last message is taken


@worker_process_init.connect
def end_with_the_worker(**_kwargs):
    """A pool child whose worker was killed would go on with a job that others have taken over."""
    die_with_parent()
