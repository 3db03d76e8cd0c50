"""Who is put in charge over the pages: with an account, so that it stands on his list and he is
reminded; or by name alone."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts.roles import Role
from meetings.models import FollowUp
from tests.factories.accounts import person
from tests.factories.meetings import (
    AT,
    follow_up_of,
    institution,
    issue_of,
    meeting_of,
    representative,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(client):
    made = meeting_of(state="held")
    client.force_login(made.made_by)
    return made


def said(**values):
    return {
        "description": "Memadankan data",
        "institution": institution().pk,
        "owner_name": "",
        "due_on": "19-10-2026",
        "priority": 2,
    } | values


def add(client, meeting, **values):
    from meetings.services import add_decision

    issue = meeting.issues.first() or issue_of(meeting)
    decision = add_decision(issue=issue, text="Sepakat", by=meeting.made_by, at=AT)
    return client.post(reverse("meetings:add_follow_up", args=[decision.pk]), said(**values))


@pytest.mark.parametrize("role, area", [
    (Role.FACILITATOR, "99.01.01.2001"), (Role.SUBDISTRICT_LEAD, "99.01.02"),
    (Role.DATA_OPERATOR, "99.01"),
])  # fmt: skip
def test_staff_of_the_area_are_put_in_charge_and_find_it(client, meeting, role, area):
    user = person("yang-bertugas", role, area)

    add(client, meeting, owner=user.pk)

    one = FollowUp.objects.get()
    assert (one.owner, one.owner_name) == (user, str(user))
    client.post(reverse("meetings:publish", args=[meeting.pk]))
    client.force_login(user)
    mine = client.get(reverse("meetings:follow_ups"), {"punya": "saya"}).text
    assert "Memadankan data" in mine


def test_so_are_guests_of_the_institutions(client, meeting):
    guest = person("tamu", Role.GUEST, "99.01")
    representative("dr. Ratna", user=guest)

    add(client, meeting, owner=guest.pk, owner_name="dr. Ratna, M.Kes.")

    one = FollowUp.objects.get()
    assert (one.owner, one.owner_name) == (guest, "dr. Ratna, M.Kes.")


@pytest.mark.parametrize("role, area", [
    (Role.FACILITATOR, "99.02.01.2001"),  # another kabupaten
    (Role.ADMIN, "99.01"),  # looks after accounts, reads no meeting
    (Role.GUEST, "99.01"),  # stands for no institution
])  # fmt: skip
def test_nobody_else_is(client, meeting, role, area):
    answer = add(client, meeting, owner=person("orang-lain", role, area).pk)

    assert answer.status_code == 422
    assert not FollowUp.objects.exists()


def test_a_name_is_enough_and_nothing_is_not(client, meeting):
    assert add(client, meeting).status_code == 422
    assert add(client, meeting, owner_name="Kepala Desa").status_code == 302

    one = FollowUp.objects.get()
    assert (one.owner, one.owner_name) == (None, "Kepala Desa")


def test_whoever_is_in_charge_stays_when_the_wording_changes(client, meeting):
    """Also when he no longer works here."""
    user = person("sudah-pindah", Role.FACILITATOR, "99.02.01.2001")
    one = follow_up_of(meeting, owner=user, owner_name="Pak Pindah")
    url = reverse("meetings:change_follow_up", args=[one.pk])
    form = client.get(url).context["form"]
    assert form.initial["owner"] == user

    client.post(url, said(owner=user.pk, owner_name="Pak Pindah", description="Lain"))

    one.refresh_from_db()
    assert (one.description, one.owner) == ("Lain", user)
    assert one.due_on == dt.date(2026, 10, 19)
