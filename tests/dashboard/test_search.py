"""The search box: what it finds, for whom, and what it never says."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.roles import Role
from dashboard import search
from tests.factories.accounts import person
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.facilitators import FacilitatorFactory, entrust

pytestmark = pytest.mark.django_db

HERS, HIS = "99.01.01.2001", "99.01.02.2001"
URL = "/cari/"
LIVE = {"HX-Request": "true"}


def family(code=HERS, name="SITI AMINAH", **fields):
    household = HouseholdFactory(desa=AreaFactory(code=code), **fields)
    household.caretaker = MemberFactory(household=household, name=name)
    household.save()
    return household


def groups_of(client, user, **asked):
    """{key: [title, …]} of the page for a name."""
    client.force_login(user)
    answer = client.get(URL, asked)
    assert answer.status_code == 200
    return {
        group.key: [line.title for line in group.lines]
        for group in answer.context.get("groups") or []
    }


def test_search_groups_families_members_villages_and_facilitators(client, ratna):
    household = family(name="WARSITI")
    MemberFactory(household=household, name="DEDI WARSITO")
    AreaFactory(code="99.01.01.2002", name="Warsitani")
    FacilitatorFactory(name="EKO WARSITO")
    family(HIS, name="BUDIMAN")

    assert groups_of(client, ratna, cari="warsit") == {
        "keluarga": ["WARSITI"],
        "anggota": ["DEDI WARSITO"],
        "wilayah": ["Warsitani"],
        "pendamping": ["EKO WARSITO"],
    }


def test_search_leaves_facilitators_out_for_whoever_may_not_see_them(client, sari):
    FacilitatorFactory(name="EKO WARSITO")

    assert groups_of(client, sari, cari="warsito") == {}


def test_search_says_village_state_and_why_a_line_was_found(client, ratna):
    AreaFactory(code="99.01.01", name="Makmur")
    family(AreaFactory(code=HERS, name="Sukamaju").pk, name="MOCH. SOEHARTO", status="suspended")
    client.force_login(ratna)

    ((line,),) = (
        group.lines for group in client.get(URL, {"cari": "muhammad suharto"}).context["groups"]
    )

    assert (line.title, line.place, line.state, line.why) == (
        "MOCH. SOEHARTO",
        "Sukamaju, Kec. Makmur",
        ("warn", "Ditangguhkan"),
        "ejaan lain",
    )


@pytest.mark.parametrize(
    "typed", ["Desa Suka Maju", "kel. sukamaju", "SUKA", "soekamaju", "sukmaju"]
)
def test_search_finds_a_village_however_it_is_written(client, ratna, typed):
    AreaFactory(code=HERS, name="Suka Maju")
    AreaFactory(code="99.01.01.2002", name="Tanjung Sari")

    assert groups_of(client, ratna, cari=typed) == {"wilayah": ["Suka Maju"]}


def test_a_village_opens_the_families_it_counts(client, ratna):
    AreaFactory(code=HERS, name="Suka Maju")
    family()
    family(status="exited", exited_on=dt.date(2026, 5, 1))
    family(HIS)
    client.force_login(ratna)

    ((line,),) = (group.lines for group in client.get(URL, {"cari": "suka maju"}).context["groups"])

    assert line.about == "2 keluarga"
    assert len(client.get(line.url).context["page"].rows) == 2


def test_see_all_opens_exactly_the_rows_that_were_counted(client, ratna):
    for nth in range(search.SHOWN + 2):
        MemberFactory(household=family(name=f"SITI {chr(65 + nth)}MINAH"), name=f"BIN SITI {nth}")
    client.force_login(ratna)

    for group in client.get(URL, {"cari": "siti"}).context["groups"]:
        rows = client.get(group.url).context["people"].rows
        assert (len(group.lines), group.total, len(rows)) == (8, 10, 10)
        assert [row.name for row in rows][:8] == [line.title for line in group.lines]


def test_see_all_shows_a_short_list_to_its_end(client, ratna):
    for nth in range(search.SHOWN + 1):
        AreaFactory(code=f"99.01.01.{2001 + nth}", name=f"Suka {chr(65 + nth)}")

    assert len(groups_of(client, ratna, cari="suka")["wilayah"]) == 8
    assert len(groups_of(client, ratna, cari="suka", kelompok="wilayah")["wilayah"]) == 9


def test_more_people_than_anybody_lists_are_counted_as_at_least(client, ratna, monkeypatch):
    for name in ("SITI A", "SITI B", "SITI C"):
        family(name=name)
    monkeypatch.setattr(search, "MOST_HITS", 2)
    monkeypatch.setattr("beneficiaries.queries.MOST_HITS", 2)
    client.force_login(ratna)

    (group,) = client.get(URL, {"cari": "siti"}).context["groups"]

    assert (group.total, group.and_more) == (2, True)


@pytest.mark.parametrize("number", [1, 3])
def test_search_asks_the_same_for_one_result_and_for_three(
    client, ratna, number, django_assert_num_queries
):
    for nth in range(number):
        MemberFactory(household=family(name="SITI AMINAH"), name="SITI BUNGA")
        AreaFactory(code=f"99.01.01.{2005 + nth}", name=f"Siti {chr(65 + nth)}")
        FacilitatorFactory(name="SITI PENDAMPING")
    client.force_login(ratna)
    client.get(URL, {"cari": "siti"})

    with django_assert_num_queries(14):
        client.get(URL, {"cari": "siti"})


# --- whose


def test_search_shows_nothing_of_another_kecamatan(client, budi):
    AreaFactory(code=HERS, name="Suka Maju")
    family(name="SITI AMINAH")

    assert groups_of(client, budi, cari="siti") == groups_of(client, budi, cari="zulaikha") == {}
    assert groups_of(client, budi, cari="siti", wilayah=HERS) == {}
    assert groups_of(client, budi, cari="suka maju") == {}


def test_search_of_a_caseload_ends_with_the_caseload(client, sari):
    mine, handed_over = family(name="SITI AMINAH"), family(name="SITI BUNGA")
    account = FacilitatorFactory(user=sari)
    entrust(account, mine)
    entrust(account, handed_over, ends_on=timezone.localdate() - dt.timedelta(days=1))

    assert groups_of(client, sari, cari="siti") == {"keluarga": ["SITI AMINAH"]}


@pytest.mark.parametrize("role", [Role.ADMIN, Role.GUEST])
def test_search_is_closed_to_whoever_sees_no_families(client, role):
    client.force_login(person("orang", role, "99.01"))

    home = client.get(reverse("dashboard:home")).content.decode()

    assert client.get(URL).status_code == client.post(URL, {"cari": "siti"}).status_code == 403
    assert f'action="{URL}"' not in home
    assert f'href="{URL}"' not in home


# --- numbers


def test_a_number_is_answered_masked_without_an_address_and_recorded_once(client, sari):
    household = family()
    client.force_login(sari)

    for number in (household.caretaker.nik, f"NIK: {household.caretaker.nik}"):
        answer = client.post(URL, {"cari": number})

        text = answer.content.decode()
        assert answer.status_code == 200
        assert f"{household.get_absolute_url()}#art-{household.caretaker_id}" in text
        assert household.caretaker.nik not in text
        assert "9901**********" in text
    assert AuditEvent.objects.filter(by=sari, verb="identity.searched").count() == 2


def test_a_card_number_finds_its_family_by_its_end_too(client, sari, settings):
    household = family(kk_number="9901020202027788")
    client.force_login(person("desa", Role.FACILITATOR, HERS))

    for number in ("9901020202027788", "7788"):
        text = client.post(URL, {"cari": number}).content.decode()
        assert f'href="{household.get_absolute_url()}"' in text


def test_four_digits_need_a_village_where_the_territory_is_large(client, ratna):
    family(kk_number="9901020202027788")
    client.force_login(ratna)

    refused = client.post(URL, {"cari": "7788"})
    answered = client.post(URL, {"cari": "7788", "wilayah": HERS})

    assert "Pilih desa" in refused.content.decode()
    assert "7788" not in refused.content.decode()
    assert len(answered.context["groups"]) == 1


def test_a_foreign_number_is_answered_like_one_that_does_not_exist(client, budi):
    household = family()
    client.force_login(budi)

    foreign = client.post(URL, {"cari": household.caretaker.nik})
    missing = client.post(URL, {"cari": "9901019999990001"})

    assert foreign.context.get("groups") == missing.context.get("groups") == []
    assert "Tidak ditemukan" in foreign.content.decode()


def test_a_number_in_the_address_is_not_searched(client, sari):
    household = family()
    client.force_login(sari)

    for key in ("cari", "kelompok"):
        text = client.get(URL, {key: household.caretaker.nik}).content.decode()
        assert household.caretaker.nik not in text
    assert AuditEvent.objects.filter(verb="identity.searched").count() == 0


def test_a_name_goes_on_to_an_address_and_a_name_with_a_digit_does_not(client, ratna):
    AreaFactory(code=HERS, name="Suka Maju 2")
    family(name="SITI AMINAH")
    client.force_login(ratna)

    named = client.post(URL, {"cari": " siti  aminah ", "wilayah": HERS})
    mixed = client.post(URL, {"cari": "suka maju 2"})

    assert named.headers["Location"] == f"{URL}?cari=siti+aminah&wilayah={HERS}"
    assert [group.key for group in mixed.context["groups"]] == ["wilayah"]
    assert "suka+maju" not in mixed.content.decode()


# --- while somebody types


def test_typing_answers_a_fragment_with_the_first_lines(client, ratna):
    for _ in range(6):
        family(name="SITI AMINAH")
    client.force_login(ratna)

    answer = client.post(URL, {"cari": "amina"}, headers=LIVE)

    text = answer.content.decode()
    assert ("<html" in text, text.count('class="found"')) == (False, 4)
    assert f'{URL}?cari=amina"' in text


def test_typing_never_searches_a_number(client, ratna):
    household = family()
    client.force_login(ratna)

    text = client.post(URL, {"cari": household.caretaker.nik}, headers=LIVE).content.decode()

    assert household.caretaker.name not in text
    assert household.caretaker.nik not in text
    assert AuditEvent.objects.filter(verb="identity.searched").count() == 0


def test_nothing_found_says_what_to_do(client, ratna):
    client.force_login(ratna)

    page = client.get(URL, {"cari": "<b>zulaikha"}).content.decode()
    typing = client.post(URL, {"cari": "zulaikha"}, headers=LIVE).content.decode()
    short = client.get(URL, {"cari": "si"}).content.decode()

    assert "Tidak ada yang cocok dengan “&lt;b&gt;zulaikha”" in page
    assert "Tidak ada yang cocok" in typing
    assert "Coba sebagian nama" in page and "Coba sebagian nama" in typing
    assert "tiga huruf" in short
