from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FacilitatorsConfig(AppConfig):
    name = "facilitators"
    verbose_name = _("Facilitators")

    def ready(self):
        from accounts.roles import Role
        from beneficiaries.scope import narrow
        from facilitators import receivers, scope  # noqa: F401 - the receivers register themselves

        narrow(Role.FACILITATOR, families=scope.own_families, territory=scope.own_villages)
