"""P2K2 of the demo district: every family in one group, three sessions each, within its groups."""

import datetime as dt

import pytest
from django.db import connection
from django.db.models import Count

from beneficiaries.models import Household
from facilitators.demo import make_demo_facilitators, make_demo_learning
from facilitators.models import Attendance, LearningGroup, LearningMembership, LearningSession
from tests.factories.areas import AreaFactory
from tests.factories.learning import a_topic

pytestmark = pytest.mark.django_db

START = dt.date(2026, 7, 1)
AT = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def district(ratna):
    """Two villages of one kecamatan, one with many families and one with few."""
    a_topic()
    for village, number in (("99.01.01.2001", 3000), ("99.01.01.2002", 40)):
        home = AreaFactory(code=village)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO beneficiaries_household (desa_id)"
                " SELECT %s FROM generate_series(1, %s)",
                [home.pk, number],
            )
    area = AreaFactory(code="99.01")
    make_demo_facilitators(office_area=area, starts_on=START, by=ratna, at=AT)
    return area


def test_every_family_is_in_a_group_that_met_once_in_each_month(district, ratna):
    made = make_demo_learning(office_area=district, starts_on=START, by=ratna, at=AT)

    families = LearningGroup.objects.with_numbers(START).values_list("families", flat=True)
    months = LearningSession.objects.values("held_on__month").annotate(n=Count("pk"))
    by_status = dict(Attendance.objects.values_list("status").annotate(n=Count("pk")))
    assert LearningMembership.objects.count() == Household.objects.count() == 3040
    assert max(families) <= 30
    assert made == 3 * len(families) == LearningSession.objects.count()
    assert {row["held_on__month"]: row["n"] for row in months.order_by()} == dict.fromkeys(
        (7, 8, 9), len(families)
    )
    assert sum(by_status.values()) == 3 * 3040
    assert 0.80 < by_status["present"] / sum(by_status.values()) < 0.88
    assert not LearningSession.objects.filter(held_on__week_day__in=[1, 7]).exists()


def test_a_group_belongs_to_one_facilitator(district, ratna):
    make_demo_learning(office_area=district, starts_on=START, by=ratna, at=AT)

    mixed = (
        LearningGroup.objects.values("pk")
        .annotate(n=Count("memberships__household__caseload__facilitator", distinct=True))
        .filter(n__gt=1)
    )
    assert list(mixed) == []


def test_a_second_call_changes_nothing(district, ratna):
    make_demo_learning(office_area=district, starts_on=START, by=ratna, at=AT)

    assert make_demo_learning(office_area=district, starts_on=START, by=ratna, at=AT) == 0
