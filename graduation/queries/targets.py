"""Targets of a year beside what was reached, what is on its way, and how a target is shared."""

import calendar
import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection

from accounts.scope import area_codes
from areas.models import Area
from core.figures import percent
from core.sql import load_sql
from facilitators.models import Facilitator
from graduation.models import ExitType, GraduationTarget, State
from graduation.models.querysets import VIEW_TARGET
from graduation.queries.report import KABUPATEN, KECAMATAN
from graduation.splitting import split

READY = (State.APPROVED.value, State.SUBMITTED.value)
QUARTERS = (1, 2, 3, 4)


# --- progress


@dataclass
class Progress:
    """What the book counted in each quarter, and open cases by state."""

    quarters: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    states: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def reached(self) -> int:
        return sum(self.quarters.values())

    @property
    def ready(self) -> int:
        """Approved or submitted: they leave unless something happens."""
        return sum(self.states[state] for state in READY)

    @property
    def others(self) -> int:
        """Open cases that nobody approved yet."""
        return sum(self.states.values()) - self.ready

    def add(self, quarter: int, state: str, number: int) -> None:
        if state:
            self.states[state] += number
        else:
            self.quarters[quarter] += number


@dataclass
class TargetLine:
    """A row of the page: an area or a facilitator in it, with its target if one is set."""

    type: ExitType | None
    area: Area
    facilitator: Facilitator | None
    target: GraduationTarget | None
    number: int | None
    progress: Progress
    share_gone: tuple[int, int]  # days of the year gone, of all its days
    families: int | None = None
    people: list["TargetLine"] = field(default_factory=list)

    @property
    def label(self) -> str:
        return self.facilitator.name if self.facilitator else str(self.area)

    @property
    def of_families(self) -> Decimal | None:
        """The target in percent of the families it was set against."""
        return None if self.number is None else percent(self.number, self.families)

    @property
    def reached(self) -> int:
        return self.progress.reached

    @property
    def reached_percent(self) -> Decimal | None:
        return percent(self.reached, self.number)

    @property
    def by_quarter(self) -> list[int]:
        return [self.progress.quarters[quarter] for quarter in QUARTERS]

    @property
    def expected(self) -> int | None:
        """The target's share of the days gone, rounded down."""
        if self.number is None:
            return None
        gone, days = self.share_gone
        return self.number * gone // days

    @property
    def behind(self) -> bool:
        return self.expected is not None and self.reached + self.progress.ready < self.expected

    @property
    def missing(self) -> int:
        """How many more would have to be reached or ready by now."""
        return (self.expected or 0) - self.reached - self.progress.ready if self.behind else 0


@dataclass(frozen=True)
class Targets:
    """`lines` by way to leave for the whole area; `total` adds them up, when they stand against
    the same families; `tree` is the chosen way by kecamatan and facilitator."""

    year: int
    area: Area
    lines: list[TargetLine]
    total: TargetLine | None
    chosen: TargetLine | None
    tree: list[TargetLine]


def share_gone(year: int, today: dt.date) -> tuple[int, int]:
    days = 366 if calendar.isleap(year) else 365
    gone = (today - dt.date(year, 1, 1)).days + 1
    return max(0, min(days, gone)), days


def targets_of(user, area: Area, year: int, today: dt.date, chosen: str = "") -> Targets:
    """The targets of a kabupaten or a kecamatan; `chosen` is the code of the way to leave whose
    tree is shown, the first one with a target unless said."""
    gone = share_gone(year, today)
    found = _kept(user, area, year).select_related("type", "area", "facilitator")
    kept = {(one.type_id, one.area_id, one.facilitator_id): one for one in found}
    numbers = _progress([area.pk], year, today)
    lines = _lines(area, kept, {type_id for type_id, *_rest in kept}, numbers, gone)
    codes = [line.type.code for line in lines if line.target] or [line.type.code for line in lines]
    code = chosen if chosen in {line.type.code for line in lines} else next(iter(codes), "")
    tree, shown = [], None
    for line in lines:
        if line.type.code == code:
            shown, tree = line, _tree(line, kept, numbers)
    return Targets(year, area, lines, _total(lines, area, gone), shown, tree)


