"""A backup that can be put back: made of one moment, compared to the last row, never half."""

import contextlib
import io
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEvent
from areas.models import Area
from core.backup import census, database, making, reading, rehearsal, restoring
from core.errors import Refused
from core.servers import binaries
from core.servers.words import ServerError
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import MemberFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("backup")]

# Parts, a name that needs quotes, and types whose text depends on settings.
PROBE = """
CREATE TABLE probe (id bigint, "Kata" text, at timestamptz, weight float8, raw jsonb, seal bytea)
    PARTITION BY LIST (id);
CREATE TABLE "probe Satu" PARTITION OF probe FOR VALUES IN (1);
CREATE TABLE probe_2 PARTITION OF probe FOR VALUES IN (2);
INSERT INTO probe
    SELECT 1 + n % 2, 'baris ' || n, '2026-11-02 09:00+07'::timestamptz + n * '1h'::interval,
        n / 7.0, jsonb_build_object('n', n), decode(md5(n::text), 'hex')
    FROM generate_series(1, 500) AS n;
"""


@pytest.fixture
def office(settings, tmp_path):
    """An office with people, files and a table in parts; its folder is the test's own."""
    settings.PKH_HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    MemberFactory.create_batch(3)
    for name, content in (("documents/ab/abcd", b"foto"), ("snapshots/x.csv", b"a;b\n" * 999)):
        path = settings.MEDIA_ROOT / name
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    (settings.MEDIA_ROOT / "documents/ab/half.part").write_bytes(b"fo")
    with connection.cursor() as cursor:
        cursor.execute(PROBE)
    yield tmp_path
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE probe")


@pytest.fixture
def backup(office):
    return reading.read_backup(Path(making.make_backup(at=timezone.now())["backup"]))


def rehearse(folder=None):
    return rehearsal.rehearse(folder=folder, at=timezone.now())


def run(*argv):
    """(exit status, standard output)"""
    out = io.StringIO()
    try:
        call_command(*argv, stdout=out, stderr=io.StringIO())
    except CommandError as refusal:
        return refusal.returncode, str(refusal)
    except SystemExit as exit_:
        return exit_.code, out.getvalue()
    return 0, out.getvalue()


def databases():
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname ~ '^pkh_rehearsal_'")
        return [name for (name,) in cursor.fetchall()]


def url(name=None):
    given = connection.settings_dict
    host = given["HOST"]
    return (
        f"postgres://{quote(given['USER'])}:{quote(given['PASSWORD'])}@/"
        f"{name or given['NAME']}?host={quote(host, safe='')}&port={given['PORT']}"
    )


