"""Files that cannot come in: the clerk reads why and what to do, and nothing is lost."""

import pytest
from playwright.sync_api import expect

from tests.core.corpus import table, workbook

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WRONG = {
    "html": (
        "data_pkh.xls",
        b"<html><body><table><tr><td>NIK</td></tr></table></body></html>",
        "halaman HTML",
    ),
    "template": (
        "anggaran.xlsx",
        workbook(table([["URAIAN", "VOLUME", "HARGA"], ["Kertas", "4", "52000"]])),
        "tidak ditemukan",
    ),
    "encrypted": (
        "rahasia.xlsx",
        OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(2000),
        "sandi",
    ),
    "empty": ("kosong.xlsx", b"", "kosong"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_file_is_refused_in_a_sentence(signed_in, office, tmp_path, kind):
    operator = signed_in("operator")
    before = office.ask("SELECT count(*), max(id) FROM dtks_snapshot")
    name, content, words = WRONG[kind]
    path = tmp_path / name
    path.write_bytes(content)

    with operator.expecting(422):
        operator.choose_file(path, "Anggota PKH")
        operator.says(words)
        operator.look(f"refused-{kind}")

    assert office.ask("SELECT count(*), max(id) FROM dtks_snapshot") == before
    operator.page.get_by_role("link", name="Pilih berkas lain").first.click()
    expect(operator.heading()).to_have_text("Unggah berkas kementerian")
