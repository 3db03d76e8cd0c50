"""What other floors may ask about work and workers."""

from datetime import timedelta

from django.apps import apps
from django.db.models import Model
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


def subjects_of(jobs, user) -> dict[tuple[str, str], str]:
    """{(kind of record, record): its name} of what the jobs are about, where the user may see it.

    A fixed number of questions for each kind of record, however many jobs there are.
    """
    asked: dict[str, set[str]] = {}
    for job in jobs:
        if job.subject_type:
            asked.setdefault(job.subject_type, set()).add(job.subject_id)
    names = {}
    for label, ids in asked.items():
        records = apps.get_model(label)._default_manager.all()
        # Only what says who may see it, and has a name that a person reads.
        if not hasattr(records, "visible_to") or records.model.__str__ is Model.__str__:
            continue
        seen = records.visible_to(user).filter(pk__in=ids)
        # A name may speak of other records: a listing brings them along.
        for record in seen.for_listing() if hasattr(seen, "for_listing") else seen:
            names[label, str(record.pk)] = str(record)
    return names
