"""Counts and amounts as offices write them."""

from types import SimpleNamespace

import pytest

from dtks.components import COMPONENT_WORDS
from dtks.figures import judge_amount, unknown_words, whole_number

RULE = SimpleNamespace(max_components=4, payments_a_year=4)
INDEXES = [
    SimpleNamespace(
        kind="component", component=name, amount_year=year, max_per_family=None, valid_from=2025
    )
    for name, year in (("primary", 900_000), ("junior", 1_500_000), ("elderly", 2_400_000))
]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("675000", 675000),
        ("675.000", 675000),
        ("675,000", 675000),
        ("1.500.000", 1500000),
        ("1,500,000", 1500000),
        ("Rp 675.000,00", 675000),
        ("Rp675000", 675000),
        ("Rp. 225.000,-", 225000),
        ("Rp225.000.-", 225000),
        ("IDR 225.000", 225000),
        ("225.000,00", 225000),
        ("Rp\u00a0225.000", 225000),
        ("225000,--", 225000),
        ("225.000-", None),
        ("-225.000,-", None),
        ("(225.000)", None),
        ("USD 225", None),
        ("3.0", 3),
        (" 4 ", 4),
        ("-675000", None),
        ("tiga", None),
        ("6.75E+5", None),
        ("", None),
        ("1.50.000", None),
    ],
)
def test_whole_numbers(cell, number):
    assert whole_number(cell) == number


def test_words_that_are_no_component_are_found_and_empty_cells_are_not():
    assert unknown_words(["SD", "LANSIA, SMP", "", "-", "MAHASISWA"], {"SD", "SMP", "LANSIA"}) == [
        "MAHASISWA"
    ]


def test_the_full_names_of_components_are_known_and_single_words_of_them_are_not():
    said = [
        "Anak Usia Dini",
        "lanjut/usia",
        "SLTP",
        "SLTA",
        "PDB",
        "TIDAK LANJUT",
        "USIA",
        "USIA 9",
    ]

    assert unknown_words(said, COMPONENT_WORDS) == ["TIDAK LANJUT", "USIA", "USIA 9"]


@pytest.mark.parametrize(
    ("counts", "amount", "answer"),
    [
        ({"primary": "1", "junior": "1"}, "600000", None),
        ({"primary": "1", "junior": "1"}, "600.000", None),
        ({"primary": "1", "junior": "1"}, "675000", {"computed": 600000}),
        ({"primary": "3", "elderly": "3"}, "2025000", None),
        ({"primary": "0", "junior": "-"}, "0", None),
        ({"primary": "x"}, "0", None),
        ({"primary": "1"}, "banyak", None),
        ({"unpriced": "1"}, "5", None),
    ],
)
def test_an_amount_follows_from_its_components(counts, amount, answer):
    assert judge_amount("amount_mismatch", counts, amount, INDEXES, RULE) == answer


@pytest.mark.parametrize(
    ("said", "answer"), [("6", None), ("4", None), ("5", {"sum": 6}), ("", None)]
)
def test_the_number_of_components_is_all_of_them_or_those_that_are_paid(said, answer):
    counts = {"primary": "3", "elderly": "3"}

    assert judge_amount("component_count_mismatch", counts, said, INDEXES, RULE) == answer
