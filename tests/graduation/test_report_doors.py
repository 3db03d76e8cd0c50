"""Screen, PDF, spreadsheet and REST say the same figures, and the lock is a door as well."""

import datetime as dt
import io
import re
from html.parser import HTMLParser

import openpyxl
import pytest
import time_machine
from django.urls import reverse
from pypdf import PdfReader

from accounts.roles import Role
from areas.models import Area
from core.periods import Period
from graduation.models import ReportQuarter
from graduation.queries.report import report_of
from graduation.report_tables import tables_of
from graduation.services import record_exit, set_target, withdraw_exit
from tests.english import english_in, texts_of
from tests.factories.accounts import person
from tests.factories.beneficiaries import HouseholdFactory
from tests.factories.figures import counted, families, listed, pringsewu_2022
from tests.factories.graduation import AT, exit_type

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 10, 6, 3, 0, tzinfo=dt.UTC)
YEAR_2022 = "?tahun=2022&triwulan=4&hitungan=tahun&wilayah=99.01"


class Tables(HTMLParser):
    """{data-table: [[cell, …], …]} of a page."""

    def __init__(self, page):
        super().__init__()
        self.found, self.rows, self.cell = {}, None, None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.rows = self.found.setdefault(dict(attrs).get("data-table"), [])
        elif tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.cell = ""

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data

    def handle_endtag(self, tag):
        if tag in {"td", "th"}:
            self.rows[-1].append(" ".join(self.cell.split()))
            self.cell = None


def written(cell) -> str:
    """As an Indonesian office writes it."""
    if cell.value is None:
        return "-"
    if cell.kind == "percent":
        return f"{cell.value} %".replace(".", ",")
    if cell.kind == "number":
        return f"{cell.value:,}".replace(",", ".")
    return cell.value


def expected(user, area, period, cumulative):
    """{table: rows as written}, from the one query."""
    found = report_of(user, area, period, cumulative=cumulative)
    return {
        table.key: [
            [written(cell) for cell in row]
            for row in [*table.rows, *([table.total] if table.total else [])]
        ]
        for table in tables_of(found)
    }


def workbook_rows(content):
    book = openpyxl.load_workbook(io.BytesIO(content))
    cover, sheet = book.worksheets
    return (
        [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)],
        " ".join(str(cell) for row in cover.iter_rows(values_only=True) for cell in row if cell),
    )


def as_in_workbook(row):
    """`9,82 %` is the number 9.82 there, `2.091` the number 2091."""
    cells = []
    for cell in row:
        if re.fullmatch(r"-?\d+,\d\d %", cell):
            cells.append(float(cell.removesuffix(" %").replace(",", ".")))
        elif re.fullmatch(r"-?\d{1,3}(\.\d{3})*", cell):
            cells.append(int(cell.replace(".", "")))
        elif cell not in {"", "-"}:
            cells.append(cell)
    return cells


def squeezed(text):
    return re.sub(r"\s+", "", text)


def test_the_targets_of_2023_are_the_same_on_screen_in_pdf_in_xlsx_and_over_rest(client, ratna):
    """G4: 1,000 and 2,000 on the 20,667 families of 2023-2."""
    pringsewu_2022()
    for code, number in (("prosperous", 1000), ("natural", 2000)):
        set_target(
            year=2023,
            type=exit_type(code),
            area=Area.objects.get(pk="99.01"),
            number=number,
            by=ratna,
            at=AT,
        )
    client.force_login(ratna)
    asked = "?tahun=2023&triwulan=2&hitungan=tahun&wilayah=99.01"
    rows = [
        ["Graduasi alamiah", "2.000", "20.667", "9,68 %", "0", "0,00 %"],
        ["Graduasi sejahtera mandiri", "1.000", "20.667", "4,84 %", "0", "0,00 %"],
        ["Jumlah target", "3.000", "20.667", "14,52 %", "0", "0,00 %"],
    ]

    page = client.get(reverse("graduation:report") + asked)
    pdf = client.get(reverse("graduation:report_pdf") + asked)
    xlsx = client.get(reverse("graduation:report_xlsx") + asked)
    rest = client.get("/api/v1/graduation-reports/2023-2/?cumulative=true&area=99.01").json()

    assert Tables(page.content.decode()).found["targets"][1:] == rows
    text = squeezed("".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf.content)).pages))
    in_workbook, _cover = workbook_rows(xlsx.content)
    for row in rows:
        assert squeezed("".join(row)) in text
        assert as_in_workbook(row) in in_workbook
    assert [(one["type"], one["number"], one["percent"]) for one in rest["targets"]] == [
        ("natural", 2000, 9.68),
        ("prosperous", 1000, 4.84),
    ]
    together = rest["targets_together"]
    assert (together["number"], together["families"], together["percent"]) == (3000, 20667, 14.52)


