"""What a token may be used for. A scope narrows its owner's roles, it never widens them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    READ = "read", _("Read everything the owner may read, numbers masked")
    AREAS_READ = "areas:read", _("Read areas")
    REGISTER_READ = "register:read", _("Read households and members")
    REGISTER_WRITE = "register:write", _("Change households and members")
    SNAPSHOTS_READ = "snapshots:read", _("Read ministry files and their differences")
    SNAPSHOTS_WRITE = "snapshots:write", _("Upload, approve and reconcile ministry files")
    DIFFERENCES_WRITE = "differences:write", _("Decide differences")
    JOBS_READ = "jobs:read", _("Read jobs")
    JOBS_WRITE = "jobs:write", _("Cancel jobs")
    FIELD_READ = (
        "field:read",
        _("Read facilitators, caseloads, work plans, visits, learning sessions and checks"),
    )
    FIELD_WRITE = (
        "field:write",
        _("Record visits, activities, learning sessions and commitment checks"),
    )
    GRADUATION_READ = "graduation:read", _("Read graduation cases and targets")
    GRADUATION_WRITE = "graduation:write", _("Change graduation cases and targets")
    MEETINGS_READ = "meetings:read", _("Read meetings and follow-ups")
    MEETINGS_WRITE = "meetings:write", _("Change meetings and follow-ups")
    IDENTITY_REVEAL = "identity:reveal", _("See full NIK and family card numbers, with a reason")


def covers(scopes, needed: str) -> bool:
    """True when a token with these scopes may do what asks for `needed`."""
    return needed in scopes or (needed.endswith(":read") and Scope.READ in scopes)
