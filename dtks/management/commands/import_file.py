import time
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from areas.services import ensure_office_area
from core.commands import OfficeCommand
from core.errors import Refused, WrongUsage
from core.periods import Period
from dtks.models import Snapshot
from dtks.services import register_upload
from dtks.services.snapshots import already_imported
from jobs.models import Job
from jobs.runner import run_in_foreground


class Command(OfficeCommand):
    help = "Read a ministry file, list its problems, and try what approving it would do."
    permission = "dtks.add_snapshot"

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path)
        parser.add_argument("--source", required=True, choices=Snapshot.Source.values)
        parser.add_argument(
            "--period", help="year and stage, such as 2026-4; today's when left out"
        )
        parser.add_argument("--sheet", default="", help="name of the sheet that holds the data")

    def perform(self, *, by, path, source, period, sheet):
        started = time.monotonic()
        if not path.is_file():
            raise WrongUsage(_("There is no file %(path)s.") % {"path": path.name})
        try:
            chosen = Period.parse(period) if period else Period.of(timezone.localdate())
        except ValueError:
            raise WrongUsage(_("A period looks like 2026-4.")) from None
        snapshot, created = register_upload(
            file=path,
            file_name=path.name,
            source=source,
            period=chosen,
            area=ensure_office_area(settings.PKH_OFFICE_AREA),
            by=by,
            at=timezone.now(),
            sheet=sheet,
            publish=False,
            channel="command",
        )
        if not created:
            self.say(already_imported(snapshot))
        # A file whose reading broke off, here or at somebody else's, is read to its end.
        job = Job.objects.about(snapshot).filter(kind="dtks.stage_snapshot").first()
        if job is not None and (created or job.state in Job.OPEN_STATES):
            job = run_in_foreground(job)
        snapshot.refresh_from_db()
        if snapshot.state not in ("staged", "approved"):
            raise Refused(
                (job.error_code if job else "") or snapshot.refusal.get("code") or "not_read",
                (job.error_message if job else "") or _("The file could not be read."),
            )
        return {
            "snapshot": snapshot.pk,
            "source": snapshot.source,
            "layout": snapshot.layout,
            "period": str(snapshot.period),
            "sha256": snapshot.sha256,
            "rows_read": snapshot.rows_read,
            "rows_staged": snapshot.rows_staged,
            "rows_rejected": snapshot.rows_rejected,
            "rows_with_warnings": snapshot.rows_with_warnings,
            "already_imported": not created,
            "problems": [
                {"code": code, "count": count}
                for code, count in sorted(snapshot.problem_counts.items())
            ],
            "seconds": round(time.monotonic() - started, 2),
        }

    def sentence(self, result):
        return _("File %(snapshot)s: %(rows_read)s rows read, %(rows_rejected)s not used.") % result
