"""Reminders: once per person and day, the row before the letter, and nobody's name in it."""

import datetime as dt
import re
import smtplib
import threading

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.utils import timezone

from accounts.models import Assignment
from accounts.roles import Role
from meetings.models import FollowUp, Reminder, Representative
from meetings.services import (
    add_agenda_item,
    close_follow_up,
    escalate,
    invite,
    publish_minutes,
    remind,
    remind_again,
    send_invitations,
    withdraw_invitation,
)
from meetings.tasks import escalate_and_remind
from pkh.celery import app
from tests.english import english_in
from tests.factories.accounts import UserFactory, person
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.meetings import (
    follow_up_of,
    institution,
    meeting_of,
    planner,
    representative,
)

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
HELD = dt.datetime(2026, 10, 5, 2, 0, tzinfo=dt.UTC)  # a Monday, nine o'clock in WIB
DUE = dt.date(2026, 10, 20)
RULES = 3  # days before the due date: MeetingSettings as they come


def morning(day: dt.date) -> dt.datetime:
    """Half past six in the office."""
    return dt.datetime.combine(day, dt.time(6, 30), timezone.get_current_timezone())


def agreed(**values):
    """A follow-up due on DUE, in published minutes."""
    meeting = meeting_of(at=HELD, state="held")
    one = follow_up_of(meeting, days=(DUE - HELD.date()).days, **values)
    publish_minutes(meeting=meeting, by=meeting.made_by, at=HELD + DAY)
    return FollowUp.objects.get(pk=one.pk)


def owner(**values):
    return UserFactory(
        username="pemilik", full_name="Pak Pemilik", email="pemilik@contoh.id", **values
    )


def words():
    return [item["text"] for row in Reminder.objects.all() for item in row.items]


