"""What stands on the papers of graduation: statements, minutes, decree lists."""

import datetime as dt

from django.db.models import Count, Q
from django.utils import timezone

from accounts.scope import area_codes, holds_everywhere
from areas.models import Area
from areas.models.querysets import below
from beneficiaries.scope import families_in_scope
from core.periods import Period
from facilitators.models import CaseloadAssignment
from graduation.models import OPEN_STATES, CaseStep, GraduationCase, State

VERIFY = "graduation.verify_graduationcase"
APPROVE = "graduation.approve_graduationcase"
SUBMIT = "graduation.submit_graduationcase"
# Lists by name are for those who carry a case on, a decree's number for those who decide or send.
LISTS = (VERIFY, APPROVE, SUBMIT)
DECIDES = (APPROVE, SUBMIT)
STILL_VERIFIED = (State.VERIFIED, State.APPROVED, State.SUBMITTED, State.CONFIRMED)
APPROVED = (State.APPROVED, State.SUBMITTED, State.CONFIRMED)
RECENT = dt.timedelta(days=120)
SHOWN = 30


def may_list(user) -> bool:
    return any(user.has_perm(permission) for permission in LISTS)


def may_number(user, code: str) -> bool:
    """Whether a decree about this area may be given its number by the user."""
    return any(holds_everywhere(user, permission, code) for permission in DECIDES)


def listed_for(user):
    """Cases that may stand on a list the user draws, with what a line says."""
    mine = Q(pk__in=[])
    for permission in LISTS:
        mine |= families_in_scope(user, "household", permission)
    return GraduationCase.objects.filter(mine).select_related(
        "type", "reason", "household__desa__parent", "household__caretaker", "visit", "verified_by"
    )


def lists_in(user, code: str) -> bool:
    """Whether the user may draw lists of this area at all."""
    return any(holds_everywhere(user, permission, code) for permission in LISTS)


def areas_of_lists(user) -> list[Area]:
    """Kabupaten held as a whole, then kecamatan: for which a decree list can be drawn."""
    codes = {code for permission in LISTS for code in area_codes(user, permission)}
    inside = Area.objects.within(*codes).filter(level__in=(2, 3))
    return list(inside.order_by("level", "code"))


def without_statement(user):
    """Open cases whose way to leave needs the signed statement, and whose scan is not there."""
    return (
        GraduationCase.objects.visible_to(user)
        .filter(state__in=OPEN_STATES, type__needs_statement=True, statement__isnull=True)
        .for_listing()
        .order_by("-moved_at", "pk")[:SHOWN]
    )


def verified_days(user):
    """[{desa, desa name, on, cases}]: days on which cases of a village were verified, newest
    first."""
    steps = CaseStep.objects.filter(
        state=State.VERIFIED,
        on__gte=timezone.localdate() - RECENT,
        case__state__in=STILL_VERIFIED,
        case__in=listed_for(user).values("pk"),
    )
    return list(
        steps.values(
            "on",
            "case__household__desa_id",
            "case__household__desa__name",
            "case__household__desa__parent__name",
        )
        .annotate(cases=Count("case", distinct=True))
        .order_by("-on", "case__household__desa_id")[:SHOWN]
    )


def verified_on(user, desa: str, on: dt.date):
    verified = CaseStep.objects.filter(state=State.VERIFIED, on=on).values("case_id")
    return (
        listed_for(user)
        .filter(household__desa_id=desa, state__in=STILL_VERIFIED, pk__in=verified)
        .prefetch_related("assessments")
        .order_by("household__caretaker__name", "pk")
    )


def approved_in(user, area: str, period: Period):
    """The cases of a decree list, village by village."""
    return (
        listed_for(user)
        .filter(
            below("household__desa__code", [area]),
            state__in=APPROVED,
            approved_on__range=(period.starts_on, period.ends_on),
        )
        .order_by("household__desa_id", "household__caretaker__name", "pk")
    )


def facilitator_of(households, user) -> str:
    """Who accompanies all these families today, for who may know it; "" when it is not one."""
    held = list(
        CaseloadAssignment.objects.held_on(timezone.localdate())
        .filter(household__in=households)
        .values_list("facilitator__name", "facilitator__user_id")
        .distinct()[:2]
    )
    if len(held) != 1:
        return ""
    name, account = held[0]
    if account == user.pk or user.has_perm("facilitators.view_facilitator"):
        return name
    return ""
