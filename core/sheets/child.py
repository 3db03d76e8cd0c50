"""The process that opens files nobody has vouched for.

It reads with hard limits on memory, processor time and files, says what it finds on standard
output, and has no database, no settings and no secrets. Whatever a hostile file does to it, the
worker that asked only sees that it stopped.

Frames on standard output: one letter, the length (8 bytes, big-endian), the content.
`T` the table (JSON) · `R` rows: length of a JSON description (4 bytes), the description, the packed
cells (UTF-8) · `E` the end with the notes (JSON) · `F` a refusal (JSON).
"""

import json
import os
import resource
import signal
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

from core.sheets import limits
from core.sheets.reading import Wanted, find_table
from core.sheets.refusals import FileRefused
from core.sheets.rows import Rows

PR_SET_PDEATHSIG = 1


def main() -> None:
    asked = json.load(sys.stdin.buffer)
    parent = asked["parent"]
    out = os.fdopen(os.dup(1), "wb", buffering=1 << 20)
    limit_resources(asked["limits"])
    die_with(parent)
    try:
        read(asked, out)
    except FileRefused as refusal:
        send(out, b"F", {"code": refusal.code, "params": refusal.params})
    except MemoryError:
        send(out, b"F", {"code": "reader_memory", "params": {}})
    except BrokenPipeError:
        os._exit(0)  # nobody is listening any more
    except RecursionError:
        send(out, b"F", {"code": "reader_stopped", "params": {}})
    out.flush()
    os._exit(0)  # no interpreter shutdown: it costs time and frees nothing that matters


def limit_resources(asked: dict[str, int]) -> None:
    for name, value in asked.items():
        what = getattr(resource, name)
        _, hard = resource.getrlimit(what)
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(what, (value, value))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A temporary table that grows too large is an error to report, not a silent death.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def die_with(parent: int) -> None:
    """Follow the asking process when it is killed, instead of reading on for nobody."""
    try:
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    except (OSError, AttributeError, ImportError):
        return
    if os.getppid() != parent:
        os._exit(0)


def read(asked: dict[str, Any], out: BinaryIO) -> None:
    table = find_table(
        Wanted(
            path=Path(asked["path"]),
            name=asked["name"],
            sheet=asked["sheet"],
            known=frozenset(asked["known"]),
            dates=frozenset(asked["dates"]),
            after=asked["after"],
        )
    )
    send(out, b"T", table.description)
    out.flush()
    for rows, packed in table.rows():
        send_rows(out, rows, packed)
    send(out, b"E", {"notes": table.notes})


def send(out: BinaryIO, kind: bytes, content: dict[str, Any]) -> None:
    payload = json.dumps(content).encode()
    out.write(kind + struct.pack(">Q", len(payload)) + payload)


def send_rows(out: BinaryIO, rows: Rows, packed: bytes) -> None:
    numbers = rows.numbers
    straight = numbers[-1] - numbers[0] == len(numbers) - 1
    head: dict[str, Any] = {"numbers": [numbers[0]] if straight else numbers, "rows": len(numbers)}
    if rows.numeric:
        head["numeric"] = list(rows.numeric.items())
    if rows.problems:
        head["problems"] = list(rows.problems.items())
    described = json.dumps(head).encode()
    out.write(b"R" + struct.pack(">QI", 4 + len(described) + len(packed), len(described)))
    out.write(described)
    out.write(packed)
    out.flush()


DEFAULT_LIMITS = {
    "RLIMIT_DATA": limits.CHILD_DATA_BYTES,
    "RLIMIT_AS": limits.CHILD_ADDRESS_BYTES,
    "RLIMIT_CPU": limits.CHILD_CPU_SECONDS,
    "RLIMIT_FSIZE": limits.CHILD_FILE_BYTES,
}
