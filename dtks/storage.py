"""Files as they came, kept by their fingerprint outside every web path."""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

BLOCK = 1 << 20


class TooLarge(Exception):
    """More bytes than this kind of file may have; nothing was kept."""


def store(blocks: Iterable[bytes], *, suffix: str, limit: int) -> tuple[str, int, str]:
    """Write the bytes once under their SHA-256; returns (sha256, size, stored_as).

    The file appears whole or not at all: it is written beside its place, flushed, and renamed.
    Two uploads of the same bytes at once end in one file.
    """
    folder = Path(settings.MEDIA_ROOT) / "snapshots"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=folder, prefix="incoming-")
    try:
        with os.fdopen(handle, "wb") as file:
            for block in blocks:
                size += len(block)
                if size > limit:
                    raise TooLarge
                digest.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        sha256 = digest.hexdigest()
        stored_as = f"{sha256}{suffix}"
        Path(name).replace(folder / stored_as)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return sha256, size, stored_as


def path_of(stored_as: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "snapshots" / stored_as


def blocks_of(file) -> Iterable[bytes]:
    """Bytes of an upload, an open binary file or a path, a megabyte at a time."""
    if isinstance(file, str | os.PathLike):
        with Path(file).open("rb") as opened:
            yield from iter(lambda: opened.read(BLOCK), b"")
    elif hasattr(file, "chunks"):
        yield from file.chunks(BLOCK)
    else:
        yield from iter(lambda: file.read(BLOCK), b"")
