"""Columns of ministry files are recognised by what they are called, whoever typed the header."""

import pytest
from django.utils import translation

from core.sheets import FileRefused, plain
from core.sheets.headers import count_hits as header_hits
from dtks import layouts
from dtks.layouts import LAYOUTS, recognise, unknown_columns, words_of

DTKS_23 = (
    "ID DTKS|PROVINSI|KABUPATEN/KOTA|KECAMATAN|DESA/KELUARAHAN|ALAMAT|DUSUN|RT|RW|NOKK|NIK|NAMA|"
    "TANGGAL LAHIR|TEMPAT LAHIR|JENIS KELAMIN|PEKERJAAN|NAMA IBU KANDUNG|HUB KELUARGA|"
    "KETERANGAN PADAN|BANSOS BPNT|BANSOS PKH|BANSOS BPNT-PPKM|PBI JKN"
).split("|")
DTKS_17 = (
    "ID DTKS|PROVINSI|KABUPATEN/KOTA|KECAMATAN|DESA/KELURAHAN|ALAMAT|DUSUN|RT|RW|NOMOR KK|"
    "NOMOR NIK|NAMA|TANGGAL LAHIR|TEMPAT LAHIR|JENIS KELAMIN|NAMA IBU KANDUNG|HUBUNGAN KELUARGA"
).split("|")
FINAL_CLOSING = (
    "NAMA PENERIMA|NIK|NO KK|TGL LAHIR|UMUR|ART|HAMIL|AUD|SD|SMP|SMA|DISABIL|LANSIA|HAM|"
    "JML KOMPONEN|NOMINAL|STATUS|ALAMAT FC|ALAMAT|RT|RW|KELURAHAN|KECAMATAN|KABUPATEN|PROVINSI"
).split("|")
MEMBERS = (
    "NO KK|NIK|NAMA|KOMPONEN|TGL LAHIR|JENIS KELAMIN|NAMA IBU KANDUNG|HUB KELUARGA|JENJANG DTSEN|"
    "SEKOLAH DTSEN|JENJANG DAPODIK|SEKOLAH DAPODIK|KIP|KETERANGAN DAPODIK|KETERANGAN DAPODIK_1|"
    "ALAMAT|RT|RW|DESA|KECAMATAN|STATUS|PERIODE"
).split("|")
DTSEN_MEMBERS = (
    "nomor_induk_kependudukan|nomor_kartu_keluarga|nama|jenis_kelamin|tanggal_lahir|"
    "status_hubungan_keluarga|alamat_ktp|rt_ktp|rw_ktp|kode_kelurahan_desa_ktp|desil_nasional"
).split("|")
DTSEN_FAMILIES = (
    "nomor_kartu_keluarga|nama_kepala_keluarga|desil_nasional|kode_kabupaten_kota|is_gc_kemensos|"
    "is_pbi_se|is_siks_ng"
).split("|")


@pytest.mark.parametrize(
    ("columns", "source", "layout", "unknown"),
    [
        (DTKS_23, "dtks", "dtks_23", []),
        (DTKS_17, "dtks", "dtks_17", []),
        (FINAL_CLOSING, "final_closing", "final_closing_25", []),
        ([*FINAL_CLOSING, "REKENING"], "final_closing", "final_closing_account", []),
        (MEMBERS, "members", "members_22", ["KETERANGAN DAPODIK_1"]),
        (DTSEN_MEMBERS, "dtsen_members", "dtsen_members", []),
        (DTSEN_FAMILIES, "dtsen_families", "dtsen_families", []),
    ],
)
def test_the_ministrys_own_headers_are_all_known(columns, source, layout, unknown):
    found = recognise(columns, source)

    assert found.layout.id == layout
    assert found.notes == []
    assert unknown_columns(columns, found.mapping) == unknown


