"""The candidates of the next four quarters, made from the register."""

import datetime as dt

from django.db import connection, transaction
from django.utils import timezone

from beneficiaries.models import Household
from core.sql import load_sql
from graduation.forecast import horizon_of
from graduation.models import Candidate

_RECOUNTING = 0x464F5245  # advisory lock: one recount of all families at a time
_KEEP = """
    INSERT INTO graduation_candidate
        (household_id, ends_on, year, quarter, member_id, component, ready_by, computed_at)
    SELECT made.*, %(at)s FROM ({forecast}) AS made
    ON CONFLICT (household_id) DO UPDATE SET
        ends_on = excluded.ends_on, year = excluded.year, quarter = excluded.quarter,
        member_id = excluded.member_id, component = excluded.component,
        ready_by = excluded.ready_by, computed_at = excluded.computed_at
"""


@transaction.atomic
def refresh_forecast(*, at: dt.datetime, household: Household | None = None) -> int:
    """Make the candidates new, of all families or of one; safe to repeat. Returns how many.

    While all are recounted one family is left to that recount: it may hold the family's row, for
    which the recount would wait, so waiting for the recount here would be for ever.
    """
    today = timezone.localdate(at)
    pk = household.pk if household is not None else None
    with connection.cursor() as cursor:
        if pk is None:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_RECOUNTING])
            Candidate.objects.all().delete()
        else:
            cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s)", [_RECOUNTING])
            if not cursor.fetchone()[0]:
                return 0
            Candidate.objects.filter(pk=pk).delete()
        cursor.execute(
            _KEEP.format(forecast=load_sql("graduation/forecast.sql")),
            {"today": today, "horizon": horizon_of(today), "household": pk, "at": at},
        )
        return cursor.rowcount
