"""The office as `make demo` runs it: real processes, real ports, real kills."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest

from core.servers import process
from pkh.environment import BASE_DIR

# One office after the other: two at once would only measure each other.
pytestmark = [pytest.mark.chaos, pytest.mark.slow, pytest.mark.xdist_group("office")]


@pytest.fixture
def office():
    """An empty office of its own; whatever a test leaves running is ended after it."""
    home = Path(tempfile.mkdtemp(prefix="pkh-test-"))
    home.chmod(0o711)
    started = OfficeUnderTest(home)
    yield started
    started.end()
    shutil.rmtree(home, ignore_errors=True)


class OfficeUnderTest:
    def __init__(self, home):
        self.home = home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = None

    def start(self):
        """Start it and wait for its one line, or for its end."""
        environment = {k: v for k, v in os.environ.items() if not k.endswith("_URL")}
        environment |= {
            "PKH_HOME": str(self.home),
            "PKH_PORT": str(self.port),
            "PKH_DEMO_DATA": "none",
        }
        with (self.home / "stderr").open("ab") as errors:
            self.process = self._spawn(errors, environment)
        self.first_line = self.process.stdout.readline()

    def _spawn(self, errors, environment):
        return subprocess.Popen(
            [sys.executable, "-m", "pkh.office"],
            cwd=BASE_DIR, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True,
        )  # fmt: skip

    def status(self, path="/readyz"):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as said:
                return said.status
        except OSError as refusal:
            return getattr(refusal, "code", 0)

    def running(self):
        """Every living process of this office, known by its environment: {pid: command line}."""
        wanted = f"PKH_HOME={self.home}".encode()
        found = {}
        for entry in Path("/proc").iterdir():
            try:
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    if command:  # a zombie has none
                        found[int(entry.name)] = command
            except OSError:
                continue
        return found

    def pids(self, word):
        return sorted(pid for pid, command in self.running().items() if word in command)

    def end(self):
        for pid in self.running():
            os.kill(pid, signal.SIGKILL)
        process.wait_until(lambda: not self.running(), 10)
        if self.process:
            self.process.wait()
            self.process.stdout.close()


def test_the_office_opens_with_one_line_and_closes_within_ten_seconds(office):
    office.start()
    assert office.first_line == f"Ready: http://127.0.0.1:{office.port}/\n"
    assert office.status() == 200

    began = time.monotonic()
    office.process.send_signal(signal.SIGTERM)
    more, _ = office.process.communicate(timeout=20)

    assert time.monotonic() - began < 10
    assert more == ""
    assert office.running() == {}


def test_the_office_recovers_from_a_killed_parent_and_from_killed_children(office):
    office.start()
    secret = (office.home / "secret-key").read_text()

    office.process.kill()
    office.process.communicate()
    assert process.wait_until(lambda: not office.running(), 10), office.running()

    office.start()
    assert office.first_line == f"Ready: http://127.0.0.1:{office.port}/\n"
    assert (office.home / "secret-key").read_text() == secret

    # The web server, every worker with its pool, and PostgreSQL itself.
    victims = [*office.pids("gunicorn"), *office.pids("celery"), *office.pids("postgres -D")]
    for pid in victims:
        os.kill(pid, signal.SIGKILL)

    def healed():
        alive = office.running()
        return not set(victims) & set(alive) and office.status() == 200

    assert process.wait_until(healed, 90, pause=0.5), office.running()


def test_a_second_office_in_the_same_folder_is_refused(office):
    office.start()

    second = OfficeUnderTest(office.home)
    second.start()
    _, code = second.process.communicate(), second.process.returncode

    assert (second.first_line, code) == ("", 1)
    assert "PKH_HOME" in (office.home / "stderr").read_text()
    assert office.status() == 200


def test_a_taken_port_is_refused_in_a_sentence(office):
    with socket.socket() as other:
        other.bind(("127.0.0.1", office.port))
        other.listen()
        office.start()
        office.process.communicate()

    assert (office.first_line, office.process.returncode) == ("", 1)
    assert f"PKH_PORT={office.port + 1}" in (office.home / "stderr").read_text()
