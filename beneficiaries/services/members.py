import re
import unicodedata

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from beneficiaries.models import (
    Household,
    HouseholdEvent,
    Member,
    MemberEvent,
    MemberStatusChange,
)
from beneficiaries.services.acting import acting
from beneficiaries.services.writing import checked, locked, only, write
from beneficiaries.signals import household_changed
from core.errors import Refused
from core.names import clean_name
from core.nik import clean_nik

CHANGEABLE = {
    "nik",
    "name",
    "birth_on",
    "birth_place",
    "sex",
    "mother_name",
    "relationship",
}


@transaction.atomic
def add_member(*, household, values, by, at, version=None, reason=""):
    """A person joins a family: a child was born. No file has named this member yet.

    `values` as for change_member, a name at least; `version` is that of the family. Refused
    (`member_twice`) when an active member has the same name and birth date.
    """
    only(values, CHANGEABLE)
    with acting(by, "add_member"):
        household = locked(household, version, events=HouseholdEvent)
        if household.status == Household.Status.EXITED:
            raise Refused("family_exited", _("This family has left the programme."))
        values = {name: _clean(name, value) for name, value in values.items()}
        if values.get("nik"):
            _refuse_not_of_this_person(Member(household=household), values["nik"])
        if household.members.filter(
            status=Member.Status.ACTIVE,
            name=values.get("name"),
            birth_on=values.get("birth_on"),
        ).exists():
            raise Refused("member_twice", _("This family has this member already."))
        member = Member(household=household, **values, kept_fields=sorted(values))
        checked(member, values)
        member.save()
        audit.record("member.added", target=member, by=by, at=at, reason=reason)
    return member


@transaction.atomic
def change_member(*, member, values, by, at, version=None, reason=""):
    """Correct what is written about a person; the values hold against later ministry files.

    The row is locked; ChangedMeanwhile when `version` is given and no longer current. `values`
    maps field to value; an empty NIK is unknown. A damaged NIK is refused (`damaged_nik`), never
    repaired, and so is the family's card number (`nik_is_card`).
    """
    only(values, CHANGEABLE)
    with acting(by, "change_member"):
        member = locked(member, version, events=MemberEvent)
        values = {name: _clean(name, value) for name, value in values.items()}
        if values.get("nik"):
            _refuse_not_of_this_person(member, values["nik"])
        before = write(member, values, keep=values)
        if before:
            audit.record(
                "member.changed", target=member, by=by, at=at, reason=reason, fields=sorted(before)
            )
    member.before = before
    return member


@transaction.atomic
def restore_member(*, member, values, kept_before, by, at, reason=""):
    """Put back values a withdrawn decision had changed.

    Fields that were not in `kept_before`, the fields kept before that decision, follow the
    ministry's files again.
    """
    only(values, CHANGEABLE)
    with acting(by, "restore_member"):
        member = locked(member, None, events=MemberEvent)
        write(member, values, release=set(values) - set(kept_before))
        audit.record(
            "member.restored", target=member, by=by, at=at, reason=reason, fields=sorted(values)
        )
    return member


@transaction.atomic
def change_member_status(*, member, status, on, by, at, version=None, reason=""):
    """A member died, moved or stands here twice: a dated row with its author.

    The caretaker of a family is replaced first; a family without one cannot be paid.
    """
    if status not in Member.Status.values:
        raise Refused("invalid", _("This status does not exist."), fields={"status": status})
    with acting(by, "change_member_status"):
        member = locked(member, version, events=MemberEvent)
        if member.status == status:
            raise Refused("same_status", _("The member already has this status."))
        if (
            status != Member.Status.ACTIVE
            and Household.objects.filter(caretaker_id=member.pk).exists()
        ):
            raise Refused(
                "is_caretaker", _("This person is the caretaker. Choose another caretaker first.")
            )
        write(member, {"status": status}, keep=["status"])
        change = MemberStatusChange.objects.create(
            member=member, status=status, on=on, reason=reason, by=by
        )
        audit.record("member.status_changed", target=member, by=by, at=at, status=status)
        household_changed.send(sender=Household, household=member.household, at=at)
    return change


@transaction.atomic
def move_member(*, member, household, by, at, version=None, reason=""):
    """A person now belongs to another family; a caretaker is replaced first."""
    with acting(by, "move_member"):
        household = Household.objects.select_for_update(of=("self",)).get(pk=household.pk)
        member = locked(member, version, events=MemberEvent)
        if member.household_id == household.pk:
            raise Refused("same_household", _("The member already belongs to this family."))
        if Household.objects.filter(caretaker_id=member.pk).exists():
            raise Refused(
                "is_caretaker", _("This person is the caretaker. Choose another caretaker first.")
            )
        earlier = member.household_id
        write(member, {"household_id": household.pk}, keep=["household"])
        audit.record(
            "member.moved",
            target=member,
            by=by,
            at=at,
            reason=reason,
            earlier=earlier,
            now=household.pk,
        )
        for one in (Household.objects.get(pk=earlier), household):
            household_changed.send(sender=Household, household=one, at=at)
    return member


def _clean(name, value):
    if name == "nik":
        if value in (None, ""):
            return None
        digits, state = clean_nik(str(value))
        if state == "repeated":
            raise Refused(
                "damaged_nik",
                _("A NIK is not one digit sixteen times. Leave it empty when it is not known."),
                fields={"nik": _("one digit only")},
            )
        if state != "ok":
            raise Refused(
                "damaged_nik",
                _("The NIK needs 16 digits. Leave it empty when it is not known."),
                fields={"nik": _("needs 16 digits")},
            )
        return digits
    if name in {"name", "mother_name"}:
        cleaned = clean_name(_plain(str(value or ""))) or ""
        if name == "name" and not cleaned:
            raise Refused(
                "invalid", _("A name is needed."), fields={"name": _("A name is needed.")}
            )
        if cleaned and not _A_NAME.fullmatch(cleaned):
            raise Refused(
                "invalid",
                _("A name has letters and begins with one."),
                fields={name: _("begins with a letter")},
            )
        return cleaned
    if name == "birth_on" and value:
        today = timezone.localdate()
        if not today.replace(year=today.year - 120, day=1) <= value <= today:
            raise Refused(
                "invalid",
                _("A birth date lies in the last 120 years."),
                fields={"birth_on": _("in the last 120 years")},
            )
    return value


# As an import demands: a letter somewhere, and nothing a spreadsheet would calculate.
_A_NAME = re.compile(r"[^\W\d_].*", re.DOTALL)


def _plain(text):
    """Without control and direction marks, which only hide what is written."""
    return "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf"))


def _refuse_not_of_this_person(member, nik):
    """The number of the family's own card, now or before, and that of another of its members: what
    swapped columns and slips of the eye bring. Other families are not asked, for the answer would
    tell whose number it is."""
    household = member.household
    if nik == household.kk_number or household.former_cards.filter(kk_number=nik).exists():
        raise Refused(
            "nik_is_card",
            _("This is the number of the family card, not a NIK."),
            fields={"nik": _("is the number of the family card")},
        )
    if (
        Member.objects.filter(household_id=member.household_id, nik=nik, status="active")
        .exclude(pk=member.pk)
        .exists()
    ):
        raise Refused(
            "nik_twice",
            _("Another member of this family already has this NIK."),
            fields={"nik": _("used in this family")},
        )
