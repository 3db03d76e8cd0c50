"""Who loses the last component in which of the next four quarters: pure, in SQL, and recounted day
by day by a hand that knows neither."""

import csv
import datetime as dt
import time
from collections import Counter
from functools import cache
from random import Random

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from areas.models import Area
from beneficiaries.models import Household, Member, MemberComponent, MemberPeriod
from beneficiaries.services import change_member_status
from core.dates import clean_date
from core.periods import Period
from core.synthetic import Layout, make_world
from graduation.forecast import Loss, Rule, Stated, horizon_of, loss_of
from graduation.models import Candidate, ComponentEnd
from graduation.services import assess_case, cancel_case, open_case, propose_case, refresh_forecast
from tests.factories.accounts import person
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.graduation import component_ends, exit_type, first_types

TODAY = dt.date(2026, 11, 20)
AT = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)
NOW = Period(2026, 4)
NEXT = [Period(2027, quarter) for quarter in (1, 2, 3, 4)]
RULES = {
    "pregnancy": Rule("months", 10, None, "early_child"),
    "early_child": Rule("age", 7, None, "primary"),
    "primary": Rule("school", 13, None, "junior"),
    "junior": Rule("school", 16, None, "senior"),
    "senior": Rule("school", 19, 21),
    "elderly": Rule("never"),
    "severe_disability": Rule("never"),
}
WORDS = {
    "HAMIL": "pregnancy",
    "AUD": "early_child",
    "SD": "primary",
    "SMP": "junior",
    "SMA": "senior",
    "LANSIA": "elderly",
    "DISABIL": "severe_disability",
}
# Short ways out, so that generated families end in every way within a year.
SHORT = {
    "pregnancy": Rule("months", 10),
    "early_child": Rule("age", 7),
    "primary": Rule("school", 13, 15),
    "junior": Rule("school", 16, None, "senior"),
    "senior": Rule("school", 19, 21),
    "elderly": Rule("age", 80, None, "severe_disability"),
    "severe_disability": Rule("months", 14),
}


def stated(component, birth_on, newest=NOW, **more):
    return Stated(more.pop("member", 1), component, birth_on, newest, **more)


# --- by example


@pytest.mark.parametrize(
    ("one", "lost_on", "component"),
    [
        # 18 now, 19 in March: until the end of June, then 1 July.
        (stated("senior", dt.date(2008, 3, 9)), dt.date(2027, 7, 1), "senior"),
        # 19 on 1 July 2027, when a school year begins: a year longer, beyond the four quarters.
        (stated("senior", dt.date(2008, 7, 1)), None, ""),
        (stated("senior", dt.date(2008, 6, 30)), dt.date(2027, 7, 1), "senior"),
        # 20 already and still named: repeats a class, until the running year ends.
        (stated("senior", dt.date(2006, 8, 1)), dt.date(2027, 7, 1), "senior"),
        # 21 in February: at the latest then.
        (stated("senior", dt.date(2006, 2, 3)), dt.date(2027, 2, 3), "senior"),
        # Over 21 when stated: ended on the day it was stated.
        (stated("senior", dt.date(2003, 1, 1)), dt.date(2026, 10, 1), "senior"),
        (stated("elderly", dt.date(1950, 1, 1)), None, ""),
        (stated("early_child", dt.date(2020, 2, 1)), None, ""),  # goes on as a pupil
        (stated("pregnancy", dt.date(1995, 1, 1), Period(2025, 1)), None, ""),  # a child since
        (stated("senior", None), None, ""),
        (
            stated("elderly", dt.date(1950, 1, 1), Period(2026, 3), active=False),
            dt.date(2026, 10, 1),
            "elderly",
        ),
        (
            stated("elderly", dt.date(1950, 1, 1), Period(2026, 2), listed=Period(2026, 4)),
            dt.date(2026, 10, 1),
            "elderly",
        ),
    ],
)
def test_loss_of_a_family_with_one_component(one, lost_on, component):
    loss = loss_of([one], RULES, TODAY)

    expected = lost_on and Loss(lost_on, max(NOW, Period.of(lost_on)), 1, component)
    assert loss == expected


def test_the_component_that_ends_last_is_the_familys():
    family = [
        stated("senior", dt.date(2006, 2, 3), member=1),
        stated("senior", dt.date(2008, 3, 9), member=2),
    ]

    assert loss_of(family, RULES, TODAY) == Loss(dt.date(2027, 7, 1), NEXT[2], 2, "senior")
    assert loss_of([*family, stated("elderly", None, member=3)], RULES, TODAY) is None
    assert loss_of([], RULES, TODAY) is None


