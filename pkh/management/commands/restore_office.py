from pathlib import Path

from django.utils.translation import gettext as _

from core.backup.restoring import restore_office
from core.backup.stopping import stoppable
from core.commands import OfficeCommand


class Command(OfficeCommand):
    help = "Fill this office's empty database and folder of files from a backup."
    acting = ""

    def add_arguments(self, parser):
        parser.add_argument("backup", type=Path, metavar="BACKUP")

    def perform(self, *, by, backup):
        with stoppable():
            return restore_office(folder=backup, say=self.say)

    def sentence(self, result):
        return _(
            "Restored and equal to the backup: %(rows)s rows, %(files)s files, %(seconds)s "
            "seconds. Now run migrate, put SECRET_KEY back, and start the office."
        ) % {**result, "rows": f"{result['rows']:,}".replace(",", ".")}
