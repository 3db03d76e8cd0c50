"""Commitments of the demo office: the last quarter with its evidence, the running one listed."""

import datetime as dt

from django.db import transaction

from areas.models import Area
from core.periods import Period
from core.sql import run_sql
from facilitators.models import CommitmentMonth
from facilitators.services import prepare_quarter
from facilitators.services.commitments import months_of


@transaction.atomic
def make_demo_commitments(*, office_area: Area, starts_on: dt.date, by, at) -> int:
    """Checks of the quarter that began on `starts_on`, with evidence for most of them, and the
    list of the quarter after it; returns the months of evidence made, 0 when there are any.
    Set-wise: a few statements for 35,000 checks. What nobody has seen stays without evidence.
    """
    if CommitmentMonth.objects.exists():
        return 0
    period = Period.of(starts_on)
    quarter = prepare_quarter(period=period, area=office_area, by=by, at=at)
    made = run_sql(
        "facilitators/demo_commitments.sql",
        quarter=quarter.pk,
        months=months_of(period),
        ends_on=period.ends_on,
        by=by.pk if by is not None else None,
        at=at,
    )
    for one in (period, period.next()):
        prepare_quarter(period=one, area=office_area, by=by, at=at)
    return made
