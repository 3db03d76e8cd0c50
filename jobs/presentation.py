"""A job in words: what is going on, how far it is, and what happens or is to be done next."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs.models import Job
from jobs.registry import label_of


@dataclass(frozen=True)
class Progress:
    label: str  # what kind of work
    sentence: str  # what is going on
    next_step: str  # what happens next, or what the reader can do; may be empty
    step: str  # which part of the work, while it runs
    percent: int | None  # None when nobody knows the total
    done: int
    total: int | None
    is_open: bool
    tone: str  # "waiting", "running", "done", "failed", "cancelled": for a colour


def progress_of(job: Job, *, at, worker_alive: bool = True) -> Progress:
    """`worker_alive` is jobs.queries.worker_seen_within(30): it only changes the words."""
    sentence, next_step, tone = _words(job, at, worker_alive)
    return Progress(
        label=label_of(job.kind),
        sentence=sentence,
        next_step=next_step,
        step=_(job.step) if job.step and tone == "running" else "",
        percent=percent_of(job),
        done=job.done,
        total=job.total,
        is_open=job.state in Job.OPEN_STATES,
        tone=tone,
    )


def percent_of(job: Job) -> int | None:
    """Whole percents; 100 only when it is really done."""
    if job.state == Job.State.DONE:
        return 100
    if not job.total:
        return None
    return max(0, min(99, job.done * 100 // job.total))


def _words(job, at, worker_alive):
    state = Job.State
    if job.state == state.DONE:
        return _("Done"), _("Nothing more to do here."), "done"
    if job.state == state.CANCELLED:
        return _("Cancelled"), _("Nothing of it was kept. It can be started again."), "cancelled"
    if job.state == state.FAILED:
        reason = _(job.error_message) if job.error_message else ""
        return _("Failed"), reason or _("Try again."), "failed"
    if job.cancel_requested_at:
        return _("Being cancelled"), _("The worker stops at its next step."), "running"
    held = job.leased_until is not None and job.leased_until > at
    if job.state == state.RUNNING and held:
        if job.fence > 1:
            return (
                _("Continued automatically after a disturbance"),
                ngettext(
                    "It broke off once and goes on where it stood. Nothing to be done.",
                    "It broke off %(n)d times and goes on where it stood. Nothing to be done.",
                    job.fence - 1,
                )
                % {"n": job.fence - 1},
                "running",
            )
        return _("Running"), _("You may leave this page; the work goes on."), "running"
    if not worker_alive:
        return (
            _("Waiting for a worker"),
            _("No worker is running now. The work starts by itself as soon as one is back."),
            "waiting",
        )
    if job.fence:
        return (
            _("Disturbed; continues by itself"),
            _("A worker takes it up again within a minute. Nothing to be done."),
            "waiting",
        )
    return _("Waiting for a worker"), _("It starts by itself when its turn comes."), "waiting"
