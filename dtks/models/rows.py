"""Rows of a file, partitioned by snapshot: written by COPY and SQL, read by the pages.

The tables are made in the migration's SQL (PARTITION BY LIST (snapshot_id)); each snapshot has
its own partitions, so a file comes, is counted and is dropped as one thing.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from dtks.models.querysets import OfSnapshotQuerySet
from dtks.models.snapshot import Snapshot


class OfSnapshot(models.Model):
    pk = models.CompositePrimaryKey("snapshot_id", "row_number")
    snapshot = models.ForeignKey(Snapshot, models.DO_NOTHING, related_name="+", db_constraint=False)
    row_number = models.IntegerField(_("row"))

    objects = OfSnapshotQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.snapshot_id}:{self.row_number}"


class SourceRow(OfSnapshot):
    """A row exactly as it came: every cell as text, unknown columns too."""

    cells = ArrayField(models.TextField())
    # Indexes of cells that the workbook held as long numbers: digits may be lost there.
    numeric = ArrayField(models.SmallIntegerField(), null=True)

    class Meta(OfSnapshot.Meta):
        verbose_name = _("row of a file")
        verbose_name_plural = _("rows of a file")

    class Privacy:
        personal = {"cells"}
        ordinary = {"snapshot", "row_number", "numeric"}


class RowKey(OfSnapshot):
    """What a row says once cleaned, for comparing; what cannot be read is NULL, never guessed."""

    nik = models.TextField(null=True)  # noqa: DJ001 - unknown is not empty
    nik_state = models.TextField()
    nik_digits = models.TextField(null=True)  # noqa: DJ001
    kk_number = models.TextField(null=True)  # noqa: DJ001
    kk_state = models.TextField()
    name = models.TextField(null=True)  # noqa: DJ001
    name_key = models.TextField(null=True)  # noqa: DJ001
    birth_on = models.DateField(null=True)
    sex = models.TextField(null=True)  # noqa: DJ001
    mother_key = models.TextField(null=True)  # noqa: DJ001
    relationship = models.TextField(null=True)  # noqa: DJ001
    village = models.ForeignKey(
        "areas.Area", models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    deceased = models.BooleanField()

    class Meta(OfSnapshot.Meta):
        verbose_name = _("cleaned row")
        verbose_name_plural = _("cleaned rows")

    class Privacy:
        personal = {
            "nik",
            "nik_digits",
            "kk_number",
            "name",
            "name_key",
            "birth_on",
            "sex",
            "mother_key",
            "relationship",
            "village",
            "deceased",
        }
        ordinary = {"snapshot", "row_number", "nik_state", "kk_state"}


class RowProblem(models.Model):
    """One thing wrong with one cell, as a typed object; its sentence is made from `code`."""

    class Severity(models.TextChoices):
        REJECT = "reject", _("Row not used")
        WARN = "warn", _("Please check")
        NOTE = "note", _("Put in order")

    pk = models.CompositePrimaryKey("snapshot_id", "id")
    id = models.BigIntegerField()
    snapshot = models.ForeignKey(Snapshot, models.DO_NOTHING, related_name="+", db_constraint=False)
    row_number = models.IntegerField(_("row"))
    code = models.TextField(_("problem"))
    severity = models.TextField(_("severity"), choices=Severity)
    field = models.TextField(_("field"), default="")
    column_index = models.SmallIntegerField(_("column"), null=True)
    value = models.TextField(_("value"), default="", help_text=_("Masked where it identifies."))
    params = models.JSONField(_("details"), default=dict)

    objects = OfSnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = _("problem of a row")
        verbose_name_plural = _("problems of rows")

    class Privacy:
        personal = {"value", "params"}
        ordinary = {
            "id",
            "snapshot",
            "row_number",
            "code",
            "severity",
            "field",
            "column_index",
        }

    def __str__(self):
        return f"{self.snapshot_id}:{self.row_number} {self.code}"
