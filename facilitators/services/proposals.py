"""The office decides what a visit proposed; only here does a finding reach the register."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.scope import holds_everywhere
from areas.models import Area
from beneficiaries import services as register
from beneficiaries.models import Household, HouseholdEvent, Member, MemberEvent
from beneficiaries.services.conflicts import check_version
from core.errors import Refused
from core.free_text import NO_IDENTITY_NUMBER, holds_identity_number
from facilitators.findings import as_model_values
from facilitators.models import ChangeProposal
from facilitators.models.visit_querysets import DECIDE_PROPOSAL
from facilitators.services.visits import compared

Kind = ChangeProposal.Kind


@transaction.atomic
def decide_proposal(
    *,
    proposal: ChangeProposal,
    verdict: str,
    by,
    at: dt.datetime,
    on: dt.date,
    version: int | None = None,
    reason: str = "",
) -> ChangeProposal:
    """`accepted` writes the register through its own services, as `by`; `refused` keeps the reason.

    The proposal is locked, so two officers at once decide it once. `version` is that of the
    record as the officer saw it, without it the one the facilitator read; when the record has
    moved on since, ChangedMeanwhile. Accepting against a newer version than the facilitator
    read is a person's word: it needs a reason (`conflict`).

    A pregnancy and a change of school have no column here: components come with the ministry's
    files. Accepting them confirms the finding, for whoever enters it there.
    """
    proposal = (
        ChangeProposal.objects.select_for_update(of=("self",))
        .select_related("visit")
        .get(pk=proposal.pk)
    )
    reason = " ".join(reason.split())[:300]
    if holds_identity_number(reason):
        said = str(NO_IDENTITY_NUMBER)
        raise Refused("identity_number", said, fields={"reason": said})
    if verdict not in {ChangeProposal.State.ACCEPTED, ChangeProposal.State.REFUSED}:
        raise Refused("invalid", _("Choose a decision."), fields={"verdict": str(verdict)[:40]})
    if proposal.state != ChangeProposal.State.OPEN:
        raise Refused("already_decided", _("This proposal has already been decided."))
    if proposal.proposed_by_id == by.pk:
        raise Refused("own_proposal", _("A proposal is decided by somebody else."))
    if verdict == ChangeProposal.State.REFUSED:
        if not reason:
            raise Refused(
                "reason_needed",
                _("Say why the proposal is refused."),
                fields={"reason": _("needed")},
            )
    else:
        _accept(proposal, version=version, by=by, at=at, on=on, reason=reason)
    proposal.state = verdict
    proposal.decided_by, proposal.decided_at, proposal.reason = by, at, reason
    with register.acting(by, "decide_proposal"):
        proposal.save(
            update_fields=["state", "decided_by", "decided_at", "reason", "conflict", "met"]
        )
    audit.record(
        f"proposal.{verdict}",
        target=proposal,
        by=by,
        at=at,
        reason=reason,
        kind=proposal.kind,
        conflict=proposal.conflict,
    )
    return proposal


def _accept(proposal, *, version, by, at, on, reason):
    household = Household.objects.select_for_update(of=("self",)).get(
        pk=proposal.visit.household_id
    )
    record, events = household, HouseholdEvent
    if proposal.member_id is not None:
        record = Member.objects.select_for_update(of=("self",)).get(pk=proposal.member_id)
        events = MemberEvent
        if record.household_id != household.pk:
            raise Refused("conflict", _("This person belongs to another family by now."))
    check_version(record, proposal.version if version is None else version, events=events)
    if record.version != proposal.version:
        if not proposal.conflict:
            proposal.conflict, proposal.met = True, compared(record)
        if not reason:
            raise Refused(
                "conflict",
                _("The record was changed after the visit. Say why the visit holds."),
                fields={"reason": _("needed")},
            )
    said = reason or _("Proposed by a visit")
    known = {"version": record.version, "by": by, "at": at, "reason": said}
    values = as_model_values(proposal.values)
    happened = dt.date.fromisoformat(proposal.values["on"]) if "on" in proposal.values else on
    if proposal.kind == Kind.BIRTH:
        register.add_member(household=household, values=values, **known)
    elif proposal.kind == Kind.DEATH:
        register.change_member_status(
            member=record, status=Member.Status.DIED, on=happened, **known
        )
    elif proposal.kind == Kind.MOVE and proposal.member_id:
        register.change_member_status(
            member=record, status=Member.Status.MOVED, on=happened, **known
        )
    elif proposal.kind == Kind.NEW_CARETAKER:
        known["version"] = household.version
        register.set_caretaker(household=household, member=record, **known)
    elif proposal.kind == Kind.CORRECTION and proposal.member_id:
        register.change_member(member=record, values=values, **known)
    elif proposal.kind in {Kind.MOVE, Kind.CORRECTION}:
        _refuse_a_village_elsewhere(values.get("desa_id"), by)
        register.change_household(household=household, values=values, **known)


def _refuse_a_village_elsewhere(code, by):
    """Out of the officer's territory nobody there could go on with the family."""
    if code is None:
        return
    if not Area.objects.filter(pk=code, level=4).exists() or not holds_everywhere(
        by, DECIDE_PROPOSAL, code
    ):
        raise Refused("village_elsewhere", _("The new village lies outside your territory."))
