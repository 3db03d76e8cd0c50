from django.utils import timezone
from django.utils.translation import gettext as _

from core.commands import OfficeCommand
from core.errors import Refused
from dtks.models import Snapshot
from dtks.services import approve_snapshot

KEYS = (
    "snapshot",
    "households_created",
    "households_updated",
    "members_created",
    "members_updated",
    "absent",
)


class Command(OfficeCommand):
    help = "Approve a file somebody else imported; the register is loaded from it."
    permission = "dtks.approve_snapshot"

    def add_arguments(self, parser):
        parser.add_argument("snapshot", type=int)

    def perform(self, *, by, snapshot):
        found = Snapshot.objects.visible_to(by).filter(pk=snapshot).first()
        if found is None:
            raise Refused("not_found", _("There is no such file."))
        result = approve_snapshot(
            snapshot=found,
            by=by,
            at=timezone.now(),
            progress=lambda step, done, total: self.say(_(step)),
        )
        return {key: result[key] for key in KEYS} | {
            key: value for key, value in result.items() if key not in KEYS
        }

    def sentence(self, result):
        return (
            _(
                "File %(snapshot)s approved: %(households_created)s families and "
                "%(members_created)s members new, %(households_updated)s and "
                "%(members_updated)s updated, %(absent)s families absent."
            )
            % result
        )
