"""Cases for a page: the board, the list behind it, and which step somebody may take next."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Value, When, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.scope import holds_everywhere
from areas.models.querysets import below
from beneficiaries.models import Household, Member, MemberComponent, MemberPeriod
from beneficiaries.scope import families_in_scope
from facilitators.models import CaseloadAssignment, Facilitator, Visit
from graduation.models import OPEN_STATES, CaseFlag, ExitType, GraduationCase, State
from graduation.models.types import Headline

PROPOSE = "graduation.propose_graduationcase"
VERIFY = "graduation.verify_graduationcase"
APPROVE = "graduation.approve_graduationcase"
SUBMIT = "graduation.submit_graduationcase"
RECORD_EXIT = "graduation.record_exit"
EXPORT = "graduation.export_graduationcase"
CORRECT = "graduation.correct_reportquarter"
RIGHTS = {
    "propose": PROPOSE,
    "verify": VERIFY,
    "approve": APPROVE,
    "submit": SUBMIT,
    "exit": RECORD_EXIT,
}
# Which rights a step may need; which of them it is depends on where the case stands.
STEPS = {
    "propose": ("propose",),
    "visit": ("propose",),
    "verify": ("verify",),
    "approve": ("approve",),
    "submit": ("submit",),
    "confirm": ("submit",),
    "reject": ("verify", "approve"),
    "cancel": ("propose", "submit"),
    "reactivate": ("exit",),
    "statement": ("propose", "submit"),
}
CLOSED_STATES = tuple(state for state in State if state not in OPEN_STATES)
CARDS = 20
CLOSED_SINCE = dt.timedelta(days=30)
VISIT_AGE = dt.timedelta(days=90)  # as services.note_visit
VISITS_TO_CHOOSE = 20
_DONE = (State.APPROVED, State.SUBMITTED)


@dataclass(frozen=True)
class Chosen:
    """What a page of cases is narrowed to; empty means all."""

    area: str = ""
    type: str = ""
    facilitator: int | None = None
    waiting: bool = False
    state: str = ""

    def of(self, cases, user):
        if self.area:
            cases = cases.filter(below("household__desa__code", [self.area]))
        if self.type:
            cases = cases.filter(type__code=self.type)
        if self.facilitator is not None:
            cases = accompanied_by(cases, self.facilitator, user)
        if self.waiting:
            cases = cases.filter(waiting_for(user))
        if self.state == "closed":
            cases = cases.filter(state__in=CLOSED_STATES)
        elif self.state:
            cases = cases.filter(state=self.state)
        return cases


@dataclass(frozen=True)
class Column:
    """One column of the board; `cases` are at most CARDS of `count`."""

    state: str
    label: str
    count: int
    cases: list


def accompanied_by(cases, facilitator: int, user):
    """Cases of families entrusted to the facilitator today, as far as the user may know it."""
    entrusted = CaseloadAssignment.objects.visible_to(user).entrusted_to(
        facilitator, timezone.localdate()
    )
    return cases.filter(household__in=entrusted.values("household_id"))


def waiting_for(user) -> Q:
    """Condition on open cases: the next step is one this person may take today.

    A submitted case waits for the ministry's file, so for nobody here; a flag waits for whoever
    verifies.
    """

    def within(permission):
        return families_in_scope(user, "household", permission)

    stranger_to_it = ~Q(proposed_by=user)
    flagged = Exists(CaseFlag.objects.open().filter(case=OuterRef("pk")).order_by())
    ready = Q(state=State.VISITED) | Q(state=State.PROPOSED, type__needs_visit=False)
    return (
        (Q(state=State.POTENTIAL) & within(PROPOSE))
        | (Q(state=State.PROPOSED, type__needs_visit=True) & within(PROPOSE))
        | (ready & stranger_to_it & within(VERIFY))
        | (Q(state=State.VERIFIED) & stranger_to_it & ~Q(verified_by=user) & within(APPROVE))
        | (Q(state=State.APPROVED) & within(SUBMIT))
        | (Q(flagged, state__in=OPEN_STATES) & within(VERIFY))
    )


def flagged(cases):
    """The cases, each with `is_flagged`: an open flag waits."""
    return cases.annotate(
        is_flagged=Exists(CaseFlag.objects.open().filter(case=OuterRef("pk")).order_by())
    )


def board(user, chosen: Chosen, now: dt.datetime) -> list[Column]:
    """Open cases by state, who waits longest first, and those closed lately, the newest first.

    Three statements, whatever the number of cases.
    """
    cases = chosen.of(GraduationCase.objects.visible_to(user), user)
    lately = cases.filter(state__in=CLOSED_STATES, moved_at__gte=now - CLOSED_SINCE)
    counts = dict(
        cases.filter(
            Q(state__in=OPEN_STATES) | Q(state__in=CLOSED_STATES, moved_at__gte=now - CLOSED_SINCE)
        )
        .order_by()
        .values_list("state")
        .annotate(number=Count("pk"))
    )
    place = Window(RowNumber(), partition_by=[F("state")], order_by=["moved_at", "pk"])
    first = (
        flagged(cases.open().for_listing())
        .annotate(place=place)
        .filter(place__lte=CARDS)
        .order_by("place")
    )
    by_state: dict[str, list] = {state.value: [] for state in OPEN_STATES}
    for case in dated(first, now):
        by_state[case.state].append(case)
    columns = [
        Column(state.value, str(state.label), counts.get(state.value, 0), by_state[state.value])
        for state in OPEN_STATES
    ]
    closed = flagged(lately.for_listing()).order_by("-moved_at", "pk")[:CARDS]
    number = sum(counts.get(state.value, 0) for state in CLOSED_STATES)
    return [*columns, Column("closed", _("Closed in 30 days"), number, list(dated(closed, now)))]


def dated(cases, now: dt.datetime):
    """Each case with `days`: how long it has stood where it stands."""
    today = timezone.localdate(now)
    for case in cases:
        case.days = (today - timezone.localdate(case.moved_at)).days
        yield case


def components_left(case, user) -> list[MemberComponent]:
    """What speaks against a natural graduation, which is that no component is left: those of the
    newest members file the family stands in, of members still with it. Else nothing."""
    if not case.is_open or case.type.headline != Headline.NATURAL:
        return []
    newest = MemberPeriod.objects.filter(member__household=case.household_id)
    newest = newest.order_by("-year", "-stage")
    return list(
        MemberComponent.objects.visible_to(user)
        .filter(
            member__household=case.household_id,
            member__status=Member.Status.ACTIVE,
            year=newest.values("year")[:1],
            stage=newest.values("stage")[:1],
        )
        .select_related("member")
        .order_by("member__birth_on", "pk")
    )


def facilitators_of(user):
    """[(id, name)] to choose from, for whoever may know who accompanies whom; else nothing."""
    if not user.has_perm("facilitators.view_caseloadassignment"):
        return []
    return list(
        Facilitator.objects.visible_to(user).order_by("name", "pk").values_list("pk", "name")
    )


def graduation_types():
    return list(ExitType.objects.exclude(headline="").order_by("order", "code"))


def with_rights(cases, user):
    """The cases, each with `may_<right>` for every one of RIGHTS: held today for its family."""
    return cases.annotate(
        **{
            f"may_{name}": Case(
                When(families_in_scope(user, "household", permission), then=Value(True)),
                default=Value(False),
            )
            for name, permission in RIGHTS.items()
        }
    )


def proposable_by(user):
    """Families for which the user may open a case today."""
    return Household.objects.visible_to(user).filter(families_in_scope(user, "", PROPOSE))


def exitable_by(user):
    """Families whose exit the user may record today."""
    return Household.objects.visible_to(user).filter(families_in_scope(user, "", RECORD_EXIT))


def right_for(step: str, state: str) -> str:
    """The right a step needs where the case stands: an approver rejects what was verified, and
    what the agency agreed to is given up by whoever submits."""
    if step == "reject":
        return "approve" if state == State.VERIFIED else "verify"
    if step == "cancel":
        return "submit" if state in _DONE else "propose"
    return STEPS[step][0]


def may_take(step: str, case) -> bool:
    """`case` comes from `with_rights`. Whether the state allows the step is the service's word."""
    if step == "statement":
        return case.may_propose or case.may_submit
    return getattr(case, f"may_{right_for(step, case.state)}")


