"""What must always be true, asked in one go: each floor contributes its own questions.

A floor's `integrity.py` holds a function without arguments that answers [{code, count}] of what
is wrong, only counts and never a name or a number; it is found when the applications are loaded.
"""

from collections.abc import Callable

_sources: list[Callable[[], list[dict]]] = []


def contributes(questions: Callable[[], list[dict]]) -> Callable[[], list[dict]]:
    _sources.append(questions)
    return questions


def violations() -> list[dict]:
    """[] when everything holds, on every floor."""
    return [found for questions in _sources for found in questions()]
