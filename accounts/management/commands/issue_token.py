from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import issue_token
from core.commands import OfficeCommand
from core.errors import Refused


class Command(OfficeCommand):
    help = "Issue a token for /api/v1/; without --scope it only reads."
    acting = "optional"
    permission = "accounts.change_user"

    def add_arguments(self, parser):
        parser.add_argument("owner", metavar="username")
        parser.add_argument("--days", type=int, required=True)
        parser.add_argument("--scope", action="extend", nargs="+", default=[], dest="scopes")

    def perform(self, *, by, owner, days, scopes):
        user = User.objects.filter(username=owner).first()
        if user is None:
            raise Refused("unknown_user", _("There is no user %(username)s.") % {"username": owner})
        token, secret = issue_token(user=user, days=days, scopes=scopes, by=by, at=timezone.now())
        return {"token": secret, "expires_at": token.expiry, "scopes": token.scopes}

    def sentence(self, result):
        return _("Token, shown only now: %(token)s (until %(expires_at)s)") % result
