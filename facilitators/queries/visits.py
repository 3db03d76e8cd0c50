"""Questions about visits: who is overdue, and what stands beside what in a proposal."""

import datetime as dt

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from accounts.held import recalled
from areas.models import Area
from beneficiaries.models import Household, Member
from facilitators.forms.visits import CHOICES, LABELS
from facilitators.models import (
    CaseloadAssignment,
    ChangeProposal,
    Facilitator,
    Visit,
    VisitRequest,
    VisitRule,
)
from facilitators.services.visits import COMPARED, compared

VISITS_OF_A_FAMILY = 20
_BY_COLUMN = {"village": "desa_id"}


def rules_on(day: dt.date) -> dict[str, int]:
    """{purpose: days}; "" is a visit for whatever purpose. The newest rule of each holds.

    Asked once in a request: a page of visits due needs them several times.
    """

    def ask():
        rules = VisitRule.objects.filter(valid_from__lte=day).order_by("purpose", "-valid_from")
        return dict(rules.distinct("purpose").values_list("purpose", "days"))

    return recalled(("visit rules", day), ask)


def unvisited(day: dt.date, days: int, purpose: str = "") -> Q:
    """Condition on the household: no visit (for the purpose) arrived in the `days` before the
    day."""
    midnight = timezone.make_aware(dt.datetime.combine(day, dt.time()))
    visits = Visit.objects.filter(recorded_at__gte=midnight - dt.timedelta(days=days))
    if purpose:
        visits = visits.filter(purpose=purpose)
    return ~Q(Exists(visits.filter(household_id=OuterRef("pk")).order_by()))


def visits_of(household, user):
    """The newest visits of one family that the user may see."""
    return (
        Visit.objects.visible_to(user)
        .filter(household=household)
        .select_related("recorded_by")
        .order_by("-recorded_at", "pk")[:VISITS_OF_A_FAMILY]
    )


def requests_of(household, user):
    """Open questions about one family that a visit should answer, the most urgent first."""
    return (
        VisitRequest.objects.visible_to(user)
        .open()
        .filter(household=household)
        .select_related("asked_by", "member")
        .order_by("due_on", "pk")
    )


def is_overdue(household, day: dt.date) -> bool:
    """By the rule for any visit; a family that left is never overdue."""
    days = rules_on(day).get("")
    if days is None or household.status == Household.Status.EXITED:
        return False
    return Household.objects.filter(unvisited(day, days), pk=household.pk).exists()


def own_family(user, pk: int, day: dt.date):
    """(facilitator, family) when it is entrusted to this user today, else None."""
    facilitator = Facilitator.objects.filter(user=user).first()
    if facilitator is None:
        return None
    entrusted = CaseloadAssignment.objects.entrusted_to(facilitator.pk, day).filter(household_id=pk)
    family = (
        Household.objects.filter(pk__in=entrusted.values("household_id"))
        .select_related("caretaker", "desa__parent")
        .first()
    )
    return (facilitator, family) if family else None


def open_proposals(user):
    """What waits for the user's decision; `stale` when the record has moved on since."""
    return (
        ChangeProposal.objects.decidable_by(user)
        .open()
        .exclude(proposed_by=user)
        .select_related("visit__household__caretaker", "visit__household__desa__parent", "member")
        .select_related("proposed_by")
        .annotate(
            now_version=F("visit__household__version"),
            member_version=F("member__version"),
        )
    )


def record_of(proposal):
    """The member it is about, or the family."""
    return proposal.member or proposal.visit.household


def side_by_side(proposal) -> list[dict]:
    """{label, seen, now, proposed, moved, differs} a value, as people read them.

    `seen` is what the facilitator had before him, `now` what the register says today; `moved`
    when the two differ, `differs` when the proposal says something else than the register.
    """
    record = record_of(proposal)
    model = Member if proposal.member_id else Household
    now, seen = compared(record), proposal.seen
    adds = proposal.kind == ChangeProposal.Kind.BIRTH
    said = {_BY_COLUMN.get(name, name): value for name, value in proposal.values.items()}
    names = list(said) if adds else [*COMPARED[model], *(n for n in said if n not in now)]
    words = ValueWords([now, seen, said])
    rows = []
    for name in names:
        old, here = (None, None) if adds else (seen.get(name), now.get(name))
        rows.append(
            {
                "name": name,
                "label": words.label(name, Member if adds else model),
                "seen": words.say(name, old),
                "now": words.say(name, here),
                "proposed": words.say(name, said.get(name)),
                "moved": bool(seen) and not adds and old != here,
                "differs": name in said and said[name] != here,
            }
        )
    return rows


class ValueWords:
    """Values as a person reads them; villages and caretakers by name, read in two statements."""

    def __init__(self, sides):
        codes = {side.get("desa_id") for side in sides} - {None, ""}
        people = {side.get("caretaker_id") for side in sides} - {None}
        self.villages = Area.objects.select_related("parent").in_bulk(codes)
        self.people = Member.objects.in_bulk(people)

    def label(self, name, model):
        if name in LABELS:
            return LABELS[name]
        return model._meta.get_field(name.removesuffix("_id")).verbose_name

    def say(self, name, value):
        if value in (None, ""):
            return ""
        if name == "desa_id":
            village = self.villages.get(value)
            return f"{village}, {village.parent}" if village else value
        if name == "caretaker_id":
            person = self.people.get(value)
            return person.name if person else "-"
        if name in {"birth_on", "on", "expected_on"}:
            return dt.date.fromisoformat(value).strftime("%d-%m-%Y")
        return str(CHOICES.get(name, {}).get(value, value))
