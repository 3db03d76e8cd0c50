"""Graduation of the demo office: the year 2022 as Pringsewu reported it, and cases of today."""

import datetime as dt
import json

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from areas.models import Area
from core.periods import Period
from core.sql import run_sql
from graduation.models import Exit

# Pringsewu 2022 through the fourth stage (domain.md 2.4, G1 to G5), by quarter: 208 and 1,883.
GRADUATED_2022 = {"prosperous": (31, 44, 58, 75), "local_eligibility": (270, 415, 521, 677)}
FAMILIES_2022 = 21_299
LISTED_2023 = 20_667
# Families that left in each of the last four quarters before the office opened.
LATELY = {"prosperous": 9, "local_eligibility": 17, "natural": 32, "died": 6, "moved": 3}
OPEN_CASES = 430


@transaction.atomic
def make_demo_graduation(*, office_area: Area, by: User, at: dt.datetime) -> int:
    """Families that left in 2022 and lately, and open cases; returns how many left, 0 when some
    are there already. `by` submits and records; the demo accounts propose, verify and approve."""
    if Exit.objects.exists():
        return 0
    people = {
        name: User.objects.get(username=username).pk
        for name, username in (
            ("proposer", "pendamping"),
            ("verifier", "korkab"),
            ("approver", "kadis"),
        )
    }
    today = timezone.localdate(at)
    plan = [
        {"code": code, "begins": str(Period(2022, stage).starts_on), "count": count}
        for code, counts in GRADUATED_2022.items()
        for stage, count in enumerate(counts, start=1)
    ]
    quarter = Period.of(today)
    for _ in range(4):
        quarter = quarter.previous()
        plan += [
            {"code": code, "begins": str(quarter.starts_on), "count": count}
            for code, count in LATELY.items()
        ]
    left_2022 = sum(map(sum, GRADUATED_2022.values()))
    run_sql(
        "graduation/demo_families.sql",
        office=office_area.pk,
        plan=json.dumps(plan),
        stayed=FAMILIES_2022 - left_2022,
        listed_later=LISTED_2023,
        by=by.pk,
        at=at,
        **people,
    )
    run_sql(
        "graduation/demo_cases.sql",
        office=office_area.pk,
        today=today,
        zone=settings.TIME_ZONE,
        many=OPEN_CASES,
        by=by.pk,
        **people,
    )
    return Exit.objects.count()
