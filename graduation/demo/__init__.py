"""Graduation of the demo office: the year 2022 as Pringsewu reported it, its targets for 2023, and
cases and targets of today."""

import datetime as dt
import json

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from areas.models import Area
from core.periods import Period
from core.sql import run_sql
from documents.models import Letterhead
from graduation.models import Exit, ExitType
from graduation.queries.report import base_of
from graduation.services import (
    lock_quarter,
    refresh_forecast,
    set_target,
    shares_of,
    split_target,
)

# Pringsewu 2022 through the fourth stage (domain.md 2.4, G1 to G5), by quarter: 208 and 1,883.
GRADUATED_2022 = {"prosperous": (31, 44, 58, 75), "local_eligibility": (270, 415, 521, 677)}
FAMILIES_2022 = 21_299
LISTED_2023 = 20_667
# Families that left in each of the last four quarters before the office opened.
LATELY = {"prosperous": 9, "local_eligibility": 17, "natural": 32, "died": 6, "moved": 3}
OPEN_CASES = 430
TARGETS_2023 = {"prosperous": 1000, "natural": 2000}
TARGETS_NOW = {"prosperous": 120, "local_eligibility": 90, "natural": 160}


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
    Letterhead.objects.get_or_create(
        area=office_area,
        defaults={
            "government": f"Pemerintah {office_area.name}",
            "address": "Kompleks Perkantoran Pemerintah Daerah",
            "city": office_area.name.removeprefix("Kabupaten "),
            "head_name": User.objects.get(pk=people["approver"]).get_full_name(),
            "head_title": "Kepala Dinas Sosial",
        },
    )
    coordinator = User.objects.get(pk=people["verifier"])
    for stage in (1, 2, 3, 4):
        lock_quarter(
            area=office_area,
            period=Period(2022, stage),
            base=base_of(office_area, 2022, stage),
            by=coordinator,
            at=at,
        )
    for year, targets in ((2023, TARGETS_2023), (today.year, TARGETS_NOW)):
        for code, number in targets.items():
            target, _is_new = set_target(
                year=year,
                type=ExitType.objects.get(code=code),
                area=office_area,
                number=number,
                by=coordinator,
                at=at,
            )
            split_target(
                target=target,
                version=target.version,
                fingerprint=shares_of(target, at=at).fingerprint,
                by=coordinator,
                at=at,
            )
    refresh_forecast(at=at)
    return Exit.objects.count()
