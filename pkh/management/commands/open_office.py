import secrets

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Assignment
from accounts.roles import Role
from accounts.services import assign_role, create_account
from areas.services import ensure_office_area, load_areas
from core.commands import OfficeCommand
from core.errors import Refused


class Command(OfficeCommand):
    help = "Load the official areas and open the first administrator's account, once."
    acting = ""

    def add_arguments(self, parser):
        parser.add_argument("--admin", metavar="USERNAME", required=True)
        parser.add_argument("--name", default="", help="the administrator's full name")

    @transaction.atomic
    def perform(self, *, by, admin, name, **options):
        areas = load_areas()
        office = ensure_office_area(settings.PKH_OFFICE_AREA)
        if Assignment.objects.held_today().filter(role=Role.ADMIN).exists():
            raise Refused(
                "office_is_open",
                _("This office already has an administrator, who opens further accounts."),
            )
        now = timezone.now()
        password = secrets.token_urlsafe(15)
        user = create_account(
            username=admin, full_name=name or admin, password=password, by=None, at=now
        )
        assign_role(
            user=user,
            role=Role.ADMIN,
            area=office,
            starts_on=timezone.localdate(),
            by=None,
            at=now,
        )
        return {"username": user.username, "password": password, "areas": areas["areas"]}

    def sentence(self, result):
        return _(
            "The office is open. Sign in as %(username)s with %(password)s and change the "
            "password at once; it is not shown again."
        ) % {"username": result["username"], "password": result["password"]}