def test_golden_figures_are_the_same_on_screen_in_pdf_in_xlsx_and_over_rest(client, ratna):
    seed = pringsewu_2022()
    counted(seed.staying[:12], "died", 2022, seed.people)
    client.force_login(ratna)
    said = expected(ratna, "99.01", Period(2022, 4), True)

    page = client.get(reverse("graduation:report") + YEAR_2022)
    pdf = client.get(reverse("graduation:report_pdf") + YEAR_2022)
    xlsx = client.get(reverse("graduation:report_xlsx") + YEAR_2022)
    rest = client.get("/api/v1/graduation-reports/2022-4/?cumulative=true&area=99.01").json()

    # the screen
    tables = Tables(page.content.decode()).found
    assert {key: rows[1:] for key, rows in tables.items()} == said
    assert said["headlines"] == [
        ["Sejahtera", "208", "0,98 %", "9,95 %"],
        ["Kelayakan daerah", "1.883", "8,84 %", "90,05 %"],
        ["Alamiah", "0", "0,00 %", "0,00 %"],
        ["Graduasi lainnya", "0", "0,00 %", "0,00 %"],
        ["Jumlah graduasi", "2.091", "9,82 %", "100,00 %"],
    ]
    rule = "Persentase dihitung dari 21.299 KPM pada Final Closing pertama tahun itu"
    assert rule in page.content.decode()
    assert english_in(texts_of(page.content.decode())) == []

    # the paper
    assert pdf.headers["Content-Type"] == "application/pdf"
    text = squeezed("".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf.content)).pages))
    for rows in said.values():
        for row in rows:
            assert squeezed("".join(row)) in text
    assert squeezed(rule) in text

    # the spreadsheet
    rows, cover = workbook_rows(xlsx.content)
    for table in said.values():
        for row in table:
            assert as_in_workbook(row) in rows
    assert rule in cover

    # REST
    assert (rest["total"]["graduations"], rest["total"]["percent"]) == (2_091, 9.82)
    assert rest["total"]["administrative"] == 12
    assert [(one["number"], one["percent"], one["share"]) for one in rest["headlines"]] == [
        (208, 0.98, 9.95),
        (1_883, 8.84, 90.05),
        (0, 0.0, 0.0),
        (0, 0.0, 0.0),
    ]
    assert [
        [one["label"], one["graduations"], one["families"], one["administrative"]]
        for one in rest["kecamatan"]
    ] == [
        [row[0], *(int(row[n].replace(".", "")) for n in (5, 6, 8))]
        for row in said["kecamatan"][:-1]
    ]
    assert [(one["label"], one["graduations"]) for one in rest["facilitators"]] == [
        (row[0], int(row[5].replace(".", ""))) for row in said["facilitators"][:-1]
    ]
    assert sum(one["number"] for one in rest["reasons"] if one["headline"]) == 2_091
    assert rest["base"] == {
        "first": "2022-1",
        "families": 21_299,
        "opening": "2022-1",
        "opening_families": 21_299,
        "exits": 2_103,
        "computed": 19_196,
        "closing": "2023-2",
        "closing_families": 20_667,
        "difference": 1_471,
        "entries": 1_459,
        "gone": 2_091,
        "gone_without_exit": 0,
        "exits_elsewhere": 12,
        "unexplained": 12,
        "growth_percent": -2.97,
        "new_percent": 7.06,
    }


@pytest.fixture
def locked_with_a_correction(ratna):
    here = families(40)
    listed(here, 2026, 1)
    exits = [
        record_exit(
            household=HouseholdFactory(desa__code=f"99.01.0{n}.2001"),
            type=exit_type("moved"),
            on=dt.date(2026, 8, n),
            basis="office",
            by=ratna,
            at=AT,
        )
        for n in (1, 2, 3)
    ]
    counted(here[:5], "prosperous", 2026, quarters=3)
    return exits


