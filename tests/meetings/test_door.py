"""The door: who comes in with which code, who does not, and what the list at the desk keeps."""

import datetime as dt
import re
import threading

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from core.errors import Refused
from meetings import hall
from meetings.models import Attendance, Meeting, MeetingSettings
from meetings.queries.attendance import benches_of, meeting_of_hall_code, totals_of
from meetings.services import (
    add_to_list,
    cancel_meeting,
    change_attendance,
    check_in,
    hold_meeting,
    invite,
    open_revision,
    publish_minutes,
    register_at_door,
    tick,
    withdraw_attendance,
    withdraw_invitation,
    wrong_codes,
)
from tests.factories.accounts import person
from tests.factories.meetings import AT, institution, issue_of, meeting_of

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)
DOOR = "/hadir/"


def today(**values):
    """A meeting that began ten minutes ago."""
    return meeting_of(at=timezone.now() - 10 * MINUTE, state="invited", **values)


def code_of(meeting):
    return meeting.invitations.get().code


def on_the_wall(meeting, at=None):
    return hall.code_now(meeting, 90, at or timezone.now())


def walked_in(meeting, client=None):
    """A telephone that has just scanned the wall."""
    client = client or Client()
    answer = client.get(DOOR, {"aula": on_the_wall(meeting)})
    assert (answer.status_code, answer.headers["Location"]) == (302, DOOR)
    return client


def said(answer):
    return " ".join(answer.content.decode().split())


# --- the code on the wall


def test_hall_code_holds_for_its_seconds_and_then_never_again():
    meeting = meeting_of(state="invited")
    shown_at = dt.datetime.fromtimestamp(1_791_165_600, dt.UTC)  # a change of the wall
    code = hall.code_now(meeting, 90, shown_at)

    holds = [
        seconds
        for seconds in (-1, 0, 29, 30, 89, 90, 3600, 86400)
        if hall.is_code_of(meeting, code, 90, shown_at + seconds * SECOND)
    ]

    assert holds == [0, 29, 30, 89]
    assert hall.code_now(meeting, 90, shown_at + 29 * SECOND) == code
    assert hall.code_now(meeting, 90, shown_at + 30 * SECOND) != code
    assert hall.changes_in(90, shown_at + 20 * SECOND) == 10


def test_hall_code_is_of_one_meeting_and_unlike_its_secret():
    one, other = meeting_of(state="invited"), meeting_of("99.01.01", state="invited")
    code = hall.code_now(one, 90, AT)

    assert meeting_of_hall_code(code, AT) == one
    assert meeting_of_hall_code(hall.code_now(other, 90, AT), AT) == other
    assert code not in one.hall_secret.upper()
    assert hall.is_hall_code(code) and len(set(code)) > 1


@pytest.mark.parametrize("text", ["k7m4-qx2p", " K7M4 QX2P ", "K7M4.QX2P"])
def test_codes_are_read_however_they_are_typed(text):
    assert hall.typed(text) == "K7M4QX2P"
    assert hall.grouped("K7M4QX2P") == "K7M4-QX2P"


def test_a_pass_ends_after_five_minutes_and_cannot_be_written():
    meeting = meeting_of(state="invited")
    kept = hall.sign_pass(meeting, AT)

    assert hall.read_pass(kept, AT + 299 * SECOND).meeting == meeting.pk
    assert hall.read_pass(kept, AT + 301 * SECOND) is None
    assert hall.read_pass(kept[:-2], AT) is None
    assert hall.read_pass(hall.sign_own_code("ABCDEFGHJK", AT), AT) is None
    assert hall.read_pass("", AT) is None


# --- coming in


def test_invited_person_scans_the_wall_and_the_letter_and_is_there(client):
    meeting = today()
    walked_in(meeting, client)

    page = client.get(DOOR, {"undangan": code_of(meeting).lower()}, follow=True)
    done = client.post(reverse("meetings:check_in_confirm"), follow=True)

    assert "dr. Ratna" in said(page) and "Dinas Kesehatan" in said(page)
    assert "Anda sudah tercatat" in said(done)
    kept = Attendance.objects.get()
    assert (kept.name, kept.how, kept.represents, kept.is_late) == ("dr. Ratna", "code", "", False)
    assert kept.invitation == meeting.invitations.get()
    assert kept.recorded_by is None


