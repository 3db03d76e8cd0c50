"""An office's own Valkey (or Redis): the broker, kept on disk."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from . import process
from .account import account_for
from .binaries import find
from .place import Place, reachable_binaries

SOCKET_NAME = "valkey.sock"


class Valkey:
    """One broker under `home`, reachable only through a socket in a 0700 folder.

    The same five steps as `Postgres`; append-only file every second, and never an eviction:
    a queue that is full must say so.
    """

    name = "valkey"
    stop_steps = ((signal.SIGTERM, 4.0),)
    death_signal = signal.SIGTERM

    def __init__(self, home: Path, *, throwaway: bool = False):
        self.place = Place(home, self.name)
        self.append_only = "no" if throwaway else "yes"

    def prepare(self) -> None:
        self.place.make()
        self.account = account_for(self.place.data)
        self.data = self.place.choose_data(self.account)
        self.binaries = reachable_binaries(find(self.name), self.account)
        self.socket = self.place.socket_folder(self.account) / SOCKET_NAME
        if not self.data.is_dir():
            self.data.mkdir(mode=0o700)
            if self.account:
                os.chown(self.data, self.account.uid, self.account.gid)
        self._sweep()

    def start(self) -> subprocess.Popen:
        return process.spawn(
            [
                self.binaries.path, "--port", "0", "--unixsocket", self.socket,
                "--unixsocketperm", "700", "--dir", self.data, "--save", "",
                "--appendonly", self.append_only, "--appendfsync", "everysec",
                "--maxmemory-policy", "noeviction", "--daemonize", "no", "--databases", "16",
            ],
            death_signal=self.death_signal,
            account=self.account,
            log=self.place.log,
            cwd="/",
        )  # fmt: skip

    def is_ready(self) -> bool:
        """True when it answers PING; while it still reads its file it answers LOADING."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            try:
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(64).startswith(b"+PONG")
            except OSError:
                return False

    def finish_start(self) -> None:
        """Nothing to make: sixteen empty databases are there from the start."""

    def stop(self, running: subprocess.Popen) -> None:
        process.stop(running, self.stop_steps)
        self._sweep()

    def after_failed_start(self) -> None:
        """Put a broken append-only file aside.

        Messages may be lost by that, jobs not: each is a row in the database, and the
        sweeper publishes again what nobody works on.
        """
        files = self.data / "appendonlydir"
        if files.is_dir():
            files.rename(files.with_name(f"appendonlydir-broken-{int(time.time())}"))

    def url(self) -> str:
        return f"unix://{quote(str(self.socket), safe='/')}?db=0"

    def _sweep(self) -> None:
        """A server that lost its keeper is asked to end: two writers would spoil the file."""
        process.end_leftovers(
            self.data,
            program=self.binaries.program,
            steps=((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)),
        )
        self.socket.unlink(missing_ok=True)
