from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from areas.models.querysets import AreaQuerySet


class Area(models.Model):
    """A province, kabupaten/kota, kecamatan or desa/kelurahan.

    The dotted Kemendagri code is the key and the path at once, so everything beneath a
    kecamatan is found by prefix. BPS codes look alike and are never keys of this table.
    """

    class Level(models.IntegerChoices):
        PROVINSI = 1, _("Province")
        KABUPATEN = 2, _("Kabupaten/kota")
        KECAMATAN = 3, _("Kecamatan")
        DESA = 4, _("Village")

    class CodeSystem(models.TextChoices):
        KEMENDAGRI = "kemendagri", _("Kemendagri")
        LOCAL = "local", _("Local list")

    code = models.CharField(_("code"), max_length=13, primary_key=True, db_collation="C")
    name = models.CharField(_("name"), max_length=100)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    code_system = models.CharField(
        _("code system"), max_length=10, choices=CodeSystem, default=CodeSystem.KEMENDAGRI
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="area_code_is_a_dotted_path",
                condition=Q(code__regex=r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$"),
                violation_error_message=_("An area code looks like 18.10.01.2001."),
            ),
            models.CheckConstraint(
                name="area_valid_dates_in_order",
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gt=models.F("valid_from")),
                violation_error_message=_("An area ends after it begins."),
            ),
        ]

    class Privacy:
        personal = set()
        ordinary = {
            "code",
            "name",
            "level",
            "parent",
            "code_system",
            "valid_from",
            "valid_to",
        }

    def __str__(self):
        return self.name
