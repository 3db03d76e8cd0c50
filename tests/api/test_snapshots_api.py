import datetime as dt
import io

import pytest
from django.utils import timezone

from dtks.models import Decision, Difference, RowProblem, Snapshot
from dtks.services import approve_snapshot, reconcile
from jobs.models import Job
from jobs.runner import run_in_foreground
from tests.dtks.staged import DTKS, NOW, person, stage, village

URL = "/api/v1/snapshots/"
CONTENT = b"NO KK|NIK|NAMA|KOMPONEN\n9901010101010001|9901014101900001|WARSITI|SD\n"


@pytest.fixture(autouse=True)
def office(settings, tmp_path):
    settings.PKH_OFFICE_AREA = "99.01"
    settings.MEDIA_ROOT = tmp_path


def send(client, content=CONTENT, **more):
    file = io.BytesIO(content)
    file.name = "anggota.csv"
    return client.post(
        URL,
        {"file": file, "source": "members", "period": "2026-4", **more.pop("data", {})},
        format="multipart",
        **more,
    )


def in_dtks(number, of, **more):
    row = person(number, of, **more)
    return {field: row.get(field, "") for field in DTKS}


@pytest.fixture
def question(operator, operator2):
    village()
    village("99.01.01.2002", "Sukajadi")
    members = stage("members", [person(1, 1), person(9, 1), person(2, 2)], by=operator)
    approve_snapshot(snapshot=members, by=operator2, at=NOW)
    registry = stage(
        "dtks",
        [
            in_dtks(1, 1),
            in_dtks(9, 1, name="ANAK SEMBILAN", birth_date="07/08/2013", village="Sukajadi"),
            in_dtks(2, 2),
        ],
        by=operator,
    )
    reconcile(snapshot=registry, by=operator, at=NOW)
    return Difference.objects.get(snapshot=registry, row_number=3, member__isnull=False)


def test_an_upload_is_kept_and_asked_to_be_read(api, operator):
    answer = send(api(operator))

    assert answer.status_code == 201
    snapshot = Snapshot.objects.get(pk=answer.json()["id"])
    assert (snapshot.source, str(snapshot.period), snapshot.uploaded_by) == (
        "members",
        "2026-4",
        operator,
    )
    assert Job.objects.get().kind == "dtks.stage_snapshot"


def test_the_same_bytes_again_answer_the_same_file(api, operator):
    first, second = send(api(operator)), send(api(operator))

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]


@pytest.mark.parametrize(
    "key",
    [
        {"headers": {"idempotency-key": "berkas-1"}},
        {"data": {"id": "0c9d5a1e-58f7-4b6a-9d83-0a6c1de7f1aa"}},
    ],
)
def test_an_idempotency_key_is_for_one_body(api, operator, key):
    client = api(operator)

    first = send(client, **key)
    again = send(client, **key)
    other = send(client, content=CONTENT + b"\n", **key)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_key_reused")
    assert Snapshot.objects.count() == 1


@pytest.mark.parametrize(
    "data",
    [
        {"source": "resep"},
        {"period": "2026-9"},
        {"period": "kemarin"},
        {"file": ""},
        {"id": "satu"},
    ],
)
def test_a_wrong_upload_names_the_field(api, operator, data):
    answer = send(api(operator), data=data)

    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == list(data)


def test_a_facilitator_may_not_upload(api, sari, operator):
    assert send(api(sari)).status_code == 403
    assert Snapshot.objects.count() == 0


def test_rows_are_shown_with_their_problems_and_masked(api, operator):
    pk = send(api(operator), CONTENT + b"9901010101010001|990101410190|BUDI|SD\n").json()["id"]
    run_in_foreground(Job.objects.get())

    answer = api(operator).get(f"{URL}{pk}/rows/")

    first, second = answer.json()["results"]
    assert (first["row_number"], first["cells"]["NIK"]) == (2, "9901**********01")
    problem = next(p for p in second["problems"] if p["code"] == "nik_length")
    assert set(problem) == {"code", "severity", "column", "value", "message"}
    assert problem["column"] == "NIK"
    assert "990101410190" not in answer.content.decode()
    assert RowProblem.objects.filter(snapshot_id=pk, code="nik_length").count() == 1
    assert [
        row["row_number"]
        for row in api(operator).get(f"{URL}{pk}/rows/?problem=nik_length").json()["results"]
    ] == [3]


