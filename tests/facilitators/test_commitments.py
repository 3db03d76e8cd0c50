"""Golden cases of what is met, what is not, and what nobody knows; and that closed stays closed."""

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import InternalError, connection, transaction
from django.utils import timezone

from accounts.models import AuditEvent
from core.errors import Refused
from core.periods import Period
from facilitators.models import (
    CommitmentCheck,
    CommitmentMonth,
    CommitmentMonthEvent,
    CommitmentQuarter,
    CommitmentRule,
    School,
)
from facilitators.services import (
    accept_reason,
    check_rule_is_free,
    close_quarter,
    correct_check,
    judge_open_quarters,
    record_health_check,
    record_months,
    record_school_quarter,
    withdraw_reason,
)
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.commitments import AFTER_Q3, Q3, first_rules, owing, prepared, the_check
from tests.factories.facilitators import FacilitatorFactory, entrust

JULY, AUGUST, SEPTEMBER = dt.date(2026, 7, 1), dt.date(2026, 8, 1), dt.date(2026, 9, 1)


@pytest.fixture
def pupil(child):
    return owing(child, "primary")


@pytest.fixture
def school(db):
    return School.objects.create(npsn="99100001", name="SDN 1 UJI")


@pytest.fixture
def attend(pupil, school, operator):
    """Days and absences of July, August, September: (days, without leave, with leave, ill)."""

    def attend(*months, by=operator):
        prepared()
        check = the_check(pupil)
        said = dict(zip((JULY, AUGUST, SEPTEMBER), months, strict=False))
        record_school_quarter(
            school=school,
            period=Q3,
            area="99.01",
            days={month: days for month, (days, *_absent) in said.items()},
            absences={check.pk: {month: tuple(absent) for month, (_d, *absent) in said.items()}},
            by=by,
            at=AFTER_Q3,
        )
        return the_check(pupil)

    return attend


@pytest.mark.parametrize(("months", "outcome", "percent"), [
    ([(20, 3, 0, 0), (20, 3, 0, 0), (20, 3, 0, 0)], "met", "85.00"),
    ([(20, 3, 0, 0), (20, 3, 0, 0), (20, 3, 1, 0)], "not_met", "83.33"),
    ([(20, 1, 1, 1), (20, 0, 0, 0), (20, 0, 0, 6)], "met", "85.00"),
    ([(22, 0, 0, 1), (20, 0, 0, 0), (22, 0, 1, 0)], "met", "96.88"),
    ([(31, 31, 0, 0), (31, 31, 0, 0), (31, 31, 0, 0)], "not_met", "0.00"),
    # Holidays: a month without an effective day says nothing.
    ([(0, 0, 0, 0), (20, 0, 0, 3), (20, 0, 0, 3)], "met", "85.00"),
    ([(0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0)], "no_evidence", None),
    # One month of three is no quarter.
    ([(20, 0, 0, 0)], "no_evidence", "100.00"),
    ([], "no_evidence", None),
])  # fmt: skip
def test_attendance_is_met_from_the_threshold_on(attend, months, outcome, percent):
    check = attend(*months)

    assert (check.outcome, check.percent) == (outcome, percent and Decimal(percent))


def test_which_absences_count_is_a_dated_setting(attend):
    CommitmentRule.objects.create(
        component="primary", valid_from=dt.date(2026, 7, 1), threshold_percent=85,
        counts_with_leave=False, counts_ill=False, months_needed=2,
    )  # fmt: skip

    check = attend((20, 3, 2, 9), (20, 3, 2, 9), (20, 3, 2, 9))

    assert (check.outcome, check.percent) == ("met", Decimal("85.00"))
    assert check.rule.valid_from == dt.date(2026, 7, 1)


def test_a_rule_that_begins_within_the_quarter_waits_for_the_next(attend):
    CommitmentRule.objects.create(
        component="primary", valid_from=dt.date(2026, 7, 2), threshold_percent=99
    )

    assert attend((20, 1, 0, 0), (20, 1, 0, 0), (20, 1, 0, 0)).outcome == "met"


def test_more_days_absent_than_there_were_are_refused(attend):
    with pytest.raises(Refused) as refusal:
        attend((20, 10, 10, 1))

    assert refusal.value.code == "invalid"


