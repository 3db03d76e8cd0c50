import os

from amqp.exceptions import ChannelError
from celery import Celery
from celery.beat import PersistentScheduler
from celery.signals import worker_process_init
from kombu.transport.redis import Channel

from core.servers.process import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pkh.settings")

app = Celery("pkh")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def _mend_connparams(original):
    """Celery 5.7 with kombu 5.7: a worker that holds messages dies when the broker restarts.

    It drops the connection and then closes its channel, which asks the connection that is no
    longer there for its address. Said as a ConnectionError, both know what to do: reconnect.
    """

    def connparams(channel, asynchronous=False):
        if channel.connection.client is None:
            raise ConnectionError("the connection to the broker is gone")
        return original(channel, asynchronous=asynchronous)

    return connparams


Channel._connparams = _mend_connparams(Channel._connparams)


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
