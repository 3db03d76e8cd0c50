"""Commitment checks: the list of a quarter, its evidence, its verdicts and its closing."""

import datetime as dt
import hashlib
import json
import uuid

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from areas.models import Area
from beneficiaries.models import Member
from beneficiaries.services import acting
from core.errors import Refused
from core.free_text import mask_identity_numbers
from core.periods import Period
from core.sql import load_sql, run_sql
from facilitators.models import (
    EDUCATION,
    HEALTH,
    CommitmentCheck,
    CommitmentCorrection,
    CommitmentMonth,
    CommitmentQuarter,
    Facilitator,
    Outcome,
    School,
)
from facilitators.services.visits import was_his

QUARTERS_BACK = 4  # how far before today's quarter a health check may still be recorded
_LOCKS = 0x564B4D  # one namespace of advisory locks: the quarters of commitment checks


def district_of(code: str) -> str:
    """The kabupaten's code of any area in it."""
    return code[:5]


def months_of(period: Period) -> list[dt.date]:
    """First days of the three months of a quarter."""
    first = period.starts_on
    return [first.replace(month=first.month + later) for later in range(3)]


def open_quarter(*, period: Period, area: Area | str, exclusive: bool = False):
    """The quarter of the area's kabupaten, made when it is asked for first; refused when closed.

    Until the transaction ends nobody closes it meanwhile; `exclusive`: nobody writes to it either.
    """
    district = district_of(area.pk if isinstance(area, Area) else area)
    quarter, _made = CommitmentQuarter.objects.get_or_create(
        area_id=district, year=period.year, stage=period.stage
    )
    lock = "pg_advisory_xact_lock" if exclusive else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(%s, %s)", [_LOCKS, quarter.pk])
    quarter.refresh_from_db()
    if quarter.closed_at is not None:
        raise Refused(
            "quarter_closed",
            _("Quarter %(quarter)s is closed. A mistake in it is corrected with a reason.")
            % {"quarter": quarter.period},
        )
    return quarter


def _judge(quarter, checks=None) -> int:
    """Judge all checks of an open quarter, or some; returns how many verdicts changed."""
    if checks is None:
        run_sql("facilitators/commitments/session.sql")
    return run_sql(
        "facilitators/commitments/judge.sql",
        quarter=quarter.pk,
        on=quarter.period.starts_on,
        checks=[str(pk) for pk in checks] if checks is not None else None,
    )


def _prepare(quarter, at):
    run_sql("facilitators/commitments/session.sql")
    run_sql(
        "facilitators/commitments/required.sql",
        period=quarter.year * 10 + quarter.stage,
        district=quarter.area_id,
        on=quarter.period.starts_on,
    )
    run_sql("facilitators/commitments/prepare.sql", quarter=quarter.pk)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE commitment_required")
    CommitmentQuarter.objects.filter(pk=quarter.pk).update(prepared_at=at)
    quarter.prepared_at = at


@transaction.atomic
def prepare_quarter(*, period: Period, area: Area | str, by, at: dt.datetime) -> CommitmentQuarter:
    """Make the list of what is owed in a quarter, or bring it up to date, and judge it again.

    What nobody has seen stands there as without evidence. Set-wise; safe to run twice.
    """
    quarter = open_quarter(period=period, area=area, exclusive=True)
    _prepare(quarter, at)
    changed = _judge(quarter)
    audit.record("commitments.prepared", target=quarter, by=by, at=at, changed=changed)
    return quarter


def check_rule_is_free(rule) -> None:
    """Refuse to change a rule by which a closed quarter was judged: another one is another row."""
    judged = CommitmentCheck.objects.filter(rule_id=rule.pk, quarter__closed_at__isnull=False)
    if rule.pk and judged.exists():
        raise Refused(
            "rule_used",
            _("A closed quarter was judged by this rule. Add a rule with its own first day."),
        )


