"""A facilitator sees the families entrusted to him today; an account without one, a territory."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.held import remembered
from accounts.roles import Role
from accounts.scope import area_codes
from beneficiaries.models import Household, Member
from facilitators import services
from tests.factories.accounts import AssignmentFactory
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.facilitators import FacilitatorFactory, entrust

pytestmark = pytest.mark.django_db

VIEW = "beneficiaries.view_household"


@pytest.fixture
def today():
    return timezone.localdate()


def seen_by(user):
    return set(Household.objects.visible_to(user))


def test_an_account_without_a_facilitator_keeps_its_territory(sari):
    hers, _his = HouseholdFactory(), HouseholdFactory(desa=AreaFactory(code="99.01.02.2001"))
    entrust(FacilitatorFactory(), hers)

    assert seen_by(sari) == {hers}


def test_a_facilitator_sees_todays_families_and_no_neighbours(sari, today):
    own, _neighbour, elsewhere = (
        HouseholdFactory(),
        HouseholdFactory(),
        HouseholdFactory(desa=AreaFactory(code="99.01.02.2001")),
    )
    entrust(FacilitatorFactory(user=sari), own, elsewhere)

    assert seen_by(sari) == {own, elsewhere}
    assert area_codes(sari, VIEW) == ["99.01.01.2001", "99.01.02.2001"]


def test_a_facilitator_without_a_family_sees_nobody(sari):
    HouseholdFactory()
    FacilitatorFactory(user=sari)

    assert (seen_by(sari), area_codes(sari, VIEW)) == (set(), [])


@pytest.mark.parametrize(
    ("starts", "ends", "seen"),
    [(0, None, True), (-9, 0, True), (-9, -1, False), (1, None, False)],
    ids=["from today", "last day", "ended yesterday", "from tomorrow"],
)
def test_only_the_days_of_the_assignment_count(sari, today, starts, ends, seen):
    family = HouseholdFactory()
    entrust(
        FacilitatorFactory(user=sari),
        family,
        starts_on=today + dt.timedelta(days=starts),
        ends_on=None if ends is None else today + dt.timedelta(days=ends),
    )

    assert seen_by(sari) == ({family} if seen else set())


def test_what_was_handed_over_is_missing_at_the_next_request(client, sari, ratna, today):
    family = HouseholdFactory()
    giver = FacilitatorFactory(user=sari)
    entrust(giver, family)
    client.force_login(sari)
    before = client.get(family.get_absolute_url()).status_code

    services.hand_over(
        giver=giver, receiver=FacilitatorFactory(), on=today, by=ratna, at=timezone.now()
    )

    assert (before, client.get(family.get_absolute_url()).status_code) == (200, 404)


def test_an_account_whose_role_ended_sees_nobody(sari, today):
    entrust(FacilitatorFactory(user=sari), HouseholdFactory())
    sari.assignments.update(ends_on=today - dt.timedelta(days=1))

    assert seen_by(sari) == set()


def test_another_role_is_not_narrowed_by_the_caseload(sari):
    own, _neighbour = HouseholdFactory(), HouseholdFactory()
    led = HouseholdFactory(desa=AreaFactory(code="99.01.02.2001"))
    entrust(FacilitatorFactory(user=sari), own)
    AssignmentFactory(user=sari, role=Role.SUBDISTRICT_LEAD, area=AreaFactory(code="99.01.02"))

    assert seen_by(sari) == {own, led}


def test_members_are_those_of_the_families(sari):
    own, _neighbour = (MemberFactory(household=HouseholdFactory()) for _ in range(2))
    entrust(FacilitatorFactory(user=sari), own.household)

    assert set(Member.objects.visible_to(sari)) == {own}


def test_a_request_asks_once_who_accompanies_whom(sari, django_assert_num_queries):
    entrust(FacilitatorFactory(user=sari), HouseholdFactory())

    # Roles held, the facilitator, the villages; and three lists.
    with remembered(), django_assert_num_queries(6):
        for _ in range(3):
            seen_by(sari)


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_the_same_for_one_family_and_for_three(
    client, sari, number, django_assert_num_queries
):
    entrust(FacilitatorFactory(user=sari), *[HouseholdFactory() for _ in range(number)])
    client.force_login(sari)
    client.get(reverse("dashboard:households"))

    with django_assert_num_queries(9):
        client.get(reverse("dashboard:households"))
