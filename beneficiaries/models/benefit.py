from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from beneficiaries.models.querysets import DatedQuerySet


class Component(models.TextChoices):
    """What a family is paid for (domain.md 1.2); the words of the file stand in dtks.layouts."""

    PREGNANCY = "pregnancy", _("Pregnant or in childbed")
    EARLY_CHILD = "early_child", _("Early childhood")
    PRIMARY = "primary", _("Primary school")
    JUNIOR = "junior", _("Junior secondary school")
    SENIOR = "senior", _("Senior secondary school")
    ELDERLY = "elderly", _("Elderly")
    SEVERE_DISABILITY = "severe_disability", _("Severe disability")
    RIGHTS_VICTIM = "rights_victim", _("Victim of gross rights violation")


def _dates_in_order(name):
    return models.CheckConstraint(
        name=name,
        condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
        violation_error_message=_("The last day comes after the first."),
    )


class BenefitIndex(models.Model):
    """Rupiah a year for one component, from a day on. The rule can change, so it is a row."""

    class Kind(models.TextChoices):
        COMPONENT = "component", _("Per component")
        FIXED = "fixed", _("Fixed, per family")

    kind = models.CharField(_("kind"), max_length=9, choices=Kind, default=Kind.COMPONENT)
    component = models.CharField(_("component"), max_length=20, choices=Component, blank=True)
    amount_year = models.PositiveIntegerField(_("rupiah a year"))
    max_per_family = models.PositiveSmallIntegerField(
        _("at most per family"), null=True, blank=True
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    source = models.CharField(_("source of the rule"), max_length=200, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("benefit index")
        verbose_name_plural = _("benefit indexes")
        ordering = ["-valid_from", "component"]
        constraints = [
            _dates_in_order("benefitindex_dates_in_order"),
            models.CheckConstraint(
                name="benefitindex_component_iff_component",
                condition=(Q(kind="component") & ~Q(component="")) | Q(kind="fixed", component=""),
                violation_error_message=_("A fixed amount has no component; any other has one."),
            ),
            models.UniqueConstraint(
                fields=["kind", "component", "valid_from"], name="benefitindex_one_per_start"
            ),
        ]

    class Privacy:
        personal = set()
        ordinary = {
            "id",
            "kind",
            "component",
            "amount_year",
            "max_per_family",
            "valid_from",
            "valid_to",
            "source",
        }

    def __str__(self):
        return f"{self.get_component_display() or self.get_kind_display()} {self.valid_from}"


class PeriodRule(models.Model):
    """How many components count and how many payments a year has, from a day on."""

    max_components = models.PositiveSmallIntegerField(_("components paid at most"), default=4)
    payments_a_year = models.PositiveSmallIntegerField(_("payments a year"), default=4)
    valid_from = models.DateField(_("valid from"), unique=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    source = models.CharField(_("source of the rule"), max_length=200, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("period rule")
        verbose_name_plural = _("period rules")
        ordering = ["-valid_from"]
        constraints = [_dates_in_order("periodrule_dates_in_order")]

    class Privacy:
        personal = set()
        ordinary = {"id", "max_components", "payments_a_year", "valid_from", "valid_to", "source"}

    def __str__(self):
        return str(self.valid_from)