@transaction.atomic
def judge_open_quarters(*, by, at: dt.datetime) -> int:
    """After a rule changed: judge again what is not closed; returns the verdicts that changed."""
    changed = 0
    for one in CommitmentQuarter.objects.filter(closed_at=None).order_by("pk"):
        quarter = open_quarter(period=one.period, area=one.area_id, exclusive=True)
        changed += _judge(quarter)
    audit.record("commitments.judged", by=by, at=at, changed=changed)
    return changed


@transaction.atomic
def load_attendance(*, period: Period, area: Area | str, snapshot_id: int, by, at) -> dict:
    """Take over attendance from the temporary table `commitment_row` (its columns in load.sql).

    Returns checks (pupils the file speaks of), months_created, months_updated, months_kept (written
    by hand or by a later file), and the outcomes of these checks. Loading the same again writes
    nothing. Refused for a closed quarter.
    """
    quarter = open_quarter(period=period, area=area, exclusive=True)
    with acting(by, "load_attendance"):
        _prepare(quarter, at)
        run_sql(
            "facilitators/commitments/load.sql",
            quarter=quarter.pk,
            snapshot=snapshot_id,
            by=by.pk if by is not None else None,
            at=at,
        )
        with connection.cursor() as cursor:
            cursor.execute(
                load_sql("facilitators/commitments/loaded.sql"), {"snapshot": snapshot_id}
            )
            checks, created, updated, kept, touched = cursor.fetchone()
            cursor.execute("DROP TABLE commitment_wanted, commitment_written")
        touched = [str(pk) for pk in touched or []]
        _judge(quarter)
    of_file = CommitmentCheck.objects.filter(pk__in=touched)
    return {
        "checks": checks,
        "months_created": created,
        "months_updated": updated,
        "months_kept": kept,
        "outcomes": of_file.tallied() if touched else dict.fromkeys(_TALLY, 0),
    }


_TALLY = ("met", "not_met", "no_evidence", "excused")


def _not_found():
    return Refused("not_found", _("This member is not in one of your families today."))


@transaction.atomic
def record_health_check(
    *,
    id: uuid.UUID | None = None,
    member: Member,
    component: str,
    month: dt.date,
    attended: bool,
    checked_on: dt.date | None = None,
    place: str = "",
    note: str = "",
    device_at: dt.datetime | None = None,
    by,
    at: dt.datetime,
) -> CommitmentMonth:
    """Note whether a member came to the health post in a month; the quarter is judged at once.

    With an `id` it may run again, also at the same moment: the same content by the same person
    answers what was kept (`is_new` False). `device_at` is when it was noted on the phone: as with
    visits, who had the family then is accepted for `late_days` after a handover. Refusals:
    `check_id_taken` (other content), `not_found` (nobody of the families `by` records for today),
    `no_component`, `month_recorded` (somebody noted this month already), `quarter_closed`,
    `invalid`.
    """
    id = id or uuid.uuid4()
    said = [member.pk, component, month, attended, checked_on, place, note]
    if device_at is not None:
        said.append(device_at.astimezone(dt.UTC).isoformat())
    digest = _digest(*said)
    with connection.cursor() as cursor:
        # Equal requests at once wait for each other; the lock ends with the transaction.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 41))", [str(id)])
    earlier = CommitmentMonth.objects.select_related("check_of").filter(pk=id).first()
    if earlier is not None:
        if earlier.content_sha256 != digest or earlier.recorded_by_id != by.pk:
            raise Refused(
                "check_id_taken", _("This check has already been saved with other content.")
            )
        earlier.is_new = False
        return earlier
    check = _check_to_record(member, component, month, by, at, device_at=device_at)
    if component not in HEALTH:
        _invalid("component", _("School attendance comes from the school."))
    _check_days(month, checked_on, at)
    if CommitmentMonth.objects.filter(check_of=check, month=month).exists():
        raise Refused(
            "month_recorded", _("This month was recorded already. Correct it in the family's page.")
        )
    with acting(by, "record_health_check"):
        kept = CommitmentMonth.objects.create(
            id=id,
            check_of=check,
            month=month,
            attended=attended,
            checked_on=checked_on,
            place=mask_identity_numbers(place),  # it may come from a phone, as a visit does
            note=mask_identity_numbers(note),
            content_sha256=digest,
            recorded_by=by,
            recorded_at=at,
        )
    _judge(check.quarter, [check.pk])
    audit.record(
        "commitment.recorded",
        target=check,
        by=by,
        at=at,
        month=month.isoformat(),
        component=component,
    )
    check.refresh_from_db()
    kept.is_new = True
    return kept


