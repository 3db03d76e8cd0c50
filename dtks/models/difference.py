from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from dtks.models.querysets import DifferenceQuerySet
from dtks.models.snapshot import Snapshot


class Difference(models.Model):
    """What a file says about one member of the register, or a person only the file knows.

    Rebuilt whole by every reconciliation; what people decided stands in Decision and is kept.
    """

    class Outcome(models.TextChoices):
        MATCHED = "matched", _("Matched")
        MATCHED_CHANGED = "matched_changed", _("Matched, data differ")
        REVIEW = "review", _("Needs a person")
        DUPLICATE = "duplicate", _("Several rows")
        MISSING = "missing", _("Not in the file")
        NEW_IN_SOURCE = "new_in_source", _("Only in the file")

    # Those that wait for somebody; the others are for looking up.
    QUESTIONS = ("review", "duplicate", "matched_changed")

    pk = models.CompositePrimaryKey("snapshot_id", "id")
    id = models.BigIntegerField()
    snapshot = models.ForeignKey(
        Snapshot, models.DO_NOTHING, related_name="differences", db_constraint=False
    )
    member = models.ForeignKey(
        "beneficiaries.Member",
        models.DO_NOTHING,
        null=True,
        related_name="differences",
        db_constraint=False,
    )
    row_number = models.IntegerField(_("row"), null=True)
    outcome = models.TextField(_("outcome"), choices=Outcome)
    rule = models.TextField(_("rule"))
    kind = models.TextField(_("kind of question"), default="")
    probability = models.FloatField(_("probability"), null=True)
    score = models.IntegerField(_("score"), null=True, help_text=_("Hundredths of a bit."))
    weights = ArrayField(models.SmallIntegerField(), null=True)
    levels = ArrayField(models.SmallIntegerField(), null=True)
    candidates = ArrayField(models.IntegerField(), default=list)
    changed_fields = ArrayField(models.TextField(), default=list)
    village = models.ForeignKey(
        "areas.Area", models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    decision = models.ForeignKey(
        "dtks.Decision", models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )

    objects = DifferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        permissions = [
            ("decide_difference", _("Can decide a difference")),
            ("export_difference", _("Can export outcomes")),
            ("view_difference_totals", _("Can see totals of outcomes")),
        ]

    class Privacy:
        personal = {"member", "village"}
        ordinary = {
            "id",
            "snapshot",
            "row_number",
            "outcome",
            "rule",
            "kind",
            "probability",
            "score",
            "weights",
            "levels",
            "candidates",
            "changed_fields",
            "decision",
        }

    def __str__(self):
        return f"{self.snapshot_id}:{self.id} {self.outcome}"