def test_letter_first_asks_for_the_wall_and_then_goes_on(client):
    meeting = today()

    asked = client.get(DOOR, {"undangan": code_of(meeting)}, follow=True)
    assert "Pindai layar aula" in said(asked)
    assert "dr. Ratna" not in said(asked)  # a letter found on the street names nobody
    page = client.get(DOOR, {"aula": on_the_wall(meeting)}, follow=True)

    assert page.redirect_chain[-1][0] == reverse("meetings:check_in_confirm")
    assert "dr. Ratna" in said(page)
    assert not Attendance.objects.exists()


def test_somebody_comes_in_the_place_of_the_invited(client):
    meeting = today()
    walked_in(meeting, client).get(DOOR, {"undangan": code_of(meeting)})
    url = reverse("meetings:check_in_confirm")

    empty = client.post(url, {"name": " "})
    client.post(url, {"name": "Bayu  Saputra", "position": "Kabid"})

    assert empty.status_code == 422
    kept = Attendance.objects.get()
    assert (kept.name, kept.position, kept.represents) == ("Bayu Saputra", "Kabid", "dr. Ratna")


def test_whom_an_institution_sends_says_his_name(client):
    meeting = today()
    asked = invite(
        meeting=meeting, institution=institution("Bappeda"), by=meeting.made_by, at=timezone.now()
    )
    walked_in(meeting, client).get(DOOR, {"undangan": asked.code})
    url = reverse("meetings:check_in_confirm")

    nameless = client.post(url)
    client.post(url, {"name": "Bayu"})

    assert nameless.status_code == 422
    kept = Attendance.objects.get()
    assert (kept.name, kept.represents, kept.institution.name) == ("Bayu", "", "Bappeda")


def test_who_is_not_invited_needs_the_hall_and_is_marked(client):
    meeting = today()
    url = reverse("meetings:check_in_guest")
    office = institution()
    words = {"institution": office.pk, "name": "Tamu", "position": ""}

    outside = client.post(url, words)
    assert outside.status_code == 302 and not Attendance.objects.exists()
    done = walked_in(meeting, client).post(url, words, follow=True)
    again = client.post(url, words | {"name": "Tamu Dua"})

    assert "tanpa undangan" in said(done)
    assert again.status_code == 422  # a scan registers one person
    kept = Attendance.objects.get()
    assert (kept.how, kept.invitation, kept.institution) == ("door", None, office)


def test_several_people_may_share_a_telephone(client):
    meeting = today()
    second = invite(
        meeting=meeting,
        institution=institution("Bappeda"),
        name="Pak Budi",
        by=meeting.made_by,
        at=timezone.now(),
    )
    for code in (code_of_first(meeting), second.code):
        walked_in(meeting, client).get(DOOR, {"undangan": code})
        done = client.post(reverse("meetings:check_in_confirm"), follow=True)

    assert Attendance.objects.count() == 2
    assert "dr. Ratna" in said(done) and "Pak Budi" in said(done)


def code_of_first(meeting):
    return meeting.invitations.get(name="dr. Ratna").code


# --- who does not come in


def refused_words(client, meeting, code):
    walked_in(meeting, client)
    answer = client.get(DOOR, {"undangan": code}, follow=True)
    return answer.status_code, said(answer)


def test_guess_other_meeting_and_withdrawn_are_refused_alike():
    meeting, other = today(), today(area="99.01.01")
    taken_back = invite(
        meeting=meeting,
        institution=institution("Bappeda"),
        name="Pak Budi",
        by=meeting.made_by,
        at=AT,
    )
    withdraw_invitation(invitation=taken_back, by=meeting.made_by, at=AT)

    answers = set()
    for code in ("ABCDEFGHJK", code_of(other), taken_back.code):
        status, words = refused_words(Client(), meeting, code)
        answers.add((status, re.sub(r'value="\w{64}"', "", words)))

    assert len(answers) == 1
    status, words = answers.pop()
    assert status == 422
    assert "Kode undangan ini tidak berlaku untuk rapat ini." in words
    assert not Attendance.objects.exists()