def _digest(*said) -> str:
    return hashlib.sha256(
        json.dumps(said, default=str).encode("utf-8", "surrogatepass")
    ).hexdigest()


def _invalid(field, text):
    raise Refused("invalid", text, fields={field: text})


def _check_days(month, checked_on, at):
    today = timezone.localdate(at)
    if month.day != 1:
        _invalid("month", _("A month is written like 2026-10."))
    if month > today:
        _invalid("month", _("This month has not begun."))
    oldest = Period.of(today)
    for _quarter in range(QUARTERS_BACK):
        oldest = oldest.previous()
    if month < oldest.starts_on:
        _invalid(
            "month",
            _(
                "This is too long ago: checks are recorded from %(month)s on."
                " Tell the coordinator instead."
            )
            % {"month": f"{oldest.starts_on:%m-%Y}"},
        )
    if checked_on is not None and (checked_on > today or checked_on.replace(day=1) != month):
        _invalid("checked_on", _("The day lies outside the month, or in the future."))


def _check_to_record(member, component, month, by, at, device_at=None):
    """The check of this member, component and quarter, open and writable by this person."""
    within = Member.objects.filter(pk=member.pk).select_related("household")
    member, said = within.filter(household__in=_families_to_record(by)).first(), within.first()
    if member is None and said is not None and _was_in_his_care(said.household, by, device_at, at):
        member = said
    if member is None:
        raise _not_found()
    quarter = open_quarter(period=Period.of(month), area=member.household.desa_id)
    check = CommitmentCheck.objects.filter(
        quarter=quarter, member=member, component=component
    ).first()
    if check is None:
        newest = member.components.order_by("-year", "-stage").values_list("year", "stage").first()
        if (
            newest is None
            or not member.components.filter(
                year=newest[0], stage=newest[1], component=component
            ).exists()
        ):
            raise Refused("no_component", _("The register knows no such component of this member."))
        check, _made = CommitmentCheck.objects.get_or_create(
            quarter=quarter,
            member=member,
            component=component,
            defaults={"household": member.household},
        )
    check = _locked([check.pk])[0]
    check.quarter = quarter
    return check


def _locked(checks) -> list:
    """These checks, for this transaction alone: who writes the same month waits, and then finds
    what was written. Always in the same order."""
    found = CommitmentCheck.objects.select_for_update().filter(pk__in=[*checks])
    return list(found.order_by("pk"))


def _was_in_his_care(household, by, device_at, at) -> bool:
    facilitator = Facilitator.objects.filter(user=by).first()
    return (
        device_at is not None
        and facilitator is not None
        and was_his(facilitator, household, device_at=device_at, today=timezone.localdate(at))
    )


def _families_to_record(by):
    from beneficiaries.models import Household
    from beneficiaries.scope import families_in_scope
    from facilitators.models.commitment_querysets import RECORD_CHECK

    return Household.objects.visible_to(by).filter(families_in_scope(by, "", RECORD_CHECK))


@transaction.atomic
def record_months(
    *, household, said: dict[tuple[int, str], dict[dt.date, bool]], by, at: dt.datetime
) -> int:
    """The form of a family: {(member id, component): {month: came}}; what was noted before changes
    and stays in the history. Months of one quarter. Returns how many months were written."""
    written = 0
    for (member_id, component), months in said.items():
        for month, attended in months.items():
            _check_days(month, None, at)
            member = Member.objects.filter(pk=member_id, household=household).first()
            if member is None or component not in HEALTH:
                raise _not_found()
            check = _check_to_record(member, component, month, by, at)
            with acting(by, "record_health_check"):
                written += _write_month(check, month, {"attended": attended}, by, at)
            _judge(check.quarter, [check.pk])
    if written:
        audit.record("commitment.months_recorded", target=household, by=by, at=at, months=written)
    return written


