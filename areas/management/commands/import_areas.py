from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from areas.services import import_areas
from core.commands import OfficeCommand
from core.errors import WrongUsage


class Command(OfficeCommand):
    help = "Add or rename areas from a CSV file with the columns code and name."
    acting = "optional"
    permission = "areas.add_area"

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path)

    def perform(self, *, by, path):
        try:
            content = path.read_bytes()
        except OSError as problem:
            raise WrongUsage(
                _("The file %(path)s cannot be read: %(reason)s")
                % {"path": path, "reason": problem.strerror}
            ) from problem
        return import_areas(content=content, by=by, at=timezone.now())

    def sentence(self, result):
        return _("%(created)d areas new, %(renamed)d renamed, %(unchanged)d unchanged.") % result