def test_wall_of_yesterday_is_refused(client):
    meeting = today()
    old = on_the_wall(meeting, timezone.now() - 91 * SECOND)

    answer = client.get(DOOR, {"aula": old})

    assert answer.status_code == 422
    assert "sudah tidak berlaku" in said(answer)
    assert "pkh_aula" not in client.cookies


def test_code_used_on_another_telephone_is_refused_and_the_own_one_is_told_again(client):
    meeting = today()
    code = code_of(meeting)
    walked_in(meeting, client).get(DOOR, {"undangan": code})
    client.post(reverse("meetings:check_in_confirm"))

    status, words = refused_words(Client(), meeting, code)
    same = client.get(DOOR, {"undangan": code}, follow=True)

    assert status == 422 and "sudah dipakai pukul" in words and "dr. Ratna" not in words
    assert "Anda sudah tercatat" in said(same)
    assert Attendance.objects.count() == 1


@pytest.mark.parametrize(
    ("minutes", "code"),
    [(-61, "too_early"), (-60, ""), (0, ""), (180, ""), (181, "too_late")],
)
def test_door_is_open_from_an_hour_before_until_the_end(minutes, code):
    meeting = meeting_of(state="invited")

    assert refusal_of(meeting, AT + minutes * MINUTE) == code


def refusal_of(meeting, at):
    try:
        check_in(meeting=meeting, code=code_of(meeting), at=at)
    except Refused as refusal:
        return refusal.code
    return ""


@pytest.mark.parametrize("state", ["draft", "cancelled", "minutes_published"])
def test_door_is_shut_in_other_states(state):
    meeting = meeting_of(state={"cancelled": "invited"}.get(state, state))
    by = meeting.made_by
    if state == "draft":
        invite(meeting=meeting, institution=institution(), name="dr. Ratna", by=by, at=AT)
    if state == "cancelled":
        cancel_meeting(meeting=meeting, reason="Banjir", by=by, at=AT)

    assert refusal_of(meeting, AT) == "not_open"
    with pytest.raises(Refused):
        register_at_door(meeting=meeting, institution=institution(), name="X", position="", at=AT)


def test_scanned_too_early_says_when_the_door_opens(client):
    meeting = meeting_of(at=timezone.now() + 90 * MINUTE, state="invited")

    answer = client.get(DOOR, {"aula": on_the_wall(meeting)})

    assert answer.status_code == 422 and "Daftar hadir dibuka pukul" in said(answer)
    assert "pkh_aula" not in client.cookies


def test_late_counts_from_the_minutes_of_the_settings():
    MeetingSettings.objects.create(valid_from=AT.date(), late_minutes=15)
    meeting = meeting_of(state="invited")
    second = invite(
        meeting=meeting, institution=institution(), name="Budi", by=meeting.made_by, at=AT
    )

    first = check_in(meeting=meeting, code=code_of_first(meeting), at=AT + 15 * MINUTE)
    late = check_in(meeting=meeting, code=second.code, at=AT + 15 * MINUTE + SECOND)

    assert (first.is_late, late.is_late) == (False, True)


# --- wrong codes


def test_wrong_codes_of_an_address_wait_and_right_ones_are_never_counted(client, monkeypatch):
    monkeypatch.setattr(wrong_codes, "BY_ADDRESS", 3)
    meeting = today()
    for _turn in range(5):
        walked_in(meeting, client)
    for _turn in range(3):
        assert client.get(DOOR, {"aula": "ABCDEFGH"}).status_code == 422

    answer = client.get(DOOR, {"aula": on_the_wall(meeting)})

    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= wrong_codes.WINDOW
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert elsewhere.get(DOOR, {"aula": on_the_wall(meeting)}).status_code == 302


