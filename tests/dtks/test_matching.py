"""What becomes of particular people: twins, namesakes, movers, shared and damaged numbers.

Each stands in a small district whose other families agree in everything, so that the file has
taught what agreement means.
"""

import datetime as dt

import pytest
from django.db import connection

from beneficiaries.models import Household, Member
from core.nik import birth_code
from dtks.matching import Thresholds, explain, fingerprint, reconcile_snapshot
from dtks.models import Decision, Difference
from tests.dtks.staged import DTSEN_FAMILIES, FINAL_CLOSING, NOW, stage, village

HOME, AWAY = "99.01.01.2001", "99.01.01.2002"
VILLAGES = {HOME: "Sukamaju", AWAY: "Sidodadi"}
FIRST = "SUMIATI KARTINI LASMI RUKMINI WAGINEM PARTINI SULASTRI TUMINAH SUHARTI JUMIATI".split()
LAST = "WIDODO HARTONO SUTRISNO PRASETYO NUGROHO GUNAWAN SETIAWAN HIDAYAT SAPUTRA".split()


def number(born, sex, serial=1, place="990101"):
    return f"{place}{birth_code(born, sex)}{serial:04d}"


class District:
    """People of the register, and the rows a registry has about them or about others."""

    def __init__(self, by):
        self.by, self.rows, self.cards = by, [], 0
        for code, name in VILLAGES.items():
            village(code, name, "Tanjung")
        for place in range(70):
            card = self.card()
            for child in range(4):
                born = dt.date(1980, 1, 5) + dt.timedelta(days=211 * place + 1487 * child)
                name = f"{FIRST[(place + 3 * child) % 10]} {LAST[(place // 7 + child) % 9]}"
                self.present(self.member(name, born, card=card, mother=f"{FIRST[place % 10]}"))

    def card(self):
        self.cards += 1
        return f"990101010220{self.cards:04d}"

    def member(self, name, born, *, card=None, sex="P", mother="PONIRAH DEWI", serial=1, nik=None):
        card = card or self.card()
        home, _ = Household.objects.get_or_create(kk_number=card, defaults={"desa_id": HOME})
        return Member.objects.create(
            household=home, name=name, birth_on=born, sex=sex, mother_name=mother,
            nik=nik or number(born, sex, serial),
        )  # fmt: skip

    def present(self, member, **other):
        """A row that says what the register says, but for `other`; returns its row number."""
        self.rows.append(
            {
                "kk_number": member.household.kk_number,
                "nik": member.nik,
                "name": member.name,
                "birth_date": member.birth_on.strftime("%d/%m/%Y"),
                "sex": member.sex,
                "mother_name": member.mother_name,
                "relationship": "ANAK",
                "village": VILLAGES[member.household.desa_id],
                "subdistrict": "Tanjung",
            }
            | other
        )
        return len(self.rows) + 1

    def reconcile(self, **options):
        self.snapshot = stage("dtks", self.rows, by=self.by)
        return reconcile_snapshot(snapshot=self.snapshot, **options)

    def about(self, member):
        return Difference.objects.get(snapshot=self.snapshot, member=member)


@pytest.fixture
def district(operator):
    return District(operator)


BORN = dt.date(2011, 3, 4)


def test_the_same_number_and_data_match(district):
    ani = district.member("ANI RAHAYU", BORN)
    row = district.present(ani)

    result = district.reconcile()

    found = district.about(ani)
    assert (found.outcome, found.row_number, found.rule) == ("matched", row, "nik_verified")
    assert result["outcomes"] == {
        "matched": 281, "matched_changed": 0, "review": 0, "duplicate": 0, "missing": 0,
        "new_in_source": 0,
    }  # fmt: skip
    assert (result["register_members"], result["source_rows"]) == (281, 281)


def test_what_differs_is_named_and_another_spelling_is_not(district):
    ani = district.member("SITI NURHAYATI", BORN)
    district.present(
        ani, name="ST. NOER HAYATI", village="Sidodadi", kk_number="9901010102209999",
        mother_name="SRI", relationship="",
    )  # fmt: skip

    district.reconcile()

    found = district.about(ani)
    assert found.outcome == "matched_changed"
    assert found.changed_fields == ["kk_number", "mother_name", "village"]


def test_a_damaged_number_matches_by_card_and_name_and_is_not_repaired(district):
    ani = district.member("ANI RAHAYU", BORN)
    row = district.present(ani, nik="9,90101E+15")

    district.reconcile()

    found = district.about(ani)
    assert (found.outcome, found.row_number, found.rule) == ("matched", row, "card_and_name")
    ani.refresh_from_db()
    assert ani.nik == number(BORN, "P")


