"""An office's own PostgreSQL: made once, started, healed after a crash, stopped."""

import locale
import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psycopg2

from . import process
from .account import account_for
from .binaries import find
from .place import Place, reachable_binaries
from .words import ServerError
from .words import gettext as _

OWNER = "pkh"  # the role and the database of the application
ADMIN = "postgres"  # the cluster's superuser, for repairs by hand
PORT = 5432  # only a part of the socket's name: nothing listens on the network
START_SECONDS = 300.0  # replaying a long log after a power cut takes its time
READY_PAUSE = 0.1

SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "synchronous_commit": "on",
    "max_connections": "100",
    "random_page_cost": "1.1",
    "jit": "off",  # its planning time costs more than our short queries take
    "timezone": "UTC",
    "log_line_prefix": "%m [%p] %u ",
    # A failed statement would carry NIKs into the log: its text and details stay out.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# A test run that loses its data has lost nothing.
THROWAWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "128MB",
}


class Postgres:
    """One cluster under `home`; `throwaway` trades safety for speed.

    The keeper calls `prepare`, `start`, `is_ready`, `finish_start` and `stop`, in this order
    and from one process at a time.
    """

    name = "postgresql"
    stop_steps = ((signal.SIGINT, 4.0), (signal.SIGQUIT, 1.0))
    # The kernel sends it when the keeper dies: immediate, the next start replays the log.
    death_signal = signal.SIGQUIT

    def __init__(self, home: Path, *, throwaway: bool = False):
        self.place = Place(home, self.name)
        self.throwaway = throwaway
        self.settings = SETTINGS | (THROWAWAY if throwaway else {})

    def prepare(self) -> None:
        """Make the cluster when there is none, and sweep up what a crash left."""
        self.place.make()
        self.account = account_for(self.place.data)
        if os.geteuid() == 0 and self.account is None:
            raise ServerError(
                "no_account",
                _(
                    "PostgreSQL does not run as root and no other account was found. "
                    "Make one with: useradd --system pkh-office"
                ),
            )
        self.data = self.place.choose_data(self.account)
        self.binaries = reachable_binaries(find(self.name), self.account)
        self.socket = self.place.socket_folder(self.account)
        if self.place.is_new():
            self._make_cluster()
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != str(self.binaries.version):
            raise ServerError(
                "other_version",
                _(
                    "The data in %(data)s belongs to PostgreSQL %(old)s, but PostgreSQL %(new)s "
                    "was found. Set PKH_SERVER_BINARIES to the kind it was made with, or move "
                    "the data with pg_dump."
                )
                % {"data": self.data, "old": made_by, "new": self.binaries.version},
            )
        self._sweep()

    def start(self) -> subprocess.Popen:
        options = [f"--{name}={value}" for name, value in self.settings.items()]
        return process.spawn(
            [
                self.binaries.path, "-D", self.data, "-p", str(PORT), "-k", self.socket, *options,
            ],
            death_signal=self.death_signal,
            account=self.account,
            log=self.place.log,
            env=_plain_environment(),
            cwd="/",
        )  # fmt: skip

    def is_ready(self) -> bool:
        try:
            self._connect(ADMIN, "postgres").close()
        except psycopg2.OperationalError as reason:
            if "password authentication failed" in str(reason):
                raise ServerError(
                    "wrong_password",
                    _(
                        "PostgreSQL does not accept the password kept in %(folder)s. Put the "
                        "password files back that belong to this data."
                    )
                    % {"folder": self.place.folder},
                ) from None
            return False
        return True

    def finish_start(self) -> None:
        """The application's role and database; repeats itself harmlessly."""
        connection = self._connect(ADMIN, "postgres")
        connection.autocommit = True  # CREATE DATABASE takes no transaction
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER])
                if not cursor.fetchone():
                    cursor.execute(
                        f"CREATE ROLE {OWNER} LOGIN CREATEDB PASSWORD %s", [self._password(OWNER)]
                    )
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [OWNER])
                if not cursor.fetchone():
                    cursor.execute(f"CREATE DATABASE {OWNER} OWNER {OWNER}")
        finally:
            connection.close()

    def stop(self, running: subprocess.Popen) -> None:
        process.stop(running, self.stop_steps)
        self._sweep()

    def url(self) -> str:
        """For clients: a socket has no host name, so its folder is a parameter."""
        return (
            f"postgres://{OWNER}:{quote(self._password(OWNER))}@/{OWNER}"
            f"?host={quote(str(self.socket), safe='/')}&port={PORT}"
        )

    def _connect(self, role: str, database: str):
        return psycopg2.connect(
            host=str(self.socket), port=PORT, user=role, dbname=database,
            password=self._password(role), connect_timeout=10,
        )  # fmt: skip

    def _password(self, role: str) -> str:
        """Random once, in a 0600 file; scram even on the socket, for whoever opens its folder."""
        path = self.place.folder / f"password-{role}"
        if not path.exists():
            part = path.with_suffix(".part")
            part.touch(mode=0o600)
            part.write_text(secrets.token_urlsafe(24))
            part.replace(path)
        return path.read_text()

    def _make_cluster(self) -> None:
        """initdb beside the final place, then one rename: half a cluster never counts as one."""
        part = self.data.with_name(".postgresql-new")
        secret = self.data.with_name(".postgresql-secret")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        secret.unlink(missing_ok=True)
        secret.touch(mode=0o600)
        secret.write_text(self._password(ADMIN))
        if self.account:
            for path in (part, secret):
                os.chown(path, self.account.uid, self.account.gid)
        try:
            making = process.spawn(
                [
                    self.binaries.path.with_name("initdb"), "-D", part, "-U", ADMIN,
                    "--encoding=UTF8", *_locale_options(self.binaries.version),
                    "--auth=scram-sha-256", f"--pwfile={secret}", "--data-checksums",
                    *(["--no-sync"] if self.throwaway else []),
                ],
                account=self.account, log=self.place.log, env=_plain_environment(), cwd="/",
            )  # fmt: skip
            making.wait()
        finally:
            secret.unlink(missing_ok=True)
        if making.returncode:
            shutil.rmtree(part, ignore_errors=True)
            raise ServerError(
                "initdb_failed",
                _("PostgreSQL could not make its data folder; the reason is in %(log)s.")
                % {"log": self.place.log},
            )
        part.rename(self.data)

    def _sweep(self) -> None:
        """End what is left of an earlier server on this data, and its false traces.

        Only called while the keeper's lock is ours, so nobody may be using it: a
        postmaster that lost its keeper, backends that have not noticed yet, or a pid
        file whose number belongs to a stranger by now (PostgreSQL would not start).
        """
        process.end_leftovers(
            self.data,
            program=self.binaries.program,
            steps=((signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)),
        )
        (self.data / "postmaster.pid").unlink(missing_ok=True)


def _locale_options(version: int) -> list[str]:
    """C.UTF-8 everywhere: the same order on every machine, no ICU, letters known as letters."""
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
        libc = "C.UTF-8"
    except locale.Error:
        libc = "C"
    if version >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", f"--locale={libc}"]
    return [f"--locale={libc}"]


def _plain_environment() -> dict[str, str]:
    """PGDATA, PGHOST and their kin of the caller's shell must not reach the server."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PG") and name not in {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"}
    }
