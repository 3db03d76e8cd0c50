"""The head of papers, and numbers of which none is given twice."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.utils import DatabaseError
from django.urls import reverse

from accounts.models import AuditEvent
from core.errors import Refused
from documents.letterheads import issue_number, letterhead_of, number_of
from documents.models import IssuedNumber, Letterhead, NumberPattern
from documents.models.paper import check_pattern
from tests.documents.conftest import NOW
from tests.factories.accounts import person
from tests.factories.areas import AreaFactory
from tests.factories.files import jpeg
from tests.factories.papers import first_patterns

DECREE = "graduasi-keputusan"


@pytest.fixture
def patterns(db):
    first_patterns()


def issue(by, subject="decree:1", on=dt.date(2026, 11, 5), kind=DECREE):
    return issue_number(kind=kind, subject=subject, on=on, by=by, at=NOW)


def test_number_is_written_as_the_pattern_says(patterns, ratna):
    assert issue(ratna).text == "001/PKH-GRAD/XI/2026"
    assert issue(ratna, "decree:2").text == "002/PKH-GRAD/XI/2026"


def test_same_paper_keeps_its_number(patterns, ratna, operator):
    first = issue(ratna)

    again = issue(operator, on=dt.date(2027, 1, 3))

    assert again == first
    assert number_of(DECREE, "decree:1") == first
    assert AuditEvent.objects.filter(verb="number.issued").count() == 1


def test_numbers_start_again_with_the_year_and_by_kind(patterns, ratna):
    said = [
        issue(ratna, "a", dt.date(2026, 12, 31)).text,
        issue(ratna, "b", dt.date(2027, 1, 1)).text,
        issue(ratna, "c", dt.date(2026, 12, 31)).text,
        issue(ratna, "a", kind="graduasi-berita-acara").text,
    ]

    assert said == [
        "001/PKH-GRAD/XII/2026",
        "001/PKH-GRAD/I/2027",
        "002/PKH-GRAD/XII/2026",
        "001/BA/PKH-GRAD/XI/2026",
    ]


def test_numbers_that_never_start_again_go_on(patterns, ratna):
    NumberPattern.objects.filter(kind=DECREE).update(pattern="{number}", yearly=False)

    assert issue(ratna, "a", dt.date(2026, 12, 31)).text == "1"
    assert issue(ratna, "b", dt.date(2027, 1, 1)).text == "2"


def test_change_of_the_pattern_brings_no_number_twice(patterns, ratna):
    issue(ratna, "a")
    NumberPattern.objects.filter(kind=DECREE).update(yearly=False)

    assert issue(ratna, "b").text == "002/PKH-GRAD/XI/2026"


def test_kind_without_a_pattern_is_refused(patterns, ratna):
    with pytest.raises(Refused) as refusal:
        issue(ratna, kind="tidak-ada")

    assert refusal.value.code == "no_number_pattern"


def test_issued_number_never_changes(patterns, ratna):
    issued = issue(ratna)

    with pytest.raises(DatabaseError, match="Cannot update or delete"):
        IssuedNumber.objects.filter(pk=issued.pk).update(text="999")


def test_list_of_numbers_is_ones_own(patterns, ratna, operator):
    mine = issue(ratna)
    issue(operator, "decree:2")

    assert list(IssuedNumber.objects.visible_to(ratna)) == [mine]


@pytest.mark.parametrize(
    "pattern",
    [
        "{nomor:03d}/PKH/{romawi}/{tahun}",
        "{number:03d}/PKH/{roman}/{year}",
        "{nomor}",
        "800/{nomor:04d}/{bulan:02d}.{tahun}",
    ],
)
def test_pattern_an_office_may_write(pattern):
    check_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "PKH/2026",
        "{year}/{roman}",
        "{number.__class__}",
        "{number!r}",
        "{number:>90d}",
        "{number:099d}",
        "{0}/{number}",
        "{}",
        "{number",
        "{number}/{settings}",
        "{number:{year}d}",
    ],
)
def test_pattern_that_would_break_later_is_refused(pattern):
    with pytest.raises(ValidationError):
        check_pattern(pattern)


def test_letterhead_nobody_filled_says_the_area(db, settings):
    AreaFactory(code="99.01")
    kabupaten = AreaFactory(code="99.01.01.2001").parent.parent

    head = letterhead_of("99.01.01.2001")

    assert head.government == f"Pemerintah {kabupaten.name}"
    assert (head.agency, head.logo_data, head.paper) == (settings.PKH_OFFICE_NAME, "", "A4")


def test_administrator_writes_the_letterhead_with_a_coat_of_arms(client, administrator):
    AreaFactory(code="99.01")
    client.force_login(administrator)
    logo = jpeg()

    answer = client.post(
        reverse("admin:documents_letterhead_add"),
        {
            "area": "99.01",
            "government": "Pemerintah Kabupaten Uji",
            "agency": "Dinas Sosial Uji",
            "phone": "0729-123",
            "email": "dinsos@uji.go.id",
            "city": "Uji",
            "head_nip": "19800101 2005011",
            "paper": "F4",
            "new_logo": _upload(logo),
        },
    )
    assert answer.status_code == 200  # the NIP is wrong
    assert Letterhead.objects.count() == 0
    answer = client.post(
        reverse("admin:documents_letterhead_add"),
        {
            "area": "99.01",
            "government": "Pemerintah Kabupaten Uji",
            "agency": "Dinas Sosial Uji",
            "phone": "0729-123",
            "email": "dinsos@uji.go.id",
            "city": "Uji",
            "paper": "F4",
            "new_logo": _upload(logo),
        },
    )

    assert answer.status_code == 302
    head = letterhead_of("99.01.02.2003")
    assert (head.government, head.agency) == ("Pemerintah Kabupaten Uji", "Dinas Sosial Uji")
    assert head.contact == "Telepon 0729-123 · dinsos@uji.go.id"
    assert head.paper == "F4"
    assert head.logo_data.startswith("data:image/jpeg;base64,/9j/")


def test_auditor_looks_at_letterheads_and_changes_nothing(client, wayan):
    Letterhead.objects.create(area=AreaFactory(code="99.01"), city="Uji")
    client.force_login(wayan)
    url = reverse("admin:documents_letterhead_change", args=[Letterhead.objects.get().pk])

    assert client.get(url).status_code == 200
    assert client.post(url, {"area": "99.01", "city": "Lain", "paper": "A4"}).status_code == 403
    assert Letterhead.objects.get().city == "Uji"


def _upload(content):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("lambang.jpg", content, content_type="image/jpeg")


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_numbers_without_a_gap_or_a_double():
    first_patterns()
    by = person("ratna", "district_coordinator", "99.01")
    start, said, problems = threading.Barrier(4), [], []

    def ask(who):
        try:
            start.wait(timeout=10)
            for n in range(5):  # every second paper is one that all four ask for
                said.append(issue(by, f"{'alle' if n % 2 else who}:{n}").text)
        except Exception as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert problems == []
    numbers = sorted(IssuedNumber.objects.values_list("number", flat=True))
    assert numbers == list(range(1, 15))  # 4 x 3 papers of one, and 2 of all
    assert len(said) == 20
