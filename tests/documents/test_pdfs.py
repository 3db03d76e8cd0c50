import contextlib
import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import pdfs
from documents.pdfs import NotQuiet, check_pdf
from tests.factories.files import pdf


def refusal_of(data):
    with pytest.raises(NotQuiet) as refused:
        check_pdf(data)
    return refused.value.code


def with_objects(content, *, head=b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode"):
    """A paper with a packed object stream, as every modern program writes them."""
    stream = b"9 0 obj\n<<" + head + b">>\nstream\r\n" + content + b"\nendstream\nendobj\n"
    return pdf().replace(b"trailer", stream + b"trailer")


def test_a_quiet_paper_passes():
    check_pdf(pdf())
    check_pdf(pdf("Langkah /JS dan /Launcher", extra=b"/OpenAction[3 0 R/Fit]"))
    check_pdf(with_objects(zlib.compress(b"9 0 <</Type/Font>>")))


@pytest.mark.parametrize(
    "extra",
    [
        b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>",
        b"/OpenAction<</S/J#61vaScript/JS 9 0 R>>",
        b"/OpenAction<</S/#4Caunch/F(cmd.exe)>>",
        b"/Names<</EmbeddedFiles 9 0 R>>",
        b"/AA<</O<</S/SubmitForm/F(http://127.0.0.1)>>>>",
        b"/AcroForm<</XFA[9 0 R]>>",
    ],
)
def test_what_would_act_is_refused_in_clear_and_packed(extra):
    assert refusal_of(pdf(extra=extra)) == "pdf_active"
    assert refusal_of(with_objects(zlib.compress(b"9 0 <<" + extra + b">>"))) == "pdf_active"
    unpacked = with_objects(b"9 0 <<" + extra + b">>", head=b"/Type/ObjStm/N 1/First 4")
    assert refusal_of(unpacked) == "pdf_active"
    hidden_kind = b"/Type/Obj#53tm/Filter[ /FlateDecode ]"
    packed = zlib.compress(b"9 0 <<" + extra + b">>")
    assert refusal_of(with_objects(packed, head=hidden_kind)) == "pdf_active"


def test_what_cannot_be_looked_into_is_refused():
    twice = b"/Type/ObjStm/Filter[/ASCIIHexDecode/FlateDecode]"
    assert refusal_of(with_objects(b"789c", head=twice)) == "pdf_active"
    assert refusal_of(with_objects(b"not packed at all")) == "pdf_broken"
    packed = zlib.compress(b"9 0 <</S/JavaScript>>")
    assert refusal_of(with_objects(packed[:-6])) == "pdf_broken"
    for told in (
        b"/Filter 7 0 R/Type/ObjStm",
        b"/Filter[/FlateDecode/ASCIIHexDecode]/Type/ObjStm",
        b"/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 1>>/Type/ObjStm",
    ):
        assert refusal_of(with_objects(zlib.compress(b"9 0 <<>>"), head=told)) == "pdf_active"


def test_a_comment_does_not_hide_an_object_stream():
    packed = zlib.compress(b"9 0 <</S/JavaScript>>")
    for head in (
        b"/Type/ObjStm % 8 0 obj\n/Filter/FlateDecode",
        b"/Filter/FlateDecode % 8 0 obj\n/Type/ObjStm",
        b"/Type/ObjStm/Filter/FlateDecode % " + b"x" * 10_000 + b"\n",
    ):
        assert refusal_of(with_objects(packed, head=head)) == "pdf_active"


def test_twenty_megabytes_of_streams_are_looked_at_once():
    size = 20 << 20
    for filler in (b"stream\n", b"/ObjStm stream\n", b"/ObjStm stream\nendstream\n", b"#41#42"):
        data = b"%PDF-1.7\n" + filler * (size // len(filler)) + b"%%EOF"
        began = time.process_time()
        with contextlib.suppress(NotQuiet):
            check_pdf(data)
        assert time.process_time() - began < 3


def test_an_object_stream_that_swells_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(pdfs, "UNPACKED_BYTES", 1 << 20)

    check_pdf(with_objects(zlib.compress(b" " * (1 << 20))))
    assert refusal_of(with_objects(zlib.compress(b" " * ((1 << 20) + 1)))) == "pdf_active"


def test_a_password_is_refused():
    assert refusal_of(pdf(trailer=b"/Encrypt 7 0 R")) == "pdf_encrypted"


def test_half_a_paper_is_refused():
    assert refusal_of(pdf()[:-20]) == "pdf_broken"
    assert refusal_of(b"GIF89a" + pdf()) == "pdf_broken"


@given(st.binary(max_size=400))
def test_anything_is_quiet_or_refused(noise):
    try:
        check_pdf(b"%PDF-1.7\n1 0 obj<</Type/ObjStm>>stream\n" + noise + b"%%EOF")
    except NotQuiet as refused:
        assert refused.code in {"pdf_broken", "pdf_encrypted", "pdf_active"}
