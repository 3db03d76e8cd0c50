"""After the exit: who is to be looked after again, what is recorded, and who came back."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from accounts.scopes import Scope
from beneficiaries.models import Household
from graduation.models import Exit, KeptSupport, Monitoring
from graduation.services import confirm_case, record_exit, record_monitoring
from tests.access.world import token_for
from tests.factories.accounts import person
from tests.factories.beneficiaries import HouseholdFactory
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.graduation import AT, case_of, exit_type, the_head

pytestmark = pytest.mark.django_db
PAGE = "/graduasi/setelah-keluar/"


@pytest.fixture
def lead(db):
    return person("ketua", Role.SUBDISTRICT_LEAD, "99.01.01")


def graduated(sari, ratna, *, desa="99.01.01.2001", days_ago=100):
    """A family out for so many days: its first monitoring was due some days ago."""
    now = timezone.now()
    before = now - dt.timedelta(days=days_ago)
    case = case_of(
        HouseholdFactory(desa__code=desa),
        by=sari,
        verifier=ratna,
        approver=the_head(),
        upto="submitted",
        at=before,
    )
    return confirm_case(
        case=case,
        on=timezone.localdate(before),
        basis=Exit.Basis.DECREE,
        document_number="1",
        correction_reason="uji",
        by=ratna,
        at=now,
    )


def for_the_office(ratna):
    household = HouseholdFactory(desa__code="99.01.01.2001")
    return record_exit(
        household=household, type=exit_type("moved"), on=AT.date(), basis="office", by=ratna, at=AT
    )


def listed(answer):
    return [(one.exit_id, one.month) for one in answer.context["page"].rows]


def test_overdue_due_and_done_are_counted_and_listed(client, sari, ratna):
    late = graduated(sari, ratna)
    soon = graduated(sari, ratna, desa="99.01.02.2001", days_ago=80)
    done = late.monitorings.get(month=6)
    record_monitoring(
        monitoring=done,
        condition="better",
        done_on=timezone.localdate(),
        by=ratna,
        at=timezone.now(),
    )
    client.force_login(ratna)

    answer = client.get(PAGE)

    assert answer.context["totals"] == {"overdue": 1, "due": 1, "done": 1}
    assert [
        (line["kecamatan"], line["overdue"], line["due"]) for line in answer.context["lines"]
    ] == [
        ("99.01.01", 1, 0),
        ("99.01.02", 0, 1),
    ]
    assert listed(answer) == [(late.pk, 3)]
    assert listed(client.get(PAGE, {"keadaan": "due"})) == [(soon.pk, 3)]
    assert listed(client.get(PAGE, {"keadaan": "done"})) == [(late.pk, 6)]
    assert listed(client.get(PAGE, {"wilayah": "99.01.02"})) == []


def test_who_accompanied_the_family_does_not_see_it_any_more(client, sari, lead, ratna):
    left = graduated(sari, ratna)
    other = HouseholdFactory(desa__code="99.01.01.2001")
    entrust(FacilitatorFactory(user=sari), other)
    address = reverse("graduation:after_exit", args=[left.pk])
    seen = {}
    for user in (sari, lead, ratna):
        client.force_login(user)
        seen[user.username] = client.get(address).status_code

    assert seen == {"sari": 404, "ketua": 200, "ratna": 200}


def test_a_lead_records_how_the_family_fares_once(client, sari, lead, ratna):
    left = graduated(sari, ratna)
    waiting = left.monitorings.get(month=3)
    client.force_login(lead)
    said = {"condition": "worse", "done_on": f"{timezone.localdate():%d-%m-%Y}", "note": "sakit"}
    button = reverse("graduation:record_monitoring", args=[waiting.pk])
    assert (
        f'action="{button}"'
        in client.get(reverse("graduation:after_exit", args=[left.pk])).content.decode()
    )

    answer = client.post(button, said)

    waiting.refresh_from_db()
    assert answer.url == reverse("graduation:after_exit", args=[left.pk])
    assert (waiting.condition, waiting.by, waiting.note) == ("worse", lead, "sakit")
    again = client.post(button, said | {"condition": "better"})
    assert again.status_code == 422
    waiting.refresh_from_db()
    assert waiting.condition == "worse"


def test_a_day_before_the_exit_is_refused_beside_the_form(client, sari, lead, ratna):
    left = graduated(sari, ratna)
    client.force_login(lead)

    answer = client.post(
        reverse("graduation:record_monitoring", args=[left.monitorings.get(month=3).pk]),
        {"condition": "same", "done_on": "01-01-2020", "note": ""},
    )

    assert answer.status_code == 422
    assert [one["open"] for one in answer.context["waiting"]] == [True, False, False]
    assert answer.context["waiting"][0]["form"].errors
    assert not Monitoring.objects.filter(done_on__isnull=False).exists()


def test_kept_support_is_recorded(client, sari, lead, ratna):
    left = graduated(sari, ratna)
    client.force_login(lead)

    client.post(
        reverse("graduation:keep_support", args=[left.pk]),
        {"programme": "PBI-JKN", "since": "01-02-2026", "until": "", "note": ""},
    )

    kept = KeptSupport.objects.get()
    assert (kept.programme, kept.since, kept.recorded_by) == (
        "PBI-JKN",
        dt.date(2026, 2, 1),
        lead,
    )
    assert (
        "PBI-JKN" in client.get(reverse("graduation:after_exit", args=[left.pk])).content.decode()
    )


def test_a_family_without_a_case_comes_back_and_the_exit_stays(client, ratna):
    left = for_the_office(ratna)
    client.force_login(ratna)

    client.post(
        reverse("graduation:reenter", args=[left.pk]),
        {"on": f"{timezone.localdate():%d-%m-%Y}", "note": "pindah kembali"},
    )

    left.refresh_from_db()
    assert (left.reentered_on, left.reentry_note) == (timezone.localdate(), "pindah kembali")
    assert Household.objects.get(pk=left.household_id).status == "active"
    assert left.entries.count() == 1


def test_an_exit_of_a_case_leads_to_the_case_instead(client, sari, ratna):
    left = graduated(sari, ratna)
    client.force_login(ratna)

    text = client.get(reverse("graduation:after_exit", args=[left.pk])).content.decode()

    assert left.case.get_absolute_url() in text
    assert reverse("graduation:reenter", args=[left.pk]) not in text
    answer = client.post(
        reverse("graduation:reenter", args=[left.pk]), {"on": "01-11-2026", "note": "x"}
    )
    assert answer.status_code == 404


def test_nobody_waits_for_a_family_that_came_back(client, sari, ratna):
    left = graduated(sari, ratna)
    Exit.objects.filter(pk=left.pk).update(reentered_on=timezone.localdate(), reentry_note="x")
    client.force_login(ratna)

    answer = client.get(PAGE)

    assert answer.context["totals"] == {"overdue": 0, "due": 0, "done": 0}
    waiting = left.monitorings.get(month=3)
    answer = client.post(
        reverse("graduation:record_monitoring", args=[waiting.pk]),
        {"condition": "same", "done_on": f"{timezone.localdate():%d-%m-%Y}"},
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_however_long(client, sari, ratna, rows, django_assert_num_queries):
    for _row in range(rows):
        graduated(sari, ratna)
    client.force_login(ratna)
    client.get(PAGE)

    with django_assert_num_queries(8):
        client.get(PAGE)


# --- REST


def test_monitorings_are_listed_and_recorded_over_rest(client, sari, ratna):
    left = graduated(sari, ratna)
    token = token_for(ratna, Scope.GRADUATION_READ, Scope.GRADUATION_WRITE)
    headers = {"authorization": f"Bearer {token}"}
    waiting = left.monitorings.get(month=3)
    rows = client.get("/api/v1/monitorings/?done=false", headers=headers).json()["results"]
    assert [(row["id"], row["month"]) for row in rows] == [
        (one.pk, one.month) for one in left.monitorings.order_by("due_on")
    ]
    said = {"condition": "same", "done_on": f"{timezone.localdate()}", "note": ""}

    def record(**changes):
        return client.post(
            f"/api/v1/monitorings/{waiting.pk}/record/",
            said | changes,
            content_type="application/json",
            headers=headers,
        )

    assert record().json()["condition"] == "same"
    assert record().status_code == 200
    assert record(condition="worse").status_code == 409
    done = client.get("/api/v1/monitorings/?done=true", headers=headers).json()["results"]
    assert [row["id"] for row in done] == [waiting.pk]


def test_a_token_that_only_reads_records_nothing(client, sari, ratna):
    left = graduated(sari, ratna)
    token = token_for(ratna, Scope.GRADUATION_READ)

    answer = client.post(
        f"/api/v1/monitorings/{left.monitorings.get(month=3).pk}/record/",
        {"condition": "same", "done_on": f"{timezone.localdate()}"},
        content_type="application/json",
        headers={"authorization": f"Bearer {token}"},
    )

    assert answer.status_code == 403
    assert not Monitoring.objects.filter(done_on__isnull=False).exists()
