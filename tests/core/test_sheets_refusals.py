"""Files that cannot come in: each is refused with its own reason, and nobody is hurt by it."""

import random
import resource
import threading
import time

import psutil
import pytest
from django.utils import translation

from core.sheets import FileRefused, open_sheet
from core.sheets.sheet import Ahead
from tests.core import corpus
from tests.core.corpus import HEADER, KNOWN, good_workbook, people, row, table, workbook


@pytest.fixture
def refused(tmp_path):
    """Reads a file to its end and returns the refusal."""

    def read(content, name="berkas.xlsx", **options):
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        with pytest.raises(FileRefused) as refusal:
            list(open_sheet(path, source_aliases=KNOWN, **options))
        return refusal.value

    return read


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
DOCX = corpus.archive({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"})
ODS = corpus.archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"})
XLSB = corpus.archive({"[Content_Types].xml": "<Types/>", "xl/workbook.bin": b"\x01"})
XLSM = workbook(table([HEADER, *people(1)]), extra={"xl/vbaProject.bin": b"\x01"})
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
UTF_16_ENTITIES = corpus.worksheet(table([HEADER]), ENTITIES).replace("UTF-8", "UTF-16")
CORNERS = row(1, '<c r="A1"><v>1</v></c>') + row(1048576, '<c r="XFD1048576"><v>1</v></c>')


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.xlsx", "empty_file"),
        (None, "tidak-ada.csv", "file_missing"),
        (DOCX, "a.xlsx", "not_a_sheet"),
        (b"MZ\x90\x00" + bytes(range(256)) * 8, "a.xlsx", "not_a_sheet"),
        (b"%PDF-1.7 contoh", "a.csv", "not_a_sheet"),
        (b"\x00" * 4000, "a.csv", "not_a_sheet"),
        (OLE, "a.xlsx", "old_excel"),
        (b"\x09\x08\x10\x00\x00\x06\x05\x00" + b"\x01" * 50, "a.xls", "old_excel"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "encrypted"),
        ("<html><body><table><tr><td>NIK</td></tr></table></body></html>", "a.xls", "html"),
        ("\ufeff<!DOCTYPE html><table>", "a.xls", "html"),
        (corpus.delimited([HEADER, *people(3)]), "a.xlsx", "csv_named_xlsx"),
        (XLSM, "a.xlsm", "unsupported_kind"),
        (XLSB, "a.xlsb", "unsupported_kind"),
        (ODS, "a.ods", "unsupported_kind"),
        (good_workbook(400)[:-900], "a.xlsx", "damaged"),
        (good_workbook(400)[:2000], "a.xlsx", "damaged"),
        (corpus.overlapping(), "a.xlsx", "damaged"),
        (workbook(CORNERS), "a.xlsx", "columns"),
        (
            workbook(table([HEADER]), shared=corpus.shared_texts("a", count=4_000_000_000)),
            "a.xlsx",
            "shared_strings",
        ),
        (
            workbook(row(1, '<c r="A@" t="s"><v>7</v></c>'), shared=corpus.shared_texts("a")),
            "a.xlsx",
            "shared_strings",
        ),
        (workbook(corpus.worksheet(table([HEADER]), ENTITIES)), "a.xlsx", "forbidden_xml"),
        (workbook(corpus.worksheet(table([HEADER]), OUTSIDE)), "a.xlsx", "forbidden_xml"),
        (workbook(UTF_16_ENTITIES.encode("utf-16")), "a.xlsx", "forbidden_xml"),
        (workbook(table([HEADER]), extra={"../../etc/x": b"1"}), "a.xlsx", "structure"),
        (workbook(table([HEADER]), extra={"/etc/x": b"1"}), "a.xlsx", "structure"),
        (workbook(table([HEADER])), "a.xlsx", "no_rows"),
        (workbook(""), "a.xlsx", "no_rows"),
        (corpus.delimited([HEADER]), "a.csv", "no_rows"),
        (workbook(row(1, '<c r="A@"><v>&nope;</v></c>')), "a.xlsx", "damaged"),
        (workbook(table([HEADER]) + row(1, '<c r="A@"><v>1</v></c>')), "a.xlsx", "damaged"),
        ("x" * 1_200_000 + "\n", "a.csv", "long_line"),
        (corpus.delimited([HEADER, *people(2)]).encode("utf-16")[:-1], "a.csv", "broken_encoding"),
    ],
    # Not the content: an archive holds the second it was made in, another in each test process.
    ids=lambda said: said if isinstance(said, str) else "",
)
def test_a_file_that_cannot_come_in_is_refused_by_what_it_contains(refused, content, name, code):
    assert refused(content, name).code == code


