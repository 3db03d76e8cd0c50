from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meetings.models.querysets import (
    FacilityQuerySet,
    InstitutionQuerySet,
    RepresentativeQuerySet,
)


class Institution(models.Model):
    """An office that comes to the table: Dinas Kesehatan, a kecamatan, a bank, a school board."""

    class Kind(models.TextChoices):
        SOCIAL = "social", _("Social-services office")
        AGENCY = "agency", _("District agency")
        SUBDISTRICT = "subdistrict", _("Kecamatan")
        VILLAGE = "village", _("Village")
        PARTNER = "partner", _("Partner")

    name = models.CharField(_("name"), max_length=120)
    short_name = models.CharField(_("short name"), max_length=30)
    kind = models.CharField(_("kind"), max_length=11, choices=Kind, default=Kind.AGENCY)
    area = models.ForeignKey(
        "areas.Area", models.PROTECT, related_name="+", verbose_name=_("works in")
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    active = models.BooleanField(_("active"), default=True)

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        default_permissions = ("view", "add", "change")
        ordering = ["kind", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "name"],
                name="institution_once_an_area",
                violation_error_message=_("This institution is in the list already."),
            ),
        ]

    class Privacy:
        personal = set()
        ordinary = {"id", "name", "short_name", "kind", "area", "address", "active"}

    def __str__(self):
        return self.name


class Representative(models.Model):
    """Somebody who speaks for an institution, with or without an account here."""

    institution = models.ForeignKey(
        Institution,
        models.PROTECT,
        related_name="representatives",
        verbose_name=_("institution"),
    )
    name = models.CharField(_("name"), max_length=100)
    position = models.CharField(_("position"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    user = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("account"),
        help_text=_("Whoever has an account sees own invitations and follow-ups when signed in."),
    )
    active = models.BooleanField(_("active"), default=True)

    objects = RepresentativeQuerySet.as_manager()

    class Meta:
        verbose_name = _("person of an institution")
        verbose_name_plural = _("people of institutions")
        default_permissions = ("view", "add", "change")
        ordering = ["institution__name", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(user__isnull=False, active=True),
                name="representative_one_institution_an_account",
                violation_error_message=_("This account stands for another institution already."),
            ),
        ]

    class Privacy:
        personal = {"name", "position", "email", "user"}
        ordinary = {"id", "institution", "active"}

    def __str__(self):
        return f"{self.name} ({self.institution.short_name})"


class Facility(models.Model):
    """A secretariat room or equipment of PKH in a kecamatan (domain.md 7.2)."""

    class Kind(models.TextChoices):
        ROOM = "room", _("Secretariat room")
        EQUIPMENT = "equipment", _("Equipment")

    class Status(models.TextChoices):
        AVAILABLE = "available", _("Available")
        SHARED = "shared", _("Shared with others")
        NONE = "none", _("None")

    area = models.ForeignKey(
        "areas.Area", models.PROTECT, related_name="+", verbose_name=_("kecamatan")
    )
    kind = models.CharField(_("kind"), max_length=9, choices=Kind, default=Kind.ROOM)
    status = models.CharField(_("status"), max_length=9, choices=Status)
    note = models.CharField(_("note"), max_length=200, blank=True)
    as_of = models.DateField(_("as of"))

    objects = FacilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("facility")
        verbose_name_plural = _("facilities")
        default_permissions = ("view", "add", "change")
        ordering = ["area__code", "kind", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["area", "kind"], name="facility_once_a_kecamatan"),
        ]

    class Privacy:
        personal = set()
        ordinary = {"id", "area", "kind", "status", "note", "as_of"}

    def __str__(self):
        return f"{self.get_kind_display()} {self.area}"
