from knox.auth import TokenAuthentication


class ScopedTokenAuthentication(TokenAuthentication):
    """`Authorization: Bearer TOKEN`, hashed in the database, expiring, limited to its scopes."""