def test_a_pregnancy_counts_from_its_first_statement():
    one = stated("pregnancy", dt.date(1995, 1, 1), NOW, first=Period(2026, 2))

    assert loss_of([one], SHORT, TODAY) == Loss(dt.date(2027, 2, 1), NEXT[0], 1, "pregnancy")


# --- recounted day by day


def _age(birth_on, day):
    month_and_day = (birth_on.month, birth_on.day)
    leap = day.year % 4 == 0 and (day.year % 100 != 0 or day.year % 400 == 0)
    if month_and_day == (2, 29) and not leap:
        month_and_day = (2, 28)
    return day.year - birth_on.year - ((day.month, day.day) < month_and_day)


def _school_year(day):
    return day.year if day.month >= 7 else day.year - 1


def _has_ended(rule, birth_on, since, counted_from, reached, day):
    """Does the rule say on this day that the component is over? `reached` holds the day on which
    the child was first seen to be of the rule's age."""
    if rule.latest_age is not None and birth_on and _age(birth_on, day) >= rule.latest_age:
        return True
    if rule.ends == "months":
        months = (day.year - counted_from.year) * 12 + day.month - counted_from.month
        return months - (day.day < counted_from.day) >= rule.number
    if rule.ends == "age":
        return birth_on is not None and _age(birth_on, day) >= rule.number
    if rule.ends == "school" and birth_on is not None:
        running = _school_year(day)
        return reached is not None and running > max(_school_year(reached), _school_year(since))
    return False


@cache
def _first_day_of_age(birth_on, age):
    day = dt.date(birth_on.year + age, birth_on.month, 1)
    while _age(birth_on, day) < age:
        day += dt.timedelta(days=1)
    return day


def component_on_every_day(one, rules, today):
    """{day: component or ""} from the statement until the last day of the four quarters."""
    component, birth_on = one.component, one.birth_on
    since = one.newest.starts_on
    counted_from = (one.first or one.newest).starts_on
    found, day = {}, since
    while day <= horizon_of(today):
        gone = (not one.active and (day >= today or Period.of(day) > one.newest)) or (
            one.listed is not None and one.listed > one.newest and Period.of(day) >= one.listed
        )
        if not one.active or (one.listed is not None and one.listed > one.newest):
            found[day] = "" if gone else component
        else:
            for _turn in range(9):
                rule = rules.get(component)
                reached = (
                    _first_day_of_age(birth_on, rule.number)
                    if rule and rule.ends == "school" and birth_on
                    else None
                )
                if rule is None or not _has_ended(
                    rule, birth_on, since, counted_from, reached, day
                ):
                    break
                if rule.ends == "months":
                    birth_on = day
                component, since, counted_from = rule.continues_as, day, day
            found[day] = component
        day += dt.timedelta(days=1)
    return found


def recounted(family, rules, today):
    """The first day without any component, and its quarter; None while there is one."""
    if not family:
        return None
    last = None
    for one in family:
        days = component_on_every_day(one, rules, today)
        held = [day for day, component in days.items() if component]
        if held and held[-1] == horizon_of(today):
            return None
        ended = held[-1] + dt.timedelta(days=1) if held else one.newest.starts_on
        last = max(last or ended, ended)
    return last, max(Period.of(last), Period.of(today))


periods = st.builds(Period, st.integers(2024, 2026), st.integers(1, 4)).filter(lambda p: p <= NOW)
births = st.one_of(
    st.none(),
    st.dates(dt.date(1940, 1, 1), dt.date(1960, 1, 1)),
    st.dates(dt.date(2003, 1, 1), dt.date(2024, 1, 1)),
    st.sampled_from(
        [
            dt.date(2008, 2, 29),
            dt.date(2020, 2, 29),
            dt.date(2008, 6, 30),
            dt.date(2008, 7, 1),
            dt.date(2014, 7, 1),
        ]
    ),
)


@st.composite
def families(draw):
    rows = []
    for member in range(1, draw(st.integers(1, 4)) + 1):
        newest = draw(periods)
        first = newest
        for _earlier in range(draw(st.integers(0, 2))):
            first = first.previous()
        rows.append(
            Stated(
                member,
                draw(st.sampled_from([*SHORT, "rights_victim"])),
                draw(births),
                newest,
                first=first,
                listed=draw(st.sampled_from([None, newest, NOW])),
                active=draw(st.sampled_from([True, True, True, False])),
            )
        )
    return rows


