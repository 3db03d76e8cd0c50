from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from beneficiaries.models import (
    FormerCard,
    Household,
    HouseholdEvent,
    HouseholdStatusChange,
    Member,
)
from beneficiaries.services.acting import acting
from beneficiaries.services.writing import locked, only, write
from beneficiaries.signals import household_changed, household_left
from core.errors import Refused
from core.nik import clean_nik

CHANGEABLE = {"desa_id", "address", "hamlet", "rt", "rw"}


@transaction.atomic
def change_household(*, household, values, by, at, version=None, reason=""):
    """Correct where a family lives; the values hold against later ministry files.

    The row is locked; ChangedMeanwhile when `version` is given and no longer current.
    """
    only(values, CHANGEABLE)
    with acting(by, "change_household"):
        household = locked(household, version, events=HouseholdEvent)
        before = write(household, values, keep=values)
        if before:
            audit.record(
                "household.changed",
                target=household,
                by=by,
                at=at,
                reason=reason,
                fields=sorted(before),
            )
        if "desa_id" in before:
            household_changed.send(sender=Household, household=household, at=at)
    household.before = before
    return household


@transaction.atomic
def change_card_number(*, household, kk_number, on, by, at, version=None, reason=""):
    """A family got another card; the former number stays findable."""
    digits, state = clean_nik(str(kk_number or ""))
    if kk_number not in (None, "") and state != "ok":
        raise Refused(
            "damaged_card",
            _("The family card number needs 16 digits."),
            fields={"kk_number": _("needs 16 digits")},
        )
    with acting(by, "change_card_number"):
        household = locked(household, version, events=HouseholdEvent)
        if digits and household.members.filter(nik=digits).exists():
            raise Refused(
                "card_is_nik",
                _("This is the NIK of a member, not the number of the family card."),
                fields={"kk_number": _("is the NIK of a member")},
            )
        former = household.kk_number
        before = write(household, {"kk_number": digits}, keep=["kk_number"])
        if before and former:
            FormerCard.objects.create(
                household=household, kk_number=former, replaced_on=on, replaced_by=by
            )
        if before:
            audit.record("household.card_changed", target=household, by=by, at=at, reason=reason)
    household.before = before
    return household


@transaction.atomic
def restore_household(*, household, values, kept_before, by, at, reason=""):
    """Put back values a withdrawn decision had changed; see restore_member.

    The number that was taken by mistake never was this family's card, so it is not kept as a
    former one, and the number put back is no former one either.
    """
    only(values, CHANGEABLE | {"kk_number"})
    with acting(by, "restore_household"):
        household = locked(household, None, events=HouseholdEvent)
        write(household, values, release=set(values) - set(kept_before))
        if values.get("kk_number"):
            newest = household.former_cards.filter(kk_number=values["kk_number"]).order_by("-pk")
            household.former_cards.filter(pk__in=newest.values("pk")[:1]).delete()
        audit.record(
            "household.restored",
            target=household,
            by=by,
            at=at,
            reason=reason,
            fields=sorted(values),
        )
    return household


@transaction.atomic
def change_household_status(*, household, status, on, by, at, version=None, reason=""):
    """Active or suspended from a day on. Leaving the programme is `exit_household`."""
    if status not in {Household.Status.ACTIVE, Household.Status.SUSPENDED}:
        raise Refused("invalid", _("A family leaves the programme by its own decision."))
    return _change_status(
        household=household,
        status=status,
        exited_on=None,
        on=on,
        by=by,
        at=at,
        version=version,
        reason=reason,
    )


@transaction.atomic
def exit_household(*, household, on, by, at, version=None, reason=""):
    """The family leaves the programme on that day; its members and history stay.

    `household_left` tells the floors above.
    """
    change = _change_status(
        household=household,
        status=Household.Status.EXITED,
        exited_on=on,
        on=on,
        by=by,
        at=at,
        version=version,
        reason=reason,
    )
    household_left.send(sender=Household, household=household, on=on, by=by, at=at)
    return change


@transaction.atomic
def change_exit_day(*, household, on, by, at, reason):
    """The family left on another day than was written down; it stays out."""
    with acting(by, "change_exit_day"):
        household = locked(household, None, events=HouseholdEvent)
        if household.status != Household.Status.EXITED:
            raise Refused("not_exited", _("This family is in the programme."))
        before = write(household, {"exited_on": on})
        if before:
            HouseholdStatusChange.objects.create(
                household=household, status=household.status, on=on, reason=reason, by=by
            )
            audit.record(
                "household.exit_day_changed", target=household, by=by, at=at, reason=reason
            )
    return household


@transaction.atomic
def set_caretaker(*, household, member, by, at, version=None, reason=""):
    """The person who holds the card: an active member of this very family."""
    with acting(by, "set_caretaker"):
        household = locked(household, version, events=HouseholdEvent)
        member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
        if member.household_id != household.pk or member.status != Member.Status.ACTIVE:
            raise Refused(
                "not_a_member", _("The caretaker must be an active member of this family.")
            )
        before = write(household, {"caretaker_id": member.pk}, keep=["caretaker"])
        if before:
            audit.record(
                "household.caretaker_set",
                target=household,
                by=by,
                at=at,
                reason=reason,
                earlier=before["caretaker_id"],
                now=member.pk,
            )
    return household


def _change_status(*, household, status, exited_on, on, by, at, version, reason):
    with acting(by, "change_household_status"):
        household = locked(household, version, events=HouseholdEvent)
        if household.status == status:
            raise Refused("same_status", _("The family already has this status."))
        write(household, {"status": status, "exited_on": exited_on}, keep=["status"])
        change = HouseholdStatusChange.objects.create(
            household=household, status=status, on=on, reason=reason, by=by
        )
        audit.record(
            "household.status_changed", target=household, by=by, at=at, reason=reason, status=status
        )
    return change
