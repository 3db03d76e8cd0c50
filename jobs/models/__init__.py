from jobs.models.job import Job
from jobs.models.worker import WorkerSign

__all__ = ["Job", "WorkerSign"]
