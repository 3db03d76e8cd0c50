"""Master data filled from a spreadsheet and taken out as one: core.small_lists on institutions."""

import io
import re

import openpyxl
import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.roles import Role
from facilitators.models import LearningModule
from meetings.models import Institution
from tests.factories.accounts import person
from tests.factories.areas import AreaFactory
from tests.factories.meetings import institution

pytestmark = pytest.mark.django_db

LIST = "admin:meetings_institution"
HEAD = "Nama,Nama singkat,Jenis,Wilayah kerja,Alamat,Aktif"


@pytest.fixture
def admin(client):
    AreaFactory(code="99.01")
    user = person("pengelola", Role.ADMIN, "99.01")
    client.force_login(user)
    return user


def sheet(*lines, head=HEAD, name="daftar.csv"):
    return {"file": SimpleUploadedFile(name, "\n".join([head, *lines]).encode())}


def send(client, *lines, name=LIST, **more):
    return client.post(reverse(f"{name}_fill"), sheet(*lines, **more))


def confirm(client, page, name=LIST):
    return client.post(reverse(f"{name}_fill"), {"cells": page.context["cells"]})


def test_what_would_change_is_shown_and_written_only_then(client, admin):
    institution(name="Dinas Kesehatan", short_name="Dinkes", area_id="99.01")
    lines = (
        "Dinas Kesehatan,DINKES,Perangkat daerah,99.01,Jl. Baru,ya",
        '"=1+1",Bank,Mitra,99.01,,tidak',
    )

    page = send(client, *lines)

    assert [(number, word) for number, word, _kind, _cells in page.context["rows"]] == [
        (2, "berubah"),
        (3, "baru"),
    ]
    assert "<del>Dinkes</del> DINKES" in page.content.decode()
    assert Institution.objects.count() == 1
    assert Institution.objects.get().short_name == "Dinkes"

    assert confirm(client, page).status_code == 302
    assert set(Institution.objects.values_list("name", "short_name", "kind", "active")) == {
        ("Dinas Kesehatan", "DINKES", "agency", True),
        ("=1+1", "Bank", "partner", False),
    }
    assert LogEntry.objects.filter(user=admin).count() == 2


def test_taken_out_and_brought_back_changes_nothing_and_no_cell_is_a_formula(client, admin):
    institution(name="=1+1", short_name="Bank", area_id="99.01")
    institution(name="Dinas Pendidikan", short_name="Disdik", area_id="99.01")

    taken = b"".join(client.get(reverse(f"{LIST}_take_out")).streaming_content)
    book = openpyxl.load_workbook(io.BytesIO(taken)).active
    assert [cell.value for cell in book[1]] == HEAD.split(",")
    assert {cell.data_type for row in book.iter_rows() for cell in row if cell.value} == {"s"}

    page = client.post(reverse(f"{LIST}_fill"), {"file": SimpleUploadedFile("daftar.xlsx", taken)})
    assert {word for _number, word, _kind, _cells in page.context["rows"]} == {"sama"}


def test_one_wrong_row_keeps_all_out_and_is_named(client, admin):
    page = send(
        client,
        "Dinas Kesehatan,Dinkes,Perangkat daerah,99.01,,ya",
        "Bank,Bank,Koperasi,99.77,,mungkin",
        ",Kosong,Mitra,99.01,,ya",
    )

    said = page.content.decode()
    assert "cells" not in page.context
    assert [(row, column) for row, column, _said in page.context["wrong"]] == [
        (3, "Aktif"),
        (3, "Jenis"),
        (3, "Wilayah kerja"),
        (4, "Nama"),
    ]
    assert "Perangkat daerah" in said and "99.77" in said
    assert Institution.objects.count() == 0


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (sheet("Bank,Bank", head="Nama,Nama singkat"), "Jenis, Wilayah kerja, Alamat, Aktif"),
        (sheet(*["Bank,B,Mitra,99.01,,ya"] * 501), "500"),
        ({"file": SimpleUploadedFile("daftar.xlsx", b"PK\x03\x04rusak")}, "rusak"),
        ({}, "diisi"),
    ],
    ids=["columns", "rows", "damaged", "none"],
)
def test_a_file_that_cannot_be_read_says_what_to_do(client, admin, file, words):
    page = client.post(reverse(f"{LIST}_fill"), file)

    assert page.status_code == 200
    assert words in " ".join(page.context["form"].errors["file"])
    assert Institution.objects.count() == 0


def test_only_what_was_shown_to_oneself_is_written(client, admin):
    page = send(client, "Bank,Bank,Mitra,99.01,,ya")
    cells = page.context["cells"]
    other = person("pengelola2", Role.ADMIN, "99.01")
    client.force_login(other)

    for sent in (cells, cells[:-3] + "abc", "x"):
        assert client.post(reverse(f"{LIST}_fill"), {"cells": sent}).status_code == 403
    assert Institution.objects.count() == 0


def test_days_and_choices_come_as_people_write_them(client, admin):
    page = send(
        client,
        "baru,Modul baru,health,9,1 Januari 2027,",
        name="admin:facilitators_learningmodule",
        head="Kode,Nama,Materi di SIKS-NG,Urutan,Berlaku sejak,Berlaku sampai",
    )
    assert page.context["rows"], page.context["form"].errors
    confirm(client, page, name="admin:facilitators_learningmodule")

    made = LearningModule.objects.get(code="baru")
    assert (str(made.valid_from), made.valid_to, made.position) == ("2027-01-01", None, 9)


def test_who_may_look_takes_out_and_fills_nothing(client, admin):
    institution(name="Bank", short_name="Bank", area_id="99.01")
    client.force_login(person("operator9", Role.DATA_OPERATOR, "99.01"))

    page = client.get(reverse(f"{LIST}_changelist"))
    if page.status_code == 200:
        assert re.search(r"ambil/", page.content.decode())
        assert "isi/" not in page.content.decode()
    assert client.get(reverse(f"{LIST}_fill")).status_code in (302, 403, 404)