def lines_of(user, area: Area, year: int, today: dt.date) -> list[TargetLine]:
    """The lines of `targets_of` alone, without who has which share of them."""
    found = _kept(user, area, year)
    own = found.filter(area=area, facilitator=None).select_related("type")
    kept = {(one.type_id, one.area_id, None): one for one in own}
    types = set(found.order_by().values_list("type_id", flat=True).distinct())
    numbers = _progress([area.pk], year, today)
    return _lines(area, kept, types, numbers, share_gone(year, today))


def _kept(user, area, year):
    """Targets the user sees of the area and of what lies in it."""
    return GraduationTarget.objects.visible_to(user).filter(
        year=year, area__code__startswith=area.pk
    )


def _lines(area, kept, types, numbers, gone):
    """A line for each way to leave that has a target or a figure; what is administrative has
    neither here."""
    known = types | {type_id for type_id, *_rest in numbers}
    lines = []
    for kind in (
        ExitType.objects.filter(pk__in=known).exclude(headline="").order_by("order", "code")
    ):
        progress = Progress()
        for (type_id, _kecamatan, _facilitator), one in numbers.items():
            if type_id == kind.pk:
                _merge(progress, one)
        lines.append(_line(kind, area, None, kept.get((kind.pk, area.pk, None)), progress, gone))
    return lines


def own_targets(user, year: int, today: dt.date) -> list[TargetLine]:
    """What a facilitator is asked for, with the own progress; nothing of anybody else."""
    kept = list(
        GraduationTarget.objects.filter(year=year, facilitator__user=user)
        .select_related("type", "area", "facilitator")
        .order_by("type__order", "area_id")
    )
    if not kept:
        return []
    gone = share_gone(year, today)
    areas = sorted({target.area_id for target in kept})
    numbers = _progress(areas, year, today, facilitator=kept[0].facilitator_id)
    return [
        _line(
            target.type,
            target.area,
            target.facilitator,
            target,
            numbers[target.type_id, target.area_id, target.facilitator_id],
            gone,
        )
        for target in kept
    ]


def _line(kind, area, facilitator, target, progress, gone):
    return TargetLine(
        type=kind,
        area=area,
        facilitator=facilitator,
        target=target,
        number=target.number if target else None,
        progress=progress,
        share_gone=gone,
        families=target.base_families if target else None,
    )


def _merge(into: Progress, other: Progress) -> None:
    for quarter, number in other.quarters.items():
        into.quarters[quarter] += number
    for state, number in other.states.items():
        into.states[state] += number


def _total(lines, area, gone):
    withs = [line for line in lines if line.target]
    if len(withs) < 2:
        return None
    progress = Progress()
    for line in withs:
        _merge(progress, line.progress)
    against = {(line.target.base_period, line.target.base_families) for line in withs}
    total = _line(None, area, None, None, progress, gone)
    total.number = sum(line.number for line in withs)
    total.families = withs[0].families if len(against) == 1 else None
    return total


def _tree(line, kept, numbers):
    """Kecamatan of the area with their facilitators, those without target or figure too."""
    area, kind, gone = line.area, line.type, line.share_gone
    inside = Area.objects.filter(level=Area.Level.KECAMATAN, code__startswith=area.pk)
    if len(area.pk) < KECAMATAN:
        inside = inside.filter(code__startswith=f"{area.pk}.")
    of_type = {key[1:]: one for key, one in numbers.items() if key[0] == kind.pk}
    wanted = {(code, pk) for type_id, code, pk in kept if type_id == kind.pk and pk}
    people = Facilitator.objects.in_bulk(
        {pk for _code, pk in wanted} | {pk for _code, pk in of_type if pk}
    )
    tree = []
    for kecamatan in inside.order_by("code"):
        here = sorted(
            {pk for code, pk in {*of_type, *wanted} if code == kecamatan.pk and pk},
            key=lambda pk: (people[pk].name, pk),
        )
        progress = Progress()
        for (code, _pk), one in of_type.items():
            if code == kecamatan.pk:
                _merge(progress, one)
        found = _line(
            kind, kecamatan, None, kept.get((kind.pk, kecamatan.pk, None)), progress, gone
        )
        found.people = [
            _line(
                kind,
                kecamatan,
                people[pk],
                kept.get((kind.pk, kecamatan.pk, pk)),
                of_type.get((kecamatan.pk, pk)) or Progress(),
                gone,
            )
            for pk in here
        ]
        tree.append(found)
    return tree


