"""work-plans, work-progress, performance-results and activities over REST."""

import datetime as dt
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from facilitators.models import Activity
from facilitators.queries import results
from facilitators.queries.months import Month
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.files import jpeg
from tests.factories.learning import a_family, a_group
from tests.factories.work import a_plan, an_activity

pytestmark = pytest.mark.django_db

NOVEMBER = dt.date(2026, 11, 1)
ACTIVITIES = "/api/v1/activities/"


@pytest.fixture(autouse=True)
def shelf(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def hers(sari):
    return FacilitatorFactory(user=sari, name="SARI")


def body(**changed):
    return {
        "id": str(uuid.uuid4()),
        "kind": "mediation",
        "level": "village",
        "held_on": "2026-11-02",
        "place": "Balai desa",
        "participants": 12,
    } | changed


def test_an_activity_sent_again_is_the_same_and_other_content_is_409(api, sari, hers):
    client, sent = api(sari), body()

    answers = [
        client.post(ACTIVITIES, one, format="json") for one in (sent, sent, sent | {"note": "lain"})
    ]

    assert [answer.status_code for answer in answers] == [201, 200, 409]
    assert answers[0].json() == answers[1].json()
    assert answers[2].json()["error"]["code"] == "activity_id_taken"
    assert Activity.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "x"},
        {"kind": "visit"},
        {"level": "moon"},
        {"held_on": "2099-01-01"},
        {"held_on": "kemarin"},
        {"place": ""},
        {"participants": -1},
        {"households": ["x"]},
        {"note": "\x00"},
    ],
)
def test_nonsense_is_refused(api, sari, hers, wrong):
    answer = api(sari).post(ACTIVITIES, body(**wrong), format="json")

    assert answer.status_code == 400
    assert Activity.objects.count() == 0


def test_a_foreign_family_answers_like_one_that_does_not_exist(api, sari, hers):
    stranger = a_family()

    answers = [
        api(sari).post(ACTIVITIES, body(households=[pk]), format="json")
        for pk in (stranger.pk, 987_654_321)
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


def test_who_has_no_staff_record_cannot_tell_an_activity(api, sari, ratna):
    answers = [api(user).post(ACTIVITIES, body(), format="json") for user in (sari, ratna)]

    assert [answer.status_code for answer in answers] == [403, 403]


def test_a_document_of_the_own_activity_is_kept_once(api, sari, hers, ratna):
    activity = an_activity(hers, NOVEMBER)
    key = str(uuid.uuid4())

    answers = [
        api(user).post(
            f"{ACTIVITIES}{activity.pk}/documents/",
            {"id": key, "file": SimpleUploadedFile("foto.jpg", jpeg())},
            format="multipart",
        )
        for user in (sari, sari, ratna)
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 403]
    assert answers[0].json() == answers[1].json()


def test_the_counters_are_those_of_the_page(api, ratna, hers):
    an_activity(hers, NOVEMBER)
    an_activity(hers, NOVEMBER, kind="report")

    answer = api(ratna).get("/api/v1/performance-results/?month=2026-11")

    (line,) = results.overview(ratna, Month(NOVEMBER))
    (row,) = answer.json()["results"]
    assert [one["month"]["without_evidence"] for one in row["results"]] == [
        one.month.bare for one in line.results
    ]
    assert (row["name"], row["month"], len(row["results"])) == ("SARI", "2026-11", 9)
    assert {one["confirmed"] for one in row["results"]} == {False}


def test_plans_and_progress_tell_planned_done_and_open(api, ratna, sari, hers):
    group, families = a_group(2)
    entrust(hers, *families)
    plan = a_plan(hers, NOVEMBER, visits=families, sessions=[group])

    progress = api(ratna).get(f"/api/v1/work-progress/{hers.pk}/?month=2026-11").json()
    told = api(sari).get(f"/api/v1/work-plans/{plan.pk}/").json()

    assert progress["plan"] == plan.pk
    assert [(one["planned"], one["open"]) for one in progress["work"][:2]] == [(2, 2), (1, 1)]
    assert [line["household"] for line in told["lines"]] == [*(f.pk for f in families), None]


@pytest.mark.parametrize("month", ["x", "2026-13", "0001-01", "2026", "%00"])
@pytest.mark.parametrize("name", ["work-progress", "performance-results", "work-plans"])
def test_a_month_that_is_none_is_refused(api, ratna, name, month):
    assert api(ratna).get(f"/api/v1/{name}/?month={month}").status_code == 400


def test_a_facilitator_reads_only_the_own(api, sari, hers):
    other = FacilitatorFactory()
    plan = a_plan(other, NOVEMBER, activities=[("mediation", "village")])
    activity = an_activity(other, NOVEMBER)
    client = api(sari)

    assert [
        client.get(url).status_code
        for url in (
            f"/api/v1/work-plans/{plan.pk}/",
            f"{ACTIVITIES}{activity.pk}/",
            f"/api/v1/work-progress/{other.pk}/",
            f"/api/v1/performance-results/{other.pk}/",
        )
    ] == [404] * 4
    rows = client.get("/api/v1/performance-results/").json()["results"]
    assert [row["facilitator"] for row in rows] == [hers.pk]


@pytest.mark.parametrize("number", [1, 3])
def test_a_page_of_counters_asks_the_same_for_one_and_for_three(
    api, ratna, number, django_assert_num_queries
):
    for _ in range(number):
        an_activity(FacilitatorFactory(), NOVEMBER)
    client = api(ratna)
    client.get("/api/v1/performance-results/?month=2026-11")

    with django_assert_num_queries(7):
        answer = client.get("/api/v1/performance-results/?month=2026-11")

    assert len(answer.json()["results"]) == number


def test_a_number_in_the_note_of_an_activity_is_refused(api, sari, hers):
    answer = api(sari).post(ACTIVITIES, body(note="KK 9901014107900001"), format="json")

    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == ["note"]
    assert Activity.objects.count() == 0
