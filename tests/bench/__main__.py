"""`make bench`: how fast the office is, as ratios inside one run on one machine.

Absolute seconds drift with the machine; the floor (a raw COPY of the same file) and the peers
(openpyxl, django-import-export) are measured beside us in the same minutes. Prints one line a
figure and, last, one JSON object. `BENCH_ROWS` chooses the sizes (default 100000,1000000),
`BENCH_PEER_ROWS` the sample for import-export (default 2000).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SIZES = [int(size) for size in os.environ.get("BENCH_ROWS", "100000,1000000").split(",")]
PEER_ROWS = int(os.environ.get("BENCH_PEER_ROWS", "2000"))
OFFICE = "99.01"
# Steps of reading a file, as dtks.staging names them; what comes after looks for problems.
READING, CLEANING = "Reading rows", "Cleaning numbers, names and dates"


def say(name, value, unit="", note=""):
    print(f"{name:<58} {value:>10} {unit:<5} {note}".rstrip(), flush=True)


def measured(*command, **environment):
    """(seconds, peak MiB of the largest process in it, standard output) of one command."""
    before = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    peak = _watch(process)
    out, errors = process.communicate()
    if process.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{out}\n{errors}")
    return time.perf_counter() - before, peak, out


def _watch(process):
    """Largest sum of resident memory of the command and its children, sampled."""
    import psutil

    peak = 0
    try:
        parent = psutil.Process(process.pid)
        while process.poll() is None:
            family = [parent, *parent.children(recursive=True)]
            total = 0
            for member in family:
                try:
                    total += member.memory_info().rss
                except psutil.Error:
                    continue
            peak = max(peak, total)
            # The pipes are small answers; communicate() drains them at the end.
            time.sleep(0.05)
    except psutil.NoSuchProcess:
        pass
    return round(peak / 1048576)


def answer_of(*arguments, environment=None, given=None):
    """The JSON of the last line that another Python process printed; its complaint ends us."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        input=given,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(done.stderr[-3000:])
    return json.loads(done.stdout.strip().splitlines()[-1])


def manage(*arguments):
    seconds, peak, out = measured(sys.executable, "manage.py", *arguments, "--json")
    return seconds, peak, json.loads(out.strip().splitlines()[-1])


def make_database(name):
    """An empty database of its own beside the others; everything after this speaks to it."""
    import psycopg2

    from pkh.environment import database_settings

    settings = database_settings()
    admin = psycopg2.connect(
        dbname=settings["NAME"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        host=settings["HOST"],
        port=settings["PORT"] or None,
    )
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name}")
    admin.close()
    url = os.environ["DATABASE_URL"]
    head, _, tail = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{tail}" if tail else "")


