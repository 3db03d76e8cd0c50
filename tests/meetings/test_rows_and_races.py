"""Pages that cost the same however many rows they show, and doors two people push at once."""

import datetime as dt
import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import Refused
from meetings.models import Escalation, FollowUpEntry, Meeting
from meetings.services import (
    add_agenda_item,
    add_to_list,
    close_follow_up,
    escalate,
    invite,
    plan_meeting,
    publish_minutes,
)
from tests.factories.areas import AreaFactory
from tests.factories.meetings import (
    AT,
    first_settings,
    follow_up_of,
    institution,
    issue_of,
    meeting_of,
    planner,
    representative,
)

DAY = dt.timedelta(days=1)


def fill(meeting, rows, word):
    """So many institutions, people, agenda items, problems and follow-ups more."""
    by = meeting.made_by
    for nth in range(rows):
        office = institution(f"Dinas {word} {nth}", short_name=f"{word}{nth}")
        person = representative(f"Orang {word} {nth}", of=office)
        if meeting.state in ("draft", "invited"):
            invite(meeting=meeting, representative=person, by=by, at=AT)
            add_agenda_item(meeting=meeting, title=f"Acara {word} {nth}", by=by, at=AT)
        else:
            add_to_list(
                meeting=meeting,
                institution=office,
                name=f"Hadir {word} {nth}",
                position="",
                by=by,
                at=meeting.ends_at,
            )
            issue = issue_of(meeting, title=f"Masalah {word} {nth}")
            follow_up_of(meeting, issue=issue, institution=office)


def statements(client, url):
    assert client.get(url).status_code == 200  # content types and settings are remembered
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


@pytest.mark.django_db
@pytest.mark.parametrize("state, names", [
    ("invited", ["meeting", "agenda", "invitations", "attendance", "papers", "invitation_letters",
                 "attendance_list", "calendar"]),
    ("held", ["meeting", "minutes", "attendance", "minutes_paper"]),
])  # fmt: skip
def test_pages_of_a_meeting_cost_the_same_with_more_rows(client, state, names):
    meeting = meeting_of(state=state)
    client.force_login(meeting.made_by)
    urls = [reverse(f"meetings:{name}", args=[meeting.pk]) for name in names]
    fill(meeting, 1, "Satu")
    few = {url: statements(client, url) for url in urls}

    fill(meeting, 4, "Lain")

    assert {url: statements(client, url) for url in urls} == few


@pytest.mark.django_db
def test_lists_cost_the_same_with_more_rows(client):
    client.force_login(planner())
    urls = [
        reverse(f"meetings:{name}")
        for name in ("meetings", "follow_ups", "results", "institutions", "reminders")
    ]

    def publish(word, day):
        meeting = meeting_of(at=AT + day * DAY, state="held")
        fill(meeting, 2, word)
        publish_minutes(meeting=meeting, by=meeting.made_by, at=meeting.ends_at)

    publish("Satu", 0)
    publish("Dua", 1)
    few = {url: statements(client, url) for url in urls}
    for nth in range(3):
        publish(f"Lain{nth}", 2 + nth)

    assert {url: statements(client, url) for url in urls} == few


def together(*acts):
    """All at once; what each answered or was refused with."""
    ready, said = threading.Barrier(len(acts)), []

    def work(act):
        try:
            ready.wait(10)
            said.append(act())
        except Refused as refusal:
            said.append(refusal.code)
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=(act,)) for act in acts]
    for one in workers:
        one.start()
    for one in workers:
        one.join(30)
    return said


@pytest.mark.django_db(transaction=True)
def test_a_step_is_told_once_by_two_workers_at_once():
    meeting = meeting_of(state="held")
    for _nth in range(20):
        follow_up_of(meeting, days=1)
    publish_minutes(meeting=meeting, by=meeting.made_by, at=AT + DAY)
    at = AT + 60 * DAY

    together(*[lambda: escalate(at=at)] * 3)

    told = FollowUpEntry.objects.filter(kind=FollowUpEntry.Kind.ESCALATED).count()
    assert told == Escalation.objects.count() > 0


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_make_one_version():
    meeting = meeting_of(state="held")
    follow_up_of(meeting)

    said = together(*[lambda: publish_minutes(meeting=meeting, by=meeting.made_by, at=AT)] * 3)

    assert sorted(str(one) for one in said if isinstance(one, str)) == ["minutes_frozen"] * 2
    assert meeting.minutes_versions.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_close_at_once_close_once():
    meeting = meeting_of(state="held")
    one = follow_up_of(meeting, needs_evidence=False)
    publish_minutes(meeting=meeting, by=meeting.made_by, at=AT)

    said = together(*[lambda: close_follow_up(follow_up=one, by=meeting.made_by, at=AT)] * 3)

    assert said.count("follow_up_closed") == 2
    assert one.entries.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("year", [1, 2006, 2201])
def test_a_meeting_of_an_impossible_year_is_refused(year):
    first_settings()
    begins = dt.datetime(year, 3, 2, 2, 0, tzinfo=dt.UTC)

    with pytest.raises(Refused) as refusal:
        plan_meeting(
            kind="coordination",
            area=AreaFactory(code="99.01"),
            theme="Salah ketik",
            place="Aula",
            starts_at=begins,
            ends_at=begins + dt.timedelta(hours=2),
            chair="Kepala Dinas",
            by=planner(),
            at=AT,
        )

    assert set(refusal.value.fields) == {"starts_at"}
    assert not Meeting.objects.exists()
