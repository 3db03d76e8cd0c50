"""Questions that only a visit can answer: asked from above, answered from the field."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from beneficiaries.models import Household, Member
from core.errors import Refused
from facilitators.models import Purpose, VisitRequest, VisitSettings

LONGEST = 500
State = VisitRequest.State


@transaction.atomic
def ask_for_visit(
    *,
    household: Household,
    wanted: str,
    by,
    at: dt.datetime,
    member: Member | None = None,
    purpose: str = Purpose.QUESTION,
    due_on: dt.date | None = None,
) -> VisitRequest:
    """Ask whoever accompanies the family to find something out at its home.

    The family is locked, so the same question asked twice by the same person while it is open is
    one request. Without `due_on` the settings say how many days there are. Refusals: `invalid`
    (nothing to find out, a day that is over), `family_exited`.
    """
    household = Household.objects.select_for_update(of=("self",)).get(pk=household.pk)
    wanted = " ".join(wanted.split())[:LONGEST]
    today = timezone.localdate(at)
    if not wanted:
        raise Refused(
            "invalid", _("Say what to find out."), fields={"wanted": _("Say what to find out.")}
        )
    if household.status == Household.Status.EXITED:
        raise Refused("family_exited", _("This family has left the programme."))
    if due_on is None:
        due_on = today + dt.timedelta(days=VisitSettings.on(today).request_days)
    if not today <= due_on <= today + dt.timedelta(days=366):
        raise Refused(
            "invalid",
            _("The visit is needed by a day from today on, within a year."),
            fields={"due_on": _("choose a later day")},
        )
    same = VisitRequest.objects.open().filter(
        household=household, member=member, purpose=purpose, wanted=wanted, asked_by=by
    )
    if earlier := same.first():
        return earlier
    request = VisitRequest.objects.create(
        household=household,
        member=member,
        purpose=purpose,
        wanted=wanted,
        due_on=due_on,
        asked_by=by,
        asked_at=at,
    )
    audit.record(
        "visit_request.asked",
        target=request,
        by=by,
        at=at,
        household=household.pk,
        due_on=due_on.isoformat(),
    )
    return request


@transaction.atomic
def withdraw_request(*, request: VisitRequest, by, at: dt.datetime) -> VisitRequest:
    """It need not be answered any more; one that is answered or withdrawn stays as it is."""
    request = VisitRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if request.state == State.OPEN:
        _close(request, State.WITHDRAWN, by=by, at=at)
        audit.record("visit_request.withdrawn", target=request, by=by, at=at)
    return request


@transaction.atomic
def withdraw_requests(*, requests, by, at: dt.datetime, reason: str = "") -> int:
    """Those of a queryset that are open need not be answered any more; returns how many. One
    statement and one line of the audit: what they asked about is gone as a whole."""
    withdrawn = (
        VisitRequest.objects.open()
        .filter(pk__in=requests.order_by().values("pk"))
        .update(state=State.WITHDRAWN, closed_by=by, closed_at=at)
    )
    if withdrawn:
        audit.record("visit_request.withdrawn", by=by, at=at, reason=reason, requests=withdrawn)
    return withdrawn


def close_by_visit(*, visit, by, at: dt.datetime) -> None:
    """The visit answers the request it names, within the visit's own transaction.

    A phone may have been without signal while the request was withdrawn or answered by somebody
    else: the visit stands all the same, the request stays as it was closed first.
    """
    request = VisitRequest.objects.select_for_update(of=("self",)).get(pk=visit.request_id)
    if request.state == State.OPEN:
        _close(request, State.DONE, by=by, at=at)
        audit.record("visit_request.answered", target=request, by=by, at=at, visit=str(visit.pk))


def _close(request, state, *, by, at):
    request.state, request.closed_by, request.closed_at = state, by, at
    request.save(update_fields=["state", "closed_by", "closed_at"])
