"""Headers as offices leave them: titles above, merged cells, numbers below, slips of the pen."""

import pytest

from core.sheets.headers import closest, find_header, is_numbering, plain, unique, word_of
from core.sheets.rows import Rows
from tests.core.corpus import HEADER, people

KNOWN = frozenset(
    map(
        plain,
        [
            "NO KK",
            "NIK",
            "NAMA",
            "TGL LAHIR",
            "ALAMAT",
            "KELURAHAN",
            "HAMIL",
            "AUD",
            "SD",
            "STATUS",
        ],
    )
)


def rows(*cells):
    return Rows(list(range(1, len(cells) + 1)), [list(row) for row in cells])


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("No. KK", "NOKK"),
        ("NO\nKK", "NOKK"),
        ("no_kk", "NOKK"),
        ("\u00a0NIK\u00a0 ", "NIK"),
        ("NIK (3)", "NIK"),
        ("TANGGAL LAHIR\r\n(31/01/2000)", "TANGGALLAHIR"),
        ("DESA/KELUARAHAN", "DESAKELUARAHAN"),
        ("ＮＩＫ", "NIK"),
    ],
)
def test_a_header_is_compared_without_its_trimmings(written, word):
    assert plain(written) == word


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("KELURHAAN", "KELURAHAN"),
        ("KELUARAHAN", "KELURAHAN"),
        ("ALMAAT", "ALAMAT"),
        ("NIP", None),
        ("SMP", None),
        ("KELOMPOK", None),
    ],
)
def test_slips_are_recognised_and_short_words_are_not_guessed(word, known):
    assert closest(word, KNOWN) == known


def test_titles_above_the_header_are_passed_over():
    head = find_header(
        rows(["DAFTAR ANGGOTA KELUARGA"], ["TAHAP 4 TAHUN 2026"], HEADER, *people(2)), KNOWN
    )

    assert (head.columns, head.row, head.last) == (HEADER, 3, 3)
    assert {"code": "title_rows_skipped", "row": 3} in head.notes


@pytest.mark.parametrize(
    "numbers",
    [
        ["(1)", "(2)", "(3)", "(4)", "(5)"],
        ["1", "2", "3", "4", "5"],
        ["1.", "2.", "3.", "", "5."],
    ],
)
def test_the_row_of_column_numbers_belongs_to_the_head(numbers):
    head = find_header(rows(HEADER, numbers, *people(2)), KNOWN)

    assert (head.row, head.last) == (1, 2)


def test_a_first_family_of_small_numbers_is_no_column_numbering():
    assert not is_numbering(["1", "0", "0", "3", "0", "0"])


def test_a_header_of_two_rows_is_read_as_one():
    upper = ["NAMA PENERIMA", "NIK", "NO KK", "KOMPONEN", "", "", "STATUS"]
    lower = ["", "", "", "HAMIL", "AUD", "SD", ""]
    head = find_header(rows(upper, lower, ["A", "9901", "9902", "0", "1", "0", "AKTIF"]), KNOWN)

    assert head.columns == ["NAMA PENERIMA", "NIK", "NO KK", "HAMIL", "AUD", "SD", "STATUS"]
    assert (head.row, head.last) == (1, 2)


def test_a_lower_name_may_stand_before_the_upper_one():
    known = KNOWN | {plain("TEMPAT LAHIR")}
    upper = ["NOMOR", "", "NAMA", "LAHIR", "", "STATUS"]
    lower = ["NO KK", "NIK", "", "TEMPAT", "TGL", ""]
    head = find_header(
        rows(upper, lower, ["9901", "9902", "SITI", "UJI", "1-2-1990", "AKTIF"]), known
    )

    assert head.columns == ["NO KK", "NIK", "NAMA", "TEMPAT LAHIR", "TGL LAHIR", "STATUS"]


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("TGL LAHIR (DD/MM/YYYY)", "TGLLAHIR"),
        ("NAMA (SESUAI KTP) (3)", "NAMA"),
        ("NIK [nomor]", "NIK"),
        ("NAMA (IBU) KANDUNG", "NAMAIBUKANDUNG"),
        ("SEKOLAH (ASAL)", "SEKOLAHASAL"),
        ("(NIK)", "NIK"),
    ],
)
def test_an_explanation_in_brackets_counts_only_when_it_is_known_with_it(written, word):
    assert word_of(written, KNOWN) == word


def test_a_header_full_of_explanations_is_still_the_header():
    head = find_header(
        rows(
            ["DAFTAR NAMA", "STATUS"],
            ["NO KK (KARTU)", "NIK (NOMOR)", "NAMA (SESUAI KTP)"],
            ["9901", "9902", "SITI"],
        ),
        KNOWN,
    )

    assert head.row == 2


def test_one_row_of_data_is_never_taken_for_a_second_header_row():
    head = find_header(
        rows(["NO KK", "NIK", "NAMA", "KOMPONEN"], ["9901", "9902", "SITI", "SD"]), KNOWN
    )

    assert head.last == 1


def test_doubled_names_get_a_number_and_are_said():
    columns, doubled = unique(["NIK", "KETERANGAN", "", "KETERANGAN", "KETERANGAN_1"], 6)

    assert columns == ["NIK", "KETERANGAN", "(C)", "KETERANGAN_2", "KETERANGAN_1", "(F)"]
    assert doubled == ["KETERANGAN"]


def test_an_unknown_table_still_shows_its_columns():
    head = find_header(rows(["Laporan"], ["KODE", "URAIAN", "PAGU"], ["1", "2", "3"]), KNOWN)

    assert head.columns == ["KODE", "URAIAN", "PAGU"]
