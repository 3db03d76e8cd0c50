import pytest
from django.db import connection

from beneficiaries.models import (
    FormerCard,
    Household,
    HouseholdEvent,
    HouseholdPeriod,
    HouseholdStatusChange,
    Member,
    MemberComponent,
    MemberEvent,
)
from beneficiaries.services import change_card_number, change_member
from dtks.integrity import violations
from dtks.loading import load_register, preview_load
from dtks.services import approve_snapshot
from graduation.models import Exit, GraduationCase
from tests.dtks.staged import NOW, card, family, nik, person, stage, village
from tests.factories.graduation import case_of, the_head

pytestmark = pytest.mark.django_db


@pytest.fixture
def staged(operator):
    village()

    def make(source, rows, **more):
        return stage(source, rows, by=operator, **more)

    return make


@pytest.fixture
def load(operator2):
    return lambda snapshot: load_register(snapshot=snapshot, by=operator2, at=NOW)


def written(result):
    return {
        key: value
        for key, value in result.items()
        if key.endswith(("created", "updated")) or key == "absent"
    }


def counts(households=(0, 0), members=(0, 0), absent=0):
    return {
        "households_created": households[0],
        "households_updated": households[1],
        "members_created": members[0],
        "members_updated": members[1],
        "absent": absent,
    }


def register():
    """The whole register as one comparable value, without keys and versions."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT h.kk_number, h.desa_id, h.address, h.rt, h.rw, h.status, h.first_year,
                   h.first_stage, c.nik, m.nik, m.name, m.birth_on, m.sex, m.mother_name,
                   m.relationship, m.status, m.loaded_row,
                   (SELECT source FROM dtks_snapshot s WHERE s.id = m.loaded_from),
                   (SELECT array_agg(x.year * 10 + x.stage || x.component ORDER BY x.year, x.stage)
                    FROM beneficiaries_membercomponent x WHERE x.member_id = m.id),
                   (SELECT array_agg(concat(p.year, p.stage, p.counts, p.stated_amount, ':',
                                            p.computed_amount) ORDER BY p.year, p.stage)
                    FROM beneficiaries_householdperiod p WHERE p.household_id = h.id)
            FROM beneficiaries_household h
            JOIN beneficiaries_member m ON m.household_id = h.id
            LEFT JOIN beneficiaries_member c ON c.id = h.caretaker_id
            ORDER BY h.kk_number, m.nik, m.name
            """
        )
        return cursor.fetchall()


def test_final_closing_creates_families_caretakers_and_the_period(staged, load, operator2):
    snapshot = staged(
        "final_closing",
        [family(1, primary="3", amount="675000"), family(2, senior="1.0", amount="Rp 500.000")],
    )

    result = load(snapshot)

    assert written(result) == counts((2, 0), (2, 0))
    assert result["components"] == {"primary": 3, "senior": 1}
    assert (result["stated_total"], result["computed_total"]) == (1_175_000, 1_175_000)
    household = Household.objects.get(kk_number=card(1))
    assert household.caretaker.nik == nik(1)
    assert (household.desa_id, household.rt, household.rw) == ("99.01.01.2001", "001", "002")
    assert (household.first_year, household.first_stage) == (2026, 4)
    assert (household.loaded_from, household.loaded_row) == (snapshot.pk, 2)
    period = HouseholdPeriod.objects.get(household=household)
    assert (period.counts, period.stated_amount, period.computed_amount) == (
        {"primary": 3},
        675_000,
        675_000,
    )
    change = HouseholdStatusChange.objects.get(household=household)
    assert (change.status, change.by) == ("active", operator2)
    assert (MemberEvent.objects.count(), HouseholdEvent.objects.count()) == (0, 0)
    assert violations_but_audit() == []


