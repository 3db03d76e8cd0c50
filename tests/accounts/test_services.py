import datetime as dt

import pytest
from django.contrib.auth import authenticate
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken, Assignment, AuditEvent, User
from accounts.roles import ROLE_LEVELS, ROLE_PERMISSIONS, Role, incompatible
from accounts.services import (
    assign_role,
    close_account,
    create_account,
    end_assignment,
    issue_token,
    reopen_account,
    revoke_token,
    set_password,
)
from beneficiaries.models import Household
from core.errors import Refused
from tests.factories.accounts import PASSWORD, AssignmentFactory, UserFactory, person
from tests.factories.areas import AreaFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 2, 8, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 2)
YESTERDAY = TODAY - dt.timedelta(days=1)


def refusal_of(service, **arguments):
    with pytest.raises(Refused) as refusal:
        service(**arguments)
    return refusal.value.code


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def test_create_account_opens_an_account_without_rights(administrator):
    user = create_account(
        username="made",
        full_name="Made Contoh",
        password=PASSWORD,
        by=administrator,
        at=NOW,
    )

    assert authenticate(RequestFactory().post("/"), username="made", password=PASSWORD) == user
    assert user.get_all_permissions() == set()
    event = AuditEvent.objects.get()
    assert (event.verb, event.target_id, event.by, event.at, event.data) == (
        "account.created",
        str(user.pk),
        administrator,
        NOW,
        {},
    )


@pytest.mark.parametrize(
    ("username", "password", "code"),
    [
        ("9999010101900001", PASSWORD, "username_is_a_nik"),
        ("sari", PASSWORD, "account_invalid"),
        ("", PASSWORD, "account_invalid"),
        ("made", "pendek", "account_invalid"),
        ("made", "12345678901234567", "account_invalid"),
    ],
)
def test_create_account_refuses(sari, username, password, code):
    assert (
        refusal_of(
            create_account, username=username, full_name="", password=password, by=None, at=NOW
        )
        == code
    )
    assert User.objects.count() == 1
    assert verbs() == []


def test_set_password_ends_sessions_of_the_old_one(client, sari, administrator):
    client.force_login(sari)
    assert client.get(reverse("account_change_password")).status_code == 200

    set_password(user=sari, password="danau-toba-9917-biru", by=administrator, at=NOW)

    assert client.get(reverse("account_change_password")).status_code == 302
    assert verbs() == ["account.password_set"]


def test_close_account_stops_sessions_and_tokens(client, sari, administrator):
    issue_token(user=sari, days=1, by=None, at=NOW)
    client.force_login(sari)

    close_account(user=sari, by=administrator, at=NOW)

    assert client.get(reverse("account_change_password")).status_code == 302
    assert ApiToken.objects.count() == 0
    assert AuditEvent.objects.get(verb="account.closed").data == {"tokens_revoked": 1}

    reopen_account(user=sari, by=administrator, at=NOW)
    sari.refresh_from_db()
    assert sari.is_active


def test_nobody_closes_their_own_account(administrator):
    assert refusal_of(close_account, user=administrator, by=administrator, at=NOW) == "own_account"


def test_assign_role_gives_rights_from_its_first_day_to_its_last(administrator):
    user, area = UserFactory(), AreaFactory(code="99.01.01")
    today = timezone.localdate()

    for starts, ends, held in [
        (today - dt.timedelta(3), today - dt.timedelta(1), False),
        (today, today, True),
        (today + dt.timedelta(1), None, False),
    ]:
        assign_role(
            user=user,
            role=Role.FACILITATOR,
            area=area,
            starts_on=starts,
            ends_on=ends,
            by=administrator,
            at=NOW,
        )
        assert User.objects.get(pk=user.pk).has_perm("beneficiaries.view_household") is held
        Assignment.objects.filter(user=user).delete()

    assert verbs() == ["assignment.given"] * 3
    assert AuditEvent.objects.latest("pk").data["role"] == "facilitator"


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        (Role.AUDITOR, Role.DATA_OPERATOR),
        (Role.DATA_OPERATOR, Role.AUDITOR),
        (Role.AUDITOR, Role.HEAD),
        (Role.ADMIN, Role.DATA_OPERATOR),
        (Role.HEAD, Role.ADMIN),
        (Role.ADMIN, Role.AUDITOR),
    ],
)
def test_assign_role_refuses_duties_nobody_holds_together(held, wanted):
    user, area = UserFactory(), AreaFactory(code="99.01")
    AssignmentFactory(user=user, role=held, area=area)

    refusal = refusal_of(
        assign_role, user=user, role=wanted, area=area, starts_on=TODAY, by=None, at=NOW
    )

    assert refusal == "incompatible_roles"


def test_assign_role_allows_those_duties_one_after_the_other():
    user, area = UserFactory(), AreaFactory(code="99.01")
    AssignmentFactory(user=user, role=Role.DATA_OPERATOR, area=area, ends_on=YESTERDAY)

    assign_role(user=user, role=Role.AUDITOR, area=area, starts_on=TODAY, by=None, at=NOW)

    assert Assignment.objects.filter(user=user).count() == 2


