"""What documents can belong to. A floor above names its kinds in `document_owners.py`:

owner_kind(Household, visible=lambda user: Household.objects.documents_visible_to(user))

Default deny: the documents of a kind nobody registered are seen by nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Model, QuerySet


class UnknownOwner(LookupError):
    """No floor says who may see the documents of this kind of record."""


@dataclass(frozen=True)
class OwnerKind:
    """`visible(user)` are the records whose documents the user may see, as a queryset.

    A queryset and not a yes or no: one rule then serves one file and a list of a thousand.
    """

    model: type[Model]
    visible: Callable[[object], QuerySet]


_kinds: dict[str, OwnerKind] = {}


def owner_kind(model, *, visible) -> None:
    label = model._meta.label_lower
    if label in _kinds:
        raise ValueError(f"two rules for the documents of {label}")
    _kinds[label] = OwnerKind(model, visible)


def kind_of(owner) -> OwnerKind:
    try:
        return _kinds[owner._meta.label_lower]
    except KeyError:
        raise UnknownOwner(owner._meta.label_lower) from None


def kinds() -> dict[str, OwnerKind]:
    """By label, such as beneficiaries.household."""
    return dict(_kinds)


def may_see(user, document) -> bool:
    """Asked of the floor the owner lives on, today: an ended assignment opens nothing."""
    return type(document).objects.visible_to(user).filter(pk=document.pk).exists()
