"""Which roles sign in with a second factor (PKH_SECOND_FACTOR_ROLES), and who lacks theirs."""

from allauth.mfa.models import Authenticator
from django.conf import settings

from accounts.held import held_today


def roles_needing_it(user) -> list[str]:
    """The user's roles of today that require a second factor."""
    wanted = settings.PKH_SECOND_FACTOR_ROLES
    if not wanted:
        return []
    return sorted({role for role, _area in held_today(user)} & set(wanted))


def is_missing(user) -> bool:
    return (
        bool(roles_needing_it(user))
        and not Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()
    )