@settings(max_examples=250, deadline=None)
@given(families(), st.sampled_from([RULES, SHORT]))
def test_loss_of_is_what_a_recount_day_by_day_finds(family, rules):
    loss = loss_of(family, rules, TODAY)

    assert (loss and (loss.on, loss.quarter)) == recounted(family, rules, TODAY)


# --- the database says the same


def keep_rules(rules):
    ComponentEnd.objects.all().delete()
    ComponentEnd.objects.bulk_create(
        ComponentEnd(
            component=component,
            ends=rule.ends,
            number=rule.number,
            latest_age=rule.latest_age,
            continues_as=rule.continues_as,
            valid_from=dt.date(2020, 1, 1),
        )
        for component, rule in rules.items()
    )


def keep_families(generated):
    """Rows of the register as such families would leave them; {household: [Stated]} with the
    keys of the database."""
    desa = HouseholdFactory(desa__code="99.01.01.2001").desa
    homes = Household.objects.bulk_create(Household(desa=desa) for _family in generated)
    kept = {home.pk: [] for home in homes}
    people, said = [], []
    for home, family in zip(homes, generated, strict=True):
        for one in family:
            people.append(
                Member(
                    household=home,
                    name="WARGA",
                    birth_on=one.birth_on,
                    status="active" if one.active else "died",
                )
            )
            said.append(one)
    components, listed = [], []
    for member, one in zip(Member.objects.bulk_create(people), said, strict=True):
        period = one.first or one.newest
        while period <= one.newest:
            components.append(_component(member, period, one.component))
            period = period.next()
        if one.listed:
            listed.append(MemberPeriod(member=member, year=one.listed.year, stage=one.listed.stage))
        kept[member.household_id].append(
            Stated(
                member.pk,
                one.component,
                one.birth_on,
                one.newest,
                one.first,
                one.listed,
                one.active,
            )
        )
    MemberComponent.objects.bulk_create(components)
    MemberPeriod.objects.bulk_create(listed)
    return kept


def _component(member, period, component):
    return MemberComponent(member=member, year=period.year, stage=period.stage, component=component)


def losses_in_the_table():
    return {
        one.household_id: Loss(one.ends_on, one.period, one.member_id, one.component)
        for one in Candidate.objects.filter(ends_on__isnull=False)
    }


@pytest.mark.django_db
@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(families(), min_size=30, max_size=40), st.sampled_from([RULES, SHORT]))
def test_sql_and_python_say_the_same_of_generated_families(generated, rules):
    Candidate.objects.all().delete()
    keep_rules(rules)
    kept = keep_families(generated)

    refresh_forecast(at=AT)

    expected = {pk: loss_of(family, rules, TODAY) for pk, family in kept.items()}
    found = losses_in_the_table()
    assert {pk: found.get(pk) for pk in kept} == expected


@pytest.mark.django_db
def test_some_hundred_families_recounted_day_by_day():
    """Families of a seed, under the rules of the migration: every way out is met."""
    rng = Random(2027)
    levels = {"early_child": 6, "primary": 12, "junior": 15, "senior": 18.5, "elderly": 70}
    generated = []
    for _family in range(300):
        family = []
        for member in range(rng.choice([1, 1, 2, 3])):
            component = rng.choice(["senior"] * 5 + [*levels, "pregnancy"])
            age = levels.get(component, 30) + rng.uniform(-1.2, 2.5)
            family.append(
                Stated(
                    member,
                    component,
                    TODAY - dt.timedelta(days=int(age * 365.25)),
                    NOW,
                    active=rng.random() > 0.05,
                )
            )
        generated.append(family)
    component_ends()
    kept = keep_families(generated)

    refresh_forecast(at=AT)

    found = {pk: (loss.on, loss.quarter) for pk, loss in losses_in_the_table().items()}
    expected = {pk: recounted(family, RULES, TODAY) for pk, family in kept.items()}
    assert found == {pk: loss for pk, loss in expected.items() if loss}
    assert len({quarter for _on, quarter in found.values()}) >= 3


