"""Files under names that say nothing, outside every web path, whole or not at all."""

import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

BLOCK = 1 << 20
THUMBNAIL = ".kecil"
SHELVES = tuple(f"{number:02x}" for number in range(256))


class TooLarge(Exception):
    """More bytes than any document may have."""


def read(file, limit: int) -> bytes:
    """The bytes of an upload, of an open binary file, or given as they are; raises TooLarge."""
    if isinstance(file, bytes):
        blocks = [file]
    elif hasattr(file, "chunks"):
        blocks = file.chunks(BLOCK)
    else:
        blocks = iter(lambda: file.read(BLOCK), b"")
    content = bytearray()
    for block in blocks:
        content += block
        if len(content) > limit:
            raise TooLarge
    return bytes(content)


def write(content: bytes, thumbnail: bytes | None) -> str:
    """Put both files on their shelf and flush them; returns the name. No half file is left.

    The thumbnail comes first: whoever finds the file finds its thumbnail as well.
    """
    name = secrets.token_hex(16)
    try:
        if thumbnail is not None:
            _put(path_of(name, thumbnail=True), thumbnail)
        _put(path_of(name), content)
    except BaseException:
        remove(name)
        raise
    return name


def _put(path, content):
    """Written beside its place as `.part`, flushed, renamed; readable by the office alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.part")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def remove(name: str) -> None:
    path_of(name).unlink(missing_ok=True)
    path_of(name, thumbnail=True).unlink(missing_ok=True)


def path_of(name: str, *, thumbnail: bool = False) -> Path:
    return _root() / name[:2] / (name + THUMBNAIL if thumbnail else name)


def on_shelf(shelf: str) -> Iterator[tuple[str, int, float]]:
    """(file name, bytes, seconds since it was written) of what lies there."""
    try:
        entries = os.scandir(_root() / shelf)
    except FileNotFoundError:
        return
    now = time.time()
    with entries:
        for entry in entries:
            try:
                about = entry.stat(follow_symlinks=False)
            except FileNotFoundError:  # gone while we looked
                continue
            yield entry.name, about.st_size, now - about.st_mtime


def remove_file(shelf: str, file_name: str) -> None:
    (_root() / shelf / file_name).unlink(missing_ok=True)


def _root():
    return Path(settings.MEDIA_ROOT) / "documents"
