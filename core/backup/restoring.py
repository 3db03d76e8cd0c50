"""Putting a backup back: into a database that is empty, of a rehearsal or of an office."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from core.backup import census, database, files, making, reading
from core.backup.reading import Backup
from core.errors import Refused


class NotRestored(Exception):
    """pg_restore gave up; the message is what it said last."""


def load_dump(backup: Backup, parameters: dict, *, whole: bool) -> None:
    """Restore the dump into the empty database of `parameters`; raises NotRestored.

    `whole` does it in one transaction, all or nothing; otherwise two tables at a time.
    """
    with database.connected(parameters) as connection:
        server = database.major_version(connection)
    programs = database.clients(*fitting_versions(backup.manifest["database"]["pg_dump"], server))
    argv = [
        programs.path.with_name("pg_restore"), "--no-owner", "--no-privileges", "--no-password",
        "--exit-on-error", *(["--single-transaction"] if whole else [f"--jobs={_jobs()}"]),
        backup.folder / making.DUMP,
    ]  # fmt: skip
    with database.Program(argv, parameters) as restore:
        code, said = restore.finish()
    if code:
        raise NotRestored(said.splitlines()[-1] if said else f"pg_restore: {code}")


def fitting_versions(made_by: int, server: int) -> tuple[int, int | None]:
    """The oldest and the newest pg_restore that read what pg_dump `made_by` wrote and are
    understood by `server`: from 17 on they send a setting that older servers do not know."""
    if server >= 17:
        return made_by, None
    if made_by > 16:
        raise Refused(
            "other_version",
            _(
                "This backup was written by pg_dump %(made_by)s, which PostgreSQL %(server)s does "
                "not understand. Restore it into PostgreSQL 17 or newer, or install "
                "postgresql-client-%(server)s and make the backup again."
            )
            % {"made_by": made_by, "server": server},
        )
    return made_by, 16


def _jobs() -> int:
    return min(os.cpu_count() or 1, 4)


def restore_office(*, folder: Path, say: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """Fill this office's empty database and empty folder of files from a backup, and compare.

    Everything is checked before anything is written. Raises Refused, also when the outcome
    differs from the backup.
    """
    started = time.monotonic()
    backup = reading.read_backup(folder.absolute())
    parameters = database.office_parameters()
    target = Path(settings.MEDIA_ROOT)
    with database.connected(parameters) as connection:
        if census.table_names(connection):
            raise Refused(
                "not_empty",
                _("This database already holds tables; a backup is put into an empty one only."),
            )
    if next(files.walk(target), None) is not None:
        raise Refused(
            "not_empty", _("%(folder)s already holds files; move them away first.") % {
                "folder": target
            },
        )  # fmt: skip
    say(_("Checking the backup …"))
    _refuse(reading.check_dump(backup) + reading.check_files(backup))
    say(_("Filling the database …"))
    try:
        load_dump(backup, parameters, whole=True)
    except NotRestored as problem:
        raise Refused(
            "not_restored",
            _("The database could not be filled, and is empty as before: %(reason)s")
            % {"reason": problem},
        ) from None
    say(_("Putting the files back …"))
    for _digest, name in files.read_list(backup.folder / making.LISTING):
        place = target / Path(name).relative_to(making.FILES)
        files.make_folder(place.parent)
        shutil.copy2(backup.folder / name, place)
        place.chmod(0o600)
    say(_("Comparing …"))
    with database.connected(parameters) as connection:
        _refuse(reading.compare(backup.census, census.take_census(connection)))
    behind, _unknown = making.unapplied_and_unknown(backup.migrations)
    return {
        "backup": str(backup.folder),
        "rows": backup.census.rows,
        "files": backup.manifest["files"]["count"],
        "migrations_to_apply": behind,
        "seconds": round(time.monotonic() - started, 2),
    }


def _refuse(differences: list[reading.Difference]) -> None:
    if differences:
        first = differences[0]
        raise Refused(
            "differs",
            _("The backup and what was found differ in %(count)s places, first %(name)s: %(what)s.")
            % {"count": len(differences), "name": first.name, "what": first.message},
        )