@pytest.mark.django_db
class TestWhoIsToldWhat:
    @pytest.mark.parametrize("day, told", [
        (DUE - (RULES + 1) * DAY, 0), (DUE - RULES * DAY, 1), (DUE, 1), (DUE + 9 * DAY, 1),
    ])  # fmt: skip
    def test_the_one_in_charge_from_three_days_before(self, day, told):
        agreed(owner=owner())

        remind(at=morning(day))

        assert len(mail.outbox) == told
        assert Reminder.objects.filter(user__username="pemilik").count() == told

    def test_how_late_it_is(self):
        agreed(owner=owner())

        remind(at=morning(DUE + 9 * DAY))

        assert "terlambat 9 hari" in mail.outbox[0].body
        assert "20 Oktober 2026" in mail.outbox[0].body

    def test_without_an_account_the_person_named_of_the_institution(self):
        office = institution()
        representative("dr. Ratna", of=office, email="ratna@contoh.id")
        representative("Orang Lain", of=office, email="lain@contoh.id")
        agreed(institution=office, owner_name="DR. RATNA")

        remind(at=morning(DUE))

        assert [letter.to for letter in mail.outbox] == [["ratna@contoh.id"]]
        row = Reminder.objects.get()
        assert (row.user, row.representative.name) == (None, "dr. Ratna")
        assert row.emailed_at is not None

    def test_a_name_nobody_has_goes_to_all_of_the_institution(self):
        office = institution()
        for name in ("Satu", "Dua"):
            representative(name, of=office, email=f"{name.lower()}@contoh.id")
        representative("Pindah", of=office, email="pindah@contoh.id", active=False)
        agreed(institution=office, owner_name="Siapa Saja")

        remind(at=morning(DUE))

        assert sorted(letter.to[0] for letter in mail.outbox) == ["dua@contoh.id", "satu@contoh.id"]

    def test_a_person_with_an_account_is_told_once_there(self):
        office, user = institution(), owner()
        representative("dr. Ratna", of=office, user=user, email="kantor@contoh.id")
        agreed(institution=office)

        remind(at=morning(DUE))

        assert Reminder.objects.get().user == user
        assert [letter.to for letter in mail.outbox] == [["pemilik@contoh.id"]]

    def test_a_closed_account_is_not_written_to(self):
        agreed(owner=owner(is_active=False))

        remind(at=morning(DUE))

        assert mail.outbox == []

    def test_what_is_done_or_not_published_reminds_nobody(self):
        user = owner()
        one = agreed(owner=user, needs_evidence=False)
        close_follow_up(follow_up=one, by=user, at=HELD + DAY)
        follow_up_of(meeting_of(at=HELD, state="held"), owner=user, days=1)

        assert remind(at=morning(DUE))["told"] == 0

    def test_escalated_to_who_holds_the_post_today_where_the_meeting_was(self):
        agreed()
        head = person("kadis", Role.HEAD, "99.01", email="kadis@contoh.id")
        person("kadis-lain", Role.HEAD, "99.02", email="lain@contoh.id")
        gone = person("kadis-lama", Role.HEAD, "99.01", email="lama@contoh.id")
        Assignment.objects.filter(user=gone).update(ends_on=DUE)
        at = morning(DUE + 60 * DAY)
        escalate(at=at)

        remind(at=at)

        told = {row.user.username for row in Reminder.objects.exclude(user=None)}
        assert told == {"kadis", "rapat-korkab"}
        assert "Dieskalasi kepada Anda" in Reminder.objects.get(user=head).items[0]["text"]

    def test_nothing_is_escalated_before_its_step(self):
        agreed()
        person("kadis", Role.HEAD, "99.01", email="kadis@contoh.id")
        at = morning(DUE + DAY)
        escalate(at=at)

        remind(at=at)

        assert not Reminder.objects.filter(user__username="kadis").exists()

    @pytest.mark.parametrize("before, told", [(3, 0), (2, 1), (0, 1), (-1, 0)])
    def test_an_invitation_from_two_days_before(self, before, told):
        coming = meeting_of(at=HELD)
        office = institution()
        user = owner()
        person_ = representative("Tamu", of=office, user=user)
        invite(
            meeting=coming,
            institution=office,
            representative=person_,
            by=planner(),
            at=HELD - 9 * DAY,
        )
        add_agenda_item(meeting=coming, title="Pembukaan", by=planner(), at=HELD - 9 * DAY)
        send_invitations(meeting=coming, by=planner(), at=HELD - 9 * DAY)

        remind(at=morning(HELD.date() - before * DAY))

        assert len(mail.outbox) == told
        if told:
            assert "Senin, 5 Oktober 2026 pukul 09.00 WIB" in mail.outbox[0].body

    def test_neither_a_draft_nor_a_withdrawn_invitation(self):
        office = institution()
        people = [representative(name, of=office, email=f"{name}@contoh.id") for name in ("a", "b")]
        draft = meeting_of(at=HELD)
        invite(
            meeting=draft, institution=office, representative=people[0], by=planner(), at=HELD - DAY
        )
        sent = meeting_of(at=HELD)
        asked = [
            invite(
                meeting=sent, institution=office, representative=one, by=planner(), at=HELD - DAY
            )
            for one in people
        ]
        add_agenda_item(meeting=sent, title="Pembukaan", by=planner(), at=HELD - DAY)
        send_invitations(meeting=sent, by=planner(), at=HELD - DAY)
        withdraw_invitation(invitation=asked[1], by=planner(), at=HELD - DAY)

        remind(at=morning(HELD.date()))

        assert [letter.to for letter in mail.outbox] == [["a@contoh.id"]]
        assert len(Reminder.objects.get().items) == 1


@pytest.mark.django_db
class TestTheLetter:
    def test_it_is_indonesian_plain_text_without_any_address_to_click(self):
        agreed(owner=owner())

        remind(at=morning(DUE))

        letter = mail.outbox[0]
        assert english_in(f"{letter.subject}\n{letter.body}") == []
        assert "Yth. Pak Pemilik" in letter.body
        assert letter.content_subtype == "plain"
        assert letter.alternatives == [] if hasattr(letter, "alternatives") else True
        assert re.search(r"https?:|www\.|/tindak-lanjut/", letter.body) is None

    def test_it_names_no_family_and_no_number(self):
        household = HouseholdFactory(desa=AreaFactory(code="99.01.01.2001"))
        household.caretaker = MemberFactory(household=household, name="SITI AMINAH")
        household.save()
        meeting = meeting_of(at=HELD, state="held")
        days = (DUE - HELD.date()).days
        user = owner()
        follow_up_of(meeting, days=days, owner=user, household=household,
                     description="Antar Siti Aminah ke Disdukcapil")  # fmt: skip
        follow_up_of(meeting, days=days, owner=user, description="Perbaiki NIK 9901010101010001")
        publish_minutes(meeting=meeting, by=meeting.made_by, at=HELD + DAY)

        remind(at=morning(DUE))

        for text in (mail.outbox[0].body, str(Reminder.objects.get().items)):
            assert "aminah" not in text.lower()
            assert "9901010101010001" not in text
            assert "menyangkut satu keluarga" in text
            assert "Perbaiki NIK 9901**********01" in text

    def test_no_address_no_letter_but_the_application_tells(self, client):
        agreed(owner=UserFactory(username="pemilik", email=""))

        assert remind(at=morning(DUE)) == {"told": 1, "sent": 0, "failed": 0}
        assert mail.outbox == []


