"""Commitment checks as they are looked at: a quarter in figures, and the rows behind each."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q
from django.db.models.functions import Left

from areas.models import Area
from areas.models.querysets import below
from core.periods import Period
from facilitators.models import (
    CaseloadAssignment,
    CommitmentCheck,
    CommitmentMonth,
    CommitmentQuarter,
    Facilitator,
    School,
)

GROUPINGS = ("wilayah", "pendamping", "sekolah", "komponen")


def of_facilitator(checks, facilitator_id: int, day: dt.date):
    """Checks of the families in his care on the day."""
    held = CaseloadAssignment.objects.entrusted_to(facilitator_id, day)
    return checks.filter(Exists(held.filter(household_id=OuterRef("household_id"))))


def day_of(period: Period, today: dt.date) -> dt.date:
    """The day whose caseload a quarter is reported by: its last one, or today while it runs."""
    return min(period.ends_on, today)


def periods_with_checks() -> list[Period]:
    """Quarters there is anything about, the newest first."""
    quarters = CommitmentQuarter.objects.values_list("year", "stage").distinct()
    return sorted({Period(*one) for one in quarters}, reverse=True)


@dataclass(frozen=True)
class Line:
    """One kecamatan, facilitator, school or component with its three outcomes; `query` opens
    exactly its rows in the list."""

    label: str
    query: str
    met: int
    not_met: int
    no_evidence: int

    @property
    def total(self) -> int:
        return self.met + self.not_met + self.no_evidence

    def of(self, outcome: str) -> int:
        return getattr(self, outcome)


def tally_by(checks, grouping: str, period: Period, today: dt.date) -> list[Line]:
    """The checks counted by `grouping` (one of GROUPINGS), in one statement and one for names."""
    if grouping == "pendamping":
        # Through the caseload of one day: a family has one facilitator a day, so nobody counts
        # twice, and who has none is a line of its own.
        held = _held_on("household__caseload", day_of(period, today))
        counted = _counted(checks.annotate(held=held), "held__facilitator_id")
        names = Facilitator.objects.in_bulk([one["key"] for one in counted if one["key"]])
        lines = [
            _line(
                one,
                names[one["key"]].name if one["key"] else "",
                f"pendamping={one['key'] or 0}",
            )
            for one in counted
        ]
        return sorted(lines, key=lambda line: (not line.label, line.label))
    if grouping == "sekolah":
        counted = _counted(checks.filter(component__in=_EDUCATION), "school_id")
        names = School.objects.in_bulk([one["key"] for one in counted if one["key"]])
        lines = [
            _line(one, str(names[one["key"]]) if one["key"] else "", f"sekolah={one['key'] or 0}")
            for one in counted
        ]
        return sorted(lines, key=lambda line: (not line.label, line.label))
    if grouping == "komponen":
        counted = {one["key"]: one for one in _counted(checks, "component")}
        field = CommitmentCheck._meta.get_field("component")
        return [
            _line(counted[value], str(label), f"komponen={value}")
            for value, label in field.choices
            if value in counted
        ]
    counted = _counted(checks.annotate(kecamatan=Left("household__desa_id", 8)), "kecamatan")
    names = Area.objects.in_bulk([one["key"] for one in counted])
    return [
        _line(one, str(names.get(one["key"], one["key"])), f"wilayah={one['key']}")
        for one in sorted(counted, key=lambda one: one["key"])
    ]


def _held_on(path: str, day: dt.date) -> FilteredRelation:
    """The caseload of one day, as an outer join."""
    until = Q(**{f"{path}__ends_on__isnull": True}) | Q(**{f"{path}__ends_on__gte": day})
    return FilteredRelation(path, condition=until & Q(**{f"{path}__starts_on__lte": day}))


_EDUCATION = ("primary", "junior", "senior")


def _counted(checks, key):
    return list(
        checks.values(key=F(key))
        .annotate(
            met=Count("pk", filter=Q(outcome="met")),
            not_met=Count("pk", filter=Q(outcome="not_met")),
            no_evidence=Count("pk", filter=Q(outcome="no_evidence")),
        )
        .order_by()
    )


def _line(counts, label, query):
    return Line(label, query, *(counts[each] for each in ("met", "not_met", "no_evidence")))


@dataclass(frozen=True)
class Chosen:
    """What a list shows; values that make no sense are as if they were not said."""

    period: Period
    outcome: str = ""
    area: str = ""
    facilitator: int | None = None
    school: int | None = None
    component: str = ""

    def of(self, checks, today: dt.date):
        checks = checks.of_period(self.period)
        if self.outcome:
            checks = checks.filter(outcome=self.outcome)
        if self.area:
            checks = checks.filter(below("household__desa__code", [self.area]))
        if self.component:
            checks = checks.filter(component=self.component)
        if self.school is not None:
            checks = checks.filter(component__in=_EDUCATION, school_id=self.school or None)
        if self.facilitator:
            checks = of_facilitator(checks, self.facilitator, day_of(self.period, today))
        elif self.facilitator == 0:
            held = CaseloadAssignment.objects.held_on(day_of(self.period, today))
            checks = checks.exclude(Exists(held.filter(household_id=OuterRef("household_id"))))
        return checks


def checks_of_family(household, user):
    """Checks of a family the user may see, the newest quarter first, each with its evidence."""
    checks = (
        CommitmentCheck.objects.visible_to(user)
        .filter(household=household)
        .with_corrections()
        .select_related("quarter", "member", "school", "rule", "reason_by")
        .prefetch_related("evidence", "corrections__by")
        .order_by("-quarter__year", "-quarter__stage", "member__name", "component")
    )
    return list(checks)


def school_quarter(school: School, period: Period, user):
    """Checks of a school's pupils in a quarter that the user may write, with their evidence."""
    return (
        CommitmentCheck.objects.recordable_by(user)
        .of_period(period)
        .filter(school=school, component__in=_EDUCATION)
        .select_related("member", "household__desa", "quarter")
        .prefetch_related("evidence")
        .order_by("member__name", "pk")
    )


def evidence_by_month(check) -> dict[dt.date, CommitmentMonth]:
    return {one.month: one for one in check.evidence.all()}


def newest_checks(household, user):
    """What the family owes in the newest quarter there is a list of; empty without one."""
    checks = CommitmentCheck.objects.visible_to(user).filter(household=household)
    checks = checks.with_corrections().select_related("quarter", "member")
    found = list(
        checks.order_by("-quarter__year", "-quarter__stage", "member__name", "component")[:20]
    )
    return [one for one in found if one.quarter_id == found[0].quarter_id]