def test_an_archive_of_too_many_members_is_refused(refused):
    many = {f"xl/x{i}": b"" for i in range(10_001)}
    assert refused(workbook(table([HEADER]), extra=many)).code == "structure"


def test_a_false_size_or_a_wrong_checksum_is_damage(refused):
    whole = good_workbook(300)
    assert refused(corpus.with_false_size(whole, "xl/worksheets/sheet1.xml", 500)).code == "damaged"
    at = whole.index(b"xl/worksheets/sheet1.xml") + 2000
    broken = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
    assert refused(broken).code == "damaged"


def test_too_large_a_file_is_refused_by_its_size_alone(refused, tmp_path):
    path = tmp_path / "berkas.xlsx"
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(75 << 20)
    refusal = refused(None)
    assert (refusal.code, refusal.params) == ("too_large", {"size": 75, "limit": 60})
    with translation.override("id"):
        assert "75" in str(refusal)


@pytest.mark.parametrize(
    ("member", "before", "filler", "times", "after"),
    [
        # one cell of 64 MiB
        (
            "xl/worksheets/sheet1.xml",
            b'<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>',
            b"A" * 1024,
            64 << 10,
            b"</t></is></c></row></sheetData></worksheet>",
        ),
        # many rows of nothing much
        (
            "xl/worksheets/sheet1.xml",
            b"<worksheet><sheetData>",
            b"<row>" + b"<c><v>1</v></c>" * 30 + b"</row>",
            150_000,
            b"</sheetData></worksheet>",
        ),
        # shared texts of 64 MiB
        ("xl/sharedStrings.xml", b"<sst>", b"<si><t>" + b"A" * 1000 + b"</t></si>", 65_536, b""),
    ],
)
def test_a_bomb_is_refused_unopened(refused, tmp_path, member, before, filler, times, after):
    corpus.padded_sheet(member, tmp_path / "berkas.xlsx", before, filler, times, after)
    memory = psutil.Process().memory_info().rss
    refusal = refused(None)
    assert refusal.code == "ratio"
    assert refusal.params["ratio"] > 100
    assert psutil.Process().memory_info().rss - memory < 20 << 20


def test_a_long_cell_that_hardly_compresses_stops_at_one_megabyte(refused):
    noise = random.Random(3).randbytes(3 << 20).hex()
    assert refused(workbook(table([HEADER, ["1", "2", noise]]))).code == "long_line"


def test_a_file_with_a_million_blank_rows_is_read_and_says_so(tmp_path):
    path = tmp_path / "jauh.xlsx"
    path.write_bytes(workbook(table([HEADER]) + corpus.inline(1048576, people(1)[0])))
    sheet = open_sheet(path, source_aliases=KNOWN)
    assert [r.number for r in sheet] == [1048576]
    assert sheet.notes == [{"code": "blank_rows_skipped", "count": 1048574}]


def test_a_child_without_memory_is_a_refusal_not_a_dead_worker(refused):
    content = workbook(table([HEADER, *people(3000)]))
    refusal = refused(content, limits={"RLIMIT_DATA": 6 << 20, "RLIMIT_AS": 400 << 20})
    assert refusal.code in {"reader_memory", "reader_stopped"}


def test_a_child_out_of_time_is_a_refusal(tmp_path):
    path = tmp_path / "a.csv"
    quoted = corpus.delimited([['"SITI, S.Pd"', *people(1)[0][1:]]])  # one cell only: parsed
    path.write_text(corpus.delimited([HEADER]) + quoted * 1_500_000)
    with pytest.raises(FileRefused) as refusal:
        for _ in open_sheet(path, source_aliases=KNOWN, limits={"RLIMIT_CPU": 1}).batches():
            pass
    assert refusal.value.code == "reader_time"


