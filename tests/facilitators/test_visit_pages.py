"""Visits at the desk: writing one down, reading it, and deciding what it proposes."""

import datetime as dt
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from beneficiaries.services import change_member
from documents.models import Document
from facilitators.models import Visit, VisitRule
from facilitators.queries.visits import rules_on
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.files import jpeg

pytestmark = pytest.mark.django_db


def filled(client, family, **said):
    """What the browser sends back: the hidden values of the form, and what was typed."""
    form = client.get(reverse("facilitators:record_visit", args=[family.pk])).context["form"]
    return {
        "id": str(form.initial["id"]),
        "versions": form.initial["versions"],
        "purpose": "data_update",
        "day": "02-11-2025",
        "time": "08.30",
    } | said


def record(client, family, **said):
    return client.post(
        reverse("facilitators:record_visit", args=[family.pk]), filled(client, family, **said)
    )


def correction(child):
    return {
        "kind": "correction",
        "member": child.pk,
        "version": child.version,
        "values": {"birth_place": "PRINGSEWU"},
    }


def decide(client, proposal, verdict, version=1, reason=""):
    return client.post(
        reverse("facilitators:proposal", args=[proposal.pk]),
        {"keputusan": verdict, "versi": version, "alasan": reason},
    )


def test_record_keeps_visit_photo_and_proposal(client, sari, family, child, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client.force_login(sari)
    photo = SimpleUploadedFile("rumah.jpg", jpeg())

    answer = record(
        client, family, note="rumah baru", photo=photo,
        kind="death", member=str(child.pk), on="01-11-2025",
    )  # fmt: skip

    visit = Visit.objects.get()
    assert (answer.status_code, answer.url) == (302, visit.get_absolute_url())
    assert timezone.localtime(visit.device_at).strftime("%d-%m-%Y %H.%M") == "02-11-2025 08.30"
    assert visit.proposals.get().values == {"on": "2025-11-01"}
    assert Document.objects.of(visit).count() == 1
    page = client.get(answer.url).content.decode()
    assert "rumah baru" in page and "Meninggal" in page


def test_the_button_pressed_twice_makes_one_visit(client, sari, family):
    client.force_login(sari)
    sent = filled(client, family, note="satu")
    url = reverse("facilitators:record_visit", args=[family.pk])

    answers = [client.post(url, sent).status_code for _ in range(2)]

    assert (answers, Visit.objects.count()) == ([302, 302], 1)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"day": "02-11-2099"}, "day"),
        ({"next_on": "02-12-2026"}, "__all__"),
        ({"kind": "death", "on": "01-11-2025"}, "member"),
        ({"name": "BAYI"}, "kind"),
        ({"versions": "x"}, "versions"),
    ],
)
def test_record_says_what_is_wrong_beside_the_field(client, sari, family, said, field):
    client.force_login(sari)

    answer = record(client, family, **said)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert Visit.objects.count() == 0


def test_record_hides_a_family_of_somebody_else(client, sari, hers):
    stranger = HouseholdFactory()
    entrust(FacilitatorFactory(), stranger)
    client.force_login(sari)

    assert client.get(reverse("facilitators:record_visit", args=[stranger.pk])).status_code == 404


def test_the_familys_page_lists_its_visits_and_leads_to_the_form(client, sari, family, visiting):
    client.force_login(sari)
    page = client.get(family.get_absolute_url())
    assert (page.context["overdue"], page.context["may_visit"]) == (True, True)

    visit = visiting(at=timezone.now())

    page = client.get(family.get_absolute_url())
    assert (list(page.context["visits"]), page.context["overdue"]) == ([visit], False)


@pytest.mark.parametrize("number", [1, 3])
def test_proposals_cost_the_same_for_one_and_for_three(
    client, operator, visiting, child, django_assert_max_num_queries, number
):
    for _ in range(number):
        visiting(proposals=[correction(child)])
    client.force_login(operator)

    with django_assert_max_num_queries(8):
        answer = client.get(reverse("facilitators:proposals"))

    assert len(answer.context["page"].rows) == number


