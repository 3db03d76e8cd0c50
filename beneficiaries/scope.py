"""Which families somebody may see: those of a territory, or only those entrusted to him."""

from collections.abc import Callable

from django.db.models import Q

from accounts.scope import codes_by_role, set_territory
from areas.models.querysets import below

# role -> (user, path) -> condition on the household, or None where the territory holds
_narrowings: dict[str, Callable] = {}


def narrow(role: str, *, families: Callable, territory: Callable) -> None:
    """Let a floor above say which families of today a person in this role sees.

    `families(user, path)` gives a condition in SQL on the household at `path`, or None for
    somebody who keeps the rule of the territory; `territory(user)` the codes of the villages in
    which these families live, or None for the same people.
    """
    _narrowings[role] = families
    set_territory(role, territory)


def families_in_scope(user, path: str, permission: str) -> Q:
    """Condition on the household at `path` ("household", "member__household"; "" is itself)."""
    wide, narrowed = split_scope(user, path, permission)
    condition = below(f"{path}__desa__code" if path else "desa__code", wide)
    for families, _codes in narrowed:
        condition |= families
    return condition


def split_scope(user, path: str, permission: str) -> tuple[list[str], list[tuple[Q, list[str]]]]:
    """(codes of whole territories, [(condition on the household, codes of its villages)]).

    What somebody sees as coordinator of a kecamatan is not narrowed by what he accompanies as
    facilitator of another: every role counts for itself.
    """
    wide: set[str] = set()
    narrowed = []
    for role, codes in sorted(codes_by_role(user, permission).items()):
        families = _narrowings[role](user, path) if role in _narrowings else None
        if families is None:
            wide |= codes
        else:
            narrowed.append((families, sorted(codes)))
    return sorted(wide), narrowed
