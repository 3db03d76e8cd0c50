"""Whom to visit: three reasons in one list, each family once, the most urgent first."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from beneficiaries.services import exit_household
from facilitators.models import Attendance, LearningSession, VisitRule, VisitSettings
from facilitators.queries import today
from facilitators.services import ask_for_visit
from tests.facilitators.conftest import NOW
from tests.factories.beneficiaries import HouseholdFactory
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.learning import LearningGroupFactory, a_topic, put_into

pytestmark = pytest.mark.django_db
DAY = timezone.localdate(NOW)


@pytest.fixture
def families(hers, family, visiting):
    """(asked, absent, overdue, fine): four of Sari's; only the last two were never visited."""
    others = [HouseholdFactory(desa=family.desa) for _ in range(3)]
    entrust(hers, *others)
    everybody = [family, *others]
    for one in (everybody[0], everybody[1], everybody[3]):
        visiting(household=one, device_at=NOW - dt.timedelta(days=30), at=NOW - dt.timedelta(30))
    return everybody


def absent(household, by, days_ago=7, status="absent"):
    group = LearningGroupFactory(village=household.desa)
    put_into(group, household)
    session = LearningSession.objects.create(
        group=group,
        topic=a_topic(),
        facilitator=FacilitatorFactory(),
        held_on=DAY - dt.timedelta(days=days_ago),
        sent_sha256=str(days_ago),
        by=by,
        recorded_at=NOW,
    )
    Attendance.objects.create(session=session, household=household, status=status)


def listed(user, *args):
    return [(one.pk, one.urgency) for one in today.due(user, DAY, *args).order_by(*today.ORDER)]


def test_due_unites_the_reasons_and_names_a_family_once(families, sari, operator):
    asked, missed, late, _fine = families
    ask_for_visit(household=asked, wanted="KTP", by=operator, at=NOW)
    ask_for_visit(household=asked, wanted="KK", by=operator, at=NOW, due_on=DAY)
    absent(missed, sari)
    absent(asked, sari)

    found = list(today.due(sari, DAY).order_by(*today.ORDER))

    assert [
        (one.pk, one.urgency, one.asked_until, one.absent_on, one.is_overdue) for one in found
    ] == [
        (asked.pk, 0, DAY, DAY - dt.timedelta(days=7), False),
        (missed.pk, 1, None, DAY - dt.timedelta(days=7), False),
        (late.pk, 2, None, None, True),
    ]
    assert [one.last_visit_at for one in found] == [NOW - dt.timedelta(30)] * 2 + [None]
    assert today.counts(sari, DAY) == {"all": 3, "asked": 1, "absent": 2, "overdue": 1}
    assert [pk for pk, _urgency in listed(sari, today.ABSENT)] == [asked.pk, missed.pk]
    assert listed(sari, today.OVERDUE) == [(late.pk, 2)]


def test_due_forgets_what_was_answered_visited_or_too_long_ago(families, sari, operator, visiting):
    asked, missed, late, ill = families
    request = ask_for_visit(household=asked, wanted="KTP", by=operator, at=NOW)
    absent(missed, sari)
    absent(ill, sari, status="ill")
    absent(late, sari, days_ago=61)
    visiting(household=asked, request=request.pk)
    visiting(household=missed)

    assert listed(sari) == [(late.pk, 2)]


def test_due_follows_the_rules_of_the_day(families, sari):
    missed = families[1]
    VisitRule.objects.create(purpose="", days=20, valid_from=DAY)
    VisitSettings.objects.create(valid_from=DAY, absence_days=3)
    absent(missed, sari)

    assert sorted(pk for pk, _ in listed(sari)) == sorted(one.pk for one in families)
    assert listed(sari, today.ABSENT) == []
    assert today.due(sari, DAY, today.OVERDUE, "complaint").count() == 0


def test_due_hides_the_families_of_others_and_those_that_left(
    families, sari, budi, ratna, operator
):
    his = FacilitatorFactory(user=budi)
    theirs = HouseholdFactory(desa=families[0].desa)
    entrust(his, theirs)
    exit_household(household=families[2], on=DAY, by=operator, at=NOW)

    assert listed(sari) == []
    assert listed(budi) == [(theirs.pk, 2)]
    assert listed(ratna) == [(theirs.pk, 2)]


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_costs_the_same_for_one_and_for_three(
    client, operator, family, hers, sari, number, django_assert_num_queries
):
    households = [family, *(HouseholdFactory(desa=family.desa) for _ in range(number - 1))]
    entrust(hers, *households[1:])
    for one in households:
        ask_for_visit(household=one, wanted="KTP", by=operator, at=timezone.now())
    client.force_login(operator)

    with django_assert_num_queries(10):
        answer = client.get(reverse("facilitators:overdue"))

    rows = answer.context["page"].rows
    assert [(len(one.requests), one.holder.facilitator) for one in rows] == [(1, hers)] * number


def test_the_page_tells_a_facilitator_why_and_nothing_about_colleagues(
    client, sari, family, operator
):
    ask_for_visit(household=family, wanted="Lihat KTP ibu", by=operator, at=timezone.now())
    client.force_login(sari)

    page = client.get(reverse("facilitators:overdue"), {"alasan": "pertanyaan"})

    assert "Lihat KTP ibu" in page.content.decode()
    assert page.context["with_holder"] is False
    for reason in ("absen", "zzz", "terlambat"):
        assert client.get(reverse("facilitators:overdue"), {"alasan": reason}).status_code == 200
