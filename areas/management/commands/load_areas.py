from django.utils.translation import gettext as _

from areas.services import load_areas
from core.commands import OfficeCommand


class Command(OfficeCommand):
    help = "Fill the area table from the official list; safe to repeat."
    acting = ""

    def perform(self, *, by):
        return load_areas()

    def sentence(self, result):
        return _("%(areas)d areas in the list: %(created)d new, %(updated)d corrected.") % result
