"""Ctrl-C, SIGTERM and a closed terminal end long work in the same tidy way."""

import contextlib
import signal
import threading
from collections.abc import Iterator

from django.utils.translation import gettext as _

from core.errors import Refused

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Stop(BaseException):
    """Not an Exception, so that no handler swallows it."""


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Whoever stops the block gets one sentence, after everything it opened was closed.

    A second signal does not interrupt the clearing up.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signum, _frame):
        for signum in _SIGNALS:
            signal.signal(signum, signal.SIG_IGN)
        raise _Stop

    before = {signum: signal.signal(signum, stop) for signum in _SIGNALS}
    try:
        yield
    except _Stop:
        raise Refused("stopped", _("Stopped; nothing half-finished was kept.")) from None
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


@contextlib.contextmanager
def unstoppable() -> Iterator[None]:
    """For clearing up: a signal that comes now is heard when the block has ended."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
