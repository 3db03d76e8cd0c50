"""What meetings say about a family is read by those who may see the family, whatever the door:
frozen versions, papers, the next agenda, letters and calendar files."""

import datetime as dt

import pytest
from django.core import mail
from django.urls import reverse

from accounts.roles import Role
from meetings.services import (
    add_agenda_item,
    add_decision,
    change_follow_up,
    invite,
    open_revision,
    publish_minutes,
    remind,
    send_invitations,
)
from tests.factories.accounts import person
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory
from tests.factories.meetings import (
    AT,
    follow_up_of,
    institution,
    issue_of,
    meeting_of,
    planner,
    representative,
)

pytestmark = pytest.mark.django_db
SAID = "Mengunjungi keluarga Ibu Suminten di RT 4"


def page(name, *args):
    return reverse(f"meetings:{name}", args=args)


@pytest.fixture
def family(db):
    return HouseholdFactory(desa=AreaFactory(code="99.01.01.2001"))


@pytest.fixture
def published(family):
    meeting = meeting_of(state="held")
    follow_up_of(meeting, description=SAID, household=family)
    publish_minutes(meeting=meeting, by=meeting.made_by, at=AT)
    meeting.refresh_from_db()
    return meeting


@pytest.fixture
def guest(published):
    """Invited to the meeting, of an institution that was not asked to do it."""
    user = person("tamu", Role.GUEST, "99.01")
    bank = representative("Ibu Bank", institution("Bank Penyalur", short_name="Bank"), user=user)
    published.invitations.create(institution=bank.institution, representative=bank, user=user)
    return user


def doors(meeting):
    paper = page("minutes_paper", meeting.pk)
    return [
        page("minutes", meeting.pk),
        page("minutes_version", meeting.pk, 1),
        paper,
        f"{paper}?versi=1",
        page("meeting", meeting.pk),
    ]


def read(client, user, urls):
    client.force_login(user)
    return {url: client.get(url, follow=True).text for url in urls}


def test_a_guest_reads_the_minutes_without_the_family(client, published, guest):
    shown = read(client, guest, doors(published))

    assert not [url for url, text in shown.items() if "Suminten" in text]
    assert "menyangkut keluarga" in shown[page("minutes_version", published.pk, 1)].lower()


def test_staff_of_another_kecamatan_read_them_without_it_too(client, published):
    lead = person("ketua-tim", Role.SUBDISTRICT_LEAD, "99.01.02")

    shown = read(client, lead, doors(published))

    assert not [url for url, text in shown.items() if "Suminten" in text]


@pytest.mark.parametrize("role, area", [
    (Role.FACILITATOR, "99.01.01.2001"), (Role.DISTRICT_COORDINATOR, "99.01"),
])  # fmt: skip
def test_who_sees_the_family_reads_them_whole(client, published, role, area):
    shown = read(client, person("yang-berhak", role, area), doors(published)[:4])

    assert all(SAID in text for text in shown.values())


def test_what_became_about_a_family_later_is_unsaid_in_the_earlier_version(client, family):
    meeting = meeting_of(state="held")
    one = follow_up_of(meeting, description=SAID)
    by = meeting.made_by
    publish_minutes(meeting=meeting, by=by, at=AT)
    open_revision(meeting=meeting, reason="Menyangkut satu keluarga", by=by, at=AT)
    change_follow_up(follow_up=one, values={"household": family}, by=by, at=AT)
    publish_minutes(meeting=meeting, by=by, at=AT)
    lead = person("ketua-tim", Role.SUBDISTRICT_LEAD, "99.01.02")

    shown = read(client, lead, doors(meeting))

    assert not [url for url, text in shown.items() if "Suminten" in text]


def next_meeting(state="draft"):
    later = AT.replace(month=11)
    meeting = meeting_of(at=later)
    bank = institution("Bank Penyalur", short_name="Bank")
    user = person("tamu-berikut", Role.GUEST, "99.01")
    invite(
        meeting=meeting,
        representative=representative("Ibu Bank", bank, user=user),
        by=meeting.made_by,
        at=AT,
    )
    return send_invitations(meeting=meeting, by=meeting.made_by, at=AT), user


def test_the_next_agenda_goes_out_without_the_family(client, published):
    meeting, invited = next_meeting()
    own = meeting.invitations.get()
    urls = [
        page("meeting", meeting.pk),
        page("calendar", meeting.pk),
        page("invitation_letter", own.pk),
    ]

    shown = read(client, invited, urls)

    assert not [url for url, text in shown.items() if "Suminten" in text]
    assert meeting.agenda.get().title == (
        "Tindak lanjut nomor 1 dari Rapat koordinasi 1/2026, menyangkut keluarga"
    )


def test_an_agenda_that_waits_follows_what_the_follow_up_says(family):
    meeting = meeting_of(state="held")
    one = follow_up_of(meeting, description=SAID)
    by = meeting.made_by
    publish_minutes(meeting=meeting, by=by, at=AT)
    following, _invited = next_meeting()
    assert following.agenda.get().title == SAID

    open_revision(meeting=meeting, reason="Menyangkut satu keluarga", by=by, at=AT)
    change_follow_up(follow_up=one, values={"household": family}, by=by, at=AT)

    assert "Suminten" not in following.agenda.get().title


