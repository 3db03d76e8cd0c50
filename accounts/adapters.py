from allauth.account.adapter import DefaultAccountAdapter


class OfficeAccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        """Accounts are made by the administrator; nobody signs up."""
        return False
