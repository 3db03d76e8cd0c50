"""Meetings and follow-ups over REST: planned once, changed with the version read, own rows only."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from accounts.roles import Role
from accounts.scopes import Scope
from accounts.services import issue_token
from meetings.models import FollowUp, FollowUpEntry, Meeting
from meetings.services import publish_minutes
from tests.factories.accounts import UserFactory, person
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory
from tests.factories.meetings import (
    follow_up_of,
    institution,
    meeting_of,
    planner,
    representative,
)

pytestmark = pytest.mark.django_db
MEETINGS, FOLLOW_UPS = "/api/v1/meetings/", "/api/v1/follow-ups/"
DAY = dt.timedelta(days=1)


def send(client, user, url, data, method="post", **headers):
    client.force_login(user)
    return getattr(client, method)(url, data, content_type="application/json", headers=headers)


def get(client, user, url, status=200):
    client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == status, answer.content
    return answer.json()


def ids(client, user, url):
    return [one["id"] for one in get(client, user, url)["results"]]


def body(**said):
    return {
        "id": str(uuid.uuid4()),
        "kind": "coordination",
        "area": "99.01",
        "theme": "Data yang padan",
        "place": "Aula",
        "starts_at": "2026-12-01T09:00:00+07:00",
        "ends_at": "2026-12-01T12:00:00+07:00",
        "chair": "Kepala Dinas",
    } | said


@pytest.fixture
def by():
    return planner()


@pytest.fixture
def held():
    return meeting_of(at=timezone.now() - 30 * DAY, state="held")


def published(meeting, **values):
    made = follow_up_of(meeting, **values)
    publish_minutes(meeting=meeting, by=meeting.made_by, at=timezone.now() - 20 * DAY)
    return FollowUp.objects.get(pk=made.pk)


# --- meetings


def test_create_answers_201_then_200_then_409(client, by):
    sent = body()

    answers = [send(client, by, MEETINGS, one) for one in (sent, sent, sent | {"theme": "lain"})]

    assert [answer.status_code for answer in answers] == [201, 200, 409]
    assert answers[0].json() == answers[1].json()
    assert (answers[0].json()["id"], answers[0].json()["state"]) == (sent["id"], "draft")
    assert answers[2].json()["error"]["code"] == "meeting_id_taken"


def test_an_idempotency_key_serves_as_well(client, by):
    sent = body()
    del sent["id"]
    key = {"Idempotency-Key": "rapat-1"}

    first, again = (send(client, by, MEETINGS, sent, **key) for _nth in range(2))
    other = send(client, by, MEETINGS, sent | {"theme": "lain"}, **key)

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json() == again.json()
    assert Meeting.objects.count() == 1


def test_another_kabupaten_is_like_none(client, by):
    AreaFactory(code="99.02")
    answers = [send(client, by, MEETINGS, body(area=code)) for code in ("99.02", "98.76")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize("said", [
    {"kind": "x"}, {"starts_at": "besok"}, {"ends_at": "2026-12-01T08:00:00+07:00"},
    {"time_zone": "Mars/Olympus"}, {"theme": ""}, {"theme": "x" * 201}, {"id": "x"},
    {"chair": "\x00"}, {"place": "\ud800"}, {"area": None}, {"theme": "NIK 9901 0101 0101 0001"},
])  # fmt: skip
def test_nonsense_is_refused_and_never_a_server_error(client, by, said):
    assert send(client, by, MEETINGS, body() | said).status_code == 400


def test_a_patch_carries_the_version_it_read(client, by):
    made = send(client, by, MEETINGS, body()).json()
    url = f"{MEETINGS}{made['id']}/"

    changed = send(client, by, url, {"version": made["version"], "place": "Pendopo"}, "patch")
    stale = send(client, by, url, {"version": made["version"], "place": "Lain"}, "patch")
    without = send(client, by, url, {"place": "Lain"}, "patch")

    assert (changed.status_code, changed.json()["place"]) == (200, "Pendopo")
    assert changed.json()["theme"] == "Data yang padan"
    assert (stale.status_code, stale.json()["error"]["code"]) == (409, "changed_meanwhile")
    assert stale.json()["error"]["changed_by"] == by.get_full_name()
    assert without.status_code == 400


def test_steps_from_draft_to_cancelled(client, by):
    meeting = meeting_of(state="invited")
    url = f"{MEETINGS}{meeting.pk}/"
    version = get(client, by, url)["version"]

    again = send(client, by, f"{url}invite/", {"version": version})
    nothing = send(client, by, f"{url}cancel/", {"version": version})
    done = send(client, by, f"{url}cancel/", {"version": version, "reason": "Banjir"})

    assert (again.status_code, again.json()["error"]["code"]) == (409, "not_from_here")
    assert nothing.status_code == 400
    assert (done.status_code, done.json()["state"]) == (200, "cancelled")


def test_publishing_belongs_to_who_may(client, held, operator):
    follow_up_of(held)
    held.refresh_from_db()
    url = f"{MEETINGS}{held.pk}/publish/"

    assert send(client, operator, url, {"version": held.version}).status_code == 403
    assert send(client, held.made_by, url, {"version": held.version}).json()["state"] == (
        "minutes_published"
    )


def test_who_sees_which_meeting(client, by, sari):
    draft = meeting_of()
    sent = meeting_of(state="invited")
    elsewhere = meeting_of(area="99.02", state="invited", by=planner("99.02", "korkab-lain"))

    assert set(ids(client, by, MEETINGS)) == {str(draft.pk), str(sent.pk)}
    assert ids(client, sari, MEETINGS) == [str(sent.pk)]
    get(client, sari, f"{MEETINGS}{draft.pk}/", 404)
    get(client, sari, f"{MEETINGS}{elsewhere.pk}/", 404)
    assert ids(client, by, f"{MEETINGS}?state=invited&area=99.01&kind=coordination") == [
        str(sent.pk)
    ]


def test_a_guest_has_no_rest(client, held):
    user = UserFactory(username="tamu")
    representative("Tamu", user=user)

    get(client, user, MEETINGS, 403)
    get(client, user, FOLLOW_UPS, 403)


def test_the_code_in_the_hall_is_no_part_of_it(client, by):
    meeting = meeting_of(state="invited")

    said = str(get(client, by, f"{MEETINGS}{meeting.pk}/"))

    assert meeting.hall_secret not in said
    assert meeting.invitations.first().code not in said


@pytest.mark.parametrize("scope, statuses", [
    (Scope.MEETINGS_READ, (200, 403)), (Scope.MEETINGS_WRITE, (403, 201)),
    (Scope.GRADUATION_WRITE, (403, 403)),
])  # fmt: skip
def test_a_token_needs_its_scope(client, by, scope, statuses):
    _record, token = issue_token(user=by, days=1, scopes=[scope], by=by, at=timezone.now())
    headers = {"Authorization": f"Bearer {token}"}

    read = client.get(MEETINGS, headers=headers)
    write = client.post(MEETINGS, body(), content_type="application/json", headers=headers)

    assert (read.status_code, write.status_code) == statuses


# --- follow-ups


def test_a_follow_up_says_all_of_itself(client, held, by):
    one = published(held, days=5)

    said = get(client, by, f"{FOLLOW_UPS}{one.pk}/")

    assert (said["meeting"], said["state"], said["overdue"]) == (str(held.pk), "open", True)
    assert (said["times_carried"], said["entries"], said["concerns"]) == (0, [], "")


def test_filters(client, held, by):
    household = HouseholdFactory(desa=AreaFactory(code="99.01.01.2001"))
    other = institution("Dinas Pendidikan")
    late = follow_up_of(held, days=5)
    family = follow_up_of(held, days=60, household=household)
    published(held, days=60, institution=other)

    def found(query):
        return set(ids(client, by, f"{FOLLOW_UPS}?{query}"))

    assert found("overdue=true") == {str(late.pk)}
    assert len(found("overdue=false")) == 2
    assert found(f"household={household.pk}") == {str(family.pk)}
    assert len(found(f"institution={other.pk}")) == 1
    assert len(found(f"meeting={held.pk}&state=open")) == 3
    assert found("area=99.01.01") == {str(family.pk)}
    for wrong in (
        "state=x",
        "overdue=mungkin",
        "meeting=x",
        "household=x",
        "owner=1",
        "ordering=owner",
    ):
        get(client, by, f"{FOLLOW_UPS}?{wrong}", 400)


def test_the_family_stays_unnamed_to_who_may_not_see_it(client, held, budi):
    """Budi answers for it, but the family belongs to another kecamatan."""
    household = HouseholdFactory(desa=AreaFactory(code="99.01.01.2001"))
    one = published(held, household=household, owner=budi)

    said = get(client, budi, f"{FOLLOW_UPS}{one.pk}/")

    assert (said["concerns"], said["household"]) == ("household", None)
    assert ids(client, budi, f"{FOLLOW_UPS}?household={household.pk}") == []
    assert get(client, held.made_by, f"{FOLLOW_UPS}{one.pk}/")["household"] == household.pk


def test_what_is_not_published_is_missing(client, held, by):
    one = follow_up_of(held)

    get(client, by, f"{FOLLOW_UPS}{one.pk}/", 404)
    assert ids(client, by, FOLLOW_UPS) == []


def patch(client, user, one, **said):
    return send(client, user, f"{FOLLOW_UPS}{one.pk}/", said, "patch")


def test_from_note_to_done_and_open_again(client, held, by):
    one = published(held, needs_evidence=False)

    told = patch(client, by, one, version=1, note="Sedang dikerjakan")
    stale = patch(client, by, one, version=1, note="Kedua")
    later = patch(client, by, one, version=2, due_on="2030-01-01", reason="Anggaran")
    done = patch(client, by, one, version=3, state="done", note="Selesai")
    again = patch(client, by, one, version=4, state="in_progress", reason="Belum")

    assert [a.status_code for a in (told, stale, later, done, again)] == [200, 409, 200, 200, 200]
    assert told.json()["state"] == "in_progress"
    assert stale.json()["error"]["changed_by"] == by.get_full_name()
    assert (later.json()["due_on"], done.json()["state"]) == ("2030-01-01", "done")
    assert [one["kind"] for one in again.json()["entries"]] == [
        "note",
        "postponed",
        "state",
        "state",
    ]


def test_closing_without_the_required_evidence_is_refused(client, held, by):
    answer = patch(client, by, published(held), version=1, state="done")

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "evidence_missing")


@pytest.mark.parametrize("said", [
    {"due_on": "2030-01-01", "reason": "Anggaran"}, {"state": "cancelled", "reason": "Tidak perlu"},
])  # fmt: skip
def test_only_keepers_postpone_and_drop(client, held, budi, said):
    one = published(held, owner=budi)

    answer = patch(client, budi, one, version=1, **said)

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_allowed")
    assert patch(client, budi, one, version=1, note="Sedang").status_code == 200


def test_a_reader_changes_nothing(client, held, wayan):
    one = published(held)

    assert patch(client, wayan, one, version=1, note="x").status_code == 404
    assert FollowUpEntry.objects.count() == 0


def test_of_another_kabupaten_is_like_none(client, held):
    one = published(held)
    other = person("lain", Role.DISTRICT_COORDINATOR, "99.02")
    missing = FollowUp(pk=uuid.uuid4())

    answers = [patch(client, other, which, version=1, note="x") for which in (one, missing)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize("said", [
    {}, {"version": 1}, {"version": 0, "note": "x"}, {"version": 1, "state": "open"},
    {"version": 1, "state": "done", "due_on": "2030-01-01"}, {"version": 1, "due_on": "besok"},
    {"version": 1, "note": "x" * 1001}, {"version": 1, "note": "\x00"},
    {"version": 1, "due_on": "2020-01-01", "reason": "x"},
])  # fmt: skip
def test_nonsense_about_a_follow_up_is_refused(client, held, by, said):
    assert patch(client, by, published(held), **said).status_code == 400


@pytest.mark.parametrize("number", [1, 4])
def test_lists_ask_the_same_however_long(client, held, by, number, django_assert_num_queries):
    for _nth in range(number):
        follow_up_of(held)
    published(held)
    for url, asked in (
        (FOLLOW_UPS, 4),
        (MEETINGS, 4),
        (f"{FOLLOW_UPS}{FollowUp.objects.first().pk}/", 5),
    ):
        get(client, by, url)
        with django_assert_num_queries(asked):
            client.get(url)


def test_results_refuse_what_they_do_not_know(client, by):
    for query in ("?tahun=2026", "?year=x", "?year=1", "?area=%00"):
        get(client, by, f"/api/v1/meeting-results/{query}", 400)
    get(client, by, "/api/v1/meeting-results/?year=2026&area=99.01")