def test_somebody_without_number_and_card_goes_to_a_person(district):
    ani = district.member("ANI RAHAYU", BORN)
    row = district.present(ani, nik="", kk_number="9901010102209999")

    district.reconcile()

    found = district.about(ani)
    assert (found.outcome, found.kind, found.candidates) == ("review", "moved", [row])
    assert found.probability > 0.99  # sure, and asked all the same


def test_a_twin_does_not_stand_in_for_the_absent_one(district):
    ani = district.member("ANI RAHAYU", BORN)
    district.present(ani, name="ANA RUKMANA", nik=number(BORN, "P", 2))

    district.reconcile()

    assert district.about(ani).outcome in {"missing", "review"}


YEAR_BEFORE = BORN.replace(year=2010)
STAND_INS = {
    "the next serial, a letter off": {"name": "ANU RAHAYU", "nik": number(BORN, "P", 2)},
    "and no mother": {"name": "ANU RAHAYU", "nik": number(BORN, "P", 2), "mother_name": ""},
    "masked": {"name": "ANU RAHAYU", "nik": f"{number(BORN, 'P')[:12]}****"},
    "no number and no mother": {"name": "ANU RAHAYU", "nik": "", "mother_name": ""},
    "a year older": {
        "name": "ANU RAHAYU", "nik": number(YEAR_BEFORE, "P"),
        "birth_date": YEAR_BEFORE.strftime("%d/%m/%Y"),
    },
    "of the same name": {
        "nik": number(YEAR_BEFORE, "P"), "birth_date": YEAR_BEFORE.strftime("%d/%m/%Y"),
    },
}  # fmt: skip


@pytest.mark.parametrize("stand_in", STAND_INS.values(), ids=STAND_INS)
def test_a_sister_on_the_same_card_is_not_taken_for_the_absent_one(district, stand_in):
    ani = district.member("ANI RAHAYU", BORN)
    district.present(ani, **stand_in)

    district.reconcile()

    assert district.about(ani).outcome in {"missing", "review"}


def test_a_namesake_of_another_family_is_not_matched(district):
    ani = district.member("ANI RAHAYU", BORN)
    later = BORN + dt.timedelta(days=1)
    district.present(
        ani, birth_date=later.strftime("%d/%m/%Y"), nik=number(later, "P"), mother_name="WARSINI",
        kk_number="9901010102209999",
    )  # fmt: skip

    district.reconcile()

    assert district.about(ani).outcome in {"missing", "review"}


def test_twins_of_one_name_beginning_each_find_their_own_row(district):
    card = district.card()
    ani = district.member("ANI RAHAYU", BORN, card=card, serial=1)
    ana = district.member("ANA RAHAYU", BORN, card=card, serial=2)
    row_of_ana = district.present(ana, nik="")
    row_of_ani = district.present(ani, nik="0")

    district.reconcile()

    assert {district.about(ani).row_number, district.about(ana).row_number} == {
        row_of_ani, row_of_ana,
    }  # fmt: skip
    assert district.about(ani).row_number == row_of_ani


def test_a_number_at_other_data_is_a_question(district):
    ani = district.member("ANI RAHAYU", BORN)
    other = dt.date(1961, 8, 17)
    row = district.present(
        ani, name="SUGENG WALUYO", birth_date=other.strftime("%d/%m/%Y"), sex="L",
        mother_name="KASIYEM", kk_number="9901010102209999", village="Sidodadi",
    )  # fmt: skip

    district.reconcile()

    found = district.about(ani)
    assert (found.outcome, found.kind, found.candidates) == ("review", "shared_nik", [row])


def test_two_rows_of_one_person_are_one_question(district):
    ani = district.member("ANI RAHAYU", BORN)
    first = district.present(ani)
    second = district.present(ani, village="Sidodadi", kk_number="9901010102209999")
    third = district.present(ani, nik="9901**********01")

    district.reconcile()

    found = district.about(ani)
    assert (found.outcome, found.kind, found.row_number) == ("duplicate", "duplicate_rows", first)
    assert found.candidates == [first, second, third]
    assert not Difference.objects.filter(
        snapshot=district.snapshot, outcome="new_in_source"
    ).exists()


def test_two_members_of_one_number_are_not_both_given_the_row(district):
    card = district.card()
    ani = district.member("ANI RAHAYU", BORN, card=card)
    again = district.member("ANI RAHAYU", BORN, card=card)
    district.present(ani)

    district.reconcile()

    outcomes = sorted(district.about(member).outcome for member in (ani, again))
    assert outcomes == ["missing", "review"]


def test_absent_and_unknown_people_are_reported(district):
    gone = district.member("ANI RAHAYU", BORN)
    district.present(
        gone, name="BAMBANG SUGENG", nik=number(dt.date(1970, 2, 3), "L"), sex="L",
        birth_date="03/02/1970", mother_name="TUTIK", kk_number="9901010102209999",
    )  # fmt: skip

    district.reconcile()

    assert district.about(gone).outcome == "missing"
    new = Difference.objects.get(snapshot=district.snapshot, outcome="new_in_source")
    assert (new.member_id, new.row_number, new.village_id) == (None, 282, HOME)


