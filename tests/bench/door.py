"""`make bench-door`: two hundred people at the door of one meeting.

Starts a demo office with its web server and lets `BENCH_PEOPLE` invited people (200) come over
loopback from one address: each scans the wall, then the letter, reads the page and presses the
button. `BENCH_PHONES` telephones (12) do so at once. One JSON object is the last line; exit 1 when
somebody is missing or doubled, or it took longer than three minutes.
"""

import http.client
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from tests.bench.__main__ import ROOT, say
from tests.bench.field import run

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "200"))
PHONES = int(os.environ.get("BENCH_PHONES", "12"))
PORT = os.environ.get("BENCH_PORT", "8346")
LIMIT = 180  # seconds: "200 people check in within 3 minutes"
START = """
import json, os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "pkh.settings"
django.setup()
from django.utils import timezone
"""
PREPARE = (
    START
    + """
from tests.factories.meetings import institution, invite, meeting_of
people, now = int(sys.stdin.read()), timezone.now()
meeting = meeting_of(at=now, state="invited")
codes = [
    invite(meeting=meeting, institution=institution(), name=f"Peserta {nth}",
           by=meeting.made_by, at=now).code
    for nth in range(people)
]
print(json.dumps({"meeting": str(meeting.pk), "secret": meeting.hall_secret, "codes": codes}))
"""
)
WALL = (
    START
    + """
from meetings import hall
from meetings.models import Meeting
meeting = Meeting.objects.get(pk=json.load(sys.stdin))
print(json.dumps(hall.code_now(meeting, 90, timezone.now())))
"""
)
COUNT = (
    START
    + """
from meetings.models import Attendance
print(Attendance.objects.filter(meeting_id=json.load(sys.stdin), how="code").count())
"""
)


class Phone:
    """Follows redirects and keeps cookies, as a telephone does."""

    def __init__(self):
        self.wire = http.client.HTTPConnection("127.0.0.1", int(PORT), timeout=60)
        self.cookies = {}

    def ask(self, method, path, body=None):
        """(path it ended on, status, page)"""
        head = {"Cookie": "; ".join(f"{key}={value}" for key, value in self.cookies.items())}
        if body is not None:
            head["Content-Type"] = "application/x-www-form-urlencoded"
        self.wire.request(method, path, urlencode(body) if body is not None else None, head)
        answer = self.wire.getresponse()
        page = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or ():
            for key, kept in SimpleCookie(line).items():
                self.cookies[key] = kept.coded_value
        if answer.status == 302:
            return self.ask("GET", answer.headers["Location"])
        return path, answer.status, page

    def come(self, wall, code):
        self.ask("GET", f"/hadir/?aula={wall}")
        path, status, page = self.ask("GET", f"/hadir/?undangan={code}")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        if path != "/hadir/saya/" or token is None:
            return f"{path} {status}"
        path, status, _page = self.ask("POST", path, {"csrfmiddlewaretoken": token[1]})
        return "there" if (path, status) == ("/hadir/tercatat/", 200) else f"{path} {status}"


def all_come(codes, wall_of):
    waiting, results = queue.Queue(), []
    for code in codes:
        waiting.put(code)

    def hall():
        while True:
            try:
                code = waiting.get_nowait()
            except queue.Empty:
                return
            before = time.monotonic()
            said = Phone().come(wall_of(), code)
            results.append((time.monotonic() - before, said))

    threads = [threading.Thread(target=hall) for _nth in range(PHONES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def main():
    from core.servers import keeper
    from pkh import environment as settings

    folder = Path(tempfile.mkdtemp(prefix="pkh-bench-"))
    folder.chmod(0o711)
    home = folder / "office"
    home.mkdir(mode=0o711)
    environment = os.environ | {"PKH_HOME": str(home), "PKH_PORT": PORT, "PKH_DEMO_DATA": "none"}
    uses, office = [], None
    try:
        for name in settings.embedded_servers():
            uses.append(keeper.Use(name, home))
            variable = {"postgresql": "DATABASE_URL", "valkey": "REDIS_URL"}[name]
            environment[variable] = uses[-1].join()["url"]
        office = subprocess.Popen(
            [sys.executable, "-m", "pkh.office", "--with-parent"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        if not office.stdout.readline().startswith("Ready"):
            sys.exit("the office did not open")
        given = run(environment, PREPARE, str(PEOPLE))
        meeting = json.dumps(given["meeting"])
        wall = [run(environment, WALL, meeting)]
        done = threading.Event()

        def keep_the_wall():
            while not done.wait(20):
                wall[0] = run(environment, WALL, meeting)

        threading.Thread(target=keep_the_wall, daemon=True).start()
        before = time.monotonic()
        results = all_come(given["codes"], lambda: wall[0])
        seconds = time.monotonic() - before
        done.set()
        kept = run(environment, COUNT, meeting)
    finally:
        if office is not None:
            office.send_signal(signal.SIGTERM)
            office.wait(timeout=30)
        for use in uses:
            use.leave()
        shutil.rmtree(folder, ignore_errors=True)
    times = sorted(taken for taken, _said in results)
    figures = {
        "people": PEOPLE,
        "phones": PHONES,
        "seconds": round(seconds, 1),
        "came": sum(said == "there" for _taken, said in results),
        "kept": kept,
        "a_minute": round(PEOPLE / seconds * 60),
        "share_of_three_minutes": round(seconds / LIMIT, 3),
        "p50_ms": round(times[len(times) // 2] * 1000),
        "p95_ms": round(times[int(len(times) * 0.95)] * 1000),
    }
    for name, value in figures.items():
        say(name, f"{value:,}")
    for said in {said for _taken, said in results} - {"there"}:
        say("turned away", said)
    print(json.dumps(figures))
    sys.exit(figures["came"] != PEOPLE or kept != PEOPLE or seconds > LIMIT)


if __name__ == "__main__":
    main()
