"""Which roles sign in with a second factor (PKH_SECOND_FACTOR_ROLES), and who lacks theirs."""

from allauth.mfa.models import Authenticator
from django.conf import settings


def roles_needing_it(user) -> list[str]:
    """The user's roles of today that require a second factor."""
    wanted = settings.PKH_SECOND_FACTOR_ROLES
    if not wanted or not user.is_authenticated:
        return []
    held = user.assignments.held_today().filter(role__in=wanted)
    return sorted(set(held.values_list("role", flat=True)))


def is_missing(user) -> bool:
    return (
        bool(roles_needing_it(user))
        and not Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()
    )
