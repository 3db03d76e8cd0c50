from django.db import models
from django.utils.translation import gettext_lazy as _

from areas.models.area import Area


class AreaShape(models.Model):
    """The outline of a kecamatan or village, small enough to be drawn inside a page.

    `rings` are lists x0, y0, x1, y1, … on the grid of `areas.geojson`, filled by the even-odd
    rule; neighbours loaded together have their borders in common.
    """

    area = models.OneToOneField(
        Area,
        models.CASCADE,
        primary_key=True,
        related_name="shape",
        verbose_name=_("area"),
    )
    level = models.PositiveSmallIntegerField(_("level"), choices=Area.Level)
    rings = models.JSONField(_("rings"))
    points = models.PositiveIntegerField(_("points"))
    left = models.IntegerField(_("left edge"))
    top = models.IntegerField(_("upper edge"))
    right = models.IntegerField(_("right edge"))
    bottom = models.IntegerField(_("lower edge"))
    label_x = models.IntegerField(_("place of the label, across"))
    label_y = models.IntegerField(_("place of the label, down"))
    label_room = models.PositiveIntegerField(_("room for the label"))
    # Made of its villages, because no file had it: a file that has it takes its place.
    from_villages = models.BooleanField(_("made of its villages"), default=False)
    source = models.CharField(_("file"), max_length=200)
    loaded_at = models.DateTimeField(_("loaded at"))

    class Meta:
        verbose_name = _("outline of an area")
        verbose_name_plural = _("outlines of areas")
        default_permissions = ()
        ordering = ["area_id"]

    class Privacy:
        personal = set()
        ordinary = {
            "area",
            "level",
            "rings",
            "points",
            "left",
            "top",
            "right",
            "bottom",
            "label_x",
            "label_y",
            "label_room",
            "from_villages",
            "source",
            "loaded_at",
        }

    def __str__(self):
        return str(self.area)
