"""The office's own command line: the same manners for every command of interfaces.md."""

import contextlib
import json
import sys
from functools import partial

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import OperationalError
from django.utils.translation import gettext as _

from core.errors import Refused, WrongUsage


class OfficeCommand(BaseCommand):
    """A command says what it did in one sentence, or with `--json` in one JSON object.

    With `--json` that object is the last and only line of standard output; everything else goes
    to standard error. Exit 0 is done, 1 refused (`{"error": {"code", "message"}}`), 2 wrong usage.

    A command writes `perform(*, by, **options)`, calls one service there, and returns the dict to
    print. `acting` says whether `--as USERNAME` must, may or cannot be given; `by` is that user,
    active and holding `permission`, or None when nobody was named: then the shell is trusted.
    """

    acting = "required"  # or "optional", or "" for none
    permission = ""

    def perform(self, *, by, **options) -> dict:
        raise NotImplementedError

    def sentence(self, result: dict) -> str:
        """The result as a person reads it."""
        return ", ".join(f"{key}: {value}" for key, value in result.items())

    def exit_status(self, result: dict) -> int:
        """1 for a command that did its duty and found something wrong."""
        return 0

    def say(self, message) -> None:
        """Progress and remarks, never on the stream that carries the answer."""
        self.stderr.write(str(message), style_func=str)

    def create_parser(self, prog_name, subcommand, **kwargs):
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        if parser.called_from_command_line:
            parser.error = partial(self._misused, parser)  # type: ignore[method-assign]
        parser.add_argument(
            "--json", action="store_true", dest="as_json", help="print one JSON object"
        )
        if self.acting:
            parser.add_argument(
                "--as",
                dest="username",
                metavar="USERNAME",
                required=self.acting == "required",
                help="the user whose role is obeyed",
            )
        return parser

    def _misused(self, parser, message):
        """Words the parser does not understand: its own remark is for people, the code for all."""
        self.say(parser.format_usage() + message)
        wrong = WrongUsage(_("The command was not understood; --help shows how it is written."))
        if "--json" in sys.argv:
            self._write_error(wrong)
        raise SystemExit(2)

    def handle(self, *args, as_json, username=None, **options):
        for name in ("verbosity", "settings", "pythonpath", "traceback", "no_color"):
            options.pop(name, None)
        for name in ("force_color", "skip_checks", "stdout", "stderr"):
            options.pop(name, None)
        try:
            # A print left in a library must not stand before the answer.
            with contextlib.redirect_stdout(sys.stderr):
                result = self.perform(by=self.acting_user(username), **options)
        except Refused as refusal:
            self._refuse(
                refusal, as_json=as_json, returncode=2 if isinstance(refusal, WrongUsage) else 1
            )
        except OperationalError as problem:
            self.say(str(problem).strip().splitlines()[0])
            self._refuse(
                Refused("unavailable", _("The database does not answer. Is it running?")),
                as_json=as_json,
                returncode=1,
            )
        if as_json:
            self.stdout.write(json.dumps(result, cls=DjangoJSONEncoder, ensure_ascii=False))
        else:
            self.stdout.write(self.sentence(result))
        if status := self.exit_status(result):
            raise SystemExit(status)

    def acting_user(self, username: str | None):
        """The user of `--as`; unknown, closed and powerless accounts are refused alike."""
        if username is None:
            return None
        user = get_user_model()._default_manager.filter(username=username, is_active=True).first()
        if user is None or (self.permission and not user.has_perm(self.permission)):
            raise Refused(
                "not_allowed",
                _("The user %(username)s does not exist, is closed, or may not do this.")
                % {"username": username},
            )
        return user

    def _refuse(self, refusal: Refused, *, as_json: bool, returncode: int):
        if as_json:
            self._write_error(refusal)
        raise CommandError(str(refusal), returncode=returncode) from None

    def _write_error(self, refusal: Refused) -> None:
        error: dict[str, object] = {"code": refusal.code, "message": str(refusal)}
        if refusal.fields:
            error["fields"] = refusal.fields
        self.stdout.write(json.dumps({"error": error}, ensure_ascii=False))
