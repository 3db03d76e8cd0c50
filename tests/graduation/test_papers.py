"""Statement, minutes and the list of a decree: what they say, who may draw them, what is kept."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from accounts.roles import Role
from documents.models import IssuedNumber, Letterhead
from facilitators.models import CaseloadAssignment
from graduation.models import GraduationCase, State
from tests.factories.accounts import person
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.graduation import case_of, exit_type, the_head
from tests.factories.papers import first_patterns
from tests.papers import needs_pango, pages_of

DAY = dt.date(2026, 10, 5)  # on which case_of takes every step
NIK = "9901014507900001"


@pytest.fixture(autouse=True)
def _patterns(db):
    first_patterns()


@pytest.fixture
def lead(db):
    return person("katim", Role.SUBDISTRICT_LEAD, "99.01.01")


def family(desa="99.01.01.2001", name="SITI AMINAH", nik=NIK):
    household = HouseholdFactory(desa=AreaFactory(code=desa), address="JALAN MELATI 7")
    household.caretaker = MemberFactory(household=household, name=name, nik=nik)
    household.save()
    return household


def approved(household, ratna, lead, **said):
    return case_of(household, by=lead, verifier=ratna, approver=the_head(), upto="approved", **said)


def statement_url(case):
    return reverse("graduation:statement", args=[case.pk])


def test_statement_says_everything_with_a_masked_number(client, sari, ratna):
    case = case_of(family(), by=sari, verifier=ratna)
    entrust(FacilitatorFactory(name="PENDAMPING UJI", user=sari), case.household)
    client.force_login(sari)

    said = " ".join(client.get(statement_url(case)).content.decode().split())

    desa = case.household.desa
    for words in (
        "Graduasi sejahtera mandiri",
        "SITI AMINAH",
        "9901**********01",
        "JALAN MELATI 7",
        desa.name,
        desa.parent.name,
        desa.parent.parent.name,
        desa.parent.parent.parent.name,
        "keadaan ekonomi keluarga saya sudah membaik",
        "tanpa paksaan",
        "Meterai",
        "Rp10.000",
        "PENDAMPING UJI",
        f"Kepala Desa {desa.name},",
    ):
        assert words in said, words
    assert NIK not in said


def test_statement_is_indonesian_for_whoever_reads_english(client, sari):
    case = case_of(family(), by=sari)
    client.force_login(sari)

    said = client.get(statement_url(case), headers={"accept-language": "en"}).content.decode()

    assert "Yang bertanda tangan di bawah ini:" in said


def test_statement_of_a_kelurahan_is_known_to_its_lurah(client, sari):
    case = case_of(family("99.01.01.1001"), by=sari)
    client.force_login(sari)

    said = client.get(statement_url(case)).content.decode()

    assert f"Lurah {case.household.desa.name}," in said
    assert "Kepala Desa" not in said


@pytest.mark.django_db(transaction=True)
def test_full_number_stands_on_the_paper_only_after_a_recorded_reveal():
    sari = person("sari", Role.FACILITATOR, "99.01.01")
    client = Client()
    client.force_login(sari)
    case = case_of(family(), by=sari)
    url = statement_url(case)

    without = client.post(url, {"reason": ""})
    assert (without.status_code, NIK in without.content.decode()) == (422, False)
    assert AuditEvent.objects.filter(verb="identity.revealed").count() == 0

    shown = client.post(url, {"reason": "untuk surat pernyataan"})

    assert shown.status_code == 200
    assert NIK in shown.content.decode()
    event = AuditEvent.objects.get(verb="identity.revealed")
    assert (event.by, event.target_id) == (sari, str(case.household.caretaker_id))
    assert event.reason == "untuk surat pernyataan"
    assert NIK not in client.get(url).content.decode()  # and not the next time


def test_who_may_not_reveal_gets_no_full_number(client, sari, ratna):
    case = case_of(family(), by=sari)
    client.force_login(the_head())

    assert client.get(statement_url(case)).status_code == 200
    assert client.post(statement_url(case), {"reason": "ingin tahu"}).status_code == 403
    assert AuditEvent.objects.filter(verb="identity.revealed").count() == 0


def test_papers_of_another_kecamatan_are_missing(client, sari, budi, ratna, lead):
    case = case_of(family(), by=sari)
    elsewhere = person("katim2", Role.SUBDISTRICT_LEAD, "99.01.02")
    AreaFactory(code="99.01.02.2001")

    client.force_login(budi)
    assert client.get(statement_url(case)).status_code == 404
    client.force_login(elsewhere)
    urls = [
        reverse("graduation:minutes", args=[case.pk]),
        reverse("graduation:village_minutes", args=["99.01.01.2001", DAY.isoformat()]),
        reverse("graduation:decree") + "?wilayah=99.01.01",
        reverse("graduation:decree") + "?wilayah=99.01",
    ]
    assert [client.get(url).status_code for url in urls] == [404] * 4
    assert AuditEvent.objects.filter(verb="list.drawn").count() == 0


def test_lists_are_not_for_facilitators_and_auditors(client, sari, wayan):
    case = case_of(family(), by=sari)

    for user in (sari, wayan):
        client.force_login(user)
        assert client.get(reverse("graduation:minutes", args=[case.pk])).status_code == 403
        assert client.get(reverse("graduation:decree")).status_code == 403
        assert client.get(reverse("graduation:papers")).status_code == 200


def test_minutes_of_a_village_hold_the_cases_of_that_day(client, sari, ratna, lead):
    for n, desa in enumerate(["99.01.01.2001", "99.01.01.2001", "99.01.01.2002"]):
        case_of(
            family(desa, f"KELUARGA {n}", f"99010145079000{n:02d}"),
            by=sari,
            verifier=lead,
            upto="verified",
        )
    client.force_login(ratna)
    url = reverse("graduation:village_minutes", args=["99.01.01.2001", DAY.isoformat()])

    answer = client.get(url)
    said = answer.content.decode()

    assert [case.household.caretaker.name for case in answer.context["cases"]] == [
        "KELUARGA 0",
        "KELUARGA 1",
    ]
    assert "Senin tanggal 5 Oktober 2026" in said
    assert "KELUARGA 2" not in said
    assert "Katim" in said  # who verified
    event = AuditEvent.objects.get(verb="list.drawn")
    assert (event.by, event.data["families"], event.data["area"]) == (ratna, 2, "99.01.01.2001")


def test_minutes_get_their_number_once(client, sari, ratna, lead):
    case = case_of(family(), by=sari, verifier=lead, upto="verified")
    client.force_login(ratna)
    url = reverse("graduation:minutes", args=[case.pk])

    assert "001/BA" not in client.get(url).content.decode()
    assert IssuedNumber.objects.count() == 0  # looking gives no number
    for _time in range(2):
        assert client.post(url).status_code == 302

    assert "001/BA/PKH-GRAD/X/2026" in client.get(url).content.decode()
    assert IssuedNumber.objects.count() == 1


def test_minutes_before_the_verification_are_a_form_without_a_number(client, sari, ratna):
    case = case_of(family(), by=sari, upto="proposed")
    client.force_login(ratna)
    url = reverse("graduation:minutes", args=[case.pk])

    assert "................" in client.get(url).content.decode()
    assert client.post(url).status_code == 403
    assert IssuedNumber.objects.count() == 0


def test_decree_lists_the_approved_of_a_stage_in_the_area(client, ratna, lead):
    here = approved(family(), ratna, lead)
    approved(
        family("99.01.02.2001", "KELUARGA LAIN", None),
        ratna,
        person("katim2", Role.SUBDISTRICT_LEAD, "99.01.02"),
    )
    case_of(family(name="BELUM SETUJU", nik=None), by=lead, verifier=ratna, upto="verified")
    earlier = approved(family(name="TAHAP LALU", nik=None), ratna, lead)
    GraduationCase.objects.filter(pk=earlier.pk).update(approved_on="2026-09-30")
    client.force_login(ratna)
    url = reverse("graduation:decree")

    def names(query):
        answer = client.get(url + query)
        return [case.household.caretaker.name for case in answer.context["cases"]]

    assert names("?tahap=2026-4&wilayah=99.01.01") == ["SITI AMINAH"]
    assert names("?tahap=2026-4&wilayah=99.01") == ["SITI AMINAH", "KELUARGA LAIN"]
    assert names("?tahap=2026-3&wilayah=99.01") == ["TAHAP LALU"]
    assert names("?tahap=2026-2&wilayah=99.01") == []
    assert here.state == State.APPROVED


def test_decree_number_is_for_who_decides_or_sends(client, ratna, lead):
    approved(family(), ratna, lead)
    url, body = reverse("graduation:decree"), {"tahap": "2026-4", "wilayah": "99.01.01"}

    client.force_login(lead)
    assert client.get(url, body).status_code == 200
    assert client.post(url, body).status_code == 403
    client.force_login(the_head())
    assert client.post(url, body).status_code == 302

    assert IssuedNumber.objects.get().subject == "decree:2026-4:99.01.01"
    assert IssuedNumber.objects.get().text in client.get(url, body).content.decode()
    assert client.post(url, body | {"tahap": "2025-1"}).status_code == 403  # nobody is on it


def test_decree_of_many_families_asks_the_same_few_questions(client, ratna, lead):
    """1 and 3 families, the same count."""
    client.force_login(ratna)
    url = reverse("graduation:decree") + "?tahap=2026-4&wilayah=99.01.01"
    client.get(url)
    counts = []
    for n in (0, 1, 2):
        approved(family(name=f"KELUARGA {n}", nik=None), ratna, lead)
        if n in (0, 2):
            with CaptureQueriesContext(connection) as seen:
                client.get(url)
            counts.append(len(seen))
    assert counts[0] == counts[1]


def many_approved(number):
    """As services leave them, in a few statements."""
    desa, kind = AreaFactory(code="99.01.01.2001"), exit_type()
    people = [person(name, Role.FACILITATOR) for name in ("satu", "dua", "tiga")]
    for n in range(number):
        household = HouseholdFactory(desa=desa, address=f"JALAN KENANGA NOMOR {n}")
        household.caretaker = MemberFactory(household=household, name=f"KELUARGA {n:04d}")
        household.save()
        GraduationCase.objects.create(
            household=household,
            type=kind,
            state=State.APPROVED,
            opened_at="2026-10-05T03:00Z",
            moved_at="2026-10-05T03:00Z",
            opened_in=desa,
            proposed_by=people[0],
            verified_by=people[1],
            approved_by=people[2],
            approved_on=DAY,
        )


@needs_pango
def test_decree_as_pdf_has_every_family_once_and_its_signer_on_one_page(client, ratna):
    many_approved(120)
    Letterhead.objects.create(
        area_id="99.01",
        agency="Dinas Sosial Uji",
        city="Kota Uji",
        head_name="KEPALA YANGTANDATANGAN",
        head_title="Kepala Dinas Sosial",
        head_nip="198001012005011001",
        paper="F4",
    )
    client.force_login(ratna)

    answer = client.get(reverse("graduation:decree") + "?tahap=2026-4&wilayah=99.01.01&format=pdf")
    pages = pages_of(answer.content)

    assert answer["Content-Type"] == "application/pdf"
    assert len(pages) > 3
    found = [n for n in range(120) if sum(f"KELUARGA {n:04d}" in page for page in pages) == 1]
    assert found == list(range(120))
    assert all("Disetujui" in page for page in pages if "KELUARGA" in page)
    signed = [page for page in pages if "KEPALA YANGTANDATANGAN" in page]
    assert len(signed) == 1
    assert "Kepala Dinas Sosial" in signed[0]
    assert "NIP 198001012005011001" in signed[0]
    assert "Dinas Sosial Uji".upper() in pages[0].upper()
    assert AuditEvent.objects.get(verb="list.drawn").data["pdf"] is True


@needs_pango
@pytest.mark.parametrize("paper", ["a4", "f4"])
def test_statement_as_pdf_stands_on_one_sheet(client, sari, paper):
    case = case_of(family(), by=sari)
    client.force_login(sari)

    pages = pages_of(client.get(f"{statement_url(case)}?format=pdf&kertas={paper}").content)

    assert len(pages) == 1
    assert "SITI AMINAH" in pages[0]
    assert "9901**********01" in pages[0]
    assert "Meterai" in pages[0]
    assert "Halaman 1 dari 1" in pages[0]


def test_page_of_papers_offers_what_can_be_drawn(client, sari, ratna, lead):
    exit_type("prosperous")
    waiting = case_of(family(name="MENUNGGU SURAT"), by=sari, type="prosperous")
    case_of(family(name="SUDAH DIPERIKSA", nik=None), by=sari, verifier=lead, upto="verified")
    client.force_login(ratna)

    answer = client.get(reverse("graduation:papers"))
    said = answer.content.decode()

    assert [case.pk for case in answer.context["statements"]] == [waiting.pk]
    assert [day["cases"] for day in answer.context["days"]] == [1]
    assert reverse("graduation:village_minutes", args=["99.01.01.2001", "2026-10-05"]) in said
    assert [area.pk for area in answer.context["areas"]] == ["99.01", "99.01.01"]


def test_page_of_papers_is_short_for_a_facilitator(client, sari):
    assert CaseloadAssignment.objects.count() == 0
    client.force_login(sari)

    answer = client.get(reverse("graduation:papers"))

    assert "areas" in answer.context
    assert answer.context["areas"] == []
    assert "Tidak ada usulan yang menunggu surat pernyataan." in answer.content.decode()
