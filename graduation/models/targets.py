from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.history import EVENT_FIELDS, earlier_states
from graduation.models.querysets import TargetEventQuerySet, TargetQuerySet
from graduation.models.types import ExitType


class GraduationTarget(models.Model):
    """How many families shall leave in a year in one way: of a kabupaten, a kecamatan, or one
    facilitator's share of a kecamatan.

    `base_families` is what the number was set against, such as 20,667 families of 2023-2: the
    percentage beside the target is of that, whatever the register holds today.
    """

    year = models.PositiveSmallIntegerField(_("year"))
    type = models.ForeignKey(
        ExitType, models.PROTECT, related_name="+", verbose_name=_("way to leave")
    )
    area = models.ForeignKey(
        "areas.Area", models.PROTECT, related_name="+", verbose_name=_("kabupaten or kecamatan")
    )
    facilitator = models.ForeignKey(
        "facilitators.Facilitator",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("facilitator"),
    )
    number = models.PositiveIntegerField(_("target"))
    base_families = models.PositiveIntegerField(_("set against families"), null=True, blank=True)
    base_period = models.CharField(_("of the period"), max_length=6, blank=True)
    set_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("set by")
    )
    set_at = models.DateTimeField(_("set at"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1)

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("graduation target")
        verbose_name_plural = _("graduation targets")
        default_permissions = ("view", "change")
        ordering = ["-year", "type__order", "area_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="target_once",
                fields=["year", "type", "area", "facilitator"],
                nulls_distinct=False,
                violation_error_message=_("This target is set already. Change it instead."),
            ),
            models.CheckConstraint(
                name="target_base_with_its_period",
                condition=Q(base_families__isnull=True, base_period="")
                | (Q(base_families__isnull=False) & ~Q(base_period="")),
            ),
        ]

    class Privacy:
        personal = {"facilitator", "set_by"}
        ordinary = {
            "id",
            "year",
            "type",
            "area",
            "number",
            "base_families",
            "base_period",
            "set_at",
            "reason",
            "version",
        }

    def __str__(self):
        return f"{self.year} {self.type} {self.area}"


_TargetEvent = earlier_states(GraduationTarget)


class GraduationTargetEvent(_TargetEvent):
    """A target as it was until `pgh_created_at`."""

    objects = TargetEventQuerySet.as_manager()

    class Meta(_TargetEvent.Meta):
        verbose_name = _("earlier state of a target")
        verbose_name_plural = _("earlier states of targets")

    class Privacy:
        personal = GraduationTarget.Privacy.personal | {"pgh_obj"}
        ordinary = GraduationTarget.Privacy.ordinary | EVENT_FIELDS
