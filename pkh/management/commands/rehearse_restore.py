from pathlib import Path

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts import audit
from core.backup.rehearsal import rehearse
from core.backup.stopping import stoppable
from core.commands import OfficeCommand
from dashboard.first_day import REHEARSED


class Command(OfficeCommand):
    help = (
        "Restore a backup into a temporary database, compare every table and file with it, and"
        " drop the database again; exit 1 when anything differs."
    )
    acting = ""

    def add_arguments(self, parser):
        parser.add_argument(
            "backup", nargs="?", type=Path, metavar="BACKUP",
            help="a folder of backup_office; without it one is made and removed again",
        )  # fmt: skip
        parser.add_argument(
            "--server", default="", metavar="URL",
            help="a database on another server where the temporary one is made; leave the "
            "password to ~/.pgpass",
        )  # fmt: skip

    def perform(self, *, by, backup, server):
        with stoppable():
            result = rehearse(folder=backup, server=server, at=timezone.now(), say=self.say)
        if result["equal"]:
            audit.record(REHEARSED, by=by, channel="command", rows=result["rows"])
        return result

    def exit_status(self, result):
        return int(not result["equal"])

    def sentence(self, result):
        return "\n".join(
            [*_table(result), "", *_differences(result), *_migrations(result), *_times(result)]
        )


def _table(result):
    lines = [(_("Table"), _("In the backup"), _("Restored"), _("Equal"))]
    lines += [
        (
            line["table"] + (f" ({line['parts']})" if line["parts"] > 1 else ""),
            number_format(line["rows"], force_grouping=True),
            number_format(line["restored"], force_grouping=True),
            _("yes") if line["equal"] else _("NO"),
        )
        for line in result["tables"]
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(3)]
    return [
        f"{name:<{widths[0]}}  {rows:>{widths[1]}}  {restored:>{widths[2]}}  {equal}"
        for name, rows, restored, equal in lines
    ]


def _differences(result):
    if result["equal"]:
        return [
            _("Everything is equal: %(tables)s tables, %(rows)s rows, %(files)s files.")
            % {
                "tables": len(result["tables"]),
                "rows": number_format(result["rows"], force_grouping=True),
                "files": number_format(result["files"], force_grouping=True),
            }
        ]
    return [
        _("NOT EQUAL in %(count)s places:") % {"count": len(result["differences"])},
        *(f"  {found['name']}: {found['message']}" for found in result["differences"]),
        _("Do not rely on this backup. Make a new one and rehearse it."),
    ]


def _migrations(result):
    if result["migrations_unknown"]:
        return [
            _("The backup comes from a newer program: it knows %(names)s.")
            % {"names": ", ".join(result["migrations_unknown"])}
        ]
    if result["migrations_to_apply"]:
        return [
            _("After a real restore run migrate: %(count)s steps are newer than the backup.")
            % {"count": len(result["migrations_to_apply"])}
        ]
    return []


def _times(result):
    words = {
        "backup": _("backup"),
        "files": _("files"),
        "restore": _("restoring"),
        "compare": _("comparing"),
        "total": _("together"),
    }
    return [
        _("Seconds: %(parts)s.")
        % {
            "parts": ", ".join(
                f"{words[name]} {number_format(seconds, 1)}"
                for name, seconds in result["seconds"].items()
            )
        }
    ]
