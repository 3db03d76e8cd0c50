"""Every number of every home equals a recount in plain Python, and opens exactly its rows."""

import csv
import datetime as dt
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.held import forget
from beneficiaries.models import Household, HouseholdPeriod, HouseholdStatusChange, Member
from dashboard.figures import FIGURES, Asked, count, listing
from dashboard.figures.homes import HOMES
from dtks.models import Snapshot
from facilitators.models import (
    CaseloadAssignment,
    CaseloadSettings,
    ChangeProposal,
    LearningGroup,
    LearningSession,
    Visit,
    VisitCheck,
    VisitRequest,
    WorkPlan,
)
from graduation.models import Exit, ExitEntry, GraduationCase, Monitoring
from jobs.models import Job
from meetings.models import FollowUp, Invitation, Meeting, Reminder, Representative
from tests.access.world import (
    ADMIN,
    AUDITOR,
    CASEWORKER,
    COORDINATOR,
    DESA,
    ENTRUSTED,
    FACILITATOR,
    GUEST,
    HEAD,
    KECAMATAN,
    LEAD,
    OPERATOR,
    OWN_DESA,
    PEOPLE,
    POSTS,
    writer_of,
)
from tests.dashboard.recount import OPENS, Recount, may_open
from tests.factories.beneficiaries import MemberFactory

pytestmark = pytest.mark.django_db
ASKED_BY_DOOR = (CASEWORKER, LEAD, COORDINATOR, OPERATOR, HEAD, AUDITOR, GUEST, ADMIN)


@pytest.fixture(scope="module")
def stirred(world):
    """The small world with everything a figure has to tell apart."""
    now, today = timezone.now(), timezone.localdate()
    long_ago = now - dt.timedelta(days=40)
    last_month = today.replace(day=1) - dt.timedelta(days=3)
    noon = timezone.make_aware(dt.datetime.combine(last_month, dt.time(12)))
    users = world.users
    for desa in DESA:
        families, members = world.households[desa], world.members[desa]

        def some(index, families=families):
            return Household.objects.filter(pk__in=[f.pk for f in families[index : index + 1]])

        some(1).update(status="suspended")
        some(2).update(status="exited", exited_on=today)
        HouseholdPeriod.objects.filter(household__in=some(3)).delete()
        HouseholdPeriod.objects.filter(household__in=some(4)).update(stated_amount=1)
        HouseholdPeriod.objects.filter(household__in=some(5)).update(stated_amount=None)
        some(6).update(kk_number=None, caretaker=None)
        if desa not in ENTRUSTED[CASEWORKER]:
            CaseloadAssignment.objects.filter(
                household__in=some(7), ends_on=None, starts_on__lt=today
            ).update(ends_on=today - dt.timedelta(days=1))
        for index, changes in ((0, {"nik": None}), (1, {"birth_on": None})):
            chosen = members[2 * index + 1 : 2 * index + 2]
            Member.objects.filter(pk__in=[m.pk for m in chosen]).update(**changes)
        # Somebody of the next family on the same number, and somebody of quite another place.
        if len(families) > 7:
            Member.objects.filter(pk=members[13].pk).update(nik=members[11].nik)
            Member.objects.filter(pk=members[15].pk).update(nik="9955000000000001")
        HouseholdStatusChange.objects.filter(household__in=some(0)).update(recorded_at=long_ago)
        # A child that left the household counts for nothing any more.
        Member.objects.filter(pk__in=[m.pk for m in members[9:10]]).update(status="moved")
        Visit.objects.bulk_create(
            Visit(
                facilitator=world.visits[desa].facilitator,
                household=family,
                purpose="data_update",
                device_at=at,
                recorded_at=at,
                content_sha256="a",
                recorded_by=writer_of(world, desa),
            )
            for family, at in zip(
                families[1:4], (noon, now - dt.timedelta(days=200), now), strict=False
            )
            if at != noon or desa in (f"{desa[:8]}.2001",)
        )
    desa = f"{KECAMATAN[0]}.2002"
    VisitCheck.objects.filter(visit__in=[world.visits[d].pk for d in DESA[::3]]).delete()
    VisitRequest.objects.filter(pk__in=[world.requests[d].pk for d in DESA[::2]]).update(
        due_on=today - dt.timedelta(days=2)
    )
    for place, who in ((OWN_DESA, CASEWORKER), (desa, LEAD)):
        ChangeProposal.objects.filter(pk=world.proposals[place].pk).update(
            state="accepted", decided_at=now, decided_by=users["idle"], proposed_by=users[who]
        )
    LearningSession.objects.filter(pk__in=[world.sessions[d].pk for d in DESA[1::2]]).update(
        held_on=today - dt.timedelta(days=80), recorded_at=now - dt.timedelta(days=80)
    )
    LearningGroup.objects.filter(pk=world.groups[DESA[3]].pk).update(starts_on=today)
    WorkPlan.objects.filter(facilitator=world.facilitators[KECAMATAN[1]]).update(
        month=last_month.replace(day=1)
    )
    CaseloadSettings.objects.update(few_below=3, many_above=5, maximum=50)
    states = ("potential", "visited", "verified", "approved", "submitted", "rejected")
    for place, state in zip(DESA, states, strict=False):
        GraduationCase.objects.filter(pk=world.cases[place].pk).update(
            state=state, **_who_did(world, state), moved_at=now if state == "visited" else long_ago
        )
    for place in DESA[::2]:
        Exit.objects.filter(pk=world.exits[place].pk).update(reentered_on=None, reentry_note="")
        Monitoring.objects.filter(pk=world.monitorings[place].pk).update(
            due_on=today - dt.timedelta(days=1)
        )
    Exit.objects.filter(pk=world.exits[DESA[1]].pk).update(recorded_at=long_ago)
    book = ExitEntry.objects.get(exit=world.exits[DESA[2]])
    ExitEntry.objects.create(
        exit=book.exit, year=today.year, quarter=4, type=book.type, desa=book.desa,
        facilitator=book.facilitator, sign=-1, at=now,
    )  # fmt: skip
    _talk(world, now, today)
    for kabupaten, registry in world.snapshots.items():
        common = {
            "source": "final_closing", "year": 2026, "stage": 4, "area_id": kabupaten,
            "file_name": "x.csv", "size_bytes": 1,
        }  # fmt: skip
        for number, (state, at, by) in enumerate(
            (
                ("uploaded", now, registry.uploaded_by),
                ("staged", long_ago, users[OPERATOR]),
                ("refused", now, registry.uploaded_by),
                ("refused", long_ago, registry.uploaded_by),
            )
        ):
            Snapshot.objects.create(
                state=state, uploaded_by=by, uploaded_at=at, sha256=f"{kabupaten}{number}", **common
            )
        for state, at in (("failed", now), ("failed", long_ago), ("done", now)):
            Job.objects.create(
                kind="x", requested_by=registry.uploaded_by, created_at=at, state=state,
                finished_at=at,
            )  # fmt: skip
    return world


