from django.conf import settings
from django.core.checks import Error, register

from accounts.roles import Role


@register
def second_factor_roles_exist(app_configs, **kwargs):
    """A misspelt role would silently let its people in without a second factor."""
    unknown = sorted(set(settings.PKH_SECOND_FACTOR_ROLES) - set(Role.values))
    if not unknown:
        return []
    return [
        Error(
            f"PKH_SECOND_FACTOR_ROLES names roles that do not exist: {', '.join(unknown)}",
            hint=f"Known roles: {', '.join(Role.values)}",
            id="accounts.E001",
        )
    ]
