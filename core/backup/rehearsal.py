"""The fire drill: restore a backup into a database made for it, compare, and leave nothing."""

import contextlib
import datetime as dt
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
from django.utils.translation import gettext as _
from psycopg2 import sql

from core.backup import census, database, making, reading, restoring
from core.backup.reading import Backup, Difference
from core.backup.stopping import unstoppable
from core.errors import Refused
from core.servers.keeper import Lock
from core.servers.place import make_private

PREFIX = "pkh_rehearsal_"


def rehearse(
    *,
    folder: Path | None,
    server: str = "",
    at: dt.datetime,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Prove a backup, or one made for this and removed again when `folder` is None.

    `server` is the URL of any database on another server; empty means the office's own. The
    office may go on working: what is restored is compared with what was counted in the backup's
    own snapshot. Raises Refused only when there is nothing to compare; what differs is in the
    result.
    """
    with contextlib.ExitStack() as stack:
        seconds: dict[str, float] = {}
        watch = _Watch(seconds)
        kept = folder is not None
        if folder is None:
            folder = stack.enter_context(_passing_folder())
            folder = Path(making.make_backup(folder=folder, at=at, say=say)["backup"])
            watch.lap("backup")
        backup = reading.read_backup(folder.absolute())
        say(_("Comparing the files with their list …"))
        differences = reading.check_files(backup)
        watch.lap("files")
        differences += reading.check_dump(backup)
        found = census.Census()
        if not any(difference.part == "dump" for difference in differences):
            parameters = database.parameters_of(server) if server else database.office_parameters()
            try:
                with temporary_database(backup, parameters) as own:
                    say(_("Restoring into the temporary database %(name)s …")
                        % {"name": own["dbname"]})  # fmt: skip
                    restoring.load_dump(backup, own, whole=False)
                    watch.lap("restore")
                    say(_("Comparing every table …"))
                    with database.connected(own) as connection:
                        found = census.take_census(connection)
                    differences += reading.compare(backup.census, found)
            except restoring.NotRestored as problem:
                differences.append(Difference("dump", making.DUMP, "unreadable", str(problem)))
            watch.lap("compare")
    behind, unknown = making.unapplied_and_unknown(backup.migrations)
    return {
        "backup": str(backup.folder) if kept else None,
        "made_at": backup.manifest["made_at"],
        "equal": not differences,
        "tables": _by_table(backup, found),
        "rows": backup.census.rows,
        "files": backup.manifest["files"]["count"],
        "differences": [vars(difference) for difference in differences],
        "migrations_to_apply": behind,
        "migrations_unknown": unknown,
        "seconds": seconds | {"total": round(sum(seconds.values()), 2)},
    }


@contextlib.contextmanager
def _passing_folder() -> Iterator[Path]:
    """A folder that goes away; one that a killed rehearsal left goes with it."""
    home = making.default_folder()
    make_private(home)
    for left in home.glob(".rehearsal-*"):
        in_use = Lock(left / ".in-use")
        if in_use.try_take():
            shutil.rmtree(left, ignore_errors=True)
        in_use.release()
    folder = Path(tempfile.mkdtemp(prefix=".rehearsal-", dir=home))
    in_use = Lock(folder / ".in-use")
    in_use.try_take()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        in_use.release()


class _Watch:
    def __init__(self, seconds: dict[str, float]):
        self.seconds, self.since = seconds, time.monotonic()

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.seconds[name], self.since = round(now - self.since, 2), now


def _by_table(backup: Backup, found: census.Census) -> list[dict[str, Any]]:
    """One line a table, parts of a partitioned one together."""
    lines: dict[str, dict[str, Any]] = {}
    for name, table in backup.census.tables.items():
        line = lines.setdefault(
            table.part_of or name.removeprefix("public."),
            {"parts": 0, "rows": 0, "restored": 0, "equal": True},
        )
        have = found.tables.get(name)
        line["parts"] += 1
        line["rows"] += table.rows
        line["restored"] += have.rows if have else 0
        line["equal"] &= have is not None and (have.rows, have.checksum, have.columns) == (
            table.rows,
            table.checksum,
            table.columns,
        )
    return [{"table": name, **line} for name, line in sorted(lines.items())]


@contextlib.contextmanager
def temporary_database(backup: Backup, parameters: dict) -> Iterator[dict]:
    """Make an empty database, give its parameters, and drop it whatever happens.

    One that a killed rehearsal left behind is dropped at the next one: whoever is at work holds
    a lock named after its database, and the server forgets that lock when its holder dies.
    """
    name = PREFIX + secrets.token_hex(6)
    with database.connected(parameters) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            _sweep(cursor)
            cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
            try:
                try:
                    _create(cursor, name, backup.manifest["database"]["locale"])
                except psycopg2.errors.InsufficientPrivilege:
                    raise Refused(
                        "no_createdb",
                        _(
                            "This database role may not make databases. Give it the right "
                            "(ALTER ROLE … CREATEDB) or name another server with --server."
                        ),
                    ) from None
                yield {**parameters, "dbname": name}
            finally:
                with unstoppable():
                    _drop(cursor, name)


def _create(cursor, name: str, locale: dict[str, str]) -> None:
    """Sorted like the office's where this server can; otherwise as this server does."""
    statement = "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'"
    alike = statement + " LC_COLLATE {} LC_CTYPE {}"
    words = [sql.Identifier(name), sql.Literal(locale["collate"]), sql.Literal(locale["ctype"])]
    if locale["provider"] == "b":
        alike += " LOCALE_PROVIDER builtin BUILTIN_LOCALE {}"
        words.append(sql.Literal(locale["name"]))
    elif locale["provider"] == "i":
        alike += " LOCALE_PROVIDER icu ICU_LOCALE {}"
        words.append(sql.Literal(locale["name"]))
    else:
        alike += " LOCALE_PROVIDER libc"
    try:
        cursor.execute(sql.SQL(alike).format(*words))
    except psycopg2.errors.InsufficientPrivilege:
        raise
    except psycopg2.DatabaseError:
        cursor.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _drop(cursor, name: str) -> None:
    # WITH (FORCE): whoever pg_restore left connected is not asked.
    cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _sweep(cursor) -> None:
    cursor.execute(
        "SELECT datname FROM pg_database WHERE datname ~ %s"
        " AND pg_has_role(current_user, datdba, 'USAGE')",
        [f"^{PREFIX}[0-9a-f]{{12}}$"],
    )
    for (name,) in cursor.fetchall():
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name])
        if cursor.fetchone()[0]:
            _drop(cursor, name)
            cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])
