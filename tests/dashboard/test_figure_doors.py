"""The doors behind a number: file, paper and REST. That they agree is said in test_figures."""

import csv
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.roles import Role
from accounts.services import issue_token
from dashboard import exporting, figure_views
from dashboard.figures import FIGURES, Asked
from dashboard.figures.base import EXPORT_ROWS
from dashboard.figures.here import PAGES
from tests.factories.accounts import AssignmentFactory
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.facilitators import FacilitatorFactory, entrust

pytestmark = pytest.mark.django_db
FORMULA = '=HYPERLINK("http://contoh.invalid")'
NIK, CARD = "9901010101900017", "9901010101900025"
API = "/api/v1/figures/"


@pytest.fixture
def families(db):
    """Three families in two kecamatan of Ratna's, and one elsewhere."""
    found = [
        HouseholdFactory(desa__code=code, kk_number=card)
        for code, card in (
            ("99.01.01.2001", CARD),
            ("99.01.01.2002", None),
            ("99.01.02.2001", None),
            ("99.02.01.2001", None),
        )
    ]
    for number, (household, name) in enumerate(
        zip(found, (FORMULA, "SUMIATI", "TUMINI", "RAHASIA"), strict=True)
    ):
        household.caretaker = MemberFactory(
            household=household, name=name, nik=NIK if number == 0 else None
        )
        household.save()
    entrust(FacilitatorFactory(name="PENDAMPING SATU"), *found[:2])
    return found


def take(client, key, file_format="csv", reason="rapat koordinasi", query=""):
    url = reverse("dashboard:figure_export", args=[key])
    return client.post(url + query, {"reason": reason, "file_format": file_format})


def cells(answer):
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def test_a_file_is_text_masked_marked_and_audited(client, ratna, families):
    client.force_login(ratna)
    answer = take(client, "anggota", "xlsx", query="?wilayah=99.01.01")

    cover, data = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets
    said = {row[0]: row[1] for row in cover.iter_rows(values_only=True)}
    rows = list(data.iter_rows(values_only=True))
    event = AuditEvent.objects.get(verb="figure.exported")
    assert rows[0][:4] == ("Orang", "Wilayah", "Kecamatan", "NIK")
    assert [row[0] for row in rows[1:]] == [FORMULA, "SUMIATI"]
    assert (rows[1][3], data.cell(2, 1).data_type) == ("9901**********17", "s")
    assert (said["Alasan"], said["Wilayah"], said["Nomor"]) == (
        "rapat koordinasi",
        "Kecamatan Wilayah 99.01.01",
        event.data["number"],
    )
    assert str(ratna) in data.oddFooter.left.text
    assert event.data["number"] in data.oddFooter.left.text
    assert event.data["number"] in answer["Content-Disposition"]
    assert (event.by, event.reason) == (ratna, "rapat koordinasi")
    assert (event.data["figure"], event.data["area"], event.data["rows"]) == (
        "anggota",
        "99.01.01",
        2,
    )


def test_no_formula_leaves_in_a_csv_and_no_number_in_full(client, ratna, families):
    client.force_login(ratna)

    text = take(client, "keluarga").content.decode("utf-8-sig")

    assert f"'{FORMULA[:10]}" in text
    assert "9901**********25" in text
    assert not [number for number in (NIK, CARD) if number in text]


@pytest.mark.parametrize("reason", ["", "    ", "abc", "a    b"])
def test_without_a_reason_nothing_leaves(client, ratna, families, reason):
    client.force_login(ratna)

    assert take(client, "keluarga", reason=reason).status_code == 422
    assert not AuditEvent.objects.filter(verb="figure.exported").exists()


