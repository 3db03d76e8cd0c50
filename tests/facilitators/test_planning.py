"""Splitting families: everybody is taken, nearest first, nobody over the maximum unseen."""

import datetime as dt
from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Refused
from facilitators.models import CaseloadAssignment, CaseloadSettings, Facilitator
from facilitators.planning import (
    FARTHER,
    SAME_KABUPATEN,
    SAME_KECAMATAN,
    SAME_VILLAGE,
    Receiver,
    Wanted,
    simulate,
    split,
)
from facilitators.services import apply_plan
from tests.access.walk import RolledBack
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory
from tests.factories.facilitators import FacilitatorFactory, entrust

TODAY = dt.date(2026, 11, 2)
AT = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)
ON = dt.date(2026, 12, 1)
VILLAGES = ["99.01.01.2001", "99.01.01.2002", "99.01.02.2001", "99.02.01.2001"]


def receiver(pk, *villages, load=0):
    return Receiver(pk, frozenset(villages), frozenset(villages), load)


def families(village, number, giver=None, first=1):
    return [(first + n, village, giver) for n in range(number)]


def test_steps_are_village_kecamatan_kabupaten_and_farther():
    one = receiver(1, VILLAGES[0])

    assert [one.step_to(village) for village in VILLAGES] == [
        SAME_VILLAGE,
        SAME_KECAMATAN,
        SAME_KABUPATEN,
        FARTHER,
    ]


def test_the_same_village_goes_first_and_only_up_to_the_maximum():
    here, near, far = (
        receiver(1, VILLAGES[0], load=7),
        receiver(2, VILLAGES[1]),
        receiver(3, VILLAGES[2]),
    )

    moves = split(families(VILLAGES[0], 14), [far, near, here], maximum=10)

    assert Counter((move.receiver, move.step) for move in moves) == {
        (1, SAME_VILLAGE): 3,
        (2, SAME_KECAMATAN): 10,
        (3, SAME_KABUPATEN): 1,
    }


def test_neighbours_keep_one_facilitator():
    one, two = receiver(1, VILLAGES[0]), receiver(2, VILLAGES[0])

    moves = split(families(VILLAGES[0], 10), [one, two], maximum=10)

    assert [move.receiver for move in moves] == [1] * 5 + [2] * 5


def test_a_large_village_is_not_scattered_over_the_whole_kecamatan():
    """284 families of two villages over seven people: everybody gets a stretch or two."""
    people = [receiver(n, "99.01.01.2009", load=284) for n in range(7)]
    going = families(VILLAGES[0], 172) + families(VILLAGES[1], 112, first=173)

    moves = split(going, people, maximum=350)

    pieces = Counter((move.village, move.receiver) for move in moves)
    assert (len(moves), len(pieces) <= 8) == (284, True)
    assert {one.load for one in people} == {322, 325}


def test_only_when_all_are_full_does_the_nearest_get_more():
    here, far = receiver(1, VILLAGES[0], load=10), receiver(2, VILLAGES[2], load=9)

    moves = split(families(VILLAGES[0], 3), [here, far], maximum=10)

    assert Counter(move.receiver for move in moves) == {1: 2, 2: 1}


def test_with_nobody_left_nothing_is_given():
    assert split(families(VILLAGES[0], 3), [], maximum=10) == []


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(VILLAGES), st.integers(1, 9)), max_size=6),
    st.lists(
        st.tuples(st.sets(st.sampled_from(VILLAGES), max_size=2), st.integers(0, 12)),
        min_size=1,
        max_size=5,
    ),
    st.integers(1, 12),
)
def test_every_family_is_given_once_and_the_maximum_is_passed_only_when_all_are_full(
    groups, people, maximum
):
    going = []
    for village, number in groups:
        going += families(village, number, first=len(going) + 1)
    receivers = [receiver(n, *where, load=load) for n, (where, load) in enumerate(people)]
    before = {one.pk: one.load for one in receivers}

    moves = split(going, receivers, maximum)

    assert sorted(move.household for move in moves) == [pk for pk, *_rest in going]
    got = Counter(move.receiver for move in moves)
    assert {one.pk: one.load for one in receivers} == {
        pk: load + got[pk] for pk, load in before.items()
    }
    room = sum(max(0, maximum - load) for load in before.values())
    if len(going) <= room:
        assert all(before[pk] + number <= maximum for pk, number in got.items())


# --- with the register


@pytest.fixture
def two_villages(db, ratna):
    """Ana leaves; Cut works in her village, Dian next door, Eka in the other kecamatan."""
    homes = {village: AreaFactory(code=village) for village in VILLAGES}
    CaseloadSettings.objects.create(few_below=1, many_above=4, maximum=4)
    people = {
        name: FacilitatorFactory(name=name, area=village[:8], base_village=homes[village])
        for name, village in [
            ("ANA", VILLAGES[0]),
            ("CUT", VILLAGES[0]),
            ("DIAN", VILLAGES[1]),
            ("EKA", VILLAGES[2]),
        ]
    }
    for name, number in (("ANA", 4), ("CUT", 2), ("DIAN", 3), ("EKA", 1)):
        home = people[name].base_village
        entrust(people[name], *[HouseholdFactory(desa=home) for _ in range(number)])
    return people


def plan_for(user, *leaving, **more):
    wanted = Wanted(on=ON, leaving=tuple(one.pk for one in leaving), **more)
    return simulate(user=user, wanted=wanted)


def numbers(on):
    return dict(
        Counter(CaseloadAssignment.objects.held_on(on).values_list("facilitator__name", flat=True))
    )


