from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    name = "meetings"
    verbose_name = _("Meetings")

    def ready(self):
        # Floors above say here what a meeting could talk about, and what a follow-up may concern.
        autodiscover_modules("agenda_proposers", "follow_up_subjects")
