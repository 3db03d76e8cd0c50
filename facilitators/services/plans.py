import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from beneficiaries.models import Household
from core.errors import Refused
from facilitators.planning import Plan, Wanted, simulate, unfinished
from facilitators.services.caseloads import end_families, give_families, lock_caseloads
from facilitators.services.people import end_employment


@transaction.atomic
def apply_plan(
    *,
    wanted: Wanted,
    fingerprint: str,
    by,
    at: dt.datetime,
    reason: str = "",
    over_maximum: str = "",
) -> Plan:
    """Do what `simulate` showed: families change hands on the day, who leaves has left by then.

    Computed again under the lock; refused when the answer differs from the one that was looked
    at (`fingerprint`), because a family came, left or changed hands meanwhile. Finished work is
    not touched: it names its facilitator itself.
    """
    lock_caseloads()
    plan = simulate(user=by, wanted=wanted)
    if plan.fingerprint != fingerprint:
        raise Refused(
            "changed_meanwhile",
            _("The caseloads have changed meanwhile. Look at the new plan before you apply it."),
        )
    if plan.stranded:
        raise Refused(
            "nobody_left", _("Nobody is left who could take these families. Keep somebody.")
        )
    if not plan.moves and not plan.leaving:
        raise Refused("nothing_to_do", _("This plan changes nothing."))
    give_families(
        moves=[(move.household, move.receiver) for move in plan.moves],
        on=wanted.on,
        by=by,
        at=at,
        reason=reason,
        over_maximum=over_maximum,
    )
    last_day = wanted.on - dt.timedelta(days=1)
    left_over = Household.objects.filter(pk__in=unfinished(plan).values("household_id"))
    end_families(households=left_over, ends_on=last_day, by=by, at=at, reason=reason)
    for facilitator in plan.leaving:
        end_employment(facilitator=facilitator, ends_on=last_day, by=by, at=at, reason=reason)
    audit.record(
        "caseload.plan_applied",
        by=by,
        at=at,
        reason=reason,
        on=wanted.on.isoformat(),
        families=len(plan.moves),
        leaving=[facilitator.pk for facilitator in plan.leaving],
    )
    return plan
