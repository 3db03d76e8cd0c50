"""Workbooks: numbers keep their digits, dates are dates, what the cells hold is what comes out."""

import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sheets import FileRefused, open_sheet
from core.sheets.cells import column_index, column_letters, date_text, number_text
from core.sheets.workbook import shows_date
from tests.core import corpus
from tests.core.corpus import DATES, HEADER, KNOWN, STYLES, people, row, table, workbook


@pytest.fixture
def read(tmp_path):
    def read(content, **options):
        path = tmp_path / "a.xlsx"
        path.write_bytes(content)
        sheet = open_sheet(path, source_aliases=KNOWN, date_aliases=DATES, **options)
        return sheet, list(sheet)

    return read


def inline(letter, text):
    return f'<c r="{letter}@" t="inlineStr"><is><t>{text}</t></is></c>'


def head_and(*rows):
    return workbook(table([HEADER]) + "".join(rows), shared=corpus.shared_texts(), styles=STYLES)


def test_text_cells_come_as_they_are(read):
    sheet, rows = read(corpus.good_workbook(7))

    assert sheet.columns == HEADER
    assert [(r.number, r.cells) for r in rows] == list(enumerate(people(7), 2))
    assert all(r.numeric == [] and r.problems == [] for r in rows)


@pytest.mark.parametrize(
    ("stored", "text", "numeric"),
    [
        ("9901010101900010", "9901010101900010", [1]),
        ("9.9010101019E15", "9.9010101019E15", [1]),
        ("9.9010156121508E15", "9901015612150800", [1]),
        ("9.901015612150812E+15", "9901015612150812", [1]),
        ("3.20412E+15", "3.20412E+15", []),
        ("9901010101900010.0", "9901010101900010", [1]),
        ("5.0", "5", []),
        ("12", "12", []),
        ("675000", "675000", []),
        ("0.30000000000000004", "0.30000000000000004", []),
    ],
)
def test_numbers_keep_the_digits_the_file_holds(read, stored, text, numeric):
    _, rows = read(head_and(row(2, inline("A", "x"), f'<c r="B@"><v>{stored}</v></c>')))

    assert rows[0].cells[1] == text
    assert rows[0].numeric == numeric


def test_a_long_text_number_is_not_called_numeric(read):
    _, rows = read(head_and(row(2, inline("B", "9901010101900010"))))

    assert (rows[0].cells[1], rows[0].numeric) == ("9901010101900010", [])


def test_dates_come_as_iso_text_in_both_calendars(read):
    cells = (
        inline("A", "x"),
        '<c r="B@" s="1"><v>36526</v></c>',
        '<c r="C@" s="2"><v>36526.75</v></c>',
        '<c r="D@"><v>36526</v></c>',
        '<c r="E@" s="4"><v>36526</v></c>',
    )
    new = head_and(row(2, *cells))
    old = workbook(
        table([HEADER]) + row(2, *cells), styles=STYLES, properties='<workbookPr date1904="1"/>'
    )

    day, later = "2000-01-01", "2004-01-02"
    assert read(new)[1][0].cells == ["x", day, f"{day} 18:00:00", day, "36526"]
    assert read(old)[1][0].cells == ["x", later, f"{later} 18:00:00", later, "36526"]


@pytest.mark.parametrize("serial", ["60", "-5", "2958466", "1e3", "99999999"])
def test_a_serial_that_is_no_day_stays_as_it_stands(serial):
    assert date_text(serial)[4:5] != "-"


@pytest.mark.parametrize(
    ("serial", "day"),
    [("1", "1900-01-01"), ("59", "1900-02-28"), ("61", "1900-03-01"), ("2958465", "9999-12-31")],
)
def test_serials_around_the_day_that_never_was(serial, day):
    assert date_text(serial) == day


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("dd/mm/yyyy", True),
        ("[$-421]dd mmmm yyyy;@", True),
        ("[h]:mm", True),
        ("General", False),
        ("@", False),
        ('0" hari"', False),
        ("#,##0.00", False),
        ("[Red]0", False),
        ('"Rp"#,##0', False),
        ("\\d0", False),
    ],
)
def test_formats_that_show_a_date(code, answer):
    assert shows_date(code) is answer


def test_formulas_errors_and_truths(read):
    _, rows = read(
        head_and(
            row(2, inline("A", "x"), '<c r="C@"><f>B2&amp;""</f></c>'),
            row(3, inline("A", "x"), '<c r="C@" t="str"><f>A3</f><v>HASIL</v></c>'),
            row(4, inline("A", "x"), '<c r="C@" t="e"><v>#REF!</v></c>'),
            row(5, inline("A", "x"), '<c r="C@" t="e"><f>1/0</f><v>#DIV/0!</v></c>'),
            row(6, inline("A", "x"), '<c r="C@" t="b"><v>1</v></c>'),
            row(7, inline("A", "x"), '<c r="C@" t="str"><f>""</f><v></v></c>'),
        )
    )

    assert [(r.cells[2], r.problems) for r in rows] == [
        ("", [("formula_without_value", 2, "")]),
        ("HASIL", []),
        ("#REF!", [("excel_error", 2, "#REF!")]),
        ("#DIV/0!", [("excel_error", 2, "#DIV/0!")]),
        ("TRUE", []),
        ("", []),
    ]


