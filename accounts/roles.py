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
# The rows behind a number, numbers masked, as a file; whoever may take out cases by name.
_TAKE_OUT = {"accounts.export_rows", "graduation.export_graduationcase"}
# Photos and papers of families; a TKSK sees the family, not its photos.
_READ_DOCUMENTS = {"documents.view_document"}
_READ_FILES = {"dtks.view_snapshot"}
_READ_QUESTIONS = {"dtks.view_difference"}
_DECIDE = {"dtks.decide_difference"}
_READ_CASELOADS = {"facilitators.view_facilitator", "facilitators.view_caseloadassignment"}
_READ_VISITS = {"facilitators.view_visit"}
_MAKE_VISITS = {"facilitators.add_visit"}
_DECIDE_PROPOSALS = {"facilitators.decide_changeproposal"}
# A sample of visits, and those with a mark, looked at again by somebody else.
_CHECK_VISITS = {"facilitators.check_visit"}
_READ_LEARNING = {"facilitators.view_learninggroup", "facilitators.view_learningsession"}
# Commitments: who keeps the evidence does not also accept reasons or close the quarter.
_READ_CHECKS = {"facilitators.view_commitmentcheck"}
_RECORD_CHECKS = _READ_CHECKS | {"facilitators.add_commitmentcheck"}
_ACCEPT_REASONS = _READ_CHECKS | {"facilitators.accept_commitmentcheck"}
_COUNT_CHECKS = {"facilitators.count_commitmentcheck"}
_PREPARE_QUARTERS = {"facilitators.prepare_commitmentquarter"}
_CLOSE_QUARTERS = {
    "facilitators.close_commitmentquarter",
    "facilitators.correct_commitmentcheck",
}
_RECORD_LEARNING = _READ_LEARNING | {
    "facilitators.add_learningsession",
    "facilitators.change_learningsession",
    "facilitators.add_learninggroup",
    "facilitators.change_learninggroup",
}
# Work plans, activities and RHK: of the territory, or one's own.
_READ_WORK = {"facilitators.view_workplan"}
_KEEP_WORK = {"facilitators.add_workplan"}
# Cases of graduation pass three people: A1/A2 verify, A3 approves (reliability.md C.1).
_READ_CASES = {"graduation.view_graduationcase"}
_PROPOSE_CASES = _READ_CASES | {"graduation.propose_graduationcase"}
_VERIFY_CASES = _READ_CASES | {"graduation.verify_graduationcase"}
_APPROVE_CASES = _READ_CASES | {"graduation.approve_graduationcase"}
_KEEP_EXITS = {"graduation.submit_graduationcase", "graduation.record_exit"}
_READ_GRADUATION = {"graduation.view_graduationtarget", "graduation.view_reportquarter"}
_KEEP_TARGETS = {"graduation.change_graduationtarget"}
_LOCK_REPORTS = {"graduation.lock_reportquarter"}
_CORRECT_REPORTS = {"graduation.correct_reportquarter"}
_READ_MEETINGS = {"meetings.view_meeting"}
_KEEP_MEETINGS = _READ_MEETINGS | {"meetings.change_meeting"}
_PLAN_MEETINGS = _KEEP_MEETINGS | {"meetings.add_meeting"}
_PUBLISH_MINUTES = _READ_MEETINGS | {"meetings.publish_minutes"}
# Reports of sums for superiors; they hold no family's name.
_MAKE_REPORTS = {"dashboard.add_officereport"}
_MEETING_TABLES = ("institution", "representative", "facility")
_MEETING_LISTS = (*_MEETING_TABLES, "meetingsettings", "escalationrule")
_KEEP_INSTITUTIONS = {
    f"meetings.{verb}_{table}" for verb in ("view", "add", "change") for table in _MEETING_TABLES
}
_PAPER_LISTS = ("letterhead", "numberpattern")
_GRADUATION_LISTS = (
    "exittype",
    "exitreason",
    "questionnaire",
    "question",
    "choice",
    "componentend",
)
_KEEP_CASELOADS = {
    "facilitators.add_facilitator",
    "facilitators.change_facilitator",
    "facilitators.assign_caseload",
}