def _write_month(check, month, values, by, at) -> int:
    kept = CommitmentMonth.objects.select_for_update().filter(check_of=check, month=month).first()
    if kept is None:
        CommitmentMonth.objects.create(
            check_of=check, month=month, recorded_by=by, recorded_at=at, **values
        )
        return 1
    changed = {name: value for name, value in values.items() if getattr(kept, name) != value}
    if not changed:
        return 0
    changed |= {"recorded_by": by, "recorded_at": at, "loaded_from": None, "loaded_row": None}
    for name, value in changed.items():
        setattr(kept, name, value)
    kept.save(update_fields=list(changed))
    return 1


@transaction.atomic
def record_school_quarter(
    *,
    school: School,
    period: Period,
    area: Area | str,
    days: dict[dt.date, int],
    absences: dict[uuid.UUID, dict[dt.date, tuple[int, int, int]]],
    by,
    at: dt.datetime,
) -> int:
    """A school's attendance typed at a desk: effective days of each month, and for each check the
    days absent {month: (without leave, with leave, ill)}. Returns how many months were written."""
    quarter = open_quarter(period=period, area=area)
    checks = CommitmentCheck.objects.recordable_by(by).filter(
        quarter=quarter, component__in=EDUCATION
    )
    found = checks.in_bulk([*absences])
    if len(found) < len(absences):
        raise _not_found()
    for month, number in days.items():
        if month not in months_of(period):
            _invalid("days", _("This month is not of the quarter."))
        if not 0 <= number <= 31:
            _invalid("days", _("A month has between 0 and 31 effective days."))
    written = 0
    _locked(found)
    with acting(by, "record_school_quarter"):
        for pk, months in absences.items():
            for month, (without_leave, with_leave, ill) in months.items():
                if month not in days:
                    _invalid("days", _("Say how many effective days the month had."))
                if min(without_leave, with_leave, ill) < 0 or (
                    without_leave + with_leave + ill > days[month]
                ):
                    _invalid("absences", _("More days absent than there were effective days."))
                values = {
                    "days": days[month],
                    "without_leave": without_leave,
                    "with_leave": with_leave,
                    "ill": ill,
                    "stated_percent": None,
                }
                written += _write_month(found[pk], month, values, by, at)
        CommitmentCheck.objects.filter(pk__in=found).exclude(school=school).update(school=school)
    _judge(quarter, found)
    if written:
        audit.record(
            "commitment.school_recorded",
            target=school,
            by=by,
            at=at,
            period=str(period),
            months=written,
        )
    return written


@transaction.atomic
def name_school(*, check: CommitmentCheck, npsn: str, name: str, by, at: dt.datetime) -> School:
    """Note which school a child goes to; a school not known yet is added by its NPSN."""
    quarter = open_quarter(period=check.quarter.period, area=check.quarter.area_id)
    if check.component not in EDUCATION:
        _invalid("npsn", _("This member owes no school attendance."))
    npsn = npsn.strip().upper()
    school = School.objects.filter(npsn=npsn).first() or School(
        npsn=npsn, name=" ".join(name.split())[:150]
    )
    if school.pk is None:
        try:
            school.full_clean()
        except ValidationError as error:
            _invalid("npsn", " ".join(error.messages))
        school.save()
    CommitmentCheck.objects.filter(pk=check.pk, quarter=quarter).update(school=school)
    audit.record("commitment.school_named", target=check, by=by, at=at, school=school.pk)
    return school


