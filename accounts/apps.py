from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self):
        from accounts import checks, receivers, sessions  # noqa: F401 - they register themselves
        from accounts.api import schema  # noqa: F401 - describes tokens to OpenAPI
