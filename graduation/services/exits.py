"""Families that left: recorded once, counted once, corrected in the open."""

import datetime as dt
import uuid

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from areas.models import Area
from beneficiaries.models import Household
from beneficiaries.services import change_exit_day, change_household_status, exit_household
from core.errors import Refused
from core.periods import Period
from facilitators.models import CaseloadAssignment
from graduation.models import (
    Exit,
    ExitEntry,
    ExitReason,
    ExitType,
    GraduationCase,
    KeptSupport,
    Monitoring,
    QuarterCorrection,
    ReportQuarter,
)
from graduation.queries.report import base_of
from graduation.services.forecast import refresh_forecast

MONITORED_AFTER = (3, 6, 12)  # months; issue of the office, not of the ministry
EARLIEST = dt.date(2007, 1, 1)  # the programme began in 2007
_LOCKS = 0x47524144  # one namespace of advisory locks: the quarters of the report


def district_of(code: str) -> str:
    """The kabupaten's code of any area in it."""
    return code[:5]


def quarter_of(*, area: Area | str, period: Period, exclusive: bool = False) -> ReportQuarter:
    """The quarter of the area's kabupaten, made when it is asked for first. Until the transaction
    ends nobody locks it meanwhile; `exclusive`: nobody counts in it either."""
    code = district_of(area.pk if isinstance(area, Area) else area)
    quarter, _made = ReportQuarter.objects.get_or_create(
        area_id=code, year=period.year, quarter=period.stage
    )
    lock = "pg_advisory_xact_lock" if exclusive else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(%s, %s)", [_LOCKS, quarter.pk])
    quarter.refresh_from_db()
    return quarter


@transaction.atomic
def record_exit(
    *,
    household: Household,
    type: ExitType,
    on: dt.date,
    basis: str,
    by,
    at: dt.datetime,
    reason: ExitReason | None = None,
    case: GraduationCase | None = None,
    document_number: str = "",
    correction_reason: str = "",
    id: uuid.UUID | None = None,
) -> Exit:
    """The family leaves the programme on that day, and is counted in the quarter of that day.

    The family is locked first. Graduation comes from a case; without one only an administrative
    exit is recorded. In a locked quarter it is counted by a correction, which needs its reason.
    Refusals: `has_left`, `needs_case`, `open_case`, `future`, `too_early`, `quarter_locked`,
    `reason_of_other_type`.
    """
    household = Household.objects.select_for_update(of=("self",)).get(pk=household.pk)
    if household.status == Household.Status.EXITED:
        raise Refused("has_left", _("This family has left the programme already."))
    if type.is_graduation and case is None:
        raise Refused("needs_case", _("A graduation is recorded through its case."))
    if case is None and household.graduation_cases.open().exists():
        raise Refused("open_case", _("This family has an open graduation case. Cancel that first."))
    if reason is not None and reason.type_id != type.pk:
        raise Refused("reason_of_other_type", _("This reason belongs to another way to leave."))
    if on > timezone.localdate(at):
        raise Refused(
            "future", _("This day is still to come."), fields={"on": _("choose an earlier day")}
        )
    if on < EARLIEST:
        raise Refused(
            "too_early",
            _("The programme began in 2007."),
            fields={"on": _("choose a later day")},
        )
    _refuse_before_reentry(household, on)
    period = Period.of(on)
    quarter = quarter_of(area=household.desa_id, period=period)
    correction = _correction_for(quarter, correction_reason, by=by, at=at)
    facilitator = (
        CaseloadAssignment.objects.filter(household=household)
        .filter(starts_on__lte=on)
        .exclude(ends_on__lt=on)
        .values_list("facilitator_id", flat=True)
        .first()
    )
    exit_household(household=household, on=on, by=by, at=at, reason=type.name)
    try:
        with transaction.atomic():
            left = Exit.objects.create(
                id=id or uuid.uuid4(),
                household=household,
                type=type,
                reason=reason,
                case=case,
                on=on,
                basis=basis,
                document_number=document_number,
                desa_id=household.desa_id,
                facilitator_id=facilitator,
                recorded_by=by,
                recorded_at=at,
            )
    except IntegrityError:
        raise Refused("has_left", _("This family has left the programme already.")) from None
    _count(left, +1, period, correction, at=at)
    if type.is_graduation:
        Monitoring.objects.bulk_create(
            Monitoring(exit=left, month=month, due_on=months_later(on, month))
            for month in MONITORED_AFTER
        )
    audit.record(
        "exit.recorded",
        target=left,
        by=by,
        at=at,
        household=household.pk,
        type=type.code,
        on=on.isoformat(),
        corrects=str(quarter) if correction else "",
    )
    return left


