"""Rows and files agree: asked shelf by shelf, so a million documents need little memory."""

from collections import Counter
from collections.abc import Iterator

from core.integrity import contributes
from documents import storage
from documents.models import Document

# remove_orphans takes them after one hour, every hour; what is older it has missed.
FORGOTTEN_AFTER_SECONDS = 3 * 60 * 60


@contributes
def violations() -> list[dict]:
    """[{code, count}]: files nobody knows, rows whose file is gone or has another size."""
    found = Counter()
    for shelf in storage.SHELVES:
        known, files = _shelf(shelf)
        for sizes in known.values():
            missing = [name for name in sizes if name not in files]
            found["document_without_file"] += bool(missing)
            found["document_file_differs"] += not missing and any(
                files[name][0] != size for name, size in sizes.items()
            )
        found["document_file_without_row"] += sum(
            age > FORGOTTEN_AFTER_SECONDS for _name, age in _unknown(known, files)
        )
    return [{"code": code, "count": count} for code, count in found.items() if count]


def orphans(older_than_seconds: float) -> Iterator[tuple[str, str]]:
    """(shelf, file name) of files without a row."""
    for shelf in storage.SHELVES:
        for name, age in _unknown(*_shelf(shelf)):
            if age > older_than_seconds:
                yield shelf, name


def _shelf(shelf):
    """({stored_as: {file name: bytes}} of the rows, {file name: (bytes, age)} on the disk).

    The rows are read first: a document kept meanwhile is then a young file without a row, which
    nobody counts, and not a row without a file.
    """
    rows = Document.objects.filter(stored_as__startswith=shelf)
    known = {}
    for name, size, thumbnail in rows.values_list("stored_as", "size_bytes", "thumbnail_bytes"):
        known[name] = {name: size}
        if thumbnail is not None:
            known[name][name + storage.THUMBNAIL] = thumbnail
    return known, {name: (size, age) for name, size, age in storage.on_shelf(shelf)}


def _unknown(known, files):
    """(file name, age) of what no row speaks of."""
    for name, (_size, age) in files.items():
        if name not in known.get(name.partition(".")[0], ()):
            yield name, age
