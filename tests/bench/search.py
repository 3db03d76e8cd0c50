"""`make bench-search`: how long the office's search box takes among 300,000 people.

Fills an empty office with `BENCH_PEOPLE` (300,000) people in families of four, spread over 131
villages, with the names of core.synthetic and the spellings clerks meet, and a caseload for
everyone of 253 facilitators. Then asks every kind of question `BENCH_TURNS` (25) times as the
head of the kabupaten, as a team lead and as a facilitator, through the whole of Django: sign-in,
permissions, view, template. Each turn asks for another name, so nothing is answered from memory.
Prints p50 and p95 of each kind, its ratio to the home page of the same person, and whether the
database read the whole table of people for it. One JSON object is the last line; exit 1 when a
95th percentile is over 600 ms or somebody's question read the whole table.
"""

import json
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.__main__ import answer_of, make_database, measured, say

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "300000"))
TURNS = int(os.environ.get("BENCH_TURNS", "25"))
LIMIT_MS = 600
KECAMATAN, VILLAGES, FACILITATORS, A_FAMILY = 9, 131, 253, 4
OFFICE = "99.01"
# How the same name stands in different hands: one person in seven carries one of these.
DRESSES = (
    "H. {}", "HJ. {}", "{}, S.PD", "ALM. {}", "MUH. {}", "MOCH {}", "SITTI {}", "ST. {}",
    "{} BIN HASAN", "{} BINTI ALI",
)  # fmt: skip


def names(number, rng):
    from core.synthetic.names import Namer

    namer = Namer(rng)
    for nth in range(number):
        name = namer.name(namer.pool(), "LP"[nth % 2], born=nth % A_FAMILY)
        if rng.random() < 1 / 7:
            name = rng.choice(DRESSES).format(name)
        yield name.replace("SU", "SOE") if rng.random() < 0.02 else name


def copy(cursor, table, columns, lines):
    import io

    text = io.StringIO()
    for line in lines:
        text.write("\t".join(line) + "\n")
    text.seek(0)
    cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", text)


