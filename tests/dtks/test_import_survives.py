"""A real import under kill -9: the file is staged whole, once, and nobody helped.

`PKH_CHAOS_ROWS=200000` runs it at the size of a district's quarter; the suite takes a smaller one.
"""

import os
import random

import pytest
from django.db import connection
from django.utils import timezone

from core.periods import Period
from dtks.models import Snapshot
from dtks.services import register_upload
from jobs.models import Job
from tests.dtks.staged import village
from tests.jobs.office import Office, kill_child, until

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("chaos"),
]

ROWS = int(os.environ.get("PKH_CHAOS_ROWS", "110000"))
SHORT_EVERY = 50  # one NIK in so many has fifteen digits
HEADER = (
    '"ID DTKS"|"KECAMATAN"|"DESA/KELUARAHAN"|"NOKK"|"NIK"|"NAMA"|"TANGGAL LAHIR"|"JENIS KELAMIN"'
    '|"NAMA IBU KANDUNG"|"HUB KELUARGA"'
)


def write_registry(path):
    with path.open("w", encoding="latin-1", newline="") as file:
        file.write(HEADER + "\r\n")
        for number in range(ROWS):
            nik = f"990101{1 + number % 28:02d}0290{number:06d}"[:16]
            nik = nik[:15] if number % SHORT_EVERY == 0 else nik
            cells = (
                f"{number}",
                "Tanjung",
                "Sukamaju",
                f"9901010101{number // 4:06d}",
                nik,
                f"WARGA {chr(65 + number % 26)}{chr(65 + number // 26 % 26)}",
                f"{1 + number % 28:02d}/02/1990",
                "L",
                "SUMINAH",
                "ANAK",
            )
            file.write("|".join(f'"{cell}"' for cell in cells) + "\r\n")
    return path


@pytest.fixture
def office(tmp_path_factory):
    office = Office(tmp_path_factory.mktemp("import-office"))
    office.open()
    yield office
    office.close()


def one(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()


def test_a_worker_killed_three_times_stages_the_file_once(office, operator, tmp_path):
    village()
    path = write_registry(tmp_path / "dtks.csv")
    snapshot, _created = register_upload(
        file=path,
        file_name=path.name,
        source="dtks",
        period=Period(2026, 4),
        area=village().parent.parent,
        by=operator,
        at=timezone.now(),
    )
    job = Job.objects.get()
    office.worker("importer", slots=1)
    fences = set()
    killed_at = 0  # a start that saved nothing counts as an attempt, and three of them are the cap
    for share in sorted(random.Random(ROWS).sample(range(1, 60), 3)):
        point = max(ROWS * share // 100, killed_at + 1)

        def reached(at=point):
            job.refresh_from_db()
            running = job.state == "running" and job.fence not in fences
            return running and job.checkpoint.get("rows", 0) >= at and job.checkpoint

        until(reached, 120)
        fences.add(job.fence)
        killed_at = job.checkpoint["rows"]
        kill_child(job)

    until(lambda: Job.objects.get().state not in Job.OPEN_STATES, 300)

    job.refresh_from_db()
    snapshot.refresh_from_db()
    assert (job.state, snapshot.state) == ("done", Snapshot.State.STAGED)
    assert job.fence == 4
    found, different, first, last = one(
        "SELECT count(*), count(DISTINCT row_number), min(row_number), max(row_number)"
        " FROM dtks_sourcerow WHERE snapshot_id = %s",
        snapshot.pk,
    )
    print(f"ROWS={ROWS} LOST={ROWS - different} DOUBLED={found - different} KILLS={len(fences)}")
    assert (found, different, first, last) == (ROWS, ROWS, 2, ROWS + 1)
    assert one("SELECT count(*) FROM dtks_rowkey WHERE snapshot_id = %s", snapshot.pk) == (ROWS,)
    assert (snapshot.rows_read, snapshot.rows_staged, snapshot.rows_rejected) == (ROWS, ROWS, 0)
    assert snapshot.problem_counts["nik_length"] == -(-ROWS // SHORT_EVERY)
