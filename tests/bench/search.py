"""`make bench-search`: how long the office's search box takes among 300,000 people.

Fills an empty office with `BENCH_PEOPLE` (300,000) people in families of four, spread over 131
villages, with the names of core.synthetic and the spellings clerks meet, and a caseload for
everyone of 253 facilitators. Then asks every kind of question `BENCH_TURNS` (25) times as the
head of the kabupaten, as a team lead and as a facilitator, through the whole of Django: sign-in,
permissions, view, template. Each turn asks for another name, so nothing is answered from memory.
Prints p50 and p95 of each kind, its ratio to the home page of the same person, and whether the
database read the whole table of people for it. One JSON object is the last line; exit 1 when a
95th percentile is over 600 ms or somebody's question read the whole table.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.__main__ import ROOT, make_database, measured, say

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "300000"))
TURNS = int(os.environ.get("BENCH_TURNS", "25"))
LIMIT_MS = 600
KECAMATAN, VILLAGES, FACILITATORS, A_FAMILY = 9, 131, 253, 4
OFFICE = "99.01"
# How the same name stands in different hands: one person in seven carries one of these.
DRESSES = (
    ("H. {}", "HJ. {}", "{}, S.PD", "ALM. {}", "MUH. {}", "MOCH {}", "SITTI {}", "ST. {}")
    + ("{} BIN HASAN", "{} BINTI ALI")
)  # fmt: skip


def names(number, rng):
    from core.synthetic.names import Namer

    namer = Namer(rng)
    for nth in range(number):
        name = namer.name(namer.pool(), "LP"[nth % 2], born=nth % A_FAMILY)
        if rng.random() < 1 / 7:
            name = rng.choice(DRESSES).format(name)
        yield name.replace("SU", "SOE") if rng.random() < 0.02 else name


def copy(cursor, table, columns, lines):
    import io

    text = io.StringIO()
    for line in lines:
        text.write("\t".join(line) + "\n")
    text.seek(0)
    cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", text)


def fill():
    """Straight rows, a COPY a table; dates of today, so that everything holds now."""
    from django.db import connection, transaction
    from django.utils import timezone

    from accounts.models import Assignment, User
    from areas.models import Area
    from facilitators.models import Facilitator, Posting

    rng, now = random.Random(11), timezone.now()
    today = timezone.localdate()
    kecamatan = [f"{OFFICE}.{n:02d}" for n in range(1, KECAMATAN + 1)]
    desa = [f"{kecamatan[n % KECAMATAN]}.{2001 + n // KECAMATAN}" for n in range(VILLAGES)]
    places = list(dict.fromkeys(names(KECAMATAN + VILLAGES, random.Random(12))))
    areas = [("99", "PROVINSI UJI", 1, None), (OFFICE, "KABUPATEN UJI", 2, "99")]
    areas += [(code, f"MAJU {places.pop()}", 3, OFFICE) for code in kecamatan]
    areas += [(code, f"SUKA {rng.choice(places)} {code[-2:]}", 4, code[:8]) for code in desa]
    Area.objects.bulk_create(
        (Area(code=c, name=name, level=level, parent_id=up) for c, name, level, up in areas),
        ignore_conflicts=True,
    )
    staff = Facilitator.objects.bulk_create(
        Facilitator(name=name, starts_on="2020-01-01")
        for name in names(FACILITATORS, random.Random(13))
    )
    Posting.objects.bulk_create(
        Posting(facilitator=one, area_id=kecamatan[n % KECAMATAN], starts_on="2020-01-01")
        for n, one in enumerate(staff)
    )
    for name, role, area in (
        ("bench_kadis", "head", OFFICE),
        ("bench_katim", "subdistrict_lead", kecamatan[0]),
        ("bench_pendamping", "facilitator", kecamatan[0]),
    ):
        user = User.objects.create_user(username=name, full_name=name.upper())
        Assignment.objects.create(user=user, role=role, area_id=area, starts_on=today)
    staff[0].user = user
    staff[0].save()
    families = PEOPLE // A_FAMILY
    home = [desa[n * VILLAGES // families] for n in range(families)]
    with transaction.atomic(), connection.cursor() as cursor:
        copy(
            cursor,
            "beneficiaries_household",
            ("id", "desa_id", "kk_number"),
            ((str(n), home[n - 1], f"9901{n:08d}0000") for n in range(1, families + 1)),
        )
        copy(
            cursor,
            "beneficiaries_member",
            ("id", "household_id", "name", "nik"),
            (
                (str(n), str((n - 1) // A_FAMILY + 1), name, f"9902{n:08d}0000")
                for n, name in enumerate(names(PEOPLE, rng), 1)
            ),
        )
        cursor.execute(
            "UPDATE beneficiaries_household SET caretaker_id = (id - 1) * %s + 1", [A_FAMILY]
        )
        copy(
            cursor,
            "facilitators_caseloadassignment",
            ("household_id", "facilitator_id", "starts_on", "reason", "recorded_at"),
            (
                (str(n), str(staff[n * FACILITATORS // (families + 1)].pk), "2020-01-01", "", f"{now}")
                for n in range(1, families + 1)
            ),
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    import django

    django.setup()
    fill()
