from rest_framework.permissions import BasePermission


class DenyAll(BasePermission):
    """The default of every API view: whoever wants in must be let in by name."""

    def has_permission(self, request, view):
        return False