@transaction.atomic
def accept_reason(*, check: CommitmentCheck, reason: str, by, at: dt.datetime) -> CommitmentCheck:
    """A reason for absence that the office accepts: what was not met counts as met, the figures
    stay. By somebody who recorded none of its evidence."""
    check = CommitmentCheck.objects.select_related("quarter").get(pk=check.pk)
    quarter = open_quarter(period=check.quarter.period, area=check.quarter.area_id)
    check = CommitmentCheck.objects.select_for_update().get(pk=check.pk)
    reason = " ".join(reason.split())
    if not reason:
        raise Refused("reason_needed", _("Say why."), fields={"reason": _("Say why.")})
    if check.outcome != Outcome.NOT_MET:
        raise Refused("wrong_state", _("Only what was not met needs a reason."))
    if check.evidence.filter(recorded_by=by).exists():
        raise Refused(
            "own_record", _("You recorded this yourself. Somebody else accepts the reason.")
        )
    check.reason, check.reason_by, check.reason_at = reason[:300], by, at
    check.save(update_fields=["reason", "reason_by", "reason_at"])
    _judge(quarter, [check.pk])
    audit.record("commitment.reason_accepted", target=check, by=by, at=at, reason=check.reason)
    check.refresh_from_db()
    return check


@transaction.atomic
def withdraw_reason(*, check: CommitmentCheck, reason: str, by, at: dt.datetime) -> CommitmentCheck:
    """Take an accepted reason back while the quarter is open; the check is judged by its figures.

    Who accepted it, what and when stays in the audit trail. Refusals: `reason_needed`,
    `wrong_state` (there is none), `quarter_closed`.
    """
    check = CommitmentCheck.objects.select_related("quarter").get(pk=check.pk)
    quarter = open_quarter(period=check.quarter.period, area=check.quarter.area_id)
    check = _locked([check.pk])[0]
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise Refused("reason_needed", _("Say why."), fields={"reason": _("Say why.")})
    if not check.reason:
        raise Refused("wrong_state", _("No reason was accepted here."))
    accepted_by = check.reason_by_id
    check.reason, check.reason_by, check.reason_at = "", None, None
    check.save(update_fields=["reason", "reason_by", "reason_at"])
    _judge(quarter, [check.pk])
    audit.record(
        "commitment.reason_withdrawn",
        target=check,
        by=by,
        at=at,
        reason=reason,
        accepted_by=accepted_by,
    )
    check.refresh_from_db()
    return check


@transaction.atomic
def close_quarter(*, period: Period, area: Area | str, by, at: dt.datetime) -> CommitmentQuarter:
    """Judge a quarter for the last time and freeze it: the database refuses every later change.

    Not before its last day has passed.
    """
    if timezone.localdate(at) <= period.ends_on:
        raise Refused("too_early", _("A quarter is closed after its last day."))
    quarter = open_quarter(period=period, area=area, exclusive=True)
    _prepare(quarter, at)
    _judge(quarter)
    counts = CommitmentCheck.objects.filter(quarter=quarter).tallied()
    quarter.closed_at, quarter.closed_by = at, by
    quarter.save(update_fields=["closed_at", "closed_by"])
    audit.record("commitments.closed", target=quarter, by=by, at=at, **counts)
    return quarter


@transaction.atomic
def correct_check(
    *, check: CommitmentCheck, outcome: str, reason: str, by, at: dt.datetime
) -> CommitmentCorrection:
    """What a check of a closed quarter should have said; the check and all figures stay."""
    reason = " ".join(reason.split())
    if not reason:
        raise Refused("reason_needed", _("Say why."), fields={"reason": _("Say why.")})
    if outcome not in Outcome.values:
        _invalid("outcome", _("Choose an outcome."))
    check = CommitmentCheck.objects.with_corrections().select_related("quarter").get(pk=check.pk)
    if check.quarter.closed_at is None:
        raise Refused("quarter_open", _("This quarter is open: change the evidence itself."))
    if (check.corrected_to or check.outcome) == outcome:
        raise Refused("nothing_changed", _("This is what it says already."))
    correction = CommitmentCorrection.objects.create(
        check_of=check, outcome=outcome, reason=reason[:300], by=by, at=at
    )
    audit.record(
        "commitment.corrected", target=check, by=by, at=at, reason=correction.reason, to=outcome
    )
    return correction
