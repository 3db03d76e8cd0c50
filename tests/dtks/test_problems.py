"""Problems become sentences that say where, what, and what to do."""

import re
from types import SimpleNamespace

import pytest
from django.utils import translation

from dtks import problems
from dtks.problems import KINDS, NOTES, TITLES

SNAPSHOT = SimpleNamespace(sheet="ART", columns=["NO KK", "NIK", "NAMA"])


def problem(code, value="", index=1, row=5012, **params):
    return SimpleNamespace(
        code=code, value=value, column_index=index, row_number=row, params=params
    )


def test_a_message_names_sheet_row_column_value_and_what_to_do():
    with translation.override("en"):
        said = problems.message(problem("nik_length", "9901*********01", digits=15), SNAPSHOT)

    assert said == (
        "Sheet ART, row 5012, column B (NIK): A NIK has 16 digits (found 15)."
        " Look the number up on the family card, correct it, then upload the file again."
    )


def test_a_row_problem_without_a_column_names_none():
    with translation.override("en"):
        said = problems.message(
            problem("wrong_field_count", index=None, found=22, expected=21), SNAPSHOT
        )

    assert said.startswith("Sheet ART, row 5012: 22 columns, should be 21.")


def test_the_meant_name_is_asked_for():
    with translation.override("en"):
        said = problems.sentence("village_unknown", "CANGKUWANG", {"meant": "CANGKUANG"})

    assert said == "“CANGKUWANG” is not known in this territory. Do you mean “CANGKUANG”?"


PARAMS = {
    "days": 34,
    "month": "JULI",
    "digits": 15, "found": 22, "expected": 21, "offset": 9, "rows": [3, 4], "letters": 151,
    "sex": "P", "sum": 4, "computed": 225000, "row": 2, "meant": "",
}  # fmt: skip


@pytest.mark.parametrize("code", KINDS)
def test_every_kind_has_a_title_a_sentence_and_advice(code):
    assert problems.title(code)
    assert "%(" not in problems.sentence(code, "7", PARAMS)
    assert problems.advice(code)


def test_titles_are_exactly_the_kinds():
    assert TITLES.keys() == KINDS.keys()


@pytest.mark.parametrize("code", NOTES)
def test_every_note_can_be_said(code):
    words = re.findall(r"%\((\w+)\)s", NOTES[code])
    note = {"code": code, **dict.fromkeys(words, 3)} | (
        {"field": "village"} if "field" in words else {}
    )

    assert "%(" not in problems.note_message(note)


def test_an_unusable_nik_rejects_where_the_register_is_loaded_and_warns_elsewhere():
    unusable = [
        "empty",
        "length",
        "letters",
        "masked",
        "scientific",
        "truncated",
        "repeated_digits",
    ]

    for ending in unusable:
        kind = KINDS[f"nik_{ending}"]
        assert kind.severity_in("members") == kind.severity_in("final_closing") == "reject"
        assert kind.severity_in("dtks") == kind.severity_in("dtsen_members") == "warn"