def test_incompatible_is_about_two_different_roles_and_the_same_both_ways():
    for one in Role.values:
        assert not incompatible(one, one)
        for other in Role.values:
            assert incompatible(one, other) == incompatible(other, one)
    assert not incompatible(Role.FACILITATOR, Role.SUBDISTRICT_LEAD)


def test_every_role_has_permissions_and_levels():
    assert set(ROLE_PERMISSIONS) == set(ROLE_LEVELS) == set(Role.values)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"role": "king"}, "unknown_role"),
        ({"role": Role.HEAD}, "wrong_level"),
        ({"ends_on": YESTERDAY}, "wrong_dates"),
        ({"role": Role.FACILITATOR}, "already_assigned"),
    ],
)
def test_assign_role_refuses(sari, changes, code):
    arguments = {
        "user": sari,
        "role": Role.SUBDISTRICT_LEAD,
        "area": AreaFactory(code="99.01.01"),
        "starts_on": TODAY,
        "by": None,
        "at": NOW,
    }

    assert refusal_of(assign_role, **(arguments | changes)) == code
    assert Assignment.objects.filter(user=sari).count() == 1


def test_assign_role_refuses_a_closed_account_and_oneself(administrator):
    closed, area = UserFactory(is_active=False), AreaFactory(code="99.01")
    shared = {"role": Role.HEAD, "area": area, "starts_on": TODAY, "at": NOW}

    assert refusal_of(assign_role, user=closed, by=administrator, **shared) == "account_closed"
    assert refusal_of(assign_role, user=administrator, by=administrator, **shared) == "own_role"


def test_end_assignment_takes_access_away_at_the_next_question(sari, administrator):
    today = timezone.localdate()
    assert sari.has_perm("beneficiaries.view_household")

    end_assignment(
        assignment=sari.assignments.get(),
        ends_on=today - dt.timedelta(days=1),
        by=administrator,
        at=NOW,
    )

    assert not sari.has_perm("beneficiaries.view_household")
    assert Household.objects.visible_to(sari).count() == 0
    assert verbs() == ["assignment.ended"]


def test_end_assignment_before_its_start_takes_it_back(administrator):
    assignment = AssignmentFactory(starts_on=TODAY)
    user = assignment.user

    end_assignment(assignment=assignment, ends_on=YESTERDAY, by=administrator, at=NOW)

    assert user.assignments.count() == 0
    event = AuditEvent.objects.get()
    assert (event.verb, event.data) == (
        "assignment.taken_back",
        {
            "user": user.pk,
            "role": "facilitator",
            "area": "99.01.01.2001",
            "starts_on": "2026-11-02",
        },
    )


def test_end_assignment_does_not_lengthen():
    assignment = AssignmentFactory(ends_on=YESTERDAY)

    assert (
        refusal_of(end_assignment, assignment=assignment, ends_on=TODAY, by=None, at=NOW)
        == "already_ended"
    )


def test_only_roles_with_business_in_admin_are_staff(administrator):
    user, area = UserFactory(), AreaFactory(code="99.01")

    given = assign_role(
        user=user, role=Role.ADMIN, area=area, starts_on=TODAY, by=administrator, at=NOW
    )
    user.refresh_from_db()
    assert user.is_staff

    end_assignment(assignment=given, ends_on=YESTERDAY, by=administrator, at=NOW)
    user.refresh_from_db()
    assert not user.is_staff


def test_issue_token_reads_only_unless_asked(sari):
    token, secret = issue_token(user=sari, days=30, by=None, at=NOW)

    assert token.scopes == ["read"]
    assert secret not in str(AuditEvent.objects.get().data)
    assert abs(token.expiry - timezone.now() - dt.timedelta(days=30)) < dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"days": 0}, "token_days"),
        ({"days": 367}, "token_days"),
        ({"days": 1, "scopes": ["everything"]}, "unknown_scope"),
    ],
)
def test_issue_token_refuses(sari, arguments, code):
    assert refusal_of(issue_token, user=sari, by=None, at=NOW, **arguments) == code


def test_issue_token_refuses_a_closed_account():
    closed = UserFactory(is_active=False)

    assert refusal_of(issue_token, user=closed, days=1, by=None, at=NOW) == "account_closed"


def test_revoke_token_removes_it(sari, administrator):
    token, _secret = issue_token(user=sari, days=1, by=None, at=NOW)

    revoke_token(token=token, by=administrator, at=NOW)

    assert ApiToken.objects.count() == 0
    assert verbs() == ["token.issued", "token.revoked"]


def test_person_holds_a_role_in_several_areas():
    user = person("dua", Role.FACILITATOR, "99.01.01.2001", "99.01.02.2001")

    assert sorted(user.assignments.values_list("area_id", flat=True)) == [
        "99.01.01.2001",
        "99.01.02.2001",
    ]
