"""Commitment checks over REST: what the phone sends, and what it gets back."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from facilitators.models import CommitmentMonth
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.commitments import owing, prepared, the_check
from tests.factories.facilitators import FacilitatorFactory, entrust

CHECKS, BATCH = "/api/v1/commitment-checks/", "/api/v1/commitment-checks/batch/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def elder(child):
    owing(child, "elderly")
    prepared()
    return child


def body(member, **said):
    return {
        "id": str(uuid.uuid4()),
        "member": member.pk,
        "component": "elderly",
        "month": "2026-07",
        "attended": True,
    } | said


def send(client, url, data, **headers):
    return client.post(url, data, content_type="application/json", headers=headers)


def test_create_answers_201_then_200_then_409(client, sari, elder):
    client.force_login(sari)
    sent = body(elder, checked_on="2026-07-09", place="Posyandu Melati")

    answers = [send(client, CHECKS, one) for one in (sent, sent, sent | {"attended": False})]

    assert [answer.status_code for answer in answers] == [201, 200, 409]
    assert answers[0].json() == answers[1].json()
    first = answers[0].json()
    assert (first["id"], first["check"]["outcome"], first["check"]["visits"]) == (
        sent["id"], "met", 1
    )  # fmt: skip
    assert answers[2].json()["error"]["code"] == "check_id_taken"
    assert CommitmentMonth.objects.count() == 1


def test_the_phones_id_finds_the_check(client, sari, elder):
    client.force_login(sari)
    sent = body(elder)
    send(client, CHECKS, sent)

    answer = client.get(f"{CHECKS}{sent['id']}/").json()

    assert answer["id"] == str(the_check(elder).pk)
    assert [one["id"] for one in answer["evidence"]] == [sent["id"]]


def test_an_idempotency_key_answers_the_same_record(client, sari, elder):
    client.force_login(sari)
    sent = body(elder)
    del sent["id"]

    answers = [send(client, CHECKS, sent, **{"Idempotency-Key": "satu"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json()["id"] == answers[1].json()["id"]


def test_a_bad_check_in_a_batch_blocks_no_other(client, sari, elder):
    client.force_login(sari)
    stranger = owing(MemberFactory(household=HouseholdFactory()), "elderly")
    entrust(FacilitatorFactory(), stranger.household)
    good = body(elder)
    sent = [body(stranger), good, good, body(elder), {"id": "x"}, 7, body(elder, month="2026-08")]

    answer = send(client, BATCH, {"checks": sent}).json()

    assert [(one["status"], one.get("outcome")) for one in answer["results"]] == [
        (404, None), (201, "met"), (200, "met"), (409, None), (400, None), (400, None),
        (201, "met"),
    ]  # fmt: skip
    assert [one["id"] for one in answer["results"]][1] == good["id"]
    assert answer["results"][3]["error"]["code"] == "month_recorded"


def test_a_check_sent_again_after_a_handover_does_not_say_how_it_stands_today(
    client, sari, hers, elder
):
    client.force_login(sari)
    sent = body(elder)
    assert send(client, CHECKS, sent).json()["check"]["outcome"] == "met"
    hers.caseload.update(ends_on=timezone.localdate() - dt.timedelta(days=1))
    entrust(FacilitatorFactory(), elder.household, starts_on=timezone.localdate())

    again, (in_a_batch,) = (
        send(client, CHECKS, sent),
        send(client, BATCH, {"checks": [sent]}).json()["results"],
    )

    assert (again.status_code, again.json()["check"]) == (200, None)
    assert in_a_batch == {"id": sent["id"], "status": 200}


@pytest.mark.parametrize("said", [
    {"id": "x"}, {"id": None}, {"member": "x"}, {"member": None}, {"component": "primary"},
    {"component": "x"}, {"month": "2026-13"}, {"month": "2026-07-01"}, {"month": "2099-01"},
    {"month": "2024-08"}, {"month": "1000-08"}, {"month": "0001-01"}, {"device_at": "kemarin"},
    {"attended": "x"}, {"checked_on": "2026-08-01"}, {"place": "\x00"}, {"note": "x" * 301},
])  # fmt: skip
def test_nonsense_is_refused_and_never_a_server_error(client, sari, elder, said):
    client.force_login(sari)

    assert send(client, CHECKS, body(elder) | said).status_code == 400
    assert CommitmentMonth.objects.count() == 0


@pytest.mark.parametrize("sent", [{}, [], {"checks": {}}, {"checks": [{}] * 101}])
def test_an_outbox_is_a_list_of_at_most_a_hundred(client, sari, elder, sent):
    client.force_login(sari)

    assert send(client, BATCH, sent).status_code == 400


def test_a_member_of_somebody_else_answers_like_one_that_does_not_exist(client, sari, elder):
    client.force_login(sari)
    stranger = owing(MemberFactory(household=HouseholdFactory()), "elderly")
    entrust(FacilitatorFactory(), stranger.household)

    answers = [send(client, CHECKS, body(elder) | {"member": pk}) for pk in (stranger.pk, 987_654)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize(("query", "found"), [
    ("period=2026-3", 1), ("period=2026-4", 0), ("outcome=no_evidence", 1), ("outcome=met", 0),
    ("component=elderly", 1), ("component=primary", 0), ("village=99.01", 1), ("village=99.02", 0),
    ("npsn=99100001", 0),
])  # fmt: skip
def test_the_list_is_filtered(client, sari, elder, query, found):
    client.force_login(sari)

    assert len(client.get(f"{CHECKS}?{query}").json()["results"]) == found


def test_the_list_costs_the_same_for_one_and_for_three(client, ratna, elder):
    client.force_login(ratna)
    client.get(CHECKS)
    with CaptureQueriesContext(
        connection,
    ) as one:
        assert len(client.get(CHECKS).json()["results"]) == 1
    for _ in range(2):
        owing(MemberFactory(household=elder.household), "elderly")
    prepared()
    with CaptureQueriesContext(connection) as three:
        assert len(client.get(CHECKS).json()["results"]) == 3

    assert len(one) == len(three)