def _progress(areas: list[str], year: int, today: dt.date, facilitator: int | None = None):
    """{(type, kecamatan, facilitator): Progress}"""
    numbers: dict[tuple, Progress] = defaultdict(Progress)
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql("graduation/progress.sql"),
            {
                "areas": areas,
                "below": [f"{code}.%" for code in areas],
                "year": year,
                "day": today,
                "open": year >= today.year,
                "ahead": year > today.year,
                "facilitator": facilitator,
            },
        )
        for type_id, kecamatan, person, quarter, state, number in cursor:
            numbers[type_id, kecamatan, person].add(quarter, state, int(number))
    return numbers


def in_territory(user, area: Area) -> bool:
    """Whether the user sees the targets of the whole area."""
    return any(
        area.pk == code or area.pk.startswith(f"{code}.") for code in area_codes(user, VIEW_TARGET)
    )


# --- sharing a target


@dataclass(frozen=True)
class Share:
    """What one kecamatan or one facilitator in it is given; `before` is None where nothing was
    set yet."""

    area: str
    facilitator: int | None
    label: str
    families: int
    number: int
    before: int | None


@dataclass(frozen=True)
class Sharing:
    """Kecamatan, each with its facilitators; of a kecamatan's target that one kecamatan alone,
    whose own number stays. `fingerprint` changes whenever a share would."""

    target: GraduationTarget
    kecamatan: list[tuple[Share, list[Share]]]
    without_anybody: list[Share]  # kecamatan whose families nobody accompanies

    @property
    def shares(self) -> list[Share]:
        """Everything that is written, in order."""
        whole = len(self.target.area_id) == KABUPATEN
        return [
            share
            for area, people in self.kecamatan
            for share in ([area, *people] if whole else people)
        ]

    @property
    def fingerprint(self) -> str:
        said = [(share.area, share.facilitator, share.number) for share in self.shares]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def sharing_of(target: GraduationTarget, day: dt.date) -> Sharing:
    """How the target would be shared by the caseloads of the day: a kabupaten's by active
    families over its kecamatan, a kecamatan's over its facilitators. Who had a share and has no
    family any more gets nothing. Raises ValueError where there is no family to share by."""
    weights: dict[str, dict[int | None, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql("graduation/caseload_weights.sql"), {"area": target.area_id, "day": day}
        )
        for kecamatan, facilitator, families in cursor:
            weights[kecamatan][facilitator] = families
    before = {
        (area, person): number
        for area, person, number in GraduationTarget.objects.filter(
            year=target.year, type=target.type_id, area__code__startswith=target.area_id
        ).values_list("area_id", "facilitator_id", "number")
    }
    families = {code: sum(people.values()) for code, people in weights.items()}
    if len(target.area_id) == KABUPATEN:
        known = _with_former(families, [area for area, pk in before if pk is None])
        known.pop(target.area_id, None)
        numbers = split(target.number, known)
    else:
        known = {target.area_id: families.get(target.area_id, 0)}
        numbers = {target.area_id: target.number}
    names = dict(Area.objects.filter(pk__in=known).values_list("pk", "name"))
    people_known = {
        code: _with_former(
            {pk: number for pk, number in weights.get(code, {}).items() if pk is not None},
            [pk for area, pk in before if area == code and pk is not None],
        )
        for code in known
    }
    people_names = dict(
        Facilitator.objects.filter(
            pk__in={pk for people in people_known.values() for pk in people}
        ).values_list("pk", "name")
    )
    found, without = [], []
    for code in sorted(known):
        area = Share(code, None, names[code], known[code], numbers[code], before.get((code, None)))
        loads = people_known[code]
        if sum(loads.values()):
            shares = split(numbers[code], loads)
        else:
            shares = dict.fromkeys(loads, 0)
            without.append(area)
        people = [
            Share(code, pk, people_names[pk], loads[pk], shares[pk], before.get((code, pk)))
            for pk in sorted(loads, key=lambda pk: (people_names[pk], pk))
        ]
        found.append((area, people))
    if len(target.area_id) > KABUPATEN and without:
        raise ValueError("nobody to share it by")
    return Sharing(target, found, without)


def _with_former(weights: dict, former: Iterable) -> dict:
    return {**dict.fromkeys(former, 0), **weights}
