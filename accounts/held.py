"""What somebody holds today, asked of the database once in a request."""

from contextlib import contextmanager
from contextvars import ContextVar

# user id -> (role, area code) pairs, and what other keys of `recalled` stand for; None outside a
# request, where nothing is remembered.
_remembered: ContextVar[dict | None] = ContextVar("held_today", default=None)


def held_today(user) -> tuple[tuple[str, str], ...]:
    """(role, area code) of every assignment of today; nothing for a closed account.

    A page asks for permissions and territories some thirty times. Within one request the
    first answer holds; the next request, and every call from a worker, asks afresh.
    """
    if not user.is_authenticated or not user.is_active:
        return ()
    memory = _remembered.get()
    if memory is not None and user.pk in memory:
        return memory[user.pk]
    held = tuple(user.assignments.held_today().values_list("role", "area_id"))
    if memory is not None:
        memory[user.pk] = held
    return held


def recalled(key, ask):
    """`ask()`, asked once in a request like what is held; `key` says what and for whom."""
    memory = _remembered.get()
    if memory is None:
        return ask()
    if key not in memory:
        memory[key] = ask()
    return memory[key]


@contextmanager
def remembered():
    """Remember within this block: the length of one request."""
    token = _remembered.set({})
    try:
        yield
    finally:
        _remembered.reset(token)


def forget() -> None:
    """Somebody's assignments were changed in the middle of a request."""
    memory = _remembered.get()
    if memory is not None:
        memory.clear()
