from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.nik import agrees_with_birth, birth_code, clean_nik, digits, mask_nik, was_tidied

NIKS = st.from_regex(r"\A99[0-9]{13}[1-9]\Z")


@pytest.mark.parametrize(
    ("cell", "numeric", "number", "state"),
    [
        ("9901011512080801", False, "9901011512080801", "ok"),
        ("9901011512080801", True, "9901011512080801", "ok"),
        ("9901011512080810", False, "9901011512080810", "ok"),  # text may end in 0
        ("9901011512080810", True, None, "truncated"),
        ("9901011512080802", True, None, "truncated"),  # may have been odd
        (f"{88}01011512080802", True, f"{88}01011512080802", "ok"),  # below 2^53 nothing is rounded
        ("9901011512080802", False, "9901011512080802", "ok"),
        ("9901011512080801.0", False, "9901011512080801", "ok"),
        ("9901011512080802.0", False, None, "truncated"),
        ("9901011512080810.0", False, None, "truncated"),
        ("'9901011512080801", False, "9901011512080801", "ok"),
        ("99.01.01.151208.0801", False, "9901011512080801", "ok"),
        (" 990101 151208 0801\u00a0", False, "9901011512080801", "ok"),
        ('="9901011512080801"', False, "9901011512080801", "ok"),
        ('="9901011512080810"', False, "9901011512080810", "ok"),
        ("\u202a9901011512080801\u202c", False, "9901011512080801", "ok"),
        ("\u2066\u00ad9901011512080801\u2069", False, "9901011512080801", "ok"),
        ('="9901011512080810.0"', False, None, "truncated"),
        ('="9901**********01"', False, None, "masked"),
        ('="9.90101E+15"', False, None, "scientific"),
        ('=""', False, None, "empty"),
        ("=9901011512080801", False, None, "letters"),
        ('=""9901011512080801""', False, None, "letters"),
        ('9901="011512080801"', False, None, "letters"),
        ("", False, None, "empty"),
        (None, False, None, "empty"),
        ("-", False, None, "empty"),
        ("0", True, None, "empty"),
        ("0000000000000000", False, None, "empty"),
        ("TIDAK ADA", False, None, "empty"),
        ("9901**********01", False, None, "masked"),
        ("990101XXXXXX0801", False, None, "masked"),
        ("9.90101E+15", False, None, "scientific"),
        ("9,90101e+15", True, None, "scientific"),
        ("990101151208080", False, None, "short"),
        ("99010115120808011", False, None, "long"),
        ("99O1011512080801", False, None, "letters"),
        ("990101151208O8X1", False, None, "letters"),
        ("9999999999999999", False, None, "repeated"),
        ("٩٩٠١٠١١٥١٢٠٨٠٨٠١", False, None, "letters"),  # digits, but not ours
    ],
)
def test_clean_nik_names_what_is_wrong(cell, numeric, number, state):
    assert clean_nik(cell, numeric) == (number, state)


@given(st.text(max_size=24), st.booleans())
def test_clean_nik_gives_digits_only_when_ok(cell, numeric):
    number, state = clean_nik(cell, numeric)

    assert (number is not None) == (state == "ok")
    if number:
        assert len(number) == 16
        assert number in digits(cell)  # nothing was invented or reordered


@given(NIKS, st.integers(0, 15))
def test_clean_nik_never_completes_a_number_that_lost_a_digit(nik, place):
    assert clean_nik(nik[:place] + nik[place + 1 :])[0] is None


@given(NIKS)
def test_was_tidied_speaks_only_of_dressing(nik):
    assert was_tidied(f'="{nik}"') and was_tidied(f"\u202a{nik}\u202c")
    assert (was_tidied(nik), was_tidied(f"'{nik}"), was_tidied(nik[:15])) == (False, True, False)


def test_mask_nik_shows_four_and_two():
    assert mask_nik("9904011512080801") == "9904**********01"
    assert mask_nik("990401") == "******"
    assert mask_nik(None) is None


@given(st.dates(date(1930, 1, 1), date(2026, 1, 1)), st.sampled_from("LP"))
def test_agrees_with_birth_reads_the_birth_code_back(birth_on, sex):
    nik = "990101" + birth_code(birth_on, sex) + "0001"

    assert agrees_with_birth(nik, birth_on, sex) is True
    assert agrees_with_birth(nik, birth_on, None) is True
    assert agrees_with_birth(nik, birth_on, "L" if sex == "P" else "P") is False
    assert agrees_with_birth(nik, None, sex) is None
