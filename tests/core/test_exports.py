import csv
import io
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.exports import Sheet, inert, write_csv, write_sheets, write_xlsx

HOSTILE = [
    '=HYPERLINK("http://example.invalid","x")',
    "==1+1",
    "+62811",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\ufeff=1",
    " =1",
    "\0=1",
    "＝1+1",
    "|calc",
]
names = st.one_of(
    st.sampled_from(HOSTILE),
    st.builds(
        "{}{}".format,
        st.sampled_from(["=", "+", "-", "@", "\t", "\n", "\u200b=", "\u00a0@"]),
        st.text(max_size=20),
    ),
    st.text(st.characters(codec="utf-8"), max_size=30),
)


def csv_of(rows):
    buffer = io.StringIO()
    write_csv(buffer, ["nik", "name"], rows)
    return list(csv.reader(io.StringIO(buffer.getvalue(), newline="")))


@pytest.mark.parametrize("text", HOSTILE)
def test_inert_puts_an_apostrophe_before_what_would_run(text):
    assert inert(text) == "'" + text.replace("\0", "")


@pytest.mark.parametrize("text", ["SITI AMINAH", "Ma'ruf", "", "D-1", "9901010101900010"])
def test_inert_leaves_ordinary_text(text):
    assert inert(text) == text


def test_a_csv_for_spreadsheets_parts_by_semicolon_and_keeps_long_numbers():
    buffer = io.StringIO()
    rows = [["9901010101900010", "081234567890", "SITI, IBU", 9901010101900010, "9901**********10"]]

    write_csv(buffer, ["nik", "hp", "nama", "kk", "samar"], rows, for_spreadsheets=True)

    assert buffer.getvalue().splitlines() == [
        "nik;hp;nama;kk;samar",
        "'9901010101900010;081234567890;SITI, IBU;'9901010101900010;9901**********10",
    ]


def test_inert_leaves_numbers_of_our_own():
    assert [inert(-350), inert(0.5), inert(None)] == ["-350", "0.5", ""]


@given(st.lists(names, min_size=1, max_size=5))
@settings(max_examples=200, deadline=None)
def test_no_csv_cell_begins_a_formula(texts):
    rows = csv_of([["9901010101900010", text] for text in texts])

    assert len(rows) == len(texts) + 1
    for nik, name in rows[1:]:
        assert nik == "9901010101900010"
        assert name.lstrip(" \u00a0\ufeff\u200b")[:1] not in set("=+-@\t\r\n\0") or name[0] == "'"


@given(st.lists(names, min_size=1, max_size=5))
@settings(max_examples=25, deadline=None)
def test_every_xlsx_text_stays_text(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("export") / "names.xlsx"

    count = write_xlsx(
        path,
        ["nik", "name", "score"],
        [("9901010101900010", text, -350) for text in texts],
        sheet="Data",
        cover=[("Name", "=1+1")],
        footer="Sari & Budi",
    )

    book = openpyxl.load_workbook(path)
    kinds = [
        {cell.column: cell.data_type for cell in row if cell.value is not None}
        for row in book["Data"].iter_rows(min_row=2)
    ]
    assert count == len(texts)
    assert all(kind[1] == "s" and kind[3] == "n" for kind in kinds)
    assert all(kind.get(2, "s") == "s" for kind in kinds)
    assert [row[0].value for row in book["Data"].iter_rows(min_row=2)] == [
        "9901010101900010"
    ] * len(texts)
    assert book["Info"]["B1"].data_type == "s"
    assert b"<f>" not in _sheets(path)


def test_rows_beyond_a_sheet_go_on_in_another(tmp_path, monkeypatch):
    monkeypatch.setattr("core.exports.XLSX_LAST_ROW", 4)
    path = tmp_path / "many.xlsx"

    write_xlsx(path, ["n"], [(n,) for n in range(7)], sheet="Data")

    book = openpyxl.load_workbook(path)
    assert [[row[0].value for row in sheet.iter_rows()] for sheet in book] == [
        ["n", 0, 1, 2],
        ["n", 3, 4, 5],
        ["n", 6],
    ]


def _sheets(path):
    import zipfile

    with zipfile.ZipFile(path) as archive:
        return b"".join(archive.read(name) for name in archive.namelist() if "worksheets" in name)


def test_sheets_keep_numbers_text_and_names_apart(tmp_path):
    path = tmp_path / "laporan.xlsx"
    rows = [["=1+1", 21_299, Decimal("98.20"), None]]

    count = write_sheets(
        path,
        [
            Sheet("Keluarga: yang/keluar menurut kecamatan", ["a", "b", "c", "d"], rows),
            Sheet("Cover", ["a"], []),
        ],
        cover=[("Nomor", "-12")],
        cover_title="Cover",
    )

    book = openpyxl.load_workbook(path)
    page = book.worksheets[1]
    assert count == 1
    assert book.sheetnames == ["Cover", "Keluarga yang keluar menurut", "Cover 2"]
    assert [(cell.value, cell.data_type) for cell in page[2]] == [
        ("=1+1", "s"),
        (21_299, "n"),
        (98.2, "n"),
        (None, "n"),
    ]
    assert page.freeze_panes == "A2"
    assert book.worksheets[0]["B1"].data_type == "s"