def test_what_was_agreed_after_the_planning_heads_the_letters():
    held = meeting_of(state="held")
    following = meeting_of(at=AT.replace(month=11))
    follow_up_of(held)
    publish_minutes(meeting=held, by=planner(), at=AT)
    invite(meeting=following, institution=institution(), by=planner(), at=AT)
    add_agenda_item(meeting=following, title="Pembukaan", by=planner(), at=AT)

    send_invitations(meeting=following, by=planner(), at=AT)

    assert [item.follow_up_id is not None for item in following.agenda.all()] == [True, False]


class TestWhoReadsADraft:
    """Minutes that are not published may still be wrong."""

    @pytest.mark.parametrize("role, area", [
        (Role.FACILITATOR, "99.01.01.2001"), (Role.AUDITOR, "99.01"),
        (Role.SUBDISTRICT_LEAD, "99.01.01"),
    ])  # fmt: skip
    def test_nobody_but_those_who_write_and_publish(self, client, role, area):
        meeting = meeting_of(state="held")
        issue_of(meeting, title="Masih dibahas")
        client.force_login(person("pembaca", role, area))

        assert client.get(page("minutes", meeting.pk)).status_code == 404
        shown = client.get(page("meeting", meeting.pk)).text
        assert "Masih dibahas" not in shown
        assert page("minutes", meeting.pk) not in shown

    def test_a_revision_is_read_when_it_is_published(self, client, published):
        open_revision(meeting=published, reason="Kurang", by=published.made_by, at=AT)
        issue_of(published, title="Masih dibahas")
        client.force_login(person("pembaca", Role.AUDITOR, "99.01"))

        answer = client.get(page("minutes", published.pk))

        assert answer.url == page("minutes_version", published.pk, 1)
        assert "Masih dibahas" not in client.get(page("meeting", published.pk)).text

    def test_a_guest_is_not_told_what_is_being_changed(self, client, published, guest):
        open_revision(meeting=published, reason="Salah sebut nama", by=published.made_by, at=AT)
        client.force_login(guest)

        assert "Salah sebut nama" not in client.get(page("meeting", published.pk)).text

    def test_the_book_is_not_offered_for_closing_meanwhile(self, client, published):
        client.force_login(published.made_by)
        url = page("step", published.pk, "tutup")
        assert url in client.get(page("meeting", published.pk)).text

        open_revision(meeting=published, reason="Kurang", by=published.made_by, at=AT)

        assert url not in client.get(page("meeting", published.pk)).text

    @pytest.mark.parametrize("role", [Role.HEAD, Role.DATA_OPERATOR])
    def test_those_read_it(self, client, role):
        meeting = meeting_of(state="held")
        issue_of(meeting, title="Masih dibahas")
        client.force_login(person("penulis", role, "99.01"))

        assert "Masih dibahas" in client.get(page("minutes", meeting.pk)).text


@pytest.mark.parametrize("number", [
    "9901015508900001", "9901 0155 0890 0001", "9901.0155.0890.0001", "99-01-01-550890-0001",
])  # fmt: skip
class TestNoIdentityNumbers:
    """Who reads a letter of invitation is nobody's business to check afterwards."""

    def forms(self, meeting, number):
        said = f"Keluarga {number}"
        issue = issue_of(meeting)
        decision = add_decision(issue=issue, text="Sepakat", by=meeting.made_by, at=AT)
        yield "agenda", [meeting.pk], {"title": said, "minutes": 10}
        yield "agenda", [meeting.pk], {"title": "Data", "minutes": 10, "detail": said}
        yield "add_issue", [meeting.pk], {"category": "data", "title": said}
        yield (
            "add_issue",
            [meeting.pk],
            {"category": "data", "title": "Data", "discussion": said},
        )
        yield "add_decision", [issue.pk], {"text": said}
        yield (
            "add_follow_up",
            [decision.pk],
            {
                "description": said,
                "institution": institution().pk,
                "owner_name": "Ani",
                "due_on": "19-10-2026",
                "priority": 2,
            },
        )

    def test_are_taken_at_any_door(self, client, number):
        meeting = meeting_of(state="invited")
        client.force_login(meeting.made_by)

        for name, args, said in self.forms(meeting, number):
            answer = client.post(page(name, *args), said)
            assert answer.status_code == 422, name
            assert "NIK" in answer.text

    def test_leave_in_a_reminder(self, number):
        meeting = meeting_of(state="held")
        health = institution()
        representative("dr. Ratna", health, email="ratna@contoh.id")
        follow_up_of(meeting, description=f"Cek {number}", institution=health)
        publish_minutes(meeting=meeting, by=meeting.made_by, at=AT)

        remind(at=AT + dt.timedelta(days=15))

        body = mail.outbox[0].body
        assert number not in body
        assert "155089" not in "".join(letter for letter in body if letter.isdigit())


@pytest.mark.parametrize("text", ["Tahun 2026, 15.000 keluarga", "Surat 005/123/PKH/X/2026"])
def test_other_numbers_may_be_written(client, text):
    meeting = meeting_of(state="invited")
    client.force_login(meeting.made_by)

    client.post(page("add_issue", meeting.pk), {"category": "data", "title": text})

    assert meeting.issues.get().title == text
