import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from beneficiaries.models import Member
from beneficiaries.queries import find_households, find_members, find_names
from core.errors import Refused
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory

NIK = "9901014101900001"


def member(desa, **fields):
    return MemberFactory(household=HouseholdFactory(desa__code=desa), **fields)


def test_find_members_finds_words_of_a_name_in_any_order(ratna):
    wanted = member("99.01.01.2001", name="SITI NUR HAYATI")
    member("99.01.01.2001", name="SITI AMINAH")

    assert list(find_members(user=ratna, text="hayati siti")) == [wanted]


def test_find_members_forgives_a_misspelt_name(ratna):
    wanted = member("99.01.01.2001", name="SUHARTONO")
    member("99.01.01.2001", name="BAMBANG")

    assert list(find_members(user=ratna, text="SUHARTUNO")) == [wanted]


def test_find_members_hides_people_of_another_kecamatan(sari, budi):
    member("99.01.02.2001", name="WARSITI", nik=NIK)

    assert list(find_members(user=sari, text="WARSITI")) == []
    assert list(find_members(user=sari, text=NIK)) == []
    assert len(find_members(user=budi, text="WARSITI")) == 1


def test_find_members_by_full_nik_is_exact_and_audited(ratna):
    wanted = member("99.01.01.2001", nik=NIK)
    member("99.01.01.2001", nik="9901014101900002")

    assert list(find_members(user=ratna, text="9901 0141 0190 0001")) == [wanted]
    event = AuditEvent.objects.get(verb="identity.searched")
    assert (event.by, event.data) == (ratna, {})


def test_find_members_stops_a_scan_of_numbers(ratna, settings):
    settings.PKH_NUMBER_SEARCHES_AN_HOUR = 2
    now = timezone.now()
    for _ in range(2):
        find_members(user=ratna, text=NIK, at=now)

    with pytest.raises(Refused) as refusal:
        find_members(user=ratna, text=NIK, at=now)
    assert refusal.value.code == "too_many_searches"


def test_four_digits_are_searched_in_a_village_only(ratna):
    wanted = member("99.01.01.2001", nik=NIK)
    member("99.01.01.2002", nik="9901014201900001")

    with pytest.raises(Refused) as refusal:
        find_members(user=ratna, text="0001")
    assert refusal.value.code == "village_needed"
    assert list(find_members(user=ratna, text="0001", village="99.01.01.2001")) == [wanted]


@pytest.mark.parametrize("text", ["99010141", "990101410190000123", "99******0001"])
def test_an_incomplete_number_is_refused(ratna, text):
    with pytest.raises(Refused) as refusal:
        find_members(user=ratna, text=text)
    assert refusal.value.code == "number_incomplete"


def test_a_short_name_is_refused(ratna):
    with pytest.raises(Refused) as refusal:
        find_members(user=ratna, text="a")
    assert refusal.value.code == "search_too_short"


def test_find_households_by_card_and_by_a_members_name(ratna):
    household = HouseholdFactory(desa__code="99.01.01.2001", kk_number="9901014101900009")
    MemberFactory(household=household, name="WARSITI")

    assert list(find_households(user=ratna, text="9901014101900009")) == [household]
    assert list(find_households(user=ratna, text="warsiti")) == [household]
    assert list(find_households(user=ratna, text="0009", village="99.01.01.2001")) == [household]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("suharto", "SOEHARTO"),
        ("djoko", "JOKO"),
        ("joko", "DJOKO"),
        ("tjandra", "CANDRA"),
        ("muhammad yusuf", "MOCH. YUSUF"),
        ("mocham", "MUHAMMAD"),
        ("sitti", "SITI"),
        ("H. Abdullah, S.Pd", "ABDULAH"),
        ("hasan", "ALI BIN HASAN"),
        ("ni luh", "NI LUH PUTU"),
    ],
)
def test_find_names_knows_the_spellings_of_a_name(ratna, typed, name):
    wanted = member("99.01.01.2001", name=name)
    member("99.01.01.2001", name="BAMBANG WALUYO")
    member("99.01.01.2001", name="WARNI LUHUR")

    assert [hit.pk for hit in find_names(user=ratna, text=typed)] == [wanted.pk]


def test_find_names_puts_the_best_first(ratna):
    ranked = ["SITI", "SITTI", "SITI AMINAH", "ANI SITI", "RASITI", "ST. AMINAH"]
    for name in reversed(ranked):
        member("99.01.01.2001", name=name)
    member("99.01.01.2001", name="SITI", status="died")

    found = find_names(user=ratna, text="siti")
    names = dict(Member.objects.values_list("pk", "name"))

    assert [names[hit.pk] for hit in found] == [
        "SITI",
        "SITI",
        "SITTI",
        "SITI AMINAH",
        "ST. AMINAH",
        "ANI SITI",
        "RASITI",
    ]
    assert [hit.how for hit in found] == ["", "", "respelt", "", "respelt", "", ""]
    assert Member.objects.get(pk=found[1].pk).status == "died"


def test_find_names_looks_for_what_is_alike_only_when_nobody_has_the_words(ratna):
    exact = member("99.01.01.2001", name="SUHARTONO")
    member("99.01.01.2001", name="SUHARTANO")

    assert [hit.pk for hit in find_names(user=ratna, text="suhartono")] == [exact.pk]
    assert {hit.how for hit in find_names(user=ratna, text="suhartuno")} == {"similar"}


def test_find_names_wants_every_word_to_be_alike(ratna):
    wanted = member("99.01.01.2001", name="SITI AMINAH")
    member("99.01.01.2001", name="AMINAH SOLIKHAH")

    assert [hit.pk for hit in find_names(user=ratna, text="siti aminan")] == [wanted.pk]


@pytest.mark.parametrize("text", ["", "a", "ni", "b. a.", "a b c d", "..%"])
def test_find_names_refuses_what_would_read_everybody(ratna, text):
    with pytest.raises(Refused):
        find_names(user=ratna, text=text)


def test_find_names_takes_signs_of_patterns_as_they_are(ratna):
    member("99.01.01.2001", name="SITI AMINAH")

    assert find_names(user=ratna, text="SI%AMINAH_") == []


def test_the_name_key_follows_the_name(ratna):
    person = member("99.01.01.2001", name="MOCH ALI")
    Member.objects.filter(pk=person.pk).update(name="SOERYADI")

    person.refresh_from_db()

    assert person.name_key == "SURYADI"