def test_those_who_died_or_whose_family_left_are_not_looked_for(district):
    died = district.member("ANI RAHAYU", BORN)
    left = district.member("ANA RUKMANA", BORN)
    Member.objects.filter(pk=died.pk).update(status="died")
    Household.objects.filter(pk=left.household_id).update(status="exited", exited_on=BORN)

    result = district.reconcile()

    assert result["register_members"] == 280


@pytest.fixture
def homes(operator):
    """Four families of three, the first of each marked head; nobody else is in the register."""
    district = District.__new__(District)
    district.by, district.rows, district.cards = operator, [], 0
    village(HOME, VILLAGES[HOME], "Tanjung")
    homes = []
    for place in range(4):
        card = district.card()
        names = (f"{first} {LAST[place]}" for first in FIRST[3 * (place % 3) :][:3])
        home = [
            district.member(name, BORN + dt.timedelta(days=500 * nth + place), card=card)
            for nth, name in enumerate(names)
        ]
        Member.objects.filter(pk=home[0].pk).update(relationship="head")
        homes.append(home)
    return homes


def rows_of(fields, members):
    """What a file of these columns, with one row a family, says when it names these members."""
    rows = [
        {
            "kk_number": member.household.kk_number,
            "name": member.name,
            "nik": member.nik,
            "birth_date": member.birth_on.strftime("%d/%m/%Y"),
            "village": VILLAGES[HOME],
            "subdistrict": "Tanjung",
        }
        for member in members
    ]
    return [{name: cell for name, cell in row.items() if name in fields} for row in rows]


def outcomes_of(snapshot):
    found = Difference.objects.filter(snapshot=snapshot, member__isnull=False)
    return dict(found.values_list("member_id", "outcome"))


def test_a_file_of_families_misses_nobody_for_not_being_the_head(homes, operator):
    heads = [home[0] for home in homes]
    snapshot = stage("dtsen_families", rows_of(DTSEN_FAMILIES, heads[:3]), by=operator)

    result = reconcile_snapshot(snapshot=snapshot)

    # Without a NIK nothing teaches what agreement means, so a person confirms.
    assert outcomes_of(snapshot) == {
        heads[0].pk: "review", heads[1].pk: "review", heads[2].pk: "review",
        heads[3].pk: "missing",
    }  # fmt: skip
    assert {found.kind for found in Difference.objects.filter(outcome="review")} == {"few_teachers"}
    assert result["register_members"] == 4 == sum(result["outcomes"].values())


def test_a_family_under_another_member_is_not_absent(homes, operator):
    spouse = homes[0][1]
    snapshot = stage("dtsen_families", rows_of(DTSEN_FAMILIES, [spouse]), by=operator)

    reconcile_snapshot(snapshot=snapshot)

    absent = {home[0].pk: "missing" for home in homes[1:]}
    assert outcomes_of(snapshot) == {spouse.pk: "review"} | absent


def test_final_closing_names_caretakers_and_misses_one_of_each_absent_family(homes, operator):
    caretakers = [home[1] for home in homes[:3]]
    for caretaker in caretakers:
        Household.objects.filter(pk=caretaker.household_id).update(caretaker=caretaker)
    snapshot = stage("final_closing", rows_of(FINAL_CLOSING, caretakers[:2]), by=operator)

    reconcile_snapshot(snapshot=snapshot)

    assert outcomes_of(snapshot) == {
        caretakers[0].pk: "matched", caretakers[1].pk: "matched", caretakers[2].pk: "missing",
        homes[3][0].pk: "missing",
    }  # fmt: skip


def test_a_family_without_a_marked_head_is_absent_once(homes, operator):
    Member.objects.update(relationship="")
    Household.objects.filter(pk=homes[0][0].household_id).update(caretaker=homes[0][2])
    snapshot = stage("dtsen_families", rows_of(DTSEN_FAMILIES, [homes[3][0]]), by=operator)

    reconcile_snapshot(snapshot=snapshot)

    assert outcomes_of(snapshot) == {
        homes[0][2].pk: "missing", homes[1][0].pk: "missing", homes[2][0].pk: "missing",
        homes[3][0].pk: "review",
    }  # fmt: skip


