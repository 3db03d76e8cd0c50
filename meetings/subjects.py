"""Records of floors above that a follow-up may concern: an import, a graduation case.

A floor above names its kinds in `follow_up_subjects.py`:

subject_kind(Snapshot, label=_("Import"), visible=…, choices=…)

Families and facilities lie below and are foreign keys; they need no such line.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet


@dataclass(frozen=True)
class SubjectKind:
    """`visible(user)` are the records the user may see; `get_absolute_url` is the way there."""

    model: type[Model]
    label: str
    visible: Callable[[object], QuerySet]


_kinds: dict[str, SubjectKind] = {}


def subject_kind(model, *, label, visible) -> None:
    name = model._meta.label_lower
    if name in _kinds:
        raise ValueError(f"two kinds of subject called {name}")
    _kinds[name] = SubjectKind(model, label, visible)


def kinds() -> dict[str, SubjectKind]:
    """By label, such as dtks.snapshot."""
    return dict(_kinds)


def find(name: str, key: str, user):
    """The record, or None when there is none or the user may not see it."""
    kind = _kinds.get(name)
    if kind is None:
        return None
    try:
        return kind.visible(user).filter(pk=key).first()
    except (TypeError, ValueError, ValidationError):  # a key of another kind
        return None