@pytest.mark.slow
@pytest.mark.django_db
def test_a_district_recounted_day_by_day_over_four_quarters(tmp_path):
    make_world(
        seed=5,
        households=3000,
        registry_rows=12_000,
        out=tmp_path,
        period="2026-4",
        layout=Layout(members_format="csv"),
    )
    district = _read_district(tmp_path / "members.csv")
    component_ends()
    kept = keep_families(district)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    began = time.perf_counter()
    refresh_forecast(at=AT)
    took = time.perf_counter() - began

    found = {pk: (loss.on, loss.quarter) for pk, loss in losses_in_the_table().items()}
    expected = {pk: recounted(family, RULES, TODAY) for pk, family in kept.items()}
    assert found == {pk: loss for pk, loss in expected.items() if loss}
    by_quarter = Counter(str(quarter) for _on, quarter in found.values())
    print(f"{len(kept)} families, {took:.2f} s, {dict(sorted(by_quarter.items()))}")
    assert took < 10  # generous: the machine of a test run does other things as well


def _read_district(path):
    homes = {}
    with path.open(encoding="latin-1", newline="") as file:
        for number, row in enumerate(csv.DictReader(file, delimiter="|")):
            family = homes.setdefault(row["NO KK"], [])
            component = WORDS.get(row["KOMPONEN"])
            if component:
                family.append(Stated(number, component, clean_date(row["TGL LAHIR"]), NOW))
    return [family for family in homes.values() if family]


# --- ready by choice


@pytest.fixture
def family(db):
    """Has a component that does not end."""
    component_ends()
    home = HouseholdFactory(desa__code="99.01.01.2001")
    elder = MemberFactory(household=home, birth_on=dt.date(1950, 1, 1))
    _component(elder, NOW, "elderly").save()
    return home


def reason(home):
    refresh_forecast(at=AT)
    one = Candidate.objects.filter(pk=home.pk).first()
    return one and (one.ready_by, one.ends_on)


def test_a_family_with_components_is_a_candidate_by_choice(family, sari):
    first_types()
    assert reason(family) is None

    case = open_case(household=family, type=exit_type("prosperous"), by=sari, at=AT)
    assert reason(family) == ("potential", None)

    propose_case(case=case, by=sari, at=AT)
    assert reason(family) is None

    assess_case(case=case, answers={"ready": "ya"}, by=sari, at=AT)
    assert reason(family) == ("will", None)

    good = {"ready": "ya", "work": "steady", "income": "above", "school": "ya"}
    more = {"business": "ya", "walls": "good", "vehicle": "more"}
    assess_case(case=case, answers=good | more, by=sari, at=AT + dt.timedelta(minutes=1))
    assert reason(family) == ("assessment", None)

    assess_case(case=case, answers={"ready": "tidak"}, by=sari, at=AT + dt.timedelta(minutes=2))
    assert reason(family) is None

    cancel_case(case=case, reason="mundur", by=sari, at=AT)
    assert reason(family) is None


def test_a_step_or_a_death_makes_the_candidate_new_at_once(family, sari):
    open_case(household=family, type=exit_type("prosperous"), by=sari, at=AT)
    assert Candidate.objects.get(pk=family.pk).ready_by == "potential"
    elder = family.members.get()

    change_member_status(
        member=elder,
        status="died",
        version=elder.version,
        by=person("operator9", Role.DATA_OPERATOR, "99.01"),
        at=AT,
        on=TODAY,
    )

    after = Candidate.objects.get(pk=family.pk)
    assert (after.ends_on, after.period, after.member, after.ready_by) == (TODAY, NOW, elder, "")


def test_a_newer_rule_holds_from_its_day(family):
    ComponentEnd.objects.create(
        component="elderly", ends="age", number=77, valid_from=dt.date(2026, 11, 21)
    )
    refresh_forecast(at=AT)
    assert not Candidate.objects.exists()

    refresh_forecast(at=AT + dt.timedelta(days=1))

    assert Candidate.objects.get().ends_on == dt.date(2027, 1, 1)


def test_a_family_that_left_is_no_candidate(family):
    ComponentEnd.objects.update(ends="age", number=60, latest_age=None)
    refresh_forecast(at=AT)
    assert Candidate.objects.count() == 1

    Household.objects.filter(pk=family.pk).update(status="exited", exited_on=TODAY)

    assert refresh_forecast(at=AT) == 0
    assert not Candidate.objects.exists()
    assert Area.objects.filter(pk="99.01.01.2001").exists()
