import gettext

import polib

from core import messages


def catalogue(folder, *entries):
    path = folder / "id/LC_MESSAGES/django.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    po = polib.POFile()
    po.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    po.extend(polib.POEntry(msgid=msgid, msgstr=msgstr) for msgid, msgstr in entries)
    po.save(str(path))
    return path


def test_compile_makes_a_catalogue_that_gettext_reads(tmp_path):
    catalogue(tmp_path, ("Village", "Desa"), ("Family", "Keluarga"))

    messages.compile_catalogue(tmp_path)

    read = gettext.translation("django", str(tmp_path), languages=["id"])
    assert [read.gettext(word) for word in ("Village", "Family", "Other")] == [
        "Desa", "Keluarga", "Other",
    ]  # fmt: skip
    assert [path.name for path in sorted(tmp_path.rglob("django.*"))] == ["django.mo", "django.po"]


def test_tidy_sorts_and_loses_nothing_and_twice_changes_nothing(tmp_path):
    path = catalogue(tmp_path, ("Village", "Desa"), ("Area", "Wilayah"))

    messages.tidy(tmp_path)
    first = path.read_text()
    messages.tidy(tmp_path)

    assert [(entry.msgid, entry.msgstr) for entry in polib.pofile(first)] == [
        ("Area", "Wilayah"), ("Village", "Desa"),
    ]  # fmt: skip
    assert path.read_text() == first