def test_too_many_rows_are_refused_with_what_to_do(client, ratna, families, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_ROWS", 2)
    monkeypatch.setattr(figure_views, "MOST_ON_PAPER", 2)
    client.force_login(ratna)

    for door in ("figure_print", "figure_export"):
        answer = client.get(reverse(f"dashboard:{door}", args=["keluarga"]), follow=True)
        assert "Pilih satu desa atau kecamatan" in answer.content.decode()
    assert take(client, "keluarga").status_code == 302
    assert take(client, "keluarga", query="?wilayah=99.01.01").status_code == 200
    assert not AuditEvent.objects.filter(verb="figure.printed").exists()


def test_who_accompanies_families_takes_no_list_out(client, sari, families):
    client.force_login(sari)
    page = client.get(reverse("dashboard:figure", args=["keluarga"]))

    assert (page.context["number"], page.context["export_url"]) == (2, "")
    assert take(client, "keluarga").status_code == 403


def test_only_rows_of_areas_where_one_may_take_them_out(client, sari, families):
    """Sari also leads the other kecamatan: of what she accompanies no list leaves."""
    AssignmentFactory(user=sari, role=Role.SUBDISTRICT_LEAD, area=AreaFactory(code="99.01.02"))
    client.force_login(sari)

    page = client.get(reverse("dashboard:figure", args=["keluarga"]))

    assert page.context["number"] == 3
    assert [row[0] for row in cells(take(client, "keluarga"))[1:]] == ["TUMINI"]


def test_paper_says_what_it_counts_and_who_printed_it(client, sari, families):
    client.force_login(sari)

    answer = client.get(reverse("dashboard:figure_print", args=["keluarga"]), {"wilayah": "99.02"})
    text = client.get(reverse("dashboard:figure_print", args=["keluarga"])).content.decode()

    assert answer.context["lines"] == []
    for said in ("Keluarga PKH", "Wilayah 99.01.01", str(sari), "9901**********25", "SUMIATI"):
        assert said in text
    assert "RAHASIA" not in text
    assert CARD not in text
    event = AuditEvent.objects.filter(verb="figure.printed").latest("at")
    assert (event.by, event.data["figure"], event.data["rows"]) == (sari, "keluarga", 2)


def test_paper_of_a_caseload_says_so(client, sari, families):
    FacilitatorFactory(user=sari)
    entrust(sari.facilitator, families[2])
    client.force_login(sari)

    paper = client.get(reverse("dashboard:figure_print", args=["keluarga"])).context

    assert [line.title for line in paper["lines"]] == ["TUMINI"]
    assert paper["scope"] == (
        "keluarga dampingan di Wilayah 99.01.02.2001, Kecamatan Wilayah 99.01.02"
    )


def test_rest_says_what_it_counts_where_and_when(client, ratna, families):
    client.force_login(ratna)

    whole = client.get(API).json()["results"]
    here = client.get(f"{API}?area=99.01.01").json()["results"]
    one = client.get(f"{API}keluarga/?area=99.01.01").json()

    said = {figure["key"]: figure for figure in here}
    assert {**said["keluarga"], "as_of": one["as_of"]} == one
    assert [figure["key"] for figure in whole] == list(said)
    assert {key: one[key] for key in ("title", "source", "value", "unit", "scope")} == {
        "title": "Keluarga PKH",
        "source": "data keluarga kantor",
        "value": 2,
        "unit": "Keluarga",
        "scope": [{"code": "99.01.01", "name": "Wilayah 99.01.01"}],
    }
    row = client.get(one["rows"]).json()["results"][0]
    assert row["title"] == FORMULA
    assert {"label": "Nomor KK", "value": "9901**********25"} in row["facts"]
    assert said["pendamping-di-wilayah"]["value"] == 1


def test_rest_asks_the_same_however_many_rows_there_are(client, ratna, families):
    client.force_login(ratna)

    def asked():
        with CaptureQueriesContext(connection) as found:
            client.get(API)
            client.get(f"{API}keluarga/rows/")
        return len(found)

    asked()
    before = asked()
    for _ in range(3):
        MemberFactory(household=HouseholdFactory(desa__code="99.01.02.2001"))

    assert asked() == before <= 24


def test_rest_refuses_what_it_does_not_know(client, administrator, families):
    """An administrator sees no family: the figure is not hers, wherever she asks."""
    client.force_login(administrator)

    assert "keluarga" not in {one["key"] for one in client.get(API).json()["results"]}
    for path, status in (
        ("keluarga/", 403),
        ("keluarga/rows/", 403),
        ("tidak-ada/", 404),
        ("tidak-ada/rows/", 404),
        ("?wilayah=99.01", 400),
        ("pekerjaan-gagal/?area=%00", 400),
        ("pekerjaan-gagal/rows/?cursor=omong-kosong", 404),
    ):
        assert (path, client.get(API + path).status_code) == (path, status)


def test_a_token_needs_the_scope_to_read_everything(client, ratna, families):
    def answer(scope):
        _token, secret = issue_token(user=ratna, days=1, scopes=[scope], by=None, at=timezone.now())
        return client.get(API, headers={"authorization": f"Bearer {secret}"}).status_code

    assert (answer("read"), answer("register:read")) == (200, 403)


def test_who_may_take_lists_out():
    from accounts.roles import ROLE_PERMISSIONS

    holders = {role for role, granted in ROLE_PERMISSIONS.items() if EXPORT_ROWS in granted}
    assert holders == {
        Role.SUBDISTRICT_LEAD,
        Role.DISTRICT_COORDINATOR,
        Role.DATA_OPERATOR,
        Role.AUDITOR,
    }


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("?alasan=terlambat", "/angka/kunjungan-terlambat/"),
        ("?alasan=terlambat&setelah=WzFd", "/angka/kunjungan-terlambat/"),
        ("?alasan=terlambat&tujuan=health_check", ""),
        ("", ""),
    ],
)
def test_a_page_of_another_floor_leads_to_the_rows_it_shows(client, ratna, families, query, rows):
    client.force_login(ratna)

    page = client.get(reverse("facilitators:overdue") + query)

    assert page.context["office"].rows_here == rows
    assert (f'href="{rows}"' in page.content.decode()) == bool(rows)


def test_every_page_that_a_figure_names_is_known(ratna):
    asked = Asked(ratna, timezone.now())
    named = {figure.url(asked) for figure in FIGURES.values() if figure.shown_on}
    names = {resolve(address.partition("?")[0]).view_name for address in named}

    assert names - {"dashboard:figure", "graduation:cases"} == PAGES