def _who_did(world, state):
    """People by whom a state needs to have been reached: others than those who look on."""
    order = ("potential", "proposed", "visited", "verified", "approved", "submitted")
    reached = order.index(state) if state in order else 1
    writer, idle, former = (world.users[name] for name in ("writer", "idle", "former"))
    return {
        "proposed_by": writer if reached >= 1 else None,
        "visit": world.visits[OWN_DESA] if reached >= 2 else None,
        "verified_by": idle if reached >= 3 else None,
        "approved_by": former if reached >= 4 else None,
        "approved_on": timezone.localdate() if reached >= 4 else None,
        "submitted_on": timezone.localdate() if reached >= 5 else None,
    }


def _talk(world, now, today):
    users = world.users
    for code in (KECAMATAN[0], KECAMATAN[2]):
        Meeting.objects.filter(pk=world.drafts[code].pk).update(state="invited")
    for name, withdrawn in ((GUEST, None), (COORDINATOR, None), (LEAD, now)):
        Invitation.objects.create(
            meeting=world.drafts[KECAMATAN[0]], institution=world.institutions[KECAMATAN[0]],
            name=name, user=users[name], withdrawn_at=withdrawn,
        )  # fmt: skip
    Invitation.objects.create(
        meeting=world.drafts[KECAMATAN[1]], institution=world.institutions[KECAMATAN[1]],
        name="belum dikirim", user=users[GUEST],
    )  # fmt: skip
    Representative.objects.create(
        institution=world.institutions[KECAMATAN[2]], name="Tamu", user=users[GUEST]
    )
    one, two, three, _four = (world.follow_ups[code].pk for code in KECAMATAN)
    FollowUp.objects.filter(pk=one).update(owner=users[GUEST], due_on=today)
    FollowUp.objects.filter(pk=two).update(owner=users[OPERATOR])
    done = {"state": "done", "closed_on": today, "closed_by": users["idle"]}
    FollowUp.objects.filter(pk=three).update(**done)
    FollowUp.objects.filter(pk=world.family_follow_ups[DESA[2]].pk).update(**done)
    Meeting.objects.filter(pk=world.meetings[KECAMATAN[3]].pk).update(state="held")
    for name, seen in ((GUEST, None), (COORDINATOR, now), (HEAD, None)):
        Reminder.objects.create(
            user=users[name], day=today, seen_at=seen, items=[{"text": "Rapat besok", "url": "/"}]
        )


@pytest.fixture
def recount(stirred):
    forget()
    return Recount(stirred)


