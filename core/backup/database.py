"""Connections and PostgreSQL's own programs, for work beside Django's connection."""

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import psycopg2.extensions
from django.db import connection as django_connection
from django.utils.translation import gettext as _

from core.errors import Refused
from core.servers import binaries, process
from core.servers.words import ServerError

STOP_STEPS = ((15, 3.0), (9, 2.0))
LOOK_SECONDS = 0.1
SERVER_ENDS = "57P"  # the codes of a server that shuts down or crashed
SAID_AT_MOST = 2000


def office_parameters() -> dict:
    """What libpq needs to reach the office's database, password included."""
    given = django_connection.get_connection_params()
    return {
        name: value
        for name, value in given.items()
        if name in {"dbname", "user", "password", "host", "port", "options"}
        or name.startswith(("ssl", "connect_timeout", "keepalives", "target_session", "gss"))
    }


def parameters_of(url: str) -> dict:
    """The same from a `postgres://` URL; a password may stand in ~/.pgpass instead."""
    try:
        return dict(psycopg2.extensions.parse_dsn(url))
    except psycopg2.ProgrammingError as problem:
        raise Refused("wrong_server", str(problem).strip()) from None


@contextlib.contextmanager
def connected(parameters: dict, **session) -> Iterator:
    """A connection of our own, closed at the end; `session` goes to psycopg2's set_session."""
    try:
        connection = psycopg2.connect(**parameters)
        with contextlib.closing(connection):
            if session:
                connection.set_session(**session)
            yield connection
    except psycopg2.OperationalError as problem:
        if problem.pgcode and not problem.pgcode.startswith(SERVER_ENDS):
            raise  # a lock, for example: the caller's business
        raise Refused("unavailable", _("The database does not answer. Is it running?")) from problem


def major_version(connection) -> int:
    return connection.server_version // 10_000


def clients(lowest: int, highest: int | None = None) -> binaries.Binaries:
    try:
        return binaries.find_clients(lowest, highest)
    except ServerError as problem:
        raise Refused(problem.code, problem.message) from None


class Program:
    """pg_dump or pg_restore at work, ended with us and by us; `finish` says how it went."""

    def __init__(self, argv: list, parameters: dict):
        shown = {name: value for name, value in parameters.items() if name != "password"}
        environment = dict(os.environ)
        if parameters.get("password"):
            # Not as an argument: everybody on the machine may read those.
            environment["PGPASSWORD"] = str(parameters["password"])
        handle, name = tempfile.mkstemp(prefix="pkh-said-")
        os.close(handle)
        self.said = Path(name)
        self.process = process.spawn(
            [*argv, f"--dbname={psycopg2.extensions.make_dsn(**shown)}"],
            log=self.said,
            env=environment,
            cwd="/",
        )

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *exc_info) -> None:
        process.stop(self.process, STOP_STEPS)
        self.said.unlink(missing_ok=True)

    def finish(self) -> tuple[int, str]:
        """(exit code, the end of what it said), after it has ended by itself."""
        while self.process.poll() is None:
            time.sleep(LOOK_SECONDS)
        said = self.said.read_text(encoding="utf-8", errors="replace").strip()
        return self.process.returncode, said[-SAID_AT_MOST:]