# The matrix of reliability.md C.1, for the floors that exist. A test holds it to the pages.
ROLE_PERMISSIONS: dict[str, frozenset[str]] = {
    Role.FACILITATOR: frozenset(
        _READ_PEOPLE
        | _READ_MEETINGS
        | _PROPOSE_CASES
        | _RECORD_CHECKS
        | _READ_DOCUMENTS
        | _REVEAL
        | _READ_QUESTIONS
        | _DECIDE
        | _READ_VISITS
        | _MAKE_VISITS
        | _RECORD_LEARNING
        | _KEEP_WORK
    ),
    Role.SUBDISTRICT_LEAD: frozenset(
        _READ_PEOPLE
        | _MAKE_REPORTS
        | _KEEP_MEETINGS
        | _PROPOSE_CASES
        | _VERIFY_CASES
        | _READ_GRADUATION
        | _TAKE_OUT
        | _ACCEPT_REASONS
        | _READ_DOCUMENTS
        | _REVEAL
        | _READ_QUESTIONS
        | _DECIDE
        | _READ_CASELOADS
        | _READ_VISITS
        | _MAKE_VISITS
        | _DECIDE_PROPOSALS
        | _CHECK_VISITS
        | _RECORD_LEARNING
        | _READ_WORK
        | _KEEP_WORK
        | {"dtks.export_difference"}
    ),
    Role.DISTRICT_COORDINATOR: frozenset(
        _READ_PEOPLE
        | _MAKE_REPORTS
        | _PLAN_MEETINGS
        | _PUBLISH_MINUTES
        | _KEEP_INSTITUTIONS
        | _PROPOSE_CASES
        | _VERIFY_CASES
        | _KEEP_EXITS
        | _READ_GRADUATION
        | _KEEP_TARGETS
        | _LOCK_REPORTS
        | _CORRECT_REPORTS
        | _TAKE_OUT
        | _ACCEPT_REASONS
        | _PREPARE_QUARTERS
        | _CLOSE_QUARTERS
        | _READ_DOCUMENTS
        | _REVEAL
        | _READ_FILES
        | _READ_QUESTIONS
        | _DECIDE
        | _READ_CASELOADS
        | _KEEP_CASELOADS
        | _READ_VISITS
        | _DECIDE_PROPOSALS
        | _CHECK_VISITS
        | _RECORD_LEARNING
        | _READ_WORK
        | {"dtks.export_difference", "dtks.approve_snapshot", "accounts.view_auditevent"}
    ),
    Role.DATA_OPERATOR: frozenset(
        _READ_PEOPLE
        | _KEEP_MEETINGS
        | _KEEP_INSTITUTIONS
        | _READ_CASES
        | _KEEP_EXITS
        | _READ_GRADUATION
        | _TAKE_OUT
        | _RECORD_CHECKS
        | _PREPARE_QUARTERS
        | _READ_DOCUMENTS
        | _REVEAL
        | _READ_FILES
        | _READ_QUESTIONS
        | _DECIDE
        | _READ_CASELOADS
        | _READ_VISITS
        | _DECIDE_PROPOSALS
        | _RECORD_LEARNING
        | _READ_WORK
        | {
            "facilitators.add_facilitator",
            "facilitators.change_facilitator",
            "beneficiaries.change_household",
            "beneficiaries.change_member",
            "dtks.add_snapshot",
            "dtks.change_snapshot",
            "dtks.approve_snapshot",
            "dtks.reconcile_snapshot",
            "dtks.export_difference",
            "dtks.export_identity",
            "dtks.view_sourcerow",
            "jobs.view_job",
            "areas.view_area",
            "areas.add_area",
            "areas.change_area",
        }
    ),
    Role.SUBDISTRICT_SOCIAL_WORKER: frozenset(
        _READ_PEOPLE | _READ_MEETINGS | _READ_QUESTIONS | _READ_VISITS
    ),
    Role.HEAD: frozenset(
        _READ_PEOPLE
        | _MAKE_REPORTS
        | _PUBLISH_MINUTES
        | _APPROVE_CASES
        | _READ_GRADUATION
        | _KEEP_TARGETS
        | _LOCK_REPORTS
        | _COUNT_CHECKS
        | _READ_DOCUMENTS
        | _READ_FILES
        | _READ_CASELOADS
        | _READ_VISITS
        | _READ_LEARNING
        | _READ_WORK
        | {"dtks.approve_snapshot", "dtks.view_difference_totals"}
    ),
    Role.DIVISION_HEAD: frozenset(
        _READ_PEOPLE
        | _MAKE_REPORTS
        | _PUBLISH_MINUTES
        | _APPROVE_CASES
        | _READ_GRADUATION
        | _KEEP_TARGETS
        | _LOCK_REPORTS
        | _COUNT_CHECKS
        | _READ_DOCUMENTS
        | _READ_FILES
        | _READ_CASELOADS
        | _READ_VISITS
        | _READ_LEARNING
        | _READ_WORK
        | {"dtks.approve_snapshot", "dtks.view_difference_totals"}
    ),
    Role.AUDITOR: frozenset(
        _READ_PEOPLE
        | _READ_MEETINGS
        | _READ_CASES
        | _READ_GRADUATION
        | _TAKE_OUT
        | _READ_CHECKS
        | _READ_DOCUMENTS
        | _REVEAL
        | _READ_FILES
        | _READ_QUESTIONS
        | _READ_CASELOADS
        | _READ_VISITS
        | _READ_LEARNING
        | _READ_WORK
        | {
            "accounts.open_admin",
            "facilitators.view_caseloadsettings",
            "facilitators.view_visitrule",
            "facilitators.view_visitsettings",
            "facilitators.view_commitmentrule",
            "facilitators.view_commitmentsettings",
            "facilitators.view_learningmodule",
            "facilitators.view_learningtopic",
            "facilitators.view_performancetarget",
            *(f"graduation.view_{table}" for table in _GRADUATION_LISTS),
            *(f"meetings.view_{table}" for table in _MEETING_LISTS),
            *(f"documents.view_{table}" for table in _PAPER_LISTS),
            "accounts.view_auditevent",
            "accounts.view_assignment",
            "accounts.view_user",
            "areas.view_area",
            "beneficiaries.view_benefitindex",
            "beneficiaries.view_periodrule",
            "dtks.view_matchingsettings",
            "dtks.export_difference",
            "dtks.view_sourcerow",
            "jobs.view_job",
        }
    ),
    # Manages accounts and configuration, and sees no family by default.
    Role.ADMIN: frozenset(
        {
            "accounts.open_admin",
            "accounts.view_apitoken",
            "accounts.delete_apitoken",
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
            "facilitators.view_caseloadsettings",
            "facilitators.change_caseloadsettings",
            "facilitators.view_visitrule",
            "facilitators.add_visitrule",
            "facilitators.change_visitrule",
            "facilitators.view_visitsettings",
            "facilitators.add_visitsettings",
            "facilitators.change_visitsettings",
            "facilitators.view_commitmentrule",
            "facilitators.add_commitmentrule",
            "facilitators.change_commitmentrule",
            "facilitators.view_commitmentsettings",
            "facilitators.change_commitmentsettings",
            *(
                f"facilitators.{verb}_{table}"
                for verb in ("view", "add", "change")
                for table in ("learningmodule", "learningtopic", "performancetarget")
            ),
            *(
                f"graduation.{verb}_{table}"
                for verb in ("view", "add", "change")
                for table in _GRADUATION_LISTS
            ),
            *(
                f"meetings.{verb}_{table}"
                for verb in ("view", "add", "change")
                for table in _MEETING_LISTS
            ),
            *(
                f"documents.{verb}_{table}"
                for verb in ("view", "add", "change")
                for table in _PAPER_LISTS
            ),
            "jobs.view_job",
        }
    ),
    Role.GUEST: frozenset(),
}

