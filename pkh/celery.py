import os

from celery import Celery
from celery.signals import worker_process_init

from core.servers.process import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pkh.settings")

app = Celery("pkh")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def end_with_the_worker(**_kwargs):
    """A pool child whose worker was killed would go on with a job that others have taken over."""
    die_with_parent()