def test_rich_phonetic_escaped_and_shared_texts(read):
    shared = (
        f'<sst xmlns="{corpus.MAIN}"><si><t>SITI &amp; NUR</t></si>'
        "<si><r><t>WA</t></r><r><rPr/><t>YAN</t></r><rPh><t>bunyi</t></rPh></si>"
        '<si><t xml:space="preserve"> tepi </t></si><si><t>A_x000D_B</t></si><si/></sst>'
    )
    cells = "".join(f'<c r="{c}@" t="s"><v>{i}</v></c>' for i, c in enumerate("ABCDE"))
    plain = workbook(table([HEADER]) + row(2, cells), shared=shared)
    rich = workbook(
        table([HEADER])
        + row(2, '<c r="A@" t="inlineStr"><is><r><t>MA\'</t></r><r><t>RUF</t></r></is></c>'),
    )

    assert read(plain)[1][0].cells == ["SITI & NUR", "WAYAN", " tepi ", "A\rB", ""]
    assert read(rich)[1][0].cells[0] == "MA'RUF"


def test_prefixed_unnumbered_and_strange_xml_reads_alike(read):
    cells = "".join(f'<x:c t="inlineStr"><x:is><x:t>{c}</x:t></x:is></x:c>' for c in HEADER)
    data = "".join(f'<x:c t="inlineStr"><x:is><x:t>{c}</x:t></x:is></x:c>' for c in people(1)[0])
    xml = (
        f'<x:worksheet xmlns:x="{corpus.MAIN}"><x:sheetData><x:row>{cells}</x:row>'
        f"<x:row>{data}</x:row></x:sheetData></x:worksheet>"
    )
    commented = corpus.worksheet(
        table([HEADER]) + "<!-- <row r='2'></row> -->" + table(people(1), 2)
    )

    for content in (xml, commented):
        assert [r.cells for r in read(workbook(content))[1]] == people(1)


def test_styled_cells_far_out_do_no_harm_unless_they_hold_something(read):
    _, rows = read(head_and(row(2, inline("A", "x"), '<c r="XFD@" s="1"/>')))

    assert rows[0].cells == ["x", "", "", "", ""]
    with pytest.raises(FileRefused) as refusal:
        read(head_and(row(2, inline("A", "x"), '<c r="XFD@"><v>1</v></c>')))
    assert (refusal.value.code, refusal.value.params) == ("columns", {"column": "XFD"})


def test_hidden_rows_are_read_and_said(read):
    hidden = [corpus.inline(i, people(9)[i], ' hidden="1"') for i in range(3, 5)]
    sheet, rows = read(workbook(table([HEADER]) + corpus.inline(2, people(9)[2]) + "".join(hidden)))

    assert [r.number for r in rows] == [2, 3, 4]
    assert {"code": "hidden_rows_read", "count": 2} in sheet.notes


def test_the_one_sheet_with_a_known_header_is_chosen_and_said(read):
    book = workbook(
        ("Petunjuk", table([["Isi semua kolom"], ["Jangan diubah"]])),
        ("DATA ART", table([HEADER, *people(2)])),
    )
    sheet, rows = read(book)

    assert sheet.sheet == "DATA ART"
    assert len(rows) == 2
    assert {"code": "sheet_chosen", "sheet": "DATA ART", "others": ["Petunjuk"]} in sheet.notes


def test_a_sheet_can_be_named(read):
    data = table([HEADER, *people(2)])
    sheet, _ = read(workbook(("A", data), ("B", data)), sheet="b")

    assert sheet.sheet == "B"


def test_links_and_objects_are_left_alone_and_said(read):
    sheet, _ = read(
        workbook(
            table([HEADER, *people(1)]),
            extra={"xl/externalLinks/externalLink1.xml": "<a/>", "xl/media/image1.png": b"x"},
        )
    )

    assert [note["code"] for note in sheet.notes] == ["external_links", "embedded_objects"]


def test_stored_members_and_resuming(read):
    book = workbook(table([HEADER, *people(500)]), compression=zipfile.ZIP_STORED)
    _, rows = read(book, after_row=400)

    assert [r.number for r in rows] == list(range(401, 502))


@given(st.integers(0, 16_383))
def test_column_letters_and_back(index):
    assert column_index(column_letters(index)) == index


@given(st.integers(0, 10**16 - 1))
def test_no_digit_of_a_stored_number_is_lost(number):
    assert number_text(str(number)) == str(number)
    assert number_text(f"{number}.0") == str(number)


@given(st.integers(10**12, 10**16 - 1).filter(lambda n: n % 10))
def test_exponents_move_digits_and_never_make_any(number):
    digits = str(number)
    assert number_text(f"{digits[0]}.{digits[1:]}E+{len(digits) - 1}") == digits


LETTERS = st.characters(min_codepoint=32, blacklist_categories=["Cs", "Cn"])
TEXT = st.text(LETTERS, min_size=1, max_size=9)


@given(TEXT)
def test_entities_are_undone_as_xml_says(text):
    from core.sheets.cells import ENTITY, entity

    numbered = "".join(f"&#{ord(c)};" if i % 2 else f"&#x{ord(c):x};" for i, c in enumerate(text))

    assert ENTITY.sub(entity, numbered) == text
    assert ENTITY.sub(entity, corpus.escaped(text)) == text
