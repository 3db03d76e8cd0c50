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
        files, known = _shelf(shelf)
        for name, size in known.items():
            if name not in files:
                found["document_without_file"] += 1
            elif files[name][0] != size:
                found["document_file_differs"] += 1
        found["document_file_without_row"] += sum(
            name not in known and age > FORGOTTEN_AFTER_SECONDS
            for name, (_size, age) in files.items()
        )
    return [{"code": code, "count": count} for code, count in found.items() if count]


def orphans(older_than_seconds: float) -> Iterator[tuple[str, str]]:
    """(shelf, file name) of files without a row."""
    for shelf in storage.SHELVES:
        files, known = _shelf(shelf)
        for name, (_size, age) in files.items():
            if name not in known and age > older_than_seconds:
                yield shelf, name


def _shelf(shelf):
    """({file name: (bytes, age)} on the disk, {file name: bytes} in the database).

    The disk is read first: a document kept meanwhile is then known, not taken for an orphan's
    opposite, because its file was there before its row.
    """
    files = {name: (size, age) for name, size, age in storage.on_shelf(shelf)}
    known = {}
    rows = Document.objects.filter(stored_as__startswith=shelf)
    for name, size, thumbnail in rows.values_list("stored_as", "size_bytes", "thumbnail_bytes"):
        known[name] = size
        if thumbnail is not None:
            known[name + storage.THUMBNAIL] = thumbnail
    return files, known
