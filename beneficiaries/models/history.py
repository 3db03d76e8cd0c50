"""What happened: status changes as dated rows, and every earlier state kept by trigger."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from beneficiaries.models.household import Household
from beneficiaries.models.member import Member
from beneficiaries.models.querysets import (
    EventQuerySet,
    MemberEventQuerySet,
    OfHouseholdQuerySet,
    OfMemberQuerySet,
)
from core.history import EVENT_FIELDS, earlier_states


class HouseholdStatusChange(models.Model):
    """A household became active, suspended or exited on a day, by somebody, for a reason."""

    household = models.ForeignKey(
        Household, models.PROTECT, related_name="status_changes", verbose_name=_("household")
    )
    status = models.CharField(_("status"), max_length=9, choices=Household.Status)
    on = models.DateField(_("on"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    objects = OfHouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("household status change")
        verbose_name_plural = _("household status changes")
        ordering = ["-on", "-id"]

    class Privacy:
        personal = {"household", "reason", "by"}
        ordinary = {"id", "status", "on", "recorded_at"}

    def __str__(self):
        return f"{self.household} {self.get_status_display()} {self.on}"


class MemberStatusChange(models.Model):
    """A member died, moved, or was found to stand here twice."""

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="status_changes", verbose_name=_("member")
    )
    status = models.CharField(_("status"), max_length=9, choices=Member.Status)
    on = models.DateField(_("on"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    objects = OfMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member status change")
        verbose_name_plural = _("member status changes")
        ordering = ["-on", "-id"]

    class Privacy:
        personal = {"member", "reason", "by"}
        ordinary = {"id", "status", "on", "recorded_at"}

    def __str__(self):
        return f"{self.get_status_display()} {self.on}"


_KEPT = EVENT_FIELDS | {"status", "version"}

_HouseholdEvent = earlier_states(Household)


class HouseholdEvent(_HouseholdEvent):
    """A household as it was until `pgh_created_at`."""

    objects = EventQuerySet.as_manager()

    class Meta(_HouseholdEvent.Meta):
        verbose_name = _("earlier state of a household")
        verbose_name_plural = _("earlier states of households")

    class Privacy:
        personal = Household.Privacy.personal | {"pgh_obj"}
        ordinary = Household.Privacy.ordinary | _KEPT


_MemberEvent = earlier_states(Member, exclude=["name_key"])


class MemberEvent(_MemberEvent):
    """A member as he or she was until `pgh_created_at`."""

    objects = MemberEventQuerySet.as_manager()

    class Meta(_MemberEvent.Meta):
        verbose_name = _("earlier state of a member")
        verbose_name_plural = _("earlier states of members")

    class Privacy:
        personal = (Member.Privacy.personal - {"name_key"}) | {"pgh_obj"}
        ordinary = Member.Privacy.ordinary | _KEPT
