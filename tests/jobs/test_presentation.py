from datetime import timedelta

import pytest
from django.utils import timezone, translation

from jobs.models import Job
from jobs.presentation import progress_of

NOW = timezone.now()
LATER = NOW + timedelta(seconds=20)
EARLIER = NOW - timedelta(seconds=20)


def words(worker_alive=True, **fields):
    with translation.override("id"):
        shown = progress_of(
            Job(kind="tests.rows", created_at=NOW, **fields), at=NOW, worker_alive=worker_alive
        )
        return shown.sentence, shown.tone


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ("Menunggu pekerja", "waiting")),
        ({"worker_alive": False}, ("Menunggu pekerja", "waiting")),
        ({"state": "running", "fence": 1, "leased_until": LATER}, ("Berjalan", "running")),
        (
            {"state": "running", "fence": 2, "leased_until": LATER},
            ("Dilanjutkan otomatis setelah gangguan", "running"),
        ),
        (
            {"state": "running", "fence": 1, "leased_until": EARLIER},
            ("Terganggu; akan dilanjutkan otomatis", "waiting"),
        ),
        (
            {"state": "running", "fence": 1, "leased_until": LATER, "cancel_requested_at": NOW},
            ("Sedang dibatalkan", "running"),
        ),
        ({"state": "done"}, ("Selesai", "done")),
        ({"state": "failed"}, ("Gagal", "failed")),
        ({"state": "cancelled"}, ("Dibatalkan", "cancelled")),
    ],
)
def test_every_state_has_its_indonesian_sentence(fields, expected):
    assert words(**fields) == expected


def test_a_waiting_job_without_a_worker_says_so():
    with translation.override("id"):
        shown = progress_of(Job(kind="tests.rows"), at=NOW, worker_alive=False)

    assert shown.next_step == (
        "Belum ada pekerja yang aktif. Pekerjaan dimulai sendiri begitu pekerja aktif kembali."
    )


@pytest.mark.parametrize(
    ("done", "total", "state", "percent"),
    [
        (0, None, "running", None),
        (0, 200, "running", 0),
        (150, 200, "running", 75),
        (200, 200, "running", 99),
        (300, 200, "running", 99),
        (0, None, "done", 100),
    ],
)
def test_percent_reaches_a_hundred_only_at_the_end(done, total, state, percent):
    job = Job(kind="tests.rows", done=done, total=total, state=state)

    assert progress_of(job, at=NOW).percent == percent
