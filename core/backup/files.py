"""The stored files of a backup: copied while the office works, listed with their SHA-256."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

BLOCK = 1 << 20


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def walk(root: Path) -> Iterator[Path]:
    """Paths below `root` of everything that is whole, in a fixed order.

    Files appear under their name by a rename; what is still being written ends in `.part` or
    begins with `incoming-`, and is left out, like links.
    """
    try:
        entries = sorted(os.scandir(root), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            for below in walk(Path(entry.path)):
                yield Path(entry.name) / below
        elif entry.is_file(follow_symlinks=False) and not _unfinished(entry.name):
            yield Path(entry.name)


def _unfinished(name: str) -> bool:
    return name.endswith(".part") or name.startswith("incoming-")


class Copying:
    """Copies `source` to `target` in as many rounds as one likes, writing the list as it goes.

    A later round brings what has come since. What has gone since stays: rows seen by an older
    snapshot may still name it.
    """

    def __init__(self, source: Path, target: Path, listing: Path):
        self.source, self.target, self.listing = source, target, listing
        self.count = self.bytes = 0
        self._again: dict[str, str] = {}  # what a later round found changed; rarely anything
        make_folder(target)
        listing.touch(mode=0o600)

    def round(self) -> None:
        with self.listing.open("a", encoding="utf-8") as lines:
            for path in walk(self.source):
                found = self._state(self.source / path)
                kept = self._state(self.target / path)
                if found is None or found == kept:
                    continue
                digest = self._copy(path)
                if digest is None:
                    continue
                self.bytes += found[0] - (kept[0] if kept else 0)
                if kept is not None:
                    self._again[path.as_posix()] = digest
                else:
                    self.count += 1
                    lines.write(f"{digest}  files/{path.as_posix()}\n")

    def finish(self) -> str:
        """Everything safely on disk; returns the SHA-256 of the list."""
        if self._again:
            self._write_list_again()
        flush(self.listing)
        for folder in (self.target, *(path for path in self.target.rglob("*") if path.is_dir())):
            flush(folder)
        return sha256_of(self.listing)

    def _write_list_again(self) -> None:
        part = self.listing.with_suffix(".part")
        part.touch(mode=0o600)
        with part.open("w", encoding="utf-8") as lines:
            for digest, name in read_list(self.listing):
                now = self._again.get(name.removeprefix("files/"), digest)
                lines.write(f"{now}  {name}\n")
        part.replace(self.listing)

    def _copy(self, path: Path) -> str | None:
        """The SHA-256 of what was copied, None when the file was removed meanwhile."""
        target = self.target / path
        make_folder(target.parent)
        digest = hashlib.sha256()
        try:
            source = (self.source / path).open("rb")
        except FileNotFoundError:
            return None
        with source:
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                while block := source.read(BLOCK):
                    digest.update(block)
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            about = os.fstat(source.fileno())
        os.utime(target, ns=(about.st_atime_ns, about.st_mtime_ns))
        return digest.hexdigest()

    @staticmethod
    def _state(path: Path) -> tuple[int, int] | None:
        try:
            about = path.stat()
        except FileNotFoundError:
            return None
        return about.st_size, about.st_mtime_ns


def read_list(listing: Path) -> Iterator[tuple[str, str]]:
    """(SHA-256, name) of each line; names begin with `files/`."""
    with listing.open(encoding="utf-8") as lines:
        for line in lines:
            digest, _blanks, name = line.rstrip("\n").partition("  ")
            yield digest, name


def make_folder(folder: Path) -> None:
    """Each new one on the way is 0700; `parents=True` would leave them to the umask."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def flush(path: Path) -> None:
    """Force a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