_LOOKS = ("view_", "export_", "reveal_", "open_")
_PEOPLE = frozenset(
    {
        "beneficiaries.view_household",
        "beneficiaries.view_member",
        "documents.view_document",
        "dtks.view_sourcerow",
    }
)


def writes(role: str) -> bool:
    """True for a role that may change something, not only look."""
    return any(
        not permission.partition(".")[2].startswith(_LOOKS) for permission in ROLE_PERMISSIONS[role]
    )


def reads_people(role: str) -> bool:
    return bool(ROLE_PERMISSIONS[role] & _PEOPLE)


def incompatible(one: str, other: str) -> bool:
    """Duties one person never holds together.

    An auditor examines what others wrote, so writes nothing; an administrator gives access to
    families, so does not read them.
    """
    pair = {one, other}
    if len(pair) == 1:
        return False
    if Role.AUDITOR in pair:
        return any(writes(role) for role in pair - {Role.AUDITOR})
    if Role.ADMIN in pair:
        return any(reads_people(role) for role in pair - {Role.ADMIN})
    return False


# Where a role can be held, by the level of the area: 1 province … 4 village.
ROLE_LEVELS: dict[str, tuple[int, ...]] = {
    Role.FACILITATOR: (3, 4),
    Role.SUBDISTRICT_LEAD: (3,),
    Role.SUBDISTRICT_SOCIAL_WORKER: (3,),
    Role.DISTRICT_COORDINATOR: (2,),
    Role.DATA_OPERATOR: (2,),
    Role.HEAD: (2,),
    Role.DIVISION_HEAD: (2,),
    Role.AUDITOR: (1, 2),
    Role.ADMIN: (2,),
    Role.GUEST: (2, 3, 4),
}

# Master data is looked after in admin/; nobody else has business there.
ADMIN_SITE_ROLES = frozenset(
    role for role, granted in ROLE_PERMISSIONS.items() if "accounts.open_admin" in granted
)