def steps_for(case, user, *, missing, flags_open: bool) -> list[str]:
    """The steps this person may take now, the one that goes on first; `case` from `with_rights`.

    A step that waits for something (a flag, an assessment) is left out: the page says for what.
    """
    state = case.state
    own = case.proposed_by_id == user.pk
    ready = state == State.VISITED or (state == State.PROPOSED and not case.type.needs_visit)
    possible = {
        "propose": state == State.POTENTIAL,
        "visit": state == State.PROPOSED,
        "verify": ready and not own and not flags_open,
        "approve": state == State.VERIFIED
        and not own
        and case.verified_by_id != user.pk
        and not missing
        and not flags_open,
        "submit": state == State.APPROVED and not flags_open,
        "confirm": state == State.SUBMITTED and not flags_open,
        "reject": state in (State.PROPOSED, State.VISITED, State.VERIFIED) and not own,
        "cancel": case.is_open,
        "reactivate": state == State.CONFIRMED,
        "statement": case.is_open,
    }
    return [step for step, can in possible.items() if can and may_take(step, case)]


def waits_for(case, user, *, missing, flags_open: bool) -> str:
    """Why an open case does not go on at once, in words; empty when somebody just has to act."""
    if not case.is_open:
        return ""
    if flags_open:
        return _("A flag is open: settle it before the case goes on.")
    if case.state == State.SUBMITTED:
        return _("Waits for the next Final Closing, or for a decree.")
    if case.state == State.VERIFIED and missing:
        return _("Before it can be approved, this is missing: %(what)s.") % {
            "what": ", ".join(missing)
        }
    if case.state in (State.PROPOSED, State.VISITED) and case.proposed_by_id == user.pk:
        return _("You proposed this case. Somebody else verifies it.")
    if case.state == State.VERIFIED and user.pk in (case.proposed_by_id, case.verified_by_id):
        return _("You proposed or verified this case. Somebody else approves it.")
    return ""


def visits_to_choose(case, user):
    """Visits that can speak for the case, the newest first."""
    return (
        Visit.objects.visible_to(user)
        .filter(household=case.household_id, device_at__gte=case.opened_at - VISIT_AGE)
        .select_related("recorded_by")
        .order_by("-device_at", "pk")[:VISITS_TO_CHOOSE]
    )


def may_correct(user, desa: str) -> bool:
    """May the user change a locked quarter of the kabupaten the village lies in?"""
    return holds_everywhere(user, CORRECT, desa)


def cases_of(household, user):
    """The cases of one family, the newest first."""
    return (
        flagged(GraduationCase.objects.visible_to(user).filter(household=household))
        .select_related("type")
        .order_by("-opened_at", "pk")
    )
