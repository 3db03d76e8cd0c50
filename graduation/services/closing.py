"""What a Final Closing says about families on their way out and families that left."""

import datetime as dt
from collections.abc import Callable, Iterable

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from areas.models import Area
from areas.models.querysets import below
from beneficiaries.models import HouseholdPeriod
from core.periods import Period
from core.sql import load_sql
from graduation.models import CaseFlag, Exit, GraduationCase, State
from graduation.services.cases import confirm_case
from graduation.services.flags import raise_flags


@transaction.atomic
def compare_with_closing(
    *,
    period: Period,
    area: Area,
    by,
    at: dt.datetime,
    possibly_there: Callable[[Iterable[int]], set[int]] = lambda families: set(),
) -> dict[str, int]:
    """After the Final Closing of a period was loaded: submitted cases whose family is absent from
    it are confirmed, families that left before and stand in it again get a flag, and so do open
    cases of families the file changed.

    A case submitted after the period ended is not judged by it, nor is a family in a kecamatan of
    which the file holds nobody, nor one that `possibly_there(ids)` names: it may stand in a row
    that could not be loaded. A case with an open flag waits for the next closing: whoever died is
    absent as well, and is no graduation. So does every case while the period has not begun.
    Safe to repeat. Returns {"confirmed", "unsure", "held", "reappeared", "flagged"}.
    """
    new_flags = raise_flags(at=at)
    in_file = HouseholdPeriod.objects.filter(
        household=OuterRef("household"), year=period.year, stage=period.stage
    )
    neighbours = HouseholdPeriod.objects.filter(
        household__desa__parent=OuterRef("household__desa__parent"),
        year=period.year,
        stage=period.stage,
    )
    absent = list(
        GraduationCase.objects.filter(
            below("household__desa__code", [area.pk]),
            ~Exists(in_file),
            Exists(neighbours),
            state=State.SUBMITTED,
            submitted_on__lte=period.ends_on,
        )
        .select_related("household", "type")
        .order_by("household_id")
    )
    unsure = possibly_there([case.household_id for case in absent]) if absent else set()
    flagged = set(
        CaseFlag.objects.open().filter(case__in=absent).order_by().values_list("case_id", flat=True)
    )
    begun = period.starts_on <= timezone.localdate(at)
    confirmed = held = 0
    for case in absent:
        if case.household_id in unsure:
            continue
        if case.pk in flagged or not begun:
            held += 1
            continue
        # In the quarter of the file, but never before it was approved.
        on = max(period.starts_on, case.approved_on)
        confirm_case(
            case=case,
            on=on,
            basis=Exit.Basis.FINAL_CLOSING,
            correction_reason=_("Final Closing %(period)s was loaded after the quarter was locked.")
            % {"period": period},
            note=_("Absent from Final Closing %(period)s.") % {"period": period},
            by=by,
            at=at,
        )
        confirmed += 1
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql("graduation/reappeared.sql"),
            {
                "year": period.year,
                "stage": period.stage,
                "begins": period.starts_on,
                "area": area.pk,
                "at": at,
            },
        )
        reappeared = cursor.rowcount
    result = {
        "confirmed": confirmed,
        "unsure": len(unsure),
        "held": held,
        "reappeared": reappeared,
        "flagged": new_flags + raise_flags(at=at),
    }
    audit.record("graduation.compared", by=by, at=at, period=str(period), area=area.pk, **result)
    return result
