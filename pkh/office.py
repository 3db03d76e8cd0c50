"""The whole office on one machine: `python -m pkh.office`, which is what `make demo` runs.

Starts the servers nobody gave a URL for, brings the tables up to date, fills the demo
office once, then keeps web, workers and scheduler alive until it is told to stop. Standard
output carries one line, `Ready: …`; what is happening goes to standard error, everything
else to `$PKH_HOME/log/`.
"""

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from core.servers import keeper, process
from core.servers.place import read_json, write_json
from core.servers.words import ServerError
from core.servers.words import gettext as _
from pkh import environment
from pkh.environment import BASE_DIR

QUEUES = ("fast", "import", "export")
READY_SECONDS = 300.0
LOCK_SECONDS = 12.0  # an office that is just closing is gone within these
PORT_SECONDS = 5.0
LOOK_SECONDS = 0.25
CALM_SECONDS = 60.0
RESTART_PAUSES = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)
STOP_SECONDS = 3.0  # for running requests and tasks; a cut task goes on after the next start
KILL_SECONDS = 1.0
LARGEST_LOG = 20 * 1024 * 1024


class Stopped(BaseException):
    """SIGTERM or Ctrl-C arrived; not an Exception, so that no handler swallows it."""


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201


class Child:
    """One program of the office and what is known about its crashes."""

    def __init__(self, name: str, argv: list[str], log_dir: Path):
        self.name = name
        self.argv = argv
        self.log = log_dir / f"{name}.log"
        self.process: subprocess.Popen | None = None
        self.crashes = 0
        self.start_at = 0.0  # monotonic; not before this moment

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = process.spawn(self.argv, log=self.log, cwd=BASE_DIR)

    def look_after(self) -> None:
        """Start it again when it died, later each time it dies soon after a start."""
        now = time.monotonic()
        if self.process and self.process.poll() is not None:
            if now - self.started_at > CALM_SECONDS:
                self.crashes = 0
            pause = RESTART_PAUSES[min(self.crashes, len(RESTART_PAUSES) - 1)]
            say(
                _("%(name)s stopped unexpectedly (%(code)s) and is started again; see %(log)s")
                % {"name": self.name, "code": self.process.returncode, "log": self.log}
            )
            self.crashes += 1
            self.start_at, self.process = now + pause, None
        if self.process is None and now >= self.start_at:
            self.start()


class Office:
    def __init__(self, port: int):
        self.port = port
        self.home = environment.open_home()
        self.log_dir = self.home / "log"
        self.servers: list[keeper.Use] = []
        self.children: list[Child] = []
        self.preparing: subprocess.Popen | None = None

    def run(self) -> None:
        self._take_office()
        self._rotate_logs()
        self._wait_for_port()
        self._start_servers()
        self._prepare()
        self._start_children()
        self._wait_until_ready()
        print(f"Ready: http://127.0.0.1:{self.port}/", flush=True)  # noqa: T201
        say(_("The office is open. Stop it with Ctrl-C."))
        while True:
            time.sleep(LOOK_SECONDS)
            self._look_after_everyone()

    def close(self) -> None:
        """Stop every child within ten seconds: first those who use the servers, then these."""
        running = [child.process for child in self.children if child.process]
        if self.preparing and self.preparing.poll() is None:
            running.append(self.preparing)
        for one in running:
            with contextlib.suppress(ProcessLookupError):
                one.send_signal(signal.SIGTERM)
        process.wait_until(lambda: all(p.poll() is not None for p in running), STOP_SECONDS)
        for one in running:
            process.stop(one, ((signal.SIGQUIT, KILL_SECONDS / len(running)),))
        for server in self.servers:
            server.let_go()
        for server in self.servers:
            server.leave()

    # --- opening, step by step

    def _take_office(self) -> None:
        """One office per folder; one that is just closing is waited for."""
        self.lock = keeper.Lock(self.home / "office.lock")
        if not process.wait_until(self.lock.try_take, LOCK_SECONDS):
            raise ServerError(
                "already_open",
                _(
                    "This office is already open (folder %(home)s). Stop it with Ctrl-C where it "
                    "was started, or choose another folder with PKH_HOME."
                )
                % {"home": self.home},
            )

    def _rotate_logs(self) -> None:
        for log in self.log_dir.glob("*.log"):
            if log.stat().st_size > LARGEST_LOG:
                log.replace(log.with_suffix(".log.1"))

    def _wait_for_port(self) -> None:
        def is_free() -> bool:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", self.port))
                except OSError:
                    return False
            return True

        if not process.wait_until(is_free, PORT_SECONDS, pause=0.2):
            raise ServerError(
                "port_taken",
                _(
                    "Port %(port)s is used by another program. Choose another one, for example: "
                    "PKH_PORT=%(other)s make demo"
                )
                % {"port": self.port, "other": self.port + 1},
            )

    def _start_servers(self) -> None:
        names = environment.embedded_servers()
        if names:
            say(_("Starting the database and the message broker …"))
        for name in names:
            user = keeper.Use(name, self.home)
            self.servers.append(user)
            user.join()

    def _prepare(self) -> None:
        """Tables and the demo data, in a process of its own that goes away after."""
        # What people should read goes on beside the log; what libraries print goes into it.
        progress = os.dup(sys.stderr.fileno())
        self.preparing = process.spawn(
            [sys.executable, "-m", "pkh.office", "--prepare", str(progress)],
            log=self.log_dir / "prepare.log",
            cwd=BASE_DIR,
            pass_fds=[progress],
        )
        os.close(progress)
        if self.preparing.wait() != 0:
            raise ServerError(
                "not_prepared",
                _("The office could not be prepared; the reason is above and in %(log)s.")
                % {"log": self.log_dir / "prepare.log"},
            )

    def _start_children(self) -> None:
        say(_("Starting web, workers and scheduler …"))
        python = [sys.executable, "-m"]
        celery = [*python, "celery", "-A", "pkh.celery"]
        web = [*python, "gunicorn", "-c", "python:pkh.gunicorn_conf", "pkh.wsgi:application"]
        self.children.append(Child("web", web, self.log_dir))
        for queue in QUEUES:
            worker = [
                *celery, "worker", "-Q", queue, "-c", "1", "-n", f"{queue}@%h",
                "--without-gossip", "--without-mingle", "--loglevel", "INFO",
            ]  # fmt: skip
            self.children.append(Child(f"worker-{queue}", worker, self.log_dir))
        beat = [*celery, "beat", "--schedule", str(self.home / "beat-schedule"), "--pidfile", ""]
        self.children.append(Child("beat", [*beat, "--loglevel", "INFO"], self.log_dir))
        for child in self.children:
            child.start()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        missing = "web"
        while time.monotonic() < deadline:
            self._look_after_everyone()
            ready, missing = self._ask_readyz()
            if ready:
                return
            time.sleep(LOOK_SECONDS)
        raise ServerError(
            "not_ready",
            _("The office did not become ready; missing: %(missing)s. See %(log)s.")
            % {"missing": missing, "log": self.log_dir},
        )

    def _ask_readyz(self) -> tuple[bool, str]:
        # No proxy of the user's shell may come between us and our own web server.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"http://127.0.0.1:{self.port}/readyz", timeout=10) as answer:
                return answer.status == 200, ""
        except urllib.error.HTTPError as refusal:
            with contextlib.suppress(ValueError):
                return False, ", ".join(json.load(refusal))
            return False, f"web ({refusal.code})"
        except OSError:
            return False, "web"

    def _look_after_everyone(self) -> None:
        for server in self.servers:
            if not server.is_kept():
                say(_("The keeper of %(name)s was gone; starting it again.")
                    % {"name": server.server.name})  # fmt: skip
                server.join()
        for child in self.children:
            child.look_after()


