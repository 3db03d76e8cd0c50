import csv
import datetime as dt
import io
import threading

import pytest
from django.db import connection

from accounts.models import AuditEvent
from beneficiaries.models import Household, Member, MemberEvent
from beneficiaries.services import change_member
from core.errors import Refused
from dtks.models import Decision, Difference
from dtks.services import approve_snapshot, decide, reconcile, withdraw_decision, write_matches
from tests.dtks.staged import DTKS, NOW, nik, person, stage, village
from tests.factories.beneficiaries import rules_of_2026
from tests.factories.facilitators import FacilitatorFactory, entrust

pytestmark = pytest.mark.django_db


def in_dtks(number, of, **more):
    row = person(number, of, **more)
    return {field: row.get(field, "") for field in DTKS}


@pytest.fixture
def question(operator, operator2):
    """One member whose NIK in the registry carries other data, so a person must look."""
    village()
    village("99.01.01.2002", "Sukajadi")
    members = stage("members", [person(1, 1), person(9, 1), person(2, 2)], by=operator)
    approve_snapshot(snapshot=members, by=operator2, at=NOW)
    registry = stage(
        "dtks",
        [
            in_dtks(1, 1),
            in_dtks(9, 1, name="ANAK SEMBILAN", birth_date="07/08/2013", village="Sukajadi"),
            in_dtks(2, 2),
        ],
        by=operator,
    )
    reconcile(snapshot=registry, by=operator, at=NOW)
    return Difference.objects.get(snapshot=registry, member__nik=nik(9))


def ask(question):
    return Difference.objects.get(snapshot_id=question.snapshot_id, member_id=question.member_id)


def test_decide_same_is_kept_with_its_author_and_changes_nobody(question, operator):
    decision = decide(difference=question, verdict="same", by=operator, at=NOW, note="KK dilihat")

    assert ask(question).decision == decision
    assert (decision.by, decision.row_number, decision.note) == (operator, 3, "KK dilihat")
    assert MemberEvent.objects.count() == 0
    assert AuditEvent.objects.get(verb="difference.decided").data["verdict"] == "same"


def test_decide_take_fields_writes_the_register_through_its_services(question, operator):
    decide(
        difference=question,
        verdict="take_fields",
        fields=["name", "birth_on", "village"],
        by=operator,
        at=NOW,
    )

    member = Member.objects.get(nik=nik(9))
    assert (member.name, member.birth_on) == ("ANAK SEMBILAN", dt.date(2013, 8, 7))
    assert member.household.desa_id == "99.01.01.2002"
    assert MemberEvent.objects.get().pgh_context.metadata["user"] == operator.pk
    assert sorted(AuditEvent.objects.values_list("verb", flat=True).order_by("verb"))[-3:] == [
        "member.changed",
        "snapshot.approved",
        "snapshot.reconciled",
    ]


def test_withdraw_decision_puts_everything_back(question, operator):
    before = Member.objects.filter(pk=question.member_id).values("name", "birth_on", "kept_fields")
    was = before.get()
    decision = decide(
        difference=question,
        verdict="take_fields",
        fields=["name", "birth_on", "village"],
        by=operator,
        at=NOW,
    )

    withdraw_decision(decision=decision, by=operator, at=NOW, reason="Keliru")

    assert before.get() == was
    household = Household.objects.get(members=question.member_id)
    assert (household.desa_id, household.kept_fields) == ("99.01.01.2001", [])
    assert ask(question).decision is None
    assert Decision.objects.get().withdrawn_by == operator


def test_withdraw_decision_is_refused_when_the_record_changed_since(question, operator):
    decision = decide(
        difference=question, verdict="take_fields", fields=["name"], by=operator, at=NOW
    )
    change_member(
        member=decision.member, values={"birth_on": dt.date(2012, 1, 1)}, by=operator, at=NOW
    )

    with pytest.raises(Refused) as refusal:
        withdraw_decision(decision=decision, by=operator, at=NOW)

    assert refusal.value.code == "changed_since"
    assert ask(question).decision == decision


def test_withdraw_decision_twice_is_refused(question, operator):
    decision = decide(difference=question, verdict="same", by=operator, at=NOW)
    withdraw_decision(decision=decision, by=operator, at=NOW)

    with pytest.raises(Refused) as refusal:
        withdraw_decision(decision=decision, by=operator, at=NOW)

    assert refusal.value.code == "withdrawn"


