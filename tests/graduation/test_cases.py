"""From the first thought to the confirmed exit: who may take which step, and what it leaves."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from accounts.roles import Role
from beneficiaries.models import HouseholdPeriod, Member
from beneficiaries.services import (
    change_household,
    change_member_status,
    exit_household,
    move_member,
)
from core.errors import Refused
from core.periods import Period
from graduation.models import CaseFlag, CaseStep, Exit, ExitEntry, GraduationCase, Monitoring
from graduation.services import (
    approve_case,
    attach_statement,
    cancel_case,
    compare_with_closing,
    confirm_case,
    lock_quarter,
    move_exit,
    open_case,
    raise_flags,
    reactivate_case,
    record_exit,
    record_reentry,
    reject_case,
    settle_flag,
    verify_case,
    withdraw_exit,
)
from graduation.services.corrections import refuse_locked_exit
from tests.factories.accounts import person
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.files import pdf
from tests.factories.graduation import AT, case_of, exit_type, the_head

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 10, 5)
Q3, Q4 = Period(2026, 3), Period(2026, 4)


@pytest.fixture
def family(db):
    return HouseholdFactory(desa__code="99.01.01.2001")


def refusal_of(act, **said) -> str:
    with pytest.raises(Refused) as refused:
        act(**said)
    return refused.value.code


def submitted(household, sari, ratna, *, at=AT, **said):
    case = case_of(
        household, by=sari, verifier=ratna, approver=the_head(), upto="submitted", at=at, **said
    )
    return GraduationCase.objects.get(pk=case.pk)


def test_a_case_walks_to_the_confirmed_exit_step_by_step(family, sari, ratna):
    case = submitted(family, sari, ratna)

    left = confirm_case(
        case=case, on=TODAY, basis="decree", document_number="SK 7/2026", by=ratna, at=AT
    )

    assert [(s.earlier, s.state, s.by.username) for s in case.steps.select_related("by")] == [
        ("", "potential", "sari"),
        ("potential", "proposed", "sari"),
        ("proposed", "visited", "sari"),
        ("visited", "verified", "ratna"),
        ("verified", "approved", "kepala"),
        ("approved", "submitted", "kepala"),
        ("submitted", "confirmed", "ratna"),
    ]
    family.refresh_from_db()
    assert (family.status, family.exited_on) == ("exited", TODAY)
    assert [(e.year, e.quarter, e.sign) for e in left.entries.all()] == [(2026, 4, 1)]
    assert list(left.monitorings.values_list("month", "due_on")) == [
        (3, dt.date(2027, 1, 5)),
        (6, dt.date(2027, 4, 5)),
        (12, dt.date(2027, 10, 5)),
    ]


def test_a_family_has_one_open_case_and_the_database_holds_it(family, sari):
    case = case_of(family, by=sari)
    said = {"household": family, "type": case.type, "by": sari, "at": AT}

    assert refusal_of(open_case, **said) == "has_open_case"
    with pytest.raises(IntegrityError), transaction.atomic():
        GraduationCase.objects.create(
            household=family, type=case.type, opened_at=AT, moved_at=AT, opened_in=family.desa
        )


def test_the_same_case_sent_again_is_the_same_case(family, sari, budi):
    id = "99010101-0000-4000-8000-000000000001"
    said = {"household": family, "type": exit_type(), "at": AT, "id": id, "proposed": True}

    first, again = (open_case(**said, by=sari) for _ in range(2))

    assert (first.is_new, again.is_new, again.pk) == (True, False, first.pk)
    assert refusal_of(open_case, **said | {"proposed": False}, by=sari) == "case_id_taken"
    assert refusal_of(open_case, **said, by=budi) == "case_id_taken"


def test_proposer_verifier_and_approver_are_three_people(family, sari, ratna):
    case = case_of(family, by=sari, upto="visited")

    assert refusal_of(verify_case, case=case, by=sari, at=AT) == "own_proposal"
    verify_case(case=case, by=ratna, at=AT)
    assert refusal_of(approve_case, case=case, by=sari, at=AT) == "own_proposal"
    assert refusal_of(approve_case, case=case, by=ratna, at=AT) == "own_verification"
    approve_case(case=case, by=the_head(), at=AT)
    for field in ("verified_by", "approved_by"):
        with pytest.raises(IntegrityError), transaction.atomic():
            GraduationCase.objects.filter(pk=case.pk).update(**{field: sari})


def test_a_type_that_needs_a_visit_is_not_verified_without_one(family, sari, ratna):
    case = case_of(family, by=sari)

    assert refusal_of(verify_case, case=case, by=ratna, at=AT) == "wrong_state"
    natural = case_of(HouseholdFactory(desa=family.desa), by=sari, type="natural")
    assert verify_case(case=natural, by=ratna, at=AT).state == "verified"


def test_approval_needs_the_signed_statement_and_the_assessment(family, sari, ratna):
    case = case_of(family, by=sari, verifier=ratna, upto="verified", type="prosperous")

    with pytest.raises(Refused) as refused, translation.override("id"):
        approve_case(case=case, by=the_head(), at=AT)
    assert (refused.value.code, str(refused.value)) == (
        "incomplete",
        "Masih kurang: surat pernyataan bertanda tangan, penilaian.",
    )
    attach_statement(
        case=case, file=pdf("pernyataan"), name="surat.pdf", signed_on=TODAY, by=sari, at=AT
    )
    with pytest.raises(Refused) as refused, translation.override("id"):
        approve_case(case=case, by=the_head(), at=AT)
    assert str(refused.value) == "Masih kurang: penilaian."


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (reject_case, {"reason": " "}),
        (cancel_case, {"reason": ""}),
    ],
)
def test_saying_no_needs_a_reason(family, sari, ratna, step, said):
    case = case_of(family, by=sari)

    assert refusal_of(step, case=case, by=ratna, at=AT, **said) == "reason_needed"
    step(case=case, by=ratna, at=AT, reason="keluarga berubah pikiran")
    assert case_of(family, by=sari).pk != case.pk  # the family may be proposed again


def test_steps_are_only_added(family, sari):
    case_of(family, by=sari)

    for change in (
        lambda: CaseStep.objects.update(reason="lain"),
        lambda: CaseStep.objects.all().delete(),
    ):
        with pytest.raises(Exception, match=r"append_only|Cannot"), transaction.atomic():
            change()


def test_an_older_version_is_told_who_was_first(family, sari, ratna):
    case = case_of(family, by=sari, upto="visited")
    read = case.version
    verify_case(case=case, by=ratna, at=AT, version=read)

    with pytest.raises(Refused) as refused:
        approve_case(case=case, by=the_head(), at=AT, version=read)

    assert refused.value.code == "changed_meanwhile"
    assert refused.value.changed_by == ratna


# --- what a Final Closing says


def paid(household, period):
    HouseholdPeriod.objects.create(household=household, year=period.year, stage=period.stage)


def closing(period, by, at=AT):
    return compare_with_closing(
        period=period, area=HouseholdFactory(desa__code="99.01.09.2001").desa.parent.parent,
        by=by, at=at,
    )  # fmt: skip


def test_a_submitted_case_is_confirmed_when_the_final_closing_lacks_the_family(sari, ratna):
    gone, there, elsewhere = (
        HouseholdFactory(desa__code=code)
        for code in ("99.01.01.2001", "99.01.01.2001", "99.02.01.2001")
    )
    cases = [submitted(one, sari, ratna) for one in (gone, there, elsewhere)]
    approved_only = case_of(
        HouseholdFactory(desa=gone.desa), by=sari, verifier=ratna, upto="approved"
    )
    paid(there, Q4)

    first, again = closing(Q4, ratna), closing(Q4, ratna)

    assert (first["confirmed"], again["confirmed"]) == (1, 0)
    states = [GraduationCase.objects.get(pk=c.pk).state for c in (*cases, approved_only)]
    assert states == ["confirmed", "submitted", "submitted", "approved"]
    left = Exit.objects.get()
    assert (left.household, left.basis, left.on) == (gone, "closing", TODAY)


def test_a_closing_older_than_the_submission_confirms_nothing(family, sari, ratna):
    submitted(family, sari, ratna)
    paid(HouseholdFactory(desa=family.desa), Q3)

    assert closing(Q3, ratna)["confirmed"] == 0


def test_a_file_without_anybody_of_the_kecamatan_confirms_nothing_there(family, sari, ratna):
    submitted(family, sari, ratna)
    paid(HouseholdFactory(desa__code="99.01.02.2001"), Q4)

    assert closing(Q4, ratna)["confirmed"] == 0


def test_whoever_died_is_absent_as_well_and_is_no_graduation(family, sari, ratna, operator):
    member = MemberFactory(household=family)
    case = submitted(family, sari, ratna)
    change_member_status(member=member, status="died", on=TODAY, by=operator, at=AT)
    paid(HouseholdFactory(desa=family.desa), Q4)

    held = closing(Q4, ratna)
    by_decree = refusal_of(
        confirm_case, case=case, on=TODAY, basis="decree", document_number="SK 1", by=ratna, at=AT
    )
    counted = Exit.objects.count()
    settle_flag(flag=case.flags.get(), note="anak, keluarga tetap mampu", by=ratna, at=AT)

    assert (held["confirmed"], held["held"], by_decree, counted) == (0, 1, "flagged", 0)
    assert closing(Q4, ratna)["confirmed"] == 1


def test_a_family_that_left_in_another_way_does_not_stop_the_closing(family, sari, ratna, operator):
    other = HouseholdFactory(desa=family.desa)
    for one in (family, other):
        submitted(one, sari, ratna)
    exit_household(household=family, on=TODAY, by=operator, at=AT)
    paid(HouseholdFactory(desa=family.desa), Q4)

    result = closing(Q4, ratna)

    assert (result["confirmed"], result["held"]) == (1, 1)
    assert Exit.objects.get().household == other


def test_a_closing_of_a_period_to_come_confirms_nothing_and_loads(family, sari, ratna):
    submitted(family, sari, ratna)
    paid(HouseholdFactory(desa=family.desa), Q4.next())

    early = closing(Q4.next(), ratna)
    in_time = closing(Q4.next(), ratna, at=dt.datetime(2027, 1, 4, 3, tzinfo=dt.UTC))

    assert (early["confirmed"], early["held"]) == (0, 1)
    assert in_time["confirmed"] == 1
    assert Exit.objects.get().on == dt.date(2027, 1, 1)


def test_a_family_that_reappears_raises_one_discrepancy_and_may_be_reactivated(family, sari, ratna):
    case = submitted(family, sari, ratna)
    paid(HouseholdFactory(desa=family.desa), Q4)
    assert closing(Q4, ratna)["confirmed"] == 1
    paid(family, Q4.next())
    later = AT + dt.timedelta(days=150)

    assert [closing(Q4.next(), ratna, at=later)["reappeared"] for _ in range(2)] == [1, 0]
    flag = CaseFlag.objects.get()
    assert (flag.kind, flag.household, flag.case_id) == ("reappeared", family, case.pk)
    case.refresh_from_db()
    reactivate_case(
        case=case, reason="tercantum lagi di Final Closing", on=dt.date(2027, 1, 1),
        by=ratna, at=later,
    )  # fmt: skip
    family.refresh_from_db()
    left = Exit.objects.get()
    assert (family.status, left.reentered_on) == ("active", dt.date(2027, 1, 1))
    # The exit was true: it stays counted in its quarter.
    assert sum(ExitEntry.objects.values_list("sign", flat=True)) == 1


# --- flags


def test_death_move_and_merge_while_pending_raise_a_flag_that_holds_the_case(
    family, sari, ratna, operator
):
    child, other = MemberFactory(household=family), MemberFactory(household=family)
    case = case_of(family, by=sari, upto="visited")
    earlier = HouseholdFactory(desa__code="99.01.02.2001")

    change_member_status(member=child, status="died", on=TODAY, by=operator, at=AT)
    move_member(member=other, household=earlier, by=operator, at=AT)
    family.refresh_from_db()
    change_household(household=family, values={"desa_id": "99.01.02.2001"}, by=operator, at=AT)

    assert sorted(case.flags.values_list("kind", flat=True)) == ["died", "merged", "moved"]
    assert raise_flags(at=AT) == 0
    assert refusal_of(verify_case, case=case, by=ratna, at=AT) == "flagged"
    for flag in case.flags.all():
        settle_flag(flag=flag, note="sudah dicek", by=ratna, at=AT)
    assert verify_case(case=case, by=ratna, at=AT).state == "verified"


def test_a_death_before_the_case_raises_nothing(family, sari, operator):
    child = MemberFactory(household=family)
    change_member_status(member=child, status="died", on=TODAY, by=operator, at=AT)

    case = open_case(household=family, type=exit_type(), by=sari, at=dt.datetime.now(dt.UTC))
    raise_flags(at=AT)

    assert case.flags.count() == 0
    assert Member.objects.get(pk=child.pk).status == "died"


def test_a_family_that_left_in_another_way_is_flagged(family, sari, operator):
    case = case_of(family, by=sari)

    exit_household(household=family, on=TODAY, by=operator, at=AT)

    assert case.flags.get().kind == "left"


# --- exits and the book


def test_an_administrative_exit_is_counted_but_is_no_graduation(family, operator):
    left = record_exit(
        household=family, type=exit_type("died"), on=TODAY, basis="office", by=operator, at=AT
    )

    assert left.type.is_graduation is False
    assert Monitoring.objects.count() == 0
    assert ExitEntry.objects.get().type.code == "died"


def test_graduation_is_not_recorded_without_a_case(family, operator):
    said = {"household": family, "on": TODAY, "basis": "office", "by": operator, "at": AT}

    assert refusal_of(record_exit, type=exit_type("natural"), **said) == "needs_case"
    record_exit(type=exit_type("moved"), **said)
    assert refusal_of(record_exit, type=exit_type("died"), **said) == "has_left"


def test_village_and_facilitator_of_the_day_stay_with_the_exit(family, operator):
    then, now = FacilitatorFactory(), FacilitatorFactory()
    entrust(then, family, ends_on=dt.date(2026, 6, 30))
    entrust(now, family, starts_on=dt.date(2026, 7, 1))

    left = record_exit(
        household=family, type=exit_type("moved"), on=dt.date(2026, 6, 30), basis="office",
        by=operator, at=AT,
    )  # fmt: skip

    assert (left.facilitator, left.desa_id) == (then, "99.01.01.2001")


def test_a_locked_quarter_changes_by_correction_only(family, operator, ratna):
    lock_quarter(area=family.desa.parent.parent, period=Q3, by=ratna, at=AT, base={})
    late = {
        "household": family, "type": exit_type("died"), "on": dt.date(2026, 9, 1),
        "basis": "office", "by": operator, "at": AT,
    }  # fmt: skip

    assert refusal_of(record_exit, **late) == "quarter_locked"
    left = record_exit(**late, correction_reason="laporan desa terlambat")

    entry = left.entries.get()
    assert (entry.correction.reason, str(entry.correction.quarter)) == (
        "laporan desa terlambat", "2026-3"
    )  # fmt: skip
    with pytest.raises(Exception, match="correction only"), transaction.atomic():
        ExitEntry.objects.create(
            exit=left, year=2026, quarter=3, type=left.type, desa=left.desa, sign=-1, at=AT
        )
    withdraw_exit(exit=left, reason="salah keluarga", by=operator, at=AT)
    assert sum(ExitEntry.objects.values_list("sign", flat=True)) == 0
    family.refresh_from_db()
    assert family.status == "active"


def test_an_exit_is_counted_once_and_the_database_holds_it(family, operator):
    left = record_exit(
        household=family, type=exit_type("died"), on=TODAY, basis="office", by=operator, at=AT
    )

    with pytest.raises(Exception, match="counted once"), transaction.atomic():
        ExitEntry.objects.create(
            exit=left, year=2026, quarter=4, type=left.type, desa=left.desa, sign=1, at=AT
        )


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_at_once_one_succeeds_and_one_is_told_who_was_first(sari, ratna):
    family = HouseholdFactory(desa__code="99.01.01.2001")
    case = case_of(family, by=sari, verifier=ratna, upto="verified")
    heads = [the_head(), person("kabid", Role.DIVISION_HEAD, "99.01")]

    def press(head):
        try:
            return approve_case(case=case, by=head, at=AT).state
        except Refused as refused:
            return str(refused)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        answers = sorted(both.map(press, heads), key=len)

    assert answers[0] == "approved"
    first = GraduationCase.objects.get(pk=case.pk).approved_by
    assert first.get_full_name() in answers[1] or first.username in answers[1].lower()
    assert CaseStep.objects.filter(case=case, state="approved").count() == 1


def test_an_exit_is_not_moved_to_a_day_on_which_it_could_not_be(family, sari, ratna, operator):
    graduated = confirm_case(
        case=submitted(family, sari, ratna),
        on=TODAY,
        basis="decree",
        document_number="SK 7/2026",
        by=ratna,
        at=AT,
    )
    other = HouseholdFactory(desa=family.desa)
    said = {"household": other, "basis": "office", "by": operator, "at": AT}
    first = record_exit(type=exit_type("moved"), on=dt.date(2026, 2, 1), **said)
    record_reentry(exit=first, on=dt.date(2026, 8, 1), note="pulang", by=operator, at=AT)
    second = record_exit(type=exit_type("died"), on=dt.date(2026, 9, 1), **said)
    moved = {"reason": "salah tanggal", "by": ratna, "at": AT}

    before_approval = refusal_of(move_exit, exit=graduated, on=dt.date(2026, 9, 30), **moved)
    while_away = refusal_of(move_exit, exit=second, on=dt.date(2026, 5, 1), **moved)

    assert (before_approval, while_away) == ("before_approval", "before_reentry")
    assert move_exit(exit=second, on=dt.date(2026, 8, 1), **moved).on == dt.date(2026, 8, 1)
    assert ExitEntry.objects.filter(sign=-1).count() == 1


def test_an_exit_read_before_it_was_moved_is_asked_for_where_it_is_counted_now(
    family, operator, ratna
):
    said = {"household": family, "type": exit_type("died"), "basis": "office", "by": operator}
    stale = record_exit(on=TODAY, at=AT, **said)
    lock_quarter(area=family.desa, period=Q3, by=the_head(), at=AT, base={})
    move_exit(exit=stale, on=dt.date(2026, 9, 1), reason="salah tanggal", by=ratna, at=AT)

    with transaction.atomic():
        refused = refusal_of(refuse_locked_exit, exit=stale, days=[], may_correct=False)
        refuse_locked_exit(exit=stale, days=[], may_correct=True)

    assert (stale.on, refused) == (TODAY, "quarter_locked")
