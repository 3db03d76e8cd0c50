"""`make bench-web`: the pages of the office at the end of a quarter, everybody at work at once.

Fills an own office (tests/bench/web_office.py: 78,000 families, 300,000 people, 1,000,000
visits), opens it with the web server of `make demo` and lets everybody work for `BENCH_SECONDS`
(300) over loopback: 253 facilitators, each with one action every 30 to 60 seconds, 17 operators
every 15 to 30, and coordinator, leads, heads and auditor every 30 to 60. Nobody asks again
before the answer is there. A home is followed by its tables, as its browser asks for them. The
first `BENCH_WARM` (30) seconds are not measured; everybody has signed in before.

Then every page is asked once more inside one process, to count its statements; lists with 10 and
with 100 rows. Prints a table and verdicts; one JSON object is the last line; exit 1 when a limit
is missed. `BENCH_OFFICE=folder` keeps the office there for the next run.
"""

import gzip
import http.client
import json
import math
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlencode

from tests.bench.__main__ import OFFICE, ROOT, answer_of, make_database, say
from tests.bench.web_office import FACILITATORS, FAMILIES, OPERATORS, VISITS, fill

SECONDS = int(os.environ.get("BENCH_SECONDS", "300"))
WARM = int(os.environ.get("BENCH_WARM", "30"))
PORT = os.environ.get("BENCH_PORT", "8347")
KEPT = os.environ.get("BENCH_OFFICE", "")
LIMITS_MS = {"dashboard": 1200, "list": 400, "search": 600}
PAGE_KB, LIST_STATEMENTS = 60, 12
FEW, MANY = 10, 100
DATABASE = "bench_web"
TOKEN = "b" * 32
TABLES = "/ringkasan/"  # what a home fetches when it is there
# A page counts for itself when it was asked so often; all pages count together.
ENOUGH = 20
TURNS = 3  # by which the CPU of a page is measured
PAUSES = {"facilitator": (30, 60), "operator": (15, 30)}
OVERSEES = (30, 60)

# (how often, page, kind). A page is an address, or the name of one that differs each time. What a
# telephone takes along is data: all its families at once, and not again until they change.
WORK = {
    "facilitator": (
        (15, "/", "home"),
        (10, "/kpm/", "list"),
        (5, "deep families", "list"),
        (20, "family", "page"),
        (8, "/kunjungan/terlambat/", "list"),
        (5, "/verkom/daftar/", "list"),
        (3, "/p2k2/", "list"),
        (5, "group", "page"),
        (4, "/lapangan/", "page"),
        (8, "/lapangan/siapa/", "page"),
        (8, "/lapangan/keluarga/", "data"),
        (12, "send a visit", "post"),
        (4, "send attendance", "post"),
    ),
    "operator": (
        (10, "/", "dashboard"),
        (14, "/antrean/", "list"),
        (8, "deep questions", "list"),
        (14, "question", "page"),
        (5, "/berkas/", "list"),
        (6, "file", "page"),
        (4, "rows of a file", "list"),
        (8, "search", "search"),
        (6, "/kpm/", "list"),
        (10, "deep families", "list"),
        (12, "family", "page"),
        (3, "/verkom/daftar/", "list"),
        (2, "deep commitments", "list"),
        (2, "/usulan/", "list"),
    ),
    "overseer": (
        (40, "/", "dashboard"),
        (12, "figure", "list"),
        (6, "/graduasi/", "page"),
        (6, "/graduasi/usulan/", "list"),
        (4, "/graduasi/setelah-keluar/", "list"),
        (6, "/tindak-lanjut/", "list"),
        (6, "/verkom/", "page"),
        (4, "/rapat/", "list"),
        (4, "/pendamping/", "list"),
        (6, "family", "page"),
        (6, "/kpm/", "list"),
    ),
}
OVERSEERS = {
    "head": ("kadis", "kabid"),
    "coordinator": ("korkab",),
    "lead": ("katim",),
    "auditor": ("auditor",),
}


