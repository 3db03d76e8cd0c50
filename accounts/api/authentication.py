from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import ApiToken


class ScopedTokenAuthentication(TokenAuthentication):
    """`Authorization: Bearer TOKEN`, hashed in the database, expiring, limited to its scopes.

    Unknown, expired and revoked tokens and closed accounts get the same answer. Scopes are
    asked by accounts.api.permissions.RolePermission.
    """

    def authenticate_credentials(self, token):
        # Tokens are long random strings, so their digest is looked up instead of compared.
        found = (
            ApiToken.objects.select_related("user")
            .filter(
                digest=hash_token(token.decode("utf-8", "replace")),
                expiry__gt=timezone.now(),
                user__is_active=True,
            )
            .first()
        )
        if found is None:
            raise AuthenticationFailed(_("The token is not valid. Ask for a new one."))
        return found.user, found
