import uuid

from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from core.periods import Period
from dashboard.models.querysets import ReportQuerySet
from graduation.report_tables import quarter_name


class OfficeReport(models.Model):
    """A report of the office that somebody asked for: of what, where, how far, until when.

    The file is drawn by a job and holds sums and the names of facilitators, never of families.
    When it expires the file is deleted; the row stays. Its number stands on every page.
    """

    class Kind(models.TextChoices):
        MONTHLY = "monthly", _("Monthly report")
        QUARTERLY = "quarterly", _("Quarterly report")
        RHK = "rhk", _("RHK summary")
        PACK = "pack", _("Evaluation pack for a meeting")

    class Form(models.TextChoices):
        PDF = "pdf", "PDF"
        XLSX = "xlsx", "Excel (xlsx)"

    class State(models.TextChoices):
        MAKING = "making", _("being made")
        READY = "ready", _("ready")
        FAILED = "failed", _("not made")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind)
    form = models.CharField(_("format"), max_length=4, choices=Form)
    area = models.ForeignKey("areas.Area", models.PROTECT, related_name="+", verbose_name=_("area"))
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    meeting = models.ForeignKey(
        "meetings.Meeting",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("meeting"),
    )
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.MAKING)
    asked_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"))
    job = models.ForeignKey(
        "jobs.Job",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("job"),
    )
    stored_as = models.CharField(_("stored as"), max_length=100, blank=True)
    sha256 = models.CharField(_("fingerprint"), max_length=64, blank=True)
    size_bytes = models.PositiveIntegerField(_("size"), null=True, blank=True)
    # Pages of a PDF, rows of a workbook.
    pages = models.PositiveIntegerField(_("pages or rows"), null=True, blank=True)
    ready_at = models.DateTimeField(_("ready at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    downloads = models.PositiveIntegerField(_("downloads"), default=0)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("office report")
        verbose_name_plural = _("office reports")
        default_permissions = ("add",)
        ordering = ["-asked_at"]
        indexes = [
            models.Index(fields=["asked_by", "-asked_at"], name="officereport_of_asker"),
            models.Index(
                fields=["expires_at"], condition=~Q(stored_as=""), name="officereport_expiring"
            ),
        ]
        constraints = [
            # Asked again while it is being made, it is the same one.
            models.UniqueConstraint(
                name="officereport_being_made_once",
                fields=["asked_by", "kind", "form", "area", "starts_on", "meeting"],
                condition=Q(state="making"),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="officereport_of_a_time_or_a_meeting",
                condition=Q(
                    kind="pack",
                    meeting__isnull=False,
                    starts_on__isnull=True,
                    ends_on__isnull=True,
                )
                | (
                    ~Q(kind="pack")
                    & Q(meeting__isnull=True, starts_on__isnull=False, ends_on__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="officereport_ready_is_whole",
                condition=Q(
                    state="ready",
                    ready_at__isnull=False,
                    expires_at__isnull=False,
                    pages__isnull=False,
                    size_bytes__isnull=False,
                )
                & ~Q(sha256="")
                | (
                    ~Q(state="ready")
                    & Q(ready_at__isnull=True, expires_at__isnull=True, stored_as="", sha256="")
                ),
            ),
        ]

    class Privacy:
        personal = {"asked_by"}
        ordinary = {
            "id",
            "kind",
            "form",
            "area",
            "starts_on",
            "ends_on",
            "meeting",
            "state",
            "asked_at",
            "job",
            "stored_as",
            "sha256",
            "size_bytes",
            "pages",
            "ready_at",
            "expires_at",
            "downloads",
        }

    def __str__(self):
        return f"{self.get_kind_display()}, {self.about}"

    @property
    def number(self) -> str:
        """What stands on every page of it."""
        return str(self.pk)[:8].upper()

    @property
    def about(self) -> str:
        """The month, the quarter or the meeting."""
        if self.meeting is not None:
            return str(self.meeting)
        if self.kind == self.Kind.QUARTERLY:
            return quarter_name(Period.of(self.starts_on))
        return date_format(self.starts_on, "F Y")

    @property
    def file_name(self) -> str:
        """`laporan-bulanan-1810-oktober-2026-1A2B3C4D.pdf`, in the reader's language."""
        words = f"{self.get_kind_display()} {self.area_id.replace('.', '')} {self.about}".replace(
            "/", " "
        )
        return f"{slugify(words)[:90]}-{self.number}.{self.form}"
