"""Who may do what with a file, two officers at once, and what stays afterwards."""

import contextlib
import threading

import pytest
from django.conf import settings as office
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from accounts.models import AuditEvent
from beneficiaries.models import Household, Member
from core.errors import Refused
from core.periods import Period
from dtks.models import Snapshot
from dtks.services import (
    approve_snapshot,
    begin_approval,
    register_upload,
    reject_snapshot,
    request_reconciliation,
    withdraw_snapshot,
)
from dtks.staging import drop_dead_rows
from jobs.models import Job
from tests.dtks.staged import NOW, family, person, stage, village
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import rules_of_2026

CSV = b"NO KK,NIK,NAMA,KOMPONEN\n9901010202200001,9901010101900001,SITI,SD\n"


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def upload(by, content=CSV, name="anggota.csv", **more):
    return register_upload(
        **{
            "file": SimpleUploadedFile(name, content),
            "file_name": name,
            "source": "members",
            "period": Period(2026, 4),
            "area": AreaFactory(code="99.01"),
            "by": by,
            "at": NOW,
            "publish": False,
        }
        | more
    )


def test_register_upload_keeps_the_bytes_and_asks_for_the_reading(operator):
    snapshot, created = upload(operator)

    assert created
    assert (snapshot.state, snapshot.size_bytes, snapshot.uploaded_by) == (
        "uploaded",
        len(CSV),
        operator,
    )
    kept = [path for path in office.MEDIA_ROOT.rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [CSV]
    assert snapshot.sha256 in kept[0].name
    job = Job.objects.get()
    assert (job.kind, job.arguments) == ("dtks.stage_snapshot", {"snapshot": snapshot.pk})
    assert AuditEvent.objects.get().verb == "snapshot.uploaded"


def test_register_upload_of_the_same_bytes_changes_nothing(operator, operator2):
    first, _ = upload(operator)

    again, created = upload(operator2, name="lain.csv")

    assert (again, created) == (first, False)
    assert (Snapshot.objects.count(), Job.objects.count()) == (1, 1)


def test_register_upload_of_a_withdrawn_file_is_a_new_one(operator):
    first, _ = upload(operator)
    withdraw_snapshot(snapshot=first, by=operator, at=NOW)

    again, created = upload(operator)

    assert created
    assert again != first


def test_the_same_bytes_for_another_period_are_refused_with_the_first(operator):
    upload(operator)

    with pytest.raises(Refused) as refusal:
        upload(operator, period=Period(2026, 1))

    assert refusal.value.code == "other_period"
    assert Snapshot.objects.count() == 1


def test_two_sheets_of_one_workbook_are_two_files(operator):
    first, _ = upload(operator, sheet="Data A")

    other, created = upload(operator, sheet="Data B")
    again, twice = upload(operator, sheet="data b")

    assert (created, twice) == (True, False)
    assert first != other == again


def test_register_upload_cleans_the_file_name(operator):
    snapshot, _ = upload(operator, name="../../etc/\u202egpj.csv")

    assert snapshot.file_name == "gpj.csv"


def test_register_upload_is_for_those_who_import_there(sari, operator):
    for by, area in ((sari, "99.01"), (operator, "99.02")):
        with pytest.raises(Refused) as refusal:
            upload(by, area=AreaFactory(code=area))
        assert refusal.value.code == "not_allowed"
    assert Snapshot.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_same_bytes_from_eight_officers_at_once_are_one_file(operator):
    start, answers = threading.Barrier(8), []
    AreaFactory(code="99.01")

    def send():
        try:
            start.wait()
            answers.append(upload(operator))
        finally:
            connection.close()

    in_threads([send] * 8)

    assert Snapshot.objects.count() == 1
    assert sorted(created for _, created in answers) == [False] * 7 + [True]
    assert Job.objects.count() == 1


def test_approve_loads_the_register_and_says_what_it_did(operator, operator2):
    village()
    snapshot = stage("final_closing", [family(1), family(2)], by=operator)

    result = approve_snapshot(snapshot=snapshot, by=operator2, at=NOW)

    snapshot.refresh_from_db()
    assert list(result)[:6] == [
        "snapshot",
        "households_created",
        "households_updated",
        "members_created",
        "members_updated",
        "absent",
    ]
    assert (result["households_created"], result["members_created"]) == (2, 2)
    assert (snapshot.state, snapshot.decided_by, snapshot.loaded["absent"]) == (
        "approved",
        operator2,
        0,
    )
    assert AuditEvent.objects.get(verb="snapshot.approved").data["members_created"] == 2


def test_approve_by_the_importer_is_refused(operator):
    village()
    snapshot = stage("final_closing", [family(1)], by=operator)

    with pytest.raises(Refused) as refusal:
        approve_snapshot(snapshot=snapshot, by=operator, at=NOW)

    assert refusal.value.code == "own_file"
    assert Household.objects.count() == 0


@pytest.mark.parametrize("who", ["sari", "wayan", "administrator"])
def test_approve_needs_the_role(operator, who, request):
    village()
    snapshot = stage("final_closing", [family(1)], by=operator)

    with pytest.raises(Refused) as refusal:
        approve_snapshot(snapshot=snapshot, by=request.getfixturevalue(who), at=NOW)

    assert refusal.value.code == "not_allowed"


@pytest.mark.parametrize("source", ["final_closing", "members"])
@pytest.mark.parametrize("approve", [approve_snapshot, begin_approval])
def test_a_file_without_a_row_of_the_territory_is_not_approved_and_can_be_withdrawn(
    operator, operator2, source, approve
):
    village()
    row = {"final_closing": family(1), "members": person(1, 1)}[source]
    snapshot = stage(source, [row], by=operator, rejected=[0])
    Snapshot.objects.filter(pk=snapshot.pk).update(problem_counts={"out_of_territory": 1})

    with pytest.raises(Refused) as refusal:
        approve(snapshot=snapshot, by=operator2, at=NOW)
    withdraw_snapshot(snapshot=snapshot, by=operator, at=NOW)

    assert refusal.value.code == "nothing_to_load"
    assert "import_areas" in str(refusal.value)
    snapshot.refresh_from_db()
    assert (snapshot.state, Household.objects.count()) == ("withdrawn", 0)


def test_a_file_of_unusable_rows_in_the_territory_asks_for_a_corrected_one(operator, operator2):
    village()
    snapshot = stage("final_closing", [family(1)], by=operator, rejected=[0])

    with pytest.raises(Refused) as refusal:
        approve_snapshot(snapshot=snapshot, by=operator2, at=NOW)

    assert (refusal.value.code, "import_areas" in str(refusal.value)) == ("nothing_to_load", False)


def test_approve_of_a_registry_file_loads_nothing(operator, operator2):
    village()
    snapshot = stage("dtks", [], by=operator)

    result = approve_snapshot(snapshot=snapshot, by=operator2, at=NOW)

    assert set(result.values()) == {0, snapshot.pk}
    assert Member.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_approving_officers_the_second_hears_who_was_first(operator, operator2, ratna):
    rules_of_2026()
    village()
    snapshot = stage("final_closing", [family(n) for n in range(1, 20)], by=operator)
    start, answers = threading.Barrier(2), []

    def approve(by):
        try:
            start.wait()
            approve_snapshot(snapshot=snapshot, by=by, at=NOW)
            answers.append("approved")
        except Refused as refusal:
            answers.append(str(refusal))
        finally:
            connection.close()

    in_threads([lambda: approve(operator2), lambda: approve(ratna)])

    snapshot.refresh_from_db()
    answers.remove("approved")
    assert len(answers) == 1
    assert str(snapshot.decided_by) in answers[0]
    assert Household.objects.count() == 19


def test_begin_approval_twice_is_refused_while_the_first_loads(operator, operator2, ratna):
    village()
    snapshot = stage("final_closing", [family(1)], by=operator)

    begin_approval(snapshot=snapshot, by=operator2, at=NOW, publish=False)
    with pytest.raises(Refused) as refusal:
        begin_approval(snapshot=snapshot, by=ratna, at=NOW, publish=False)

    assert (refusal.value.code, str(operator2) in str(refusal.value)) == ("being_approved", True)


def test_reject_needs_a_reason_and_another_officer(operator, operator2):
    village()
    snapshot = stage("final_closing", [family(1)], by=operator)

    codes = []
    for by, reason in ((operator2, " "), (operator, "Berkas lama")):
        with pytest.raises(Refused) as refusal:
            reject_snapshot(snapshot=snapshot, by=by, at=NOW, reason=reason)
        codes.append(refusal.value.code)
    reject_snapshot(snapshot=snapshot, by=operator2, at=NOW, reason="Berkas lama")

    snapshot.refresh_from_db()
    assert codes == ["reason_needed", "own_file"]
    assert (snapshot.state, snapshot.refusal["reason"]) == ("rejected", "Berkas lama")


def test_withdraw_takes_the_rows_away_and_keeps_the_record(
    operator, django_capture_on_commit_callbacks
):
    village()
    snapshot = stage("final_closing", [family(1)], by=operator)

    with django_capture_on_commit_callbacks(execute=True):
        withdraw_snapshot(snapshot=snapshot, by=operator, at=NOW, reason="Salah berkas")

    snapshot.refresh_from_db()
    assert snapshot.state == "withdrawn"
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"dtks_sourcerow_{snapshot.pk}"])
        assert cursor.fetchone() == (None,)


