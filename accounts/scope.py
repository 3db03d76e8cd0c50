"""Where someone may look: one place that turns today's assignments into a condition."""

from collections import defaultdict
from collections.abc import Callable

from django.db.models import Q

from accounts.held import held_today
from accounts.roles import ROLE_PERMISSIONS
from areas.models.querysets import below

# role -> (user) -> codes that take the place of his assignments' areas, or None to leave them
_territories: dict[str, Callable] = {}


def set_territory(role: str, codes_of: Callable) -> None:
    """Let a floor above say where somebody in this role looks, if it knows better.

    `codes_of(user)` gives area codes, or None where the areas of the assignments hold.
    """
    _territories[role] = codes_of


def codes_by_role(user, permission: str) -> dict[str, set[str]]:
    """{role: area codes} of the roles held today that give the permission.

    An assignment that ended yesterday opens nothing: see `held_today`.
    """
    found = defaultdict(set)
    for role, area in held_today(user):
        if permission in ROLE_PERMISSIONS.get(role, ()):
            found[role].add(area)
    for role in found:
        instead = _territories[role](user) if role in _territories else None
        if instead is not None:
            found[role] = set(instead)
    return dict(found)


def area_codes(user, permission: str) -> list[str]:
    """Codes of the areas in which the user holds the permission today."""
    return sorted(set().union(*codes_by_role(user, permission).values()))


def in_scope(user, path: str, permission: str) -> Q:
    """Condition on the area foreign key `path` (such as "desa" or "household__desa")."""
    return below(f"{path}__code", area_codes(user, permission))


def holds_everywhere(user, permission: str, code: str) -> bool:
    """True when the area `code` lies wholly inside the user's territory for this permission."""
    return any(code == held or code.startswith(f"{held}.") for held in area_codes(user, permission))


def by_people_of(user, path: str, permission: str) -> Q:
    """Condition on who did something (`path`, a user): not somebody who only ever worked elsewhere.

    What nobody did, and what accounts without any assignment did, belongs to every overseer.
    """
    codes = area_codes(user, permission)
    if not codes:
        return Q(pk__in=[])
    above = {code[:length] for code in codes for length in (2, 5, 8) if length < len(code)}
    assignments = user.assignments.model.objects
    here = assignments.filter(below("area__code", codes) | Q(area_id__in=above))
    elsewhere = assignments.exclude(user_id__in=here.values("user_id")).values("user_id")
    return Q(**{f"{path}__isnull": True}) | ~Q(**{f"{path}__in": elsewhere})
