import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beneficiaries.amounts import Price, Rules, amount, rules_of
from beneficiaries.models import BenefitIndex, Component, HouseholdPeriod, PeriodRule
from core.sql import run_sql
from tests.factories.beneficiaries import HouseholdFactory

TODAY = dt.date(2026, 11, 2)


def rules_on(day):
    return rules_of(BenefitIndex.objects.valid_on(day), PeriodRule.objects.valid_on(day).get())


# domain.md 2.4, G11 and G12.
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("counts", "year", "stage"),
    [
        (
            {"pregnancy": 1, "early_child": 2, "senior": 1, "elderly": 1, "primary": 1},
            11_400_000,
            2_850_000,
        ),
        ({"primary": 1}, 900_000, 225_000),
        ({"primary": 1, "junior": 1, "senior": 1}, 4_400_000, 1_100_000),
        ({"rights_victim": 1}, 10_800_000, 2_700_000),
        ({}, 0, 0),
        ({"primary": 0}, 0, 0),
    ],
)
def test_amount_of_the_golden_cases(counts, year, stage):
    paid = amount(counts, rules_on(TODAY))

    assert (paid.year, paid.stage) == (year, stage)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "pregnant", "school"),
    [
        (dt.date(2019, 12, 31), 2_950_000, 1_450_000),  # with the fixed 550,000 of that year
        (dt.date(2020, 1, 1), 3_000_000, 900_000),
        (dt.date(2022, 12, 31), 3_000_000, 900_000),
        (dt.date(2024, 6, 1), 3_000_000, 900_000),
        (dt.date(2026, 12, 31), 3_000_000, 900_000),
    ],
)
def test_amount_follows_the_rules_of_the_day(day, pregnant, school):
    rules = rules_on(day)

    assert amount({"pregnancy": 1}, rules).year == pregnant
    assert amount({"primary": 1}, rules).year == school


@pytest.mark.django_db
def test_amount_before_a_component_existed_is_unknown():
    assert amount({"rights_victim": 1, "primary": 1}, rules_on(dt.date(2020, 6, 1))) is None


def test_amount_counts_no_more_of_a_component_than_its_cap():
    rules = Rules(prices=(Price("pregnancy", 3_000_000, at_most=2), Price("primary", 900_000)))

    paid = amount({"pregnancy": 3, "primary": 3}, rules)

    assert paid.counted == {"pregnancy": 2, "primary": 2}
    assert paid.year == 7_800_000


@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    families=st.lists(
        st.dictionaries(st.sampled_from(Component.values), st.integers(0, 6), max_size=8),
        min_size=1,
        max_size=8,
    ),
    caps=st.dictionaries(st.sampled_from(Component.values), st.integers(1, 3), max_size=3),
    at_most=st.integers(1, 6),
    fixed=st.sampled_from([0, 550_000]),
    unpriced=st.sampled_from([None, "rights_victim"]),
)
def test_sql_and_python_pay_the_same(families, caps, at_most, fixed, unpriced):
    HouseholdPeriod.objects.all().delete()
    BenefitIndex.objects.filter(kind="fixed", valid_from=dt.date(2025, 1, 1)).delete()
    BenefitIndex.objects.filter(valid_to=None).update(max_per_family=None)
    for component, cap in caps.items():
        BenefitIndex.objects.filter(valid_to=None, component=component).update(max_per_family=cap)
    if fixed:
        BenefitIndex.objects.create(kind="fixed", amount_year=fixed, valid_from=dt.date(2025, 1, 1))
    BenefitIndex.objects.filter(component="rights_victim", valid_from__year=2025).update(
        valid_from=dt.date(2025, 1, 1),
        valid_to=dt.date(2025, 2, 1) if unpriced else None,
    )
    PeriodRule.objects.filter(valid_to=None).update(max_components=at_most)
    household = HouseholdFactory()
    periods = [
        HouseholdPeriod.objects.create(
            household=household if n == 0 else HouseholdFactory(), year=2026, stage=4, counts=counts
        )
        for n, counts in enumerate(families)
    ]

    run_sql("beneficiaries/compute_amounts.sql", year=2026, stage=4, starts_on=dt.date(2026, 10, 1))

    rules = rules_on(dt.date(2026, 10, 1))
    expected = [paid.stage if (paid := amount(counts, rules)) else None for counts in families]
    found = dict(HouseholdPeriod.objects.values_list("pk", "computed_amount"))
    assert [found[period.pk] for period in periods] == expected