def test_each_field_lands_on_its_own_column():
    mapping = recognise(DTKS_23, "dtks").mapping

    assert [DTKS_23[mapping[name]] for name in ("nik", "kk_number", "name", "mother_name")] == [
        "NIK",
        "NOKK",
        "NAMA",
        "NAMA IBU KANDUNG",
    ]
    assert mapping["status_note"] == mapping["matched_note"] == 18


@pytest.mark.parametrize(
    "spelling",
    [
        "KELURHAAN",
        "KELUARAHAN",
        "Kelurahan ",
        "KELURAHAN\n(desa 2)",
        "kelurahan",
        "DESA / KELURAHAN",
    ],
)
def test_slips_and_trimmings_of_a_header_are_understood(spelling):
    columns = ["NIK", "NAMA", spelling]

    assert recognise(columns, "dtks").mapping["village"] == 2


def test_a_slip_is_said_once():
    notes = recognise(["NIK", "NAMA", "KELURHAAN"], "dtks").notes

    assert notes == [{"code": "header_misspelt", "column": "KELURHAAN", "field": "village"}]


def test_a_number_column_is_never_guessed_from_a_slip():
    with pytest.raises(FileRefused) as refusal:
        recognise(["NIKK", "NAMA"], "dtks")
    assert refusal.value.code == "column_missing"


def test_a_file_without_a_nik_column_is_refused_with_the_columns_it_has():
    with pytest.raises(FileRefused) as refusal:
        recognise(["KODE", "NAMA", "PAGU"], "members")

    assert refusal.value.params == {"column": "NIK", "columns": ["KODE", "NAMA", "PAGU"]}
    with translation.override("en"):
        assert str(refusal.value) == (
            "Column NIK was not found. The columns are: KODE, NAMA, PAGU."
        )


@pytest.mark.parametrize(
    ("header", "source", "name"),
    [
        ("TANGGAL LAHIR (DD/MM/YYYY)", "members", "birth_date"),
        ("JK (L/P)", "members", "sex"),
        ("NAMA IBU KANDUNG (SESUAI KK)", "members", "mother_name"),
        ("NAMA (SESUAI KTP) (4)", "dtks", "name"),
        ("NIK [Nomor Induk Kependudukan]", "dtks", "nik"),
        ("NAMA (IBU KANDUNG)", "members", "mother_name"),
        ("AUD (Anak Usia Dini)", "final_closing", "early_child"),
        ("NOMINAL (Rp)", "final_closing", "amount"),
        ("NM_IBU", "members", "mother_name"),
        ("IBU", "dtks", "mother_name"),
        ("HUB", "dtks", "relationship"),
        ("HUBKEL", "dtks", "relationship"),
        ("DISTRIK", "dtks", "subdistrict"),
        ("LEMBANG", "dtks", "village"),
        ("GAMPONG/DESA", "dtks", "village"),
        ("GENDER", "dtks", "sex"),
        ("NAMA SESUAI KTP", "dtks", "name"),
        ("NAMA ANGGOTA RUMAH TANGGA", "dtks", "name"),
        ("NO INDUK KEPENDUDUKAN", "dtks", "nik"),
        ("TEMPAT/TGL LAHIR", "dtks", "birth_date"),
        ("TEMPAT, TANGGAL LAHIR", "dtks", "birth_date"),
        ("SD/SEDERAJAT", "final_closing", "primary"),
        ("SMP/SEDERAJAT", "final_closing", "junior"),
        ("SMA/SEDERAJAT", "final_closing", "senior"),
        ("TOTAL NOMINAL", "final_closing", "amount"),
        ("kelurahan_ktp", "dtsen_members", "village"),
        ("nama_kelurahan_ktp", "dtsen_members", "village"),
        ("desa_ktp", "dtsen_members", "village"),
        ("kode_kelurahan_ktp", "dtsen_members", "village_code"),
        ("kode_wilayah_ktp", "dtsen_members", "village_code"),
        ("nama_kecamatan_ktp", "dtsen_members", "subdistrict"),
    ],
)
def test_headers_of_other_offices_are_known(header, source, name):
    layout = layouts.layouts_of(source)[-1]

    found = layouts.match_columns(layout, ["NO", header], {})

    assert found.mapping == {name: 1}
    assert found.notes == []
    assert header_hits(["NO", header], words_of(source)) == 1