def test_members_file_is_where_a_caretaker_of_final_closing_comes_from(staged, load):
    load(staged("final_closing", [family(1, primary="1")]))
    members = staged("members", [person(9, 1, component="SD"), person(1, 1)])

    result = load(members)

    assert written(result) == counts((0, 0), (1, 1))
    mother = Member.objects.get(nik=nik(1))
    assert (mother.loaded_from, mother.loaded_row) == (members.pk, 3)
    assert (mother.sex, mother.mother_name, mother.relationship) == ("P", "SUMIATI", "spouse")
    child = Member.objects.get(nik=nik(9))
    assert child.household == mother.household
    assert MemberComponent.objects.get().component == "primary"


def test_the_two_files_of_a_period_may_come_in_either_order(staged, load):
    closing = [family(n, early_child="1", amount="750000") for n in range(1, 6)]
    # The third caretaker's NIK is mistyped in one of the two files.
    closing[2]["nik"] = nik(777)
    people = [person(n, n) for n in range(1, 6)] + [
        person(20 + n, n, component="AUD") for n in range(1, 6)
    ]
    load(staged("final_closing", closing))
    load(staged("members", people))
    one = register()
    empty()

    load(staged("members", people))
    load(staged("final_closing", closing))

    assert len(one) == 10
    assert register() == one
    assert violations_but_audit() == []


def test_loading_the_same_content_again_changes_nothing(staged, load):
    closing, people = [family(1), family(2)], [person(1, 1), person(2, 2), person(8, 2)]
    load(staged("final_closing", closing))
    load(staged("members", people))
    before = register()

    again = [load(staged("final_closing", closing)), load(staged("members", people))]

    assert [written(result) for result in again] == [counts(), counts()]
    assert register() == before
    assert Household.objects.filter(version__gt=1).count() == 0


def test_preview_says_what_loading_does_and_leaves_nothing(staged, load, operator2):
    load(staged("final_closing", [family(1), family(2)], period=(2026, 3)))
    snapshot = staged("final_closing", [family(1, address="JL BARU"), family(3, primary="2")])
    before = register()

    promised = preview_load(snapshot=snapshot, by=operator2, at=NOW)
    untouched = register()
    done = load(snapshot)

    assert promised == done
    assert written(done) == counts((1, 1), (1, 0), absent=1)
    assert untouched == before


def test_absent_families_are_reported_and_never_deleted(staged, load):
    load(staged("final_closing", [family(1), family(2), family(3)], period=(2026, 3)))

    result = load(staged("final_closing", [family(2)]))

    assert result["absent"] == 2
    assert list(Household.objects.values_list("status", flat=True)) == ["active"] * 3


def test_a_rejected_row_is_never_loaded(staged, load):
    result = load(
        staged("final_closing", [family(1), family(2, nik="99010101019000")], rejected=[1])
    )

    assert written(result) == counts((1, 0), (1, 0))
    assert result["left_out"] == {}


def test_a_row_that_cannot_be_placed_is_counted(staged, load):
    result = load(
        staged(
            "members",
            [person(1, 1), person(1, 1), person(3, 3, kk_number=""), person(4, 4, village="ENTAH")],
        )
    )

    assert result["left_out"] == {
        "same_row_twice": 1,
        "no_family_card": 1,
        "village_unknown": 1,
    }
    assert Member.objects.count() == 1


def test_a_family_with_a_new_card_is_known_by_its_caretaker(staged, load, operator2):
    load(staged("final_closing", [family(1)], period=(2026, 3)))
    household = Household.objects.get()

    result = load(staged("final_closing", [family(1, kk_number=card(500))]))

    household.refresh_from_db()
    assert written(result) == counts((0, 1))
    assert household.kk_number == card(500)
    former = FormerCard.objects.get()
    assert (former.household, former.kk_number, former.replaced_by) == (
        household,
        card(1),
        operator2,
    )


def test_a_family_with_a_new_caretaker_is_known_by_its_card(staged, load):
    load(staged("final_closing", [family(1)], period=(2026, 3)))

    result = load(staged("final_closing", [family(7, kk_number=card(1))]))

    household = Household.objects.get()
    assert written(result) == counts((0, 1), (1, 0))
    assert household.caretaker.nik == nik(7)
    assert household.members.count() == 2


