"""Long work of this floor, by the names the jobs table knows. Every body may run again."""

from celery import shared_task
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dashboard import services
from dashboard.models import OfficeReport
from jobs.registry import job_kind


def _not_made(job):
    services.give_up(report_id=job.arguments["report"])


@job_kind(services.KIND, queue="export", label=_("Making a report"), cleanup=_not_made)
def office_report(run):
    report = OfficeReport.objects.select_related("area__parent", "meeting", "asked_by").get(
        pk=run.arguments["report"]
    )
    report = services.make_report(report=report, at=timezone.now(), run=run)
    return {"report": str(report.pk), "pages": report.pages}


@shared_task(name="dashboard.remove_expired_reports")
def remove_expired_reports():
    """Daily; safe to run twice."""
    services.remove_expired(at=timezone.now())
