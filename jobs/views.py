from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.errors import Refused
from jobs.models import Job
from jobs.presentation import progress_of
from jobs.queries import subjects_of, worker_seen_within
from jobs.services import cancel_job, may_cancel

NEWEST = 50


@require_safe
@never_cache
def job_list(request):
    at, alive = timezone.now(), worker_seen_within(30)
    jobs = list(Job.objects.visible_to(request.user).for_listing()[:NEWEST])
    names = subjects_of(jobs, request.user)
    rows = [
        (
            job,
            progress_of(job, at=at, worker_alive=alive),
            names.get((job.subject_type, job.subject_id), ""),
        )
        for job in jobs
    ]
    return render(request, "jobs/job_list.html", {"rows": rows, "worker_alive": alive})


@require_safe
@never_cache
def detail(request, pk):
    return _show(request, _find(request, pk), "jobs/job_detail.html")


@require_safe
@never_cache
def progress(request, pk):
    """The fragment that asks for itself every two seconds until the job is closed.

    With the answer that closes it comes the event `jobClosed`, for pages that show more then.
    """
    job = _find(request, pk)
    response = _show(request, job, "jobs/_progress.html")
    if job.state not in Job.OPEN_STATES:
        response["HX-Trigger-After-Settle"] = "jobClosed"
    return response


@require_POST
def cancel(request, pk):
    job = _find(request, pk)
    try:
        job = cancel_job(job=job, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        if job.state in Job.OPEN_STATES:
            messages.info(request, _("The work is being cancelled."))
        elif job.state == Job.State.CANCELLED:
            messages.success(request, _("The work was cancelled."))
        else:
            messages.info(request, _("The work had already ended."))
    return redirect("jobs:detail", pk=job.pk)


def _find(request, pk):
    jobs = Job.objects.visible_to(request.user).select_related("requested_by")
    return get_object_or_404(jobs, pk=pk)


def _show(request, job, template):
    return render(request, template, progress_context(job, user=request.user, at=timezone.now()))


def progress_context(job, *, user, at):
    """What `jobs/_progress.html` needs, for a page of another floor that includes it."""
    return {
        "job": job,
        "progress": progress_of(job, at=at, worker_alive=worker_seen_within(30)),
        "may_cancel": job.state in Job.OPEN_STATES
        and not job.cancel_requested_at
        and may_cancel(job=job, user=user),
    }
