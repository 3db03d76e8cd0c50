from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from beneficiaries.models.benefit import Component
from beneficiaries.models.household import Household
from beneficiaries.models.member import Member
from beneficiaries.models.querysets import OfHouseholdQuerySet, OfMemberQuerySet


class HouseholdPeriod(models.Model):
    """A household in one Final Closing: what the ministry states and what the rules compute."""

    household = models.ForeignKey(
        Household, models.PROTECT, related_name="periods", verbose_name=_("household")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    stage = models.PositiveSmallIntegerField(_("stage"))
    counts = models.JSONField(_("components"), default=dict, help_text=_("Component to number."))
    stated_amount = models.BigIntegerField(_("stated amount"), null=True, blank=True)
    computed_amount = models.BigIntegerField(_("computed amount"), null=True, blank=True)
    ministry_status = models.CharField(_("status in the file"), max_length=60, blank=True)
    loaded_from = models.BigIntegerField(_("loaded from"), null=True, blank=True)
    loaded_row = models.IntegerField(_("row of that file"), null=True, blank=True)

    objects = OfHouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("household in a period")
        verbose_name_plural = _("households in a period")
        ordering = ["-year", "-stage"]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "year", "stage"], name="householdperiod_once_a_period"
            ),
            models.CheckConstraint(
                name="householdperiod_stage_1_to_4", condition=Q(stage__range=(1, 4))
            ),
        ]
        indexes = [models.Index(fields=["year", "stage"], name="householdperiod_period")]

    class Privacy:
        personal = {"household", "counts", "stated_amount", "computed_amount", "ministry_status"}
        ordinary = {"id", "year", "stage", "loaded_from", "loaded_row"}

    def __str__(self):
        return f"{self.household} {self.year}-{self.stage}"


class MemberPeriod(models.Model):
    """A member stood in the members file of one period. The newest of these says which file's
    values hold: an older file loaded later does not write over them."""

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="periods", verbose_name=_("member")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    stage = models.PositiveSmallIntegerField(_("stage"))
    loaded_from = models.BigIntegerField(_("loaded from"), null=True, blank=True)
    loaded_row = models.IntegerField(_("row of that file"), null=True, blank=True)

    objects = OfMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member in a period")
        verbose_name_plural = _("members in a period")
        ordering = ["-year", "-stage"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "year", "stage"], name="memberperiod_once_a_period"
            ),
            models.CheckConstraint(
                name="memberperiod_stage_1_to_4", condition=Q(stage__range=(1, 4))
            ),
        ]

    class Privacy:
        personal = {"member"}
        ordinary = {"id", "year", "stage", "loaded_from", "loaded_row"}

    def __str__(self):
        return f"{self.year}-{self.stage}"


class MemberComponent(models.Model):
    """The component a member counted for in one period, as the members file said."""

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="components", verbose_name=_("member")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    stage = models.PositiveSmallIntegerField(_("stage"))
    component = models.CharField(_("component"), max_length=20, choices=Component)
    loaded_from = models.BigIntegerField(_("loaded from"), null=True, blank=True)

    objects = OfMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member's component")
        verbose_name_plural = _("members' components")
        ordering = ["-year", "-stage"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "year", "stage", "component"], name="membercomponent_once"
            ),
            models.CheckConstraint(
                name="membercomponent_stage_1_to_4", condition=Q(stage__range=(1, 4))
            ),
        ]
        indexes = [models.Index(fields=["year", "stage"], name="membercomponent_period")]

    class Privacy:
        personal = {"member", "component"}
        ordinary = {"id", "year", "stage", "loaded_from"}

    def __str__(self):
        return f"{self.get_component_display()} {self.year}-{self.stage}"
