import datetime as dt

from beneficiaries.models import MemberComponent
from core.periods import Period
from facilitators.models import EDUCATION, CommitmentCheck, CommitmentRule, CommitmentSettings
from facilitators.services import prepare_quarter

Q3 = Period(2026, 3)  # July to September 2026
AFTER_Q3 = dt.datetime(2026, 10, 5, 3, 0, tzinfo=dt.UTC)
VISITS = {"pregnancy": 1, "early_child": 2, "elderly": 1, "severe_disability": 1}


def first_rules():
    """The rules as the migration left them; tests with real transactions empty those tables."""
    start = dt.date(2020, 1, 1)
    for component in EDUCATION:
        CommitmentRule.objects.get_or_create(
            component=component,
            valid_from=start,
            defaults={"threshold_percent": 85, "months_needed": 2},
        )
    for component, visits in VISITS.items():
        CommitmentRule.objects.get_or_create(
            component=component, valid_from=start, defaults={"visits_needed": visits}
        )
    CommitmentSettings.objects.get_or_create(pk=1)


def owing(member, component, period=Q3):
    """The members file of the period says that this member counts for the component."""
    MemberComponent.objects.create(
        member=member, year=period.year, stage=period.stage, component=component
    )
    return member


def the_check(member, period=Q3):
    return CommitmentCheck.objects.of_period(period).get(member=member)


def prepared(period=Q3, *, area="99.01", by=None, at=AFTER_Q3):
    return prepare_quarter(period=period, area=area, by=by, at=at)