def test_every_figure_is_recounted_and_every_role_has_a_home():
    families = {key for key, figure in FIGURES.items() if figure.kind in ("household", "member")}

    assert FIGURES.keys() - OPENS.keys() <= families | {"perubahan-status"}
    assert set(HOMES) == {role for posts in POSTS.values() for role, _area in posts}
    assert all(hasattr(Recount, key.replace("-", "_")) for key in FIGURES)


@pytest.mark.parametrize("person", PEOPLE)
def test_a_number_equals_its_recount_and_its_rows(recount, person):
    asked = Asked(recount.world.users[person], recount.now)
    numbers = count(asked, list(FIGURES.values()))

    assert set(numbers) == {key for key in FIGURES if may_open(person, key)}
    for key, number in numbers.items():
        expected = recount.rows(person, key)
        rows = [row.pk for row in FIGURES[key].rows(asked)]
        assert (key, sorted(map(str, rows))) == (key, sorted(map(str, expected)))
        assert (key, number.total) == (key, len(expected))
        if FIGURES[key].reach:  # a row may lie in several kecamatan
            assert set(number.places) <= {""}
            continue
        by_place = {
            place: FIGURES[key].rows(asked, place).count() for place in number.places if place
        }
        assert (key, by_place) == (key, {k: n for k, n in number.places.items() if k})


def test_the_stirred_world_tells_figures_apart(recount):
    """A test of absence holds data that could leak: almost no figure is empty for everybody."""
    empty = {
        key
        for key in FIGURES
        if not any(recount.rows(person, key) for person in PEOPLE if may_open(person, key))
    }

    assert empty == set()


def _client(world, person):
    client = Client()
    client.force_login(world.users[person])
    return client


@pytest.mark.parametrize("person", ASKED_BY_DOOR)
def test_a_number_opens_exactly_its_rows(recount, person):
    client = _client(recount.world, person)
    asked = Asked(recount.world.users[person], recount.now)
    for key, figure in FIGURES.items():
        own = reverse("dashboard:figure", args=[key])
        if not may_open(person, key):
            assert (key, client.get(own).status_code) == (key, 403)
            continue
        expected = recount.rows(person, key)
        for url in {own, figure.url(asked)}:
            assert (url, sorted(_all_pages(client, url))) == (url, sorted(map(str, expected)))


def _all_pages(client, url):
    found, after = [], ""
    while after is not None:
        answer = client.get(f"{url}{'&' if '?' in url else '?'}setelah={after}" if after else url)
        assert (url, answer.status_code) == (url, 200)
        page = answer.context["page"]
        found += [str(row.pk) for row in page.rows]
        after = page.after
    return found


@pytest.mark.parametrize("person", [LEAD, OPERATOR])
def test_screen_paper_file_and_rest_show_the_same_rows(recount, person):
    """Who may take lists out, at every door, for every figure of his."""
    client = _client(recount.world, person)
    figures = {one["key"]: one for one in client.get("/api/v1/figures/").json()["results"]}
    assert set(figures) == {key for key in FIGURES if may_open(person, key)}
    for key, figure in figures.items():
        url = reverse("dashboard:figure", args=[key])
        page = client.get(url).context
        paper = client.get(f"{url}cetak/").context["lines"]
        rest = _over_rest(client, f"/api/v1/figures/{key}/rows/?page_size=20")
        shown = [(line.title, line.place, line.say) for line in paper]
        file = client.post(f"{url}ekspor/", {"reason": "rapat koordinasi", "file_format": "csv"})
        taken = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig")), delimiter=";"))[1:]
        assert (key, [row[0] for row in taken]) == (key, [line.title for line in paper])
        assert (key, [(r["title"], r["place"], r["details"]) for r in rest]) == (key, shown)
        assert {figure["value"], page["number"], len(paper), len(rest), len(taken)} == {
            len(recount.rows(person, key))
        }


def _over_rest(client, url):
    found = []
    while url:
        answer = client.get(url).json()
        found += answer["results"]
        url = answer["next"]
    return found


@pytest.mark.parametrize("person", PEOPLE)
def test_a_home_says_what_is_recounted(recount, person):
    client = _client(recount.world, person)

    answer = client.get(reverse("dashboard:home"))

    said = answer.context["numbers"]
    assert said == {key: len(recount.rows(person, key)) for key in said}
    for section in answer.context["sections"]:
        for line in (*section.lines, *section.none):
            assert (line.figure.key, line.number) == (line.figure.key, said[line.figure.key])


@pytest.mark.parametrize("person", PEOPLE)
def test_the_tables_of_a_territory_say_what_is_recounted(recount, person):
    client = _client(recount.world, person)

    answer = client.get(reverse("dashboard:overview"))

    announced = client.get(reverse("dashboard:home")).context["has_overview"]
    assert (announced, answer.status_code) in ((True, 200), (False, 403))
    if not announced:
        return
    said = answer.context["numbers"]
    assert said == {key: len(recount.rows(person, key)) for key in said}
    for table in answer.context["tables"].values():
        for column, cell in zip(table.columns, _counted(table), strict=True):
            assert (column.key, cell.number) == (column.key, said[column.key])
    for one in answer.context["indicators"]:
        assert one.part.number + one.rest.number == one.whole.number