def test_a_child_that_is_killed_is_a_refusal(tmp_path, monkeypatch):
    monkeypatch.setattr("core.sheets.sheet.AHEAD_BYTES", 1 << 16)
    path = tmp_path / "a.csv"
    path.write_text(corpus.delimited([HEADER, *people(60_000)]), newline="")
    sheet = open_sheet(path, source_aliases=KNOWN)
    rows = iter(sheet)
    next(rows)
    sheet._child.process.kill()
    with pytest.raises(FileRefused) as refusal:
        list(rows)
    assert refusal.value.code == "reader_time"


def test_closing_early_leaves_no_process_behind(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(corpus.delimited([HEADER, *people(60_000)]), newline="")
    threads = threading.active_count()
    with open_sheet(path, source_aliases=KNOWN) as sheet:
        next(iter(sheet))
    assert sheet._child.process.poll() is not None
    assert threading.active_count() == threads


def test_no_more_is_fetched_ahead_than_agreed(tmp_path, monkeypatch):
    monkeypatch.setattr("core.sheets.sheet.AHEAD_BYTES", 1 << 18)
    path = tmp_path / "a.csv"
    path.write_text(corpus.delimited([HEADER, *people(60_000)]), newline="")
    held = []

    class Counted(Ahead):
        def receive(self):
            frame = super().receive()
            time.sleep(0.002)  # a slow reader
            held.append(self.bytes)
            return frame

    monkeypatch.setattr("core.sheets.sheet.Ahead", Counted)
    assert sum(1 for _ in open_sheet(path, source_aliases=KNOWN)) == 60_000
    assert 1 << 16 < max(held) < 1 << 19


def test_reading_never_raises_the_limits_of_the_parent(tmp_path):
    before = resource.getrlimit(resource.RLIMIT_DATA)
    path = tmp_path / "a.csv"
    path.write_text(corpus.delimited([HEADER, *people(3)]))
    list(open_sheet(path, source_aliases=KNOWN))
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


def test_a_workbook_of_several_tables_asks_which_sheet(refused):
    data = table([HEADER, *people(2)])
    book = workbook(
        ("Petunjuk", table([["Isilah kolom berikut"], ["Jangan diubah"]])),
        ("Data", data),
        ("Lama", data, "hidden"),
    )
    refusal = refused(book)
    assert refusal.code == "choose_sheet"
    assert refusal.params == {"sheets": ["Data"], "hidden": ["Lama"]}
    missing = refused(book, sheet="Tiada")
    assert missing.code == "sheet_missing"
    assert missing.params["sheets"] == ["Petunjuk", "Data", "Lama"]


@pytest.mark.parametrize("swallowed", [0, 1, 20])
def test_rows_between_two_stray_quotes_are_not_swallowed(refused, swallowed):
    """The cells before the first mark and after the second add up to one row of two people."""
    rows = [[*HEADER, "DESA", "RT", "RW"], *([*row, "SIDO", "01", "02"] for row in people(40))]
    for at in (10, 11 + swallowed):
        rows[at][4] = '"JL. TANPA PENUTUP'

    assert refused(corpus.delimited(rows), "a.csv").params == {"row": 11}


def test_an_open_quote_to_the_end_names_its_row(refused):
    rows = [HEADER, *people(40)]
    rows[30][4] = '"JL. TANPA PENUTUP'
    assert refused(corpus.delimited(rows), "a.csv").params == {"row": 31}


def test_every_refusal_has_an_indonesian_sentence():
    from core.sheets.refusals import MESSAGES

    values = dict.fromkeys(
        (
            "kind",
            "ratio",
            "size",
            "limit",
            "column",
            "row",
            "sheets",
            "hidden",
            "sheet",
            "encoding",
            "columns",
            "times",
            "letters",
            "share",
            "months",
            "period",
            "expected",
        ),
        1234,
    )
    with translation.override("id"):
        for code in MESSAGES:
            assert str(FileRefused(code, **values))
        assert "1.027:1" in str(FileRefused("ratio", ratio=1027))


def test_zip_directories_are_never_believed_about_their_size(refused):
    whole = bytearray(good_workbook())
    at = whole.rindex(b"PK\x05\x06")
    whole[at + 12 : at + 16] = (200 << 20).to_bytes(4, "little")
    assert refused(bytes(whole)).code == "structure"
