"""The office's settings with short leases, so that a test need not wait half a minute."""

from pkh.settings import *  # noqa: F403

PKH_JOB_LEASE_SECONDS = 2.5
PKH_JOB_RENEW_SECONDS = 0.6
PKH_JOB_TICK_SECONDS = 0.3
PKH_JOB_SWEEP_SECONDS = 0.5
PKH_JOB_RETRY_SECONDS = 0.5
CELERY_BEAT_SCHEDULE = {
    "jobs.sweep": {
        "task": "jobs.sweep",
        "schedule": PKH_JOB_SWEEP_SECONDS,
        "options": {"queue": "fast", "expires": 5},
    },
}
CELERY_IMPORTS = ["pkh.health", "tests.jobs.kinds"]
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 1.0
