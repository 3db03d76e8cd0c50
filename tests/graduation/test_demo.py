"""Graduation of the demo district: the year 2022 to the last family, and cases at every stage."""

import datetime as dt

import pytest
from django.db import connection
from django.db.models import Count, F, Min, Sum

from accounts.roles import Role
from beneficiaries.models import Household
from facilitators.demo import make_demo_facilitators, make_demo_visits
from graduation.demo import make_demo_graduation
from graduation.models import (
    OPEN_STATES,
    CaseStep,
    Exit,
    ExitEntry,
    GraduationCase,
    GraduationTarget,
    Monitoring,
    ReportQuarter,
)
from graduation.services import raise_flags
from tests.factories.accounts import person
from tests.factories.areas import AreaFactory
from tests.factories.graduation import first_types

pytestmark = pytest.mark.django_db
START = dt.date(2026, 7, 1)
AT = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def made(ratna, operator2):
    """600 families in one village, accompanied and visited."""
    home = AreaFactory(code="99.01.01.2001")
    for username, role in (("kadis", Role.HEAD), ("korkab", Role.DISTRICT_COORDINATOR)):
        person(username, role, "99.01")
    person("pendamping", Role.FACILITATOR, "99.01.01")
    first_types()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO beneficiaries_household (desa_id, first_year, first_stage)"
            " SELECT %s, 2026, 3 FROM generate_series(1, 600)",
            [home.pk],
        )
        cursor.execute(
            "INSERT INTO beneficiaries_member (household_id, name, birth_on, sex, relationship)"
            " SELECT id, 'SITI ' || chr(65 + (id % 26)::int) || 'MINAH', '1984-01-01', 'P', 'head'"
            " FROM beneficiaries_household"
        )
        cursor.execute(
            "UPDATE beneficiaries_household h SET caretaker_id = m.id"
            " FROM beneficiaries_member m WHERE m.household_id = h.id"
        )
    area = AreaFactory(code="99.01")
    make_demo_facilitators(office_area=area, starts_on=START, by=ratna, at=AT)
    make_demo_visits(office_area=area, starts_on=START, by=operator2, decider=ratna, at=AT)
    return make_demo_graduation(office_area=area, by=operator2, at=AT)


def check_2022_to_the_last_family(made):
    of_2022 = ExitEntry.objects.filter(year=2022)

    assert dict(of_2022.order_by().values_list("type__headline").annotate(Sum("sign"))) == {
        "prosperous": 208,
        "local_eligibility": 1883,
    }
    assert of_2022.order_by().values("quarter").distinct().count() == 4
    assert made == Exit.objects.count() == Household.objects.filter(status="exited").count()


def check_every_case_has_the_steps_that_lead_to_its_state():
    assert raise_flags(at=AT) == 0
    for case in GraduationCase.objects.prefetch_related("steps")[:300]:
        steps = list(case.steps.all())
        assert steps[-1].state == case.state
        assert [s.earlier for s in steps] == ["", *(s.state for s in steps[:-1])]
        assert steps == sorted(steps, key=lambda s: s.at)
    states = GraduationCase.objects.order_by().values_list("state").annotate(n=Count("pk"))
    assert {state for state, _n in states} == {*OPEN_STATES, "confirmed", "rejected"}
    assert not CaseStep.objects.filter(at__gt=AT).exists()
    assert Monitoring.objects.filter(done_on__gt=AT.date()).count() == 0


def check_the_targets_of_2023_are_shared_to_the_last_family():
    for code, number in (("prosperous", 1000), ("natural", 2000)):
        targets = GraduationTarget.objects.filter(year=2023, type__code=code)
        sums = [
            sum(targets.filter(**level).values_list("number", flat=True))
            for level in (
                {"area": "99.01"},
                {"area__level": 3, "facilitator": None},
                {"area__level": 3, "facilitator__isnull": False},
            )
        ]
        assert sums == [number] * 3


def check_the_quarters_of_2022_are_locked_with_what_they_stand_beside():
    quarters = ReportQuarter.objects.filter(year=2022, locked_at__isnull=False)

    assert quarters.count() == 4
    # 600 of the families of today were there, and the 2,091 that left.
    assert quarters.first().base["year"]["total"]["families"] == 2691


def check_no_family_was_paid_before_it_was_in_the_programme():
    paid = Household.objects.exclude(periods=None).annotate(
        earliest=Min(F("periods__year") * 10 + F("periods__stage"))
    )
    assert paid.count() > 500
    assert not paid.filter(earliest__lt=F("first_year") * 10 + F("first_stage")).exists()


def test_the_demo_adds_up_and_a_second_call_changes_nothing(made, operator2):
    """One office for all questions: making it takes seconds."""
    check_2022_to_the_last_family(made)
    check_no_family_was_paid_before_it_was_in_the_programme()
    check_every_case_has_the_steps_that_lead_to_its_state()
    check_the_targets_of_2023_are_shared_to_the_last_family()
    check_the_quarters_of_2022_are_locked_with_what_they_stand_beside()
    assert make_demo_graduation(office_area=AreaFactory(code="99.01"), by=operator2, at=AT) == 0
    assert Exit.objects.count() == made
