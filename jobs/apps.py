from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = _("Jobs")

    def ready(self):
        # Web and commands need the kinds too: to enqueue them and to say their names.
        autodiscover_modules("tasks", "job_kinds")
