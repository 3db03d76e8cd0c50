"""Visits of the demo district: most families in time, some late, a few never; made once."""

import datetime as dt

import pytest
from django.db import connection

from beneficiaries.models import Household
from facilitators.demo import make_demo_facilitators, make_demo_visits
from facilitators.models import ChangeProposal, Visit, VisitCheck, VisitMark
from facilitators.queries import today
from tests.factories.areas import AreaFactory

pytestmark = pytest.mark.django_db

START = dt.date(2026, 7, 1)
AT = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def district(ratna):
    """1,500 families with a child each, in one village."""
    home = AreaFactory(code="99.01.01.2001")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO beneficiaries_household (desa_id) SELECT %s FROM generate_series(1, 1500)",
            [home.pk],
        )
        cursor.execute(
            "INSERT INTO beneficiaries_member (household_id, name, birth_on, sex, relationship)"
            " SELECT id, 'ANAK', '2014-01-01', 'L', 'child' FROM beneficiaries_household"
        )
    area = AreaFactory(code="99.01")
    make_demo_facilitators(office_area=area, starts_on=START, by=ratna, at=AT)
    return area


@pytest.fixture
def made(district, operator2, ratna):
    return make_demo_visits(
        office_area=district, starts_on=START, by=operator2, decider=ratna, at=AT
    )


def test_most_families_are_visited_in_time_and_none_outside_the_weeks(made, ratna):
    visits = Visit.objects.all()
    due = today.counts(ratna, AT.date())

    assert made == visits.count()
    assert 1.3 < made / Household.objects.count() < 1.7
    assert 0.08 < due["overdue"] / 1500 < 0.3
    assert not visits.filter(device_at__date__lt=START).exists()
    assert not visits.filter(device_at__date__gte=AT.date()).exists()
    assert not visits.filter(device_at__week_day=1).exists()
    assert not visits.filter(recorded_at__gt=AT).exists()


def test_some_proposals_wait_and_some_visits_have_a_mark_or_were_checked(made, ratna):
    states = set(ChangeProposal.objects.values_list("state", flat=True))

    assert {"open", "accepted"} <= states
    assert not ChangeProposal.objects.filter(proposed_by=ratna).exists()
    assert 0 < VisitMark.objects.filter(kind="late").count() < made / 10
    assert not VisitMark.objects.filter(kind="other_day").exists()
    assert VisitCheck.objects.filter(by=ratna).count() > 0


def test_a_second_call_changes_nothing(made, district, operator2, ratna):
    again = make_demo_visits(
        office_area=district, starts_on=START, by=operator2, decider=ratna, at=AT
    )

    assert (again, Visit.objects.count()) == (0, made)
