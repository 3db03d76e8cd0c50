"""Roles and territories are asked once in a request, and never remembered beyond it."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.held import held_today, remembered
from accounts.models import Assignment
from accounts.roles import Role
from accounts.scope import area_codes

pytestmark = pytest.mark.django_db
SEES = "beneficiaries.view_household"


def end(user):
    """As another request or a night would: no signal of this process tells."""
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Assignment.objects.filter(user=user).update(starts_on=yesterday, ends_on=yesterday)


def test_within_a_request_the_database_is_asked_once(sari, django_assert_num_queries):
    # What is held, and whether a facilitator's families take the place of the area.
    with remembered(), django_assert_num_queries(2):
        assert area_codes(sari, SEES) == ["99.01.01"]
        assert sari.has_perm(SEES)
        assert not sari.has_perm("dtks.approve_snapshot")


def test_the_next_request_asks_afresh(sari):
    with remembered():
        assert sari.has_perm(SEES)
    end(sari)

    with remembered():
        assert not sari.has_perm(SEES)
        assert area_codes(sari, SEES) == []


def test_outside_a_request_nothing_is_remembered(sari):
    assert sari.has_perm(SEES)

    end(sari)

    assert not sari.has_perm(SEES)


def test_people_are_remembered_apart(sari, budi):
    with remembered():
        assert area_codes(sari, SEES) == ["99.01.01"]
        assert area_codes(budi, SEES) == ["99.01.02"]


def test_an_assignment_saved_within_the_request_counts_at_once(sari):
    with remembered():
        assert not sari.has_perm("accounts.open_admin")
        assignment = sari.assignments.get()
        assignment.role = Role.ADMIN
        assignment.save()

        assert {role for role, _area in held_today(sari)} == {Role.ADMIN}


def test_a_page_asks_once(client, ratna, django_assert_max_num_queries):
    client.force_login(ratna)
    client.get("/")

    with django_assert_max_num_queries(40) as asked:
        assert client.get("/").status_code == 200

    about = [query["sql"] for query in asked if "accounts_assignment" in query["sql"]]
    assert len(about) == 1  # the menu, the home and every permission share one answer