@pytest.mark.parametrize(("component", "came", "outcome"), [
    ("elderly", [True], "met"),
    ("early_child", [True, True], "met"),
    ("early_child", [True], "no_evidence"),
    ("early_child", [True, False], "not_met"),
    ("elderly", [False], "not_met"),
    ("elderly", [False, True], "met"),
    ("elderly", [], "no_evidence"),
])  # fmt: skip
def test_health_visits_are_met_not_met_or_unknown(child, sari, component, came, outcome):
    owing(child, component)
    prepared()

    for month, attended in zip((JULY, AUGUST, SEPTEMBER), came, strict=False):
        record_health_check(
            member=child, component=component, month=month, attended=attended,
            by=sari, at=AFTER_Q3,
        )  # fmt: skip

    assert the_check(child).outcome == outcome


def test_a_family_nobody_checked_is_counted_as_without_evidence(pupil):
    owing(MemberFactory(household=pupil.household), "elderly")
    owing(MemberFactory(household=pupil.household), "rights_victim")  # owes nothing

    quarter = prepared()

    assert CommitmentCheck.objects.filter(quarter=quarter).tallied() == {
        "met": 0, "not_met": 0, "no_evidence": 2, "excused": 0
    }  # fmt: skip
    assert prepared().checks.count() == 2


def test_prepare_leaves_out_who_owes_nothing_any_more(pupil):
    prepared()
    pupil.status = "moved"
    pupil.save()

    assert prepared().checks.count() == 0


def test_prepare_keeps_evidence_of_who_owes_nothing_any_more(attend, pupil):
    attend((20, 0, 0, 0), (20, 0, 0, 0))
    pupil.status = "moved"
    pupil.save()

    assert prepared().checks.get().outcome == "met"


def test_prepare_takes_no_family_of_another_kabupaten(pupil):
    owing(MemberFactory(household=HouseholdFactory(desa__code="99.02.01.2001")), "primary")

    assert [one.member for one in prepared().checks.all()] == [pupil]


def test_an_accepted_reason_counts_as_met_and_keeps_the_figures(attend, ratna):
    check = attend((20, 0, 0, 20), (20, 0, 0, 20), (20, 0, 0, 20))

    check = accept_reason(check=check, reason="rawat inap", by=ratna, at=AFTER_Q3)

    assert (check.outcome, check.percent, check.reason) == ("met", Decimal("0.00"), "rawat inap")
    assert prepared().checks.tallied()["excused"] == 1


def test_an_accepted_reason_is_taken_back_with_a_reason(attend, ratna):
    check = attend((20, 0, 0, 20), (20, 0, 0, 20), (20, 0, 0, 20))
    accept_reason(check=check, reason="rawat inap", by=ratna, at=AFTER_Q3)

    with pytest.raises(Refused) as refusal:
        withdraw_reason(check=check, reason=" ", by=ratna, at=AFTER_Q3)
    assert refusal.value.code == "reason_needed"
    check = withdraw_reason(check=check, reason="salah anak", by=ratna, at=AFTER_Q3)

    assert (check.outcome, check.reason, check.reason_by, check.reason_at) == (
        "not_met", "", None, None
    )  # fmt: skip
    trail = AuditEvent.objects.get(verb="commitment.reason_withdrawn")
    assert (trail.reason, trail.data) == ("salah anak", {"accepted_by": ratna.pk})
    with pytest.raises(Refused) as refusal:
        withdraw_reason(check=check, reason="lagi", by=ratna, at=AFTER_Q3)
    assert refusal.value.code == "wrong_state"


def test_a_reason_of_a_closed_quarter_stays(attend, ratna):
    check = attend((20, 0, 0, 20), (20, 0, 0, 20), (20, 0, 0, 20))
    accept_reason(check=check, reason="rawat inap", by=ratna, at=AFTER_Q3)
    close_quarter(period=Q3, area="99.01", by=ratna, at=AFTER_Q3)

    with pytest.raises(Refused) as refusal:
        withdraw_reason(check=check, reason="salah anak", by=ratna, at=AFTER_Q3)

    assert refusal.value.code == "quarter_closed"


