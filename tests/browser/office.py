"""An office of its own for the browser: what `make demo` starts, over a database that goes away.

Web server, workers and scheduler are real processes and know nothing of tests. The tests speak
to them through the browser; only what a page cannot show (the audit trail) is read by SQL.
"""

import csv
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from random import Random
from urllib.parse import quote, urlsplit, urlunsplit

import psutil
import psycopg2
import redis

from core.servers import process
from core.synthetic.files import Layout
from core.synthetic.places import District, invented_areas
from core.synthetic.world import make_world
from pkh.environment import BASE_DIR
from tests.bringup import broker_database

DISTRICT = "99.01"
PERIOD = "2026-4"
BROKER_DATABASE = 15  # the workers of the other tests have theirs from 1 upwards
FORMULA = "=1+1"


class BrowserOffice:
    def __init__(self):
        self.home = Path(tempfile.mkdtemp(prefix="pkh-test-"))
        self.home.chmod(0o711)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def open(self, areas: Path):
        """Start the office, then give it its villages; the accounts get their places with them."""
        self.database_url, self._server_url = _own_database(os.environ["DATABASE_URL"])
        self.redis_url = _own_broker_database(os.environ["REDIS_URL"])
        with (self.home / "stderr").open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pkh.office", "--with-parent"],
                cwd=BASE_DIR,
                env=self._environment(),
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        first_line = self.process.stdout.readline()
        assert first_line == f"Ready: {self.url}/\n", (self.home / "stderr").read_text()[-3000:]
        self.command("import_areas", areas)
        self.passwords = json.loads((self.home / "demo-accounts.json").read_text())

    def close(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                process.stop(self.process, ((signal.SIGKILL, 5),))
        with _connected(self._server_url) as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{_name(self.database_url)}" WITH (FORCE)')
        shutil.rmtree(self.home, ignore_errors=True)

    def command(self, *words) -> dict:
        """A command of manage.py, as a clerk with a terminal would give it."""
        done = subprocess.run(
            [sys.executable, "manage.py", *map(str, words), "--json"],
            cwd=BASE_DIR,
            env=self._environment(),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.strip().splitlines()[-1])

    def ask(self, sql, *parameters) -> list[tuple]:
        with _connected(self.database_url) as cursor:
            cursor.execute(sql, parameters or None)
            return cursor.fetchall()

    @contextmanager
    def worker_held(self, queue):
        """Freeze the worker of a queue, so that what it would do in a moment can be watched."""
        office = psutil.Process(self.process.pid)
        first = [p for p in office.children() if f"{queue}@%h" in p.cmdline()]
        frozen = [p for worker in first for p in (worker, *worker.children(recursive=True))]
        assert frozen
        for each in frozen:
            each.suspend()
        try:
            yield
        finally:
            for each in frozen:
                each.resume()

    def _environment(self):
        return os.environ | {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "PKH_HOME": str(self.home),
            "PKH_PORT": str(self.port),
            "PKH_OFFICE_AREA": DISTRICT,
            "PKH_DEMO_DATA": "none",
        }


def make_files(folder: Path) -> dict:
    """A small district with other names, dirt and notations than the practice data has."""
    expected = make_world(
        seed=4021,
        households=270,
        registry_rows=3_300,
        noise=2,
        areas=district(),
        out=folder,
        period=PERIOD,
        names={"bali": 2, "jawa": 1, "sunda": 1},
        layout=Layout(
            delimiter=";",
            encoding="utf-8",
            byte_order_mark=True,
            quote_all=False,
            line_end="\n",
            title_rows=3,
            number_row=True,
            header_variants=True,
            total_row=True,
            money="rupiah",
        ),
    )
    _add_a_row_that_calculates(folder / "dtks.csv")
    return expected | {"source_rows": expected["source_rows"] + 1}


def _add_a_row_that_calculates(path: Path):
    """Somebody's name is a formula, and his NIK is missing, so that he is in the list of rows to
    correct: what leaves the office must not calculate."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header = next(row for row in csv.reader(stream, delimiter=";") if "NAMA" in row)
    values = {"NAMA": FORMULA, "NIK": "-"}
    row = [values.get(column, "") for column in header]
    with path.open("a", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=";", lineterminator="\n").writerow(row)


def district() -> District:
    return invented_areas(Random(4021), code=DISTRICT, kecamatan=3, desa=9)


def _own_database(url: str) -> tuple[str, str]:
    """Make an empty database beside the one of the tests; its URL, and the URL of the server."""
    name = f"{_name(url)}_browser_{os.getpid()}"
    parts = urlsplit(url)
    server = urlunsplit(parts._replace(path="/postgres"))
    with _connected(server) as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    return urlunsplit(parts._replace(path=f"/{quote(name)}")), server


def _own_broker_database(url: str) -> str:
    own = broker_database(url, BROKER_DATABASE)
    with redis.Redis.from_url(own) as broker:
        broker.flushdb()
    return own


def _name(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


@contextmanager
def _connected(url):
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
