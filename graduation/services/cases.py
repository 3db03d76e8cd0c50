"""A case goes from the first thought to the confirmed exit; every step is a row with its author."""

import datetime as dt
import hashlib
import json
import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import audit
from beneficiaries.models import Household
from beneficiaries.services import ChangedMeanwhile
from core.errors import Refused
from documents.models import Document
from documents.services import keep_document
from facilitators.models import Visit
from graduation.models import CaseStep, Exit, ExitReason, ExitType, GraduationCase, State
from graduation.services.exits import record_exit, record_reentry
from graduation.services.flags import raise_flags
from graduation.services.forecast import refresh_forecast

# From where a step may be taken. What is missing here is refused.
FROM = {
    State.PROPOSED: {State.POTENTIAL},
    State.VISITED: {State.PROPOSED},
    State.VERIFIED: {State.VISITED},
    State.APPROVED: {State.VERIFIED},
    State.SUBMITTED: {State.APPROVED},
    State.CONFIRMED: {State.SUBMITTED},
    State.REJECTED: {State.PROPOSED, State.VISITED, State.VERIFIED},
    State.CANCELLED: {
        State.POTENTIAL,
        State.PROPOSED,
        State.VISITED,
        State.VERIFIED,
        State.APPROVED,
        State.SUBMITTED,
    },
    State.REACTIVATED: {State.CONFIRMED},
}
# A proposal without a visit goes straight from proposed to verified where its type needs none.
_WITHOUT_VISIT = {State.PROPOSED, State.VISITED}
LONGEST_REASON = 500


@transaction.atomic
def open_case(
    *,
    household: Household,
    type: ExitType,
    by,
    at: dt.datetime,
    reason: ExitReason | None = None,
    target_year: int | None = None,
    note: str = "",
    proposed: bool = False,
    id: uuid.UUID | None = None,
) -> GraduationCase:
    """A family may be ready to leave: a potential case, or a proposal at once.

    The family is locked, so of two at once the second hears who was first. With an `id` it may
    run again: the same content by the same person answers the case made before (`is_new` False).
    Refusals: `case_id_taken`, `has_left`, `has_open_case`, `not_graduation`, `type_ended`,
    `reason_of_other_type`, `invalid` (target year).
    """
    household = Household.objects.select_for_update(of=("self",)).get(pk=household.pk)
    said = [household.pk, type.pk, reason.pk if reason else None, target_year, note, proposed]
    digest = hashlib.sha256(json.dumps(said).encode("utf-8", "surrogatepass")).hexdigest()
    if id is not None:
        earlier = GraduationCase.objects.filter(pk=id).first()
        if earlier is not None:
            first = earlier.steps.first()
            if earlier.content_sha256 != digest or first is None or first.by_id != by.pk:
                raise Refused(
                    "case_id_taken", _("This case has already been saved with other content.")
                )
            earlier.is_new = False
            return earlier
    today = timezone.localdate(at)
    if household.status == Household.Status.EXITED:
        raise Refused("has_left", _("This family has left the programme already."))
    found = household.graduation_cases.open().first()
    if found is not None:
        raise Refused("has_open_case", _("This family has an open case already.") + _first(found))
    if not type.is_graduation:
        raise Refused("not_graduation", _("This is an administrative exit, not a graduation."))
    if type.valid_from > today or (type.valid_to and type.valid_to <= today):
        raise Refused("type_ended", _("This way to leave does not hold today."))
    if reason is not None and reason.type_id != type.pk:
        raise Refused("reason_of_other_type", _("This reason belongs to another way to leave."))
    if target_year is not None and not today.year <= target_year <= today.year + 5:
        raise Refused(
            "invalid",
            _("A case is planned for this year or one of the next five."),
            fields={"target_year": _("choose another year")},
        )
    case = GraduationCase.objects.create(
        id=id or uuid.uuid4(),
        household=household,
        type=type,
        reason=reason,
        state=State.POTENTIAL,
        target_year=target_year,
        opened_at=at,
        moved_at=at,
        opened_in_id=household.desa_id,
        content_sha256=digest,
    )
    _note_step(case, "", State.POTENTIAL, note, by=by, at=at)
    audit.record("case.opened", target=case, by=by, at=at, household=household.pk, type=type.code)
    if proposed:
        case = propose_case(case=case, by=by, at=at)
    case.is_new = True
    return case


@transaction.atomic
def propose_case(
    *, case: GraduationCase, by, at: dt.datetime, note: str = "", version: int | None = None
) -> GraduationCase:
    """Somebody stands for it: this family should leave."""
    case = _locked(case, version)
    return _move(case, State.PROPOSED, note, by=by, at=at, proposed_by=by)


