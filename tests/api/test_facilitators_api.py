"""Facilitators and caseload assignments over REST: read, filtered, inside the territory."""

import datetime as dt

import pytest
from django.utils import timezone

from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory
from tests.factories.facilitators import FacilitatorFactory, entrust

pytestmark = pytest.mark.django_db


@pytest.fixture
def handed_over():
    """A family that went from Ana to Cut on 1 October 2026."""
    ana, cut = FacilitatorFactory(name="ANA"), FacilitatorFactory(name="CUT", area="99.01.02")
    household = HouseholdFactory()
    entrust(ana, household, starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 9, 30))
    entrust(cut, household, starts_on=dt.date(2026, 10, 1))
    return ana, cut, household


def results(api, user, url, **query):
    answer = api(user).get(url, query)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_facilitators_are_listed_with_todays_families_and_without_the_nip(api, ratna, handed_over):
    cut = handed_over[1]

    (found,) = results(api, ratna, "/api/v1/facilitators/", search="cut")

    assert found == {
        "id": cut.pk,
        "name": "CUT",
        "position": "facilitator",
        "employment": "pppk",
        "area": "99.01.02",
        "base_village": None,
        "starts_on": "2020-01-01",
        "ends_on": None,
        "families": 1,
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"area": "99.01.01"}, ["ANA"]),
        ({"area": "99.01"}, ["ANA", "CUT"]),
        ({"position": "data_operator"}, []),
        ({"on": "2019-12-31"}, []),
        ({"ordering": "-name"}, ["CUT", "ANA"]),
    ],
    ids=str,
)
def test_facilitators_are_filtered_and_ordered(api, ratna, handed_over, query, names):
    found = results(api, ratna, "/api/v1/facilitators/", **query)

    assert [one["name"] for one in found] == names


@pytest.mark.parametrize(("day", "who"), [("2026-09-30", "ANA"), ("2026-10-01", "CUT")])
def test_assignments_say_who_was_responsible_on_a_day(api, ratna, handed_over, day, who):
    household = handed_over[2]
    names = {one.pk: one.name for one in handed_over[:2]}

    (found,) = results(api, ratna, "/api/v1/assignments/", household=household.pk, on=day)

    assert names[found["facilitator"]] == who


def test_what_lies_in_another_kabupaten_is_missing(api, ratna):
    stranger = FacilitatorFactory(area="99.02.01")
    (row,) = entrust(stranger, HouseholdFactory(desa=AreaFactory(code="99.02.01.2001")))

    for name, pk in (("facilitators", stranger.pk), ("assignments", row.pk)):
        assert results(api, ratna, f"/api/v1/{name}/") == []
        assert api(ratna).get(f"/api/v1/{name}/{pk}/").status_code == 404


def test_a_facilitator_asks_neither(api, sari):
    entrust(FacilitatorFactory(user=sari), HouseholdFactory(), starts_on=timezone.localdate())

    assert [
        api(sari).get(f"/api/v1/{name}/").status_code for name in ("facilitators", "assignments")
    ] == [403, 403]


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_the_same_for_one_facilitator_and_for_three(
    api, ratna, number, django_assert_num_queries
):
    for _ in range(number):
        entrust(FacilitatorFactory(), HouseholdFactory())
    client = api(ratna)
    client.get("/api/v1/facilitators/")

    with django_assert_num_queries(4):
        client.get("/api/v1/facilitators/")