def test_a_family_is_known_by_a_card_it_held_before(staged, load, operator):
    load(staged("final_closing", [family(1)], period=(2026, 3)))
    household = Household.objects.get()
    change_card_number(household=household, kk_number=card(2), on=NOW.date(), by=operator, at=NOW)

    result = load(staged("final_closing", [family(7, kk_number=card(1))]))

    household.refresh_from_db()
    assert written(result) == counts((0, 1), (1, 0))
    # What the officer decided about the card stands against the file.
    assert household.kk_number == card(2)


def test_an_older_period_loaded_later_does_not_write_over_newer_values(staged, load):
    load(staged("final_closing", [family(1, address="JL BARU", rt="9")]))
    load(staged("members", [person(1, 1, mother_name=""), person(9, 1, name="ANAK BARU")]))

    older = load(
        staged("final_closing", [family(1, name="NAMA LAMA", address="JL LAMA")], period=(2026, 2))
    )
    load(
        staged(
            "members",
            [person(1, 1, mother_name="IJAH"), person(9, 1, name="NAMA LAMA")],
            period=(2026, 2),
        )
    )

    household = Household.objects.get()
    assert written(older) == counts((0, 1))
    assert (household.address, household.rt) == ("JL BARU", "009")
    assert (household.first_year, household.first_stage) == (2026, 2)
    assert household.caretaker.name == family(1)["name"]
    assert Member.objects.get(nik=nik(9)).name == "ANAK BARU"
    # What the newer file left empty may come from the older one.
    assert household.caretaker.mother_name == "IJAH"
    assert household.periods.count() == 2


def test_a_file_does_not_write_over_what_an_officer_decided(staged, load, operator):
    load(staged("members", [person(1, 1)], period=(2026, 3)))
    member = Member.objects.get()
    change_member(member=member, values={"name": "IBU TEPAT"}, by=operator, at=NOW)

    load(staged("members", [person(1, 1, mother_name="IJAH")]))

    member.refresh_from_db()
    assert (member.name, member.mother_name) == ("IBU TEPAT", "IJAH")


def test_a_corrected_nik_is_the_same_person_of_the_family(staged, load):
    load(staged("members", [person(1, 1), person(9, 1)], period=(2026, 3)))

    result = load(staged("members", [person(1, 1), person(9, 1, nik=nik(10))]))

    assert written(result) == counts((0, 0), (0, 2))
    assert list(Member.objects.order_by("nik").values_list("nik", flat=True)) == [nik(1), nik(10)]
    assert MemberEvent.objects.get().nik == nik(9)


def test_somebody_elses_nik_in_another_family_makes_a_second_person(staged, load):
    load(staged("members", [person(1, 1), person(9, 1)], period=(2026, 3)))

    load(
        staged(
            "members",
            [person(2, 2, nik=nik(9), name="PAK LAIN SEKALI", birth_date="17/08/1950")],
        )
    )

    assert Member.objects.filter(nik=nik(9)).count() == 2
    assert Household.objects.count() == 2


def test_twins_of_one_birth_date_stay_two(staged, load):
    twins = [
        person(11, 1, name="RAMA", birth_date="01/02/2015"),
        person(12, 1, name="RAMI", birth_date="01/02/2015"),
    ]
    load(staged("members", twins, period=(2026, 3)))

    result = load(staged("members", twins[::-1]))

    assert Member.objects.count() == 2
    assert {m.nik: m.name for m in Member.objects.all()} == {nik(11): "RAMA", nik(12): "RAMI"}
    assert result["members_created"] == 0


def test_a_child_who_marries_moves_and_a_caretaker_who_moves_is_replaced(staged, load):
    load(staged("final_closing", [family(1), family(2)], period=(2026, 3)))
    load(staged("members", [person(1, 1), person(2, 2), person(9, 1)], period=(2026, 3)))

    load(staged("final_closing", [family(1), family(2)]))
    load(staged("members", [person(1, 1), person(2, 2), person(9, 2)]))

    assert Member.objects.get(nik=nik(9)).household.kk_number == card(2)
    assert violations_but_audit() == []


