"""What comes over the broker. Messages carry ids; the rows are the truth."""

import os

from celery import shared_task
from django.utils import timezone

from jobs.runner import run_job
from jobs.services import record_worker_sign, sweep


@shared_task(name="jobs.run", bind=True)
def run(self, *, job_id):
    """Safe to run twice, late or in vain: only the holder of the lease works."""
    run_job(job_id=job_id, worker=f"{self.request.hostname}/{os.getpid()}")


@shared_task(name="jobs.sweep", bind=True)
def sweep_jobs(self):
    """Every few seconds. That a worker carries it out is the sign that workers are alive."""
    record_worker_sign(name=self.request.hostname or "worker", at=timezone.now())
    sweep()
