"""From an approved file of a school to commitment checks: pupils found, months handed down."""

import json

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from core.sql import load_sql, run_sql
from dtks.matching import ensure_keys
from dtks.staging import attendance_places, read_attendance
from facilitators.services import load_attendance

_STEPS = (
    gettext_noop("Recognising the pupils"),
    gettext_noop("Taking over the attendance"),
)


@transaction.atomic
def load_education(*, snapshot, by, at, progress=None) -> dict:
    """Take over the attendance of the pupils the register knows; nothing of a family changes.

    Returns the counts of `facilitators.services.load_attendance` and `left_out`, rows by why they
    were not taken over. Loading the same content again writes nothing. Raises Refused when the
    quarter is closed.
    """

    def step(nth):
        if progress is not None:
            progress(_STEPS[nth], nth + 1, len(_STEPS))

    step(0)
    ensure_keys(snapshot)
    read_attendance(snapshot)
    places = attendance_places(snapshot)
    run_sql(
        "dtks/load/attendance.sql",
        **places,
        year=snapshot.year,
        said_npsn=snapshot.totals.get("npsn", ""),
        said_school=snapshot.totals.get("school", ""),
    )
    step(1)
    result = load_attendance(
        period=snapshot.period, area=snapshot.area_id, snapshot_id=snapshot.pk, by=by, at=at
    )
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql("dtks/load/pupils_left_out.sql"),
            {"snapshot": snapshot.pk},
        )
        (left_out,) = cursor.fetchone()
        cursor.execute("DROP TABLE commitment_row, attendance_row, pupil")
    result["left_out"] = json.loads(left_out) if isinstance(left_out, str) else left_out
    return result
