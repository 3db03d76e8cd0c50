from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.periods import Period
from dtks.models.querysets import SnapshotQuerySet


class Snapshot(models.Model):
    """One ministry file as it came, frozen: its rows are kept raw and never change a family.

    The same bytes for the same source are one snapshot (`sha256`). `mapping` says which column
    of the file stands for which field, `notes` what reading had to decide (typed problems of
    the whole file), `problem_counts` how many rows have which problem.
    """

    class Source(models.TextChoices):
        FINAL_CLOSING = "final_closing", _("Final Closing")
        MEMBERS = "members", _("PKH members")
        DTKS = "dtks", _("DTKS")
        DTSEN_MEMBERS = "dtsen_members", _("DTSEN members")
        DTSEN_FAMILIES = "dtsen_families", _("DTSEN families")
        EDUCATION_CHECKS = "education_checks", _("School attendance (verkom)")

    # The two that load the register once someone else has approved them.
    REGISTER_SOURCES = ("final_closing", "members")
    # Rows with an unusable NIK are rejected here; in registry files they are matched otherwise.
    STRICT_SOURCES = (*REGISTER_SOURCES, "education_checks")

    # One row a family: nobody is missing from such a file for not being the one it names.
    FAMILY_SOURCES = ("final_closing", "dtsen_families")

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Waiting to be read")
        STAGING = "staging", _("Being read")
        REFUSED = "refused", _("File refused")
        STAGED = "staged", _("Ready to be checked")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Not approved")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    DEAD_STATES = ("refused", "rejected", "withdrawn")

    source = models.CharField(_("source"), max_length=20, choices=Source)
    layout = models.CharField(_("layout"), max_length=30, blank=True)
    year = models.PositiveSmallIntegerField(_("year"))
    stage = models.PositiveSmallIntegerField(_("stage"))
    registry_version = models.CharField(_("registry version"), max_length=40, blank=True)
    area = models.ForeignKey("areas.Area", models.PROTECT, related_name="+", verbose_name=_("area"))
    file_name = models.CharField(_("file"), max_length=255)
    stored_as = models.CharField(_("stored as"), max_length=100, blank=True)
    size_bytes = models.BigIntegerField(_("size"))
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    sheet = models.CharField(_("sheet"), max_length=255, blank=True)
    header_row = models.PositiveIntegerField(_("header row"), null=True, blank=True)
    columns = models.JSONField(_("columns"), default=list)
    mapping = models.JSONField(_("fields found"), default=dict)
    notes = models.JSONField(_("notes on the file"), default=list)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    rows_read = models.PositiveIntegerField(_("rows read"), default=0)
    rows_staged = models.PositiveIntegerField(_("rows staged"), default=0)
    rows_rejected = models.PositiveIntegerField(_("rows rejected"), default=0)
    rows_with_warnings = models.PositiveIntegerField(_("rows with warnings"), default=0)
    problem_counts = models.JSONField(_("problems"), default=dict)
    totals = models.JSONField(_("totals"), default=dict)
    load_preview = models.JSONField(_("what approval will do"), default=dict)
    loaded = models.JSONField(_("what approval did"), default=dict)
    matching = models.JSONField(_("what matching learned"), null=True, blank=True)
    refusal = models.JSONField(_("why refused"), default=dict)
    uploaded_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    staged_at = models.DateTimeField(_("staged at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved or refused by"),
    )
    decided_at = models.DateTimeField(_("approved or refused at"), null=True, blank=True)
    reconciled_at = models.DateTimeField(_("reconciled at"), null=True, blank=True)
    reconciled_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reconciled by"),
    )

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = _("ministry file")
        verbose_name_plural = _("ministry files")
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sha256", "source", "sheet"],
                condition=~Q(state__in=("refused", "rejected", "withdrawn")),
                name="snapshot_same_bytes_once",
            ),
            models.CheckConstraint(name="snapshot_stage_1_to_4", condition=Q(stage__range=(1, 4))),
            models.CheckConstraint(
                name="snapshot_approved_by_someone_else",
                condition=~Q(state="approved") | ~Q(decided_by=models.F("uploaded_by")),
                violation_error_message=_("A file is approved by someone else."),
            ),
        ]
        permissions = [
            ("approve_snapshot", _("Can approve a ministry file")),
            ("reconcile_snapshot", _("Can reconcile a ministry file")),
        ]

    class Privacy:
        personal = {"uploaded_by", "decided_by", "reconciled_by"}
        ordinary = {
            "id",
            "source",
            "layout",
            "year",
            "stage",
            "registry_version",
            "area",
            "file_name",
            "stored_as",
            "size_bytes",
            "sha256",
            "sheet",
            "header_row",
            "columns",
            "mapping",
            "notes",
            "state",
            "rows_read",
            "rows_staged",
            "rows_rejected",
            "rows_with_warnings",
            "problem_counts",
            "totals",
            "load_preview",
            "loaded",
            "matching",
            "refusal",
            "uploaded_at",
            "staged_at",
            "decided_at",
            "reconciled_at",
        }

    def __str__(self):
        return f"{self.get_source_display()} {self.period}"

    def get_absolute_url(self):
        return reverse("dtks:snapshot", args=[self.pk])

    @property
    def period(self) -> Period:
        return Period(self.year, self.stage)

    @property
    def loads_register(self) -> bool:
        return self.source in self.REGISTER_SOURCES

    @property
    def loads_checks(self) -> bool:
        """Approving it takes over the attendance of a school, and changes no family."""
        return self.source == self.Source.EDUCATION_CHECKS

    @property
    def lists_families(self) -> bool:
        return self.source in self.FAMILY_SOURCES

    @property
    def is_reconcilable(self) -> bool:
        return not self.loads_checks