def test_who_recorded_the_evidence_accepts_no_reason(attend, operator):
    check = attend((20, 20, 0, 0), (20, 20, 0, 0))

    with pytest.raises(Refused) as refusal:
        accept_reason(check=check, reason="sakit", by=operator, at=AFTER_Q3)

    assert refusal.value.code == "own_record"


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_reason_says_something(attend, ratna, reason):
    check = attend((20, 20, 0, 0), (20, 20, 0, 0))

    with pytest.raises(Refused, match=r"\w"):
        accept_reason(check=check, reason=reason, by=ratna, at=AFTER_Q3)


def test_only_what_was_not_met_needs_a_reason(attend, ratna):
    check = attend((20, 0, 0, 0), (20, 0, 0, 0))

    with pytest.raises(Refused) as refusal:
        accept_reason(check=check, reason="sakit", by=ratna, at=AFTER_Q3)

    assert refusal.value.code == "wrong_state"


def test_a_quarter_is_not_closed_before_its_last_day_has_passed(pupil, ratna):
    prepared()

    with pytest.raises(Refused) as refusal:
        close_quarter(
            period=Q3, area="99.01", by=ratna, at=dt.datetime(2026, 9, 30, 3, 0, tzinfo=dt.UTC)
        )

    assert refusal.value.code == "too_early"


def test_a_new_setting_changes_open_quarters_and_no_closed_one(attend, pupil, ratna):
    attend((20, 3, 0, 0), (20, 3, 0, 0))
    owing(pupil, "primary", Period(2026, 4))
    close_quarter(period=Q3, area="99.01", by=ratna, at=AFTER_Q3)
    CommitmentRule.objects.create(
        component="primary", valid_from=dt.date(2026, 1, 1), threshold_percent=99
    )

    judge_open_quarters(by=ratna, at=AFTER_Q3)

    check = the_check(pupil)
    assert (check.outcome, check.rule.threshold_percent) == ("met", 85)


def test_a_new_setting_judges_an_open_quarter_again(attend, pupil, ratna):
    attend((20, 3, 0, 0), (20, 3, 0, 0))
    CommitmentRule.objects.create(
        component="primary", valid_from=dt.date(2026, 1, 1), threshold_percent=99
    )

    judge_open_quarters(by=ratna, at=AFTER_Q3)

    assert the_check(pupil).outcome == "not_met"


