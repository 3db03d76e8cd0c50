"""Follow-ups as lists, results and REST ask for them: one choice, the same rows behind each."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import (
    Case,
    Count,
    DateField,
    DateTimeField,
    Exists,
    F,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Value,
    When,
)
from django.db.models.functions import Cast, ExtractQuarter
from django.utils.translation import gettext_lazy as _

from accounts.scope import holds_everywhere
from areas.models.querysets import below
from beneficiaries.models import Household
from core.paging import Slice, page_of
from meetings import subjects
from meetings.models import (
    AgendaItem,
    Escalation,
    FollowUp,
    FollowUpEntry,
    Institution,
    Meeting,
    Representative,
)
from meetings.models.querysets import CHANGE_MEETING

MEETING = "decision__issue__meeting"
MOST_MEETINGS = 60  # offered as a filter, the newest first
State = FollowUp.State

# What a list may be narrowed to; every number of the results page is one of these.
STANDINGS = {
    "unfinished": _("Unfinished"),
    "overdue": _("Overdue"),
    "open": State.OPEN.label,
    "in_progress": State.IN_PROGRESS.label,
    "done": State.DONE.label,
    "on_time": _("Done on time"),
    "late": _("Done late"),
    "with_evidence": _("Done with evidence"),
    "cancelled": State.CANCELLED.label,
    "postponed": _("Postponed"),
    "due": _("Due so far"),
    "kept": _("Due so far and done"),
    "agreed": _("All"),
}


def standing(name: str, today: dt.date) -> Q:
    """The condition of one of STANDINGS. Late begins the day after the due date."""
    return {
        "unfinished": Q(state__in=FollowUp.OPEN),
        "overdue": Q(state__in=FollowUp.OPEN, due_on__lt=today),
        "on_time": Q(state=State.DONE, closed_on__lte=F("due_on")),
        "late": Q(state=State.DONE, closed_on__gt=F("due_on")),
        "with_evidence": Q(state=State.DONE, evidence__isnull=False),
        "postponed": Q(
            Exists(
                FollowUpEntry.objects.filter(
                    follow_up=OuterRef("pk"), kind=FollowUpEntry.Kind.POSTPONED
                )
            )
        ),
        "due": Q(due_on__lt=today),
        "kept": Q(due_on__lt=today, state=State.DONE),
        "agreed": Q(),
    }.get(name, Q(state=name))


@dataclass(frozen=True)
class Chosen:
    """What a list is narrowed to. `year` and `quarter` are those of the meeting that agreed."""

    standing: str = "unfinished"
    mine: bool = False
    institution: int | None = None
    meeting: uuid.UUID | None = None
    area: str = ""
    year: int | None = None
    quarter: int | None = None

    def of(self, follow_ups, user, today: dt.date):
        found = follow_ups.filter(standing(self.standing, today)) if self.standing else follow_ups
        if self.mine:
            found = found.filter(mine(user))
        if self.institution is not None:
            found = found.filter(institution=self.institution)
        if self.meeting is not None:
            found = found.filter(**{MEETING: self.meeting})
        if self.area:
            found = found.filter(about_area(self.area))
        if self.year is not None:
            found = found.filter(**{f"{MEETING}__year": self.year})
        if self.quarter is not None:
            found = found.alias(meeting_quarter=quarter_of_meeting()).filter(
                meeting_quarter=self.quarter
            )
        return found


def mine(user) -> Q:
    """Those a person answers for: as the one in charge, or for the institution in charge."""
    return Q(owner=user) | Q(
        institution__in=Representative.objects.filter(user=user, active=True).values(
            "institution_id"
        )
    )


def about_area(code: str) -> Q:
    """Agreed there, to be done by an institution of there, or about something that lies there."""
    return (
        below(f"{MEETING}__area__code", [code])
        | below("institution__area__code", [code])
        | below("household__desa__code", [code])
        | below("facility__area__code", [code])
    )


def quarter_of_meeting():
    """The quarter of the day on which the meeting began, as its place counts days."""
    local = Func(
        F(f"{MEETING}__time_zone"),
        F(f"{MEETING}__starts_at"),
        function="timezone",
        output_field=DateTimeField(),
    )
    return ExtractQuarter(Cast(local, DateField()))


def page_of_follow_ups(user, chosen: Chosen, query, today: dt.date) -> Slice:
    """A page: those of the user first, then by due date; each with `carried_times`, `step`,
    `days_late` (0 unless overdue), `age` in days and `is_mine`."""
    found = chosen.of(FollowUp.objects.visible_to(user).agreed(), user, today)
    found = found.annotate(
        rank=Case(When(mine(user), then=Value(0)), default=Value(1), output_field=IntegerField())
    ).select_related("institution", f"{MEETING}__area")
    page = page_of(found, ("rank", "due_on", "pk"), query)
    _add_figures(page.rows, today)
    for row in page.rows:
        row.is_mine = row.rank == 0
    return page


def _add_figures(rows, today):
    keys = [row.pk for row in rows]
    carried = dict(
        AgendaItem.objects.filter(follow_up__in=keys)
        .exclude(meeting__state=Meeting.State.CANCELLED)
        .order_by()
        .values_list("follow_up")
        .annotate(times=Count("pk"))
    )
    # Postponed and late again it begins anew: what counts is the due date of now.
    steps = dict(
        Escalation.objects.filter(follow_up__in=keys, due_on=F("follow_up__due_on"))
        .order_by()
        .values_list("follow_up")
        .annotate(step=Max("step"))
    )
    for row in rows:
        row.carried_times = carried.get(row.pk, 0)
        row.step = steps.get(row.pk, 0) if row.is_open else 0
        row.days_late = max(0, (today - row.due_on).days) if row.is_open else 0
        row.age = row.age_in_days(today)


@dataclass(frozen=True)
class Offered:
    """What the filters of a list offer: only what the user's follow-ups have."""

    institutions: list[Institution]
    meetings: list[Meeting]