def test_locking_then_correcting_shows_both_figures_on_every_door(
    client, ratna, locked_with_a_correction
):
    client.force_login(ratna)
    asked = {"tahun": "2026", "triwulan": "3", "wilayah": "99.01"}
    with time_machine.travel(NOW, tick=False):
        before = client.get(reverse("graduation:report"), asked)
        confirm = client.get(reverse("graduation:lock_report"), asked)
        done = client.post(reverse("graduation:lock_report"), asked, follow=True)
        again = client.post(reverse("graduation:lock_report"), asked, follow=True)
    withdraw_exit(exit=locked_with_a_correction[0], reason="Salah keluarga", by=ratna, at=AT)
    page = client.get(reverse("graduation:report"), asked)
    pdf = client.get(reverse("graduation:report_pdf"), asked)
    xlsx = client.get(reverse("graduation:report_xlsx"), asked)
    rest = client.get("/api/v1/graduation-reports/2026-3/").json()

    assert (before.context["may_lock"], confirm.status_code) == (True, 200)
    assert [str(message) for message in done.context["messages"]] == [
        "Triwulan telah dikunci. Angkanya hanya berubah melalui koreksi."
    ]
    (refusal,) = again.context["messages"]
    assert str(refusal).startswith(f"Triwulan ini sudah dikunci oleh {ratna} pada")
    quarter = ReportQuarter.objects.get(area_id="99.01", year=2026, quarter=3)
    assert (quarter.locked_by, quarter.base["quarter"]["total"]["families"]) == (ratna, 40)
    tables = Tables(page.content.decode()).found
    assert tables["administrative"][-1] == ["Jumlah keluar administratif", "3", "2"]
    day = f"{AT:%-d} Oktober 2026"
    assert tables["corrections"][1:] == [[day, "2026-3", "Salah keluarga", str(ratna), "0", "-1"]]
    text = squeezed("".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf.content)).pages))
    assert squeezed("Jumlah keluar administratif32") in text
    assert squeezed(f"{day}2026-3Salah keluarga{ratna}0-1") in text
    rows, _cover = workbook_rows(xlsx.content)
    assert ["Jumlah keluar administratif", 3, 2] in rows
    assert [day, "2026-3", "Salah keluarga", str(ratna), 0, -1] in rows
    assert rest["total"]["published_administrative"] == 3
    assert rest["total"]["administrative"] == 2
    assert [(one["reason"], one["administrative"]) for one in rest["corrections"]] == [
        ("Salah keluarga", -1)
    ]
    assert (rest["locked"], rest["locked_by"]) == (True, str(ratna))
    for answer in (before, confirm, done, page):
        assert english_in(texts_of(answer.content.decode())) == []


def test_a_quarter_that_is_not_over_is_not_locked(client, ratna):
    Area.objects.get(pk="99.01")
    client.force_login(ratna)
    asked = {"tahun": "2026", "triwulan": "4", "wilayah": "99.01"}
    with time_machine.travel(NOW, tick=False):
        page = client.get(reverse("graduation:lock_report"), asked)
        client.post(reverse("graduation:lock_report"), asked)

    assert page.context["ended"] is False
    assert not ReportQuarter.objects.filter(locked_at__isnull=False).exists()


def test_the_empty_report_says_what_to_do(client, ratna):
    client.force_login(ratna)

    page = client.get(reverse("graduation:report"))

    assert page.status_code == 200
    text = page.content.decode()
    assert "Tidak ada KPM yang keluar dalam kurun ini." in text
    assert "yang belum dimuat" in text
    assert english_in(texts_of(text)) == []


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("?wilayah=99.01.02", 404),
        ("?wilayah=99.01", 404),
        ("?wilayah=%00", 400),
        ("?tahun=abc&triwulan=9", 200),
        ("", 200),
    ],
)
def test_a_lead_opens_the_own_kecamatan_only(client, asked, status):
    lead = person("katim", Role.SUBDISTRICT_LEAD, "99.01.01")
    client.force_login(lead)

    for door in ("report", "report_pdf", "report_xlsx"):
        assert client.get(reverse(f"graduation:{door}") + asked).status_code == status


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("2026-3/", 200),
        ("2026-3/?area=99.01.01", 200),
        ("2026-3/?area=99.02", 404),
        ("2026-3/?area=%00", 400),
        ("2026-3/?cumulative=maybe", 400),
        ("2026-3/?kabupaten=99.01", 400),
        ("2026-5/", 404),
    ],
)
def test_rest_answers_the_own_area_only(client, ratna, address, status):
    HouseholdFactory(desa__code="99.01.01.2001")
    HouseholdFactory(desa__code="99.02.01.2001")
    client.force_login(ratna)

    assert client.get(f"/api/v1/graduation-reports/{address}").status_code == status
