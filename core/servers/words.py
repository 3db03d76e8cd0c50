"""Sentences for the terminal, before Django is there to translate them."""

import gettext as catalogues
from functools import cache
from pathlib import Path

LOCALE_DIR = Path(__file__).resolve().parents[2] / "locale"


@cache
def _catalogue():
    return catalogues.translation("django", str(LOCALE_DIR), languages=["id"], fallback=True)


def gettext(message: str) -> str:
    """The Indonesian sentence; the office's terminal speaks Indonesian whatever its locale."""
    return _catalogue().gettext(message)


class ServerError(Exception):
    """A server cannot be used; the message says what happened and what to do.

    `code` is the stable word a script may test.
    """

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code
        self.message = message