def test_a_proposal_shows_both_sides_and_accepting_writes_the_register(
    client, operator, visiting, child
):
    proposal = visiting(proposals=[correction(child)]).proposals.get()
    change_member(member=child, values={"birth_place": "BANDUNG"}, by=operator, at=timezone.now())
    client.force_login(operator)

    page = client.get(reverse("facilitators:proposal", args=[proposal.pk]))
    rows = {row["name"]: row for row in page.context["rows"]}
    answers = [
        decide(client, proposal, "accepted", version=1).status_code,
        decide(client, proposal, "accepted", version=2).status_code,
        decide(client, proposal, "accepted", version=2, reason="akta dilihat").status_code,
    ]

    place = rows["birth_place"]
    assert (place["seen"], place["now"], place["proposed"]) == ("METRO", "BANDUNG", "PRINGSEWU")
    assert (place["moved"], place["differs"], page.context["stale"]) == (True, True, True)
    assert answers == [409, 422, 302]
    child.refresh_from_db()
    assert child.birth_place == "PRINGSEWU"


@pytest.mark.parametrize(
    ("kind", "about_child", "values"),
    [
        ("birth", False, {"name": "BAYI", "birth_on": "2026-10-20", "sex": "P"}),
        ("pregnancy", True, {"expected_on": "2027-01-20"}),
        ("school_change", True, {"level": "junior", "school": "SMP 1"}),
        ("move", False, {"village": "99.01.02.2001", "rt": "3"}),
        ("death", True, {"on": "2026-10-20"}),
        ("new_caretaker", True, {}),
    ],
)
def test_every_kind_of_proposal_has_a_page(
    client, operator, visiting, child, kind, about_child, values
):
    AreaFactory(code="99.01.02.2001")
    sent = {"kind": kind, "member": child.pk if about_child else None, "version": 1}
    proposal = visiting(proposals=[sent | {"values": values}]).proposals.get()
    client.force_login(operator)

    assert client.get(reverse("facilitators:proposal", args=[proposal.pk])).status_code == 200
    assert decide(client, proposal, "accepted").status_code == 302
    assert client.get(reverse("facilitators:proposal", args=[proposal.pk])).status_code == 200


def test_the_page_of_a_proposal_is_hidden_from_who_does_not_decide(
    client, sari, budi, visiting, child
):
    proposal = visiting(proposals=[correction(child)]).proposals.get()

    for user in (sari, budi):
        client.force_login(user)
        answer = client.get(reverse("facilitators:proposal", args=[proposal.pk]))
        assert answer.status_code == 403


def test_overdue_lists_those_unvisited_for_as_many_days_as_the_rule_says(
    client, sari, hers, family, visiting
):
    now = timezone.now()
    other = HouseholdFactory(desa=family.desa)
    entrust(hers, other)
    strangers = HouseholdFactory(desa=family.desa)
    entrust(FacilitatorFactory(), strangers)
    visiting(at=now - dt.timedelta(days=30))
    client.force_login(sari)

    def overdue(query=""):
        page = client.get(reverse("facilitators:overdue") + query).context["page"]
        return [household.pk for household in page.rows]

    assert overdue() == [other.pk]
    VisitRule.objects.create(purpose="", days=20, valid_from=timezone.localdate())
    VisitRule.objects.create(purpose="complaint", days=20, valid_from=timezone.localdate())
    assert overdue() == sorted([family.pk, other.pk])
    visiting(at=now, purpose="data_update")
    assert overdue() == [other.pk]
    assert overdue("?tujuan=complaint") == sorted([family.pk, other.pk])


def test_the_newest_rule_of_a_purpose_that_has_begun_holds():
    VisitRule.objects.create(purpose="", days=60, valid_from=dt.date(2026, 6, 1))
    VisitRule.objects.create(purpose="", days=30, valid_from=dt.date(2027, 1, 1))

    assert rules_on(dt.date(2026, 5, 31)) == {"": 90}
    assert rules_on(dt.date(2026, 11, 2)) == {"": 60}


def test_the_form_says_which_versions_were_read(client, sari, family, child):
    client.force_login(sari)

    versions = json.loads(filled(client, family)["versions"])

    assert versions[""] == family.version and versions[str(child.pk)] == child.version


@pytest.mark.parametrize("field", ["note", "people_met", "next_step", "address"])
def test_a_number_in_the_words_of_a_visit_is_refused_at_the_desk(client, sari, family, field):
    client.force_login(sari)

    answer = record(client, family, **{field: "NIK 9901 0141 0790 0001"})

    assert "Jangan menulis NIK" in str(answer.context["form"].errors[field])
    assert Visit.objects.count() == 0


def test_a_number_in_the_reason_of_a_decision_is_refused(client, ratna, visiting, child):
    proposal = visiting(proposals=[correction(child)]).proposals.get()
    client.force_login(ratna)

    answer = decide(client, proposal, "refused", reason="NIK 9901014107900001")

    proposal.refresh_from_db()
    assert (answer.status_code, proposal.state) == (422, "open")
    assert "Jangan menulis NIK" in answer.content.decode()
