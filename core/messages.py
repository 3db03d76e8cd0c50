"""The message catalogues: parts merged into one .po, and the .mo that Django reads.

`python -m core.messages compile` needs no gettext programs, which a bare machine lacks.
"""

import os
import sys
from pathlib import Path

import polib

LOCALE_DIR = Path(__file__).resolve().parent.parent / "locale"
HEADER = {
    "Project-Id-Version": "pkh-office",
    "Language": "id",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
Key = tuple[str | None, str]


def merged(locale_dir: Path) -> tuple[polib.POFile, list[str]]:
    """The Indonesian catalogue with every part of `parts/` in it, and what disagrees.

    A part says more recent things than the merged file; between two parts the first by
    name wins and the disagreement is reported.
    """
    entries: dict[Key, polib.POEntry] = {}
    said_by: dict[Key, str] = {}
    complaints = []
    main = locale_dir / "id/LC_MESSAGES/django.po"
    sources = [main] if main.exists() else []
    for path in [*sources, *sorted((locale_dir / "parts").glob("*.po"))]:
        for entry in polib.pofile(str(path), encoding="utf-8"):
            if entry.obsolete or not entry.msgid:
                continue
            key = (entry.msgctxt, entry.msgid)
            earlier = entries.get(key)
            if earlier and said_by[key] != main.name and not _same(earlier, entry):
                complaints.append(
                    f"{said_by[key]} and {path.name} translate {entry.msgid!r} differently"
                )
                continue
            if earlier and not (entry.msgstr or any(entry.msgstr_plural.values())):
                continue
            entries[key], said_by[key] = entry, path.name
    catalogue = polib.POFile(wrapwidth=100)
    catalogue.metadata = dict(HEADER)
    catalogue.extend(
        polib.POEntry(
            msgctxt=entry.msgctxt,
            msgid=entry.msgid,
            msgid_plural=entry.msgid_plural,
            msgstr=entry.msgstr,
            msgstr_plural=entry.msgstr_plural,
            flags=[flag for flag in entry.flags if flag != "fuzzy"],
            tcomment=entry.tcomment,
        )
        for _key, entry in sorted(entries.items(), key=lambda item: (item[0][1], item[0][0] or ""))
    )
    return catalogue, complaints


def _same(one: polib.POEntry, other: polib.POEntry) -> bool:
    return (one.msgstr, one.msgstr_plural) == (other.msgstr, other.msgstr_plural)


def write_merged(locale_dir: Path) -> list[str]:
    catalogue, complaints = merged(locale_dir)
    path = locale_dir / "id/LC_MESSAGES/django.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(path))
    return complaints


def compile_catalogue(locale_dir: Path) -> Path:
    """Write django.mo, parts included; in one step, as a running office may be reading it."""
    catalogue, _complaints = merged(locale_dir)
    path = locale_dir / "id/LC_MESSAGES/django.mo"
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")
    catalogue.save_as_mofile(str(part))
    part.replace(path)
    return path


def main(argv: list[str]) -> int:
    if argv == ["compile"]:
        compile_catalogue(LOCALE_DIR)
        return 0
    if argv == ["merge"]:
        for complaint in write_merged(LOCALE_DIR):
            print(complaint, file=sys.stderr)  # noqa: T201
        compile_catalogue(LOCALE_DIR)
        return 0
    print("usage: python -m core.messages compile|merge", file=sys.stderr)  # noqa: T201
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
