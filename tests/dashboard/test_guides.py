"""The guides: one text in the repository and on the screen, in the words of the screen."""

import re

import polib
import pytest
from django.urls import reverse

from accounts.roles import Role
from dashboard import guides
from tests.factories.accounts import person
from tests.msgids import ROOT, all_msgids

FILES = sorted((ROOT / "docs/panduan").glob("*.md"))


def test_every_file_is_a_guide_and_every_guide_a_file():
    assert {path.stem for path in FILES} == set(guides.GUIDES)
    assert {role for role in Role if role not in guides._OF_ROLE} == {Role.GUEST}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_bold_words_stand_on_a_screen(path):
    """As the catalogue says them; a label that changed its words is found here."""
    catalogue = polib.pofile(str(ROOT / "locale/id/LC_MESSAGES/django.po"))
    used = all_msgids()
    said = set()
    for entry in catalogue:
        if (entry.msgctxt, entry.msgid) in used:
            said |= {entry.msgstr, *entry.msgstr_plural.values()}

    bold = re.findall(r"\*\*(.+?)\*\*", path.read_text(encoding="utf-8"))

    assert len(bold) > 5
    assert sorted(set(bold) - said) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_word_of_a_guide_arrives_on_its_page(path):
    guide = guides.read_guide(path.stem)
    shown = [guide.title, guide.lead]
    for _anchor, heading, content in guide.sections:
        shown += [heading, content]
    text = re.sub(r"<!--.*?-->", " ", path.read_text(encoding="utf-8"))
    text = re.sub(r"\(gambar/[a-z-]+\.png\)", " ", text)

    assert words_of(re.sub(r"<[^>]+>", " ", " ".join(shown))) == words_of(text)
    anchors = [anchor for anchor, _heading, _content in guide.sections]
    assert len(set(anchors)) == len(anchors) > 2


def words_of(text):
    return re.findall(r"[^\W\d_]+", text.replace("&quot;", " ").replace(".md)", ")"))


def test_parse_makes_lists_links_and_plain_text_of_everything_else():
    guide = guides.parse(
        "# Judul\n\nAwal & **Simpan**.\n\n## Satu dua\n\n"
        "Sebelum daftar:\n1. a\n2. b:\n   - **c**\n   - d\n\n- [lihat](kepala.md)\n"
    )

    assert (guide.title, guide.lead) == ("Judul", "<p>Awal &amp; <strong>Simpan</strong>.</p>")
    assert guide.sections == [
        (
            "satu-dua",
            "Satu dua",
            "<p>Sebelum daftar:</p><ol><li>a</li>"
            "<li>b:<ul><li><strong>c</strong></li><li>d</li></ul></li></ol>"
            '<ul><li><a href="/panduan/kepala/">lihat</a></li></ul>',
        )
    ]


@pytest.mark.parametrize(
    "wrong",
    ["<b>a</b>", "`a`", "| a |", "### a", "![a](b.png)", "[a](https://x)", "*a*", "> a",
     "- a\nlanjut", "a\n  - b\n"],
)  # fmt: skip
def test_parse_refuses_what_it_would_show_wrongly(wrong):
    with pytest.raises(guides.NotOurMarkdown):
        guides.parse(f"# Judul\n\n{wrong}\n")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "title"),
    [
        (Role.FACILITATOR, "Panduan pendamping"),
        (Role.DATA_OPERATOR, "Panduan operator data"),
        (Role.SUBDISTRICT_LEAD, "Panduan koordinator"),
        (Role.HEAD, "Panduan kepala"),
        (Role.GUEST, "Panduan tamu dari instansi lain"),
    ],
)
def test_guide_opens_the_page_of_ones_own_role(client, role, title):
    client.force_login(person("seseorang", role, "99.01"))

    home = client.get(reverse("dashboard:home")).content.decode()
    page = client.get(reverse("dashboard:guide")).content.decode()

    assert 'href="/panduan/"' in home
    assert f'<h1><span lang="id">{title}</span></h1>' in page


@pytest.mark.django_db
def test_every_guide_can_be_read_by_everybody_and_no_other_file(client, sari):
    client.force_login(sari)

    answers = [client.get(reverse("dashboard:guide_page", args=[name])) for name in guides.GUIDES]

    assert [answer.status_code for answer in answers] == [200] * 5
    assert client.get("/panduan/running/").status_code == 404


def test_pictures_are_small_asked_for_late_and_all_shown(client, db):
    files = sorted((ROOT / "docs/panduan/gambar").glob("*.png"))
    texts = "".join(path.read_text(encoding="utf-8") for path in FILES)

    assert sorted(re.findall(r"\(gambar/([a-z-]+)\.png\)", texts)) == [p.stem for p in files]
    assert len(files) > 7
    assert [path.name for path in files if path.stat().st_size >= 120_000] == []
    client.force_login(person("tamu", Role.GUEST, "99.01"))
    page = client.get(reverse("dashboard:guide_page", args=["operator"])).content.decode()
    assert page.count("<img") == page.count('loading="lazy"') == 5
    answer = client.get(reverse("dashboard:guide_picture", args=["dua-data"]))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
    assert answer.getvalue() == (ROOT / "docs/panduan/gambar/dua-data.png").read_bytes()
    missing = reverse("dashboard:guide_picture", args=["lain"])
    assert client.get(missing).status_code == 404
