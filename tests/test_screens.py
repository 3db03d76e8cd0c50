"""No English word on an Indonesian screen: every page of every role, read word by word."""

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from beneficiaries.models import Household
from dtks.models import Difference, Snapshot
from dtks.services import approve_snapshot, decide, reconcile
from tests.dtks.staged import NOW, family, nik, person, stage, village
from tests.dtks.test_views import in_dtks
from tests.factories.beneficiaries import rules_of_2026
from tests.screens import english_in, texts_of


@pytest.fixture
def office(operator, operator2, settings, tmp_path):
    """A small office in which every page has something to show."""
    settings.PKH_OFFICE_AREA = "99.01"
    settings.MEDIA_ROOT = tmp_path
    rules_of_2026()
    village()
    village("99.01.01.2002", "Sukajadi")
    closing = stage("final_closing", [family(n, primary="1") for n in (1, 2)], by=operator)
    members = stage("members", [person(1, 1), person(9, 1), person(2, 2)], by=operator)
    for snapshot in (closing, members):
        approve_snapshot(snapshot=snapshot, by=operator2, at=NOW)
    changed = {"name": "ANAK SEMBILAN", "birth_date": "07/08/2013", "village": "Sukajadi"}
    registry = stage(
        "dtks",
        [in_dtks(1, 1), in_dtks(9, 1, **changed), in_dtks(2, 2), in_dtks(3, 3)],
        by=operator,
        rejected=[3],
    )
    # What the sender wrote is his own affair: columns and names of files are not ours.
    registry.columns = [f"KOLOM {number}" for number in range(len(registry.columns))]
    Snapshot.objects.update(file_name="berkas.csv")
    registry.file_name = "berkas.csv"
    registry.problem_counts = {"nik_length": 1}
    registry.notes = [{"code": "read_as", "encoding": "UTF-8"}]
    registry.save()
    reconcile(snapshot=registry, by=operator, at=NOW)
    return registry


def addresses(registry):
    household = Household.objects.order_by("pk").first()
    member = household.members.first()
    questions = Difference.objects.filter(snapshot=registry).order_by("id")
    return [
        reverse("dashboard:home"),
        reverse("dashboard:households"),
        f"{reverse('dashboard:households')}?nama=anak",
        f"{reverse('dashboard:households')}?nama=x",
        household.get_absolute_url(),
        reverse("beneficiaries:reveal_member", args=[member.pk]),
        reverse("beneficiaries:reveal_household", args=[household.pk]),
        reverse("beneficiaries:change_household", args=[household.pk]),
        reverse("beneficiaries:change_card", args=[household.pk]),
        reverse("beneficiaries:change_caretaker", args=[household.pk]),
        reverse("beneficiaries:change_household_status", args=[household.pk]),
        reverse("beneficiaries:change_member", args=[member.pk]),
        reverse("beneficiaries:change_member_status", args=[member.pk]),
        reverse("dtks:snapshots"),
        reverse("dtks:upload"),
        registry.get_absolute_url(),
        reverse("dtks:rows", args=[registry.pk]),
        f"{reverse('dtks:rows', args=[registry.pk])}?masalah=nik_length",
        reverse("dtks:queue"),
        f"{reverse('dtks:queue')}?hasil=missing",
        f"{reverse('dtks:queue')}?hasil=new_in_source",
        *[reverse("dtks:difference", args=[registry.pk, question.id]) for question in questions],
        reverse("jobs:list"),
        reverse("account_change_password"),
        reverse("mfa_index"),
        reverse("account_logout"),
    ]


@pytest.mark.django_db
def test_pages_hold_no_english(client, office, operator, operator2, sari, ratna, wayan):
    found, shown = {}, {}
    for user in (operator, operator2, sari, ratna, wayan):
        client.force_login(user)
        for address in addresses(office):
            answer = client.get(address)
            shown.setdefault(answer.status_code, []).append(address)
            if english := english_in(answer.content.decode()):
                found[user.username, address] = english

    assert found == {}
    assert set(shown) == {200, 403}
    assert set(addresses(office)) - set(shown[200]) == set()


@pytest.mark.django_db
def test_a_decided_question_and_a_conflict_hold_no_english(client, office, sari, operator):
    question = Difference.objects.get(snapshot=office, member__nik=nik(9))
    client.force_login(sari)
    address = reverse("dtks:difference", args=[question.snapshot_id, question.id])
    decide(difference=question, verdict="take_fields", fields=["name"], by=operator, at=NOW)

    again = client.post(
        reverse("dtks:decide", args=[question.snapshot_id, question.id]), {"keputusan": "same"}
    )

    assert again.status_code == 409
    assert english_in(again.content.decode()) == []
    assert english_in(client.get(address).content.decode()) == []
    household = question.member.household
    assert english_in(client.get(household.get_absolute_url()).content.decode()) == []


@pytest.mark.django_db
def test_the_door_holds_no_english(client):
    pages = [client.get(reverse("account_login")), client.get("/tidak-ada/")]
    pages.append(client.post(reverse("account_login"), {"login": "x", "password": "y"}))

    assert [english_in(page.content.decode()) for page in pages] == [[], [], []]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500", "account/lockout"])
def test_error_pages_hold_no_english(name):
    page = render_to_string(f"{name}.html", {"minutes": 15})

    assert english_in(page) == []
    assert len(texts_of(page)) > 4


def test_english_is_found_where_it_stands():
    page = """<title>Beranda</title><p>Bring in a <b>file</b></p><p>Tersimpan.</p>
        <button aria-label="Sign out">Keluar</button><script>the</script><p>Good day, Sari</p>"""

    assert english_in(page) == ["file", "Sign out", "Good day, Sari"]
