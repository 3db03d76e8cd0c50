from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dtks.models.querysets import DecisionQuerySet
from dtks.models.snapshot import Snapshot


class Decision(models.Model):
    """What an officer said about a member and a row of a file. Kept across reconciliations.

    "Not the same" holds as long as `fingerprint`, made from the compared values of both sides,
    stays the same: when one of them changes, the question may be asked again. The view
    `dtks_notsame` of the first migration is these rows as matching reads them.
    """

    class Verdict(models.TextChoices):
        SAME = "same", _("Same person")
        NOT_SAME = "not_same", _("Not the same person")
        TAKE_FIELDS = "take_fields", _("Same person, take these values")
        ASK_FIELD = "ask_field", _("Ask for a visit")

    snapshot = models.ForeignKey(
        Snapshot, models.PROTECT, related_name="decisions", verbose_name=_("file")
    )
    member = models.ForeignKey(
        "beneficiaries.Member", models.PROTECT, related_name="+", verbose_name=_("member")
    )
    row_number = models.IntegerField(_("row"), null=True, blank=True)
    verdict = models.CharField(_("decision"), max_length=12, choices=Verdict)
    fields = ArrayField(
        models.CharField(max_length=30), default=list, blank=True, verbose_name=_("values taken")
    )
    before = models.JSONField(_("values before"), default=dict)
    fingerprint = models.CharField(_("compared values"), max_length=64, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    # What became of "ask for a visit": the answer of the field stands there.
    visit_request = models.ForeignKey(
        "facilitators.VisitRequest",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("visit request"),
    )
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    withdrawn_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("withdrawn by"),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(
                fields=["member", "fingerprint"],
                condition=Q(verdict="not_same", withdrawn_at__isnull=True),
                name="decision_not_same",
            ),
            models.Index(fields=["snapshot", "member"], name="decision_snapshot_member"),
        ]
        constraints = [
            models.CheckConstraint(
                name="decision_withdrawn_by_iff_at",
                condition=Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True)
                | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False),
            ),
            models.CheckConstraint(
                name="decision_fields_iff_taken",
                condition=~Q(verdict="take_fields") | ~Q(fields=[]),
                violation_error_message=_("Choose at least one value to take."),
            ),
        ]

    class Privacy:
        personal = {"member", "before", "fingerprint", "note", "by", "withdrawn_by"}
        ordinary = {
            "id",
            "snapshot",
            "row_number",
            "verdict",
            "fields",
            "visit_request",
            "at",
            "withdrawn_at",
        }

    def __str__(self):
        return f"{self.get_verdict_display()} {self.at:%Y-%m-%d}"
