from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class MatchingSettings(models.Model):
    """The office's two thresholds, one row. Above the upper one a link needs nobody; between
    them a person decides; below the lower one two records are not brought together."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    lower = models.FloatField(_("ask from"), default=0.05)
    upper = models.FloatField(_("match from"), default=0.9)

    class Meta:
        verbose_name = _("matching settings")
        verbose_name_plural = _("matching settings")
        constraints = [
            models.CheckConstraint(name="matchingsettings_one_row", condition=Q(id=1)),
            models.CheckConstraint(
                name="matchingsettings_real_band",
                condition=Q(lower__gte=0.001, upper__lte=0.9999) & Q(upper__gte=F("lower") + 0.1),
                violation_error_message=_(
                    "The two thresholds need a band of at least 0.1 between them."
                ),
            ),
        ]

    class Privacy:
        personal = set()
        ordinary = {"id", "lower", "upper"}

    def __str__(self):
        return f"{self.lower} - {self.upper}"

    @classmethod
    def current(cls):
        return cls.objects.filter(pk=1).first() or cls()
