"""Whatever people do in whatever order: one open case a family, every exit counted once in its
quarter, locked quarters as they were but for corrections. The oracle is a dictionary."""

import datetime as dt

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from beneficiaries.models import HouseholdPeriod
from beneficiaries.services import change_member_status, move_member
from core.errors import Refused
from core.periods import Period
from graduation.models import (
    OPEN_STATES,
    CaseFlag,
    Exit,
    ExitEntry,
    GraduationCase,
    QuarterCorrection,
    ReportQuarter,
)
from graduation.services import (
    approve_case,
    cancel_case,
    compare_with_closing,
    confirm_case,
    lock_quarter,
    move_exit,
    note_visit,
    open_case,
    propose_case,
    reactivate_case,
    record_exit,
    reject_case,
    settle_flag,
    submit_case,
    verify_case,
    withdraw_exit,
)
from tests.factories.accounts import person
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.graduation import GraduationVisitFactory, exit_type, the_head

FAMILIES = 4
BEGIN = dt.datetime(2026, 1, 10, 3, 0, tzinfo=dt.UTC)
families = st.integers(0, FAMILIES - 1)
someone = st.integers(0, 3)
NORMAL = {
    "wrong_state", "own_proposal", "own_verification", "flagged", "has_left", "has_open_case",
    "open_case", "quarter_locked", "locked", "not_over", "future", "before_approval", "incomplete",
    "withdrawn", "reentered", "has_case", "before_reentry", "invalid", "old_visit", "is_caretaker",
    "same_status", "same_household", "settled", "other_kind",
}  # fmt: skip