def test_simulate_shows_where_families_would_go_and_stores_nothing(two_villages, ratna):
    plan = plan_for(ratna, two_villages["ANA"])

    lines = [(one.giver.name, one.receiver.name, one.step, one.families) for one in plan.lines]
    assert lines == [
        ("ANA", "CUT", SAME_VILLAGE, 2),
        ("ANA", "DIAN", SAME_KECAMATAN, 1),
        ("ANA", "EKA", SAME_KABUPATEN, 1),
    ]
    assert [(c.facilitator.name, c.before, c.after) for c in plan.changes] == [
        ("ANA", 4, 0),
        ("CUT", 2, 4),
        ("DIAN", 3, 4),
        ("EKA", 1, 2),
    ]
    assert numbers(ON) == {"ANA": 4, "CUT": 2, "DIAN": 3, "EKA": 1}


def test_apply_moves_on_the_day_and_keeps_the_day_before(two_villages, ratna):
    ana = two_villages["ANA"]
    gone = HouseholdFactory(status="exited", exited_on=TODAY)
    entrust(ana, gone)
    plan = plan_for(ratna, ana)

    apply_plan(wanted=plan.wanted, fingerprint=plan.fingerprint, by=ratna, at=AT, reason="pindah")

    ana.refresh_from_db()
    assert numbers(ON) == {"CUT": 4, "DIAN": 4, "EKA": 2}
    assert numbers(ON - dt.timedelta(days=1))["ANA"] == 5
    assert ana.ends_on == ON - dt.timedelta(days=1)


def test_apply_refuses_a_plan_that_is_not_what_was_looked_at(two_villages, ratna):
    plan = plan_for(ratna, two_villages["ANA"])
    entrust(two_villages["ANA"], HouseholdFactory())

    with pytest.raises(Refused) as refused:
        apply_plan(wanted=plan.wanted, fingerprint=plan.fingerprint, by=ratna, at=AT)

    assert refused.value.code == "changed_meanwhile"
    assert numbers(ON)["ANA"] == 5


def test_apply_over_the_maximum_needs_a_reason(two_villages, ratna):
    plan = plan_for(ratna, two_villages["ANA"], two_villages["EKA"], two_villages["DIAN"])
    act = {"wanted": plan.wanted, "fingerprint": plan.fingerprint, "by": ratna, "at": AT}

    assert [change.facilitator.name for change in plan.above] == ["CUT"]
    with pytest.raises(Refused) as refused, RolledBack():
        apply_plan(**act)
    assert (refused.value.code, numbers(ON)["ANA"]) == ("over_maximum", 4)
    apply_plan(**act, over_maximum="belum ada pengganti")
    assert numbers(ON) == {"CUT": 10}


def test_relieve_gives_away_what_is_above_the_maximum_from_the_smallest_village(
    two_villages, ratna
):
    ana, other = two_villages["ANA"], HouseholdFactory(desa=AreaFactory(code=VILLAGES[1]))
    entrust(ana, other)

    plan = plan_for(ratna, relieve=True)

    assert [(move.household, move.giver) for move in plan.moves] == [(other.pk, ana.pk)]


def test_families_without_anybody_are_given_when_asked(two_villages, ratna):
    lonely = HouseholdFactory(desa=AreaFactory(code=VILLAGES[2]))

    plan = plan_for(ratna, unassigned=True)

    assert [(m.household, m.giver, m.receiver) for m in plan.moves] == [
        (lonely.pk, None, two_villages["EKA"].pk)
    ]


def test_families_and_people_of_another_kabupaten_are_not_planned(two_villages, ratna):
    foreigner = FacilitatorFactory(name="FAJAR", area="99.02.01")
    entrust(foreigner, HouseholdFactory(desa=AreaFactory(code=VILLAGES[3])))
    HouseholdFactory(desa=AreaFactory(code=VILLAGES[3]))

    plan = plan_for(ratna, foreigner, unassigned=True)

    assert (plan.moves, plan.leaving) == ([], [])


def test_a_plan_that_leaves_families_with_nobody_is_refused(two_villages, ratna):
    plan = plan_for(ratna, *Facilitator.objects.all())

    with pytest.raises(Refused) as refused:
        apply_plan(wanted=plan.wanted, fingerprint=plan.fingerprint, by=ratna, at=AT)

    assert (plan.stranded, refused.value.code) == (10, "nobody_left")


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def _any_plans(data, people, ratna):
    with RolledBack():
        now = TODAY
        for _ in range(data.draw(st.integers(1, 3))):
            staff = list(Facilitator.objects.order_by("pk"))
            on = now + dt.timedelta(days=data.draw(st.integers(1, 20)))
            leaving = data.draw(st.sets(st.sampled_from([one.pk for one in staff]), max_size=2))
            wanted = Wanted(on=on, leaving=tuple(leaving), relieve=data.draw(st.booleans()))
            plan = simulate(user=ratna, wanted=wanted)
            at = dt.datetime.combine(now, dt.time(3), tzinfo=dt.UTC)
            with suppress(Refused):
                apply_plan(
                    wanted=wanted,
                    fingerprint=plan.fingerprint,
                    by=ratna,
                    at=at,
                    over_maximum="uji",
                )
            now = on
        every_day = [TODAY + dt.timedelta(days=n) for n in range(70)]
        held = CaseloadAssignment.objects.order_by()
        per_day = {
            day: Counter(held.held_on(day).values_list("household", flat=True)) for day in every_day
        }
        assert {(len(held), max(held.values())) for held in per_day.values()} == {(10, 1)}


def test_after_any_plans_every_family_has_one_facilitator_on_every_day(two_villages, ratna):
    _any_plans(people=two_villages, ratna=ratna)
