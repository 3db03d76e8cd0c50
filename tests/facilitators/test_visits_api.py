"""Visits over REST, as a phone sends them: again, out of order, and eight at a time."""

import datetime as dt
import random
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from beneficiaries.services import change_member
from facilitators.models import CaseloadAssignment, ChangeProposal, Visit
from tests.english import english_in
from tests.facilitators.conftest import NOW
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.files import jpeg

VISITS, BATCH = "/api/v1/visits/", "/api/v1/visits/batch/"
JSON = "application/json"


def body(household, **said):
    return {
        "id": str(uuid.uuid4()),
        "household": household.pk,
        "purpose": "data_update",
        "device_at": "2026-11-02T08:00:00+07:00",
    } | said


def send(client, url, data):
    return client.post(url, data, content_type=JSON)


@pytest.mark.django_db
def test_create_answers_201_then_200_then_409(client, sari, family):
    client.force_login(sari)
    sent = body(family, note="satu", latitude=0, longitude=0)

    answers = [send(client, VISITS, one) for one in (sent, sent, sent | {"note": "dua"})]

    assert [answer.status_code for answer in answers] == [201, 200, 409]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["warnings"] == ["outside_the_country", "late"]
    assert answers[2].json()["error"]["code"] == "visit_id_taken"
    assert Visit.objects.count() == 1


