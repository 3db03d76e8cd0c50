"""Caseloads as they stand on a day: per facilitator, per village, and without anybody."""

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from django.db import connection
from django.db.models import CharField, Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.scope import area_codes
from areas.models import Area
from areas.models.querysets import below
from beneficiaries.models import Household
from core.sql import load_sql
from facilitators.models import CaseloadAssignment, CaseloadSettings, Facilitator, Posting
from facilitators.models.querysets import VIEW_FACILITATOR

KECAMATAN_LENGTH = 8


@dataclass(frozen=True)
class Caseload:
    """One line of the caseload page; members and components are known of those it shows."""

    facilitator: Facilitator
    area: Area | None
    families: int
    band: str
    members: int = 0
    components: int = 0


@dataclass(frozen=True)
class Caseloads:
    """The lines of a page and what they come to."""

    lines: list[Caseload]
    settings: CaseloadSettings
    unassigned: int = 0
    bands: dict = field(default_factory=dict)

    @property
    def families(self):
        return sum(line.families for line in self.lines)

    @property
    def average(self):
        return average(self.families, len(self.lines))


def average(families: int, facilitators: int) -> Decimal | None:
    """Families per facilitator, two decimals, half up; None where nobody works."""
    if not facilitators:
        return None
    return (Decimal(families) / facilitators).quantize(Decimal("0.01"), ROUND_HALF_UP)


def at_work(user, day: dt.date, area: str = ""):
    """Facilitators the user may see who accompany families on the day, each with the code of
    the area of his posting as `area_code`. A team lead counts while he has families."""
    entrusted = CaseloadAssignment.objects.held_on(day).filter(facilitator_id=OuterRef("pk"))
    people = (
        _with_area(Facilitator.objects.visible_to(user).accompanying(), day)
        .held_on(day)
        .filter(Q(position=Facilitator.Position.FACILITATOR) | Exists(entrusted))
        # In the territory on that day: who moved away last year is another list's colleague.
        .filter(below("area_code", area_codes(user, VIEW_FACILITATOR)))
    )
    return people.filter(below("area_code", [area])) if area else people


def with_numbers(people, day: dt.date):
    """Each with `area_code` and `families` of the day, counted only for the rows of a page."""
    own = _families(day).filter(facilitator_id=OuterRef("pk"))
    families = Coalesce(Subquery(own.values("number")), 0)
    return _with_area(people, day).annotate(families=families)


def _with_area(people, day):
    posted = Posting.objects.held_on(day).filter(facilitator_id=OuterRef("pk")).order_by()
    area = Subquery(posted.values("area_id")[:1], output_field=CharField())
    return people.annotate(area_code=area)


def caseloads(user, day: dt.date, area: str = "") -> Caseloads:
    """Everybody at work in the area with his families: one statement for all of them."""
    people = list(at_work(user, day, area).order_by("area_code", "name", "pk"))
    numbers = families_of([person.pk for person in people], day)
    areas = Area.objects.select_related("parent").in_bulk({p.area_code for p in people})
    settings = CaseloadSettings.current()
    lines = []
    bands = {"few": 0, "ok": 0, "many": 0}
    for person in people:
        families = numbers.get(person.pk, 0)
        band = settings.band(families)
        bands[band] += 1
        lines.append(Caseload(person, areas.get(person.area_code), families, band))
    return Caseloads(lines, settings, unassigned(user, day, area).count(), bands)


def with_people(lines: list[Caseload], day: dt.date) -> list[Caseload]:
    """The lines of a page with members and components, in one statement."""
    numbers = numbers_of([line.facilitator.pk for line in lines], day)
    found = []
    for line in lines:
        _families, members, components = numbers.get(line.facilitator.pk, (0, 0, 0))
        found.append(replace(line, members=members, components=components))
    return found


def families_of(facilitators: list[int], day: dt.date) -> dict[int, int]:
    """{facilitator id: families that have not left}; who has no family is left out."""
    counted = _families(day).filter(facilitator_id__in=facilitators)
    return dict(counted.values_list("facilitator_id", "number"))


def _families(day):
    """(facilitator, number of families that have not left) of everybody's caseload of the day."""
    return (
        CaseloadAssignment.objects.held_on(day)
        .exclude(household__status=Household.Status.EXITED)
        .order_by()
        .values("facilitator_id")
        .annotate(number=Count("pk"))
    )


def numbers_of(facilitators: list[int], day: dt.date) -> dict[int, tuple[int, int, int]]:
    """{facilitator id: (families, members, components)}; who has no family is left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql("facilitators/caseloads.sql"), {"facilitators": facilitators, "day": day}
        )
        return {pk: tuple(numbers) for pk, *numbers in cursor.fetchall()}


def unassigned(user, day: dt.date, area: str = ""):
    """Families of the territory in which nobody is responsible on the day."""
    entrusted = CaseloadAssignment.objects.held_on(day).filter(household_id=OuterRef("pk"))
    families = (
        Household.objects.filter(below("desa__code", area_codes(user, VIEW_FACILITATOR)))
        .exclude(status=Household.Status.EXITED)
        .filter(~Exists(entrusted))
    )
    return families.filter(below("desa__code", [area])) if area else families


def kecamatan_of(user):
    """The kecamatan of the territory, as choices of a filter."""
    codes = area_codes(user, VIEW_FACILITATOR)
    return list(Area.objects.within(*codes).subdistricts().order_by("code"))


def villages_of(facilitator: Facilitator, day: dt.date):
    """[(village, families)] of a facilitator's caseload, the largest first."""
    counted = dict(
        CaseloadAssignment.objects.entrusted_to(facilitator.pk, day)
        .exclude(household__status=Household.Status.EXITED)
        .order_by()
        .values_list("household__desa_id")
        .annotate(number=Count("pk"))
    )
    villages = Area.objects.select_related("parent").in_bulk(counted)
    return sorted(
        ((villages[code], number) for code, number in counted.items()),
        key=lambda pair: (-pair[1], pair[0].pk),
    )