class Moody(BaseEmailBackend):
    """A mail server that turns one person away, or says nothing at all."""

    asked: list = []
    problem = staticmethod(lambda to: None)

    def send_messages(self, letters):
        for letter in letters:
            self.asked.append(letter.to[0])
            problem = type(self).problem(letter.to[0])
            if problem is not None:
                raise problem
        return len(letters)


@pytest.fixture
def moody(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.Moody"
    monkeypatch.setattr(Moody, "asked", [])
    return Moody


@pytest.mark.django_db
class TestWhenSendingFails:
    def many(self, number):
        office = institution()
        for nth in range(number):
            representative(f"Orang {nth}", of=office, email=f"o{nth}@contoh.id")
        agreed(institution=office, owner_name="Siapa Saja")

    def test_one_that_is_turned_away_fails_alone(self, moody, monkeypatch):
        self.many(3)
        monkeypatch.setattr(moody, "problem", staticmethod(
            lambda to: smtplib.SMTPRecipientsRefused({}) if to == "o1@contoh.id" else None
        ))  # fmt: skip

        assert remind(at=morning(DUE)) == {"told": 3, "sent": 2, "failed": 1}
        failed = Reminder.objects.get(failed=True)
        assert (failed.email, failed.emailed_at) == ("o1@contoh.id", None)
        assert Reminder.objects.filter(failed=False, emailed_at__isnull=False).count() == 2

    def test_seven_turned_away_are_each_asked(self, moody, monkeypatch):
        self.many(7)
        refused = staticmethod(lambda to: smtplib.SMTPDataError(550, b"no"))
        monkeypatch.setattr(moody, "problem", refused)

        assert remind(at=morning(DUE))["failed"] == 7
        assert len(moody.asked) == 7

    def test_a_server_that_never_answers_is_asked_five_times(self, moody, monkeypatch):
        self.many(7)
        monkeypatch.setattr(moody, "problem", staticmethod(lambda to: TimeoutError()))

        assert remind(at=morning(DUE)) == {"told": 7, "sent": 0, "failed": 7}
        assert len(moody.asked) == 5
        assert Reminder.objects.filter(failed=True).count() == 7

    def test_what_no_server_took_is_sent_when_one_answers_and_once(self, moody, monkeypatch):
        self.many(7)
        monkeypatch.setattr(moody, "problem", staticmethod(lambda to: TimeoutError()))
        remind(at=morning(DUE))
        assert remind_again(at=morning(DUE) + HOUR) == {"sent": 0, "failed": 7}
        monkeypatch.setattr(moody, "problem", staticmethod(lambda to: None))
        moody.asked.clear()

        assert remind_again(at=morning(DUE) + 2 * HOUR) == {"sent": 7, "failed": 0}
        assert remind_again(at=morning(DUE) + 3 * HOUR) == {"sent": 0, "failed": 0}
        assert sorted(moody.asked) == [f"o{nth}@contoh.id" for nth in range(7)]
        assert not Reminder.objects.filter(failed=True).exists()

    def test_whoever_left_since_the_morning_is_not_written_to(self, moody, monkeypatch):
        self.many(2)
        monkeypatch.setattr(moody, "problem", staticmethod(lambda to: TimeoutError()))
        remind(at=morning(DUE))
        monkeypatch.setattr(moody, "problem", staticmethod(lambda to: None))
        Representative.objects.filter(email="o1@contoh.id").update(active=False)

        assert remind_again(at=morning(DUE) + HOUR) == {"sent": 1, "failed": 0}
        assert moody.asked[-1] == "o0@contoh.id"

    def test_neither_what_was_turned_away_nor_another_day_is_tried_again(self, moody, monkeypatch):
        self.many(1)
        refused = staticmethod(lambda to: smtplib.SMTPDataError(550, b"no"))
        monkeypatch.setattr(moody, "problem", refused)
        remind(at=morning(DUE))
        monkeypatch.setattr(moody, "problem", staticmethod(lambda to: TimeoutError()))
        remind(at=morning(DUE + DAY))
        monkeypatch.setattr(moody, "problem", staticmethod(lambda to: None))

        assert remind_again(at=morning(DUE) + HOUR) == {"sent": 0, "failed": 0}
        assert remind_again(at=morning(DUE + 2 * DAY)) == {"sent": 0, "failed": 0}

    def test_a_letter_that_was_cut_off_is_not_sent_again(self, moody, monkeypatch):
        class Killed(BaseException):
            pass

        self.many(2)
        monkeypatch.setattr(
            moody, "problem", staticmethod(lambda to: Killed() if to == "o1@contoh.id" else None)
        )
        with pytest.raises(Killed):
            remind(at=morning(DUE))
        monkeypatch.setattr(moody, "problem", staticmethod(lambda to: None))
        remind(at=morning(DUE))

        assert sorted(moody.asked) == ["o0@contoh.id", "o1@contoh.id"]
        assert Reminder.objects.get(email="o1@contoh.id").emailed_at is None

    def test_settings_give_up_on_a_silent_server(self, settings):
        assert 0 < settings.EMAIL_TIMEOUT <= 30


@pytest.mark.django_db
def test_twice_a_day_is_once_and_the_next_day_again():
    agreed(owner=owner())

    for at in (morning(DUE), morning(DUE) + dt.timedelta(hours=5), morning(DUE + DAY)):
        remind(at=at)

    assert len(mail.outbox) == 2
    assert Reminder.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_letter_each(moody, monkeypatch):
    office = institution()
    for nth in range(6):
        representative(f"Orang {nth}", of=office, email=f"o{nth}@contoh.id")
    agreed(institution=office, owner_name="Siapa Saja")
    ready, problems = threading.Barrier(2), []

    def work():
        try:
            ready.wait(10)
            remind(at=morning(DUE))
        except Exception as problem:  # told below: a thread may not fail the test itself
            problems.append(problem)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(30)

    assert problems == []
    assert sorted(moody.asked) == [f"o{nth}@contoh.id" for nth in range(6)]
    assert Reminder.objects.count() == 6


@pytest.mark.django_db
def test_the_morning_job_escalates_first():
    meeting = meeting_of(at=timezone.now() - 60 * DAY, state="held")
    follow_up_of(meeting, days=1)
    publish_minutes(meeting=meeting, by=meeting.made_by, at=timezone.now() - 59 * DAY)
    person("kadis", Role.HEAD, "99.01", email="kadis@contoh.id")

    escalate_and_remind()
    escalate_and_remind()

    assert [letter.to for letter in mail.outbox].count(["kadis@contoh.id"]) == 1


def test_it_runs_at_half_past_six_of_the_office(settings):
    entry = app.conf.beat_schedule["meetings.remind"]

    assert (entry["schedule"].hour, entry["schedule"].minute) == ({6}, {30})
    assert entry["task"] in app.tasks
    assert app.conf.timezone == settings.TIME_ZONE


@pytest.mark.django_db
def test_the_page_shows_ones_own_and_marks_them_read(client):
    user = owner()
    one = agreed(owner=user)
    other = UserFactory(username="lain")
    remind(at=morning(DUE))
    Reminder.objects.create(user=other, day=DUE, items=[{"text": "RAHASIA", "url": "/"}])
    client.force_login(user)

    text = client.get("/rapat/pengingat/").content.decode()

    assert english_in(text) == []
    assert f'href="{one.get_absolute_url()}"' in text
    assert "RAHASIA" not in text
    assert "pemilik@contoh.id" in text
    assert "1 pengingat baru" in client.get("/").content.decode()
    assert client.post("/rapat/pengingat/dibaca/").status_code == 302
    assert Reminder.objects.get(user=user).seen_at is not None
    assert Reminder.objects.get(user=other).seen_at is None
    assert "pengingat baru" not in client.get("/").content.decode()