def test_not_the_same_holds_while_the_values_stay(district, operator):
    ani = district.member("ANI RAHAYU", BORN)
    row = district.present(ani, nik="", kk_number="9901010102209999")
    district.reconcile()
    compared = fingerprint(member_id=ani.pk, snapshot=district.snapshot, row_number=row)
    Decision.objects.create(
        snapshot=district.snapshot, member=ani, row_number=row, verdict="not_same", by=operator,
        at=NOW, fingerprint=compared,
    )  # fmt: skip

    district.reconcile()  # the next file says the same
    assert district.about(ani).outcome == "missing"

    Member.objects.filter(pk=ani.pk).update(mother_name="PONIRAH")
    district.reconcile()
    assert district.about(ani).outcome == "review"


def test_a_pair_an_officer_confirmed_is_linked_first(district, operator):
    ani = district.member("ANI RAHAYU", BORN)
    row = district.present(ani, nik="", kk_number="9901010102209999")
    district.reconcile()
    decision = Decision.objects.create(
        snapshot=district.snapshot, member=ani, row_number=row, verdict="same", by=operator, at=NOW
    )

    reconcile_snapshot(snapshot=district.snapshot)

    found = district.about(ani)
    assert (found.outcome, found.rule, found.row_number) == ("matched_changed", "decided", row)
    assert found.decision_id == decision.pk


def test_a_file_that_teaches_too_little_leaves_more_to_people(operator):
    district = District.__new__(District)
    district.by, district.rows, district.cards = operator, [], 0
    village(HOME, VILLAGES[HOME], "Tanjung")
    ani, ana = (district.member(name, BORN) for name in ("ANI RAHAYU", "ANA RUKMANA"))
    district.present(ani)
    district.present(ana, nik="")

    district.reconcile()

    assert district.about(ani).outcome == "matched"  # a verified number needs no teacher
    assert (district.about(ana).outcome, district.about(ana).kind) == ("review", "few_teachers")
    district.snapshot.refresh_from_db()
    assert district.snapshot.matching["trusted"] is False


def test_a_card_the_family_held_before_counts_as_its_card(district, operator):
    ani = district.member("ANI RAHAYU", BORN)
    ani.household.former_cards.create(
        kk_number="9901010102209999", replaced_on=NOW.date(), replaced_by=operator
    )
    row = district.present(ani, nik="", kk_number="9901010102209999")

    district.reconcile()

    found = district.about(ani)
    assert (found.outcome, found.row_number) == ("matched_changed", row)


def test_explain_adds_up_to_the_stored_score(district):
    ani = district.member("ANI RAHAYU", BORN)
    district.present(ani, nik="9901**********01", name="ANI RAHAYUU")

    district.reconcile()

    found = district.about(ani)
    reasons = explain(found)
    assert [reason.field for reason in reasons] == [
        "start", "card", "nik", "name", "birth_on", "mother_name", "village", "sex",
    ]  # fmt: skip
    assert sum(reason.bits for reason in reasons) * 100 == found.score
    assert all(reason.sentence for reason in reasons)


def test_every_level_the_database_gives_has_its_sentence(district):
    district.present(district.member("ANI RAHAYU", BORN), nik="0", birth_date="-", sex="?")

    district.reconcile()

    for found in Difference.objects.filter(snapshot=district.snapshot, levels__isnull=False):
        assert len(explain(found)) == 8


def test_progress_is_told_in_percent_and_never_goes_back(district):
    told = []

    district.reconcile(progress=lambda step, done, total: told.append((step, done, total)))

    percents = [done for _, done, _ in told]
    assert percents == sorted(percents)
    assert (percents[0], told[-1][1:]) == (0, (100, 100))


def test_keys_a_crash_has_emptied_are_made_again(district):
    district.present(district.member("ANI RAHAYU", BORN))
    district.reconcile()
    before = district.snapshot.matching["digest"]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE dtks_rowkey_{district.snapshot.pk}")

    result = reconcile_snapshot(snapshot=district.snapshot)

    assert result["outcomes"]["matched"] > 200
    assert district.snapshot.matching["digest"] == before


@pytest.mark.django_db(transaction=True)
def test_outcomes_have_every_index_once_though_two_connections_made_them(district):
    district.present(district.member("ANI RAHAYU", BORN))

    district.reconcile()

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM pg_index WHERE indrelid = 'dtks_difference'::regclass),"
            " count(*), count(*) FILTER (WHERE indisvalid),"
            " count(*) FILTER (WHERE EXISTS (SELECT FROM pg_inherits WHERE inhrelid = indexrelid))"
            " FROM pg_index WHERE indrelid = %s::regclass",
            [f"dtks_difference_{district.snapshot.pk}"],
        )
        assert cursor.fetchone() == (5, 5, 5, 5)


@pytest.mark.parametrize(("lower", "upper"), [(0.9, 0.9), (0.9, 0.5), (0, 0.9), (0.1, 1)])
def test_thresholds_need_a_band_between_them(lower, upper):
    with pytest.raises(ValueError, match="lower"):
        Thresholds(lower, upper)