def test_wrong_own_codes_are_counted_by_meeting_too(monkeypatch):
    monkeypatch.setattr(wrong_codes, "BY_MEETING", 3)
    meeting = today()
    for turn in range(3):
        guesser = Client(REMOTE_ADDR=f"203.0.113.{turn + 1}")
        assert refused_words(guesser, meeting, "ABCDEFGHJK")[0] == 422

    status, _words = refused_words(Client(REMOTE_ADDR="203.0.113.77"), meeting, "ABCDEFGHJM")

    assert status == 429


def test_two_hundred_behind_one_address_are_not_stopped():
    meeting = today()
    for _turn in range(200):
        walked_in(meeting, Client(REMOTE_ADDR="203.0.113.9"))

    assert wrong_codes.must_wait(address="203.0.113.9", meeting=meeting.pk, at=timezone.now()) == 0


def test_an_address_of_ipv6_counts_with_its_neighbours():
    for host in range(wrong_codes.BY_ADDRESS):
        wrong_codes.note_wrong_code(address=f"2001:db8:1:2::{host:x}", at=AT)

    assert wrong_codes.must_wait(address="2001:db8:1:2:ffff::1", at=AT) > 0
    assert wrong_codes.must_wait(address="2001:db8:1:3::1", at=AT) == 0
    assert wrong_codes.must_wait(address="2001:db8:1:2::1", at=AT + dt.timedelta(minutes=10)) == 0


# --- many at once


@pytest.mark.django_db(transaction=True)
def test_two_telephones_with_one_code_at_once_are_one_line():
    meeting = today()
    code, results = code_of(meeting), []
    start = threading.Barrier(6)

    def come():
        start.wait()
        try:
            results.append(check_in(meeting=meeting, code=code, at=timezone.now()).how)
        except Refused as refusal:
            results.append(refusal.code)
        finally:
            connection.close()

    together(come, 6)

    assert sorted(results) == ["already_used"] * 5 + ["code"]
    assert Attendance.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_forty_people_at_once_all_come_in():
    meeting = today()
    codes = [
        invite(
            meeting=meeting,
            institution=institution(),
            name=f"Peserta {nth}",
            by=meeting.made_by,
            at=timezone.now(),
        ).code
        for nth in range(40)
    ]
    statuses = []

    def come():
        for code in iter(lambda: codes.pop() if codes else None, None):
            phone = walked_in(meeting)
            phone.get(DOOR, {"undangan": code})
            answer = phone.post(reverse("meetings:check_in_confirm"))
            statuses.append(answer.headers.get("Location", answer.status_code))
        connection.close()

    together(come, 8)

    assert statuses == [reverse("meetings:check_in_done")] * 40
    assert Attendance.objects.count() == 40


