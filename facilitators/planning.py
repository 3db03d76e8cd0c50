"""Splitting families over facilitators before anything is stored: by village, distance, maximum.

Villages have no coordinates here, so distance is counted in steps: the same village, the same
kecamatan, the same kabupaten, farther. What is computed depends on nothing but the register and
the settings of the moment, so the same question gives the same plan.
"""

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.db.models import Q

from areas.models import Area
from beneficiaries.models import Household
from facilitators.models import CaseloadAssignment, CaseloadSettings, Facilitator
from facilitators.queries import caseloads as queries

SAME_VILLAGE, SAME_KECAMATAN, SAME_KABUPATEN, FARTHER = range(4)
_PREFIXES = {SAME_KECAMATAN: 8, SAME_KABUPATEN: 5}


@dataclass
class Receiver:
    """Somebody who can take families: where he is at home, and how many he has."""

    pk: int
    villages: frozenset[str]  # those of his families and of his home
    places: frozenset[str]  # the same and where he is posted: what is near is counted from these
    load: int

    def step_to(self, village: str) -> int:
        """Distance of a village in steps, from 0 (he is there already) to 3."""
        if village in self.villages:
            return SAME_VILLAGE
        for step, length in _PREFIXES.items():
            if any(place[:length] == village[:length] for place in self.places):
                return step
        return FARTHER


@dataclass(frozen=True)
class Move:
    household: int
    village: str
    giver: int | None
    receiver: int
    step: int


def split(families, receivers: list[Receiver], maximum: int) -> list[Move]:
    """Give every family to a receiver; the loads of the receivers grow as they get them.

    `families` are (household, village, giver), neighbours beside each other. The largest village
    goes first. Within a village who is nearest gets families up to the maximum before anybody
    farther gets one; equally near ones are first filled, in one piece, to the number that all
    of the kecamatan will have in the end, so that neighbours keep one facilitator. Only when all
    are full does the nearest one with the fewest get more than the maximum: the plan then shows
    it and asks for a reason.
    """
    if not receivers:
        return []
    levels = _levels(families, receivers, maximum)
    by_village = defaultdict(list)
    for family in families:
        by_village[family[1]].append(family)
    moves: list[Move] = []

    def give(receiver, waiting, number, step):
        for household, village, giver in waiting[:number]:
            moves.append(Move(household, village, giver, receiver.pk, step))
        del waiting[:number]
        receiver.load += number

    for village, waiting in sorted(by_village.items(), key=lambda item: (-len(item[1]), item[0])):
        near, level = defaultdict(list), levels[village[:8]]
        for receiver in receivers:
            near[receiver.step_to(village)].append(receiver)
        for step in sorted(near):
            for receiver in sorted(near[step], key=lambda one: (one.load, one.pk)):
                give(receiver, waiting, max(0, min(len(waiting), level - receiver.load)), step)
            for receiver, share in _level(near[step], len(waiting), maximum):
                give(receiver, waiting, share, step)
        closest = min(near)
        for receiver, share in _level(near[closest], len(waiting), None):
            give(receiver, waiting, share, closest)
    return moves


