"""Cases by name leave the office with a reason, a number and an audit event."""

import csv
import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.graduation import case_of

pytestmark = pytest.mark.django_db
URL = "graduation:export_cases"
FORMULA = '=HYPERLINK("http://contoh.invalid")'


def family(code, name):
    household = HouseholdFactory(desa__code=code)
    household.caretaker = MemberFactory(household=household, name=name)
    household.save()
    return household


def take(client, user, file_format="csv", reason="rapat koordinasi", query=""):
    client.force_login(user)
    return client.post(reverse(URL) + query, {"reason": reason, "file_format": file_format})


@pytest.fixture
def cases(sari, ratna):
    at = timezone.now()
    return [
        case_of(family(code, name), by=sari, at=at)
        for code, name in (
            ("99.01.01.2001", FORMULA),
            ("99.01.02.2001", "SUMIATI"),
            ("99.02.01.2001", "RAHASIA KABUPATEN LAIN"),
        )
    ]


def test_names_of_the_territory_leave_as_text_and_are_audited(client, operator, cases):
    answer = take(client, operator)

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [row[0] for row in rows[1:]] == [f"'{FORMULA}", "SUMIATI"]
    assert rows[1][5] == "Diusulkan"
    event = AuditEvent.objects.get(verb="case.exported")
    assert (event.by, event.reason, event.data["rows"]) == (operator, "rapat koordinasi", 2)
    marks = {row[-1] for row in rows[1:]}
    (mark,) = marks
    assert rows[0][-1] == "Diambil oleh"
    assert str(operator) in mark and event.data["number"] in mark


def test_the_workbook_has_no_formula_and_says_for_whom_it_was_made(client, operator, cases):
    answer = take(client, operator, "xlsx", query="?wilayah=99.01.01")

    cover, data = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets
    first = data.cell(2, 1)
    said = {row[0]: row[1] for row in cover.iter_rows(values_only=True)}
    number = AuditEvent.objects.get(verb="case.exported").data["number"]
    assert (first.value, first.data_type, data.max_row) == (FORMULA, "s", 2)
    assert (said["Alasan"], said["Nomor"]) == ("rapat koordinasi", number)
    assert str(operator) in data.oddFooter.left.text and number in data.oddFooter.left.text


@pytest.mark.parametrize("reason", ["", "   ", "abc", "a    b"])
def test_without_a_reason_nothing_leaves(client, operator, cases, reason):
    answer = take(client, operator, reason=reason)

    assert answer.status_code == 422
    assert not AuditEvent.objects.filter(verb="case.exported").exists()


def test_who_accompanies_families_takes_no_list_out(client, sari, cases):
    assert take(client, sari).status_code == 403


def test_the_list_offers_it_with_the_same_choice(client, operator, cases):
    client.force_login(operator)

    page = client.get(reverse("graduation:cases") + "?wilayah=99.01.01").content.decode()
    form = client.get(reverse(URL) + "?wilayah=99.01.01")

    assert f"{reverse(URL)}?wilayah=99.01.01" in page
    assert form.context["number"] == 1