def prepare(progress) -> int:
    """Everything the tables need before somebody can work; safe to repeat after a crash.

    `progress` is the stream for the sentences a waiting clerk reads. Returns the exit code.
    """

    def say(sentence: str) -> None:
        print(sentence, file=progress, flush=True)

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pkh.settings")
    import django
    from django.core.management import CommandError, call_command, get_commands
    from django.db import connection

    django.setup()
    say(_("Bringing the tables up to date …"))
    call_command("migrate", interactive=False, verbosity=1)
    record = environment.office_record()
    office = read_json(record)
    if not office:
        write_json(record, {"filled": []})
    if "fill_demo_office" not in get_commands():
        return 0
    with connection.cursor() as cursor:
        # The database itself, not its address: another one behind the same URL is empty.
        cursor.execute(
            "SELECT (SELECT system_identifier FROM pg_control_system()) || '-' || oid "
            "FROM pg_database WHERE datname = current_database()"
        )
        (database,) = cursor.fetchone()
    filled = office.get("filled", [])
    if database not in filled:
        say(_("Filling the demo office; this happens once and takes some minutes …"))
        try:
            call_command("fill_demo_office", stderr=progress)
        except CommandError as reason:
            say(str(reason))
            return 1
        write_json(record, {**office, "filled": [*filled, database]})
    return 0


def chosen_port() -> int:
    given = os.environ.get("PKH_PORT") or "8000"
    if not given.isdigit() or not 0 < int(given) < 65536:
        raise ServerError("wrong_environment", _("PKH_PORT must be a number from 1 to 65535."))
    return int(given)


def open_office() -> int:
    def stop(_signum, _frame):
        for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(signum, signal.SIG_IGN)  # closing is not interrupted
        raise Stopped

    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signum, stop)
    office = None
    try:
        office = Office(chosen_port())
        office.run()
    except Stopped:
        say(_("Closing the office …"))
        return 0
    except (ServerError, environment.WrongEnvironment) as reason:
        say(str(reason))
        return 1
    finally:
        if office:
            office.close()
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--prepare", type=int, metavar="FD", help="tables and demo data only; progress goes to FD"
    )
    parser.add_argument(
        "--with-parent", action="store_true", help="stop when the process that started this ends"
    )
    options = parser.parse_args()
    if options.with_parent:
        process.die_with_parent(signal.SIGTERM)
    if options.prepare is not None:
        with os.fdopen(options.prepare, "w", encoding="utf-8") as progress:
            return prepare(progress)
    return open_office()


if __name__ == "__main__":
    sys.exit(main())
