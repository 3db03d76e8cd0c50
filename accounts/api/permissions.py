from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission

from accounts.models import ApiToken
from accounts.scopes import covers

# A view that every signed-in person may use, such as one's own jobs, says so with this.
SIGNED_IN = ""


class DenyAll(BasePermission):
    """The default of every API view: whoever wants in must be let in by name."""

    def has_permission(self, request, view):
        return False


class RolePermission(BasePermission):
    """Lets in who holds the view's permission today and, with a token, its scope.

    A view says both, once for all or by action or method:

        permission_classes = [RolePermission]
        required_permission = {"GET": "dtks.view_snapshot", "create": "dtks.add_snapshot"}
        required_scope = {"GET": Scope.SNAPSHOTS_READ, "create": Scope.SNAPSHOTS_WRITE}

    What is not named is refused, so a new action is closed until somebody opens it. Which rows
    are seen is another question, answered by `visible_to`.
    """

    def has_permission(self, request, view):
        user = request.user
        if not user or not user.is_authenticated or not user.is_active:
            return False
        if getattr(view, "action", "") is None:
            raise MethodNotAllowed(request.method)  # nobody may, so it tells nobody anything
        permission = _needed(view, "required_permission", request)
        scope = _needed(view, "required_scope", request)
        if permission is None or scope is None:
            return False
        # Several: one of them is enough.
        enough = (permission,) if isinstance(permission, str) else permission
        if not any(one == SIGNED_IN or user.has_perm(one) for one in enough):
            return False
        return token_allows(request, scope)


def token_allows(request, scope: str) -> bool:
    """True for a person's own session, and for a token that holds the scope."""
    if isinstance(request.auth, ApiToken):
        return covers(request.auth.scopes, scope)
    return True


def _needed(view, name, request):
    """What the view asks for this request, or None when it does not say."""
    stated = getattr(view, name, None)
    if not isinstance(stated, dict):
        return stated
    action = getattr(view, "action", None)
    if action in stated:
        return stated[action]
    method = "GET" if request.method in {"HEAD", "OPTIONS"} else request.method
    return stated.get(method)
