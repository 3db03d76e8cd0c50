"""Papers as PDF: the size, the page numbers, what stays together, and nothing from outside."""

import importlib.abc
import io
import re
import sys
import time
from pathlib import Path

import pypdf
import pytest
from django.utils.translation import override

from core.errors import Refused
from documents.paper import paper_of, pdf_answer, render_pdf
from tests.papers import needs_pango

pytestmark = needs_pango

HERE = Path(__file__).parent / "templates"
POINTS = 72 / 25.4
SIGNERS = ("PENANDATANGANSATU", "PENANDATANGANDUA")
DOT = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA"
    "WjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(autouse=True)
def _papers_of_the_tests(settings):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], HERE]}]


def drawn(rows=0, paper="A4", **context):
    families = [
        (n, f"KELUARGA NOMOR {n}", f"JALAN MELATI {n}, DESA UJI") for n in range(1, 1 + rows)
    ]
    content = render_pdf(
        "papers/list.html", {"title": "Daftar uji", "rows": families, **context}, paper=paper
    )
    return content, pypdf.PdfReader(io.BytesIO(content))


def texts(reader):
    return [page.extract_text() for page in reader.pages]


@pytest.mark.parametrize(("paper", "width", "height"), [("A4", 210, 297), ("F4", 215, 330)])
def test_paper_has_the_size_offices_buy(paper, width, height):
    _content, reader = drawn(80, paper)

    sizes = {
        tuple(round(float(side) / POINTS) for side in page.mediabox[2:]) for page in reader.pages
    }
    assert sizes == {(width, height)}


@pytest.mark.parametrize(("rows", "pages"), [(50, 2), (780, 20)])
def test_long_paper_numbers_its_pages_and_breaks_no_row(rows, pages):
    _content, reader = drawn(rows)
    said = texts(reader)

    assert len(said) == pages
    assert [re.findall(r"Halaman (\d+) dari (\d+)", page) for page in said] == [
        [(str(n), str(pages))] for n in range(1, pages + 1)
    ]
    listing = [page for page in said if "KELUARGA NOMOR" in page]
    assert all("ALAMAT" in page for page in listing)  # the header of the table
    for page in said:  # a row stands whole on its page
        names = re.findall(r"KELUARGA NOMOR (\d+)", page)
        assert names == re.findall(r"JALAN MELATI (\d+)", page)
    assert sum(len(re.findall(r"KELUARGA NOMOR \d+", page)) for page in said) == rows


def test_signers_never_stand_on_two_pages():
    """Whatever the text before them leaves of the page."""
    alone = set()
    for rows in range(28, 46, 2):
        _content, reader = drawn(rows)
        said = texts(reader)
        places = [[n for n, page in enumerate(said) if signer in page] for signer in SIGNERS]
        assert places[0] == places[1] and len(places[0]) == 1
        assert "Yang membuat" in said[places[0][0]]
        alone.add(len(said))
    assert alone == {1, 2}  # the block was pushed over to the next page somewhere between


def test_same_paper_gives_the_same_bytes_with_its_title_and_no_clock():
    first, reader = drawn(3)
    second, _reader = drawn(3)

    assert first == second
    assert reader.metadata.title == "Daftar uji"
    assert not {"/CreationDate", "/ModDate"} & set(reader.metadata)


def test_paper_without_a_title_is_a_mistake():
    with pytest.raises(ValueError, match="no title"):
        drawn(1, title="")


def test_papers_are_indonesian_whatever_the_reader_speaks():
    with override("en"):
        _content, reader = drawn(1)

    assert "Halaman 1 dari 1" in texts(reader)[0]


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/logo.png",
        "http://127.0.0.1:8000/static/favicon.svg",
        "//example.org/logo.png",
        "file:///etc/hostname",
        "/dokumen/1/",
        "/static/../pkh/settings.py",
        "/static/%2e%2e/pkh/settings.py",
        "/static/tidak-ada.png",
        "ftp://example.org/a.png",
    ],
)
def test_paper_fetches_nothing_but_our_own_static_files(address):
    from weasyprint.urls import FatalURLFetchingError

    with pytest.raises(FatalURLFetchingError):
        drawn(1, address=address)


def test_paper_shows_our_own_pictures_and_those_inside_it():
    bare, _reader = drawn(1)

    for address in ("/static/phone/icon-192.png", DOT):
        content, reader = drawn(1, address=address)
        assert len(reader.pages[0].images) == 1
        assert content != bare


def test_markup_in_a_name_stays_text():
    _content, reader = drawn(1, words='<img src="https://example.org/x.png"> & <b>TEBAL</b>')

    assert '<img src="https://example.org/x.png"> & <b>TEBAL</b>' in " ".join(
        texts(reader)[0].split()
    )
    assert len(reader.pages[0].images) == 0


class _NoPango(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")


def test_missing_pango_says_what_to_do(monkeypatch):
    monkeypatch.setattr(sys, "meta_path", [_NoPango(), *sys.meta_path])
    for name in [name for name in sys.modules if name.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)

    with pytest.raises(Refused) as refusal, override("id"):
        drawn(1)

    assert refusal.value.code == "pdf_unavailable"
    assert "tombol cetak" in str(refusal.value)
    assert "libpango-1.0-0" in str(refusal.value)


def test_twenty_pages_do_not_hold_a_worker_for_long():
    """About two seconds on an idle core; ten before columns were told how wide they are."""
    drawn(1)
    began = time.process_time()

    drawn(780)

    assert time.process_time() - began < 8


def test_paper_is_chosen_by_the_words_clerks_use():
    asked = ["f4", "F4", "folio", "a4", "", "letter", "a4 landscape"]

    assert [paper_of(word) for word in asked] == ["F4", "F4", "F4", "A4", "A4", "A4", "A4"]
    assert paper_of("", "F4") == "F4"


def test_answer_is_shown_and_never_cached():
    answer = pdf_answer(b"%PDF-1.7", "Surat pernyataan: Siti")

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'inline; filename="surat-pernyataan-siti.pdf"'
    assert answer["Cache-Control"] == "private, no-store"
