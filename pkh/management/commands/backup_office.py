from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from core.backup.making import make_backup
from core.backup.stopping import stoppable
from core.commands import OfficeCommand


class Command(OfficeCommand):
    help = "Write one whole backup: database, stored files and a manifest to compare with."
    acting = ""

    def add_arguments(self, parser):
        parser.add_argument(
            "--to", metavar="FOLDER", type=Path, help="default: backups in PKH_HOME"
        )

    def perform(self, *, by, to):
        now = timezone.now()
        with stoppable():
            result = make_backup(folder=to, at=now, say=self.say)
        with transaction.atomic():
            # Everything the office knows now lies in one more place.
            counts = {name: result[name] for name in ("sha256", "rows", "files")}
            audit.record("office.backed_up", by=by, at=now, channel="command", **counts)
        return result

    def sentence(self, result):
        return _(
            "Backup whole: %(backup)s (%(rows)s rows in %(tables)s tables, %(files)s files, "
            "%(seconds)s seconds). SHA-256 of its manifest: %(sha256)s"
        ) % {**result, "rows": f"{result['rows']:,}".replace(",", ".")}
