import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jobs.models.querysets import JobQuerySet


class Job(models.Model):
    """Long work that outlives a killed worker. This row is the truth; a message carries its id.

    `fence` grows with every lease. Whoever writes says which fence it holds, so a worker that
    slept through its lease can no longer change anything when it wakes.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting for a worker")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    OPEN_STATES = ("queued", "running")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=60)
    queue = models.CharField(_("queue"), max_length=20, default="fast")
    arguments = models.JSONField(_("arguments"), default=dict)
    subject_type = models.CharField(_("kind of record"), max_length=60, blank=True)
    subject_id = models.CharField(_("record"), max_length=64, blank=True)
    requested_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("requested by"),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    step = models.CharField(_("step"), max_length=60, blank=True)
    done = models.BigIntegerField(_("done"), default=0)
    total = models.BigIntegerField(_("total"), null=True, blank=True)
    checkpoint = models.JSONField(_("checkpoint"), default=dict)
    result = models.JSONField(_("result"), default=dict)
    error_code = models.CharField(_("error code"), max_length=60, blank=True)
    error_message = models.TextField(_("error"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    max_attempts = models.PositiveSmallIntegerField(_("attempts allowed"), default=3)
    fence = models.BigIntegerField(_("fence"), default=0)
    worker = models.CharField(_("worker"), max_length=120, blank=True)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    cancel_requested_at = models.DateTimeField(_("cancellation asked at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [
            models.Index(
                fields=["leased_until"],
                condition=Q(state__in=("queued", "running")),
                name="job_open_lease",
            ),
            models.Index(fields=["-created_at"], name="job_newest"),
            models.Index(fields=["subject_type", "subject_id"], name="job_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                name="job_finished_iff_closed",
                condition=Q(state__in=("queued", "running"), finished_at__isnull=True)
                | (~Q(state__in=("queued", "running")) & Q(finished_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="job_attempts_capped", condition=Q(attempts__lte=F("max_attempts"))
            ),
        ]

    class Privacy:
        personal = {"requested_by"}
        ordinary = {
            "id",
            "kind",
            "queue",
            "arguments",
            "subject_type",
            "subject_id",
            "state",
            "step",
            "done",
            "total",
            "checkpoint",
            "result",
            "error_code",
            "error_message",
            "attempts",
            "max_attempts",
            "fence",
            "worker",
            "leased_until",
            "heartbeat_at",
            "published_at",
            "cancel_requested_at",
            "created_at",
            "started_at",
            "finished_at",
        }

    def __str__(self):
        return f"{self.kind} {self.pk}"
