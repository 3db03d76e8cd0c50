"""The demo district: 75 facilitators, every family has one, the demo accounts have theirs."""

import datetime as dt

import pytest
from django.db import connection
from django.db.models import Count

from accounts.roles import Role
from beneficiaries.models import Household
from facilitators.demo import make_demo_facilitators
from facilitators.models import CaseloadAssignment, Facilitator
from tests.factories.accounts import person
from tests.factories.areas import AreaFactory

pytestmark = pytest.mark.django_db

START = dt.date(2026, 7, 1)
AT = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def district(ratna):
    """Three kecamatan of four villages with 3,000 families, unevenly spread."""
    for kecamatan, number in (("99.01.01", 400), ("99.01.02", 250), ("99.01.03", 100)):
        for village in range(2001, 2005):
            home = AreaFactory(code=f"{kecamatan}.{village}")
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO beneficiaries_household (desa_id)"
                    " SELECT %s FROM generate_series(1, %s)",
                    [home.pk, number],
                )
    return AreaFactory(code="99.01")


def make(district, ratna):
    return make_demo_facilitators(office_area=district, starts_on=START, by=ratna, at=AT)


def test_every_family_gets_one_of_75_facilitators(district, ratna):
    made = make(district, ratna)

    held = CaseloadAssignment.objects.held_on(START)
    sizes = (
        held.order_by().values("facilitator").annotate(n=Count("pk")).values_list("n", flat=True)
    )
    assert (made, Facilitator.objects.count()) == (75, 75)
    assert held.values("household").distinct().count() == Household.objects.count() == 3000
    assert (len(sizes), min(sizes) >= 36, max(sizes) <= 44) == (75, True, True)


def test_a_second_call_changes_nothing(district, ratna):
    make(district, ratna)

    assert (make(district, ratna), Facilitator.objects.count()) == (0, 75)


def test_a_demo_account_accompanies_families_of_its_village(district, ratna):
    account = person("pendamping", Role.FACILITATOR, "99.01.02.2001", "99.01.02.2002")

    make(district, ratna)

    seen = Household.objects.visible_to(account)
    assert set(seen.values_list("desa_id", flat=True)) == {"99.01.02.2001"}
    assert 36 <= seen.count() <= 44
