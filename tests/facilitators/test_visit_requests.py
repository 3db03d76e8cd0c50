"""Questions that only a visit can answer: asked once, answered by the visit that names them."""

import datetime as dt

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from beneficiaries.services import exit_household
from facilitators.models import Visit, VisitRequest, VisitSettings
from facilitators.services import ask_for_visit, withdraw_request
from tests.facilitators.conftest import NOW
from tests.facilitators.test_visit_pages import record
from tests.facilitators.test_visits import refusal
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.facilitators import FacilitatorFactory, entrust

pytestmark = pytest.mark.django_db
REQUESTS = "/api/v1/visit-requests/"


@pytest.fixture
def asking(family, operator):
    def asking(**said):
        given = {"household": family, "wanted": "Lihat KTP ibu", "by": operator, "at": NOW}
        return ask_for_visit(**given | said)

    return asking


def verbs(request):
    return list(
        AuditEvent.objects.filter(target_id=str(request.pk), verb__startswith="visit_request")
        .order_by("pk")
        .values_list("verb", flat=True)
    )


def test_ask_for_visit_asked_twice_is_one_request(asking):
    first, again = asking(), asking(wanted="  Lihat  KTP ibu ")

    assert first.pk == again.pk
    assert (first.state, first.due_on) == ("open", dt.date(2026, 11, 16))
    assert verbs(first) == ["visit_request.asked"]


def test_the_settings_say_how_many_days_there_are(asking):
    VisitSettings.objects.create(valid_from=dt.date(2026, 11, 1), request_days=3)
    VisitSettings.objects.create(valid_from=dt.date(2026, 12, 1), request_days=1)

    assert asking().due_on == dt.date(2026, 11, 5)


@pytest.mark.parametrize(
    "said",
    [
        {"wanted": " "},
        {"due_on": dt.date(2026, 11, 1)},
        {"due_on": dt.date(2028, 1, 1)},
    ],
)
def test_ask_for_visit_refuses_what_nobody_can_answer(asking, said):
    assert refusal(asking, **said).code == "invalid"
    assert VisitRequest.objects.count() == 0


def test_ask_for_visit_refuses_a_family_that_left(asking, family, operator):
    exit_household(household=family, on=dt.date(2026, 11, 2), by=operator, at=NOW)

    assert refusal(asking).code == "family_exited"


def test_the_visit_that_names_the_request_answers_it(asking, visiting, sari):
    request = asking()

    visit = visiting(purpose="question", request=request.pk, note="KTP cocok")

    request.refresh_from_db()
    assert (request.state, request.closed_by, request.closed_at) == ("done", sari, NOW)
    assert list(request.visits.all()) == [visit]
    assert verbs(request) == ["visit_request.asked", "visit_request.answered"]


def test_a_visit_sent_again_answers_once(asking, visiting):
    request = asking()
    first = visiting(request=request.pk)

    again = visiting(id=first.pk, request=request.pk)

    assert (again.is_new, Visit.objects.count()) == (False, 1)
    assert refusal(visiting, id=first.pk).code == "visit_id_taken"
    assert verbs(request) == ["visit_request.asked", "visit_request.answered"]


def test_a_visit_is_kept_when_the_request_was_withdrawn_meanwhile(asking, visiting, operator):
    request = asking()
    withdraw_request(request=request, by=operator, at=NOW)

    visit = visiting(request=request.pk)

    request.refresh_from_db()
    assert (visit.request_id, request.state, request.closed_by) == (
        request.pk,
        "withdrawn",
        operator,
    )


def test_a_request_about_another_family_is_refused(asking, visiting):
    other = asking(household=HouseholdFactory())

    for pk in (other.pk, 987_654_321):
        assert sorted(refusal(visiting, request=pk).fields) == ["request"]
    assert Visit.objects.count() == 0


def test_withdraw_request_leaves_an_answered_one(asking, visiting, operator):
    request = asking()
    visiting(request=request.pk)

    assert withdraw_request(request=request, by=operator, at=NOW).state == "done"
    assert verbs(request)[-1] == "visit_request.answered"


def test_a_request_is_seen_where_the_family_is_seen(
    asking, hers, sari, budi, ratna, operator, administrator
):
    request = asking()
    seen = {
        user.username: VisitRequest.objects.visible_to(user).filter(pk=request.pk).exists()
        for user in (sari, budi, ratna, operator, administrator)
    }

    assert seen == {
        "sari": True,
        "budi": False,
        "ratna": True,
        "operator": True,
        "administrator": False,
    }


def test_the_form_offers_the_familys_questions_and_answers_one(client, sari, family, asking):
    request = asking()
    with transaction.atomic():
        asking(household=HouseholdFactory(), wanted="bukan keluarga ini")
    client.force_login(sari)
    url = reverse("facilitators:record_visit", args=[family.pk])

    page = client.get(family.get_absolute_url())
    form = client.get(f"{url}?pertanyaan={request.pk}").context["form"]
    offered = list(form.fields["request"].queryset)
    answer = record(client, family, request=str(request.pk), note="KTP cocok", purpose="question")

    assert page.context["requests"] == [request]
    assert (form["request"].initial, form["purpose"].initial) == (request, "question")
    assert offered == [request]
    assert answer.status_code == 302
    request.refresh_from_db()
    assert request.state == "done"
    assert "Lihat KTP ibu" in client.get(answer.url).content.decode()


def test_the_form_without_a_question_asks_for_none(client, sari, family):
    client.force_login(sari)

    form = client.get(reverse("facilitators:record_visit", args=[family.pk])).context["form"]

    assert "request" not in form.fields


@pytest.mark.parametrize("number", [1, 3])
def test_requests_over_rest_cost_the_same_for_one_and_for_three(
    client, sari, asking, visiting, django_assert_num_queries, number
):
    for n in range(number):
        request = asking(wanted=f"pertanyaan {n}")
        visit = visiting(request=request.pk)
    client.force_login(sari)

    with django_assert_num_queries(7):
        answer = client.get(REQUESTS)

    assert len(answer.json()["results"]) == number
    assert answer.json()["results"][-1]["visits"] == [str(visit.pk)]


def test_requests_over_rest_hide_those_of_others(client, budi, asking):
    theirs = FacilitatorFactory(user=budi)
    entrust(theirs, HouseholdFactory())
    request = asking()
    client.force_login(budi)

    assert client.get(REQUESTS).json()["results"] == []
    assert client.get(f"{REQUESTS}{request.pk}/").status_code == 404


def test_a_visit_over_rest_names_the_request(client, sari, family, asking):
    request = asking(member=MemberFactory(household=family, name="ANAK DUA"))
    client.force_login(sari)
    body = {
        "id": "7f3bfb2e-6a39-4a6f-9b9c-d5f1f1f5b001",
        "household": family.pk,
        "purpose": "question",
        "device_at": timezone.now().isoformat(),
        "request": request.pk,
    }

    answer = client.post("/api/v1/visits/", body, content_type="application/json")
    listed = client.get(REQUESTS, {"state": "done"}).json()["results"]

    assert (answer.status_code, answer.json()["request"]) == (201, request.pk)
    assert [(one["id"], one["member_name"], one["visits"]) for one in listed] == [
        (request.pk, "ANAK DUA", [body["id"]])
    ]