def _counted(table):
    return [cell for cell in table.total if cell.url]


def test_cells_of_a_table_open_rows_of_their_kecamatan(recount):
    client = _client(recount.world, HEAD)
    tables = client.get(reverse("dashboard:overview")).context["tables"]

    assert tables
    for table in tables.values():
        assert [name for name, _cells in table.rows] == [f"WILAYAH {k}" for k in KECAMATAN[:2]]
        for (name, cells), kecamatan in zip(table.rows, KECAMATAN, strict=False):
            for cell in cells:
                if cell.url:
                    assert (cell.url, f"wilayah={kecamatan}" in cell.url) == (cell.url, True)
                    rows = len(_all_pages(client, cell.url))
                    assert (name, cell.url, rows) == (name, cell.url, cell.number)
        for column in zip(*(cells for _name, cells in table.rows), table.total, strict=True):
            *parts, total = column
            if total.url:
                assert (total.url, sum(one.number for one in parts)) == (total.url, total.number)


def test_what_was_reached_opens_the_exits_the_book_counts(recount):
    client = _client(recount.world, COORDINATOR)
    goals = client.get(reverse("dashboard:overview")).context["goals"]

    assert goals.lines
    for line in goals.lines:
        answer = client.get(line.reached.url)
        assert (line.label, answer.context["number"]) == (line.label, line.reached.number)
        assert answer.context["part_name"] == line.label


def test_promises_of_institutions_open_their_follow_ups(recount):
    client = _client(recount.world, HEAD)
    promises = client.get(reverse("dashboard:overview")).context["promises"]

    assert promises
    for line in promises:
        for cell in (line.unfinished, line.overdue, line.kept, line.due):
            assert (cell.url, len(_all_pages(client, cell.url))) == (cell.url, cell.number)


def test_rows_show_no_number_in_full(recount):
    client = _client(recount.world, OPERATOR)
    for key in ("keluarga", "anggota", "anggota-nik-sama"):
        text = client.get(reverse("dashboard:figure", args=[key])).content.decode()

        assert not [number for number in recount.world.numbers if number in text]


def test_a_strange_address_chooses_nothing(recount):
    client = _client(recount.world, COORDINATOR)
    url = reverse("dashboard:figure", args=["keluarga"])

    assert client.get(reverse("dashboard:figure", args=["tidak-ada"])).status_code == 404
    for query in ("?wilayah=99.02.01", "?wilayah=%00", "?wilayah=zzz"):
        assert (query, client.get(f"{url}{query}").context["number"]) == (query, 0)
    assert client.get(f"{url}?setelah=omong").status_code == 200
    assert client.get(f"{url}?bagian=x").context["number"] > 0


@pytest.mark.parametrize("person", [FACILITATOR, LEAD, COORDINATOR, OPERATOR, HEAD, GUEST])
def test_a_home_asks_the_same_when_rows_double(stirred, person):
    from django.db import transaction

    client = _client(stirred, person)
    home, overview = reverse("dashboard:home"), reverse("dashboard:overview")

    def ask():
        with CaptureQueriesContext(connection) as of_home:
            shown = client.get(home)
        with CaptureQueriesContext(connection) as of_tables:
            client.get(overview)
        return shown, (len(of_home), len(of_tables))

    ask()
    first, before = ask()
    with transaction.atomic():
        for desa in DESA:
            for family in Household.objects.filter(desa_id=desa):
                twin = Household.objects.create(desa_id=desa)
                MemberFactory(household=twin, nik=None)
                HouseholdPeriod.objects.create(household=twin, year=2026, stage=4)
                assert family.pk != twin.pk
        second, after = ask()
        transaction.set_rollback(True)

    assert after == before
    assert max(after) <= 30
    if "keluarga" in first.context["numbers"]:
        assert second.context["numbers"]["keluarga"] > first.context["numbers"]["keluarga"]


def test_rows_ask_the_same_however_many_there_are(stirred):
    asked = Asked(stirred.users[COORDINATOR], timezone.now())
    count(asked, list(FIGURES.values()))  # what several figures need to know is known now
    for key, figure in FIGURES.items():
        if not may_open(COORDINATOR, key):
            continue
        with CaptureQueriesContext(connection) as one:
            first = listing.Rows(figure, asked)
            first.lines(first.readable[:1])
        with CaptureQueriesContext(connection) as many:
            whole = listing.Rows(figure, asked)
            rows = whole.page({}).rows
            whole.lines(rows)
        if rows:
            assert (key, len(many)) == (key, len(one))
