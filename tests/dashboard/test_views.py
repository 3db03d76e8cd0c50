"""Home, the list of families and one family's file."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from beneficiaries.models import Member
from beneficiaries.services import change_member
from beneficiaries.services.reveal import REVEALED
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.facilitators import FacilitatorFactory, entrust

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)
HERS, HIS = "99.01.01.2001", "99.01.02.2001"


def family(code=HERS, name="SITI AMINAH", **fields):
    household = HouseholdFactory(desa=AreaFactory(code=code), **fields)
    household.caretaker = MemberFactory(household=household, name=name, mother_name="SUMIATI")
    household.save()
    return household


def page(client, user, url):
    client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_households_asks_the_same_for_one_family_and_for_three(
    client, sari, number, django_assert_num_queries
):
    for _ in range(number):
        family()
    client.force_login(sari)
    client.get(reverse("dashboard:households"))

    with django_assert_num_queries(8):
        client.get(reverse("dashboard:households"))


@pytest.mark.parametrize("number", [1, 3])
def test_household_asks_the_same_for_one_member_and_for_three(
    client, sari, number, django_assert_max_num_queries
):
    household = family()
    for _ in range(number - 1):
        MemberFactory(household=household)
    for member in household.members.all():
        change_member(member=member, values={"birth_place": "KOTA"}, by=sari, at=AT)
    client.force_login(sari)
    client.get(household.get_absolute_url())

    with django_assert_max_num_queries(29):
        client.get(household.get_absolute_url())


def test_households_shows_ones_own_villages_only(client, sari):
    family(name="SITI AMINAH")
    family(HIS, name="BUNGA LAIN")

    text = page(client, sari, reverse("dashboard:households"))

    assert ("SITI AMINAH" in text, "BUNGA LAIN" in text) == (True, False)


def test_household_of_another_kecamatan_is_missing(client, budi):
    household = family()
    client.force_login(budi)

    foreign = client.get(household.get_absolute_url())
    missing = client.get(reverse("dashboard:household", args=[987_654_321]))

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert foreign.content == missing.content


def test_household_masks_numbers_and_hides_the_mother(client, sari):
    household = family()

    text = page(client, sari, household.get_absolute_url())

    assert household.kk_number not in text
    assert household.caretaker.nik not in text
    assert "SUMIATI" not in text
    assert "9901**********" in text


def test_household_shows_who_changed_what_without_the_numbers(client, sari):
    household = family()
    member = household.caretaker
    change_member(
        member=member, values={"nik": "9901010101909999", "name": "SITI A"}, by=sari, at=AT
    )

    text = page(client, sari, household.get_absolute_url())

    assert "9901**********99" in text
    assert "9901010101909999" not in text
    assert "Sari" in text
    assert "nama untuk pencarian" not in text  # it only follows the name


def test_a_number_in_the_address_is_not_searched(client, sari):
    household = family()

    text = page(client, sari, f"{reverse('dashboard:households')}?nama={household.caretaker.nik}")

    assert AuditEvent.objects.filter(verb="identity.searched").count() == 0
    assert household.caretaker.nik not in text


def test_reveal_shows_the_number_after_a_reason_and_records_it(client, sari):
    member = family().caretaker
    client.force_login(sari)
    url = reverse("beneficiaries:reveal_member", args=[member.pk])

    asked = client.get(url).content.decode()
    without = client.post(url, {"reason": ""})
    answer = client.post(url, {"reason": "mencocokkan dengan kartu"})

    assert member.nik not in asked
    assert (without.status_code, member.nik in without.content.decode()) == (422, False)
    assert member.nik in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    event = AuditEvent.objects.get(verb=REVEALED)
    assert (event.by, event.target_id, event.channel) == (sari, str(member.pk), "web")


def test_reveal_over_htmx_is_a_fragment(client, sari):
    member = family().caretaker
    client.force_login(sari)

    answer = client.post(
        reverse("beneficiaries:reveal_member", args=[member.pk]),
        {"reason": "mencocokkan dengan kartu"},
        headers={"HX-Request": "true"},
    )

    text = answer.content.decode()
    assert ("<html" in text, 'data-hide-after="60"' in text, member.nik in text) == (
        False,
        True,
        True,
    )


@pytest.mark.parametrize(("who", "status"), [("budi", 404), ("administrator", 403)])
def test_reveal_is_closed_to_others(client, request, who, status):
    member = family().caretaker
    client.force_login(request.getfixturevalue(who))

    answer = client.post(
        reverse("beneficiaries:reveal_member", args=[member.pk]), {"reason": "ingin tahu saja"}
    )

    assert answer.status_code == status
    assert AuditEvent.objects.filter(verb=REVEALED).count() == 0


def changed(member, **more):
    return {
        "version": member.version,
        "name": member.name,
        "relationship": "",
        "sex": "",
        "birth_on": "17 Agustus 1985",
        "birth_place": "",
        "nik": "",
        "mother_name": "",
        "reason": "",
    } | more


def test_change_member_keeps_what_is_left_empty(client, operator):
    member = family().caretaker
    client.force_login(operator)

    answer = client.post(
        reverse("beneficiaries:change_member", args=[member.pk]), changed(member, name="Siti Amina")
    )

    assert answer.status_code == 302
    after = Member.objects.get(pk=member.pk)
    assert (after.name, after.nik, after.mother_name, after.birth_on) == (
        "SITI AMINA",
        member.nik,
        "SUMIATI",
        dt.date(1985, 8, 17),
    )


def test_change_member_refuses_a_month_before_the_day(client, operator):
    member = family().caretaker
    client.force_login(operator)

    answer = client.post(
        reverse("beneficiaries:change_member", args=[member.pk]),
        changed(member, birth_on="12/31/1985"),
    )

    assert answer.status_code == 422


def test_change_member_shows_the_refusal_beside_its_field(client, operator):
    member = family().caretaker
    client.force_login(operator)

    answer = client.post(
        reverse("beneficiaries:change_member", args=[member.pk]), changed(member, nik="99123")
    )

    assert answer.status_code == 422
    assert 'id="id_nik_errors"' in answer.content.decode()


def test_change_member_shows_what_a_colleague_changed_meanwhile(client, operator, operator2):
    member = family().caretaker
    read = changed(member, name="SITI B")
    change_member(member=member, values={"birth_place": "METRO"}, by=operator2, at=AT)
    client.force_login(operator)
    url = reverse("beneficiaries:change_member", args=[member.pk])

    conflict = client.post(url, read)

    assert conflict.status_code == 409
    assert "Operator2" in conflict.content.decode()
    assert "METRO" in conflict.content.decode()
    assert Member.objects.get(pk=member.pk).name == "SITI AMINAH"
    again = client.post(url, read | {"version": member.version + 1})
    assert (again.status_code, Member.objects.get(pk=member.pk).name) == (302, "SITI B")


@pytest.mark.parametrize(
    "name",
    ["change_household", "change_card", "change_caretaker", "change_household_status"],
)
def test_changing_a_household_needs_the_role_and_the_territory(client, sari, name):
    household = family()
    client.force_login(sari)  # she sees it, and her role does not change it here

    answer = client.get(reverse(f"beneficiaries:{name}", args=[household.pk]))

    assert answer.status_code == 403


def test_a_family_that_left_does_not_come_back_past_its_exit(client, operator):
    household = family(status="exited", exited_on=dt.date(2026, 10, 5))
    client.force_login(operator)
    sent = {
        "version": household.version,
        "status": "active",
        "on": "01-11-2026",
        "reason": "kembali",
    }

    url = reverse("beneficiaries:change_household_status", args=[household.pk])
    answer = client.post(url, sent)
    offered = client.get(household.get_absolute_url()).content.decode()

    household.refresh_from_db()
    assert (answer.status_code, household.status) == (422, "exited")
    assert url not in offered


def test_change_card_keeps_the_former_number_masked(client, operator):
    household = family()
    former = household.kk_number
    client.force_login(operator)

    answer = client.post(
        reverse("beneficiaries:change_card", args=[household.pk]),
        {
            "version": household.version,
            "kk_number": "9901 0202 0290 1234",
            "on": "01-11-2026",
            "reason": "pecah KK",
        },
        follow=True,
    )

    household.refresh_from_db()
    assert household.kk_number == "9901020202901234"
    assert household.former_cards.get().kk_number == former
    assert former not in answer.content.decode()


def test_home_counts_ones_own_territory(client, sari):
    family()
    family()
    family(HIS)

    client.force_login(sari)
    answer = client.get(reverse("dashboard:home"))

    assert answer.context["numbers"]["keluarga"] == 2


def test_home_of_somebody_without_an_assignment_says_so(client, db):
    from tests.factories.accounts import UserFactory

    text = page(client, UserFactory(), reverse("dashboard:home"))

    assert "Belum ada tugas untuk Anda hari ini" in text
    assert reverse("dtks:snapshots") not in text


def test_pages_speak_indonesian_to_an_english_browser(client, sari):
    client.force_login(sari)

    answer = client.get(reverse("dashboard:home"), headers={"Accept-Language": "en-US,en;q=0.9"})

    assert 'lang="id"' in answer.content.decode()
    assert "Beranda" in answer.content.decode()


def test_pages_allow_nothing_from_outside(client, sari):
    client.force_login(sari)

    policy = client.get(reverse("dashboard:home")).headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_household_names_todays_facilitator_and_the_one_before(client, ratna, sari):
    household = family()
    entrust(
        FacilitatorFactory(name="ANA PERTAMA"),
        household,
        starts_on=dt.date(2026, 1, 1),
        ends_on=dt.date(2026, 9, 30),
    )
    entrust(FacilitatorFactory(name="CUT KEDUA"), household, starts_on=dt.date(2026, 10, 1))

    text = page(client, ratna, household.get_absolute_url())

    assert 0 < text.find("CUT KEDUA") < text.find("ANA PERTAMA")
    assert "CUT KEDUA" not in page(client, sari, household.get_absolute_url())


def test_home_keeps_its_title_when_the_tables_follow(client, ratna):
    family()

    assert 'hx-swap="outerHTML ignoreTitle:true"' in page(client, ratna, reverse("dashboard:home"))
