from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from facilitators.models.facilitator import DAYS, Facilitator
from facilitators.models.querysets import CaseloadQuerySet


class CaseloadAssignment(models.Model):
    """Who accompanies a family, from when to when. On no day does a family have two.

    A handover ends one row and begins the next, so a report about last quarter still names last
    quarter's facilitator.
    """

    household = models.ForeignKey(
        "beneficiaries.Household",
        models.PROTECT,
        related_name="caseload",
        verbose_name=_("household"),
    )
    facilitator = models.ForeignKey(
        Facilitator, models.PROTECT, related_name="caseload", verbose_name=_("facilitator")
    )
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True, help_text=_("Last day held."))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    objects = CaseloadQuerySet.as_manager()

    class Meta:
        verbose_name = _("family of a facilitator")
        verbose_name_plural = _("families of facilitators")
        permissions = [("assign_caseload", _("Can give families to facilitators"))]
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="caseload_dates_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
            # The database holds it, not the service: two coordinators at once, an import, a
            # repair by hand, none of them gives a family two facilitators on one day.
            ExclusionConstraint(
                name="caseload_one_facilitator_a_day",
                expressions=[
                    ("household", RangeOperators.EQUAL),
                    (DAYS, RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This family has a facilitator on these days already."),
            ),
        ]

    class Privacy:
        personal = {"household", "facilitator", "reason", "by"}
        ordinary = {"id", "starts_on", "ends_on", "recorded_at"}

    def __str__(self):
        return f"{self.household} - {self.facilitator}"


class CaseloadSettings(models.Model):
    """How many families are few, many, and too many for one facilitator: one row.

    The numbers an office starts with are remembered practice (domain.md 3.2), not a rule.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    few_below = models.PositiveSmallIntegerField(_("few: below"), default=150)
    many_above = models.PositiveSmallIntegerField(_("many: above"), default=350)
    maximum = models.PositiveSmallIntegerField(
        _("maximum"),
        default=350,
        help_text=_("The caseload planner gives nobody more families without a reason."),
    )

    class Meta:
        verbose_name = _("caseload settings")
        verbose_name_plural = _("caseload settings")
        constraints = [
            models.CheckConstraint(name="caseloadsettings_one_row", condition=Q(id=1)),
            models.CheckConstraint(
                name="caseloadsettings_in_order",
                condition=Q(few_below__lte=F("many_above"), many_above__lte=F("maximum")),
                violation_error_message=_(
                    "Few, many and the maximum come in this order, from small to large."
                ),
            ),
        ]

    class Privacy:
        personal = set()
        ordinary = {"id", "few_below", "many_above", "maximum"}

    def __str__(self):
        return f"{self.few_below} - {self.many_above} - {self.maximum}"

    @classmethod
    def current(cls):
        return cls.objects.filter(pk=1).first() or cls()

    def band(self, families: int) -> str:
        if families < self.few_below:
            return "few"
        return "many" if families > self.many_above else "ok"
