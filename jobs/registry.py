"""What kinds of long work exist. An app names its own in `tasks.py` (or `job_kinds.py`):

@job_kind("dtks.stage_snapshot", queue="import", label=_("Reading the file"))
def stage(run):
    ...
    return {"rows": rows}  # small, JSON, no personal data: it becomes job.result
"""

from collections.abc import Callable
from dataclasses import dataclass

QUEUES = ("fast", "import", "export")


class UnknownKind(LookupError):
    """No app registers this kind; in a worker it means the worker runs older code."""


@dataclass(frozen=True)
class Kind:
    name: str
    queue: str
    label: str
    body: Callable
    cleanup: Callable | None
    max_attempts: int


_kinds: dict[str, Kind] = {}


def job_kind(name, *, queue, label, cleanup=None, max_attempts=3):
    """Register `body(run)`: it may be started again at any time and goes on at `run.checkpoint`.

    `cleanup(job)` runs in the transaction that closes the job as failed or cancelled, so what a
    person sees and what the job says change together. It must be short, and may not assume that
    the body ever started.

    `max_attempts` counts starts in a row that saved no checkpoint: work that moves on may be
    interrupted as often as the machine likes, work that kills its worker stops after three.
    """
    if queue not in QUEUES:
        raise ValueError(f"{name}: the queue is one of {QUEUES}, not {queue!r}")
    if not 1 <= max_attempts <= 100:
        raise ValueError(f"{name}: max_attempts is between 1 and 100")

    def register(body):
        known = _kinds.get(name)
        if known and (known.body.__module__, known.body.__qualname__) != (
            body.__module__,
            body.__qualname__,
        ):
            raise ValueError(f"two bodies for the job kind {name}")
        _kinds[name] = Kind(name, queue, label, body, cleanup, max_attempts)
        return body

    return register


def find(name: str) -> Kind:
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(name) from None


def label_of(name: str) -> str:
    """The kind's name for people; a kind that no longer exists keeps its technical name."""
    kind = _kinds.get(name)
    return str(kind.label) if kind else name