def fill():
    """Straight rows, a COPY a table; dates of today, so that everything holds now."""
    from django.db import connection, transaction
    from django.utils import timezone

    from accounts.models import Assignment, User
    from areas.models import Area
    from facilitators.models import Facilitator, Posting

    rng, now = random.Random(11), timezone.now()
    today = timezone.localdate()
    kecamatan = [f"{OFFICE}.{n:02d}" for n in range(1, KECAMATAN + 1)]
    desa = [f"{kecamatan[n % KECAMATAN]}.{2001 + n // KECAMATAN}" for n in range(VILLAGES)]
    places = list(dict.fromkeys(names(KECAMATAN + VILLAGES, random.Random(12))))
    areas = [("99", "PROVINSI UJI", 1, None), (OFFICE, "KABUPATEN UJI", 2, "99")]
    areas += [(code, f"MAJU {places.pop()}", 3, OFFICE) for code in kecamatan]
    areas += [(code, f"SUKA {rng.choice(places)} {code[-2:]}", 4, code[:8]) for code in desa]
    Area.objects.bulk_create(
        (Area(code=c, name=name, level=level, parent_id=up) for c, name, level, up in areas),
        ignore_conflicts=True,
    )
    staff = Facilitator.objects.bulk_create(
        Facilitator(name=name, starts_on="2020-01-01")
        for name in names(FACILITATORS, random.Random(13))
    )
    Posting.objects.bulk_create(
        Posting(facilitator=one, area_id=kecamatan[n % KECAMATAN], starts_on="2020-01-01")
        for n, one in enumerate(staff)
    )
    for name, role, area in (
        ("bench_kadis", "head", OFFICE),
        ("bench_katim", "subdistrict_lead", kecamatan[0]),
        ("bench_pendamping", "facilitator", kecamatan[0]),
    ):
        user = User.objects.create_user(username=name, full_name=name.upper())
        Assignment.objects.create(user=user, role=role, area_id=area, starts_on=today)
    staff[0].user = user
    staff[0].save()
    families = PEOPLE // A_FAMILY
    home = [desa[n * VILLAGES // families] for n in range(families)]
    with transaction.atomic(), connection.cursor() as cursor:
        copy(
            cursor,
            "beneficiaries_household",
            ("id", "desa_id", "kk_number"),
            ((str(n), home[n - 1], f"9901{n * 7_919:012d}") for n in range(1, families + 1)),
        )
        copy(
            cursor,
            "beneficiaries_member",
            ("id", "household_id", "name", "nik"),
            (
                (str(n), str((n - 1) // A_FAMILY + 1), name, f"9902{n * 7_919:012d}")
                for n, name in enumerate(names(PEOPLE, rng), 1)
            ),
        )
        cursor.execute(
            "UPDATE beneficiaries_household SET caretaker_id = (id - 1) * %s + 1", [A_FAMILY]
        )
        copy(
            cursor,
            "facilitators_caseloadassignment",
            ("household_id", "facilitator_id", "starts_on", "reason", "recorded_at"),
            (
                (
                    str(n),
                    str(staff[n * FACILITATORS // (families + 1)].pk),
                    "2020-01-01",
                    "",
                    f"{now}",
                )
                for n in range(1, families + 1)
            ),
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


# What people type; every turn takes another name of the register, so that nothing is remembered.
def typed(kind, name, rng):
    words = [word for word in name.replace(".", " ").replace(",", " ").split() if len(word) > 2]
    whole = " ".join(words) or name
    longest = max(words or [name], key=len)
    return {
        "a whole name": whole,
        "words in another order": " ".join(reversed(words)),
        "a part of a name": longest[: max(3, len(longest) - 2)],
        "another spelling": whole.replace("U", "OE", 1).replace("I", "II", 1),
        "a letter wrong": longest[:2] + "XA" + longest[3:] if len(longest) > 5 else longest + "XA",
        "the most frequent names": rng.choice(("siti", "muhammad", "moch", "sri", "nur", "ani")),
        "three letters": longest[:3],
        "nobody": f"{longest[::-1]} qzxw",
    }[kind]


KINDS = (
    "a whole name", "words in another order", "a part of a name", "another spelling",
    "a letter wrong", "the most frequent names", "three letters", "nobody",
)  # fmt: skip
PEOPLE_ASKING = ("bench_kadis", "bench_katim", "bench_pendamping")


def measure():
    """{"who, kind": p50, p95, statements, whether everybody was read}, the home page among them."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from accounts.models import User
    from areas.models import Area

    settings.PKH_NUMBER_SEARCHES_AN_HOUR = 1_000_000
    url, rng = reverse("dashboard:search"), random.Random(14)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, nik, household_id FROM beneficiaries_member")
        everybody = cursor.fetchall()
    hers = PEOPLE // FACILITATORS
    villages = list(Area.objects.villages().values_list("name", "pk"))
    found = {}
    for who in PEOPLE_ASKING:
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(User.objects.get(username=who))
        own = everybody[:hers] if who == "bench_pendamping" else everybody
        for kind in (*KINDS, "while typing", "a village", "a full NIK", "four digits", "home"):

            def ask(kind=kind, own=own, client=client):
                name, nik, _family = rng.choice(own)
                village, code = rng.choice(villages)
                if kind == "home":
                    return client.get(reverse("dashboard:home"))
                if kind == "while typing":
                    text = typed("a part of a name", name, rng)
                    return client.post(url, {"cari": text}, headers={"HX-Request": "true"})
                if kind == "a village":
                    return client.get(url, {"cari": f"Desa {village.rpartition(' ')[0]}"})
                if kind == "a full NIK":
                    return client.post(url, {"cari": nik})
                if kind == "four digits":
                    return client.post(url, {"cari": nik[-4:], "wilayah": code})
                return client.get(url, {"cari": typed(kind, name, rng)})

            for _ in range(2):
                assert ask().status_code == 200
            with CaptureQueriesContext(connection) as asked:
                ask()
            statements = [one["sql"] for one in asked]
            times = []
            for _ in range(TURNS):
                before = time.perf_counter()
                answer = ask()
                times.append((time.perf_counter() - before) * 1000)
                assert answer.status_code == 200
            times.sort()
            found[f"{who.removeprefix('bench_')}, {kind}"] = {
                "p50_ms": round(times[len(times) // 2]),
                "p95_ms": round(times[int(len(times) * 0.95)]),
                "statements": len(statements),
                "reads_everybody": any(map(reads_everybody, statements)),
            }
    return found


def reads_everybody(sql):
    """Whether the plan of a statement goes through the whole table of people."""
    from django.db import connection

    if "beneficiaries_member" not in sql or not sql.startswith("SELECT") or ";" in sql:
        return False  # what writes carries the author before it, and reads nobody
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (COSTS OFF) {sql}")
        return any("Seq Scan on beneficiaries_member" in str(line[0]) for line in cursor)


def inside():
    import django

    django.setup()
    fill()
    print(json.dumps(measure()))


def main():
    from core.servers import keeper
    from pkh import environment

    folder = Path(tempfile.mkdtemp(prefix="pkh-bench-"))
    folder.chmod(0o711)
    servers = []
    try:
        for name in environment.embedded_servers():
            use = keeper.Use(name, folder / "home")
            servers.append(use)
            variable = {"postgresql": "DATABASE_URL", "valkey": "REDIS_URL"}[name]
            os.environ[variable] = use.join()["url"]
        os.environ |= {"PKH_HOME": str(folder / "office"), "PKH_OFFICE_AREA": OFFICE}
        (folder / "office").mkdir(exist_ok=True)
        os.environ["DATABASE_URL"] = make_database("bench_search")
        os.environ["DJANGO_SETTINGS_MODULE"] = "pkh.settings"
        measured(sys.executable, "manage.py", "migrate", "--verbosity", "0")
        found = answer_of("-m", "tests.bench.search", "inside")
    finally:
        for use in servers:
            use.leave()
        shutil.rmtree(folder, ignore_errors=True)
    for name, one in found.items():
        floor = found[f"{name.partition(',')[0]}, home"]["p50_ms"]
        one["over_home"] = round(one["p50_ms"] / floor, 1)
        note = f"p50 {one['p50_ms']} ms, {one['over_home']} x home, {one['statements']} statements"
        if one["reads_everybody"]:
            note += ", READS EVERYBODY"
        say(f"[{PEOPLE:,} people] {name}, p95", one["p95_ms"], "ms", note)
    asked = {name: one for name, one in found.items() if not name.endswith("home")}
    slow = [name for name, one in asked.items() if one["p95_ms"] > LIMIT_MS]
    whole = [name for name, one in asked.items() if one["reads_everybody"]]
    print(json.dumps({"people": PEOPLE, "turns": TURNS, "limit_ms": LIMIT_MS, **found}))
    sys.exit(bool(slow or whole))


if __name__ == "__main__":
    inside() if sys.argv[1:] == ["inside"] else main()
