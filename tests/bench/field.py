"""`make bench-field`: the evening when every phone of the district finds a signal again.

Starts a demo office with its web server, then sends visits of all its facilitators over
loopback, at a rate that does not wait for answers (`BENCH_RATE` a second, 8.4 unless told, for
`BENCH_SECONDS`, 600), one in five of them twice: at the same moment or some seconds later, as a
phone does that never heard the answer. Afterwards it counts in the database. One JSON object is
the last line; exit 1 when a visit is lost or doubled or the server answered 5xx.

A time is counted from when the visit was due to be sent, so a slow answer is not hidden by the
sending that waited for it.
"""

import datetime as dt
import http.client
import json
import os
import queue
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from pathlib import Path

from tests.bench.__main__ import ROOT, answer_of, say

RATE = float(os.environ.get("BENCH_RATE", "8.4"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "600"))
PORT = os.environ.get("BENCH_PORT", "8345")
REPLAYED = 0.2
SENDERS = 24

# Everybody of the demo's field gets an account and a token: visits come from all of them.
PREPARE = """
import json, os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "pkh.settings"
django.setup()
from django.utils import timezone
from accounts.models import User
from accounts.scopes import Scope
from accounts.services import assign_role, issue_token
from beneficiaries.models import Household
from facilitators.models import CaseloadAssignment, Facilitator
now = timezone.now(); today = timezone.localdate(now)
people = []
for one in Facilitator.objects.order_by("pk"):
    mine = CaseloadAssignment.objects.entrusted_to(one.pk, today)
    families = list(
        Household.objects.filter(pk__in=mine.values("household_id"))
        .values_list("pk", "version", "desa__parent_id")[:300]
    )
    if not families:
        continue
    if one.user is None:
        one.user = User.objects.create_user(username=f"beban{one.pk}", full_name=one.name)
        one.save(update_fields=["user"])
        from areas.models import Area
        assign_role(user=one.user, role="facilitator", starts_on=today, by=None, at=now,
                    area=Area.objects.get(pk=families[0][2]))
    _row, token = issue_token(user=one.user, days=1, scopes=[Scope.FIELD_WRITE], by=None, at=now)
    people.append({"token": token, "families": [f[:2] for f in families]})
print(json.dumps(people))
"""
COUNT = """
import json, os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "pkh.settings"
django.setup()
from facilitators.models import ChangeProposal, Visit
sent = json.load(sys.stdin)
print(json.dumps({
    "visits": Visit.objects.filter(pk__in=sent).count(),
    "proposals": ChangeProposal.objects.filter(visit_id__in=sent).count(),
}))
"""


def plan(people, chance):
    """[(moment, token, body)] in order of time; a replay is the same body at a later moment."""
    sendings = []
    for number in range(int(RATE * SECONDS)):
        moment = number / RATE
        person = chance.choice(people)
        household, version = chance.choice(person["families"])
        visit = {
            "id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            "household": household,
            "purpose": "data_update",
            "device_at": (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=30)).isoformat(),
            "latitude": -5.36,
            "longitude": 104.97,
            "accuracy_m": 12.0,
            "people_met": "Ibu",
            "note": "Keadaan keluarga diperiksa; tidak ada yang mendesak.",
        }
        if chance.random() < 0.3:
            visit["proposals"] = [
                {"kind": "correction", "version": version, "values": {"rt": "004"}}
            ]
        sendings.append((moment, person["token"], visit))
        if chance.random() < REPLAYED:
            later = moment + chance.choice((0, 0.05, 2, 15))
            sendings.append((later, person["token"], visit))
    return sorted(sendings, key=lambda sending: sending[0])


def send_all(sendings):
    """[(seconds since it was due, status)] of every sending, by `SENDERS` threads."""
    waiting, results = queue.Queue(), []

    def sender():
        connection = http.client.HTTPConnection("127.0.0.1", int(PORT), timeout=60)
        while (taken := waiting.get()) is not None:
            due, token, visit = taken
            try:
                connection.request(
                    "POST",
                    "/api/v1/visits/",
                    json.dumps(visit),
                    {"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
                )
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except (OSError, http.client.HTTPException):
                connection.close()
                status = 0
            results.append((time.monotonic() - due, status))

    threads = [threading.Thread(target=sender, daemon=True) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    begun = time.monotonic()
    for moment, token, visit in sendings:
        time.sleep(max(0, begun + moment - time.monotonic()))
        waiting.put((begun + moment, token, visit))
    for _thread in threads:
        waiting.put(None)
    for thread in threads:
        thread.join()
    return results


def run(environment, script, given=None):
    return answer_of("-c", script, environment=environment, given=given)


def main():
    from core.servers import keeper
    from pkh import environment as settings

    folder = Path(tempfile.mkdtemp(prefix="pkh-bench-"))
    folder.chmod(0o711)
    home = folder / "office"
    home.mkdir(mode=0o711)
    environment = os.environ | {"PKH_HOME": str(home), "PKH_PORT": PORT}
    uses = []
    office = None
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
        people = run(environment, PREPARE)
        sendings = plan(people, random.Random(8))
        visits = {visit["id"]: visit for _moment, _token, visit in sendings}
        say("visits to send", f"{len(visits):,}", "", f"{len(sendings) - len(visits):,} twice")
        results = send_all(sendings)
        kept = run(environment, COUNT, json.dumps(list(visits)))
    finally:
        if office is not None:
            office.send_signal(signal.SIGTERM)
            office.wait(timeout=30)
        for use in uses:
            use.leave()
        shutil.rmtree(folder, ignore_errors=True)
    times = sorted(seconds for seconds, _status in results)
    statuses = [status for _seconds, status in results]
    figures = {
        "facilitators": len(people),
        "seconds": SECONDS,
        "visits": len(visits),
        "sendings": len(sendings),
        "created": statuses.count(201),
        "known_already": statuses.count(200),
        "kept": kept["visits"],
        "lost": len(visits) - kept["visits"],
        "doubled": statuses.count(201) - kept["visits"],
        "proposals_expected": sum(len(v.get("proposals", ())) for v in visits.values()),
        "proposals": kept["proposals"],
        "other_answers": len(others := [s for s in statuses if s not in (200, 201)]),
        "p50_ms": round(times[len(times) // 2] * 1000),
        "p95_ms": round(times[int(len(times) * 0.95)] * 1000),
        "worst_ms": round(times[-1] * 1000),
    }
    for name, value in figures.items():
        say(name, f"{value:,}")
    for status, count in Counter(others).items():
        say(f"answered {status or 'nothing'}", f"{count:,}")
    print(json.dumps(figures))
    wrong = (
        figures["lost"]
        or figures["doubled"]
        or figures["other_answers"]
        or figures["proposals"] != figures["proposals_expected"]
    )
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
