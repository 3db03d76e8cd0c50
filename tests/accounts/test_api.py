import datetime as dt
import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from accounts.api.permissions import SIGNED_IN, RolePermission
from accounts.models import ApiToken
from accounts.scopes import Scope, covers
from accounts.services import close_account, issue_token, revoke_token

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 2, 8, tzinfo=dt.UTC)


class Families(ViewSet):
    permission_classes = [RolePermission]
    required_permission = {
        "GET": "beneficiaries.view_household",
        "create": "beneficiaries.change_household",
    }
    required_scope = {"GET": Scope.REGISTER_READ, "create": Scope.REGISTER_WRITE}

    def list(self, request):
        return Response({"by": request.user.username})

    def create(self, request):
        return Response({"by": request.user.username}, status=201)

    def destroy(self, request):
        return Response(status=204)


families = Families.as_view({"get": "list", "post": "create", "delete": "destroy"})
requests = APIRequestFactory()


def ask(method="get", token=None, user=None, view=families):
    headers = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token is not None else {}
    request = getattr(requests, method)("/", **headers)
    if user:
        force_authenticate(request, user=user)
    return view(request).status_code


def token_for(user, *scopes, days=1):
    return issue_token(user=user, days=days, scopes=scopes, by=None, at=NOW)[1]


def test_a_view_that_says_nothing_lets_nobody_in(sari):
    class Forgotten(APIView):
        def get(self, request):
            return Response("secret")

    class HalfForgotten(Forgotten):
        permission_classes = [RolePermission]
        required_permission = SIGNED_IN

    assert ask(user=sari, view=Forgotten.as_view()) == 403
    assert ask(user=sari, view=HalfForgotten.as_view()) == 403


def test_role_permission_asks_the_role_of_today(sari, operator, administrator):
    assert [ask(user=user) for user in (sari, operator, administrator)] == [200, 200, 403]
    assert [ask("post", user=user) for user in (sari, operator)] == [403, 201]

    sari.assignments.update(ends_on=timezone.localdate() - dt.timedelta(days=1))
    assert ask(user=sari) == 403


def test_role_permission_refuses_an_action_nobody_opened(operator):
    assert ask("delete", user=operator) == 403


def test_nobody_in_particular_is_asked_to_sign_in():
    assert ask() == 401


@pytest.mark.parametrize(
    ("scopes", "get", "post"),
    [
        ((), 200, 403),
        (("read",), 200, 403),
        (("register:read",), 200, 403),
        (("snapshots:read",), 403, 403),
        (("register:write",), 403, 201),
        (("read", "register:write"), 200, 201),
    ],
)
def test_a_token_does_what_its_scopes_say(operator, scopes, get, post):
    token = token_for(operator, *scopes)

    assert (ask(token=token), ask("post", token=token)) == (get, post)


def test_a_scope_never_widens_a_role(sari):
    assert ask("post", token=token_for(sari, "register:write")) == 403


def test_reading_does_not_cover_revealing():
    assert covers(["read"], Scope.SNAPSHOTS_READ)
    assert not covers(["read"], Scope.IDENTITY_REVEAL)
    assert not covers(["read"], Scope.SNAPSHOTS_WRITE)


@pytest.mark.parametrize("token", ["", "x", "0" * 64, "é" * 10, "\udcff"])
def test_a_token_nobody_issued_is_not_valid(sari, token):
    assert ask(token=token.encode("utf-8", "surrogateescape").decode("latin-1")) == 401


def test_an_expired_token_is_not_valid(operator):
    token = token_for(operator)
    ApiToken.objects.update(expiry=timezone.now() - dt.timedelta(seconds=1))

    assert ask(token=token) == 401


def test_a_revoked_token_is_not_valid(operator):
    token = token_for(operator)
    revoke_token(token=ApiToken.objects.get(), by=None, at=NOW)

    assert ask(token=token) == 401


def test_a_token_of_a_closed_account_is_not_valid(operator):
    token = token_for(operator)
    close_account(user=operator, by=None, at=NOW)

    assert ask(token=token) == 401

    other = token_for_closed(operator)
    assert ask(token=other) == 401


def token_for_closed(user):
    """A token row that outlived the closing of its account."""
    return ApiToken.objects.create(user=user, scopes=["read"])[1]


def test_asking_with_a_token_costs_one_query_for_the_token_and_one_for_the_role(
    operator, django_assert_num_queries
):
    token = token_for(operator)

    with django_assert_num_queries(2):
        ask(token=token)


def test_issue_token_command_answers_in_json(operator, capsys):
    call_command("issue_token", "operator", "--days", "7", "--scope", "snapshots:write", "--json")

    answer = json.loads(capsys.readouterr().out)
    assert sorted(answer) == ["expires_at", "scopes", "token"]
    assert answer["scopes"] == ["snapshots:write"]
    assert dt.datetime.fromisoformat(answer["expires_at"]) > timezone.now()
    assert ask(token=answer["token"]) == 403  # it uploads and does not read


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nobody", "--days", "7"], "unknown_user"),
        (["operator", "--days", "7", "--scope", "all"], "unknown_scope"),
        (["operator", "--days", "0"], "token_days"),
        (["operator", "--days", "7", "--as", "operator"], "not_allowed"),
    ],
)
def test_issue_token_command_refuses(operator, capsys, arguments, code):
    with pytest.raises(CommandError) as error:
        call_command("issue_token", *arguments, "--json")

    assert error.value.returncode == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code
