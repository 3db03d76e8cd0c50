import datetime as dt
import threading

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEvent
from beneficiaries.models import FormerCard, HouseholdStatusChange, Member, MemberEvent
from beneficiaries.services import (
    ChangedMeanwhile,
    change_card_number,
    change_household,
    change_household_status,
    change_member,
    change_member_status,
    exit_household,
    move_member,
    set_caretaker,
)
from core.errors import Refused
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory

TODAY = dt.date(2026, 11, 2)
NOW = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)


def test_change_member_keeps_the_earlier_state_and_its_author(operator):
    member = MemberFactory(name="SITI AMINAH")

    change_member(member=member, version=1, values={"name": "Siti  Aminah S."}, by=operator, at=NOW)

    member.refresh_from_db()
    earlier = MemberEvent.objects.get()
    assert (member.name, member.version, member.kept_fields) == ("SITI AMINAH S.", 2, ["name"])
    assert (earlier.name, earlier.version) == ("SITI AMINAH", 1)
    assert earlier.pgh_context.metadata["user"] == operator.pk
    assert AuditEvent.objects.get().data == {"fields": ["name"]}


def test_change_member_with_the_same_values_writes_no_history(operator):
    member = MemberFactory(name="SITI", kept_fields=["name"])

    change_member(member=member, version=1, values={"name": "siti"}, by=operator, at=NOW)

    assert (MemberEvent.objects.count(), AuditEvent.objects.count()) == (0, 0)


def test_change_member_of_an_older_reading_says_what_changed_and_who(operator, operator2):
    member = MemberFactory(name="SITI", birth_on=dt.date(1990, 1, 1))
    change_member(
        member=member, version=1, values={"birth_on": dt.date(1991, 2, 3)}, by=operator, at=NOW
    )

    with pytest.raises(ChangedMeanwhile) as refusal:
        change_member(member=member, version=1, values={"name": "SRI"}, by=operator2, at=NOW)

    assert refusal.value.changed_by == operator
    assert [
        (change["field"], change["before"], change["now"]) for change in refusal.value.changes
    ] == [("birth_on", dt.date(1990, 1, 1), dt.date(1991, 2, 3))]
    member.refresh_from_db()
    assert member.name == "SITI"


def test_change_member_never_shows_a_nik_in_the_conflict(operator, operator2):
    member = MemberFactory(nik="9901010101900001")
    change_member(member=member, version=1, values={"nik": "9901010101900002"}, by=operator, at=NOW)

    with pytest.raises(ChangedMeanwhile) as refusal:
        change_member(member=member, version=1, values={"name": "SRI"}, by=operator2, at=NOW)

    assert [
        (change["field"], change["before"], change["now"]) for change in refusal.value.changes
    ] == [("nik", None, None)]
    assert "99010101" not in str(refusal.value)


@pytest.mark.parametrize(
    "nik", ["990101010190000", "99010101019000011", "9901********0001", "9,90101E+15"]
)
def test_change_member_refuses_a_damaged_nik(operator, nik):
    member = MemberFactory(nik="9901010101900001")

    with pytest.raises(Refused) as refusal:
        change_member(member=member, values={"nik": nik}, by=operator, at=NOW)

    assert refusal.value.code == "damaged_nik"


def test_a_card_number_is_no_nik_and_a_nik_no_card_number(operator):
    """Swapped columns and slips of the eye; other families' numbers are not told."""
    member = MemberFactory(nik="9901010101900001")
    family = member.household
    change_card_number(
        household=family, kk_number="9901010101260007", on=TODAY, by=operator, at=NOW
    )
    change_card_number(
        household=family, kk_number="9901010101260008", on=TODAY, by=operator, at=NOW
    )

    codes = []
    for number in ("9901010101260007", "9901010101260008"):
        with pytest.raises(Refused) as refusal:
            change_member(member=member, values={"nik": number}, by=operator, at=NOW)
        codes.append(refusal.value.code)
    with pytest.raises(Refused) as refusal:
        change_card_number(household=family, kk_number=member.nik, on=TODAY, by=operator, at=NOW)

    assert [*codes, refusal.value.code] == ["nik_is_card", "nik_is_card", "card_is_nik"]


def test_change_member_refuses_a_nik_the_family_already_has(operator):
    member = MemberFactory()
    sister = MemberFactory(household=member.household)

    with pytest.raises(Refused) as refusal:
        change_member(member=member, values={"nik": sister.nik}, by=operator, at=NOW)

    assert refusal.value.code == "nik_twice"