@pytest.mark.django_db
def test_a_family_of_somebody_else_answers_like_one_that_does_not_exist(client, sari, family):
    client.force_login(sari)
    stranger = HouseholdFactory()
    entrust(FacilitatorFactory(), stranger)

    answers = [
        send(client, VISITS, body(family) | {"household": pk}) for pk in (stranger.pk, 987_654_321)
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


@pytest.mark.django_db
@pytest.mark.parametrize("said", [
    {"id": "x"}, {"id": None}, {"purpose": "x"}, {"device_at": "kemarin"}, {"latitude": "NaN"},
    {"latitude": 91}, {"accuracy_m": "inf"}, {"accuracy_m": -1}, {"latitude": 5}, {"note": "\x00"},
    {"note": "\ud800"}, {"proposals": "x"}, {"proposals": [1]}, {"next_on": "2026-11-09"},
    {"proposals": [{"kind": "death", "version": 1, "values": {"\ud800": "x"}}]},
    {"device_at": "0001-01-01T00:07:07+07:00"}, {"device_at": "1970-01-01T00:00:00Z"},
    {"sent_at": "0001-01-01T00:00:00Z"}, {"next_step": "x", "next_on": "0001-01-01"},
    {"latitude": 10**400}, {"device_at": "9999-12-31T23:59:59-11:00"},
])  # fmt: skip
def test_nonsense_is_refused_and_never_a_server_error(client, sari, family, said):
    client.force_login(sari)

    answer = send(client, VISITS, body(family) | said)

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert english_in([error["message"], *error["fields"].values()]) == []
    assert Visit.objects.count() == 0


@pytest.mark.django_db
def test_a_bad_visit_in_a_batch_blocks_no_other(client, sari, family):
    client.force_login(sari)
    stranger = HouseholdFactory()
    first, last = body(family), body(family, note="dua")
    sent = [first, 7, body(family, purpose="x"), body(stranger), first | {"note": "lain"}, last]

    answer = send(client, BATCH, {"visits": sent})

    results = answer.json()["results"]
    assert answer.status_code == 200
    assert [one["status"] for one in results] == [201, 400, 400, 404, 409, 201]
    assert [one.get("id") for one in results] == [None if one == 7 else one["id"] for one in sent]
    assert Visit.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("sent", [[], {}, {"visits": 1}, {"visits": [1] * 101}, None])
def test_what_is_no_batch_is_refused(client, sari, hers, sent):
    client.force_login(sari)

    assert send(client, BATCH, sent).status_code == 400


@pytest.mark.django_db
def test_patch_mends_the_words_of_ones_own_visit(client, sari, ratna, visiting):
    visit = visiting(at=timezone.now())
    url, change = f"{VISITS}{visit.pk}/", {"version": 1, "note": "lebih jelas", "reason": "ketik"}

    answers = []
    for user in (ratna, sari, sari):
        client.force_login(user)
        answers.append(client.patch(url, change, content_type=JSON))

    assert [answer.status_code for answer in answers] == [403, 200, 409]
    assert answers[1].json()["note"] == "lebih jelas"


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(
    client, ratna, visiting, child, django_assert_num_queries, number
):
    for _ in range(number):
        visiting(proposals=[{"kind": "pregnancy", "member": child.pk, "version": 1}])
    client.force_login(ratna)

    with django_assert_num_queries(6):
        answer = client.get(VISITS)

    assert len(answer.json()["results"]) == number


@pytest.mark.django_db
def test_a_late_visit_and_its_photo_arrive_after_the_handover(
    client, sari, hers, budi, family, settings, tmp_path
):
    """Made three days ago, when the family was Sari's; since yesterday it is Budi's."""
    settings.MEDIA_ROOT = tmp_path
    now, today = timezone.now(), timezone.localdate()
    day = dt.timedelta(days=1)
    CaseloadAssignment.objects.filter(household=family).update(ends_on=today - 2 * day)
    his = FacilitatorFactory(user=budi)
    entrust(his, family, starts_on=today - day)
    late = [body(family, device_at=(now - 3 * day).isoformat(), note=str(n)) for n in range(2)]
    after = body(family, device_at=(now - day / 24).isoformat())
    client.force_login(sari)

    one = send(client, VISITS, late[0])
    many = send(client, BATCH, {"visits": [late[0], late[1], after]}).json()["results"]
    photo = SimpleUploadedFile("rumah.jpg", jpeg())
    kept = client.post(f"{VISITS}{late[0]['id']}/photos/", {"id": str(uuid.uuid4()), "file": photo})

    assert one.status_code == 201
    assert [result["status"] for result in many] == [200, 201, 404]
    assert set(Visit.objects.values_list("facilitator_id", flat=True)) == {hers.pk}
    assert kept.status_code == 201
    assert client.get(f"{VISITS}{late[0]['id']}/").status_code == 404
    client.force_login(budi)
    again = client.post(f"{VISITS}{late[0]['id']}/photos/", {"id": str(uuid.uuid4())})
    assert again.status_code == 400


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_forty_visits_sent_five_times_by_eight_at_once_are_forty(sari, hers, operator):
    """Each of the 200 requests its own, shuffled; every third goes as a batch with its neighbour.

    Seven members were corrected at the office after the phone had read them: exactly their
    proposals are conflicts.
    """
    families = [HouseholdFactory() for _ in range(40)]
    entrust(hers, *families)
    people = [MemberFactory(household=family, birth_place="METRO") for family in families]
    planted = {person.pk for person in people[::6]}
    for person in people:
        if person.pk in planted:
            change_member(member=person, values={"birth_place": "BANDUNG"}, by=operator, at=NOW)
    visits = [
        body(
            family,
            note=f"kunjungan {n}",
            proposals=[
                {
                    "kind": "correction",
                    "member": person.pk,
                    "version": 1,
                    "values": {"birth_place": "PRINGSEWU"},
                }
            ],
        )
        for n, (family, person) in enumerate(zip(families, people, strict=True))
    ]
    requests = visits * 5
    random.Random(39).shuffle(requests)
    phones = []
    for _ in range(8):
        phone = Client(raise_request_exception=False)
        phone.force_login(sari)
        phones.append(phone)

    def go(sender):
        said = []
        try:
            for n, one in enumerate(requests[sender::8]):
                if n % 3 == 0:
                    other = requests[(sender + 8 * n + 1) % len(requests)]
                    answer = send(phones[sender], BATCH, {"visits": [one, other]})
                    said += [answer.status_code, *(r["status"] for r in answer.json()["results"])]
                else:
                    said.append(send(phones[sender], VISITS, one).status_code)
        finally:
            connection.close()
        return said

    with ThreadPoolExecutor(8) as pool:
        answers = [status for said in pool.map(go, range(8)) for status in said]

    assert set(answers) == {200, 201}
    assert answers.count(201) == 40
    assert sorted(str(pk) for pk in Visit.objects.values_list("pk", flat=True)) == sorted(
        one["id"] for one in visits
    )
    assert ChangeProposal.objects.count() == 40
    conflicts = ChangeProposal.objects.filter(conflict=True)
    assert {row.member_id for row in conflicts} == planted
    assert {(row.seen["birth_place"], row.met["birth_place"]) for row in conflicts} == {
        ("METRO", "BANDUNG")
    }


@pytest.mark.django_db
def test_half_a_character_in_one_visit_of_a_batch_blocks_no_other(client, sari, family):
    client.force_login(sari)
    bad = body(family, purpose="\ud800")

    answer = send(client, BATCH, {"visits": [bad, body(family)]})

    assert answer.status_code == 200
    assert [one["status"] for one in answer.json()["results"]] == [400, 201]


@pytest.mark.django_db
def test_a_number_in_the_words_of_a_phone_is_masked_and_never_strands_the_visit(
    client, sari, family
):
    client.force_login(sari)
    number = "9901014107900001"
    said = {
        "note": f"NIK ibu {number}",
        "people_met": f"KK {number}",
        "next_step": f"cek {number}",
        "proposals": [
            {
                "kind": "correction",
                "version": family.version,
                "values": {"address": f"JL MAWAR {number}"},
            }
        ],
    }
    sent = body(family, **said)

    answers = [send(client, BATCH, {"visits": [sent]}).json()["results"][0] for _ in range(2)]

    visit = Visit.objects.get()
    assert [one["status"] for one in answers] == [201, 200]
    assert (visit.note, visit.people_met, visit.next_step) == (
        "NIK ibu 9901**********01",
        "KK 9901**********01",
        "cek 9901**********01",
    )
    assert visit.proposals.get().values == {"address": "JL MAWAR 9901**********01"}


@pytest.mark.django_db
def test_a_number_is_refused_where_words_are_mended(client, sari, visiting):
    visit = visiting(note="rumah baru")
    client.force_login(sari)

    answer = client.patch(
        f"{VISITS}{visit.pk}/",
        {"version": 1, "reason": "salah tulis", "note": "NIK 9901014107900001"},
        content_type=JSON,
    )

    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == ["note"]
