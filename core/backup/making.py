"""Making a backup while the office works: one snapshot for the dump and for its census."""

import datetime as dt
import errno
import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
import psycopg2
from django.conf import settings
from django.db import connection as django_connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _
from psycopg2 import sql

from core.backup import census, database, files
from core.errors import Refused, WrongUsage
from core.servers.keeper import Lock
from core.servers.place import make_private

FORMAT = 1
MANIFEST, DUMP, LISTING, FILES = "manifest.json", "database.dump", "files.sha256", "files"
ATTEMPTS = 4  # a table dropped or locked in just this second: try with the tables of the next
LOCK_SECONDS = 10


def default_folder() -> Path:
    return Path(settings.PKH_HOME) / "backups"


def make_backup(
    *, folder: Path | None = None, at: dt.datetime, say: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Write one backup below `folder` and return its path, sizes and seconds.

    It is put together in a hidden folder ending in `.part` and renamed when everything is on
    the disk, so a backup that was cut off is never taken for a whole one. Raises Refused.
    """
    folder = (folder or default_folder()).absolute()
    stored = Path(settings.MEDIA_ROOT).absolute()
    if folder == stored or stored in folder.parents:
        raise WrongUsage(_("A backup cannot lie inside the folder of files it copies."))
    started = time.monotonic()
    try:
        make_private(folder)
        lock = Lock(folder / ".lock")
    except OSError as problem:
        raise _refused(problem) from None
    try:
        if not lock.try_take():
            raise Refused("busy", _("Another backup is just being made in this folder."))
        for left in folder.glob(".pkh-*.part"):  # of a backup that was killed
            shutil.rmtree(left, ignore_errors=True)
        area = "".join(filter(str.isalnum, settings.PKH_OFFICE_AREA))
        target = folder / f"pkh-{area}-{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
        if target.exists():
            raise Refused("busy", _("A backup of this second is already there."))
        part = folder / f".{target.name}.part"
        try:
            part.mkdir(mode=0o700)
            manifest = _fill(part, at=at, say=say)
            part.rename(target)
            files.flush(folder)
        except OSError as problem:
            raise _refused(problem) from None
        finally:
            shutil.rmtree(part, ignore_errors=True)
    finally:
        lock.release()
    return {
        "backup": str(target),
        "sha256": files.sha256_of(target / MANIFEST),
        "database_bytes": manifest["database"]["bytes"],
        "tables": len(manifest["database"]["census"]["tables"]),
        "rows": sum(t["rows"] for t in manifest["database"]["census"]["tables"].values()),
        "files": manifest["files"]["count"],
        "files_bytes": manifest["files"]["bytes"],
        "seconds": round(time.monotonic() - started, 2),
    }


def _refused(problem: OSError) -> Refused:
    if problem.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Refused("no_space", _("The disk is full; nothing was kept. Make room, try again."))
    return Refused(
        "no_access",
        _("The backup could not be written: %(reason)s.") % {"reason": problem.strerror or "?"},
    )


def _fill(part: Path, *, at: dt.datetime, say: Callable[[str], None]) -> dict[str, Any]:
    copying = files.Copying(Path(settings.MEDIA_ROOT), part / FILES, part / LISTING)
    say(_("Copying the stored files …"))
    # A file is stored before the row that names it and removed after it. So: once before the
    # snapshot for what may go, once after it for what has come.
    copying.round()
    say(_("Writing and counting the database …"))
    about_database = _dump(part / DUMP)
    copying.round()
    listing = copying.finish()
    manifest = {
        "format": FORMAT,
        "made_at": at.isoformat(),
        "office": {"area": settings.PKH_OFFICE_AREA, "name": settings.PKH_OFFICE_NAME},
        "django": django.get_version(),
        "database": about_database,
        "files": {"count": copying.count, "bytes": copying.bytes, "sha256": listing},
    }
    _write_manifest(part / MANIFEST, manifest)
    files.flush(part)
    return manifest


def _dump(path: Path) -> dict[str, Any]:
    parameters = database.office_parameters()
    with database.connected(parameters) as watch:
        programs = database.clients(database.major_version(watch))
        version = watch.info.parameter_status("server_version")
        locale = _locale(watch)
    refusal = ""
    for _attempt in range(ATTEMPTS):
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)  # before pg_dump makes it with somebody's umask
        try:
            found, migrations = _dump_in_one_snapshot(path, parameters, programs)
        except (_Moved, psycopg2.errors.LockNotAvailable, psycopg2.errors.UndefinedTable) as moved:
            refusal = str(moved)
            continue
        return {
            "sha256": files.sha256_of(path),
            "bytes": path.stat().st_size,
            "postgresql": version,
            "pg_dump": programs.version,
            "locale": locale,
            "left_empty": list(census.TABLES_LEFT_EMPTY),
            "migrations": migrations,
            "census": found.as_json(),
        }
    raise Refused(
        "busy",
        _("Tables were changed or locked again and again; try again in some minutes. (%(reason)s)")
        % {"reason": refusal.splitlines()[0] if refusal else "-"},
    )


class _Moved(Exception):
    """A table came, went or was locked between our looks."""


def _dump_in_one_snapshot(path, parameters, programs):
    """The dump and the census of one moment, however busy the office is.

    The tables are locked against being dropped (nobody who reads or writes rows notices) before
    the snapshot is taken; pg_dump then reads in the same snapshot, beside our own counting.
    """
    with database.connected(parameters) as connection:
        census.settle(connection)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = %s", [f"{LOCK_SECONDS}s"])
        tables = census.table_names(connection)
        connection.commit()
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with connection.cursor() as cursor:
            for schema, name in tables:
                cursor.execute(
                    sql.SQL("LOCK TABLE ONLY {} IN ACCESS SHARE MODE").format(
                        sql.Identifier(schema, name)
                    )
                )
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
        if census.table_names(connection) != tables:
            raise _Moved("tables changed")
        found = census.start_census(connection)
        argv = [
            programs.folder / "pg_dump", "--format=custom", "--compress=3", "--no-password",
            f"--snapshot={snapshot}", f"--lock-wait-timeout={LOCK_SECONDS}s", f"--file={path}",
            *(f"--exclude-table-data={name}" for name in census.TABLES_LEFT_EMPTY),
        ]  # fmt: skip
        with database.Program(argv, parameters) as dump:
            census.count_tables(connection, found, left_empty=census.TABLES_LEFT_EMPTY)
            migrations = _migrations(connection)
            code, said = dump.finish()
        connection.rollback()
    if code:
        if "lock timeout" in said:
            raise _Moved(said)
        raise Refused(
            "dump_failed", _("pg_dump could not write the database: %(said)s") % {"said": said}
        )
    files.flush(path)
    return found, migrations


def _migrations(connection) -> list[str]:
    table = sql.Identifier("public", MigrationRecorder.Migration._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT app || '.' || name FROM {} ORDER BY 1").format(table))
        return [name for (name,) in cursor.fetchall()]


def _locale(connection) -> dict[str, str]:
    """How the database sorts, so that a rehearsal makes its own alike."""
    column = "datlocale" if database.major_version(connection) >= 17 else "daticulocale"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT datlocprovider, datcollate, datctype, coalesce({column}, '')"
            " FROM pg_database WHERE datname = current_database()"
        )
        provider, collate, ctype, name = cursor.fetchone()
    return {"provider": provider, "collate": collate, "ctype": ctype, "name": name}


def _write_manifest(path: Path, manifest: dict[str, Any]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(manifest, file, indent=1, ensure_ascii=False)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())


def unapplied_and_unknown(migrations: list[str]) -> tuple[list[str], list[str]]:
    """(in the code but not in the backup, in the backup but not in the code)."""
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(django_connection, ignore_no_migrations=True)
    code = {f"{app}.{name}" for app, name in loader.disk_migrations}
    # Replaced by a squash or of an app that left: only what our own apps no longer know counts.
    apps = {name.partition(".")[0] for name in code}
    known = {name for name in migrations if name.partition(".")[0] in apps}
    return sorted(code - set(migrations)), sorted(known - code)
