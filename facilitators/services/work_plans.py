"""The plan of a month: submitted as a whole, changed by a new version."""

import calendar
import datetime as dt
import json

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.api.idempotency import body_digest
from core.errors import Refused
from facilitators.models import (
    PLANNED,
    CaseloadAssignment,
    Facilitator,
    LearningGroup,
    LearningMembership,
    Level,
    PlannedWork,
    Work,
    WorkPlan,
)

MOST_ACTIVITIES = 60
MOST_SESSIONS = 8  # of one group in one month


@transaction.atomic
def submit_plan(
    *,
    facilitator: Facilitator,
    month: dt.date,
    visits: list[int],
    sessions: dict[int, int],
    activities: list[dict],
    version: int,
    by,
    at: dt.datetime,
    reason: str = "",
) -> WorkPlan:
    """A facilitator's own plan for a month that is not over yet; `month` is its first day.

    `visits` are ids of families entrusted to him today, `sessions` {group id: how many},
    `activities` {kind, level, place, planned_on or None}. `version` is the one he had before him
    (0: none): another one kept meanwhile refuses (`changed_meanwhile`). The first submission is
    version 1; each change is another version and needs a reason. The same lines again answer the
    version that holds. Other refusals: not_allowed, month_over, empty, not_found, invalid,
    reason_missing.
    """
    # One at a time: two windows of one person cannot both become version 2.
    facilitator = Facilitator.objects.select_for_update().get(pk=facilitator.pk)
    if facilitator.user_id != by.pk:
        raise Refused("not_allowed", _("You plan only your own work."))
    if month.day != 1 or last_day(month) < timezone.localdate(at):
        raise Refused("month_over", _("This month is over; plan the current one or a later one."))
    sessions = {pk: number for pk, number in sessions.items() if number}
    activities = [_activity(one, month) for one in activities]
    if len(activities) > MOST_ACTIVITIES:
        raise Refused("invalid", _("At most %(most)d activities.") % {"most": MOST_ACTIVITIES})
    visits = sorted(set(visits))
    _refuse_what_is_not_his(facilitator, visits, sessions, timezone.localdate(at))
    if not (visits or sessions or activities):
        raise Refused(
            "empty", _("Nothing is planned yet. Choose a family, a group or an activity.")
        )
    digest = _digest(visits, sessions, activities)
    newest = WorkPlan.objects.filter(facilitator=facilitator, month=month).first()
    if newest is not None and newest.content_sha256 == digest:
        return newest
    if (newest.version if newest else 0) != version:
        raise Refused(
            "changed_meanwhile", _("This plan was changed meanwhile. Look again, then save.")
        )
    reason = " ".join(reason.split())
    if newest is not None and not reason:
        raise Refused(
            "reason_missing",
            _("Say why the plan changes."),
            fields={"reason": _("a reason is needed")},
        )
    plan = WorkPlan.objects.create(
        facilitator=facilitator,
        month=month,
        version=version + 1,
        reason=reason if version else "",
        content_sha256=digest,
        by=by,
        submitted_at=at,
    )
    PlannedWork.objects.bulk_create(
        [
            *(PlannedWork(plan=plan, kind=Work.VISIT, household_id=pk) for pk in visits),
            *(
                PlannedWork(plan=plan, kind=Work.SESSION, group_id=pk)
                for pk, number in sorted(sessions.items())
                for _nth in range(number)
            ),
            *(PlannedWork(plan=plan, **one) for one in activities),
        ]
    )
    audit.record(
        "work_plan.submitted",
        target=plan,
        by=by,
        at=at,
        month=month.isoformat(),
        version=plan.version,
        visits=len(visits),
    )
    return plan


def last_day(month: dt.date) -> dt.date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def _activity(one, month):
    """One line as PlannedWork takes it; refuses what is no line of a plan."""
    planned_on, place = one.get("planned_on"), " ".join(one.get("place", "").split())
    fields = {}
    if one["kind"] not in PLANNED or one["kind"] in (Work.VISIT, Work.SESSION):
        fields["kind"] = _("unknown kind")
    if one["level"] not in Level.values:
        fields["level"] = _("unknown level")
    if not place:
        fields["place"] = _("Say where it will be.")
    if planned_on is not None and not month <= planned_on <= last_day(month):
        fields["planned_on"] = _("This day is not in the month of the plan.")
    if fields:
        raise Refused("invalid", " ".join(str(text) for text in fields.values()), fields=fields)
    return {
        "kind": one["kind"],
        "level": one["level"],
        "place": place[:150],
        "planned_on": planned_on,
    }


def _refuse_what_is_not_his(facilitator, visits, sessions, today):
    entrusted = CaseloadAssignment.objects.entrusted_to(facilitator.pk, today)
    if entrusted.filter(household_id__in=visits).count() < len(visits):
        raise Refused("not_found", _("A family of the plan is not entrusted to you today."))
    held = (
        LearningMembership.objects.held_on(today)
        .filter(
            group_id__in=list(sessions),
            household_id__in=entrusted.order_by().values("household_id"),
        )
        .values("group_id")
    )
    if LearningGroup.objects.filter(pk__in=held).count() < len(sessions):
        raise Refused("not_found", _("A group of the plan has none of your families today."))
    if any(not 0 < number <= MOST_SESSIONS for number in sessions.values()):
        raise Refused(
            "invalid", _("From 0 to %(most)d sessions of a group.") % {"most": MOST_SESSIONS}
        )


def _digest(visits, sessions, activities):
    lines = sorted(
        [one["kind"], one["level"], one["place"], str(one["planned_on"] or "")]
        for one in activities
    )
    return body_digest(json.dumps([visits, sorted(sessions.items()), lines]))