def test_numbers_are_masked_wherever_they_stand(api, operator):
    content = (
        b"NO KK|NIK|NAMA|KOMPONEN|NO REKENING\n"
        b"9901010101010001|9901014101900001|9901011206230000|SD|9901011206240000\n"
    )
    pk = send(api(operator), content).json()["id"]
    run_in_foreground(Job.objects.get())

    said = api(operator).get(f"{URL}{pk}/rows/").content.decode()

    assert "990101120623" not in said
    assert "990101120624" not in said
    assert "9901**********00" in said


def test_rows_of_a_file_are_not_for_facilitators(api, sari, question):
    assert api(sari).get(f"{URL}{question.snapshot_id}/rows/").status_code in {403, 404}


def test_a_difference_explains_its_score(api, ratna, question):
    answer = api(ratna).get(f"{URL}{question.snapshot_id}/differences/{question.id}/")

    found = answer.json()
    assert found["member"] == question.member_id
    assert round(sum(found["weights"].values()), 2) == found["score"]


def test_differences_are_filtered(api, ratna, question):
    def ids(**query):
        answer = api(ratna).get(f"{URL}{question.snapshot_id}/differences/", query)
        return {row["id"] for row in answer.json()["results"]}

    assert question.id in ids(outcome=question.outcome)
    assert question.id in ids(decided="false")
    assert ids(decided="true") == set()
    assert ids(village="99.01.02") == set()
    assert question.id in ids(member=question.member_id)


def test_whether_decided_is_asked_with_one_of_two_words(api, ratna, question):
    url = f"{URL}{question.snapshot_id}/differences/"

    assert api(ratna).get(url, {"decided": "False"}).json()["results"]
    wrong = api(ratna).get(url, {"decided": "maybe"})
    assert (wrong.status_code, wrong.json()["error"]["fields"]) == (
        400,
        {"decided": "Tulis true atau false."},
    )


def test_differences_of_another_kecamatan_are_missing(api, budi, question):
    base = f"{URL}{question.snapshot_id}/differences/"

    foreign = api(budi).get(f"{base}{question.id}/")
    missing = api(budi).get(f"{URL}987654/differences/1/")

    assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content)
    assert foreign.status_code == 404
    assert api(budi).post(f"{base}{question.id}/decide/", {"verdict": "same"}).status_code == 404
    assert Decision.objects.count() == 0


def test_a_decision_sent_again_under_its_key_answers_the_same(api, operator, question):
    url = f"{URL}{question.snapshot_id}/differences/{question.id}/decide/"
    headers = {"HTTP_IDEMPOTENCY_KEY": "keputusan-1"}

    first = api(operator).post(url, {"verdict": "not_same"}, **headers)
    again = api(operator).post(url, {"verdict": "not_same"}, **headers)
    other = api(operator).post(url, {"verdict": "same"}, **headers)

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json() == again.json()
    assert Decision.objects.count() == 1


def test_a_visit_is_asked_for_with_a_day_and_found_again(api, operator, question):
    url = f"{URL}{question.snapshot_id}/differences/{question.id}/"
    until = (timezone.localdate() + dt.timedelta(days=5)).isoformat()
    asked = {"verdict": "ask_field", "note": "Lihat KTP", "due_on": until}

    made = api(operator).post(f"{url}decide/", asked).json()
    found = api(operator).get(url).json()
    request = api(operator).get(f"/api/v1/visit-requests/{made['visit_request']}/").json()

    assert found["visit_request"] == made["visit_request"]
    assert (request["wanted"], request["due_on"], request["state"]) == ("Lihat KTP", until, "open")


def test_a_decision_is_made_once(api, ratna, operator, question):
    url = f"{URL}{question.snapshot_id}/differences/{question.id}/decide/"

    first = api(operator).post(url, {"verdict": "not_same", "note": "Adiknya"})
    second = api(ratna).post(url, {"verdict": "same"})

    assert first.status_code == 201
    assert (second.status_code, second.json()["error"]["code"]) == (409, "already_decided")
    assert Decision.objects.get().by == operator


def test_the_importer_does_not_approve_his_own_file(api, operator):
    pk = send(api(operator)).json()["id"]
    run_in_foreground(Job.objects.get())

    answer = api(operator).post(f"{URL}{pk}/approve/")

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "own_file")


def test_somebody_else_approves_by_a_job(api, operator, operator2):
    pk = send(api(operator)).json()["id"]
    run_in_foreground(Job.objects.get())

    answer = api(operator2).post(f"{URL}{pk}/approve/")

    assert answer.status_code == 202
    assert Job.objects.get(pk=answer.json()["id"]).kind == "dtks.approve_snapshot"
