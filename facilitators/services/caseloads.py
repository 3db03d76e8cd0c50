"""Who accompanies which family. Every change is one act over many families: locked, set-wise,
written in one transaction, told to the audit trail once.

What has been stays: an act changes today and the days after, never a day that is over.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit
from beneficiaries.models import Household
from core.errors import Refused
from core.sql import run_sql
from facilitators.models import CaseloadAssignment, CaseloadSettings, Facilitator

ONE_DAY = dt.timedelta(days=1)
MANY = 5_000  # families handed over in one act, after which statistics are made anew


@transaction.atomic
def assign_families(
    *,
    facilitator: Facilitator,
    households,
    starts_on: dt.date,
    by,
    at: dt.datetime,
    reason: str = "",
    over_maximum: str = "",
) -> dict[str, int]:
    """Entrust families to one facilitator from a day on; `households` are records or a queryset.

    See `give_families`, which this is for one receiver.
    """
    return give_families(
        moves=[(pk, facilitator.pk) for pk in _ids(households)],
        on=starts_on,
        by=by,
        at=at,
        reason=reason,
        over_maximum=over_maximum,
    )


@transaction.atomic
def hand_over(
    *,
    giver: Facilitator,
    receiver: Facilitator,
    on: dt.date,
    by,
    at: dt.datetime,
    reason: str = "",
    over_maximum: str = "",
) -> dict[str, int]:
    """Everything the giver holds on that day goes to the receiver from that day on."""
    lock_caseloads()
    held = CaseloadAssignment.objects.entrusted_to(giver.pk, on)
    return give_families(
        moves=[(pk, receiver.pk) for pk in held.values_list("household_id", flat=True)],
        on=on,
        by=by,
        at=at,
        reason=reason,
        over_maximum=over_maximum,
    )


@transaction.atomic
def give_families(
    *,
    moves: Iterable[tuple[int, int]],
    on: dt.date,
    by,
    at: dt.datetime,
    reason: str = "",
    over_maximum: str = "",
) -> dict[str, int]:
    """Give each family to its facilitator from `on` until further; the one before ends the day
    before. `moves` are (household id, facilitator id).

    Returns `given` (new rows), `taken` (rows that end earlier or never begin) and `unchanged`
    (families that are where they should be). What was planned for these families after `on` no
    longer holds. A day that is over can be filled where a family had nobody, never rewritten.
    Refused when a receiver would have more than the maximum, unless `over_maximum` says why.
    """
    wanted = dict(moves)
    lock_caseloads()
    _refuse_strangers(wanted, on)
    arrays = {"households": list(wanted), "facilitators": list(wanted.values()), "on": on}
    already = _already_there(arrays)
    rest = {pk: to for pk, to in wanted.items() if pk not in already}
    taken = _take(rest, before=on, at=at)
    given = run_sql(
        "facilitators/give_families.sql",
        households=list(rest),
        facilitators=list(rest.values()),
        on=on,
        reason=reason[:300],
        by=by.pk if by is not None else None,
        at=at,
    )
    if given >= MANY:
        # Until the planner knows the new size it would look at every family one by one.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE facilitators_caseloadassignment")
    _refuse_above_the_maximum(set(rest.values()), on, over_maximum)
    if given:
        audit.record(
            "caseload.given",
            by=by,
            at=at,
            reason=reason,
            on=on.isoformat(),
            families=given,
            to={str(pk): number for pk, number in Counter(rest.values()).items()},
            **({"over_maximum": over_maximum} if over_maximum else {}),
        )
    return {"given": given, "taken": taken, "unchanged": len(already)}


@transaction.atomic
def end_families(*, households, ends_on: dt.date, by, at: dt.datetime, reason: str = "") -> int:
    """From the day after `ends_on` these families have nobody: they left the programme, or who
    goes on is not known yet. Returns how many families lost somebody."""
    lock_caseloads()
    ids = _ids(households)
    ended = _take(dict.fromkeys(ids), before=ends_on + ONE_DAY, at=at)
    if ended:
        audit.record(
            "caseload.ended",
            by=by,
            at=at,
            reason=reason,
            ends_on=ends_on.isoformat(),
            families=ended,
        )
    return ended


@transaction.atomic
def let_go(*, household: Household, on: dt.date, by, at: dt.datetime) -> int:
    """The family left the programme: after that day nobody accompanies it, but not before the day
    on which this is written down is over. Returns how many rows that touched.

    The caller holds the family's row, which every handover needs as well; the lock of caseloads
    is not waited for, since two that wait for each other would both fail.
    """
    last_day = max(on, timezone.localdate(at))
    ended = _take({household.pk}, before=last_day + ONE_DAY, at=at)
    if ended:
        audit.record(
            "caseload.ended",
            target=household,
            by=by,
            at=at,
            ends_on=last_day.isoformat(),
            families=1,
        )
    return ended


def lock_caseloads() -> None:
    """One act after the other, until the transaction ends: handovers are rare and large, and
    two of them at once could together pass a maximum that each of them keeps."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('facilitators.caseload'))")


def _ids(households) -> list[int]:
    if hasattr(households, "values_list"):
        return list(households.order_by().values_list("pk", flat=True))
    return [household.pk for household in households]


def _refuse_strangers(wanted, on):
    """Receivers must work on that day, in a position that accompanies; families must be there."""
    receivers = set(wanted.values())
    able = Facilitator.objects.accompanying().held_on(on).filter(pk__in=receivers)
    if able.count() < len(receivers):
        raise Refused(
            "not_employed",
            _("A receiver does not work as a facilitator on this day."),
        )
    present = Household.objects.filter(pk__in=list(wanted)).exclude(status=Household.Status.EXITED)
    if present.count() < len(wanted):
        raise Refused("family_exited", _("A family has left the programme. Look again."))


def _already_there(arrays) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.household_id FROM facilitators_caseloadassignment c"
            " JOIN unnest(%(households)s::bigint[], %(facilitators)s::bigint[])"
            "   AS w (household_id, facilitator_id) USING (household_id, facilitator_id)"
            " WHERE c.starts_on <= %(on)s AND c.ends_on IS NULL",
            arrays,
        )
        return {pk for (pk,) in cursor.fetchall()}


def _take(families, *, before: dt.date, at) -> int:
    """End what these families have on `before` and later; returns how many rows that touched."""
    later = CaseloadAssignment.objects.filter(household_id__in=list(families)).held_from(before)
    if before < timezone.localdate(at) and later.exists():
        raise Refused(
            "past",
            _("Days that are over are not rewritten. Choose today or a later day."),
            fields={"on": _("today or later")},
        )
    never, _rows = later.filter(starts_on__gte=before).delete()
    return never + later.filter(starts_on__lt=before).update(ends_on=before - ONE_DAY)


def _refuse_above_the_maximum(receivers, on, over_maximum):
    if over_maximum.strip():
        return
    maximum = CaseloadSettings.current().maximum
    above = (
        CaseloadAssignment.objects.held_on(on)
        .filter(facilitator__in=receivers)
        .exclude(household__status=Household.Status.EXITED)
        .order_by()
        .values("facilitator")
        .annotate(number=Count("pk"))
        .filter(number__gt=maximum)
        .count()
    )
    if above:
        raise Refused(
            "over_maximum",
            ngettext(
                "%(number)d facilitator would have more than %(maximum)d families. "
                "Say why, or choose somebody else.",
                "%(number)d facilitators would have more than %(maximum)d families. "
                "Say why, or choose somebody else.",
                above,
            )
            % {"number": above, "maximum": maximum},
            fields={"over_maximum": _("needs a reason")},
        )
