"""Open a spreadsheet or delimited file safely: the only door other floors use."""

import json
import os
import signal
import struct
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from core.sheets.child import DEFAULT_LIMITS
from core.sheets.refusals import FileRefused
from core.sheets.rows import Problem, Row

ROOT = Path(__file__).resolve().parent.parent.parent
START = "import sys; sys.path.insert(0, sys.argv[1]); from core.sheets.child import main; main()"
LARGEST_FRAME = 1 << 30
AHEAD_BYTES = 16 << 20


@dataclass(frozen=True)
class Batch:
    """Rows as they crossed the pipe. `packed`: UTF-8, cells by U+001F, rows by U+001E."""

    numbers: range | list[int]
    packed: bytes
    numeric: dict[int, list[int]]
    problems: dict[int, list[Problem]]

    def __len__(self) -> int:
        return len(self.numbers)

    def rows(self) -> Iterator[Row]:
        for i, line in enumerate(self.packed.decode().split("\x1e")):
            yield Row(
                self.numbers[i],
                line.split("\x1f"),
                self.numeric.get(i, []),
                self.problems.get(i, []),
            )


@dataclass
class Sheet:
    """A table being read by a child process. Use as a context manager, or read to the end.

    `notes` (typed: `code` and what it concerns) are complete once the rows have been read.
    `titles`: cells of the rows above the header.
    `rows_hint`: how many rows the file says it has, 0 when it says nothing; for progress only.
    """

    columns: list[str]
    header_row: int
    first_row: int
    kind: str
    sheet: str
    sheets: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    titles: list[list[str]]
    rows_hint: int
    _child: "Child" = field(repr=False)

    def batches(self) -> Iterator[Batch]:
        """The rows in the order of the file; raises FileRefused when the rest cannot be read."""
        ahead = Ahead(self._child)
        try:
            while True:
                kind, payload = ahead.receive()
                if kind == b"E":
                    self.notes = json.loads(payload)["notes"]
                    return
                (length,) = struct.unpack(">I", payload[:4])
                head = json.loads(payload[4 : 4 + length])
                numbers = head["numbers"]
                yield Batch(
                    numbers
                    if len(numbers) == head["rows"] and head["rows"] > 1
                    else range(numbers[0], numbers[0] + head["rows"]),
                    payload[4 + length :],
                    dict(head.get("numeric", ())),
                    {i: [tuple(p) for p in found] for i, found in head.get("problems", ())},
                )
        finally:
            self.close()
            ahead.close()

    def __iter__(self) -> Iterator[Row]:
        for batch in self.batches():
            yield from batch.rows()

    def close(self) -> None:
        self._child.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Child:
    """The reading process and its pipe. A child that dies is a file refused."""

    def __init__(self, request: dict[str, Any]):
        self.process = subprocess.Popen(
            [sys.executable, "-E", "-s", "-S", "-c", START, str(ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8", "PATH": os.defpath},
            start_new_session=True,
        )
        assert self.process.stdin and self.process.stdout
        self.pipe = self.process.stdout
        try:
            with self.process.stdin as stdin:
                stdin.write(json.dumps(request).encode())
        except BrokenPipeError:
            raise self.stopped() from None

    def receive(self) -> tuple[bytes, bytes]:
        head = self.pipe.read(9)
        if len(head) < 9:
            raise self.stopped()
        kind = head[:1]
        (length,) = struct.unpack(">Q", head[1:])
        if length > LARGEST_FRAME or kind not in b"TREF":
            raise self.stopped()
        payload = self.pipe.read(length)
        if len(payload) < length:
            raise self.stopped()
        if kind == b"F":
            self.close()
            refusal = json.loads(payload)
            raise FileRefused(refusal["code"], **refusal["params"])
        return kind, payload

    def stopped(self) -> FileRefused:
        """What to say about a child that ended without a word."""
        self.pipe.close()
        try:
            code = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            return FileRefused("reader_time")
        return FileRefused("reader_stopped")

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.pipe.close()


class Ahead:
    """Fetches what the child says while the last batch is being worked on, up to AHEAD_BYTES.

    The pipe alone holds two batches: without somebody to empty it the child would stand still
    whenever its reader waits for the database. Closed after the child, whose end wakes it.
    """

    def __init__(self, child: Child):
        self.child = child
        self.waiting: deque[tuple[bytes, bytes] | BaseException] = deque()
        self.bytes = 0
        self.closed = False
        self.changed = threading.Condition()
        self.thread = threading.Thread(target=self._fetch, daemon=True)
        self.thread.start()

    def receive(self) -> tuple[bytes, bytes]:
        with self.changed:
            self.changed.wait_for(lambda: self.waiting)
            found = self.waiting.popleft()
            if isinstance(found, BaseException):
                raise found
            self.bytes -= len(found[1])
            self.changed.notify()
        return found

    def _fetch(self) -> None:
        found: tuple[bytes, bytes] | BaseException
        while True:
            try:
                found = self.child.receive()
            except Exception as problem:
                found = problem
            with self.changed:
                self.changed.wait_for(lambda: self.closed or self.bytes < AHEAD_BYTES)
                self.waiting.append(found)
                if isinstance(found, BaseException) or found[0] == b"E" or self.closed:
                    self.changed.notify()
                    return
                self.bytes += len(found[1])
                self.changed.notify()

    def close(self) -> None:
        with self.changed:
            self.closed = True
            self.changed.notify()
        self.thread.join()


def open_sheet(
    path: Path | str,
    *,
    name: str = "",
    sheet: str | None = None,
    source_aliases: Collection[str] = (),
    date_aliases: Collection[str] = (),
    after_row: int = 0,
    limits: dict[str, int] | None = None,
) -> Sheet:
    """Find the table in a file and start reading it in a child process.

    `name`: the file's name as sent. `source_aliases`: column names known for the source, as
    `core.sheets.plain` writes them; `date_aliases` those of its date columns. `after_row`: rows up
    to this number are not delivered again (resuming). Raises FileRefused.
    """
    child = Child(
        {
            "parent": os.getpid(),
            "path": str(Path(path).resolve()),
            "name": name,
            "sheet": sheet,
            "known": sorted(source_aliases),
            "dates": sorted(date_aliases),
            "after": after_row,
            "limits": DEFAULT_LIMITS | (limits or {}),
        }
    )
    try:
        _, payload = child.receive()
        return Sheet(**json.loads(payload), _child=child)
    except BaseException:
        child.close()
        raise
