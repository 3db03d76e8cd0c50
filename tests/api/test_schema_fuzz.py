"""What the schema promises, asked in hundreds of odd ways: never a 5xx, one shape of error."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
)

from accounts.roles import Role
from accounts.scopes import Scope
from accounts.services import issue_token
from pkh.wsgi import application
from tests.factories.accounts import person
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory

PROMISES = [not_a_server_error, content_type_conformance, response_schema_conformance]


@pytest.fixture
def one_connection():
    """A request through WSGI would close the connection this test's transaction lives in."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def headers(db, one_connection, settings):
    # The in-process client never closes a request, so uploads must not become files.
    settings.FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
    MemberFactory(household=HouseholdFactory(desa__code="99.01.01.2001"))
    operator = person("penguji", Role.DATA_OPERATOR, "99.01")
    _token, secret = issue_token(
        user=operator, days=1, scopes=list(Scope.values), by=None, at=timezone.now()
    )
    # The in-process client asks for compressed answers and does not unpack them.
    return {"Authorization": f"Bearer {secret}", "Accept-Encoding": "identity"}


@pytest.mark.slow
def test_odd_requests_are_answered_as_promised(headers):
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @examples(
            max_examples=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        def ask(case):
            nonlocal asked
            asked += 1
            answer = case.call(headers=headers)
            case.validate_response(answer, checks=PROMISES)
            if answer.status_code >= 400:
                assert set(answer.json()) == {"error"}

        ask()
    assert asked > 100
