"""A backup as it is found: whole or not, and whether its parts are what the manifest says."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from core.backup import files
from core.backup.census import Census
from core.backup.making import DUMP, FILES, FORMAT, LISTING, MANIFEST
from core.errors import Refused


@dataclass(frozen=True)
class Difference:
    """`part` is manifest, dump, list, file, table, sequence or structure; `code` is for
    programs, `message` for people; neither holds anything of a row."""

    part: str
    name: str
    code: str
    message: str


@dataclass(frozen=True)
class Backup:
    folder: Path
    manifest: dict[str, Any]

    @property
    def census(self) -> Census:
        return Census.from_json(self.manifest["database"]["census"])

    @property
    def migrations(self) -> list[str]:
        return self.manifest["database"]["migrations"]


def read_backup(folder: Path) -> Backup:
    """Raises Refused for what is no backup, is only half of one, or was made by a newer version."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        format_ = manifest["format"]
    except (OSError, ValueError, KeyError, TypeError):
        manifest = None
    if manifest is None or folder.name.endswith(".part"):
        raise Refused(
            "not_a_backup",
            _("%(folder)s is not a whole backup: its manifest is missing or damaged.")
            % {"folder": folder},
        )
    if format_ != FORMAT:
        raise Refused("other_format", _("This backup was made by another version of the program."))
    return Backup(folder, manifest)


def check_dump(backup: Backup) -> list[Difference]:
    """[] when the dump is, to the last byte, the one that was written."""
    path = backup.folder / DUMP
    if not path.is_file():
        return [Difference("dump", DUMP, "missing", _("missing"))]
    if files.sha256_of(path) != backup.manifest["database"]["sha256"]:
        return [Difference("dump", DUMP, "changed", _("damaged or changed"))]
    return []


def check_files(
    backup: Backup, *, most: int = 1000, meet: Callable[[], None] = lambda: None
) -> list[Difference]:
    """What is missing, changed or unexpected among the stored files, `most` of them by name."""
    listing = backup.folder / LISTING
    if not listing.is_file():
        return [Difference("list", LISTING, "missing", _("missing"))]
    if files.sha256_of(listing) != backup.manifest["files"]["sha256"]:
        return [Difference("list", LISTING, "changed", _("damaged or changed"))]
    found: list[Difference] = []
    for difference in _file_differences(backup, listing):
        meet()
        if difference is not None and len(found) < most:
            found.append(difference)
    return found


def _file_differences(backup: Backup, listing: Path) -> Iterator[Difference | None]:
    """One answer a file: None for each that is as it should be."""
    listed = 0
    for digest, name in files.read_list(listing):
        listed += 1
        path = backup.folder / name
        if not path.is_file():
            yield Difference("file", name, "missing", _("missing"))
        elif files.sha256_of(path) != digest:
            yield Difference("file", name, "changed", _("damaged or changed"))
        else:
            yield None
    root = backup.folder / FILES
    if sum(1 for _path in files.walk(root)) > listed:  # names only when there is something to say
        known = {name for _digest, name in files.read_list(listing)}
        for path in files.walk(root):
            if f"{FILES}/{path.as_posix()}" not in known:
                yield Difference(
                    "file", f"{FILES}/{path.as_posix()}", "unexpected", _("not in the list")
                )


def compare(expected: Census, found: Census) -> list[Difference]:
    """What a restored database has otherwise than the census of its backup."""
    differences = []
    for name in sorted(expected.tables | found.tables):
        want, have = expected.tables.get(name), found.tables.get(name)
        if have is None or want is None:
            code, message = ("missing", _("missing")) if want else ("extra", _("not expected"))
        elif want.rows != have.rows:
            code = "rows"
            message = _("%(found)s rows instead of %(expected)s") % {
                "found": have.rows,
                "expected": want.rows,
            }
        elif want.checksum != have.checksum:
            code, message = "content", _("the same number of rows, other content")
        elif want.columns != have.columns:
            code, message = "columns", _("other columns")
        else:
            continue
        differences.append(Difference("table", name, code, message))
    for name, value in expected.sequences.items():
        if found.sequences.get(name, -1) < value:
            differences.append(Difference("sequence", name, "behind", _("counts from too low")))
    for kind, count in expected.structure.items():
        if found.structure.get(kind) != count:
            message = _("%(found)s instead of %(expected)s") % {
                "found": found.structure.get(kind, 0),
                "expected": count,
            }
            differences.append(Difference("structure", kind, "count", message))
    return differences
