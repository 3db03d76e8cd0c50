"""Whoever was invited by an e-mail address alone: reminded there once a day, of the invitation and
of nothing else."""

import datetime as dt

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from meetings.models import Invitation, Reminder, Representative
from meetings.services import (
    add_agenda_item,
    invite,
    remind,
    send_invitations,
    withdraw_invitation,
)
from tests.factories.accounts import UserFactory
from tests.factories.meetings import (
    AT,
    follow_up_of,
    institution,
    meeting_of,
    planner,
    representative,
)

pytestmark = pytest.mark.django_db
ADDRESS = "camat@contoh.id"


def invited(*, email=ADDRESS, name="Camat Contoh", at=AT, **values):
    meeting = meeting_of(at=at, **values)
    invitation = invite(
        meeting=meeting, institution=institution(), name=name, email=email, by=planner(), at=at
    )
    add_agenda_item(meeting=meeting, title="Pembukaan", by=planner(), at=at)
    send_invitations(meeting=meeting, by=planner(), at=at)
    return invitation


def morning(days_before, at=AT):
    day = timezone.localdate(at) - dt.timedelta(days=days_before)
    return dt.datetime.combine(day, dt.time(6, 30), timezone.get_current_timezone())


@pytest.mark.parametrize("days, letters", [(3, 0), (2, 1), (0, 1), (-1, 0)])
def test_it_is_told_from_two_days_before(days, letters):
    invited()

    remind(at=morning(days))

    assert [letter.to for letter in mail.outbox] == [[ADDRESS]] * letters


def test_once_a_day_however_often_the_job_runs_and_however_it_is_written():
    invited()
    invited(email="Camat@Contoh.id", kind="evaluation")

    remind(at=morning(1))
    remind(at=morning(1))

    letter = mail.outbox[0]
    assert len(mail.outbox) == 1
    assert letter.body.count("- Rapat: ") == 2
    assert "Camat Contoh" in letter.body
    remind(at=morning(0))
    assert len(mail.outbox) == 2


def test_nothing_but_the_invitation_stands_there():
    invitation = invited()
    held = meeting_of(at=AT - dt.timedelta(days=40), state="held")
    follow_up_of(held, description="Rahasia", owner_name="Camat Contoh", days=1)

    remind(at=morning(1))

    body = mail.outbox[0].body
    assert "Rapat koordinasi 1/2026, Senin, 5 Oktober 2026 pukul 09.00 WIB" in body
    assert "Rahasia" not in body
    assert invitation.code not in body


def test_no_machine_answers_the_letter():
    invited()

    remind(at=morning(1))

    said = mail.outbox[0].message()
    assert said["Auto-Submitted"] == "auto-generated"
    assert said["Content-Language"] == "id"


@pytest.mark.parametrize("gone", ["withdrawn", "cancelled"])
def test_an_invitation_that_does_not_stand_is_not_told(gone):
    invitation = invited()
    if gone == "withdrawn":
        withdraw_invitation(invitation=invitation, by=planner(), at=AT)
    else:
        invitation.meeting.__class__.objects.update(state="cancelled")

    remind(at=morning(1))

    assert not mail.outbox


def test_who_is_told_at_this_address_anyway_gets_one_letter():
    invitation = invited()
    user = UserFactory(username="camat", full_name="Camat", email=ADDRESS)
    known = representative("Camat", institution("Kecamatan Contoh"), user=user)
    invitation.meeting.invitations.create(
        institution=known.institution, representative=known, user=user
    )

    remind(at=morning(1))

    assert [letter.to for letter in mail.outbox] == [[ADDRESS]]
    assert mail.outbox[0].body.count("- Rapat: ") == 1


def test_the_database_keeps_an_address_to_one_a_day():
    Reminder.objects.create(day=AT.date(), items=[], email=ADDRESS)
    for email in (ADDRESS, ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            Reminder.objects.create(day=AT.date(), items=[], email=email)


@pytest.mark.parametrize("keep", [True, False])
def test_the_address_is_written_where_somebody_else_is_invited(client, keep):
    meeting = meeting_of()
    client.force_login(meeting.made_by)
    said = {"institution": institution().pk, "name": "Camat Contoh", "email": ADDRESS}

    client.post(
        reverse("meetings:invitations", args=[meeting.pk]), said | ({"keep": "on"} if keep else {})
    )

    assert Invitation.objects.get().email == ADDRESS
    kept = [one.email for one in Representative.objects.all()]
    assert kept == ([ADDRESS] if keep else [])