@transaction.atomic
def note_visit(
    *,
    case: GraduationCase,
    visit: Visit,
    by,
    at: dt.datetime,
    note: str = "",
    version: int | None = None,
) -> GraduationCase:
    """Somebody was at the family's home for this: the visit is the evidence. It is of this family
    and not older than the case by more than 90 days."""
    case = _locked(case, version)
    if visit.household_id != case.household_id:
        raise Refused("other_family", _("This visit was made to another family."))
    if visit.device_at < case.opened_at - dt.timedelta(days=90):
        raise Refused("old_visit", _("This visit is too old to speak for the family today."))
    return _move(case, State.VISITED, note, by=by, at=at, visit=visit)


@transaction.atomic
def attach_statement(
    *,
    case: GraduationCase,
    file,
    name: str,
    signed_on: dt.date,
    by,
    at: dt.datetime,
    client_id=None,
) -> Document:
    """The scan of the signed statement; a newer one takes the place of an older one, which stays
    stored. Refusals: those of documents, `case_closed`, `invalid` (the day)."""
    case = _locked(case)
    if not case.is_open:
        raise Refused("case_closed", _("This case is closed.") + _first(case))
    if not case.opened_at.date() - dt.timedelta(days=366) <= signed_on <= timezone.localdate(at):
        raise Refused(
            "invalid",
            _("A statement is signed at most a year before, and not in the future."),
            fields={"signed_on": _("choose another day")},
        )
    document = keep_document(
        owner=case,
        file=file,
        name=name,
        kind=Document.Kind.SCAN,
        client_id=client_id,
        by=by,
        at=at,
    )
    case.statement, case.statement_on = document, signed_on
    case.version += 1
    case.save(update_fields=["statement", "statement_on", "version"])
    audit.record("case.statement_attached", target=case, by=by, at=at)
    return document


@transaction.atomic
def verify_case(
    *, case: GraduationCase, by, at: dt.datetime, note: str = "", version: int | None = None
) -> GraduationCase:
    """What the case says is true, says somebody who did not propose it. Flags are settled first;
    the visit must have taken place where the type needs it."""
    case = _locked(case, version)
    _refuse_flags(case, at)
    allowed = FROM[State.VERIFIED] if case.type.needs_visit else _WITHOUT_VISIT
    if case.state in allowed and case.proposed_by_id == by.pk:
        raise Refused("own_proposal", _("You proposed this case. Somebody else verifies it."))
    return _move(case, State.VERIFIED, note, by=by, at=at, allowed=allowed, verified_by=by)


def missing_for_approval(case: GraduationCase) -> list[str]:
    """What the type asks for and the case does not have: sentences, empty when all is there."""
    missing = []
    if case.type.needs_visit and case.visit_id is None:
        missing.append(_("the visit"))
    if case.type.needs_statement and case.statement_id is None:
        missing.append(_("the signed statement"))
    if case.type.needs_assessment:
        newest = case.assessments.first()
        if newest is None:
            missing.append(_("the assessment"))
        elif not newest.satisfied:
            missing.append(_("an assessment that is satisfied"))
    return missing


@transaction.atomic
def approve_case(
    *, case: GraduationCase, by, at: dt.datetime, note: str = "", version: int | None = None
) -> GraduationCase:
    """The agency agrees that the family leaves; it stays in the register until that is confirmed.

    By a third person, with everything the type asks for. The row is locked first, so of two
    officers at once the second hears who was first.
    """
    case = _locked(case, version)
    _refuse_flags(case, at)
    if case.state == State.VERIFIED:
        if by.pk == case.proposed_by_id:
            raise Refused("own_proposal", _("You proposed this case. Somebody else approves it."))
        if by.pk == case.verified_by_id:
            raise Refused(
                "own_verification", _("You verified this case. Somebody else approves it.")
            )
        if missing := missing_for_approval(case):
            raise Refused(
                "incomplete",
                _("Still missing: %(what)s.") % {"what": ", ".join(missing)},
            )
    return _move(
        case,
        State.APPROVED,
        note,
        by=by,
        at=at,
        approved_by=by,
        approved_on=timezone.localdate(at),
    )


@transaction.atomic
def submit_case(
    *,
    case: GraduationCase,
    number: str,
    by,
    at: dt.datetime,
    note: str = "",
    version: int | None = None,
) -> GraduationCase:
    """It was entered into the ministry's system under that number; now its file must show it."""
    case = _locked(case, version)
    _refuse_flags(case, at)
    return _move(
        case,
        State.SUBMITTED,
        note,
        by=by,
        at=at,
        submitted_on=timezone.localdate(at),
        submitted_as=" ".join(number.split())[:60],
    )


