"""Giving families to facilitators: dated, set-wise, and never two at once."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Assignment, AuditEvent
from accounts.services import assign_role
from beneficiaries.models import Household
from beneficiaries.services import exit_household
from core.errors import Refused
from facilitators import services
from facilitators.models import CaseloadAssignment, CaseloadSettings, Facilitator
from tests.access.walk import RolledBack
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory
from tests.factories.facilitators import FacilitatorFactory, entrust

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 2)
AT = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)


def day(number):
    return TODAY + dt.timedelta(days=number)


def at(number):
    return AT + dt.timedelta(days=number)


def held(household, on):
    return list(
        CaseloadAssignment.objects.held_on(on)
        .filter(household=household)
        .values_list("facilitator", flat=True)
    )


def test_the_database_refuses_a_second_facilitator_on_one_day():
    household = HouseholdFactory()
    entrust(FacilitatorFactory(), household, starts_on=day(0), ends_on=day(9))

    with pytest.raises(IntegrityError), transaction.atomic():
        entrust(FacilitatorFactory(), household, starts_on=day(9))
    entrust(FacilitatorFactory(), household, starts_on=day(10))

    assert CaseloadAssignment.objects.filter(household=household).count() == 2


def test_the_database_refuses_two_postings_at_once():
    facilitator = FacilitatorFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        facilitator.postings.create(area=AreaFactory(code="99.01.02"), starts_on=TODAY)


def test_assign_gives_families_from_a_day_on(ratna):
    facilitator, families = FacilitatorFactory(), [HouseholdFactory() for _ in range(3)]

    result = services.assign_families(
        facilitator=facilitator,
        households=Household.objects.all(),
        starts_on=day(3),
        by=ratna,
        at=AT,
        reason="pembagian awal",
    )

    assert result == {"given": 3, "taken": 0, "unchanged": 0}
    assert [held(family, day(2)) for family in families] == [[], [], []]
    assert [held(family, day(3)) for family in families] == [[facilitator.pk]] * 3


def test_assign_tells_the_audit_trail_once(ratna):
    facilitator = FacilitatorFactory()
    HouseholdFactory(), HouseholdFactory()

    services.assign_families(
        facilitator=facilitator,
        households=Household.objects.all(),
        starts_on=TODAY,
        by=ratna,
        at=AT,
        reason="pembagian awal",
    )

    event = AuditEvent.objects.get(verb="caseload.given")
    assert (event.by, event.at, event.reason) == (ratna, AT, "pembagian awal")
    assert event.data == {
        "families": 2,
        "on": TODAY.isoformat(),
        "to": {str(facilitator.pk): 2},
    }


def test_hand_over_leaves_the_days_before_with_who_had_them(ratna):
    giver, receiver, household = FacilitatorFactory(), FacilitatorFactory(), HouseholdFactory()
    entrust(giver, household)

    result = services.hand_over(giver=giver, receiver=receiver, on=day(5), by=ratna, at=AT)

    assert result == {"given": 1, "taken": 1, "unchanged": 0}
    assert held(household, day(4)) == [giver.pk]
    assert held(household, day(5)) == [receiver.pk]
    assert held(household, TODAY - dt.timedelta(days=100)) == [giver.pk]


def test_hand_over_replaces_what_was_planned_for_later(ratna):
    giver, receiver, later = FacilitatorFactory(), FacilitatorFactory(), FacilitatorFactory()
    household = HouseholdFactory()
    entrust(giver, household)
    services.hand_over(giver=giver, receiver=later, on=day(20), by=ratna, at=AT)

    services.hand_over(giver=giver, receiver=receiver, on=day(5), by=ratna, at=AT)

    assert [held(household, day(n)) for n in (4, 5, 20, 400)] == [
        [giver.pk],
        [receiver.pk],
        [receiver.pk],
        [receiver.pk],
    ]


def test_giving_a_family_to_who_has_it_changes_nothing(ratna):
    facilitator, household = FacilitatorFactory(), HouseholdFactory()
    (row,) = entrust(facilitator, household)

    result = services.give_families(
        moves=[(household.pk, facilitator.pk)], on=TODAY, by=ratna, at=AT
    )

    assert result == {"given": 0, "taken": 0, "unchanged": 1}
    assert list(CaseloadAssignment.objects.all()) == [row]
    assert not AuditEvent.objects.filter(verb="caseload.given").exists()


def test_a_day_that_is_over_is_not_rewritten(ratna):
    giver, receiver, household = FacilitatorFactory(), FacilitatorFactory(), HouseholdFactory()
    entrust(giver, household)

    with pytest.raises(Refused) as refused:
        services.hand_over(giver=giver, receiver=receiver, on=day(-1), by=ratna, at=AT)

    assert refused.value.code == "past"
    assert held(household, day(-1)) == [giver.pk]


def test_a_family_with_nobody_may_be_assigned_from_a_day_that_is_over(ratna):
    facilitator, household = FacilitatorFactory(), HouseholdFactory()

    services.assign_families(
        facilitator=facilitator, households=[household], starts_on=day(-90), by=ratna, at=AT
    )

    assert held(household, day(-90)) == [facilitator.pk]


def test_end_leaves_nobody_from_the_next_day_on(ratna):
    facilitator, household = FacilitatorFactory(), HouseholdFactory()
    entrust(facilitator, household)

    ended = services.end_families(households=[household], ends_on=day(2), by=ratna, at=AT)

    assert ended == 1
    assert (held(household, day(2)), held(household, day(3))) == ([facilitator.pk], [])


@pytest.mark.parametrize(
    ("number", "refusal"), [(3, None), (4, "over_maximum")], ids=["at", "above"]
)
def test_nobody_gets_more_than_the_maximum_without_a_reason(ratna, number, refusal):
    CaseloadSettings.objects.create(few_below=1, many_above=3, maximum=3)
    facilitator = FacilitatorFactory()
    entrust(facilitator, HouseholdFactory())
    new = [HouseholdFactory() for _ in range(number - 1)]
    entrust(facilitator, HouseholdFactory(status="exited", exited_on=TODAY))

    def assign(**why):
        services.assign_families(
            facilitator=facilitator, households=new, starts_on=TODAY, by=ratna, at=AT, **why
        )

    if refusal is None:
        assign()
        return
    with pytest.raises(Refused) as refused, transaction.atomic():
        assign()
    assert refused.value.code == refusal
    assert held(new[0], TODAY) == []
    assign(over_maximum="tidak ada yang lain")
    assert held(new[0], TODAY) == [facilitator.pk]


@pytest.mark.parametrize(
    "values",
    [
        {"ends_on": day(-1)},
        {"starts_on": day(1)},
        {"position": Facilitator.Position.DATA_OPERATOR},
    ],
    ids=["left", "not yet", "operator"],
)
def test_families_go_only_to_somebody_who_accompanies_that_day(ratna, values):
    facilitator, household = FacilitatorFactory(**values), HouseholdFactory()

    with pytest.raises(Refused) as refused:
        services.assign_families(
            facilitator=facilitator, households=[household], starts_on=TODAY, by=ratna, at=AT
        )

    assert refused.value.code == "not_employed"


def test_who_leaves_hands_over_first(ratna):
    giver, receiver = FacilitatorFactory(), FacilitatorFactory()
    entrust(giver, HouseholdFactory())

    with pytest.raises(Refused) as refused:
        services.end_employment(facilitator=giver, ends_on=day(9), by=ratna, at=AT)
    services.hand_over(giver=giver, receiver=receiver, on=day(10), by=ratna, at=AT)
    left = services.end_employment(facilitator=giver, ends_on=day(9), by=ratna, at=AT)

    assert refused.value.code == "still_has_families"
    assert left.ends_on == day(9)
    assert list(giver.postings.values_list("ends_on", flat=True)) == [day(9)]


def test_the_account_of_who_leaves_opens_nothing_after_the_last_day(ratna, sari):
    facilitator = FacilitatorFactory(user=sari)
    later = assign_role(
        user=sari, role="facilitator", area=AreaFactory(code="99.01.02"),
        starts_on=day(30), by=ratna, at=AT,
    )  # fmt: skip

    services.end_employment(facilitator=facilitator, ends_on=day(9), by=ratna, at=AT)

    held = dict(sari.assignments.values_list("area_id", "ends_on"))
    assert held == {"99.01.01": day(9)}
    assert not Assignment.objects.filter(pk=later.pk).exists()
    assert AuditEvent.objects.filter(verb="assignment.ended").count() == 1


@pytest.mark.parametrize(("left", "last"), [(-30, 0), (0, 0), (5, 5)])
def test_nobody_accompanies_a_family_that_left(ratna, operator, left, last):
    """TODAY is the day it is written down; days that are over are not rewritten."""
    gone, stays = HouseholdFactory(), HouseholdFactory()
    entrust(FacilitatorFactory(), gone, stays)

    exit_household(household=gone, on=day(left), by=operator, at=AT)

    assert dict(CaseloadAssignment.objects.values_list("household_id", "ends_on")) == {
        gone.pk: day(last),
        stays.pk: None,
    }
    assert AuditEvent.objects.filter(verb="caseload.ended", target_id=str(gone.pk)).count() == 1


def test_a_new_posting_ends_the_one_before(ratna):
    facilitator = services.add_facilitator(
        name=" SITI  RAHMA ", area=AreaFactory(code="99.01.01"), starts_on=TODAY, by=ratna, at=AT
    )

    services.post_facilitator(
        facilitator=facilitator,
        area=AreaFactory(code="99.01.02"),
        starts_on=day(7),
        by=ratna,
        at=AT,
    )

    assert facilitator.name == "SITI RAHMA"
    assert list(facilitator.postings.values_list("area_id", "starts_on", "ends_on")) == [
        ("99.01.02", day(7), None),
        ("99.01.01", TODAY, day(6)),
    ]


def test_change_writes_and_tells_only_what_differs(ratna):
    facilitator = FacilitatorFactory(name="SITI")

    services.change_facilitator(
        facilitator=facilitator, values={"name": "SITI", "nip": "9" * 18}, by=ratna, at=AT
    )

    facilitator.refresh_from_db()
    assert facilitator.nip == "9" * 18
    assert AuditEvent.objects.get(verb="facilitator.changed").data == {"fields": ["nip"]}


def test_a_nip_of_another_length_is_refused_beside_its_field(ratna):
    with pytest.raises(Refused) as refused:
        services.change_facilitator(
            facilitator=FacilitatorFactory(), values={"nip": "123"}, by=ratna, at=AT
        )

    assert refused.value.code == "invalid"


# --- any plan, on any day

FAMILIES, PEOPLE, HORIZON = 4, 3, 12
acts = st.lists(
    st.one_of(
        st.tuples(
            st.just("give"),
            st.integers(0, 2),  # days until the act
            st.integers(0, 4),  # days from the act until it holds
            st.dictionaries(st.integers(0, FAMILIES - 1), st.integers(0, PEOPLE - 1), min_size=1),
        ),
        st.tuples(
            st.just("hand over"),
            st.integers(0, 2),
            st.integers(0, 4),
            st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1)),
        ),
    ),
    max_size=8,
)


@pytest.fixture
def staff_and_families(ratna):
    people = [FacilitatorFactory() for _ in range(PEOPLE)]
    families = [HouseholdFactory() for _ in range(FAMILIES)]
    services.assign_families(
        facilitator=people[0], households=families, starts_on=TODAY, by=ratna, at=AT
    )
    return ratna, people, families


def everyone():
    """{(household, day number): facilitators} from the day before until after every act."""
    found = {}
    for row in CaseloadAssignment.objects.all():
        for number in range(-1, HORIZON * 3):
            if row.starts_on <= day(number) and (row.ends_on is None or day(number) <= row.ends_on):
                found.setdefault((row.household_id, number), []).append(row.facilitator_id)
    return found


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts)
def test_on_every_day_every_family_has_exactly_one_facilitator(staff_and_families, plan):
    """Whatever is planned and replanned; and what is over stays as it was."""
    by, people, families = staff_and_families
    with RolledBack():
        now, expected = 0, everyone()
        for verb, pause, lead, what in plan:
            now += pause
            if verb == "give":
                moves = {families[f].pk: people[p].pk for f, p in what.items()}
            else:
                giver, receiver = (people[p] for p in what)
                moves = {
                    family.pk: receiver.pk
                    for family in families
                    if expected[family.pk, now + lead] == [giver.pk]
                }
            if verb == "give":
                services.give_families(moves=moves.items(), on=day(now + lead), by=by, at=at(now))
            else:
                services.hand_over(
                    giver=giver, receiver=receiver, on=day(now + lead), by=by, at=at(now)
                )
            for (family, number), _who in expected.items():
                if family in moves and number >= now + lead:
                    expected[family, number] = [moves[family]]

        assert everyone() == expected


def test_a_district_is_handed_over_in_a_handful_of_statements(ratna, django_assert_max_num_queries):
    """Set-wise: the number of statements does not grow with the families."""
    giver, receiver, village = FacilitatorFactory(), FacilitatorFactory(), AreaFactory()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO beneficiaries_household (desa_id, status)"
            " SELECT %s, 'active' FROM generate_series(1, 2000)",
            [village.pk],
        )
    services.assign_families(
        facilitator=giver,
        households=Household.objects.all(),
        starts_on=TODAY,
        by=ratna,
        at=AT,
        over_maximum="uji",
    )

    with django_assert_max_num_queries(14):
        result = services.hand_over(
            giver=giver, receiver=receiver, on=day(1), by=ratna, at=AT, over_maximum="uji"
        )

    assert result == {"given": 2000, "taken": 2000, "unchanged": 0}


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_at_once_leave_every_family_with_one_facilitator(ratna):
    giver, receivers = FacilitatorFactory(), [FacilitatorFactory() for _ in range(4)]
    families = [HouseholdFactory() for _ in range(5)]
    entrust(giver, *families)
    start, results = threading.Barrier(len(receivers)), []

    def hand_all_to(receiver):
        start.wait()
        moves = [(family.pk, receiver.pk) for family in families]
        try:
            results.append(services.give_families(moves=moves, on=TODAY, by=ratna, at=AT)["given"])
        finally:
            connection.close()

    threads = [threading.Thread(target=hand_all_to, args=[one]) for one in receivers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    today = [held(family, TODAY) for family in families]
    assert results == [5, 5, 5, 5]
    assert len(today[0]) == 1 and today == [today[0]] * 5
    assert [held(family, day(-1)) for family in families] == [[giver.pk]] * 5
