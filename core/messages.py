"""The message catalogue: kept in order, and compiled into the .mo that Django reads.

`python -m core.messages compile` needs no gettext programs, which a bare machine lacks.
"""

import os
import sys
from pathlib import Path

import polib

LOCALE_DIR = Path(__file__).resolve().parent.parent / "locale"


def compile_catalogue(locale_dir: Path) -> Path:
    """Write django.mo; in one step, as a running office may be reading it."""
    source = locale_dir / "id/LC_MESSAGES/django.po"
    path = source.with_suffix(".mo")
    part = path.with_suffix(f".{os.getpid()}")
    polib.pofile(str(source), encoding="utf-8").save_as_mofile(str(part))
    part.replace(path)
    return path


def tidy(locale_dir: Path) -> None:
    """Sort the catalogue by its English and wrap it alike: two branches rarely meet in a line."""
    path = locale_dir / "id/LC_MESSAGES/django.po"
    catalogue = polib.pofile(str(path), encoding="utf-8", wrapwidth=100)
    catalogue.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
    catalogue.save(str(path))


def main(argv: list[str]) -> int:
    if argv not in (["compile"], ["tidy"]):
        print("usage: python -m core.messages compile|tidy", file=sys.stderr)  # noqa: T201
        return 2
    if argv == ["tidy"]:
        tidy(LOCALE_DIR)
    compile_catalogue(LOCALE_DIR)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