def test_change_member_refuses_fields_it_does_not_know(operator):
    with pytest.raises(Refused) as refusal:
        change_member(
            member=MemberFactory(),
            values={"household_id": 1, "status": "died"},
            by=operator,
            at=NOW,
        )

    assert sorted(refusal.value.fields) == ["household_id", "status"]


@pytest.mark.django_db(transaction=True)
def test_twenty_changes_of_one_reading_let_exactly_one_win(operator):
    member = MemberFactory(name="SITI")
    start = threading.Barrier(20)
    answers = []

    def change(number):
        try:
            start.wait()
            change_member(
                member=member, version=1, values={"name": f"SITI {number}"}, by=operator, at=NOW
            )
            answers.append("won")
        except ChangedMeanwhile as refusal:
            answers.append(refusal.changed_by.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=change, args=[number]) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(str, answers)) == sorted(["won"] + [str(operator.pk)] * 19)
    assert Member.objects.get().version == 2
    assert MemberEvent.objects.count() == 1


def test_change_household_checks_the_version(operator, operator2):
    household = HouseholdFactory(rt="001")
    change_household(household=household, version=1, values={"rt": "005"}, by=operator, at=NOW)

    with pytest.raises(ChangedMeanwhile):
        change_household(household=household, version=1, values={"rt": "007"}, by=operator2, at=NOW)

    household.refresh_from_db()
    assert (household.rt, household.version, household.kept_fields) == ("005", 2, ["rt"])


def test_change_card_number_keeps_the_former_one(operator):
    household = HouseholdFactory(kk_number="9901010101900001")

    change_card_number(
        household=household, kk_number="9901 0101 0190 0002", on=TODAY, by=operator, at=NOW
    )

    household.refresh_from_db()
    former = FormerCard.objects.get()
    assert household.kk_number == "9901010101900002"
    assert (former.kk_number, former.replaced_on, former.replaced_by) == (
        "9901010101900001",
        TODAY,
        operator,
    )


def test_exit_household_is_a_dated_row_with_its_author(operator):
    household = HouseholdFactory()

    exit_household(household=household, on=TODAY, by=operator, at=NOW, reason="Graduasi")

    household.refresh_from_db()
    change = HouseholdStatusChange.objects.get()
    assert (household.status, household.exited_on) == ("exited", TODAY)
    assert (change.status, change.on, change.by, change.reason) == (
        "exited",
        TODAY,
        operator,
        "Graduasi",
    )


def test_change_household_status_brings_an_exited_family_back(operator):
    household = HouseholdFactory(status="exited", exited_on=TODAY)

    change_household_status(household=household, status="active", on=TODAY, by=operator, at=NOW)

    household.refresh_from_db()
    assert (household.status, household.exited_on) == ("active", None)


def test_set_caretaker_wants_an_active_member_of_the_family(operator):
    household = HouseholdFactory()
    member = MemberFactory(household=household)
    stranger = MemberFactory()

    set_caretaker(household=household, member=member, by=operator, at=NOW)
    with pytest.raises(Refused) as refusal:
        set_caretaker(household=household, member=stranger, by=operator, at=NOW)

    household.refresh_from_db()
    assert (household.caretaker_id, refusal.value.code) == (member.pk, "not_a_member")


def test_a_caretaker_neither_dies_nor_moves_before_another_is_chosen(operator):
    member = MemberFactory()
    household = member.household
    set_caretaker(household=household, member=member, by=operator, at=NOW)

    with pytest.raises(Refused) as died:
        change_member_status(member=member, status="died", on=TODAY, by=operator, at=NOW)
    with pytest.raises(Refused) as moved:
        move_member(member=member, household=HouseholdFactory(), by=operator, at=NOW)

    assert (died.value.code, moved.value.code) == ("is_caretaker", "is_caretaker")


def test_change_member_status_is_a_dated_row_with_its_author(operator):
    member = MemberFactory()

    change = change_member_status(member=member, status="died", on=TODAY, by=operator, at=NOW)

    member.refresh_from_db()
    assert (member.status, change.by, change.on) == ("died", operator, TODAY)


def test_versions_count_every_change(operator):
    member = MemberFactory()
    for name in ("A", "B", "C"):
        change_member(member=member, values={"name": name}, by=operator, at=timezone.now())

    member.refresh_from_db()
    assert member.version == 4
    assert list(MemberEvent.objects.order_by("pgh_id").values_list("version", flat=True)) == [
        1,
        2,
        3,
    ]