def offered_to(user) -> Offered:
    seen = FollowUp.objects.visible_to(user).agreed().order_by()
    return Offered(
        list(
            Institution.objects.filter(pk__in=seen.values("institution")).order_by(
                "kind", "name", "pk"
            )
        ),
        list(
            Meeting.objects.filter(pk__in=seen.values(MEETING)).order_by("-starts_at", "pk")[
                :MOST_MEETINGS
            ]
        ),
    )


def counts_for(user, today: dt.date) -> dict[str, int]:
    """{unfinished, overdue, mine, mine_overdue} of what the user may see."""
    unfinished, overdue = standing("unfinished", today), standing("overdue", today)
    return (
        FollowUp.objects.visible_to(user)
        .agreed()
        .aggregate(
            unfinished=Count("pk", filter=unfinished),
            overdue=Count("pk", filter=overdue),
            mine=Count("pk", filter=unfinished & mine(user)),
            mine_overdue=Count("pk", filter=overdue & mine(user)),
        )
    )


def my_open(user):
    """Unfinished follow-ups the user answers for."""
    return FollowUp.objects.visible_to(user).agreed().open().filter(mine(user))


def about_household(household, user):
    """What meetings decided about a family, the newest first, for who may see both."""
    return list(
        FollowUp.objects.visible_to(user)
        .agreed()
        .filter(household=household)
        .select_related("institution", MEETING)
        .order_by(f"-{MEETING}__starts_at", "number", "pk")
    )


@dataclass(frozen=True)
class Rights:
    """`tells`: progress, evidence and closing; `keeps`: besides, postpone, drop and reopen."""

    tells: bool
    keeps: bool


def rights_on(follow_up: FollowUp, user) -> Rights:
    """Before the minutes are published nobody has been asked to do anything yet."""
    meeting = follow_up.decision.issue.meeting
    if not meeting.is_published:
        return Rights(False, False)
    keeps = holds_everywhere(user, CHANGE_MEETING, meeting.area_id)
    own = FollowUp.objects.filter(mine(user), pk=follow_up.pk).exists()
    return Rights(keeps or own, keeps)


def concern_of(follow_up: FollowUp, user) -> dict:
    """What it concerns, as far as the user may see it: {kind, label, record}.

    `record` is None when there is none to be shown; a family is shown to nobody who may not open
    its file.
    """
    if follow_up.household_id:
        families = Household.objects.visible_to(user).select_related("caretaker", "desa")
        record = families.filter(pk=follow_up.household_id).first()
        return {"kind": "household", "label": _("A family"), "record": record}
    if follow_up.facility_id:
        return {"kind": "facility", "label": _("Facility"), "record": follow_up.facility}
    kind = subjects.kinds().get(follow_up.subject_type)
    if kind is None:
        return {"kind": "", "label": "", "record": None}
    record = subjects.find(follow_up.subject_type, follow_up.subject_id, user)
    return {"kind": "record", "label": kind.label, "record": record}
