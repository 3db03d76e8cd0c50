from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from areas.geojson import MAX_BYTES
from areas.maps import load_map, problem_lines
from core.commands import OfficeCommand
from core.errors import WrongUsage

_SAID = 50


class Command(OfficeCommand):
    help = "Load the outlines of kecamatan and villages from a GeoJSON file in WGS84."
    acting = "optional"
    permission = "areas.add_area"

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def perform(self, *, by, path, dry_run):
        try:
            with path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)  # one more: then the service refuses it
        except OSError as problem:
            raise WrongUsage(
                _("The file %(path)s cannot be read: %(reason)s")
                % {"path": path, "reason": problem.strerror}
            ) from problem
        result = load_map(
            content=content,
            source=path.name.encode(errors="replace").decode(),
            by=by,
            at=timezone.now(),
            dry_run=dry_run,
        )
        lines = problem_lines(result)
        for line in lines[:_SAID]:
            self.say(line)
        if len(lines) > _SAID:
            self.say(_("and %(more)d more") % {"more": len(lines) - _SAID})
        return result

    def sentence(self, result):
        said = _(
            "%(kecamatan)d kecamatan and %(villages)d villages have their outline, "
            "%(made_of_villages)d kecamatan made of their villages; %(refused)d features refused."
        )
        if result["dry_run"]:
            said = _(
                "Nothing was changed. In the file: %(kecamatan)d kecamatan and %(villages)d "
                "villages, %(made_of_villages)d kecamatan to be made of their villages; "
                "%(refused)d features refused."
            )
        return said % result
