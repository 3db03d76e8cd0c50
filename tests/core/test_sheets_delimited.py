"""Delimited text: whatever the encoding, delimiter and line ends, the cells come out the same."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.sheets import open_sheet
from core.sheets.delimited import PlainText
from core.sheets.reading import Wanted, find_table
from tests.core.corpus import HEADER, KNOWN, delimited, people


@pytest.fixture
def read(tmp_path):
    def read(content, name="a.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        sheet = open_sheet(path, source_aliases=KNOWN, **options)
        return sheet, list(sheet)

    return read


def codes(sheet):
    return [note["code"] for note in sheet.notes]


PEOPLE = people(4)


@pytest.mark.parametrize("delimiter", ["|", ";", ",", "\t"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_delimiters_and_line_ends_are_found_out(read, delimiter, end):
    sheet, rows = read(delimited([HEADER, *PEOPLE], delimiter, end))

    assert sheet.columns == HEADER
    assert [row.cells for row in rows] == PEOPLE
    assert [row.number for row in rows] == [2, 3, 4, 5]
    assert sheet.notes == []


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", []),
        ("utf-8-sig", []),
        ("utf-16", [{"code": "read_as", "encoding": "UTF-16"}]),
        ("utf-32", [{"code": "read_as", "encoding": "UTF-32"}]),
        ("utf-16-le", [{"code": "read_as", "encoding": "UTF-16"}]),
        ("utf-16-be", [{"code": "read_as", "encoding": "UTF-16"}]),
        ("cp1252", [{"code": "read_as", "encoding": "Windows-1252"}]),
        ("latin-1", [{"code": "read_as", "encoding": "Windows-1252"}]),
    ],
)
def test_encodings_are_found_out_and_said(read, encoding, said):
    rows = [HEADER, *PEOPLE[:3], [*PEOPLE[3][:2], "ANDRÉ MUÑOZ", *PEOPLE[3][3:]]]
    sheet, found = read(delimited(rows).encode(encoding))

    assert [row.cells for row in found] == rows[1:]
    assert sheet.notes == said


def test_one_latin_letter_far_down_decides_the_encoding(read):
    rows = [HEADER, *people(9_000), [*PEOPLE[0][:2], "ANDRÉ", *PEOPLE[0][3:]]]
    _, found = read(delimited(rows).encode("latin-1"))

    assert found[-1].cells[2] == "ANDRÉ"


def test_the_five_bytes_windows_leaves_undefined_are_kept_apart(read):
    _, rows = read(delimited([HEADER, *PEOPLE]).encode() + b"1|2|A\x81\xe9|3|4\r\n")

    assert rows[-1].cells[2] == "A\x81é"


def test_a_bad_byte_in_utf8_marks_its_row_with_the_place(read):
    good = delimited([HEADER, [*PEOPLE[0][:2], "ÉÉÉÉ", *PEOPLE[0][3:]]]).encode()
    _, rows = read(good + b"1|2|A\xffB|3|4\r\n" + delimited([PEOPLE[1]]).encode())

    assert rows[1].cells[2] == "A\ufffdB"
    assert rows[1].problems == [("broken_letter", 2, str(len(good) + 5))]
    assert rows[2].problems == []


@pytest.mark.parametrize("line", ["sep=;\r\n", '"sep=;"\r\n', "SEP=;\n"])
def test_a_sep_line_names_the_delimiter_and_is_no_row(read, line):
    sheet, rows = read(line + delimited([HEADER, *PEOPLE], ";"))

    assert sheet.header_row == 1
    assert rows[0].number == 2
    assert rows[0].cells == PEOPLE[0]


def test_breaks_and_delimiters_inside_quotes_belong_to_the_cell(read):
    row = [*PEOPLE[0][:4], 'BLOK "A" | NO 7\r\nRT 2']
    out = io.StringIO()
    csv.writer(out, delimiter="|", quoting=csv.QUOTE_ALL).writerows([HEADER, row, PEOPLE[1]])
    _, rows = read(out.getvalue())

    assert rows[0].cells == row
    assert (rows[1].number, rows[1].cells) == (3, PEOPLE[1])


def test_a_record_across_two_blocks_is_one_row(read):
    address = "JL. PANJANG\r\n" * 30_000
    out = io.StringIO()
    csv.writer(out, delimiter="|", quoting=csv.QUOTE_ALL).writerows(
        [HEADER, *people(3_000), [*PEOPLE[0][:4], address], PEOPLE[1]]
    )
    _, rows = read(out.getvalue())

    assert rows[-2].cells[4] == address
    assert (rows[-1].number, rows[-1].cells) == (3003, PEOPLE[1])


def test_a_missing_closing_quote_costs_one_row_only(read):
    lines = ["|".join(f'"{cell}"' for cell in row) for row in [HEADER, *people(9)]]
    lines[4] = lines[4][:-1]
    _, rows = read("\r\n".join(lines) + "\r\n")

    assert [row.number for row in rows] == list(range(2, 11))
    assert [row.cells for row in rows] == people(9)
    assert rows[3].problems == [("unclosed_quote", -1, "")]
    assert [row.problems for row in rows if row.number != 5] == [[]] * 8


def test_a_missing_quote_in_an_earlier_cell_keeps_the_line_as_a_row(read):
    lines = ["|".join(f'"{cell}"' for cell in row) for row in [HEADER, *people(9)]]
    lines[4] = lines[4].replace('"|"', '|"', 1)
    _, rows = read("\r\n".join(lines) + "\r\n")

    assert [row.cells for row in rows if row.number != 5] == [
        row for i, row in enumerate(people(9)) if i != 3
    ]
    assert "wrong_field_count" in [code for code, _, _ in rows[3].problems]


def test_wrong_numbers_of_cells_are_problems_of_their_rows(read):
    rows = [HEADER, PEOPLE[0], PEOPLE[1][:4], [*PEOPLE[2], "LEBIH"], [*PEOPLE[3], ""]]
    _, found = read(delimited(rows))

    assert [row.problems for row in found] == [
        [],
        [("wrong_field_count", -1, "4/5")],
        [("wrong_field_count", -1, "6/5")],
        [],
    ]
    assert found[2].cells[-1] == "LEBIH"
    assert found[3].cells == PEOPLE[3]


def test_nul_and_separator_characters_are_shown_and_said(read):
    rows = [HEADER, [*PEOPLE[0][:2], "A\x00B", *PEOPLE[0][3:]], [*PEOPLE[1][:4], "X\x1fY\x1eZ"]]
    _, found = read(delimited(rows))

    assert found[0].cells[2] == "A\u2400B"
    assert found[0].problems == [("nul_byte", 2, "")]
    assert found[1].cells[4] == "X\u241fY\u241eZ"
    assert found[1].problems == [("control_character", 4, "")]


def test_blank_total_and_repeated_header_rows_are_skipped_and_said(read):
    blank = [""] * 5
    total = ["JUMLAH", "", "", "", "2"]
    person = ["9901010101900001", "9901010101900002", "JUMLAH TOTAL", "01-01-1990", "X"]
    sheet, rows = read(delimited([HEADER, PEOPLE[0], blank, HEADER, person, total]))

    assert [row.number for row in rows] == [2, 5]
    assert sheet.notes == [
        {"code": "blank_rows_skipped", "count": 1},
        {"code": "repeated_headers_skipped", "rows": [4]},
        {"code": "total_rows_skipped", "rows": [6]},
    ]


@pytest.mark.parametrize("place", [0, 2, 4])
@pytest.mark.parametrize("text", ["=1+1", "@x", "+A1", "-A1", "-(1)"])
def test_texts_that_begin_like_a_formula_are_said_wherever_they_stand(read, text, place):
    odd = [*PEOPLE[1][:place], text, *PEOPLE[1][place + 1 :]]
    _, rows = read(delimited([HEADER, PEOPLE[0], odd, PEOPLE[2]]))

    assert [row.problems for row in rows] == [[], [("formula_text", place, text)], []]


@pytest.mark.parametrize(
    "cells",
    [
        ["JUMLAH"],
        [" Total"],
        ["Grand total"],
        ["sub-jumlah"],
        ["", "TOTAL"],
        ["\u00a0", " ", "jumlah"],
    ],
)
def test_a_total_is_seen_whatever_stands_before_it(read, cells):
    last = [*cells, *[""] * (4 - len(cells)), "2"]
    sheet, rows = read(delimited([HEADER, *PEOPLE, last]))

    assert len(rows) == 4
    assert "total_rows_skipped" in codes(sheet)


def test_reading_goes_on_after_a_row_that_was_already_stored(read):
    _, rows = read(delimited([HEADER, *people(3_000)]), after_row=2_500)

    assert [row.number for row in rows] == list(range(2501, 3002))
    assert rows[0].cells == people(3_000)[2499]


def test_nothing_left_after_the_last_stored_row_is_no_refusal(read):
    _, rows = read(delimited([HEADER, *PEOPLE]), after_row=5)

    assert rows == []


CELL = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufeff"),
    max_size=12,
) | st.sampled_from(["\r\n", "\n", '"', 'a"b', "\t", "x\ny"])


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(CELL, min_size=4, max_size=4), min_size=1, max_size=8),
    delimiter=st.sampled_from("|;,\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    end=st.sampled_from(["\r\n", "\n"]),
)
def test_any_text_comes_back_letter_for_letter(tmp_path, rows, delimiter, encoding, end):
    # The first cell keeps every row from being blank, a total or a title.
    table = [HEADER, *([f"99{i:014}", *row] for i, row in enumerate(rows))]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator=end).writerows(table)
    path = tmp_path / "a.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    found = find_table(Wanted(path, known=KNOWN)).rows()

    assert [cells for batch, _ in found for cells in batch.cells] == table[1:]


@given(
    text=st.text(st.sampled_from('"|\r\n\x00\x1e\x1fab\u00e9'), max_size=40)
    | st.lists(
        st.sampled_from(['"', '"|"', '"\n"', '"\r\n"', '""', "|", "\n", "a", "\u00e9", " "])
    ).map(lambda parts: f'"{"".join(parts)}"\n'),
    width=st.integers(2, 3),
)
def test_records_taken_for_plain_are_what_a_parser_reads(text, width):
    found = PlainText("|", width).packed(text)

    if found:
        rows, packed = found
        assert [line.split("\x1f") for line in packed.split("\x1e")] == list(
            csv.reader(io.StringIO(text, newline=""), delimiter="|")
        )
        assert rows == packed.count("\x1e") + 1


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
def test_most_records_need_no_parser(quoting, end):
    rows = [["1", "", "ANDR\u00c9"], ["", "", ""], ["3", " ", "SITI, S.Pd"]]
    out = io.StringIO()
    csv.writer(out, delimiter="|", quoting=quoting, lineterminator=end).writerows(rows)

    found = PlainText("|", 3).packed(out.getvalue())

    assert found == (3, "\x1e".join("\x1f".join(row) for row in rows))


@pytest.mark.parametrize(
    "text",
    [
        '"a"|"b""c"\n', '"a"|"b|c"\n', '"a"|"b\nc"\n', '"a"|b\n', 'a|b"c\n', "a|b|c\n", "a\n",
        '"a"x|"b"\n', "a|b", '"a"|"b"', "a|b\rc|d\n", '"a"|"b"\n\n', "\n", '"""|"""|"b"\n',
    ],
)  # fmt: skip
def test_everything_else_does(text):
    assert PlainText("|", 2).packed(text) is None
