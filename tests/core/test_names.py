import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.names import (
    area_key,
    clean_name,
    clean_relationship,
    clean_sex,
    is_deceased,
    loose_key,
    name_key,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MOCHAMMAD SOEHARTO", "Muh. Suharto"),
        ("M. Ali", "MUHAMMAD ALI"),
        ("ACHMAD DJOKO", "Ahmad Joko"),
        ("Abd. Fattah", "ABDUL FATAH"),
        ("ST. NOERHAYATI", "SITI NURHAYATI"),
        ("H. AHMAD BIN MUSA", "AHMAD"),
        ("Hj. SITI BINTI M", "SITI"),
        ("DRA. RATNA DEWI, M.M", "RATNA DEWI"),
        ("KARTO (ALM)", "KARTO"),
        ("MA'RUF", "MA\u2019RUF"),
        ("GUSNI\u00c1TI", "GUSNIATI"),
        ("NA5RULLOH", "NASRULOH"),
        ("  NI  MADE ", "NI MADE"),
        ("TJIPTO", "CIPTO"),
    ],
)
def test_name_key_is_shared_by_spellings_of_one_name(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize("cell", ["", None, "-", ".", "TIDAK DIKETAHUI", "  ", "NULL"])
def test_name_key_of_no_name_is_none(cell):
    assert name_key(cell) is None


def test_name_key_keeps_different_people_apart():
    assert name_key("SITI AMINAH") != name_key("SITI AMANAH")
    assert name_key("H") == "H"  # a title alone is all there is


@given(st.text(max_size=30))
def test_name_key_holds_letters_and_single_spaces_only(text):
    key = name_key(text)

    assert key is None or (key.replace(" ", "").isalpha() and key.isascii() and key.isupper())
    assert key is None or ("  " not in key and key == key.strip())


@given(st.text(alphabet="ABDEIKMNRSU ", max_size=25))
def test_keys_do_not_change_with_case_or_spacing(text):
    assert name_key(text.lower()) == name_key(text)
    assert name_key(f"  {text} ") == name_key(text)
    assert clean_name(f"\t{text.lower()} ") == clean_name(text)


def test_loose_key_joins_what_ears_confuse():
    assert loose_key(name_key("SYAMSUDDIN")) == loose_key(name_key("SAMSUDIN"))
    assert loose_key(name_key("NUR HAYATI")) == loose_key(name_key("NURHAYATI"))
    assert loose_key(None) is None


@pytest.mark.parametrize(
    ("cell", "sex"),
    [("L", "L"), ("Laki-laki", "L"), ("1", "L"), ("perempuan", "P"), ("2", "P"), ("W", "P"),
     ("1.0", "L"), ("2,0", "P"), ("01", "L"), ("02", "P"), ("L (LAKI-LAKI)", "L"),
     ("P (Perempuan)", "P"), ("2. Perempuan", "P"), ("LAKI2", "L"),
     ("", None), ("3", None), (None, None), ("10", None), ("2.5", None), ("L/P", None)],
)  # fmt: skip
def test_clean_sex_reads_words_and_codes(cell, sex):
    assert clean_sex(cell) == sex


def test_clean_relationship_reads_words_and_codes():
    cells = ("KEPALA KELUARGA", "1", "Istri", "Anak", "x", None)

    assert [clean_relationship(c) for c in cells] == ["head", "head", "spouse", "child", None, None]


def test_clean_relationship_reads_codes_with_a_zero_and_other_spellings():
    cells = ("01", "02", "3.0", "07", "08", "Isteri", "FAMILI", "10", "09")

    assert [clean_relationship(c) for c in cells] == [
        "head", "spouse", "child", "other_relative", "other", "spouse", "other_relative",
        None, None,
    ]  # fmt: skip


def test_is_deceased_believes_a_denial():
    cells = ("TIDAK MENINGGAL", "Belum meninggal dunia", "MASIH HIDUP", "TDK MD", "bukan alm.")

    assert [is_deceased(c) for c in cells] == [False] * 5


def test_is_deceased_reads_what_stands_beside_a_denial():
    cells = ("TIDAK DITEMUKAN, MENINGGAL", "TIDAK, MENINGGAL", "BELUM MD; WAFAT 2024")

    assert [is_deceased(c) for c in cells] == [True] * 3


def test_area_key_leaves_out_the_level_word():
    assert area_key("Desa PURWO KULON") == area_key("PURWOKULON") == "PURWOKULON"
    assert area_key("KEC. SINAR MA'RUF") == "SINARMARUF"
    assert area_key("KAMPUNG") == "KAMPUNG"


def test_is_deceased_reads_whole_words():
    assert [is_deceased(c) for c in ("MENINGGAL", "md", "Alm.", "ALMIRA", "PADAN", None)] == [
        True, True, True, False, False, False,
    ]  # fmt: skip
