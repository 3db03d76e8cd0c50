"""The office `make bench-web` looks at: a large kabupaten at the end of a quarter.

Families and people come in through the office's own commands, as files of a district that does
not exist; everything after that as the demo office makes it, only larger.
"""

import datetime as dt
import os

from tests.bench.__main__ import OFFICE, manage, measured, say

FAMILIES = int(os.environ.get("BENCH_FAMILIES", "78000"))  # of them some 300,000 people
VISITS = int(os.environ.get("BENCH_VISITS", "1000000"))
FACILITATORS = int(os.environ.get("BENCH_FACILITATORS", "253"))
OPERATORS = int(os.environ.get("BENCH_OPERATORS", "17"))
PERIOD = "2026-4"


def fill(folder, python):
    """Through the front doors first, in processes of their own; some minutes at full size."""
    from core.synthetic import make_world
    from core.synthetic.files import Layout

    world = folder / "world"
    make_world(
        seed=75,
        households=FAMILIES,
        registry_rows=4 * FAMILIES,
        noise=1,
        out=world,
        layout=Layout(members_format="csv"),
    )
    measured(python, "manage.py", "migrate", "--verbosity", "0")
    measured(python, "manage.py", "fill_demo_office")
    manage("import_areas", str(world / "areas.csv"), "--as", "operator")
    for source in ("final_closing", "members", "dtks"):
        path = next(world.glob(f"{source}.*"))
        _, _, staged = manage(
            "import_file", str(path), "--source", source, "--period", PERIOD, "--as", "operator"
        )
        step = ("reconcile", "operator") if source == "dtks" else ("approve_snapshot", "operator2")
        seconds, _, _ = manage(step[0], str(staged["snapshot"]), "--as", step[1])
        say(f"{source}, {step[0]}", f"{seconds:.0f}", "s", f"{staged['rows_read']:,} rows")
    seconds, _, out = measured(python, "-m", "tests.bench.web", "people")
    print(out, end="", flush=True)
    say("people, visits, sessions, cases", f"{seconds:.0f}", "s")


def make_people():
    """Who works there and three years of what they did. Set-wise, in the office's own process."""
    from django.db import connection, transaction
    from django.utils import timezone

    from accounts.models import User
    from areas.models import Area
    from core.periods import Period
    from facilitators import demo
    from facilitators.demo import people
    from graduation.demo import make_demo_graduation
    from meetings.demo import make_demo_meetings

    office, at = Area.objects.get(pk=OFFICE), timezone.now()
    korkab, writer = (User.objects.get(username=name) for name in ("korkab", "operator2"))
    quarter = Period.of(timezone.localdate()).previous().starts_on
    quarters = -(-VISITS // FAMILIES)
    long_ago = dt.date(quarter.year - quarters // 4 - 1, quarter.month, 1)
    people.FACILITATORS = FACILITATORS
    with transaction.atomic():
        demo.make_demo_facilitators(office_area=office, starts_on=long_ago, by=korkab, at=at)
        _accounts(office, at)
    made = {"office_area": office, "starts_on": quarter, "at": at}
    demo.make_demo_learning(**made, by=korkab)
    demo.make_demo_commitments(**made, by=korkab)
    demo.make_demo_visits(**made, by=writer, decider=korkab)
    _earlier_visits(long_ago, quarter, writer)
    demo.make_demo_work(starts_on=quarter, by=writer, at=at)
    make_demo_graduation(office_area=office, by=writer, at=at)
    make_demo_meetings(office_area=office, by=korkab, at=at)
    _long_ago()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    for table in (
        "beneficiaries_household", "beneficiaries_member", "facilitators_facilitator",
        "facilitators_visit", "facilitators_learningsession", "facilitators_attendance",
        "facilitators_commitmentcheck", "graduation_graduationcase", "meetings_followup",
        "dtks_difference",
    ):  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            say(table.partition("_")[2], f"{cursor.fetchone()[0]:,}", "rows")


def _accounts(office, at):
    """Everybody signs in with an account of his own: facilitators, operators and leads."""
    from accounts.models import Assignment, User
    from areas.models import Area
    from facilitators.models import Facilitator, Posting

    def account(username, name):
        user = User(username=username, full_name=name)
        user.set_unusable_password()
        return user

    since = at.date() - dt.timedelta(days=900)
    posted = dict(Posting.objects.values_list("facilitator_id", "area_id"))
    people = list(Facilitator.objects.filter(user=None).order_by("pk"))
    users = User.objects.bulk_create(account(f"pendamping-{p.pk}", p.name) for p in people)
    for person, user in zip(people, users, strict=True):
        person.user = user
    Facilitator.objects.bulk_update(people, ["user"])
    held = [(user, "facilitator", posted[p.pk]) for p, user in zip(people, users, strict=True)]
    subdistricts = Area.objects.within(office.pk).subdistricts().order_by("code")[1:]
    leads = [account(f"katim-{area.pk}", f"Ketua Tim {area.name}") for area in subdistricts]
    clerks = [account(f"operator-{n}", f"Operator Data {n}") for n in range(3, OPERATORS + 1)]
    User.objects.bulk_create([*leads, *clerks])
    held += [(u, "subdistrict_lead", a.pk) for u, a in zip(leads, subdistricts, strict=True)]
    held += [(user, "data_operator", office.pk) for user in clerks]
    Assignment.objects.bulk_create(
        Assignment(user=user, role=role, area_id=area, starts_on=since) for user, role, area in held
    )


def _long_ago():
    """What came in with the first files did not come in this week: nobody's home counts it."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        for table in ("facilitators_caseloadassignment", "beneficiaries_householdstatuschange"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"UPDATE {table} SET recorded_at = recorded_at - interval '900 days'")
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _earlier_visits(long_ago, until, writer):
    """A visit a family and quarter before the last one, in one statement, up to `VISITS`."""
    from django.db import connection

    from facilitators.models import Visit

    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO facilitators_visit
                (id, facilitator_id, household_id, purpose, device_at, recorded_at, people_met,
                 note, next_step, latitude, longitude, accuracy_m, content_sha256, version,
                 recorded_by_id)
            SELECT gen_random_uuid(), c.facilitator_id, c.household_id,
                   (ARRAY['data_update', 'health_check', 'disbursement'])[1 + luck %% 3],
                   day, day + luck %% 300 * interval '1 minute', 'Pengurus',
                   'Data keluarga dicocokkan dengan KK, tidak ada perubahan.', '',
                   -5.3 + luck %% 1000 / 1e4, 104.9 + luck %% 997 / 1e4, 8,
                   md5(luck::text), 1, coalesce(f.user_id, %(writer)s)
            FROM facilitators_caseloadassignment c
            JOIN facilitators_facilitator f ON f.id = c.facilitator_id
            CROSS JOIN generate_series(
                %(until)s::date - interval '3 months', %(long_ago)s::date, interval '-3 months'
            ) AS quarter
            CROSS JOIN LATERAL (
                SELECT hashtext(c.household_id || ' ' || quarter) & 2147483647 AS luck
            ) AS l
            CROSS JOIN LATERAL (
                SELECT quarter + luck %% 89 * interval '1 day' + luck %% 9 * interval '1 hour'
                       + interval '8 hours' AS day
            ) AS d
            ORDER BY quarter DESC, day LIMIT %(wanted)s
            """,
            {
                "until": until,
                "long_ago": long_ago,
                "writer": writer.pk,
                "wanted": max(0, VISITS - Visit.objects.count()),
            },
        )
