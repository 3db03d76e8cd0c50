"""Cases over REST: created once, walked step by step with the version that was read."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from accounts.scopes import Scope
from accounts.services import issue_token
from graduation.models import CaseFlag, GraduationCase
from graduation.services import propose_case, verify_case
from tests.english import english_in
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.graduation import GraduationVisitFactory, case_of, exit_type, the_head

pytestmark = pytest.mark.django_db
CASES = "/api/v1/graduation-cases/"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def family(db):
    exit_type()
    return HouseholdFactory(desa=AreaFactory(code="99.01.01.2001"))


def send(client, user, url, data):
    client.force_login(user)
    return client.post(url, data, content_type="application/json")


def step(client, user, case, name, **said):
    return send(client, user, f"{CASES}{case.pk}/{name}/", said)


def body(family, **said):
    return {"id": str(uuid.uuid4()), "household": family.pk, "type": "local_eligibility"} | said


def found(client, user, query=""):
    client.force_login(user)
    answer = client.get(f"{CASES}{query}")
    assert answer.status_code == 200, answer.content
    return [one["id"] for one in answer.json()["results"]]


def test_create_answers_201_then_200_then_409(client, sari, family):
    sent = body(family, note="Sudah mampu", proposed=True)

    answers = [send(client, sari, CASES, one) for one in (sent, sent, sent | {"note": "lain"})]

    assert [answer.status_code for answer in answers] == [201, 200, 409]
    assert answers[0].json() == answers[1].json()
    assert (answers[0].json()["state"], answers[0].json()["id"]) == ("proposed", sent["id"])
    assert answers[2].json()["error"]["code"] == "case_id_taken"
    assert GraduationCase.objects.count() == 1


def test_a_second_open_case_of_a_family_is_a_conflict(client, sari, family):
    answers = [send(client, sari, CASES, body(family)) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 409]
    assert answers[1].json()["error"]["code"] == "has_open_case"


def test_a_family_of_somebody_else_answers_like_one_that_does_not_exist(client, budi, family):
    answers = [
        send(client, budi, CASES, body(family) | {"household": pk})
        for pk in (family.pk, 987_654_321)
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize("said", [
    {"type": "x"}, {"type": None}, {"type": 7}, {"reason": "x"}, {"household": "x"},
    {"household": -1}, {"target_year": "kapan"}, {"target_year": 2199}, {"note": "\x00"},
    {"note": "\ud800"}, {"note": "x" * 501}, {"id": "x"},
])  # fmt: skip
def test_nonsense_is_refused_and_never_a_server_error(client, sari, family, said):
    answer = send(client, sari, CASES, body(family) | said)

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert english_in([error["message"], *error["fields"].values()]) == []
    assert GraduationCase.objects.count() == 0


def test_an_administrative_exit_is_no_case(client, sari, family):
    answer = send(client, sari, CASES, body(family, type="died"))

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_graduation")


def test_every_step_goes_with_the_version_that_was_read(client, sari, ratna, operator, family, now):
    case = GraduationCase(pk=send(client, sari, CASES, body(family)).json()["id"])
    visit = GraduationVisitFactory(
        household=family, recorded_by=sari, device_at=now, recorded_at=now
    )

    answers = [
        step(client, sari, case, "propose", version=1, note="Siap"),
        step(client, sari, case, "visit", version=2, visit=str(visit.pk)),
        step(client, ratna, case, "verify", version=3),
        step(client, the_head(), case, "approve", version=4),
        step(client, operator, case, "submit", version=5, number="1/2026"),
        step(
            client,
            operator,
            case,
            "confirm",
            version=6,
            on=timezone.localdate().isoformat(),
            document_number="SK 1",
        ),
        step(
            client,
            operator,
            case,
            "reactivate",
            version=7,
            on=timezone.localdate().isoformat(),
            reason="Masih layak",
        ),
    ]

    assert [(answer.status_code, answer.json()["state"]) for answer in answers] == [
        (200, "proposed"),
        (200, "visited"),
        (200, "verified"),
        (200, "approved"),
        (200, "submitted"),
        (200, "confirmed"),
        (200, "reactivated"),
    ]
    last = answers[-1].json()
    assert [one["state"] for one in last["steps"]][:2] == ["potential", "proposed"]
    assert (last["version"], last["steps"][1]["reason"]) == (8, "Siap")


def test_an_older_version_answers_what_changed_and_who_changed_it(client, sari, ratna, family, now):
    case = case_of(family, by=sari, verifier=ratna, upto="visited", at=now)
    read = case.version
    verify_case(case=case, by=ratna, at=now)

    answer = step(client, ratna, case, "reject", version=read, reason="Belum siap")

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (409, "changed_meanwhile")
    assert [(one["before"], one["now"]) for one in error["changes"]] == [("visited", "verified")]
    assert error["changed_by"] == ratna.get_full_name()


def test_the_second_of_two_approvers_hears_who_was_first(client, sari, ratna, family, now):
    case = case_of(family, by=sari, verifier=ratna, upto="approved", at=now)

    answer = step(client, the_head(), case, "approve", version=case.version)

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "wrong_state")


def test_a_step_without_version_or_of_another_role_is_refused(client, sari, ratna, family, now):
    case = case_of(family, by=sari, verifier=ratna, upto="verified", at=now)

    answers = [
        step(client, the_head(), case, "approve"),
        step(client, sari, case, "approve", version=case.version),
        step(client, ratna, case, "reject", version=case.version, reason="Keliru"),
        step(client, the_head(), case, "reject", version=case.version, reason=""),
    ]

    assert [answer.status_code for answer in answers] == [400, 403, 403, 400]
    assert GraduationCase.objects.get().state == "verified"


def test_a_visit_to_another_family_is_not_found(client, sari, ratna, family, now):
    case = case_of(family, by=sari, at=now)
    other = HouseholdFactory(desa=family.desa)
    visit = GraduationVisitFactory(
        household=other, recorded_by=sari, device_at=now, recorded_at=now
    )

    answer = step(client, sari, case, "visit", version=case.version, visit=str(visit.pk))

    assert answer.status_code == 404


def test_the_list_is_filtered_and_ordered(client, sari, ratna, family, now):
    old = now - dt.timedelta(days=3)
    here = case_of(family, by=sari, at=old, type="natural")
    there = HouseholdFactory(desa=AreaFactory(code="99.01.02.2001"))
    other = case_of(there, by=sari, verifier=ratna, upto="visited", at=now)
    case_of(HouseholdFactory(desa=AreaFactory(code="99.02.01.2001")), by=sari, at=now)
    facilitator = FacilitatorFactory()
    entrust(facilitator, there)
    CaseFlag.objects.create(
        household=family, case=here, kind="moved", about="village:x", raised_at=now
    )
    first, second = str(here.pk), str(other.pk)

    assert found(client, ratna) == [second, first]
    assert found(client, ratna, "?ordering=moved_at") == [first, second]
    assert found(client, ratna, "?state=proposed") == [first]
    assert found(client, ratna, "?type=natural") == [first]
    assert found(client, ratna, f"?household={there.pk}") == [second]
    assert found(client, ratna, "?village=99.01.02") == [second]
    assert found(client, ratna, f"?facilitator={facilitator.pk}") == [second]
    assert found(client, ratna, "?flagged=true") == [first]
    assert found(client, ratna, "?flagged=false") == [second]


def test_a_facilitator_filters_by_nobodys_caseload(client, sari, family, now):
    case_of(family, by=sari, at=now)
    facilitator = FacilitatorFactory()
    entrust(facilitator, family)

    assert found(client, sari, f"?facilitator={facilitator.pk}") == []


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_as_much_for_one_case_as_for_three(
    client, sari, ratna, now, number, django_assert_num_queries
):
    for _ in range(number):
        case_of(HouseholdFactory(desa=AreaFactory(code="99.01.01.2001")), by=sari, at=now)
    client.force_login(ratna)
    client.get(CASES)

    with django_assert_num_queries(4):
        client.get(CASES)


def test_a_token_needs_the_scope(client, sari, family, now):
    case_of(family, by=sari, at=now)
    tokens = {
        scope: issue_token(user=sari, days=1, scopes=[scope], by=None, at=now)[1]
        for scope in (Scope.GRADUATION_READ, Scope.GRADUATION_WRITE, Scope.FIELD_READ)
    }

    def asked(scope, method, **more):
        head = {"HTTP_AUTHORIZATION": f"Bearer {tokens[scope]}"}
        return getattr(client, method)(CASES, **more, **head).status_code

    other = body(HouseholdFactory(desa=family.desa))
    more = {"data": other, "content_type": "application/json"}
    assert [asked(scope, "get") for scope in tokens] == [200, 403, 403]
    assert [asked(scope, "post", **more) for scope in tokens] == [403, 201, 403]


def test_a_proposer_may_not_verify_his_own(client, ratna, family, now):
    case = case_of(family, by=ratna, upto="visited", at=now)

    answer = step(client, ratna, case, "verify", version=case.version)

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "own_proposal")


def test_what_is_proposed_already_is_not_proposed_again(client, sari, family, now):
    case = case_of(family, by=sari, upto="potential", at=now)
    propose_case(case=case, by=sari, at=now)

    answer = step(client, sari, case, "propose", version=2)

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "wrong_state")


def test_an_idempotency_key_answers_the_same_case(client, sari, family):
    sent = body(family)
    del sent["id"]

    def post(said):
        client.force_login(sari)
        return client.post(CASES, said, "application/json", headers={"Idempotency-Key": "usulan-1"})

    first, again, other = post(sent), post(sent), post(sent | {"note": "lain"})

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json()["id"] == again.json()["id"]
    assert other.json()["error"]["code"] == "idempotency_key_reused"
