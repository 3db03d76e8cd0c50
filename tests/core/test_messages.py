import gettext

import polib

from core import messages


def catalogue(path, **entries):
    path.parent.mkdir(parents=True, exist_ok=True)
    po = polib.POFile()
    po.metadata = dict(messages.HEADER)
    po.extend(polib.POEntry(msgid=msgid, msgstr=msgstr) for msgid, msgstr in entries.items())
    po.save(str(path))


def test_compile_makes_a_catalogue_that_gettext_reads(tmp_path):
    catalogue(tmp_path / "id/LC_MESSAGES/django.po", Village="Desa")
    catalogue(tmp_path / "parts/one.po", Family="Keluarga")

    messages.compile_catalogue(tmp_path)

    read = gettext.translation("django", str(tmp_path), languages=["id"])
    assert [read.gettext(word) for word in ("Village", "Family", "Other")] == [
        "Desa", "Keluarga", "Other",
    ]  # fmt: skip


def test_a_part_says_more_than_the_merged_file_and_parts_may_not_disagree(tmp_path):
    catalogue(tmp_path / "id/LC_MESSAGES/django.po", Village="Kampung", Area="Wilayah")
    catalogue(tmp_path / "parts/a.po", Village="Desa", Area="", Visit="Kunjungan")
    catalogue(tmp_path / "parts/b.po", Visit="Lawatan")

    complaints = messages.write_merged(tmp_path)

    merged = polib.pofile(str(tmp_path / "id/LC_MESSAGES/django.po"))
    assert {entry.msgid: entry.msgstr for entry in merged} == {
        "Area": "Wilayah", "Village": "Desa", "Visit": "Kunjungan",
    }  # fmt: skip
    assert complaints == ["a.po and b.po translate 'Visit' differently"]


def test_merging_twice_changes_nothing(tmp_path):
    catalogue(tmp_path / "parts/a.po", Village="Desa")
    messages.write_merged(tmp_path)
    first = (tmp_path / "id/LC_MESSAGES/django.po").read_text()

    assert messages.write_merged(tmp_path) == []
    assert (tmp_path / "id/LC_MESSAGES/django.po").read_text() == first