@transaction.atomic
def withdraw_exit(*, exit: Exit, reason: str, by, at: dt.datetime) -> Exit:
    """It was recorded by mistake: the family never left. It is taken out of its quarter's count,
    in a locked quarter by a correction. Only an exit without a case; a case is reactivated."""
    exit = _locked(exit)
    if not reason.strip():
        raise Refused("reason_needed", _("Say why."), fields={"reason": _("Say why.")})
    if exit.case_id is not None:
        raise Refused("has_case", _("This exit belongs to a case. Reactivate the case instead."))
    _refuse_unless_standing(exit)
    _take_out(exit, reason, by=by, at=at)
    change_household_status(
        household=exit.household, status="active", on=exit.on, by=by, at=at, reason=reason
    )
    refresh_forecast(at=at, household=exit.household)
    audit.record("exit.withdrawn", target=exit, by=by, at=at, reason=reason)
    return exit


@transaction.atomic
def record_reentry(*, exit: Exit, on: dt.date, note: str, by, at: dt.datetime) -> Exit:
    """The family is in the programme again. The exit was true and stays counted in its quarter;
    it is no longer the family's standing one, so that the family can leave again."""
    exit = _locked(exit)
    _refuse_unless_standing(exit)
    if not note.strip():
        raise Refused("reason_needed", _("Say why."), fields={"note": _("Say why.")})
    if not exit.on <= on <= timezone.localdate(at):
        raise Refused(
            "invalid",
            _("A family comes back after it left, and not in the future."),
            fields={"on": _("choose another day")},
        )
    exit.reentered_on, exit.reentry_note = on, note
    exit.save(update_fields=["reentered_on", "reentry_note"])
    change_household_status(
        household=exit.household, status="active", on=on, by=by, at=at, reason=note
    )
    refresh_forecast(at=at, household=exit.household)
    audit.record("exit.reentered", target=exit, by=by, at=at, reason=note, on=on.isoformat())
    return exit


@transaction.atomic
def lock_quarter(
    *, area: Area, period: Period, by, at: dt.datetime, base: dict | None = None
) -> ReportQuarter:
    """From now on the figures of the quarter change only by corrections. `base` is what they are
    compared with; unless given it is computed once nobody can count here any more
    (queries.report.base_of), and kept as it is today. Refusals: `locked`, `not_over`."""
    quarter = quarter_of(area=area, period=period, exclusive=True)
    if quarter.locked_at is not None:
        raise Refused(
            "locked",
            _("%(who)s locked this quarter on %(day)s.")
            % {
                "who": quarter.locked_by,
                "day": timezone.localtime(quarter.locked_at).strftime("%d-%m-%Y %H:%M"),
            },
        )
    if period.ends_on >= timezone.localdate(at):
        raise Refused("not_over", _("This quarter is not over yet."))
    if base is None:
        base = base_of(area, period.year, period.stage)
    quarter.base, quarter.locked_at, quarter.locked_by = base, at, by
    quarter.save(update_fields=["base", "locked_at", "locked_by"])
    audit.record("report.locked", target=quarter, by=by, at=at, quarter=str(period))
    return quarter


@transaction.atomic
def move_exit(
    *, exit: Exit, on: dt.date, reason: str, by, at: dt.datetime, type: ExitType | None = None
) -> Exit:
    """Correct the day or the way of an exit: taken out where it was counted, counted where it
    belongs; a locked quarter on either side gets a correction with this reason."""
    exit = _locked(exit)
    _refuse_unless_standing(exit)
    if not reason.strip():
        raise Refused("reason_needed", _("Say why."), fields={"reason": _("Say why.")})
    if not EARLIEST <= on <= timezone.localdate(at):
        raise Refused(
            "future", _("This day is still to come."), fields={"on": _("choose an earlier day")}
        )
    _refuse_day(exit, on)
    type = type or exit.type
    if type.is_graduation != exit.type.is_graduation:
        raise Refused(
            "other_kind",
            _("An administrative exit does not become a graduation, nor the other way round."),
        )
    before = exit.entries.order_by("-pk").first()
    assert before is not None
    old, new = Period(before.year, before.quarter), Period.of(on)
    # Always in the same order, so two corrections at once wait instead of failing both.
    quarters = {one: quarter_of(area=exit.desa_id, period=one) for one in sorted({old, new})}
    corrections = {
        one: _correction_for(quarters[one], reason, by=by, at=at) for one in sorted({old, new})
    }
    _count(exit, -1, old, corrections[old], at=at)
    exit.on = on
    if type.pk != exit.type_id:
        exit.type, exit.reason = type, None
    exit.save(update_fields=["on", "type", "reason"])
    change_exit_day(household=exit.household, on=on, by=by, at=at, reason=reason)
    _count(exit, +1, new, corrections[new], at=at)
    for waiting in exit.monitorings.filter(done_on__isnull=True):
        Monitoring.objects.filter(pk=waiting.pk).update(due_on=months_later(on, waiting.month))
    audit.record("exit.corrected", target=exit, by=by, at=at, reason=reason, on=on.isoformat())
    return exit