@pytest.mark.parametrize(
    ("header", "source"),
    [
        ("NIK (IBU)", "members"),
        ("NAMA (KEPALA KELUARGA)", "members"),
        ("NO KK (LAMA)", "members"),
        ("KODE DESA (BPS)", "dtks"),
        ("SD (Rp)", "final_closing"),
        ("STATUS (PERKAWINAN)", "members"),
        ("TK/SEDERAJAT", "final_closing"),
        ("S1/SEDERAJAT", "final_closing"),
        ("JANUARI (HADIR)", "education_checks"),
    ],
)
def test_brackets_that_make_another_column_are_not_passed_over(header, source):
    assert layouts.match_columns(layouts.layouts_of(source)[-1], ["NO", header], {}).mapping == {}


def test_a_header_without_brackets_is_better_than_one_with_them():
    columns = ["NIK (SESUAI KTP)", "NAMA (SESUAI KTP)", "NIK", "NAMA", "NO KK", "KOMPONEN"]

    mapping = recognise(columns, "members").mapping

    assert (mapping["nik"], mapping["name"]) == (2, 3)


def test_headers_that_differ_only_in_brackets_are_no_answer():
    columns = ["NIK", "NAMA", "TANGGAL LAHIR (DD)", "TANGGAL LAHIR (MM)", "TANGGAL LAHIR (YYYY)"]

    assert "birth_date" not in recognise(columns, "dtks").mapping
    with pytest.raises(FileRefused) as refusal:
        recognise(["NIK (SESUAI KTP)", "NIK (SESUAI KK)", "NAMA"], "dtks")
    assert refusal.value.code == "column_twice"


def test_two_columns_called_nik_are_a_question_for_people():
    with pytest.raises(FileRefused) as refusal:
        recognise(["NAMA", "NIK", "NO KK", "NIK_1", "KOMPONEN"], "members")

    assert refusal.value.code == "column_twice"
    assert refusal.value.params == {"column": "NIK", "times": 2, "letters": ["B", "D"]}
    chosen = recognise(["NAMA", "NIK", "NO KK", "NIK_1", "KOMPONEN"], "members", chosen={"nik": 3})
    assert chosen.mapping["nik"] == 3


def test_the_best_spelling_wins_when_two_columns_could_be_meant():
    mapping = recognise(["NIK PENGURUS", "NIK", "NAMA", "NO KK", "KOMPONEN"], "members").mapping

    assert mapping["nik"] == 1


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.id)
def test_no_spelling_means_two_fields_and_required_fields_exist(layout):
    spellings = [(plain(s), name) for name, group in layout.fields.items() for s in group]
    meanings = {word: {name for w, name in spellings if w == word} for word, _ in spellings}

    assert {word: names for word, names in meanings.items() if len(names) > 1} == {}
    assert set(layout.required) <= layout.fields.keys()
    assert set(layout.marks) <= layout.fields.keys()
    assert words_of(layout.source) >= {word for word, _ in spellings}


def test_every_required_field_has_a_title_for_people():
    assert {name for layout in LAYOUTS for name in layout.required} <= layouts.TITLES.keys()


@pytest.mark.parametrize(
    ("columns", "source", "missing"),
    [(FINAL_CLOSING, "members", "KOMPONEN"), (MEMBERS, "final_closing", "NOMINAL")],
)
def test_one_kind_of_file_is_not_taken_for_the_other(columns, source, missing):
    with pytest.raises(FileRefused) as refusal:
        recognise(columns, source)

    assert refusal.value.params["column"] == missing
