from celery import shared_task

from documents import services


@shared_task(name="documents.remove_orphans")
def remove_orphans():
    """Hourly; safe to run twice."""
    services.remove_orphans()
