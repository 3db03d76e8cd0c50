"""A facilitator sees the families entrusted to him today, wherever they live, and no others."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q
from django.utils import timezone

from accounts.held import recalled
from facilitators.models import CaseloadAssignment, Facilitator


def own_families(user, path):
    """Condition on the household at `path`, or None for an account without a facilitator.

    One subquery over today's caseload: what ends today is gone tomorrow, at the first request.
    As an array, which the planner takes to be short: as a set it read a list in the order of its
    villages from the first village of the office to his.
    """
    facilitator = _facilitator_of(user)
    if facilitator is None:
        return None
    entrusted = CaseloadAssignment.objects.entrusted_to(facilitator, timezone.localdate())
    families = ArraySubquery(entrusted.order_by().values("household_id"))
    return Q(**{f"{path or 'pk'}__among": families})


def own_villages(user):
    """Codes of the villages of today's families, or None for an account without a facilitator."""
    facilitator = _facilitator_of(user)
    if facilitator is None:
        return None
    today = timezone.localdate()
    return recalled(
        ("villages of a caseload", user.pk),
        lambda: tuple(
            CaseloadAssignment.objects.entrusted_to(facilitator, today)
            .values_list("household__desa_id", flat=True)
            .distinct()
            .order_by()
        ),
    )


def _facilitator_of(user):
    return recalled(
        ("facilitator", user.pk),
        lambda: (
            Facilitator.objects.filter(user_id=user.pk)
            .values_list("pk", flat=True)
            .order_by()
            .first()
        ),
    )
