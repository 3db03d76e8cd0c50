"""What a family receives besides PKH: said by files, of people who are surely meant."""

import datetime as dt

import pytest
from django.db import connection

from dashboard.family import other_aid
from dtks.aid import row_of
from dtks.models import Decision, Difference, Snapshot
from tests.dtks.staged import stage
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def household(db):
    return HouseholdFactory(desa=AreaFactory(code="99.01.01.2001"))


@pytest.fixture
def mother(household):
    return MemberFactory(household=household, name="SITI AMINAH")


@pytest.fixture
def child(household):
    return MemberFactory(household=household, name="BUDI")


def file_saying(operator, *rows, source="dtks", period=(2026, 4), **columns):
    """A file with one row each; `columns` are programme = the cells of the rows."""
    people = [{"name": member.name} for member, _outcome in rows]
    snapshot = stage(source, people, by=operator, period=period)
    width = len(snapshot.columns)
    for at, (name, cells) in enumerate(columns.items()):
        snapshot.mapping[name] = width + at
        with connection.cursor() as cursor:
            for number, text in enumerate(cells, start=2):
                cursor.execute(
                    "UPDATE dtks_sourcerow SET cells = cells || %s::text"
                    " WHERE snapshot_id = %s AND row_number = %s",
                    [text, snapshot.pk, number],
                )
    snapshot.save()
    return [
        Difference(
            snapshot_id=snapshot.pk,
            id=number,
            member_id=member.pk,
            row_number=number,
            outcome=outcome,
        )
        for number, (member, outcome) in enumerate(rows, start=2)
    ]


def told(members, differences, decisions=()):
    files = {file.pk: file for file in Snapshot.objects.all()}
    sources = {"outcomes": [{"difference": one} for one in differences], "files": files}
    return {
        str(aid.label): (aid.receive, aid.without, aid.unknown, [file.pk for file in aid.files])
        for aid in other_aid(members, sources, decisions)
    }


def test_each_programme_says_who_receives_it_and_by_which_file(operator, mother, child):
    rows = file_saying(
        operator,
        (mother, "matched"),
        (child, "matched_changed"),
        aid_bpnt=["YA", " tidak "],
        aid_health=["", "Y"],
    )

    found = told([mother, child], rows)

    (file,) = Snapshot.objects.values_list("pk", flat=True)
    assert found == {
        "Sembako (BPNT)": (["SITI AMINAH"], ["BUDI"], [], [file]),
        "PBI JKN (nasional)": (["BUDI"], [], ["SITI AMINAH"], [file]),
        "KIP (untuk PIP)": ([], [], ["SITI AMINAH", "BUDI"], []),
    }


def test_a_doubtful_row_says_nothing(operator, mother, child):
    rows = file_saying(operator, (mother, "review"), (child, "duplicate"), aid_bpnt=["YA", "YA"])

    assert told([mother, child], rows)["Sembako (BPNT)"] == ([], [], ["SITI AMINAH", "BUDI"], [])


@pytest.mark.parametrize(
    ("verdict", "withdrawn", "row"),
    [("same", False, 9), ("take_fields", False, 9), ("not_same", False, None),
     ("ask_field", False, 3), ("not_same", True, 3)],
)  # fmt: skip
def test_what_somebody_decided_names_the_row(verdict, withdrawn, row):
    at = dt.datetime(2026, 11, 2, tzinfo=dt.UTC) if withdrawn else None
    decision = Decision(verdict=verdict, row_number=9, withdrawn_at=at)

    assert row_of(Difference(outcome="matched", row_number=3), decision) == row


def test_the_newest_file_with_a_word_about_it_counts(operator, mother):
    new = file_saying(operator, (mother, "matched"), aid_bpnt=["TIDAK"])
    earlier = {"aid_bpnt": ["YA"], "aid_health_local": ["YA"]}
    old = file_saying(operator, (mother, "matched"), period=(2025, 4), **earlier)

    found = told([mother], old + new)

    assert found["Sembako (BPNT)"] == ([], ["SITI AMINAH"], [], [new[0].snapshot_id])
    assert found["PBI JKN (daerah)"] == (["SITI AMINAH"], [], [], [old[0].snapshot_id])


def test_a_school_card_of_the_members_file_counts_and_none_is_not_a_no(operator, mother, child):
    file_saying(
        operator, (mother, "x"), (child, "x"), source="members", school_card=["-", "7HK2PQ"]
    )
    file = Snapshot.objects.get()
    for member, row in ((mother, 2), (child, 3)):
        member.loaded_from, member.loaded_row = file.pk, row

    assert told([mother, child], [])["KIP (untuk PIP)"] == (
        ["BUDI"], [], ["SITI AMINAH"], [file.pk],
    )  # fmt: skip


def test_those_who_left_are_not_counted(operator, mother, child):
    child.status = "deceased"
    rows = file_saying(operator, (child, "matched"), aid_bpnt=["YA"])

    assert told([mother, child], rows)["Sembako (BPNT)"] == ([], [], ["SITI AMINAH"], [])


def test_one_statement_for_any_number_of_files(operator, mother, django_assert_num_queries):
    rows = [
        one
        for year in (2024, 2025, 2026)
        for one in file_saying(operator, (mother, "matched"), period=(year, 1), aid_bpnt=["YA"])
    ]
    files = {file.pk: file for file in Snapshot.objects.all()}
    sources = {"outcomes": [{"difference": one} for one in rows], "files": files}

    with django_assert_num_queries(1):
        other_aid([mother], sources, [])


def test_the_page_says_unknown_when_no_file_has_spoken(client, sari, mother, household):
    client.force_login(sari)

    text = client.get(household.get_absolute_url()).content.decode()

    assert "Bantuan lain" in text
    assert text.count("tidak diketahui</span>") == 3
