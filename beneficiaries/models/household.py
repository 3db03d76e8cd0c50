from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from beneficiaries.models.querysets import HouseholdQuerySet, OfHouseholdQuerySet

SIXTEEN_DIGITS = r"^\d{16}$"


class Household(models.Model):
    """A KPM: the family PKH pays, whatever its family card says this year."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        EXITED = "exited", _("Exited")

    status = models.CharField(
        _("status"), max_length=9, choices=Status, default=Status.ACTIVE, db_default=Status.ACTIVE
    )
    kk_number = models.CharField(_("family card number"), max_length=16, null=True, blank=True)  # noqa: DJ001 - unknown is not empty
    desa = models.ForeignKey(
        "areas.Area", models.PROTECT, related_name="households", verbose_name=_("village")
    )
    address = models.CharField(_("address"), max_length=300, blank=True, db_default="")
    hamlet = models.CharField(_("hamlet"), max_length=100, blank=True, db_default="")
    rt = models.CharField(_("RT"), max_length=3, blank=True, db_default="")
    rw = models.CharField(_("RW"), max_length=3, blank=True, db_default="")
    caretaker = models.OneToOneField(
        "Member",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("caretaker"),
    )
    first_year = models.PositiveSmallIntegerField(_("first year in PKH"), null=True, blank=True)
    first_stage = models.PositiveSmallIntegerField(_("first stage in PKH"), null=True, blank=True)
    exited_on = models.DateField(_("exited on"), null=True, blank=True)
    # Values an officer decided: a ministry file does not write over them (loading reads this).
    kept_fields = ArrayField(
        models.CharField(max_length=30),
        verbose_name=_("values decided here"),
        default=list,
        db_default=[],
        blank=True,
    )
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1)
    # Where the family was first loaded from: ids of the floor above, so plain numbers.
    loaded_from = models.BigIntegerField(_("first loaded from"), null=True, blank=True)
    loaded_row = models.IntegerField(_("row of that file"), null=True, blank=True)

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        indexes = [
            models.Index(fields=["desa", "id"], name="household_desa_id"),
            models.Index(fields=["kk_number"], name="household_kk_number"),
        ]
        constraints = [
            models.CheckConstraint(
                name="household_exit_date_iff_exited",
                condition=Q(status="exited", exited_on__isnull=False)
                | (~Q(status="exited") & Q(exited_on__isnull=True)),
                violation_error_message=_("An exited household needs its exit date."),
            ),
            models.CheckConstraint(
                name="household_kk_number_is_16_digits",
                condition=Q(kk_number__isnull=True) | Q(kk_number__regex=SIXTEEN_DIGITS),
                violation_error_message=_("A family card number has 16 digits."),
            ),
            models.CheckConstraint(
                name="household_first_stage_1_to_4",
                condition=Q(first_stage__isnull=True) | Q(first_stage__range=(1, 4)),
            ),
        ]

    class Privacy:
        personal = {"kk_number", "address", "hamlet", "rt", "rw", "caretaker"}
        ordinary = {
            "id",
            "status",
            "desa",
            "first_year",
            "first_stage",
            "exited_on",
            "kept_fields",
            "version",
            "loaded_from",
            "loaded_row",
        }

    def __str__(self):
        return f"KPM {self.pk}"

    def get_absolute_url(self):
        return reverse("dashboard:household", args=[self.pk])


class FormerCard(models.Model):
    """A family card number this household held before: cards change, families stay."""

    household = models.ForeignKey(
        Household, models.PROTECT, related_name="former_cards", verbose_name=_("household")
    )
    kk_number = models.CharField(_("family card number"), max_length=16)
    replaced_on = models.DateField(_("replaced on"))
    replaced_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("changed by")
    )

    objects = OfHouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("former family card")
        verbose_name_plural = _("former family cards")
        indexes = [models.Index(fields=["kk_number"], name="formercard_kk_number")]
        constraints = [
            models.CheckConstraint(
                name="formercard_kk_number_is_16_digits",
                condition=Q(kk_number__regex=SIXTEEN_DIGITS),
            ),
        ]

    class Privacy:
        personal = {"household", "kk_number", "replaced_by"}
        ordinary = {"id", "replaced_on"}

    def __str__(self):
        return f"{self.household} {self.replaced_on}"
