"""P2K2 of the demo office: groups in every village and the sessions of a quarter."""

import datetime as dt

from django.db import transaction

from areas.models import Area
from core.sql import run_sql
from facilitators.models import LearningGroup

NAMES = ("Melati", "Mawar", "Anggrek", "Kenanga", "Dahlia", "Cempaka", "Teratai", "Flamboyan")


@transaction.atomic
def make_demo_learning(*, office_area: Area, starts_on: dt.date, by, at) -> int:
    """Groups from `starts_on`, the first day of a quarter, with one session in each of its three
    months; returns the sessions made, 0 when there are groups already. Set-wise: three statements
    for 21,000 families.
    """
    if LearningGroup.objects.exists():
        return 0
    by_id = by.pk if by is not None else None
    months = [starts_on.replace(month=starts_on.month + later) for later in range(3)]
    run_sql(
        "facilitators/demo_groups.sql",
        on=starts_on,
        office=office_area.pk,
        names=list(NAMES),
        by=by_id,
        at=at,
    )
    sessions = run_sql("facilitators/demo_sessions.sql", months=months, by=by_id)
    run_sql("facilitators/demo_attendance.sql")
    return sessions
