"""Servers are kept for as long as somebody uses them, and not a moment longer.

Everyone who needs a server (the office, a management command, a test run) holds a shared
lock on `<home>/<server>/users`; the kernel drops it when its holder dies, however it dies.
The first one starts a keeper: a small process that starts the server, restarts it when it
crashes, and stops it when the last user has gone. Three lock files:

    users    shared: "I am using the server"
    keeper   exclusive, for a keeper's whole life: there is never a second one
    change   exclusive, short: somebody is joining, or the keeper is about to stop
"""

import argparse
import contextlib
import fcntl
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

from . import process
from .place import read_json, write_json
from .postgres import Postgres
from .valkey import Valkey
from .words import ServerError
from .words import gettext as _

SERVERS = {server.name: server for server in (Postgres, Valkey)}
CODE_DIR = Path(__file__).resolve().parents[2]
LOOK_SECONDS = 0.2  # between a keeper's looks at its server and its users
READY_SECONDS = 300.0  # a long log is replayed after a power cut
FIRST_REPORT_SECONDS = 600.0
LEAVE_SECONDS = 10.0
RESTART_PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
CALM_SECONDS = 60.0  # a server that ran this long has not crashed "again"


# Keepers we started that serve others now: still our children, not our business.
_staying: list[subprocess.Popen | None] = []


