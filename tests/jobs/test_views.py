import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from jobs.models import Job
from jobs.services import cancel_job, enqueue
from tests.jobs import kinds

pytestmark = pytest.mark.django_db
assert kinds  # their registration is what the tests ask for


def ask(by):
    return enqueue(
        kind="tests.rows", by=by, arguments={"rows": 5}, at=timezone.now(), publish=False
    )


def test_progress_asks_for_itself_while_the_job_is_open(client, operator):
    job = ask(operator)
    Job.objects.filter(pk=job.pk).update(done=1500, total=6000)
    client.force_login(operator)

    page = client.get(reverse("jobs:progress", args=[job.pk]))

    html = page.content.decode()
    assert page.status_code == 200
    assert f'hx-get="/pekerjaan/{job.pk}/kemajuan/"' in html
    assert 'value="25"' in html
    assert "1.500 dari 6.000" in html
    assert "Menunggu pekerja" in html
    assert "HX-Trigger-After-Settle" not in page


def test_progress_stops_asking_when_the_job_is_closed(client, operator):
    job = cancel_job(job=ask(operator), by=operator, at=timezone.now())
    client.force_login(operator)

    page = client.get(reverse("jobs:progress", args=[job.pk]))

    assert "hx-get" not in page.content.decode()
    assert "Dibatalkan" in page.content.decode()
    assert page["HX-Trigger-After-Settle"] == "jobClosed"


@pytest.mark.parametrize("name", ["progress", "detail"])
def test_a_job_of_somebody_else_does_not_exist_for_a_facilitator(client, operator, sari, name):
    client.force_login(sari)

    assert client.get(reverse(f"jobs:{name}", args=[ask(operator).pk])).status_code == 404


def test_cancel_closes_a_waiting_job(client, operator):
    job = ask(operator)
    client.force_login(operator)

    answer = client.post(reverse("jobs:cancel", args=[job.pk]))

    job.refresh_from_db()
    assert (answer.status_code, job.state) == (302, "cancelled")


def test_who_only_sees_a_job_cannot_cancel_it(client, operator, wayan):
    job = ask(operator)
    client.force_login(wayan)

    html = client.get(reverse("jobs:progress", args=[job.pk])).content.decode()
    client.post(reverse("jobs:cancel", args=[job.pk]))

    job.refresh_from_db()
    assert job.state == "queued"
    assert "batal" not in html


@pytest.fixture
def api(operator):
    client = APIClient()
    client.force_login(operator)
    return client


def test_api_lists_and_shows_jobs_without_their_arguments(api, operator):
    job = ask(operator)

    listed = api.get("/api/v1/jobs/").json()["results"]
    shown = api.get(f"/api/v1/jobs/{job.pk}/").json()

    assert listed == [shown]
    assert (shown["state"], shown["label"], shown["percent"]) == ("queued", "Menulis baris", None)
    assert shown["sentence"] == "Menunggu pekerja"
    assert not {"arguments", "checkpoint", "worker"} & set(shown)


@pytest.mark.parametrize("rows", [1, 3])
def test_api_list_asks_the_database_the_same_for_one_job_and_three(
    operator, rows, django_assert_num_queries
):
    """Without a session, whose own questions belong to the sign-in."""
    api = APIClient()
    api.force_authenticate(operator)
    for _ in range(rows):
        ask(operator)

    with django_assert_num_queries(4):
        api.get("/api/v1/jobs/")


def test_api_cancel_answers_the_job_and_refuses_a_stranger(api, operator, wayan):
    mine, other = ask(operator), ask(operator)
    stranger = APIClient()
    stranger.force_login(wayan)

    assert api.post(f"/api/v1/jobs/{mine.pk}/cancel/").json()["state"] == "cancelled"
    refused = stranger.post(f"/api/v1/jobs/{other.pk}/cancel/")

    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "not_allowed"


def test_api_hides_a_job_of_somebody_else(operator, sari):
    job = ask(operator)
    client = APIClient()
    client.force_login(sari)

    assert client.get(f"/api/v1/jobs/{job.pk}/").status_code == 404
    assert client.get("/api/v1/jobs/").json()["results"] == []