@transaction.atomic
def confirm_case(
    *,
    case: GraduationCase,
    on: dt.date,
    basis: str,
    by,
    at: dt.datetime,
    document_number: str = "",
    correction_reason: str = "",
    note: str = "",
    version: int | None = None,
) -> Exit:
    """The family is out: a Final Closing no longer holds it, or a decree says so (then with its
    number). It leaves the register on that day and is counted in that day's quarter, in a locked
    one by a correction with its reason. Flags are settled first: a family that died or moved out
    is no graduation. Returns the exit."""
    case = _locked(case, version)
    _refuse_flags(case, at)
    if case.state == State.SUBMITTED:
        if basis == Exit.Basis.DECREE and not document_number.strip():
            raise Refused(
                "invalid",
                _("A decree has a number."),
                fields={"document_number": _("write the number")},
            )
        if on < case.approved_on:
            raise Refused(
                "before_approval",
                _("The family cannot have left before the case was approved."),
                fields={"on": _("choose a later day")},
            )
    household = case.household
    case = _move(case, State.CONFIRMED, note, by=by, at=at)
    return record_exit(
        household=household,
        type=case.type,
        reason=case.reason,
        case=case,
        on=on,
        basis=basis,
        document_number=" ".join(document_number.split())[:60],
        correction_reason=correction_reason,
        by=by,
        at=at,
    )


@transaction.atomic
def reject_case(
    *, case: GraduationCase, reason: str, by, at: dt.datetime, version: int | None = None
) -> GraduationCase:
    """The family stays: what was proposed is not so. The reason is read by who proposed it."""
    case = _locked(case, version)
    return _move(case, State.REJECTED, _needed(reason), by=by, at=at)


@transaction.atomic
def cancel_case(
    *, case: GraduationCase, reason: str, by, at: dt.datetime, version: int | None = None
) -> GraduationCase:
    """The case is given up before the exit was confirmed: the family withdrew, or it died."""
    case = _locked(case, version)
    return _move(case, State.CANCELLED, _needed(reason), by=by, at=at)


@transaction.atomic
def reactivate_case(
    *,
    case: GraduationCase,
    reason: str,
    on: dt.date,
    by,
    at: dt.datetime,
    version: int | None = None,
) -> GraduationCase:
    """The family is in the programme again since that day. Its exit was true and stays counted."""
    case = _locked(case, version)
    reason = _needed(reason)
    case = _move(case, State.REACTIVATED, reason, by=by, at=at)
    record_reentry(exit=case.exit, on=on, note=reason, by=by, at=at)
    return case


def _needed(reason):
    reason = reason.strip()
    if not reason:
        raise Refused("reason_needed", _("Say why."), fields={"reason": _("Say why.")})
    return reason


def _locked(case, version=None):
    # The family first: whoever lets it leave or return holds its row.
    Household.objects.select_for_update(of=("self",)).get(pk=case.household_id)
    fresh = (
        GraduationCase.objects.select_for_update(of=("self",))
        .select_related("type", "household")
        .get(pk=case.pk)
    )
    if version is not None and version != fresh.version:
        last = fresh.steps.select_related("by").last()
        raise ChangedMeanwhile(
            changes=[
                {
                    "field": "state",
                    "label": _("state"),
                    "before": last.earlier,
                    "now": fresh.state,
                }
            ],
            changed_by=last.by,
            changed_at=last.at,
        )
    return fresh


def _refuse_flags(case, at):
    raise_flags(at=at, household=case.household)
    if case.flags.open().exists():
        raise Refused(
            "flagged",
            _("Something happened in this family meanwhile. Look at the flag and settle it first."),
        )


def _move(case, state, note, *, by, at, allowed=None, **fields):
    if case.state not in (FROM[state] if allowed is None else allowed):
        raise Refused(
            "wrong_state",
            _("This case is %(state)s; this step is not possible now.")
            % {"state": case.get_state_display()}
            + _first(case),
        )
    earlier, case.state, case.moved_at = case.state, state, at
    for name, value in fields.items():
        setattr(case, name, value)
    case.version += 1
    case.save(update_fields=["state", "moved_at", "version", *fields])
    _note_step(case, earlier, state, note, by=by, at=at)
    audit.record(f"case.{state}", target=case, by=by, at=at, earlier=earlier)
    return case


def _note_step(case, earlier, state, note, *, by, at):
    CaseStep.objects.create(
        case=case,
        earlier=earlier,
        state=state,
        on=timezone.localdate(at),
        reason=" ".join(note.split())[:LONGEST_REASON],
        by=by,
        at=at,
    )
    refresh_forecast(at=at, household=case.household)


def _first(case) -> str:
    """Who was first, for the second one."""
    last = case.steps.select_related("by").last()
    if last is None:
        return ""
    return " " + _("%(who)s on %(day)s: %(state)s.") % {
        "who": last.by or _("The ministry's file"),
        "day": date_format(timezone.localtime(last.at), "j F Y H:i"),
        "state": last.get_state_display(),
    }
