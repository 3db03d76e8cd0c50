"""Whom to visit: what was asked, who was missed, and who has waited too long, in one list.

The page of the office and the phone read the same query.
"""

import datetime as dt

from django.db.models import (
    Case,
    Count,
    DateField,
    IntegerField,
    Min,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)

from beneficiaries.models import Household
from beneficiaries.models.querysets import VIEW_HOUSEHOLD
from beneficiaries.scope import families_in_scope
from core.lookups import holds
from facilitators.models import CaseloadAssignment, Visit, VisitRequest
from facilitators.queries.learning import absences
from facilitators.queries.visits import rules_on, unvisited

ASKED, ABSENT, OVERDUE = "asked", "absent", "overdue"
REASONS = (ASKED, ABSENT, OVERDUE)
# The order of a page: who was asked for comes first, then who was missed.
ORDER = ("urgency", "desa_id", "pk")


def due(user, on: dt.date, reason: str = "", purpose: str = ""):
    """Families of the user that should be visited, as households; all of them, or for a `reason`.

    Each carries `urgency` (0 asked, 1 absent, 2 overdue only), `asked_until` (the first day an
    open request needs its answer), `absent_on` (the day of the session the family last missed),
    `is_overdue` and `last_visit_at`; None where it does not hold. `purpose` chooses the rule for
    overdue visits; without a rule nobody is overdue.

    One statement over sets, whatever the number of families: the reasons are computed once, the
    figures of a family only for the rows that are read.
    """
    unfollowed = _absences(user, on)
    asked, absent, overdue = _reasons(on, purpose, unfollowed)
    wanted = {ASKED: asked, ABSENT: absent, OVERDUE: overdue}.get(reason, asked | absent | overdue)
    last = Visit.objects.filter(household_id=OuterRef("pk")).order_by("-recorded_at")
    if purpose:
        last = last.filter(purpose=purpose)
    until = (
        VisitRequest.objects.open()
        .filter(household_id=OuterRef("pk"))
        .order_by()
        .values("household_id")
        .annotate(first=Min("due_on"))
        .values("first")
    )
    missed = (
        unfollowed.filter(household_id=OuterRef("pk"))
        .order_by("-session__held_on")
        .values("session__held_on")[:1]
    )
    return (
        _families(user)
        .filter(wanted)
        .annotate(
            urgency=Case(
                When(asked, then=Value(0)),
                When(absent, then=Value(1)),
                default=Value(2),
                output_field=IntegerField(),
            ),
            asked_until=Subquery(until, output_field=DateField()),
            absent_on=Subquery(missed, output_field=DateField()),
            is_overdue=holds(overdue),
            last_visit_at=Subquery(last.values("recorded_at")[:1]),
        )
    )


def counts(user, on: dt.date, purpose: str = "") -> dict[str, int]:
    """{"all", "asked", "absent", "overdue"}: how many families each reason names, in one
    statement; a family with two reasons counts once in "all"."""
    asked, absent, overdue = _reasons(on, purpose, _absences(user, on))
    # Grouped, not counted with filters: each of these would build its set of visits again.
    groups = (
        _families(user)
        .annotate(asked=holds(asked), absent=holds(absent), overdue=holds(overdue))
        .order_by()
        .values_list("asked", "absent", "overdue")
        .annotate(number=Count("pk"))
    )
    found = dict.fromkeys(("all", *REASONS), 0)
    for *holding, number in groups:
        for name, is_so in zip(REASONS, holding, strict=True):
            found[name] += number if is_so else 0
        found["all"] += number if any(holding) else 0
    return found


def open_requests(families, user) -> dict[int, list[VisitRequest]]:
    """{family id: its open requests, the most urgent first} for the rows of a page."""
    found: dict[int, list[VisitRequest]] = {}
    requests = (
        VisitRequest.objects.visible_to(user)
        .open()
        .filter(household__in=[family.pk for family in families])
        .select_related("member", "asked_by")
        .order_by("due_on", "pk")
    )
    for request in requests:
        found.setdefault(request.household_id, []).append(request)
    return found


def responsible(families, on: dt.date) -> dict[int, CaseloadAssignment]:
    """{family id: who accompanies it on the day} for the rows of a page."""
    rows = (
        CaseloadAssignment.objects.held_on(on)
        .filter(household__in=[family.pk for family in families])
        .select_related("facilitator")
    )
    return {row.household_id: row for row in rows}


def _families(user):
    return Household.objects.visible_to(user).exclude(status=Household.Status.EXITED)


def _absences(user, on):
    """Of the user's families only: the whole office's are thousands at the end of a quarter."""
    return absences(on).filter(families_in_scope(user, "household", VIEW_HOUSEHOLD))


def _reasons(on, purpose, missed) -> tuple[Q, Q, Q]:
    """Conditions on the household; each a set that is computed once."""
    asked = Q(pk__in=VisitRequest.objects.open().order_by().values("household_id"))
    absent = Q(pk__in=missed.order_by().values("household_id"))
    days = rules_on(on).get(purpose)
    overdue = Q(pk__in=[]) if days is None else unvisited(on, days, purpose)
    return asked, absent, overdue