@transaction.atomic
def record_monitoring(
    *,
    monitoring: Monitoring,
    condition: str,
    done_on: dt.date,
    note: str = "",
    by,
    at: dt.datetime,
) -> Monitoring:
    """How the family fares; once. Refusals: `done`, `invalid`."""
    monitoring = Monitoring.objects.select_for_update(of=("self",)).get(pk=monitoring.pk)
    if monitoring.done_on is not None:
        raise Refused("done", _("This monitoring has been recorded already."))
    left_on = Exit.objects.values_list("on", flat=True).get(pk=monitoring.exit_id)
    if not left_on <= done_on <= timezone.localdate(at):
        raise Refused(
            "invalid",
            _("The day lies between the exit and today."),
            fields={"done_on": _("choose another day")},
        )
    if condition not in Monitoring.Condition.values:
        raise Refused("invalid", _("Choose how the family fares."), fields={"condition": "?"})
    monitoring.condition, monitoring.done_on, monitoring.note = condition, done_on, note[:500]
    monitoring.by, monitoring.recorded_at = by, at
    monitoring.save()
    audit.record("monitoring.recorded", target=monitoring, by=by, at=at, condition=condition)
    return monitoring


@transaction.atomic
def keep_support(
    *,
    exit: Exit,
    programme: str,
    by,
    at: dt.datetime,
    since: dt.date | None = None,
    until: dt.date | None = None,
    note: str = "",
) -> KeptSupport:
    """Another programme goes on helping the family."""
    programme = " ".join(programme.split())[:80]
    if not programme:
        raise Refused(
            "invalid", _("Name the programme."), fields={"programme": _("Name the programme.")}
        )
    if since and until and until < since:
        raise Refused(
            "invalid",
            _("The last day comes after the first."),
            fields={"until": _("choose a later day")},
        )
    support = KeptSupport.objects.create(
        exit=exit,
        programme=programme,
        since=since,
        until=until,
        note=note[:300],
        recorded_by=by,
        recorded_at=at,
    )
    audit.record("support.kept", target=support, by=by, at=at)
    return support


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day some months later; the last day of a shorter month."""
    year, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return dt.date(day.year + year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError(day)


def _correction_for(quarter, reason, *, by, at):
    """None while the quarter is open; otherwise the correction the change hangs on."""
    if quarter.locked_at is None:
        return None
    if not reason.strip():
        raise Refused(
            "quarter_locked",
            _("Quarter %(quarter)s is locked. Say why it is corrected.")
            % {"quarter": quarter.period},
            fields={"correction_reason": _("Say why.")},
        )
    return QuarterCorrection.objects.create(quarter=quarter, reason=reason[:500], by=by, at=at)


def _count(exit, sign, period, correction, *, at):
    ExitEntry.objects.create(
        exit=exit,
        year=period.year,
        quarter=period.stage,
        type_id=exit.type_id,
        reason_id=exit.reason_id,
        desa_id=exit.desa_id,
        facilitator_id=exit.facilitator_id,
        sign=sign,
        correction=correction,
        at=at,
    )


def _take_out(exit, reason, *, by, at):
    entry = exit.entries.order_by("-pk").first()
    period = Period(entry.year, entry.quarter)
    quarter = quarter_of(area=exit.desa_id, period=period)
    _count(exit, -1, period, _correction_for(quarter, reason, by=by, at=at), at=at)
    exit.withdrawn_at, exit.withdrawn_by, exit.withdrawal_reason = at, by, reason[:300]
    exit.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason"])


def _locked(exit):
    # The family first: every service that lets a family leave or return holds its row.
    Household.objects.select_for_update(of=("self",)).get(pk=exit.household_id)
    return Exit.objects.select_for_update(of=("self",)).select_related("type").get(pk=exit.pk)


def _refuse_day(exit, on):
    """An exit is moved to no day on which it could not have been recorded."""
    approved_on = exit.case.approved_on if exit.case_id is not None else None
    if approved_on is not None and on < approved_on:
        raise Refused(
            "before_approval",
            _("The family cannot have left before the case was approved."),
            fields={"on": _("choose a later day")},
        )
    _refuse_before_reentry(exit.household, on)


def _refuse_before_reentry(household, on):
    if household.exits.filter(withdrawn_at__isnull=True, reentered_on__gt=on).exists():
        raise Refused(
            "before_reentry", _("On this day the family had left in another way already.")
        )


def _refuse_unless_standing(exit):
    if exit.withdrawn_at is not None:
        raise Refused("withdrawn", _("This exit has been withdrawn."))
    if exit.reentered_on is not None:
        raise Refused("reentered", _("This family has come back already."))