def _levels(families, receivers, maximum) -> dict[str, int]:
    """{kecamatan: families each of its people ends with, if they take all and share alike}."""
    numbers = Counter(village[:8] for _household, village, _giver in families)
    levels = {}
    for kecamatan, number in numbers.items():
        loads = sorted(
            one.load for one in receivers if any(p[:8] == kecamatan for p in one.places)
        ) or sorted(one.load for one in receivers)
        level = 0
        for count in range(1, len(loads) + 1):  # the lowest ones fill up like water
            level = -(-(number + sum(loads[:count])) // count)
            if count == len(loads) or level <= loads[count]:
                break
        levels[kecamatan] = min(level, maximum)
    return levels


def _level(receivers, number, maximum):
    """[(receiver, share)] of a number of families: always the next one to who has the fewest."""
    loads = {one.pk: one.load for one in receivers}
    shares: Counter = Counter()
    for _family in range(number):
        free = [one for one in receivers if maximum is None or loads[one.pk] < maximum]
        if not free:
            break
        chosen = min(free, key=lambda one: (loads[one.pk], one.pk))
        loads[chosen.pk] += 1
        shares[chosen.pk] += 1
    return [(one, shares[one.pk]) for one in receivers if shares[one.pk]]


# --- a plan for the office


@dataclass(frozen=True)
class Wanted:
    """What a coordinator asks for."""

    on: dt.date
    leaving: tuple[int, ...] = ()
    relieve: bool = False  # those over the maximum
    unassigned: bool = False  # families without anybody


@dataclass(frozen=True)
class Change:
    """One facilitator before and after."""

    facilitator: Facilitator
    area: Area | None
    before: int
    given: int
    received: int
    leaves: bool
    maximum: int

    @property
    def after(self):
        return self.before - self.given + self.received

    @property
    def above(self):
        return self.after > self.maximum


@dataclass(frozen=True)
class Line:
    """Families of one village that go from one to another."""

    village: Area
    giver: Facilitator | None
    receiver: Facilitator
    step: int
    families: int


@dataclass(frozen=True)
class Plan:
    wanted: Wanted
    moves: list[Move] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    leaving: list[Facilitator] = field(default_factory=list)
    stranded: int = 0  # families for whom nobody is left to take them

    @property
    def above(self):
        return [change for change in self.changes if change.above and change.received]

    @property
    def fingerprint(self) -> str:
        """The same for the same moves: what is applied is what was looked at."""
        text = ";".join(f"{move.household}>{move.receiver}" for move in self.moves)
        leaving = ",".join(str(one.pk) for one in self.leaving)
        return hashlib.sha256(f"{self.wanted.on}|{leaving}|{text}".encode()).hexdigest()[:32]


def simulate(*, user, wanted: Wanted) -> Plan:
    """What would happen; stores nothing. Families and people of the user's territory only."""
    settings = CaseloadSettings.current()
    people = {one.pk: one for one in queries.at_work(user, wanted.on).order_by("name", "pk")}
    leaving = [people[pk] for pk in people if pk in set(wanted.leaving)]
    held = _held_by(people, wanted.on)
    loads = Counter(facilitator for _pk, _village, facilitator in held)
    going = _families_to_move(held, loads, {one.pk for one in leaving}, wanted, settings.maximum)
    if wanted.unassigned:
        going += _without_anybody(user, wanted.on)
    leaving_ids = {one.pk for one in leaving}
    given = Counter(giver for _pk, _village, giver in going if giver is not None)
    places = defaultdict(set)
    for _pk, village, facilitator in held:
        places[facilitator].add(village)
    receivers = []
    for one in people.values():
        # Who gives because he has too many does not get others' families in the same plan.
        if one.pk in leaving_ids or given[one.pk]:
            continue
        villages = places[one.pk] | ({one.base_village_id} if one.base_village_id else set())
        near = frozenset({*villages, one.area_code})
        receivers.append(Receiver(one.pk, frozenset(villages), near, loads[one.pk]))
    moves = split(going, receivers, settings.maximum)
    return Plan(
        wanted,
        moves,
        _lines(moves, people),
        _changes(moves, people, loads, leaving_ids, settings.maximum),
        leaving,
        len(going) - len(moves),
    )


def _held_by(people, day):
    """(household, village, facilitator) of the day, neighbours beside each other."""
    return list(
        CaseloadAssignment.objects.held_on(day)
        .filter(facilitator__in=people)
        .exclude(household__status=Household.Status.EXITED)
        .order_by("household__desa_id", "household__rw", "household__rt", "household_id")
        .values_list("household_id", "household__desa_id", "facilitator_id")
    )


def _without_anybody(user, day):
    families = queries.unassigned(user, day).order_by("desa_id", "rw", "rt", "pk")
    return [(pk, village, None) for pk, village in families.values_list("pk", "desa_id")]


def _families_to_move(held, loads, leaving, wanted, maximum):
    """Everything of those who leave; of those with too many what is above the maximum, from the
    villages where they have the fewest families."""
    going = [row for row in held if row[2] in leaving]
    if not wanted.relieve:
        return going
    for facilitator, load in sorted(loads.items()):
        if facilitator in leaving or load <= maximum:
            continue
        own = [row for row in held if row[2] == facilitator]
        sizes = Counter(village for _pk, village, _facilitator in own)
        own.sort(key=lambda row: (sizes[row[1]], row[1]))  # stable: neighbours stay together
        going += own[: load - maximum]
    return going


def _lines(moves, people):
    numbers = Counter((move.village, move.giver, move.receiver, move.step) for move in moves)
    villages = Area.objects.select_related("parent").in_bulk({village for village, *_ in numbers})
    lines = [
        Line(villages[village], people.get(giver), people[receiver], step, number)
        for (village, giver, receiver, step), number in numbers.items()
    ]
    return sorted(lines, key=lambda line: (line.village.pk, line.step, line.receiver.name))


def _changes(moves, people, loads, leaving, maximum):
    given = Counter(move.giver for move in moves)
    received = Counter(move.receiver for move in moves)
    areas = Area.objects.in_bulk({one.area_code for one in people.values()})
    return [
        Change(
            one,
            areas.get(one.area_code),
            loads[pk],
            given[pk],
            received[pk],
            pk in leaving,
            maximum,
        )
        for pk, one in people.items()
        if given[pk] or received[pk] or pk in leaving
    ]


def unfinished(plan: Plan):
    """Rows of those who leave that no move covers: families that left the programme."""
    moved = [move.household for move in plan.moves]
    return (
        CaseloadAssignment.objects.filter(facilitator__in=plan.leaving)
        .held_from(plan.wanted.on)
        .filter(Q(household__status=Household.Status.EXITED))
        .exclude(household_id__in=moved)
    )