@pytest.mark.django_db(transaction=True)
def test_withdraw_does_not_wait_for_who_reads_another_file(operator):
    """The drop waits a moment, not as long as somebody works; the sweep finishes it."""
    village()
    snapshot = stage("final_closing", [family(1)], by=operator)
    rows = f"dtks_sourcerow_{snapshot.pk}"

    def there():
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [rows])
            return cursor.fetchone()[0]

    with busy_with("SELECT count(*) FROM dtks_sourcerow"):
        withdraw_snapshot(snapshot=snapshot, by=operator, at=NOW)
        assert there()
        assert drop_dead_rows() == 0

    assert drop_dead_rows() == 1
    assert not there()
    assert drop_dead_rows() == 0


@contextlib.contextmanager
def busy_with(statement):
    """Another connection in the middle of a transaction that has asked this."""
    other = connection.get_new_connection(connection.get_connection_params())
    try:
        with other.cursor() as cursor:
            cursor.execute(statement)
            yield
    finally:
        other.close()


def test_withdraw_of_an_approved_file_is_refused(operator, operator2):
    village()
    snapshot = stage("final_closing", [family(1)], by=operator)
    approve_snapshot(snapshot=snapshot, by=operator2, at=NOW)

    with pytest.raises(Refused) as refusal:
        withdraw_snapshot(snapshot=snapshot, by=operator, at=NOW)

    assert refusal.value.code == "wrong_state"


def test_request_reconciliation_twice_is_one_job(operator):
    village()
    snapshot = stage("dtks", [], by=operator)

    first = request_reconciliation(snapshot=snapshot, by=operator, at=NOW, publish=False)
    second = request_reconciliation(snapshot=snapshot, by=operator, at=NOW, publish=False)

    assert first == second
    assert Job.objects.count() == 1


def in_threads(calls):
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