def together(act, number):
    threads = [threading.Thread(target=act) for _nth in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# --- the wall and the desk


def test_wall_shows_a_code_that_opens_the_door(client):
    meeting = today()
    client.force_login(meeting.made_by)

    page = client.get(reverse("meetings:hall", args=[meeting.pk]))
    part = client.get(reverse("meetings:hall", args=[meeting.pk]), {"bagian": "kode"})

    code = part.context["code"]
    assert meeting.hall_secret not in said(page) + said(part)
    assert "data:image/svg+xml;base64," in said(part) and "<html" not in said(part)
    assert "no-store" in part.headers["Cache-Control"]
    assert Client().post(DOOR, {"aula": code}).status_code == 302


def test_wall_shows_no_code_before_the_door_opens(client):
    meeting = meeting_of(at=timezone.now() + 90 * MINUTE, state="invited")
    client.force_login(meeting.made_by)

    page = client.get(reverse("meetings:hall", args=[meeting.pk]))

    assert "code" not in page.context and "dibuka pukul" in said(page)


def test_wall_is_for_those_who_keep_the_meeting(client):
    meeting = today()
    url = reverse("meetings:hall", args=[meeting.pk])
    reader, stranger = (
        person("pembaca", Role.AUDITOR, "99.01"),
        person("lain", Role.DISTRICT_COORDINATOR, "99.02"),
    )

    client.force_login(reader)
    assert client.get(url).status_code == 403
    client.force_login(stranger)
    assert client.get(url).status_code == 404


def test_desk_ticks_adds_puts_right_and_withdraws(client):
    meeting = today()
    by = meeting.made_by
    client.force_login(by)
    invitation = meeting.invitations.get()
    desk = reverse("meetings:attendance", args=[meeting.pk])

    client.post(reverse("meetings:tick", args=[invitation.pk]))
    client.post(reverse("meetings:tick", args=[invitation.pk]))
    client.post(desk, {"institution": institution("Bappeda").pk, "name": "Tamu", "arrived": ""})
    line = Attendance.objects.get(invitation=invitation)
    change = reverse("meetings:change_attendance", args=[line.pk])
    later = (meeting.local_start + 40 * MINUTE).strftime("%H.%M")
    client.post(change, {"name": "Bayu", "represents": "dr. Ratna", "arrived": later})
    line.refresh_from_db()
    page = client.get(desk)
    withdraw = reverse("meetings:withdraw_attendance", args=[line.pk])
    assert client.post(withdraw, {"reason": ""}).status_code == 422
    client.post(withdraw, {"reason": "Salah centang"})

    assert (line.name, line.represents, line.is_late, line.how) == (
        "Bayu",
        "dr. Ratna",
        True,
        "list",
    )
    assert page.context["totals"] == {
        "asked": 1,
        "answered": 1,
        "extra": 1,
        "came": 2,
        "late": 1,
        "institutions": 1,
        "institutions_there": 1,
    }
    line.refresh_from_db()
    assert (line.withdrawn_by, line.withdrawn_reason) == (by, "Salah centang")
    assert "Salah centang" in said(client.get(desk))
    assert check_in(meeting=meeting, code=invitation.code, at=timezone.now()).name == "dr. Ratna"


def test_list_is_kept_after_the_meeting_until_the_minutes_are_out():
    meeting = meeting_of(state="invited")
    by, invitation = meeting.made_by, meeting.invitations.get()
    after = meeting.ends_at + dt.timedelta(hours=3)
    hold_meeting(meeting=meeting, by=by, at=after)

    line = tick(invitation=invitation, by=by, at=after)
    assert (line.arrived_at, line.is_late) == (meeting.starts_at, False)
    issue_of(meeting)
    publish_minutes(meeting=meeting, by=by, at=after)
    with pytest.raises(Refused) as refused:
        withdraw_attendance(attendance=line, reason="x", by=by, at=after)
    open_revision(meeting=meeting, reason="Daftar hadir keliru", by=by, at=after)
    change_attendance(attendance=line, values={"position": "Kadis"}, by=by, at=after)

    assert refused.value.code == "minutes_frozen"
    assert Attendance.objects.get().position == "Kadis"


def test_desk_is_read_by_staff_and_written_by_its_keepers(client):
    meeting = today()
    invitation = meeting.invitations.get()
    client.force_login(person("pembaca", Role.AUDITOR, "99.01"))

    page = client.get(reverse("meetings:attendance", args=[meeting.pk]))
    answer = client.post(reverse("meetings:tick", args=[invitation.pk]))

    assert page.status_code == 200 and invitation.code not in said(page)
    assert "Hadir:" not in said(page)
    assert answer.status_code == 403
    assert not Attendance.objects.exists()


@pytest.mark.parametrize("many", [1, 3])
def test_desk_asks_the_same_for_one_and_for_three(client, many):
    meeting = today()
    for nth in range(many):
        office = institution(f"Kantor {nth}")
        asked = invite(
            meeting=meeting, institution=office, name=f"P{nth}", by=meeting.made_by, at=AT
        )
        check_in(meeting=meeting, code=asked.code, at=timezone.now())
        add_to_list(
            meeting=meeting,
            institution=office,
            name=f"T{nth}",
            position="",
            by=meeting.made_by,
            at=timezone.now(),
        )

    with CaptureQueriesContext(connection) as asked:
        benches = benches_of(Meeting.objects.get(pk=meeting.pk))
        totals = totals_of(benches)

    assert len(asked) == 4  # the meeting, its invitations, who came on them, who came without
    assert (totals["answered"], totals["extra"], len(benches)) == (many, many, many + 1)