class Lock:
    """A file lock; released by `release()` or by the kernel at this process's end."""

    def __init__(self, path: Path):
        # Not inherited by programs we start: they must not count as users.
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def try_take(self, *, shared: bool = False) -> bool:
        try:
            fcntl.flock(self.fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def take(self, seconds: float) -> None:
        if not process.wait_until(self.try_take, seconds):
            raise ServerError(
                "busy", _("Another command is still starting or stopping the servers. Try again.")
            )

    def let_go(self) -> None:
        fcntl.flock(self.fd, fcntl.LOCK_UN)

    def release(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


# --- the users' side


class Use:
    """One user of one server. `join` returns when the server answers; `leave` may stop it."""

    def __init__(self, server: str, home: Path, *, throwaway: bool = False):
        self.server = SERVERS[server](home, throwaway=throwaway)
        self.home = home
        self.throwaway = throwaway
        self.folder = self.server.place.folder
        self.users: Lock | None = None
        self.keeper: subprocess.Popen | None = None

    def join(self) -> dict:
        """Start the server unless it runs, and hold it; what `running.json` says comes back.

        Raises `ServerError` when the server cannot be started. May be called again: a
        keeper that was killed meanwhile is replaced.
        """
        self.server.place.make()
        change = Lock(self.folder / "change")
        try:
            change.take(FIRST_REPORT_SECONDS)
            if self.users is None:
                self.users = Lock(self.folder / "users")
                self.users.try_take(shared=True)  # exclusive only ever under `change`
            if not self._is_kept():
                self._start_keeper()
        except BaseException:
            self.let_go()
            raise
        finally:
            change.release()
        return read_json(self.server.place.running)

    def is_kept(self) -> bool:
        """Whether a keeper is alive; asked by those who look after the office."""
        return self.users is not None and self._is_kept()

    def leave(self) -> None:
        """Stop using it; when nobody else does, return after the server has stopped."""
        if self.users is None and self.keeper is None:
            return
        self.let_go()
        deadline = time.monotonic() + LEAVE_SECONDS
        while self._is_kept() and time.monotonic() < deadline:
            if self._others_use_it():
                _staying.append(self.keeper)
                return
            time.sleep(0.05)
        if self.keeper:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.keeper.wait(2)

    def let_go(self) -> None:
        if self.users is not None:
            self.users.release()
            self.users = None

    def _is_kept(self) -> bool:
        if self.keeper is not None:
            self.keeper.poll()  # reap it when it is ours and gone
        return is_held(self.folder / "keeper")

    def _others_use_it(self) -> bool:
        change, users = Lock(self.folder / "change"), Lock(self.folder / "users")
        try:
            # Somebody joins, or the keeper is stopping: look again in a moment.
            return change.try_take() and not users.try_take()
        finally:
            users.release()
            change.release()

    def _start_keeper(self) -> None:
        reader, writer = os.pipe()
        with (self.folder.parent / "log" / "keeper.log").open("ab") as log:
            self.keeper = subprocess.Popen(
                [
                    sys.executable, "-m", "core.servers.keeper", self.server.name, str(self.home),
                    f"--report={writer}", *(["--throwaway"] if self.throwaway else []),
                ],
                cwd=CODE_DIR, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, pass_fds=[writer],
            )  # fmt: skip
        os.close(writer)
        with os.fdopen(reader, encoding="utf-8") as report:
            ready, _w, _x = select.select([report], [], [], FIRST_REPORT_SECONDS)
            said = report.readline() if ready else ""
        if said.strip() == "ready":
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.keeper.wait(LEAVE_SECONDS)
        code, _colon, message = said.strip().partition(":")
        raise ServerError(
            code or "server_failed",
            message
            or _("The server %(server)s did not start; the reason is in %(log)s.")
            % {"server": self.server.name, "log": self.server.place.log},
        )


@contextlib.contextmanager
def use(home: Path, *servers: str, throwaway: bool = False):
    """Hold the named servers for the length of a `with` block; yields the list of `Use`."""
    joined: list[Use] = []
    try:
        for name in servers:
            user = Use(name, home, throwaway=throwaway)
            user.join()
            joined.append(user)
        yield joined
    finally:
        for user in reversed(joined):
            user.leave()


def is_held(path: Path) -> bool:
    if not path.exists():
        return False
    lock = Lock(path)
    try:
        # Shared, so that two who look at the same moment do not see each other.
        return not lock.try_take(shared=True)
    finally:
        lock.release()


# --- the keeper's side


class Keeper:
    def __init__(self, server, *, discard: bool):
        self.server = server
        self.discard = discard
        self.folder = server.place.folder
        self.told_to_stop = False
        self.running: subprocess.Popen | None = None

    def run(self, report) -> int:
        own = Lock(self.folder / "keeper")
        if not process.wait_until(own.try_take, 5.0):
            report("busy:")
            return 1
        for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(signum, self._stop_soon)
        try:
            self.server.prepare()
            self._start_until_ready()
        except Exception as reason:
            self._stop()
            if isinstance(reason, ServerError):
                report(f"{reason.code}:{reason.message}")
                return 1
            raise
        report("ready")
        self._watch()
        return 0

    def _watch(self) -> None:
        crashes, calm_since = 0, time.monotonic()
        while True:
            time.sleep(LOOK_SECONDS)
            if self.told_to_stop or self._nobody_is_left():
                self._stop()
                return
            if self.running and self.running.poll() is not None:
                if time.monotonic() - calm_since > CALM_SECONDS:
                    crashes = 0
                pause = RESTART_PAUSES[min(crashes, len(RESTART_PAUSES) - 1)]
                print(f"{self.server.name} ended with {self.running.returncode}", flush=True)  # noqa: T201
                time.sleep(pause)
                crashes, calm_since = crashes + 1, time.monotonic()
                with contextlib.suppress(ServerError):  # tried again at the next look
                    self.server.prepare()
                    self._start_until_ready()

    def _start_until_ready(self) -> None:
        """Start, and start again: after a kill the first attempts may fail for some seconds."""
        deadline = time.monotonic() + READY_SECONDS
        for attempt in range(8):
            self.running = self.server.start()
            while self.running.poll() is None and time.monotonic() < deadline:
                if self.server.is_ready():
                    self.server.finish_start()
                    write_json(
                        self.server.place.running,
                        {"url": self.server.url(), "pid": self.running.pid, "keeper": os.getpid()},
                    )
                    return
                if self.told_to_stop:
                    raise ServerError("stopped", _("Stopped while starting."))
                time.sleep(0.05)
            if time.monotonic() >= deadline:
                break
            if attempt == 3 and hasattr(self.server, "after_failed_start"):
                self.server.after_failed_start()
            time.sleep(min(0.25 * 2**attempt, 4.0))
            self.server.prepare()
        raise ServerError(
            "server_failed",
            _("The server %(server)s did not start; the reason is in %(log)s.")
            % {"server": self.server.name, "log": self.server.place.log},
        )

    def _nobody_is_left(self) -> bool:
        """True when the last user has gone; from then on newcomers wait for our end."""
        self.change = Lock(self.folder / "change")
        users = Lock(self.folder / "users")
        if self.change.try_take():
            if users.try_take():
                return True  # both stay locked until this process ends
            users.release()
        else:
            users.release()
        self.change.release()
        return False

    def _stop(self) -> None:
        self.server.place.running.unlink(missing_ok=True)
        if self.running:
            self.server.stop(self.running)
        self.server.place.forget_socket()
        if self.discard:
            self.server.place.discard()

    def _stop_soon(self, _signum, _frame) -> None:
        self.told_to_stop = True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("server", choices=sorted(SERVERS))
    parser.add_argument("home", type=Path)
    parser.add_argument("--report", type=int, required=True)
    parser.add_argument("--throwaway", action="store_true")
    options = parser.parse_args()

    def report(line: str) -> None:
        with contextlib.suppress(OSError):  # whoever waited may be gone
            os.write(options.report, line.replace("\n", " ").encode() + b"\n")
            os.close(options.report)

    server = SERVERS[options.server](options.home, throwaway=options.throwaway)
    return Keeper(server, discard=options.throwaway).run(report)


if __name__ == "__main__":
    sys.exit(main())
