"""learning-groups and learning-sessions over REST: read, and a session recorded once."""

import uuid

import pytest
from django.utils import timezone

from facilitators.models import LearningSession
from tests.factories.learning import a_group, a_topic

pytestmark = pytest.mark.django_db

GROUPS, SESSIONS = "/api/v1/learning-groups/", "/api/v1/learning-sessions/"


def body_of(group, households, statuses=(), **changed):
    said = [*statuses, *["present"] * (len(households) - len(statuses))]
    return {
        "id": str(uuid.uuid4()),
        "group": group.pk,
        "topic": a_topic().pk,
        "held_on": timezone.localdate().isoformat(),
        "guests": 1,
        "attendance": [
            {"household": one.pk, "status": status}
            for one, status in zip(households, said, strict=True)
        ],
    } | changed


def post(client, body, **more):
    answer = client.post(SESSIONS, body, format="json", **more)
    return answer.status_code, answer.json()


def test_a_session_sent_twice_is_one_and_says_84_percent(api, ratna):
    group, households = a_group(25)
    body = body_of(group, households, ["absent"] * 3 + ["ill"])

    first, again = post(api(ratna), body), post(api(ratna), body)

    session = LearningSession.objects.get()
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]
    assert (first[1]["id"], first[1]["attendance_percent"]) == (str(session.pk), 84.0)
    assert [first[1][name] for name in ("present", "ill", "absent", "guests")] == [21, 1, 3, 1]
    assert len(first[1]["attendance"]) == 25


def test_the_same_id_with_another_body_answers_409(api, ratna):
    group, households = a_group()
    body = body_of(group, households)
    post(api(ratna), body)

    status, answer = post(api(ratna), body | {"note": "lain"})

    assert (status, answer["error"]["code"]) == (409, "session_id_taken")


def test_an_idempotency_key_serves_as_well(api, ratna):
    group, households = a_group()
    body = body_of(group, households)
    del body["id"]
    key = {"headers": {"idempotency-key": "sesi-1"}}

    first, again = post(api(ratna), body, **key), post(api(ratna), body, **key)
    other = post(api(ratna), body | {"note": "lain"}, **key)

    assert (first[0], again[0], first[1]["id"]) == (201, 200, again[1]["id"])
    assert (other[0], other[1]["error"]["code"]) == (409, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"held_on": "2099-01-01"}, 400, "future"),
        ({"attendance": []}, 400, "attendance_incomplete"),
        ({"group": 987654321}, 404, "not_found"),
        ({"guests": -1}, 400, "invalid"),
    ],
    ids=str,
)
def test_refusals_have_a_code(api, ratna, changed, status, code):
    group, households = a_group()

    found, answer = post(api(ratna), body_of(group, households) | changed)

    assert (found, answer["error"]["code"]) == (status, code)


def test_a_family_named_twice_is_refused(api, ratna):
    group, households = a_group()
    body = body_of(group, households)
    body["attendance"].append(body["attendance"][0])

    status, answer = post(api(ratna), body)

    assert (status, list(answer["error"]["fields"])) == (400, ["attendance"])


def test_groups_and_sessions_are_filtered_and_foreign_ones_missing(api, ratna, budi):
    group, households = a_group()
    a_group(village__code="99.01.02.2001")
    _status, session = post(api(ratna), body_of(group, households))

    def ids(user, url, **query):
        answer = api(user).get(url, query)
        assert answer.status_code == 200, answer.content
        return [row["id"] for row in answer.json()["results"]]

    assert ids(ratna, GROUPS, village="99.01.01") == [group.pk]
    assert len(ids(ratna, GROUPS)) == 2
    assert ids(ratna, SESSIONS, group=group.pk, held_from="2026-01-01") == [session["id"]]
    assert ids(ratna, SESSIONS, held_to="2026-01-01") == []
    assert ids(budi, SESSIONS) == []
    assert api(budi).get(f"{SESSIONS}{session['id']}/").status_code == 404
    assert api(budi).get(f"{GROUPS}{group.pk}/").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_sessions_ask_the_same_for_one_and_for_three(api, ratna, number, django_assert_num_queries):
    for _ in range(number):
        post(api(ratna), body_of(*a_group()))
    client = api(ratna)
    client.get(SESSIONS)

    with django_assert_num_queries(4):
        answer = client.get(SESSIONS)

    assert [row["present"] for row in answer.json()["results"]] == [3] * number


def test_a_number_in_the_note_is_masked_and_never_strands_the_session(api, ratna):
    group, households = a_group()
    body = body_of(group, households, note="NIK ibu 9901014107900001")

    answers = [post(api(ratna), body)[0] for _ in range(2)]

    assert answers == [201, 200]
    assert LearningSession.objects.get().note == "NIK ibu 9901**********01"