def manage(office, *argv, database_url=None):
    """The command in a process of its own, on this test's database and folder."""
    environment = os.environ | {"DATABASE_URL": database_url or url(), "PKH_HOME": str(office)}
    return subprocess.Popen(
        [sys.executable, "manage.py", *argv], cwd=django_settings.BASE_DIR, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def wait_for(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def named(differences):
    return [(found.part, found.name, found.code) for found in differences]


# --- equal, and stays so while the office works


def test_rehearsal_is_equal_and_leaves_nothing(office):
    result = rehearse()

    assert (result["differences"], result["equal"], result["files"]) == ([], True, 2)
    assert result["backup"] is None
    probe = next(line for line in result["tables"] if line["table"] == "probe")
    assert probe == {"table": "probe", "parts": 2, "rows": 500, "restored": 500, "equal": True}
    assert set(result["seconds"]) == {"backup", "files", "restore", "compare", "total"}
    assert databases() == []
    assert [path.name for path in (office / "backups").iterdir()] == []


def test_what_happens_after_a_backup_does_not_disturb_it(backup, office):
    Area.objects.update(name="LAIN")
    AreaFactory(code="99.09")
    (office / "files/snapshots/x.csv").unlink()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE probe SET weight = 0; DELETE FROM probe WHERE id = 2")

    assert rehearse(backup.folder)["differences"] == []


def test_rows_written_while_the_backup_is_made_are_in_it_or_not_but_never_half(office):
    stop, written = threading.Event(), []

    def work():
        with database.connected(database.office_parameters()) as own:
            while not stop.is_set():
                with own.cursor() as cursor:
                    cursor.execute(
                        "INSERT INTO probe (id, weight) VALUES (1, 0), (2, 0);"
                        "UPDATE probe SET weight = weight + 1"
                    )
                own.commit()
                written.append(1)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        made = Path(making.make_backup(at=timezone.now())["backup"])
    finally:
        stop.set()
        worker.join()

    tables = reading.read_backup(made).census.tables
    assert len(written) > 3
    assert tables["public.probe Satu"].rows == tables["public.probe_2"].rows
    assert rehearse(made)["differences"] == []


# --- red where it must be


def test_a_tampered_row_in_the_restored_database_is_found(backup):
    with rehearsal.temporary_database(backup, database.office_parameters()) as own:
        restoring.load_dump(backup, own, whole=False)
        with database.connected(own) as restored:
            before = reading.compare(backup.census, census.take_census(restored))
            with restored.cursor() as cursor:
                cursor.execute(
                    """SET search_path = public;
                    UPDATE "probe Satu" SET "Kata" = "Kata" || '.' WHERE weight < 1;
                    DELETE FROM probe_2 WHERE weight < 1;
                    DROP TRIGGER pgtrigger_never_truncated_50019 ON accounts_auditevent;
                    ALTER TABLE areas_area RENAME COLUMN name TO nama"""
                )
            restored.commit()
            after = reading.compare(backup.census, census.take_census(restored))

    assert before == []
    assert named(after) == [
        ("table", "public.areas_area", "columns"),
        ("table", "public.probe Satu", "content"),
        ("table", "public.probe_2", "rows"),
        ("structure", "triggers", "count"),
    ]
    assert databases() == []


def test_a_sequence_that_would_count_again_is_found(backup):
    now = backup.census
    now.sequences = {"public.beneficiaries_member_id_seq": 0, "public.ahead": 9}
    want = backup.census
    want.sequences = {"public.beneficiaries_member_id_seq": 3, "public.ahead": 4}

    assert named(reading.compare(want, now)) == [
        ("sequence", "public.beneficiaries_member_id_seq", "behind")
    ]


def test_files_that_are_missing_changed_or_strange_are_found(backup):
    (backup.folder / "files/documents/ab/abcd").write_bytes(b"FOTO")
    (backup.folder / "files/snapshots/x.csv").unlink()
    (backup.folder / "files/snapshots/y.csv").write_bytes(b"")
    (backup.folder / "files/snapshots/z.csv").write_bytes(b"")

    assert named(reading.check_files(backup)) == [
        ("file", "files/documents/ab/abcd", "changed"),
        ("file", "files/snapshots/x.csv", "missing"),
        ("file", "files/snapshots/y.csv", "unexpected"),
        ("file", "files/snapshots/z.csv", "unexpected"),
    ]


def test_a_list_of_files_that_was_rewritten_is_found(backup):
    listing = backup.folder / making.LISTING
    listing.write_text(listing.read_text().replace("abcd", "abce"))

    assert named(reading.check_files(backup)) == [("list", "files.sha256", "changed")]


def test_a_damaged_dump_ends_the_command_with_1(backup):
    dump = backup.folder / making.DUMP
    content = bytearray(dump.read_bytes())
    content[len(content) // 2] ^= 1
    dump.write_bytes(content)

    status, said = run("rehearse_restore", str(backup.folder), "--json")

    result = json.loads(said)
    assert (status, result["equal"]) == (1, False)
    assert [found["part"] for found in result["differences"]] == ["dump"]
    assert databases() == []


def test_a_dump_that_was_written_cut_off_is_found_by_restoring_it(backup):
    """The manifest alone would believe it: its fingerprint is that of the cut dump."""
    dump = backup.folder / making.DUMP
    content = dump.read_bytes()
    dump.write_bytes(content[: len(content) // 2])
    backup.manifest["database"]["sha256"] = making.files.sha256_of(dump)
    (backup.folder / making.MANIFEST).write_text(json.dumps(backup.manifest))

    result = rehearse(backup.folder)

    assert [(found["part"], found["code"]) for found in result["differences"]] == [
        ("dump", "unreadable")
    ]
    assert databases() == []


def test_the_table_and_the_verdict_are_printed_in_indonesian(backup):
    (backup.folder / "files/snapshots/x.csv").unlink()

    status, said = run("rehearse_restore", str(backup.folder))

    assert status == 1
    assert "Tabel" in said.splitlines()[0]
    assert "probe (2)" in said
    assert "TIDAK SAMA di 1 tempat:" in said
    assert "files/snapshots/x.csv: tidak ada" in said
    assert said.splitlines()[-1].startswith("Detik: ")


# --- never half


@contextlib.contextmanager
def table_held():
    """Nobody else can lock the table while the block runs: a backup waits there."""
    with database.connected(database.office_parameters()) as own:
        with own.cursor() as cursor:
            cursor.execute("LOCK TABLE probe_2 IN ACCESS EXCLUSIVE MODE")
        yield
        own.rollback()


def test_a_killed_backup_is_not_accepted_and_swept_up_by_the_next(office):
    with table_held():
        killed = manage(office, "backup_office")
        wait_for(lambda: list((office / "backups").glob(".pkh-*.part/files.sha256")))
        killed.kill()
        killed.communicate()
    (half,) = (office / "backups").glob(".pkh-*.part")

    assert run("rehearse_restore", str(half)) == (
        1,
        f"{half} bukan cadangan yang utuh: manifestnya tidak ada atau rusak.",
    )
    made = making.make_backup(at=timezone.now())["backup"]
    assert sorted(path.name for path in (office / "backups").iterdir()) == [
        ".lock",
        Path(made).name,
    ]


def test_a_stopped_backup_leaves_nothing(office):
    with table_held():
        stopped = manage(office, "backup_office", "--json")
        wait_for(lambda: list((office / "backups").glob(".pkh-*.part/files.sha256")))
        stopped.send_signal(signal.SIGTERM)
        said, _errors = stopped.communicate(timeout=30)

    assert (stopped.returncode, json.loads(said)["error"]["code"]) == (1, "stopped")
    assert [path.name for path in (office / "backups").iterdir()] == [".lock"]


def test_ctrl_c_drops_the_temporary_database(backup, office):
    rehearsing = manage(office, "rehearse_restore", str(backup.folder))
    wait_for(databases)
    rehearsing.send_signal(signal.SIGINT)
    _said, errors = rehearsing.communicate(timeout=60)

    assert (rehearsing.returncode, databases()) == (1, [])
    assert "Dihentikan" in errors.splitlines()[-1]


def test_what_a_killed_rehearsal_left_is_dropped_by_the_next(backup):
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE pkh_rehearsal_0123456789ab TEMPLATE template0")

    own = database.office_parameters()
    with (
        rehearsal.temporary_database(backup, own) as one,
        rehearsal.temporary_database(backup, own) as two,
    ):
        assert sorted(databases()) == sorted([one["dbname"], two["dbname"]])

    assert databases() == []


def test_no_dump_without_its_manifest(tmp_path):
    (tmp_path / making.DUMP).write_bytes(b"PGDMP")

    with pytest.raises(Refused) as refusal:
        reading.read_backup(tmp_path)

    assert refusal.value.code == "not_a_backup"


# --- what is in it, and what is not


def test_a_backup_is_private_and_holds_no_key_and_no_session(office, settings):
    now = timezone.now()
    Session.objects.create(session_key="kunci", session_data="rahasia", expire_date=now)

    status, said = run("backup_office", "--json")

    result = json.loads(said)
    folder = Path(result["backup"])
    backup = reading.read_backup(folder)
    assert status == 0
    assert {
        (path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in (folder, *folder.rglob("*"))
    } == {(True, 0o700), (False, 0o600)}
    assert sorted(path.name for path in folder.iterdir()) == [
        "database.dump", "files", "files.sha256", "manifest.json",
    ]  # fmt: skip
    assert result["files"] == 2
    assert backup.census.tables["public.django_session"].rows == 0
    manifest = (folder / making.MANIFEST).read_text()
    for secret in (settings.SECRET_KEY, connection.settings_dict["PASSWORD"] or "-\0-"):
        assert f'"{secret}"' not in manifest
    assert "areas.0001_area_table" in backup.migrations
    assert AuditEvent.objects.get(verb="office.backed_up").data["sha256"] == result["sha256"]


def test_the_list_of_files_is_what_sha256sum_reads(backup):
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", making.LISTING],
        cwd=backup.folder, capture_output=True, text=True,
    )  # fmt: skip

    assert (checked.returncode, checked.stdout) == (0, "")


def test_a_backup_does_not_copy_itself(office):
    with pytest.raises(Refused) as refusal:
        making.make_backup(folder=office / "files/backups", at=timezone.now())

    assert refusal.value.code == "usage"


def test_two_backups_at_once_do_not_meet(office):
    (office / "backups").mkdir()
    lock = making.Lock(office / "backups/.lock")
    lock.try_take()
    try:
        with pytest.raises(Refused) as refusal:
            making.make_backup(at=timezone.now())
    finally:
        lock.release()

    assert refusal.value.code == "busy"


# --- putting it back for real


def test_restore_office_fills_an_empty_office_and_only_such_a_one(backup, office, tmp_path):
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE pkh_rehearsal_ffffffffffff TEMPLATE template0")
    home = tmp_path / "new"
    home.mkdir()
    try:
        with rehearsal.database.connected(database.office_parameters()) as holder:
            with holder.cursor() as cursor:  # ours: no other rehearsal takes it away
                cursor.execute("SELECT pg_advisory_lock(hashtext('pkh_rehearsal_ffffffffffff'))")
            ends = []
            for _attempt in range(2):
                restoring_ = manage(
                    home, "restore_office", str(backup.folder), "--json",
                    database_url=url("pkh_rehearsal_ffffffffffff"),
                )  # fmt: skip
                said, errors = restoring_.communicate(timeout=90)
                ends.append((restoring_.returncode, json.loads(said or "{}"), errors))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE pkh_rehearsal_ffffffffffff WITH (FORCE)")

    (first, filled, errors), (second, refused, _errors) = ends
    assert (first, filled.get("rows")) == (0, backup.census.rows), errors
    assert (home / "files/documents/ab/abcd").read_bytes() == b"foto"
    assert (second, refused["error"]["code"]) == (1, "not_empty")


# --- the right programs


def test_clients_are_never_older_than_asked():
    server = database.clients(15).version

    assert server >= 15
    with pytest.raises(ServerError, match=r"apt-get install postgresql-client-99"):
        binaries.find_clients(99)
    with pytest.raises(Refused) as refusal:
        database.clients(15, 14)
    assert refusal.value.code == "no_clients"


def test_clients_fit_the_server_they_are_for(office):
    with database.connected(database.office_parameters()) as own:
        major = database.major_version(own)

    found = database.clients(major)

    assert found.version == min(
        clients.version
        for folder in binaries._client_folders()
        if (clients := binaries._postgresql_clients(folder)) and clients.version >= major
    )


def test_programs_that_the_server_does_not_understand_are_refused_in_words():
    assert restoring.fitting_versions(15, 18) == (15, None)
    assert restoring.fitting_versions(18, 17) == (18, None)
    assert restoring.fitting_versions(15, 16) == (15, 16)
    with pytest.raises(Refused, match="postgresql-client-15") as refusal:
        restoring.fitting_versions(18, 15)
    assert refusal.value.code == "other_version"


def test_a_wrong_server_is_refused_in_words(backup):
    with pytest.raises(Refused) as refusal:
        rehearsal.rehearse(folder=backup.folder, server="nonsense", at=timezone.now())

    assert refusal.value.code == "wrong_server"


def test_a_server_that_does_not_answer_is_refused_in_words(backup):
    status, said = run("rehearse_restore", str(backup.folder), "--server",
                       "postgres://x@127.0.0.1:1/x")  # fmt: skip

    assert (status, said) == (1, "Basis data tidak menjawab. Apakah sudah dijalankan?")
