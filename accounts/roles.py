"""Who does what (domain.md 3.1, reliability.md C.1): roles as data, permissions beside them.

A role says what a person may do, the area of the assignment says where, its dates say when.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    FACILITATOR = "facilitator", _("Facilitator")
    SUBDISTRICT_LEAD = "subdistrict_lead", _("Kecamatan team lead")
    DISTRICT_COORDINATOR = "district_coordinator", _("District coordinator")
    DATA_OPERATOR = "data_operator", _("Data operator")
    SUBDISTRICT_SOCIAL_WORKER = "subdistrict_social_worker", _("TKSK")
    HEAD = "head", _("Head of agency")
    DIVISION_HEAD = "division_head", _("Head of division")
    AUDITOR = "auditor", _("Auditor")
    ADMIN = "admin", _("System administrator")
    GUEST = "guest", _("Guest of another institution")


_READ_PEOPLE = {"beneficiaries.view_household", "beneficiaries.view_member"}
_REVEAL = {"accounts.reveal_identity"}
_READ_FILES = {"dtks.view_snapshot"}
_READ_QUESTIONS = {"dtks.view_difference"}
_DECIDE = {"dtks.decide_difference"}

# The matrix of reliability.md C.1, for the floors that exist. A test holds it to the pages.
ROLE_PERMISSIONS: dict[str, frozenset[str]] = {
    Role.FACILITATOR: frozenset(_READ_PEOPLE | _REVEAL | _READ_QUESTIONS | _DECIDE),
    Role.SUBDISTRICT_LEAD: frozenset(
        _READ_PEOPLE | _REVEAL | _READ_QUESTIONS | _DECIDE | {"dtks.export_difference"}
    ),
    Role.DISTRICT_COORDINATOR: frozenset(
        _READ_PEOPLE
        | _REVEAL
        | _READ_FILES
        | _READ_QUESTIONS
        | _DECIDE
        | {"dtks.export_difference", "dtks.approve_snapshot", "accounts.view_auditevent"}
    ),
    Role.DATA_OPERATOR: frozenset(
        _READ_PEOPLE
        | _REVEAL
        | _READ_FILES
        | _READ_QUESTIONS
        | _DECIDE
        | {
            "beneficiaries.change_household",
            "beneficiaries.change_member",
            "dtks.add_snapshot",
            "dtks.change_snapshot",
            "dtks.approve_snapshot",
            "dtks.reconcile_snapshot",
            "dtks.export_difference",
            "dtks.view_sourcerow",
            "jobs.view_job",
            "areas.view_area",
            "areas.add_area",
            "areas.change_area",
        }
    ),
    Role.SUBDISTRICT_SOCIAL_WORKER: frozenset(_READ_PEOPLE | _READ_QUESTIONS),
    Role.HEAD: frozenset(
        _READ_PEOPLE | _READ_FILES | {"dtks.approve_snapshot", "dtks.view_difference_totals"}
    ),
    Role.DIVISION_HEAD: frozenset(
        _READ_PEOPLE | _READ_FILES | {"dtks.approve_snapshot", "dtks.view_difference_totals"}
    ),
    Role.AUDITOR: frozenset(
        _READ_PEOPLE
        | _REVEAL
        | _READ_FILES
        | _READ_QUESTIONS
        | {
            "accounts.view_auditevent",
            "accounts.view_assignment",
            "accounts.view_user",
            "dtks.export_difference",
            "dtks.view_sourcerow",
            "jobs.view_job",
        }
    ),
    # Manages accounts and configuration, and sees no family by default.
    Role.ADMIN: frozenset(
        {
            "accounts.view_user",
            "accounts.add_user",
            "accounts.change_user",
            "accounts.view_assignment",
            "accounts.add_assignment",
            "accounts.change_assignment",
            "areas.view_area",
            "areas.add_area",
            "areas.change_area",
            "beneficiaries.view_benefitindex",
            "beneficiaries.add_benefitindex",
            "beneficiaries.change_benefitindex",
            "beneficiaries.view_periodrule",
            "beneficiaries.add_periodrule",
            "beneficiaries.change_periodrule",
            "dtks.view_matchingsettings",
            "dtks.change_matchingsettings",
            "jobs.view_job",
        }
    ),
    Role.GUEST: frozenset(),
}