def connect(url):
    import psycopg2

    os.environ["DATABASE_URL"] = url
    from pkh.environment import database_settings

    settings = database_settings()
    return psycopg2.connect(
        dbname=settings["NAME"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        host=settings["HOST"],
        port=settings["PORT"] or None,
    )


def raw_copy(url, path, columns=23):
    """The floor: COPY of the same bytes into text columns without index or log."""
    connection = connect(url)
    best = None
    with connection, connection.cursor() as cursor:
        cursor.execute("SET client_encoding = 'LATIN1'")
        names = ", ".join(f"c{number} text" for number in range(columns))
        for _ in range(3):
            cursor.execute("DROP TABLE IF EXISTS bench_floor")
            cursor.execute(f"CREATE UNLOGGED TABLE bench_floor ({names})")
            with path.open("rb") as file:
                before = time.perf_counter()
                cursor.copy_expert(
                    "COPY bench_floor FROM STDIN WITH (FORMAT csv, DELIMITER '|', HEADER true)",
                    file,
                )
                seconds = time.perf_counter() - before
            best = seconds if best is None else min(best, seconds)
        cursor.execute("DROP TABLE bench_floor")
    connection.close()
    return best


PEER = """
import os, sys, time, tablib, django
os.environ["DJANGO_SETTINGS_MODULE"] = "pkh.settings"
django.setup()
from django.db import transaction
from import_export import resources
from beneficiaries.models import Household, Member
rows = int(sys.argv[1])
household = Household.objects.order_by("pk").first()
class MemberResource(resources.ModelResource):
    class Meta:
        model = Member
        import_id_fields = ["nik"]
        fields = ["nik", "name", "birth_on", "mother_name", "household"]
data = tablib.Dataset(headers=["nik", "name", "birth_on", "mother_name", "household"])
for number in range(rows):
    data.append([f"99{number:010d}0000", "NAMA", "1990-01-02", "IBU", household.pk])
before = time.perf_counter()
with transaction.atomic():
    result = MemberResource().import_data(data, raise_errors=True, use_transactions=False)
    seconds = time.perf_counter() - before
    transaction.set_rollback(True)
print(rows / seconds)
"""

OPENPYXL = """
import sys, time, openpyxl
before = time.perf_counter()
sheet = openpyxl.load_workbook(sys.argv[1], read_only=True).worksheets[0]
print(sum(1 for _ in sheet.iter_rows(values_only=True)))
"""


# The command itself, with a note of when each of its steps began.
STEPS = """
import io, json, os, sys, time, django
os.environ["DJANGO_SETTINGS_MODULE"] = "pkh.settings"
django.setup()
from django.core.management import call_command
from jobs.runner import Run
began = {}
note = Run._note
def noting(run, step, done, total):
    if step is not None:
        began.setdefault(str(step), time.perf_counter())
    note(run, step, done, total)
Run._note = noting
out = io.StringIO()
call_command(*sys.argv[1:], "--json", stdout=out)
steps = [*began.items(), ("", time.perf_counter())]
took = {step: after - at for (step, at), (_, after) in zip(steps, steps[1:])}
print(json.dumps(json.loads(out.getvalue().strip().splitlines()[-1]) | {"steps": took}))
"""


def as_workbook(source, target):
    """The same registry rows as a workbook of text cells."""
    import csv

    import xlsxwriter

    book = xlsxwriter.Workbook(str(target), {"constant_memory": True, "strings_to_numbers": False})
    sheet = book.add_worksheet("DTKS")
    with source.open(encoding="latin-1", newline="") as file:
        for number, row in enumerate(csv.reader(file, delimiter="|")):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    book.close()


def bench_size(rows, folder):
    from core.synthetic import make_world
    from core.synthetic.files import Layout

    households = max(1_500, rows * 75 // 1_000)
    world = folder / f"world-{rows}"
    before = time.perf_counter()
    make_world(
        seed=rows % 997 + 1,
        households=households,
        registry_rows=rows,
        noise=1,
        out=world,
        layout=Layout(members_format="csv" if rows > 200_000 else "xlsx"),
    )
    say(
        f"[{rows:,}] world written", f"{time.perf_counter() - before:.1f}", "s", "not ours to judge"
    )
    url = make_database(f"bench_{rows}")
    os.environ["DATABASE_URL"] = url
    measured(sys.executable, "manage.py", "migrate", "--verbosity", "0")
    measured(sys.executable, "manage.py", "fill_demo_office")
    manage("import_areas", str(world / "areas.csv"), "--as", "operator")

    for source in ("final_closing", "members"):
        path = next(world.glob(f"{source}.*"))
        seconds, peak, staged = manage(
            "import_file", str(path), "--source", source, "--period", "2026-4", "--as", "operator"
        )
        say(f"[{rows:,}] import {path.name} ({staged['rows_read']:,} rows)", f"{seconds:.1f}", "s")
        seconds, peak, _ = manage("approve_snapshot", str(staged["snapshot"]), "--as", "operator2")
        say(f"[{rows:,}] load the register from it", f"{seconds:.1f}", "s", f"peak {peak} MiB")

    registry = world / "dtks.csv"
    floor = raw_copy(url, registry)
    say(f"[{rows:,}] raw COPY, the floor", f"{floor:.2f}", "s")
    import_seconds, import_peak, out = measured(
        *(sys.executable, "-c", STEPS, "import_file", str(registry)),
        *("--source", "dtks", "--period", "2026-4", "--as", "operator"),
    )
    staged = json.loads(out.strip().splitlines()[-1])
    keyed = sum(staged["steps"][step] for step in (READING, CLEANING))
    reconcile_seconds, reconcile_peak, outcome = manage(
        "reconcile", str(staged["snapshot"]), "--as", "operator"
    )
    say(f"[{rows:,}] import csv", f"{import_seconds:.1f}", "s", f"peak {import_peak} MiB")
    for step, seconds in staged["steps"].items():
        say(f"[{rows:,}]   of it: {step}", f"{seconds:.1f}", "s")
    say(
        f"[{rows:,}] reconcile with {outcome['register_members']:,} members",
        f"{reconcile_seconds:.1f}",
        "s",
        f"peak {reconcile_peak} MiB",
    )
    figures = {
        "rows": rows,
        "register_members": outcome["register_members"],
        "raw_copy_seconds": round(floor, 2),
        "import_csv_seconds": round(import_seconds, 1),
        "import_csv_peak_mib": import_peak,
        "reconcile_seconds": round(reconcile_seconds, 1),
        "reconcile_peak_mib": reconcile_peak,
        "raw_keys_indexes_seconds": round(keyed, 1),
        "raw_keys_indexes_over_copy": round(keyed / floor, 1),
        "import_csv_over_copy": round(import_seconds / floor, 1),
        "reconcile_over_copy": round(reconcile_seconds / floor, 1),
        "whole_csv_path_over_copy": round((import_seconds + reconcile_seconds) / floor, 1),
        "outcomes": outcome["outcomes"],
    }
    if rows <= 100_000:
        figures |= bench_workbook(rows, registry, floor)
    _, _, out = measured(sys.executable, "-c", PEER, str(PEER_ROWS))
    peer = float(out.strip().splitlines()[-1])
    figures["import_export_rows_a_second"] = round(peer)
    figures["ours_over_import_export"] = round(rows / import_seconds / peer, 1)
    say(f"[{rows:,}] import-export on {PEER_ROWS:,} rows", f"{peer:,.0f}", "row/s")
    for name in (
        "raw_keys_indexes_over_copy",
        "import_csv_over_copy",
        "reconcile_over_copy",
        "whole_csv_path_over_copy",
        "ours_over_import_export",
    ):
        say(f"[{rows:,}] ratio {name}", figures[name], "x")
    shutil.rmtree(world)
    return figures


def bench_workbook(rows, registry, floor):
    workbook = registry.with_suffix(".xlsx")
    as_workbook(registry, workbook)
    peer_seconds, peer_peak, _ = measured(sys.executable, "-c", OPENPYXL, str(workbook))
    seconds, peak, _ = manage(
        "import_file", str(workbook), "--source", "dtks", "--period", "2026-3", "--as", "operator"
    )
    say(f"[{rows:,}] import xlsx", f"{seconds:.1f}", "s", f"peak {peak} MiB")
    say(f"[{rows:,}] openpyxl only reads it", f"{peer_seconds:.1f}", "s", f"peak {peer_peak} MiB")
    say(f"[{rows:,}] ratio import_xlsx_over_openpyxl", f"{seconds / peer_seconds:.2f}", "x")
    return {
        "import_xlsx_seconds": round(seconds, 1),
        "import_xlsx_peak_mib": peak,
        "openpyxl_read_seconds": round(peer_seconds, 1),
        "import_xlsx_over_openpyxl": round(seconds / peer_seconds, 2),
        "import_xlsx_over_copy": round(seconds / floor, 1),
    }


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
        os.environ |= {
            "PKH_HOME": str(folder / "office"),
            "PKH_OFFICE_AREA": OFFICE,
            "PKH_DEMO_DATA": "none",
        }
        (folder / "office").mkdir(exist_ok=True)
        results = [bench_size(rows, folder) for rows in SIZES]
        print(json.dumps(results))
    finally:
        for use in servers:
            use.leave()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