class Office(RuleBasedStateMachine):
    """Time only goes forward; every act may be refused, but only for a reason we know."""

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.at = BEGIN
        self.area = AreaFactory(code="99.01")
        self.people = [
            person("sari", "facilitator", "99.01.01"),
            person("ratna", "district_coordinator", "99.01"),
            the_head(),
            person("kabid", "division_head", "99.01"),
        ]
        self.families = [HouseholdFactory(desa__code="99.01.01.2001") for _ in range(FAMILIES)]
        self.neighbour = HouseholdFactory(desa__code="99.01.01.2001")
        for family in self.families:
            family.caretaker = MemberFactory(household=family)
            family.save()
            MemberFactory(household=family)
        self.type, self.dead = exit_type("local_eligibility"), exit_type("died")
        self.expected = {}  # exit -> quarter it is counted in; absent when taken out
        self.published = {}  # quarter -> its sum when it was locked

    def teardown(self):
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    # --- helpers

    @property
    def today(self):
        return self.at.date()

    def newest(self, number):
        return GraduationCase.objects.filter(household=self.families[number]).first()

    def standing(self, number):
        return Exit.objects.standing().filter(household=self.families[number]).first()

    def act(self, do, /, *args, **said):
        """The service's answer, or None when it refused for one of the known reasons."""
        try:
            with transaction.atomic():
                return do(*args, at=self.at, **said)
        except Refused as refusal:
            assert refusal.code in NORMAL, refusal.code
            return None

    # --- what people do

    @rule(days=st.sampled_from([1, 20, 50, 92]))
    def time_passes(self, days):
        if self.at.year < 2028:
            self.at += dt.timedelta(days=days)

    @rule(number=families, who=someone, proposed=st.booleans())
    def open(self, number, who, proposed):
        self.act(
            open_case,
            household=self.families[number],
            type=self.type,
            by=self.people[who],
            proposed=proposed,
        )

    @rule(
        number=families,
        who=someone,
        step=st.sampled_from([propose_case, verify_case, verify_case, approve_case, approve_case]),
    )
    def step(self, number, who, step):
        if case := self.newest(number):
            self.act(step, case=case, by=self.people[who])

    @rule(number=families)
    def visit(self, number):
        if case := self.newest(number):
            visit = GraduationVisitFactory(
                household=self.families[number],
                recorded_by=self.people[0],
                device_at=self.at,
                recorded_at=self.at,
            )
            self.act(note_visit, case=case, visit=visit, by=self.people[0])

    @rule(number=families)
    def submit(self, number):
        if case := self.newest(number):
            self.act(submit_case, case=case, number="1", by=self.people[1])

    @rule(number=families)
    def hurry(self, number):
        """The whole way to the ministry at once, so that exits are common."""
        case = self.act(
            open_case,
            household=self.families[number],
            type=self.type,
            by=self.people[0],
            proposed=True,
        )
        if case:
            self.visit(number)
            for step, who in ((verify_case, 1), (approve_case, 2)):
                self.act(step, case=case, by=self.people[who])
            self.submit(number)

    @rule(number=families, back=st.sampled_from([0, 10, 100, 200]))
    def decree(self, number, back):
        """Back far enough it is a late case of a quarter that may be locked."""
        if case := self.newest(number):
            on = self.today - dt.timedelta(days=back)
            left = self.act(
                confirm_case,
                case=case,
                on=on,
                basis="decree",
                document_number="SK 1",
                by=self.people[1],
                correction_reason="terlambat" if back else "",
            )
            if left:
                self.expected[left.pk] = Period.of(on)

    @rule(number=families, reject=st.booleans())
    def end(self, number, reject):
        if case := self.newest(number):
            self.act(
                reject_case if reject else cancel_case,
                case=case,
                reason="berubah",
                by=self.people[1],
            )

    @rule(present=st.sets(families))
    def final_closing(self, present):
        """Of this quarter; families present in it that left before reappear."""
        period = Period.of(self.today)
        for household in [self.neighbour, *(self.families[n] for n in present)]:
            HouseholdPeriod.objects.get_or_create(
                household=household, year=period.year, stage=period.stage
            )
        before = set(Exit.objects.values_list("pk", flat=True))
        self.act(compare_with_closing, period=period, area=self.area, by=self.people[1])
        for left in Exit.objects.exclude(pk__in=before):
            assert left.basis == "closing"
            assert Period.of(left.on) == period
            self.expected[left.pk] = period

    @rule(number=families)
    def reappear(self, number):
        case, left = self.newest(number), self.standing(number)
        if case and left and left.case_id == case.pk:
            self.act(reactivate_case, case=case, reason="kembali", on=self.today, by=self.people[1])

    @rule(number=families, back=st.sampled_from([0, 100]), sure=st.booleans())
    def die(self, number, back, sure):
        on = self.today - dt.timedelta(days=back)
        left = self.act(
            record_exit,
            household=self.families[number],
            type=self.dead,
            on=on,
            basis="office",
            by=self.people[1],
            correction_reason="terlambat" if sure else "",
        )
        if left:
            self.expected[left.pk] = Period.of(on)

    @rule(number=families)
    def withdraw(self, number):
        left = self.standing(number)
        if left and self.act(withdraw_exit, exit=left, reason="keliru", by=self.people[1]):
            del self.expected[left.pk]

    @rule(number=families, back=st.sampled_from([5, 90, 180]))
    def correct(self, number, back):
        left = self.standing(number)
        on = self.today - dt.timedelta(days=back)
        if left and self.act(move_exit, exit=left, on=on, reason="keliru", by=self.people[1]):
            self.expected[left.pk] = Period.of(on)

    @rule(quarters_back=st.integers(0, 3))
    def lock(self, quarters_back):
        period = Period.of(self.today)
        for _ in range(quarters_back):
            period = period.previous()
        locked = self.act(lock_quarter, area=self.area, period=period, by=self.people[2], base={})
        if locked:
            self.published[period] = self.counted(period)

    @rule(number=families)
    def somebody_dies(self, number):
        member = self.families[number].members.filter(status="active").last()
        if member:
            self.act(
                change_member_status, member=member, status="died", on=self.today,
                by=self.people[1],
            )  # fmt: skip

    @rule(one=families, other=families)
    def merge(self, one, other):
        member = self.families[one].members.filter(status="active").last()
        if member:
            self.act(move_member, member=member, household=self.families[other], by=self.people[1])

    @rule()
    def settle(self):
        if flag := CaseFlag.objects.open().first():
            self.act(settle_flag, flag=flag, note="dilihat", by=self.people[1])

    # --- what always holds

    def counted(self, period):
        entries = ExitEntry.objects.filter(year=period.year, quarter=period.stage)
        return sum(entries.values_list("sign", flat=True))

    @invariant()
    def one_open_case_a_family(self):
        for family in self.families:
            assert family.graduation_cases.filter(state__in=OPEN_STATES).count() <= 1
            left = Exit.objects.standing().filter(household=family).count()
            family.refresh_from_db()
            assert left == (family.status == "exited")

    @invariant()
    def every_exit_is_counted_once_in_its_quarter(self):
        found = {}
        for exit_id, year, quarter, sign in ExitEntry.objects.values_list(
            "exit_id", "year", "quarter", "sign"
        ):
            key = (exit_id, Period(year, quarter))
            found[key] = found.get(key, 0) + sign
        assert {key: n for key, n in found.items() if n} == dict.fromkeys(self.expected.items(), 1)

    @invariant()
    def locked_quarters_change_by_corrections_only(self):
        for period, sum_then in self.published.items():
            quarter = ReportQuarter.objects.get(year=period.year, quarter=period.stage)
            corrections = ExitEntry.objects.filter(correction__quarter=quarter)
            assert (
                self.counted(period) - sum(corrections.values_list("sign", flat=True)) == sum_then
            )
        assert not QuarterCorrection.objects.filter(reason="").exists()

    @invariant()
    def three_people_stand_behind_an_approval(self):
        for case in GraduationCase.objects.filter(approved_by__isnull=False):
            assert len({case.proposed_by_id, case.verified_by_id, case.approved_by_id}) == 3


@pytest.mark.django_db
def test_nothing_people_do_in_any_order_breaks_the_book():
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        Office,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