# --- what runs inside the office's own process: prints one JSON object


def django_here():
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "pkh.settings"
    django.setup()


def prepare_sessions():
    """[{role, user, cookie, …}] of everybody at work, with what they will ask for."""
    from django.test import Client
    from django.utils import timezone

    from accounts.models import Assignment, User
    from beneficiaries.models import Household, Member
    from core.paging import pack
    from dtks import queue
    from dtks.models import Difference, Snapshot
    from facilitators.models import (
        CaseloadAssignment,
        CommitmentCheck,
        Facilitator,
        LearningMembership,
        LearningSession,
        LearningTopic,
    )

    chance, today = random.Random(5), timezone.localdate()

    def signed_in(user):
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(user)
        return client.cookies["sessionid"].value

    def some(queryset, number=40):
        keys = list(queryset.order_by("pk").values_list("pk", flat=True))
        return chance.sample(keys, min(number, len(keys)))

    def families(keys):
        rows = Household.objects.filter(pk__in=keys).values_list("desa_id", "pk")
        return [pack(list(row)) for row in rows]

    people = []
    topic = LearningTopic.objects.valid_on(today).first()
    own, accompanied_by, groups_of = defaultdict(list), {}, defaultdict(dict)
    for facilitator, family, desa in CaseloadAssignment.objects.held_on(today).values_list(
        "facilitator_id", "household_id", "household__desa_id"
    ):
        own[facilitator].append((desa, family))
        accompanied_by[family] = facilitator
    met = LearningSession.objects.filter(held_on=today).values("group_id")
    members = LearningMembership.objects.held_on(today).exclude(group_id__in=met)
    for group, family in members.values_list("group_id", "household_id"):
        groups_of[accompanied_by.get(family)].setdefault(group, []).append(family)
    for one in Facilitator.objects.exclude(user=None).select_related("user").order_by("pk"):
        rows = chance.sample(own[one.pk], min(12, len(own[one.pk])))
        people.append(
            {
                "role": "facilitator",
                "user": one.user.username,
                "cookie": signed_in(one.user),
                "families": [family for _desa, family in rows],
                "deep": [pack(list(row)) for row in rows],
                "groups": list(groups_of[one.pk].items())[:3],
                "topic": topic.pk,
            }
        )
    snapshot = Snapshot.objects.filter(source="dtks").latest("pk")
    asked = Difference.objects.filter(snapshot=snapshot, outcome__in=Difference.QUESTIONS)
    questions = chance.sample(list(asked.values_list("id", flat=True)), 40)
    everywhere = some(Household.objects.all(), 60)
    names = [
        " ".join(name.split()[:2])
        for name in Member.objects.filter(pk__in=some(Member.objects.all(), 60)).values_list(
            "name", flat=True
        )
    ]
    checks = CommitmentCheck.objects.filter(pk__in=some(CommitmentCheck.objects.all(), 20))
    common = {
        "families": everywhere,
        "deep": families(everywhere),
        "names": names,
        "snapshot": snapshot.pk,
        "questions": questions,
        "deep_questions": [
            pack([_reached(row, field) for field in queue.ORDER])
            for row in asked.filter(id__in=questions)
        ],
        "deep_checks": [
            pack([row.household.desa_id, row.household_id, row.pk])
            for row in checks.select_related("household")
        ],
    }
    roles = dict(Assignment.objects.values_list("user__username", "role"))
    named = {name: role for role, names in OVERSEERS.items() for name in names}
    named |= {name: "lead" for name, role in roles.items() if role == "subdistrict_lead"}
    named |= {name: "operator" for name, role in roles.items() if role == "data_operator"}
    for user in User.objects.filter(username__in=named).order_by("username"):
        role = named[user.username]
        one = common | {"role": role, "user": user.username, "cookie": signed_in(user)}
        if role != "operator":
            within = some(Household.objects.visible_to(user), 40)
            one |= {"families": within, "deep": families(within), "figures": figures_of(user)}
        people.append(one)
    return people


