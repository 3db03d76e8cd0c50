from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self):
        from accounts import checks, receivers  # noqa: F401 - both register themselves
        from accounts.api import schema  # noqa: F401 - describes tokens to OpenAPI