def test_two_families_on_one_card_stay_two(staged, load):
    closing = [family(1), family(2, kk_number=card(1))]
    people = [person(1, 1), person(2, 1, name=family(2)["name"], birth_date="03/03/1985")]
    load(staged("final_closing", closing))
    result = load(staged("members", people))

    assert Household.objects.count() == 2
    assert written(result)["members_created"] == 0
    assert {m.household_id for m in Member.objects.all()} == set(
        Household.objects.values_list("pk", flat=True)
    )


def test_components_of_a_period_follow_its_newest_file(staged, load):
    load(staged("members", [person(9, 1, component="SD")]))

    load(staged("members", [person(9, 1, component="SMP")]))

    assert [c.component for c in MemberComponent.objects.all()] == ["junior"]


@pytest.mark.parametrize(
    ("word", "component"),
    [
        ("HAMIL", "pregnancy"),
        ("AUD", "early_child"),
        ("SD", "primary"),
        ("SMP", "junior"),
        ("SMA", "senior"),
        ("DISABIL", "severe_disability"),
        ("LANSIA", "elderly"),
        ("HAM", "rights_victim"),
        ("Anak Usia Dini", "early_child"),
        ("LANJUT-USIA (70+)", "elderly"),
        ("SLTP", "junior"),
        ("SLTA", "senior"),
        ("PDB", "severe_disability"),
    ],
)
def test_component_words_of_the_ministry(staged, load, word, component):
    result = load(staged("members", [person(9, 1, component=word)]))

    assert result["components"] == {component: 1}


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("675000", 675000),
        ("675.000", 675000),
        ("Rp 1.462.425.000,00", 1462425000),
        ("1,500,000", 1500000),
        ("Rp. 225.000,-", 225000),
        ("Rp225.000.-", 225000),
        ("IDR 225.000", 225000),
        ("225.000,00", 225000),
        ("Rp\u00a0225.000", 225000),
        ("225000,--", 225000),
        ("225.000-", None),
        ("-225.000,-", None),
        ("(225.000)", None),
        ("USD 225", None),
        ("3.0", 3),
        ("3", 3),
        ("", None),
        ("-5", None),
        ("3.2E+15", None),
        ("tiga", None),
    ],
)
def test_whole_numbers_as_offices_write_them(cell, number):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pkh_whole(%s)", [cell])
        assert cursor.fetchone() == (number,)


def empty():
    with connection.cursor() as cursor:
        for table in (
            "membercomponent",
            "memberperiod",
            "householdperiod",
            "formercard",
            "householdstatuschange",
        ):
            cursor.execute(f"DELETE FROM beneficiaries_{table}")
        cursor.execute("UPDATE beneficiaries_household SET caretaker_id = NULL")
        cursor.execute("DELETE FROM beneficiaries_member")
        cursor.execute("DELETE FROM beneficiaries_household")


def violations_but_audit():
    """Loading alone, without the approval that audits it."""
    return [found for found in violations() if found["code"] not in {"problem_counts_differ"}]


def test_a_final_closing_confirms_who_it_lacks_and_nobody_it_may_hold(
    staged, load, operator, operator2, sari, ratna
):
    """Of three submitted families one is gone, one is there, and one stands in a rejected row."""
    load(staged("final_closing", [family(1), family(2), family(3), family(4)], period=(2026, 3)))
    cases = [
        case_of(
            Household.objects.get(caretaker__name=one["name"]),
            by=sari, verifier=ratna, approver=the_head(), upto="submitted", at=NOW,
        )
        for one in (family(1), family(2), family(3))
    ]  # fmt: skip
    broken = family(3, nik="99010101019000", kk_number="")
    snapshot = staged("final_closing", [family(2), family(4), broken], rejected=[2])

    approve_snapshot(snapshot=snapshot, by=operator2, at=NOW)

    states = [GraduationCase.objects.get(pk=case.pk).state for case in cases]
    assert states == ["confirmed", "submitted", "submitted"]
    assert [one.basis for one in Exit.objects.all()] == ["closing"]
