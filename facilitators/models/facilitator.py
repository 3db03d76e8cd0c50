from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from facilitators.models.querysets import FacilitatorQuerySet, PostingQuerySet

# The days of a dated row as a range: both ends belong to it, no end means until further.
DAYS = Func(
    "starts_on",
    "ends_on",
    RangeBoundary(inclusive_lower=True, inclusive_upper=True),
    function="DATERANGE",
    output_field=DateRangeField(),
)


class Facilitator(models.Model):
    """Somebody of the programme's staff (SDM PKH): mostly the pendamping of some 287 families.

    May have an account or not. What the account opens is said by accounts.Assignment; where the
    person works is said by Posting, which also holds for those who never sign in.
    """

    class Position(models.TextChoices):
        FACILITATOR = "facilitator", _("Facilitator")
        SUBDISTRICT_LEAD = "subdistrict_lead", _("Kecamatan team lead")
        DISTRICT_COORDINATOR = "district_coordinator", _("District coordinator")
        DATA_OPERATOR = "data_operator", _("Data operator")
        SUBDISTRICT_SOCIAL_WORKER = "subdistrict_social_worker", _("TKSK")

    class Employment(models.TextChoices):
        PPPK = "pppk", _("PPPK")
        CONTRACT = "contract", _("Contract")

    # A team lead of a kecamatan accompanies families beside leading (domain.md 3.1).
    CARRY_FAMILIES = (Position.FACILITATOR, Position.SUBDISTRICT_LEAD)

    name = models.CharField(_("name"), max_length=150)
    position = models.CharField(
        _("position"), max_length=30, choices=Position, default=Position.FACILITATOR
    )
    employment = models.CharField(
        _("employment"), max_length=10, choices=Employment, default=Employment.PPPK
    )
    nip = models.CharField(_("NIP"), max_length=18, blank=True)
    user = models.OneToOneField(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="facilitator",
        verbose_name=_("account"),
    )
    base_village = models.ForeignKey(
        "areas.Area",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("base village"),
    )
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True, help_text=_("Last day held."))

    objects = FacilitatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("facilitator")
        verbose_name_plural = _("facilitators")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="facilitator_dates_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("Employment cannot end before it starts."),
            ),
            models.CheckConstraint(
                name="facilitator_nip_is_18_digits",
                condition=Q(nip="") | Q(nip__regex=r"^\d{18}$"),
                violation_error_message=_("A NIP has 18 digits."),
            ),
            models.UniqueConstraint(
                name="facilitator_nip_once",
                fields=["nip"],
                condition=~Q(nip=""),
                violation_error_message=_("Somebody else carries this NIP already."),
            ),
        ]

    class Privacy:
        personal = {"name", "nip", "user", "base_village"}
        ordinary = {"id", "position", "employment", "starts_on", "ends_on"}

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("facilitators:facilitator", args=[self.pk])

    def works_on(self, day) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class Posting(models.Model):
    """Where a facilitator works, from when to when: one place at a time."""

    facilitator = models.ForeignKey(
        Facilitator, models.PROTECT, related_name="postings", verbose_name=_("facilitator")
    )
    area = models.ForeignKey("areas.Area", models.PROTECT, related_name="+", verbose_name=_("area"))
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True, help_text=_("Last day held."))

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                name="posting_dates_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
            ExclusionConstraint(
                name="posting_one_at_a_time",
                expressions=[
                    ("facilitator", RangeOperators.EQUAL),
                    (DAYS, RangeOperators.OVERLAPS),
                ],
            ),
        ]

    class Privacy:
        personal = {"facilitator"}
        ordinary = {"id", "area", "starts_on", "ends_on"}

    def __str__(self):
        return f"{self.facilitator} - {self.area}"
