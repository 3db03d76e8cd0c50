"""How a family can leave, as data: what counts as graduation and what is only an exit."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Headline(models.TextChoices):
    """The buckets of the yearly report (domain.md 2.1). An exit without one is administrative:
    died, moved, recorded twice; it is never counted as graduation."""

    PROSPEROUS = "prosperous", _("Prosperous")
    LOCAL_ELIGIBILITY = "local_eligibility", _("Local eligibility")
    NATURAL = "natural", _("Natural")
    OTHER = "other", _("Other graduation")


class ExitType(models.Model):
    """One way to leave the programme, with what its approval needs. The office may add others."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80)
    headline = models.CharField(
        _("counted under"),
        max_length=20,
        choices=Headline,
        blank=True,
        help_text=_("Empty for an administrative exit: it is never counted as graduation."),
    )
    needs_visit = models.BooleanField(_("needs a visit"), default=False)
    needs_statement = models.BooleanField(_("needs the signed statement"), default=False)
    needs_assessment = models.BooleanField(_("needs a satisfied assessment"), default=False)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    source = models.CharField(_("source of the rule"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("way to leave")
        verbose_name_plural = _("ways to leave")
        ordering = ["order", "code"]
        constraints = [
            models.CheckConstraint(
                name="exittype_dates_in_order",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                violation_error_message=_("The last day comes after the first."),
            ),
            models.CheckConstraint(
                name="exittype_headline_is_known",
                condition=Q(headline="") | Q(headline__in=Headline.values),
            ),
        ]

    class Privacy:
        personal = set()
        ordinary = {
            "id",
            "code",
            "name",
            "headline",
            "needs_visit",
            "needs_statement",
            "needs_assessment",
            "order",
            "valid_from",
            "valid_to",
            "source",
        }

    def __str__(self):
        return self.name

    @property
    def is_graduation(self) -> bool:
        return self.headline != ""


class ExitReason(models.Model):
    """Why a family leaves in this way; the report counts by it."""

    type = models.ForeignKey(
        ExitType, models.PROTECT, related_name="reasons", verbose_name=_("way to leave")
    )
    code = models.SlugField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=120)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("reason to leave")
        verbose_name_plural = _("reasons to leave")
        ordering = ["type__order", "name"]
        constraints = [
            models.UniqueConstraint(fields=["type", "code"], name="exitreason_once_a_type"),
        ]

    class Privacy:
        personal = set()
        ordinary = {"id", "type", "code", "name", "valid_to"}

    def __str__(self):
        return self.name
