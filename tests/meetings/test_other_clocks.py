"""A meeting far from the office's clock: days and hours are those of its place, on every page."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts.roles import Role
from meetings.services import add_agenda_item, invite, send_invitations
from tests.factories.accounts import person
from tests.factories.meetings import (
    follow_up_of,
    institution,
    meeting_of,
    planner,
    representative,
)

pytestmark = pytest.mark.django_db
# Half past midnight of a Wednesday in Jayapura; in the office's own zone it is Tuesday still.
EARLY = dt.datetime(2026, 10, 6, 15, 30, tzinfo=dt.UTC)
OF_PLACE, OF_OFFICE = ("7 Oktober 2026", "7 Okt 2026"), ("6 Oktober 2026", "6 Okt 2026")
FAR = {"at": EARLY, "time_zone": "Asia/Jayapura"}


@pytest.mark.parametrize(
    "name", ["meeting", "minutes", "attendance", "papers", "agenda", "invitations", "change"]
)
def test_a_page_of_a_meeting_names_the_day_of_its_place(client, name):
    meeting = meeting_of(**FAR, state="invited")
    client.force_login(meeting.made_by)

    shown = client.get(reverse(f"meetings:{name}", args=[meeting.pk])).text

    assert any(day in shown for day in (*OF_PLACE, "07-10-2026"))
    assert not any(day in shown for day in OF_OFFICE)


def test_lists_and_follow_ups_name_the_day_of_the_place(client):
    meeting = meeting_of(**FAR, state="held")
    one = follow_up_of(meeting)
    client.force_login(meeting.made_by)

    for url in (reverse("meetings:meetings"), one.get_absolute_url()):
        shown = client.get(url).text
        assert any(day in shown for day in OF_PLACE), url
        assert not any(day in shown for day in OF_OFFICE), url


def test_the_home_page_names_the_hour_of_the_place(client):
    meeting = meeting_of(
        **(FAR | {"at": dt.datetime.now(dt.UTC).replace(hour=15, minute=30) + dt.timedelta(days=9)})
    )
    guest = person("tamu", Role.GUEST, "99.01")
    health = representative("dr. Ratna", user=guest)
    by = planner()
    invite(meeting=meeting, representative=health, by=by, at=meeting.made_at)
    add_agenda_item(meeting=meeting, title="Pembukaan", by=by, at=meeting.made_at)
    send_invitations(meeting=meeting, by=by, at=meeting.made_at)
    client.force_login(guest)

    shown = client.get("/").text

    assert "00.30 WIT" in shown
    assert "22.30" not in shown


def test_somebody_after_midnight_came_on_the_second_day(client):
    """Written down on the list as 00.20, of a meeting from 22.00 to 01.00."""
    evening = dt.datetime(2026, 10, 5, 13, 0, tzinfo=dt.UTC)  # ten in the evening in WIT
    meeting = meeting_of(at=evening, time_zone="Asia/Jayapura", state="held")
    client.force_login(meeting.made_by)
    said = {"institution": institution().pk, "name": "Ani", "position": "", "arrived": "00.20"}

    client.post(reverse("meetings:attendance", args=[meeting.pk]), said)

    came = meeting.attendances.get()
    assert came.arrived_at == dt.datetime(2026, 10, 5, 15, 20, tzinfo=dt.UTC)
    assert came.is_late

    url = reverse("meetings:change_attendance", args=[came.pk])
    client.post(url, {"name": "Ani", "position": "", "represents": "", "arrived": "22.05"})

    came.refresh_from_db()
    assert came.arrived_at == dt.datetime(2026, 10, 5, 13, 5, tzinfo=dt.UTC)
    assert not came.is_late


def test_before_the_door_opens_is_the_first_day(client):
    """Half past eight in the evening, before the door opened at nine: not half a day later."""
    evening = dt.datetime(2026, 10, 5, 13, 0, tzinfo=dt.UTC)
    meeting = meeting_of(at=evening, time_zone="Asia/Jayapura", state="held")
    client.force_login(meeting.made_by)
    said = {"institution": institution().pk, "name": "Ani", "position": "", "arrived": "20.30"}

    client.post(reverse("meetings:attendance", args=[meeting.pk]), said)

    assert meeting.attendances.get().arrived_at == dt.datetime(2026, 10, 5, 11, 30, tzinfo=dt.UTC)
