"""Plans and activities of the demo district: everybody has work, a few have no plan yet."""

import datetime as dt

import pytest
from django.db import connection

from documents.models import Document
from facilitators.demo import make_demo_facilitators, make_demo_learning, make_demo_work
from facilitators.models import Activity, Facilitator, PlannedWork, WorkPlan
from facilitators.queries import results, work
from facilitators.queries.months import Month
from tests.factories.areas import AreaFactory
from tests.factories.learning import a_topic

pytestmark = pytest.mark.django_db

START = dt.date(2026, 7, 1)
AT = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def district(ratna, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    a_topic()
    home, area = AreaFactory(code="99.01.01.2001"), AreaFactory(code="99.01")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO beneficiaries_household (desa_id) SELECT %s FROM generate_series(1, 900)",
            [home.pk],
        )
    made = {"office_area": area, "starts_on": START, "by": ratna, "at": AT}
    make_demo_facilitators(**made)
    make_demo_learning(**made)
    make_demo_work(starts_on=START, by=ratna, at=AT)


def test_everybody_plans_and_works_and_a_few_have_no_plan_this_month(district, ratna):
    people = Facilitator.objects.count()

    november = work.overview(ratna, Month(dt.date(2026, 11, 1)))
    july = work.overview(ratna, Month(START))

    assert {line.plan is None for line in july} == {False}
    assert 1 <= sum(line.plan is None for line in november) <= people // 5
    assert all(line.total.done for line in july)
    assert sum(line.total.gap for line in july) > 0
    assert Activity.objects.filter(held_on__gt=dt.date(2026, 11, 20)).count() == 0
    assert PlannedWork.objects.filter(kind="session").count() >= people


def test_some_is_shown_by_photos_and_the_rest_is_claimed(district, ratna):
    lines = results.overview(ratna, Month(dt.date(2026, 11, 1)))

    month = sum((line.month for line in lines), results.Count())
    assert month.shown and month.bare
    assert Document.objects.count() <= 2 * Facilitator.objects.count()


def test_a_second_call_changes_nothing(district, ratna):
    assert make_demo_work(starts_on=START, by=ratna, at=AT) == 0
    assert WorkPlan.objects.filter(version__gt=1).count() == 0
