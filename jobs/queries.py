"""What other floors may ask about work and workers."""

from datetime import timedelta

from django.db.models.functions import Now

from jobs.models import Job, WorkerSign


def worker_seen_within(seconds: float) -> bool:
    """Has any worker done something lately? A worker busy with a long job counts as well."""
    since = Now() - timedelta(seconds=seconds)
    return (
        WorkerSign.objects.filter(seen_at__gte=since).exists()
        or Job.objects.open().filter(heartbeat_at__gte=since).exists()
    )


def latest_job(subject, *, kind: str = "") -> Job | None:
    """The newest job about this record; the caller has already checked who may see the record."""
    jobs = Job.objects.about(subject)
    return (jobs.filter(kind=kind) if kind else jobs).first()
