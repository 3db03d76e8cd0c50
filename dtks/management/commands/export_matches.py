from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from core.commands import OfficeCommand
from core.errors import Refused, WrongUsage
from dtks.models import Snapshot
from dtks.services import write_matches


class Command(OfficeCommand):
    help = "Write what reconciliation found, one line per member, with full NIK."
    acting = "optional"
    permission = "dtks.export_identity"

    def add_arguments(self, parser):
        parser.add_argument("snapshot", type=int)
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--reason", default="", help="what the data is needed for")

    def perform(self, *, by, snapshot, out, reason):
        files = Snapshot.objects.visible_to(by) if by is not None else Snapshot.objects
        found = files.filter(pk=snapshot).first()
        if found is None:
            raise Refused("not_found", _("There is no such file."))
        if found.reconciled_at is None:
            raise Refused("not_reconciled", _("This file has not been reconciled yet."))
        if not out.parent.is_dir():
            raise WrongUsage(_("The folder of %(path)s does not exist.") % {"path": out.name})
        if out.is_dir():
            raise WrongUsage(_("%(path)s is a folder; name a file.") % {"path": out.name})
        out.touch(mode=0o600)  # full numbers: nobody else reads them while they are written
        out.chmod(0o600)
        audit.record(
            "export.made",
            target=found,
            by=by,
            at=timezone.now(),
            reason=reason or "export_matches",
            channel="command",
            kind="outcomes",
            masked=False,
        )
        with out.open("w", newline="", encoding="utf-8") as file:
            rows = write_matches(snapshot=found, file=file)
        return {"snapshot": found.pk, "rows": rows, "out": str(out)}

    def sentence(self, result):
        return _("%(rows)s members written.") % result
