from django.utils.translation import gettext as _

from core.commands import OfficeCommand
from core.integrity import violations


class Command(OfficeCommand):
    help = "Ask the database whether everything that must be true is true."
    acting = ""

    def perform(self, *, by):
        return {"violations": violations()}

    def sentence(self, result):
        if not result["violations"]:
            return _("Everything holds.")
        return "\n".join(f"{found['code']}: {found['count']}" for found in result["violations"])

    def exit_status(self, result):
        return int(bool(result["violations"]))
