import time

from django.utils import timezone
from django.utils.translation import gettext as _

from core.commands import OfficeCommand
from core.errors import Refused
from dtks.models import Difference, Snapshot
from dtks.services import request_reconciliation
from jobs.runner import run_in_foreground


class Command(OfficeCommand):
    help = "Compare a file with the register, person by person."
    permission = "dtks.reconcile_snapshot"

    def add_arguments(self, parser):
        parser.add_argument("snapshot", type=int)

    def perform(self, *, by, snapshot):
        started = time.monotonic()
        found = Snapshot.objects.visible_to(by).filter(pk=snapshot).first()
        if found is None:
            raise Refused("not_found", _("There is no such file."))
        job = run_in_foreground(
            request_reconciliation(snapshot=found, by=by, at=timezone.now(), publish=False)
        )
        if job.state != job.State.DONE:
            raise Refused(
                job.error_code or job.state, job.error_message or _("The work was not finished.")
            )
        result = job.result
        outcomes = result.get("outcomes", {})
        return {
            **result,
            "snapshot": found.pk,
            "register_members": result["register_members"],
            "source_rows": result["source_rows"],
            "outcomes": {name: outcomes.get(name, 0) for name in Difference.Outcome.values},
            "seconds": round(time.monotonic() - started, 2),
        }

    def sentence(self, result):
        return (
            _("%(register_members)s members compared with %(source_rows)s rows in %(seconds)s s.")
            % result
        )
