import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.names import LONGEST, clean_name


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("rumah.jpg", "rumah.jpg"),
        ("Surat  Keterangan\tDesa.PDF", "Surat Keterangan Desa.pdf"),
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\Sari\foto.png", "foto.png"),
        ("foto\r\nSet-Cookie: a=1.jpg", "foto Set-Cookie_ a=1.jpg"),
        ("a%00.jpg", "a_00.jpg"),
        ("a\0.jpg", "a.jpg"),
        ("gambar\u202egpj.exe", "gambargpj.exe"),
        ("CON.pdf", "_CON.pdf"),
        ("con", "_con"),
        ("KTP 9901010101900001.jpg", "KTP 9901xxxxxxxxxx01.jpg"),
        ("...", "dokumen"),
        ("", "dokumen"),
        ("/", "dokumen"),
        (".jpg", "dokumen.jpg"),
    ],
)
def test_clean_name_keeps_what_a_person_reads(sent, shown):
    assert clean_name(sent) == shown


def test_clean_name_shortens_before_the_ending():
    assert clean_name("a" * 300 + ".jpeg") == "a" * (LONGEST - 5) + ".jpeg"


@given(st.text())
def test_clean_name_is_always_fit_for_a_header_and_a_disk(sent):
    name = clean_name(sent)

    assert 0 < len(name) <= LONGEST + 1
    assert name.isprintable()
    assert not set(name) & set('/\\<>:"|?*%')
    assert name == clean_name(name)
