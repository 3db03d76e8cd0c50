import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dtks.models.querysets import ExportQuerySet
from dtks.models.snapshot import Snapshot


class Export(models.Model):
    """Personal data that left the register as a file: who asked, why, what, until when.

    The number on its cover and footer is this record's key, so a printed page leads back here.
    """

    class Kind(models.TextChoices):
        OUTCOMES = "outcomes", _("Outcomes")
        BAD_ROWS = "bad_rows", _("Rows to correct")

    class Format(models.TextChoices):
        XLSX = "xlsx", "Excel"
        CSV = "csv", "CSV"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    snapshot = models.ForeignKey(
        Snapshot, models.PROTECT, related_name="exports", verbose_name=_("file")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    file_format = models.CharField(_("format"), max_length=4, choices=Format)
    outcome = models.CharField(_("outcome"), max_length=20, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    masked = models.BooleanField(_("numbers masked"), default=True)
    requested_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("requested by")
    )
    requested_at = models.DateTimeField(_("requested at"))
    stored_as = models.CharField(_("stored as"), max_length=100, blank=True)
    rows = models.PositiveIntegerField(_("rows"), null=True, blank=True)
    ready_at = models.DateTimeField(_("ready at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    downloads = models.PositiveIntegerField(_("downloads"), default=0)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-requested_at"]
        constraints = [
            models.CheckConstraint(
                name="export_expires_iff_ready",
                condition=Q(ready_at__isnull=True, expires_at__isnull=True)
                | Q(ready_at__isnull=False, expires_at__isnull=False),
            ),
            models.CheckConstraint(name="export_has_a_reason", condition=~Q(reason="")),
        ]
        permissions = [("export_identity", _("Can export full NIK and family card numbers"))]

    class Privacy:
        personal = {"reason", "requested_by"}
        ordinary = {
            "id",
            "snapshot",
            "kind",
            "file_format",
            "outcome",
            "masked",
            "requested_at",
            "stored_as",
            "rows",
            "ready_at",
            "expires_at",
            "downloads",
        }

    def __str__(self):
        return f"{self.get_kind_display()} {self.number}"

    @property
    def number(self) -> str:
        """What stands on the cover and on every printed page."""
        return str(self.pk)[:8].upper()

    @property
    def file_name(self) -> str:
        return f"{self.kind}-{self.snapshot_id}-{self.number}.{self.file_format}"
