import base64
import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

from accounts.lockout import client_ip
from accounts.second_factor import roles_needing_it


class OfficeAccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        """Accounts are made by the administrator; nobody signs up."""
        return False

    def pre_authenticate(self, request, **credentials):
        """Passwords are counted by axes, per account and address; allauth counts the codes.

        Its own count is per account only, so anybody could lock a colleague out with it.
        """

    def get_client_ip(self, request):
        return client_ip(request)


class OfficeMfaAdapter(DefaultMFAAdapter):
    def can_delete_authenticator(self, authenticator):
        """Whose role needs a second factor keeps it."""
        return not roles_needing_it(authenticator.user)

    def get_totp_label(self, user):
        return user.get_username()

    # A copy of the database alone must not be enough to make codes.
    def encrypt(self, text):
        return _secrets().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        return _secrets().decrypt(encrypted_text.encode()).decode()


def _secrets():
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [
            Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"totp:{key}".encode()).digest()))
            for key in keys
        ]
    )
