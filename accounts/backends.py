from django.contrib.auth.backends import ModelBackend

from accounts.held import held_today
from accounts.roles import ROLE_PERMISSIONS


class RoleBackend(ModelBackend):
    """Permissions come from the roles held today; groups and the superuser flag open nothing."""

    def get_all_permissions(self, user_obj, obj=None):
        if obj is not None:
            return set()
        granted: set[str] = set()
        for role, _area in held_today(user_obj):
            granted |= ROLE_PERMISSIONS.get(role, frozenset())
        return granted

    def has_perm(self, user_obj, perm, obj=None):
        return perm in self.get_all_permissions(user_obj, obj)

    def has_module_perms(self, user_obj, app_label):
        return any(perm.startswith(f"{app_label}.") for perm in self.get_all_permissions(user_obj))
