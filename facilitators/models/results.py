"""RHK: the nine results a PPPK facilitator is measured by (domain.md 3.3)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilitators.models.work_querysets import TargetQuerySet


class Source(models.TextChoices):
    """Kinds of records a result may be counted from; facilitators/sql/results.sql has one branch
    for each of them that exists."""

    SESSION = "session", _("P2K2 sessions held")
    VISIT_DISBURSEMENT = "visit.disbursement", _("Visits: disbursement check")
    VISIT_DATA_UPDATE = "visit.data_update", _("Visits: data update")
    VISIT_QUESTION = "visit.question", _("Visits: question from reconciliation")
    VISIT_HEALTH_CHECK = "visit.health_check", _("Visits: health check")
    VISIT_GRADUATION = "visit.graduation", _("Visits: graduation assessment")
    VISIT_COMPLAINT = "visit.complaint", _("Visits: case or complaint")
    VISIT_ABSENCE = "visit.absence", _("Visits: follow-up of a missed session")
    SOCIALISATION = "activity.socialisation", _("Activities: policy socialisation")
    MENTORING = "activity.mentoring", _("Activities: business mentoring")
    MEDIATION = "activity.mediation", _("Activities: mediation")
    ADVOCACY = "activity.advocacy", _("Activities: advocacy")
    DISBURSEMENT = "activity.disbursement", _("Activities: disbursement education")
    MEETING = "activity.meeting", _("Activities: coordination meeting or training")
    AUDIT = "activity.audit", _("Activities: follow-up of an audit")
    PUBLICATION = "activity.publication", _("Activities: publication on social media")
    REPORT = "activity.report", _("Activities: monthly report")
    COMMITMENT_CHECK = "commitment_check", _("Commitment checks")
    GRADUATION_CASE = "graduation_case", _("Graduation cases")


# No records of these are kept yet: pages say so instead of showing nought.
NOT_KEPT_YET = (Source.GRADUATION_CASE,)


class PerformanceTarget(models.Model):
    """One of the nine results, from a day on: its name, its target of a year, what it counts.

    Names, order, targets and counting are remembered from public reports and have not been
    compared with the ministry's letter; an office enters its own with their first day, and says
    in `confirmed` and `basis` when it has looked.
    """

    class Unit(models.TextChoices):
        NUMBER = "number", _("records a year")
        PERCENT = "percent", _("percent settled")

    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=150)
    unit = models.CharField(_("unit"), max_length=7, choices=Unit, default=Unit.NUMBER)
    target = models.PositiveSmallIntegerField(_("target of a year"))
    sources = ArrayField(
        models.CharField(max_length=30, choices=Source),
        verbose_name=_("counted from"),
        default=list,
    )
    valid_from = models.DateField(_("valid from"))
    confirmed = models.BooleanField(
        _("confirmed"), default=False, help_text=_("Compared with the letter that orders it.")
    )
    basis = models.CharField(_("basis"), max_length=300, blank=True)

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("RHK target")
        verbose_name_plural = _("RHK targets")
        ordering = ["number", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                name="performancetarget_once_a_day",
                fields=["number", "valid_from"],
                violation_error_message=_("A target of this result begins on this day already."),
            ),
            models.CheckConstraint(
                name="performancetarget_one_of_nine",
                condition=Q(number__range=(1, 9)),
                violation_error_message=_("There are nine results, 1 to 9."),
            ),
            models.CheckConstraint(
                name="performancetarget_percent_at_most_100",
                condition=~Q(unit="percent") | Q(target__lte=100),
                violation_error_message=_("At most 100 percent."),
            ),
        ]

    class Privacy:
        personal = set()
        ordinary = {
            "id",
            "number",
            "name",
            "unit",
            "target",
            "sources",
            "valid_from",
            "confirmed",
            "basis",
        }

    def __str__(self):
        return f"{self.number}. {self.name}"