def test_a_decision_survives_the_next_reconciliation(question, operator):
    decision = decide(difference=question, verdict="same", by=operator, at=NOW)

    reconcile(snapshot=question.snapshot, by=operator, at=NOW)

    assert ask(question).decision == decision


def test_not_the_same_is_remembered_while_the_values_stay(question, operator):
    decide(difference=question, verdict="not_same", by=operator, at=NOW)

    reconcile(snapshot=question.snapshot, by=operator, at=NOW)
    remembered = ask(question)
    change_member(
        member=Member.objects.get(pk=question.member_id),
        values={"name": "ANAK SEMBILAN"},
        by=operator,
        at=NOW,
    )
    reconcile(snapshot=question.snapshot, by=operator, at=NOW)

    assert remembered.row_number is None
    assert ask(question).row_number == 3


def test_not_the_same_is_forgotten_when_withdrawn(question, operator):
    decision = decide(difference=question, verdict="not_same", by=operator, at=NOW)
    withdraw_decision(decision=decision, by=operator, at=NOW)

    reconcile(snapshot=question.snapshot, by=operator, at=NOW)

    assert ask(question).row_number == 3


def test_decide_twice_says_who_was_first(question, operator, operator2):
    decide(difference=question, verdict="same", by=operator, at=NOW)

    with pytest.raises(Refused) as refusal:
        decide(difference=question, verdict="not_same", by=operator2, at=NOW)

    assert (refusal.value.code, str(operator) in str(refusal.value)) == ("already_decided", True)
    assert Decision.objects.count() == 1


def test_decide_outside_ones_villages_is_as_if_it_did_not_exist(question, budi, wayan):
    for by in (budi, wayan):
        with pytest.raises(Refused) as refusal:
            decide(difference=question, verdict="same", by=by, at=NOW)
        assert refusal.value.code == "not_found"


def test_decide_within_ones_villages_is_allowed(question, sari):
    assert decide(difference=question, verdict="ask_field", by=sari, at=NOW).by == sari


@pytest.mark.parametrize(
    ("fields", "code"), [([], "invalid"), (["status"], "invalid"), (["kk_number"], None)]
)
def test_decide_takes_only_known_fields(question, operator, fields, code):
    try:
        decide(difference=question, verdict="take_fields", fields=fields, by=operator, at=NOW)
    except Refused as refusal:
        assert refusal.code == code
    else:
        assert code is None


@pytest.mark.django_db(transaction=True)
def test_of_two_deciding_officers_the_second_hears_who_was_first(question, operator, operator2):
    rules_of_2026()
    start, answers = threading.Barrier(2), []

    def answer(by, verdict):
        try:
            start.wait()
            decide(difference=question, verdict=verdict, by=by, at=NOW)
            answers.append("decided")
        except Refused as refusal:
            answers.append(refusal.code)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=answer, args=[operator, "same"]),
        threading.Thread(target=answer, args=[operator2, "not_same"]),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["already_decided", "decided"]
    assert Decision.objects.count() == 1


def test_export_matches_has_one_line_per_member_with_full_nik(question):
    file = io.StringIO(newline="")

    count = write_matches(snapshot=question.snapshot, file=file)

    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert count == len(rows) == 3
    assert list(rows[0]) == [
        "member_row",
        "nik",
        "name",
        "outcome",
        "rule",
        "score",
        "source_row",
        "candidates",
    ]
    assert {(row["member_row"], row["nik"]) for row in rows} == {
        ("2", nik(1)),
        ("3", nik(9)),
        ("4", nik(2)),
    }


def test_a_facilitator_decides_about_members_of_todays_families_only(question, sari):
    mine, other = Household.objects.order_by("pk")
    assert mine.members.filter(pk=question.member_id).exists()
    facilitator = FacilitatorFactory(user=sari)
    entrust(facilitator, other)

    hidden = list(Difference.objects.visible_to(sari).filter(member__household=mine))
    with pytest.raises(Refused) as refused:
        decide(difference=question, verdict="same", by=sari, at=NOW)
    entrust(facilitator, mine)
    decision = decide(difference=question, verdict="same", by=sari, at=NOW)

    assert (hidden, refused.value.code) == ([], "not_found")
    assert ask(question).decision == decision
