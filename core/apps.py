from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "core"

    def ready(self):
        from core import lookups  # noqa: F401 - it registers itself

        autodiscover_modules("integrity")


class OfficeAdminConfig(AdminConfig):
    default_site = "core.admin.OfficeAdminSite"
