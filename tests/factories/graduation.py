import datetime as dt
from importlib import import_module

import factory
from django.apps import apps

from accounts.roles import Role
from facilitators.models import Visit
from graduation.models import ExitType, GraduationCase
from graduation.services import (
    approve_case,
    note_visit,
    open_case,
    propose_case,
    submit_case,
    verify_case,
)
from tests.factories.accounts import person
from tests.factories.beneficiaries import HouseholdFactory
from tests.factories.facilitators import FacilitatorFactory

_FIRST = import_module("graduation.migrations.0002_first_types_and_questionnaire")
_ENDS = import_module("graduation.migrations.0003_component_ends_and_candidates")
AT = dt.datetime(2026, 10, 5, 3, 0, tzinfo=dt.UTC)


def first_types():
    """The types as the migration left them; tests with real transactions empty those tables."""
    _FIRST.add_types(apps, None)
    _FIRST.add_questionnaire(apps, None)


def component_ends():
    """When components end, as the migration left it."""
    _ENDS.add_ends(apps, None)


def exit_type(code="local_eligibility", **changes) -> ExitType:
    first_types()
    if changes:
        ExitType.objects.filter(code=code).update(**changes)
    return ExitType.objects.get(code=code)


class GraduationVisitFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Visit

    facilitator = factory.SubFactory(FacilitatorFactory)
    household = factory.SubFactory(HouseholdFactory)
    purpose = "graduation"
    device_at = AT
    recorded_at = AT
    content_sha256 = "0" * 64


def the_head(username="kepala"):
    """Approves; the cast proposes and verifies."""
    from accounts.models import User

    return User.objects.filter(username=username).first() or person(username, Role.HEAD, "99.01")


def case_of(
    household, *, by, verifier=None, approver=None, upto="proposed", type=None, at=AT, **said
) -> GraduationCase:
    """A case walked with the services to a state: proposed, visited, verified, approved or
    submitted; `type` a code, local eligibility unless said (needs a visit and nothing else)."""
    case = open_case(
        household=household, type=exit_type(type or "local_eligibility"), by=by, at=at, **said
    )
    walk = {
        "proposed": lambda: propose_case(case=case, by=by, at=at),
        "visited": lambda: note_visit(
            case=case,
            visit=GraduationVisitFactory(
                household=household, recorded_by=by, device_at=at, recorded_at=at
            ),
            by=by,
            at=at,
        ),
        "verified": lambda: verify_case(case=case, by=verifier, at=at),
        "approved": lambda: approve_case(case=case, by=approver or the_head(), at=at),
        "submitted": lambda: submit_case(case=case, number="1/PKH", by=approver, at=at),
    }
    for state, step in walk.items():
        if case.state == upto:
            break
        case = step()
        assert case.state == state
    return case
