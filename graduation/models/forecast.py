"""When components end, as data, and the families that may leave within a year."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Component
from core.periods import Period
from graduation.models.querysets import CandidateQuerySet


class ComponentEnd(models.Model):
    """How long a component lasts and what follows it, from a day on; the newest row of the day
    holds. A component without a row never ends.

    `age`: until the birthday of `number` years. `months`: `number` months after it was first
    stated; what follows is of a child born then. `school`: after June of the school year in which
    the child becomes `number` years old. A pupil whom a file still names later ends with the
    running school year. `latest_age` ends any of them.
    """

    class Ends(models.TextChoices):
        AGE = "age", _("On a birthday")
        MONTHS = "months", _("Some months after it was first stated")
        SCHOOL = "school", _("With the school year of an age")
        NEVER = "never", _("Never")

    component = models.CharField(_("component"), max_length=20, choices=Component)
    ends = models.CharField(_("ends"), max_length=6, choices=Ends)
    number = models.PositiveSmallIntegerField(_("years or months"), null=True, blank=True)
    latest_age = models.PositiveSmallIntegerField(_("at the latest at age"), null=True, blank=True)
    continues_as = models.CharField(_("goes on as"), max_length=20, choices=Component, blank=True)
    valid_from = models.DateField(_("valid from"))
    source = models.CharField(_("source of the rule"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("end of a component")
        verbose_name_plural = _("ends of components")
        ordering = ["component", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["component", "valid_from"], name="componentend_one_per_start"
            ),
            models.CheckConstraint(
                name="componentend_number_unless_never",
                condition=Q(ends="never", number__isnull=True, latest_age__isnull=True)
                | (~Q(ends="never") & Q(number__isnull=False, number__range=(0, 100))),
                violation_error_message=_("Say how many years or months; never has none."),
            ),
            models.CheckConstraint(
                name="componentend_goes_on_as_another",
                condition=~Q(continues_as=F("component")),
                violation_error_message=_("A component goes on as another one."),
            ),
        ]

    class Privacy:
        personal = set()
        ordinary = {
            "id",
            "component",
            "ends",
            "number",
            "latest_age",
            "continues_as",
            "valid_from",
            "source",
        }

    def __str__(self):
        return f"{self.get_component_display()} {self.valid_from:%d-%m-%Y}"


class Candidate(models.Model):
    """A family that loses its last component within the next four quarters, or has components and
    is ready to leave by choice; or both.

    Made new every night from the register (sql/forecast.sql) and for one family when something
    about it is written. `ends_on` is the first day without any component; a day that has passed
    stands in the quarter that is running.
    """

    class Ready(models.TextChoices):
        ASSESSMENT = "assessment", _("Assessment satisfied")
        WILL = "will", _("Wishes to leave")
        POTENTIAL = "potential", _("Potential case")

    household = models.OneToOneField(
        "beneficiaries.Household",
        models.CASCADE,
        primary_key=True,
        related_name="candidate",
        verbose_name=_("household"),
    )
    ends_on = models.DateField(_("last component ends on"), null=True, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    quarter = models.PositiveSmallIntegerField(_("quarter"), null=True, blank=True)
    member = models.ForeignKey(
        "beneficiaries.Member",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("member"),
    )
    component = models.CharField(
        _("last component"), max_length=20, choices=Component, blank=True, db_default=""
    )
    ready_by = models.CharField(
        _("ready by choice"), max_length=10, choices=Ready, blank=True, db_default=""
    )
    computed_at = models.DateTimeField(_("computed at"))

    objects = CandidateQuerySet.as_manager()

    class Meta:
        verbose_name = _("candidate for graduation")
        verbose_name_plural = _("candidates for graduation")
        default_permissions = ()
        ordering = ["household_id"]
        constraints = [
            models.CheckConstraint(
                name="candidate_for_a_reason",
                condition=Q(ends_on__isnull=False) | ~Q(ready_by=""),
            ),
            models.CheckConstraint(
                name="candidate_end_with_its_quarter_and_member",
                condition=Q(
                    ends_on__isnull=True,
                    year__isnull=True,
                    quarter__isnull=True,
                    member__isnull=True,
                    component="",
                )
                | (
                    Q(
                        ends_on__isnull=False,
                        year__isnull=False,
                        quarter__range=(1, 4),
                        member__isnull=False,
                    )
                    & ~Q(component="")
                ),
            ),
        ]

    class Privacy:
        personal = {"household", "ends_on", "member", "component", "ready_by"}
        ordinary = {"year", "quarter", "computed_at"}

    def __str__(self):
        return f"{self.household_id} {self.ends_on or self.ready_by}"

    @property
    def period(self) -> Period | None:
        return Period(self.year, self.quarter) if self.year and self.quarter else None