CHANGES = [
    "UPDATE facilitators_commitmentcheck SET outcome = 'met'",
    "DELETE FROM facilitators_commitmentcheck",
    "INSERT INTO facilitators_commitmentcheck (quarter_id, household_id, member_id, component)"
    " SELECT quarter_id, household_id, member_id, 'elderly' FROM facilitators_commitmentcheck",
    "UPDATE facilitators_commitmentmonth SET ill = 0",
    "DELETE FROM facilitators_commitmentmonth",
    "INSERT INTO facilitators_commitmentmonth (check_of_id, month, attended, recorded_at)"
    " SELECT id, '2026-09-01', true, now() FROM facilitators_commitmentcheck",
    "UPDATE facilitators_commitmentquarter SET closed_at = NULL, closed_by_id = NULL",
    "DELETE FROM facilitators_commitmentquarter",
    "UPDATE facilitators_commitmentrule SET threshold_percent = 10 WHERE component = 'primary'",
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_changes_nothing_of_a_closed_quarter(attend, pupil, ratna, change):
    attend((20, 20, 0, 0), (20, 20, 0, 0))
    close_quarter(period=Q3, area="99.01", by=ratna, at=AFTER_Q3)

    with (
        pytest.raises(InternalError, match="a closed quarter does not change"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_lets_an_open_quarter_change(attend, change):
    """The same statements, so that a misspelt one is not taken for a refusal."""
    attend((20, 20, 0, 0), (20, 20, 0, 0))

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
        assert cursor.rowcount > 0
        transaction.set_rollback(True)


def test_services_say_that_a_quarter_is_closed(attend, pupil, ratna, sari):
    check = attend((20, 20, 0, 0), (20, 20, 0, 0))
    close_quarter(period=Q3, area="99.01", by=ratna, at=AFTER_Q3)

    for act in (
        lambda: attend((20, 0, 0, 0)),
        lambda: accept_reason(check=check, reason="x", by=ratna, at=AFTER_Q3),
        lambda: close_quarter(period=Q3, area="99.01", by=ratna, at=AFTER_Q3),
        lambda: record_health_check(
            member=pupil, component="elderly", month=JULY, attended=True, by=sari, at=AFTER_Q3
        ),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == "quarter_closed"


def test_a_rule_that_judged_a_closed_quarter_is_not_changed(attend, pupil, ratna):
    attend((20, 0, 0, 0), (20, 0, 0, 0))
    close_quarter(period=Q3, area="99.01", by=ratna, at=AFTER_Q3)

    check_rule_is_free(CommitmentRule.objects.get(component="senior"))
    with pytest.raises(Refused) as refusal:
        check_rule_is_free(the_check(pupil).rule)

    assert refusal.value.code == "rule_used"


def test_a_correction_is_a_row_beside_the_closed_check(attend, pupil, ratna):
    attend((20, 20, 0, 0), (20, 20, 0, 0))
    quarter = close_quarter(period=Q3, area="99.01", by=ratna, at=AFTER_Q3)

    correct_check(
        check=the_check(pupil), outcome="met", reason="lembar tertukar", by=ratna, at=AFTER_Q3
    )

    check = CommitmentCheck.objects.with_corrections().get(member=pupil)
    assert (check.outcome, check.corrected_to) == ("not_met", "met")
    assert quarter.checks.tallied()["not_met"] == 1


def test_an_open_quarter_is_not_corrected(attend, pupil, ratna):
    check = attend((20, 20, 0, 0), (20, 20, 0, 0))

    with pytest.raises(Refused) as refusal:
        correct_check(check=check, outcome="met", reason="salah", by=ratna, at=AFTER_Q3)

    assert refusal.value.code == "quarter_open"


def test_a_health_check_sent_again_is_the_same_one(child, sari):
    owing(child, "elderly")
    sent = {"id": uuid.uuid4(), "member": child, "component": "elderly", "month": JULY,
            "attended": True, "by": sari, "at": AFTER_Q3}  # fmt: skip

    first, again = record_health_check(**sent), record_health_check(**sent)

    assert (first.pk, first.is_new, again.pk, again.is_new) == (first.pk, True, first.pk, False)
    with pytest.raises(Refused) as refusal:
        record_health_check(**sent | {"attended": False})
    assert refusal.value.code == "check_id_taken"
    with pytest.raises(Refused) as refusal:
        record_health_check(**sent | {"id": uuid.uuid4()})
    assert refusal.value.code == "month_recorded"


@pytest.mark.parametrize(("said", "code"), [
    ({"component": "elderly", "month": dt.date(2026, 11, 1)}, "invalid"),
    ({"month": dt.date(2026, 7, 2)}, "invalid"),
    ({"month": dt.date(2025, 9, 1)}, "invalid"),
    ({"month": dt.date(1000, 8, 1)}, "invalid"),
    ({"month": dt.date(1, 1, 1)}, "invalid"),
    ({"checked_on": dt.date(2026, 8, 1)}, "invalid"),
    ({"component": "pregnancy"}, "no_component"),
    ({"component": "primary"}, "no_component"),
])  # fmt: skip
def test_a_health_check_out_of_place_is_refused(child, sari, said, code):
    owing(child, "elderly")

    with pytest.raises(Refused) as refusal:
        record_health_check(
            **{"member": child, "component": "elderly", "month": JULY, "attended": True,
               "by": sari, "at": AFTER_Q3} | said
        )  # fmt: skip

    assert refusal.value.code == code
    assert CommitmentMonth.objects.count() == 0
    assert CommitmentQuarter.objects.count() == 0


def test_a_health_check_of_four_quarters_ago_is_recorded(child, sari):
    owing(child, "elderly")

    record_health_check(
        member=child, component="elderly", month=dt.date(2025, 10, 1), attended=True,
        by=sari, at=AFTER_Q3,
    )  # fmt: skip

    assert the_check(child, Period(2025, 4)).outcome == "met"


@pytest.mark.parametrize(("days", "noted", "accepted"), [
    (1, 0, True), (14, 0, True),
    (15, 0, False),  # too late
    (3, 1, False),  # noted when it was a colleague's already
    (3, None, False),  # the phone does not say when
])  # fmt: skip
def test_a_check_noted_before_a_handover_may_arrive_after_it(
    child, hers, sari, days, noted, accepted
):
    """Hers until `days` ago; `noted` is counted from her last day."""
    owing(child, "elderly")
    now = timezone.now()
    last = now - dt.timedelta(days=days)
    end = timezone.localdate(last)
    hers.caseload.update(ends_on=end)
    entrust(FacilitatorFactory(), child.household, starts_on=end + dt.timedelta(days=1))
    sent = {
        "member": child, "component": "elderly", "attended": True, "by": sari, "at": now,
        "month": timezone.localdate(now).replace(day=1),
        "device_at": None if noted is None else last + dt.timedelta(days=noted),
    }  # fmt: skip

    if accepted:
        assert record_health_check(**sent).is_new
    else:
        with pytest.raises(Refused) as refusal:
            record_health_check(**sent)
        assert refusal.value.code == "not_found"
    assert CommitmentMonth.objects.count() == accepted


def test_nobody_records_for_a_family_of_somebody_else(child, budi, sari):
    owing(child, "elderly")
    other = owing(MemberFactory(household=HouseholdFactory(desa__code="99.01.01.2001")), "elderly")
    entrust(FacilitatorFactory(), other.household)

    for by, member in ((budi, child), (sari, other)):
        with pytest.raises(Refused) as refusal:
            record_health_check(
                member=member, component="elderly", month=JULY, attended=True, by=by, at=AFTER_Q3
            )
        assert refusal.value.code == "not_found"


def test_the_form_of_a_family_changes_a_month_and_keeps_what_it_said(child, sari):
    owing(child, "elderly")
    say = {"household": child.household, "by": sari, "at": AFTER_Q3}

    written = [
        record_months(said={(child.pk, "elderly"): {JULY: came}}, **say)
        for came in (False, False, True)
    ]

    assert written == [1, 0, 1]
    assert the_check(child).outcome == "met"
    assert [event.attended for event in CommitmentMonthEvent.objects.all()] == [False]


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_record_one_check(child, sari):
    first_rules()
    owing(child, "elderly")
    sent = uuid.uuid4()

    def record(_n):
        try:
            return record_health_check(
                id=sent, member=child, component="elderly", month=JULY, attended=True,
                by=sari, at=AFTER_Q3,
            ).is_new  # fmt: skip
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        made = sorted(threads.map(record, range(8)))

    assert made == [False] * 7 + [True]
    assert CommitmentMonth.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("listed", [True, False])
def test_a_form_saved_twice_at_once_is_written_once(child, sari, listed):
    first_rules()
    owing(child, "elderly")
    if listed:
        prepared()

    def record(_n):
        try:
            return record_months(
                household=child.household, said={(child.pk, "elderly"): {JULY: True}},
                by=sari, at=AFTER_Q3,
            )  # fmt: skip
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        written = sorted(threads.map(record, range(8)))

    assert written == [0] * 7 + [1]


@pytest.mark.django_db(transaction=True)
def test_of_two_phones_at_once_one_is_told_that_the_month_is_there(child, sari):
    first_rules()
    owing(child, "elderly")
    prepared()

    def record(_n):
        try:
            return record_health_check(
                member=child, component="elderly", month=JULY, attended=True, by=sari, at=AFTER_Q3
            ).is_new
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        said = [*threads.map(record, range(8))]

    assert sorted(map(str, said)) == ["True", *["month_recorded"] * 7]


@pytest.mark.django_db(transaction=True)
def test_a_school_saved_twice_at_once_is_written_once(child, school, operator):
    first_rules()
    check = CommitmentCheck.objects.get(member=owing(child, "primary"), quarter=prepared())

    def record(_n):
        try:
            return record_school_quarter(
                school=school, period=Q3, area="99.01", days={JULY: 20},
                absences={check.pk: {JULY: (1, 0, 0)}}, by=operator, at=AFTER_Q3,
            )  # fmt: skip
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        written = sorted(threads.map(record, range(8)))

    assert written == [0] * 7 + [1]