def _reached(row, path):
    for part in path.split("__"):
        row = getattr(row, part)
    return row if isinstance(row, int | str) else str(row)


def figures_of(user):
    """The addresses of the numbers on somebody's home that open a list of their own."""
    from django.utils import timezone

    from dashboard import queries

    now = timezone.now()
    home, overview = queries.home_for(user, now), queries.overview_for(user, now) or {}
    urls = [line.url for part in home["sections"] for line in part.lines]
    urls += [cell.url for table in overview.get("tables", {}).values() for cell in table.total]
    return sorted({url for url in urls if url.startswith("/angka/")})


def count_statements(asked):
    """[statements with few rows, with many rows, ms of a processor] of each (user, address)."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User
    from core import paging

    found, clients = [], {}
    for name, url in asked:
        if name not in clients:
            clients[name] = Client(SERVER_NAME="127.0.0.1")
            clients[name].force_login(User.objects.get(username=name))
            clients[name].get(url)
        numbers = []
        for size in (FEW, MANY):
            paging.page_of.__defaults__ = (size, *paging.page_of.__defaults__[1:])
            with CaptureQueriesContext(connection) as statements:
                clients[name].get(url)
            numbers.append(len(statements))
        paging.page_of.__defaults__ = (paging.PAGE_SIZE, *paging.page_of.__defaults__[1:])
        before = used(connection)
        for _ in range(TURNS):
            clients[name].get(url)
        found.append([*numbers, round((used(connection) - before) / TURNS * 1000)])
    return found


def used(connection):
    """Seconds of a processor that this process and its server on this machine have used: what a
    page costs, however much else the machine has to do. Parallel workers come on top."""
    seconds = time.process_time()
    backend = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
    if backend.exists():
        ticks = backend.read_text().rpartition(")")[2].split()[11:13]
        seconds += sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
    return seconds


# --- the people, each a thread that mostly thinks


class Person:
    def __init__(self, known, chance):
        self.known, self.chance, self.role = known, chance, known["role"]
        self.work = WORK.get(self.role, WORK["overseer"])
        self.low, self.high = PAUSES.get(self.role, OVERSEES)

    def act(self):
        """[(page, kind, role, address, ms, status, bytes over the wire)]: a page, and what its
        browser fetches after it."""
        weights = [weight for weight, _page, _kind in self.work]
        _weight, page, kind = self.chance.choices(self.work, weights)[0]
        url, body = self.address(page)
        if url is None:
            page, kind, (url, body) = "/", "home", ("/", None)
        done = [self.timed(page, kind, url, body)]
        if kind == "dashboard":
            done.append(self.timed(TABLES, kind, TABLES, None))
        return done

    def timed(self, page, kind, url, body):
        before = time.perf_counter()
        status, sent = self.ask(url, body)
        ms = (time.perf_counter() - before) * 1000
        return page, kind, self.role, url, ms, status, len(sent)

    def address(self, page):
        known, pick = self.known, self.chance.choice
        if page.startswith("/"):
            return page, None
        if page == "family":
            return f"/kpm/{pick(known['families'])}/", None
        if page == "deep families":
            return f"/kpm/?setelah={pick(known['deep'])}", None
        if page == "group":
            return f"/p2k2/{pick(known['groups'])[0]}/", None
        if page == "deep questions":
            query = urlencode({"setelah": pick(known["deep_questions"])})
            return f"/antrean/?berkas={known['snapshot']}&{query}", None
        if page == "question":
            return f"/antrean/{known['snapshot']}/{pick(known['questions'])}/", None
        if page == "file":
            return f"/berkas/{known['snapshot']}/", None
        if page == "rows of a file":
            return f"/berkas/{known['snapshot']}/baris/", None
        if page == "search":
            return f"/cari/?{urlencode({'cari': pick(known['names'])})}", None
        if page == "deep commitments":
            return f"/verkom/daftar/?setelah={pick(known['deep_checks'])}", None
        if page == "figure":
            return (pick(known["figures"]), None) if known["figures"] else (None, None)
        if page == "send a visit":
            return "/api/v1/visits/", self.visit()
        if not known["groups"]:
            return None, None
        return "/api/v1/learning-sessions/", self.attendance()

    def visit(self):
        return {
            "id": str(uuid.uuid4()),  # also where the office of an earlier run was kept
            "household": self.chance.choice(self.known["families"]),
            "purpose": "data_update",
            "device_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 1800)),
            "latitude": -5.36,
            "longitude": 104.97,
            "accuracy_m": 12.0,
            "people_met": "Pengurus",
            "note": "Data keluarga dicocokkan dengan KK, tidak ada perubahan.",
        }

    def attendance(self):
        """A group meets once a day: each that was told of is not told of again."""
        group, families = self.known["groups"].pop()
        states = ("present", "present", "present", "absent")
        return {
            "id": str(uuid.uuid4()),
            "group": group,
            "topic": self.known["topic"],
            "held_on": time.strftime("%Y-%m-%d"),
            "place": "Balai desa",
            "attendance": [
                {"household": pk, "status": self.chance.choice(states)} for pk in families
            ],
        }

    def ask(self, url, body=None):
        """(status, what came over the wire); 0 where nothing was answered."""
        wire = http.client.HTTPConnection("127.0.0.1", int(PORT), timeout=60)
        head = {
            "Cookie": f"sessionid={self.known['cookie']}; csrftoken={TOKEN}",
            "Accept-Encoding": "gzip",
        }
        if body is not None:
            head |= {"Content-Type": "application/json", "X-CSRFToken": TOKEN}
        try:
            wire.request(
                "GET" if body is None else "POST",
                url,
                None if body is None else json.dumps(body),
                head,
            )
            answer = wire.getresponse()
            sent = answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            wire.close()
        return answer.status, sent


def with_what_it_needs(person, url, known):
    """kB of a page and of the styles, scripts and icons it names, as a new telephone fetches
    them; `known` remembers those of other pages."""
    page = person.ask(url)[1]
    text = gzip.decompress(page) if page[:2] == b"\x1f\x8b" else page
    total = len(page)
    for found in set(re.findall(rb'(?:src|href)="(/static/[^"#?]+)', text)):
        if found not in known:
            known[found] = len(person.ask(found.decode())[1])
        total += known[found]
    return round(total / 1024, 1)


def work_together(known):
    """What everybody did after the warming up: the answers of `Person.act`."""
    done, results = threading.Event(), []
    opened = time.monotonic()

    def live(one, nth):
        chance = random.Random(1000 + nth)
        person = Person(one, chance)
        done.wait(chance.uniform(0, person.high))  # nobody begins together
        while not done.is_set():
            asked_at = time.monotonic() - opened
            said = person.act()
            if asked_at >= WARM:
                results.extend(said)
            done.wait(chance.uniform(person.low, person.high))

    threading.stack_size(512 * 1024)
    threads = [threading.Thread(target=live, args=(one, n)) for n, one in enumerate(known)]
    for thread in threads:
        thread.start()
    time.sleep(WARM + SECONDS)
    done.set()
    for thread in threads:
        thread.join()
    return results


# --- what it comes to


def percentile(values, share):
    """By nearest rank: so large a share of the values is not above it."""
    return round(sorted(values)[max(0, math.ceil(len(values) * share) - 1)])


def table_of(results, statements, weights):
    rows = defaultdict(list)
    for said in results:
        rows[said[0], said[2], said[1]].append(said)
    lines = []
    for (page, role, kind), group in sorted(rows.items(), key=lambda item: item[0][1:] + item[0]):
        times = [said[4] for said in group]
        errors = [said for said in group if said[5] not in (200, 201)]
        lines.append(
            {
                "page": page,
                "role": role,
                "kind": kind,
                "requests": len(group),
                "errors": len(errors),
                "p50_ms": percentile(times, 0.5),
                "p95_ms": percentile(times, 0.95),
                "max_ms": round(max(times)),
                "statements": statements.get((page, role)),
                "kb": round(max(said[6] for said in group) / 1024, 1),
                "kb_first": weights.get((page, role)),
            }
        )
    return lines


def show(lines):
    print(
        f"\n{'page':<28}{'role':<13}{'asked':>7}{'wrong':>7}{'p50':>7}{'p95':>7}{'max':>7}"
        f"{'statements':>12}{'CPU ms':>8}{'kB':>7}{'kB first':>10}"
    )
    for one in lines:
        few, many, cpu = one["statements"] or ("-", "-", "-")
        said = f"{few}" if few == many else f"{few}/{many}"
        print(
            f"{one['page']:<28}{one['role']:<13}{one['requests']:>7}{one['errors']:>7}"
            f"{one['p50_ms']:>7}{one['p95_ms']:>7}{one['max_ms']:>7}{said:>12}{cpu:>8}{one['kb']:>7}"
            f"{one['kb_first'] or '-':>10}"
        )


def verdicts(lines, results):
    """[(what, measured, limit, whether it holds)]"""
    found = []
    for kind, limit in LIMITS_MS.items():
        times = [said[4] for said in results if said[1] == kind]
        found.append((f"{kind} p95 ms", percentile(times, 0.95) if times else None, limit))
        often = [one for one in lines if one["kind"] == kind and one["requests"] >= ENOUGH]
        worst = max(often, key=lambda one: one["p95_ms"], default=None)
        if worst:
            name = f"slowest {kind} p95 ms ({worst['page']}, {worst['role']})"
            found.append((name, worst["p95_ms"], limit))
    # Told, not judged: a home and its tables one after the other, until everything is there.
    both = [a[4] + b[4] for a, b in pairwise(results) if b[0] == TABLES]
    both_ms = percentile(both, 0.95) if both else None
    found.append(("a home with its tables, p95 ms", both_ms, None))
    pages = [one for one in lines if one["kind"] not in ("post", "data")]
    large = max(pages, key=lambda one: one["kb"])
    found.append((f"largest page kB ({large['page']}, {large['role']})", large["kb"], PAGE_KB))
    # With what the browser then keeps: the first page of somebody on 3G.
    large = max(pages, key=lambda one: one["kb_first"] or 0)
    found.append(("a first visit with its styles and scripts, kB", large["kb_first"], PAGE_KB))
    lists = [one for one in lines if one["kind"] == "list" and one["statements"]]
    most = max(lists, key=lambda one: max(one["statements"][:2]))
    found.append(
        (
            f"statements of a list ({most['page']}, {most['role']})",
            max(most["statements"][:2]),
            LIST_STATEMENTS,
        )
    )
    unequal = [one for one in lists if one["statements"][0] != one["statements"][1]]
    found.append((f"lists whose statements differ between {FEW} and {MANY} rows", len(unequal), 0))
    busy = sum(one["requests"] * one["statements"][2] for one in lines if one["statements"])
    found.append(("processors that the pages kept busy", round(busy / 1000 / SECONDS, 2), None))
    found.append(("requests that went wrong", sum(one["errors"] for one in lines), 0))
    return [
        (what, number, limit, limit is None or (number is not None and number <= limit))
        for what, number, limit in found
    ]


def inside(environment, word, given=None):
    return answer_of("-m", "tests.bench.web", word, environment=environment, given=given)


def measure(home):
    """Open the office, let everybody work, ask every page once more: (answers, statements, kB,
    load)."""
    environment = os.environ | {"PKH_HOME": str(home), "PKH_PORT": PORT}
    office = subprocess.Popen(
        [sys.executable, "-m", "pkh.office", "--with-parent"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if not office.stdout.readline().startswith("Ready"):
            sys.exit("the office did not open")
        known = inside(environment, "sessions")
        rate = sum(2 / sum(PAUSES.get(one["role"], OVERSEES)) for one in known)
        say("people at work", f"{len(known)}", "", f"some {rate:.1f} pages a second")
        before = os.getloadavg()[0]
        results = work_together(known)
        load = f"load of the machine {before:.1f} before, {os.getloadavg()[0]:.1f} after"
        asked, weights, files = asked_once(known), {}, {}
        for key, (person, url) in asked.items():
            weights[key] = with_what_it_needs(person, url, files)
    finally:
        office.send_signal(signal.SIGTERM)
        office.wait(timeout=30)
    once = [(person.known["user"], url) for person, url in asked.values()]
    counted = inside(environment, "statements", json.dumps(once))
    return results, dict(zip(asked, counted, strict=True)), weights, load


def asked_once(known):
    """{(page, role): (who asks, address)} of every page that is read: the last of each role, whose
    families a list in the order of villages comes to last."""
    last = {one["role"]: one for one in known}
    found = {}
    for role, one in last.items():
        person = Person(one, random.Random(1))
        for _weight, page, kind in person.work:
            url, body = person.address(page)
            if kind != "post" and url and body is None:
                found[page, role] = person, url
                if kind == "dashboard":
                    found[TABLES, role] = person, TABLES
    return found


def main():
    from core.servers import keeper
    from pkh import environment

    folder = Path(KEPT or tempfile.mkdtemp(prefix="pkh-bench-")).resolve()
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)
    home, filled = folder / "office", folder / "filled.json"
    home.mkdir(mode=0o711, exist_ok=True)
    sizes = {"families": FAMILIES, "visits": VISITS, "facilitators": FACILITATORS}
    servers = []
    try:
        for name in environment.embedded_servers():
            use = keeper.Use(name, home)
            servers.append(use)
            variable = {"postgresql": "DATABASE_URL", "valkey": "REDIS_URL"}[name]
            os.environ[variable] = use.join()["url"]
        os.environ |= {
            "PKH_HOME": str(home),
            "PKH_OFFICE_AREA": OFFICE,
            "PKH_DEMO_DATA": "none",
        }
        if filled.exists() and json.loads(filled.read_text()) == sizes:
            head, _, tail = os.environ["DATABASE_URL"].partition("?")
            os.environ["DATABASE_URL"] = f"{head.rpartition('/')[0]}/{DATABASE}?{tail}"
        else:
            os.environ["DATABASE_URL"] = make_database(DATABASE)
            shutil.rmtree(folder / "world", ignore_errors=True)
            fill(folder, sys.executable)
            filled.write_text(json.dumps(sizes))
        results, statements, weights, load = measure(home)
    finally:
        for use in servers:
            use.leave()
        if not KEPT:
            shutil.rmtree(folder, ignore_errors=True)
    lines = table_of(results, statements, weights)
    show(lines)
    found = verdicts(lines, results)
    print(f"\n{len(results):,} answers in {SECONDS} s, {load}")
    for what, number, limit, holds in found:
        said = f"limit {limit}, {'holds' if holds else 'MISSED'}" if limit is not None else ""
        say(what, number, "", said)
    print(
        json.dumps(
            {
                **sizes,
                "operators": OPERATORS,
                "seconds": SECONDS,
                "load": load,
                "verdicts": [
                    {"what": what, "measured": number, "limit": limit, "holds": holds}
                    for what, number, limit, holds in found
                ],
                "table": lines,
            }
        )
    )
    sys.exit(not all(holds for *_rest, holds in found))


if __name__ == "__main__":
    if sys.argv[1:]:
        django_here()
        if sys.argv[1] == "people":
            from tests.bench.web_office import make_people

            make_people()
        elif sys.argv[1] == "sessions":
            print(json.dumps(prepare_sessions()))
        else:
            print(json.dumps(count_statements(json.load(sys.stdin))))
    else:
        main()
