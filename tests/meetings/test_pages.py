"""A meeting over its pages: planned, invited, held, written down, published, changed again."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts.roles import Role
from meetings import proposals
from meetings.models import AgendaItem, FollowUp, Invitation, Meeting, Representative
from meetings.proposals import Proposal, Proposer
from meetings.services import publish_minutes
from tests.factories.accounts import person
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
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

pytestmark = pytest.mark.django_db
PLAN = {
    "kind": "coordination",
    "area": "99.01",
    "theme": "Data yang padan",
    "place": "Aula Dinas Sosial",
    "begins": "09.00",
    "ends": "12:30",
    "time_zone": "Asia/Jakarta",
    "chair": "Kepala Dinas",
}
# Golden case G14 (domain.md 2.4)
G14 = {
    "Rabu 8/5/2024": dt.date(2024, 5, 8),
    "Senin 24-07-2023": dt.date(2023, 7, 24),
    "Rabu 16/11/16": dt.date(2016, 11, 16),
    "Senin 04/03/24": dt.date(2024, 3, 4),
    "Kamis 11/07/2024": dt.date(2024, 7, 11),
}


def page(name, *args):
    return reverse(f"meetings:{name}", args=args)


@pytest.fixture
def korkab(client):
    first_settings()
    AreaFactory(code="99.01")
    user = planner()
    client.force_login(user)
    return client


def test_the_whole_cycle_over_the_pages(korkab, django_assert_max_num_queries):
    health = institution()
    ratna = representative("dr. Ratna", health)

    answer = korkab.post(page("plan"), PLAN | {"day": "Senin 5/10/2026"})
    meeting = Meeting.objects.get()
    assert answer.url == page("agenda", meeting.pk)
    assert meeting.local_start.isoformat() == "2026-10-05T09:00:00+07:00"
    assert meeting.local_end.isoformat() == "2026-10-05T12:30:00+07:00"

    korkab.post(page("agenda", meeting.pk), {"title": "Pembukaan", "minutes": "10"})
    korkab.post(page("agenda", meeting.pk), {"title": "Data tidak padan", "minutes": "45"})
    second = meeting.agenda.last()
    korkab.post(page("move_item", second.pk), {"arah": "naik"})
    assert [item.title for item in meeting.agenda.all()] == ["Data tidak padan", "Pembukaan"]

    korkab.post(page("invite_people", meeting.pk), {"orang": [ratna.pk], "instansi": [health.pk]})
    korkab.post(
        page("invitations", meeting.pk),
        {"institution": health.pk, "name": "Budi", "position": "Staf", "keep": "on"},
    )
    assert Invitation.objects.count() == 3
    assert Representative.objects.filter(name="Budi").exists()

    for step in ("undang", "laksanakan"):
        korkab.post(page("step", meeting.pk, step), {"version": ""})
    meeting.refresh_from_db()
    assert meeting.state == "held"

    korkab.post(page("add_issue", meeting.pk), {"category": "data", "title": "Data tidak padan"})
    issue = meeting.issues.get()
    korkab.post(page("add_decision", issue.pk), {"text": "Dipadankan bersama"})
    decision = issue.decisions.get()
    korkab.post(
        page("add_follow_up", decision.pk),
        {
            "description": "Kirim daftar",
            "institution": health.pk,
            "owner_name": "dr. Ratna",
            "due_on": "Senin, 19 Oktober 2026",
            "priority": 1,
            "needs_evidence": "on",
        },
    )
    assert FollowUp.objects.get().due_on == dt.date(2026, 10, 19)
    korkab.post(page("step", meeting.pk, "terbitkan"))
    meeting.refresh_from_db()
    assert meeting.state == "minutes_published"

    korkab.post(page("open_revision", meeting.pk), {"reason": "Salah tulis"})
    korkab.post(page("change_decision", decision.pk), {"text": "Dipadankan tiap bulan"})
    korkab.post(page("publish", meeting.pk))
    assert meeting.minutes_versions.count() == 2
    with django_assert_max_num_queries(25):
        for name, args in (
            ("meeting", [meeting.pk]),
            ("minutes_version", [meeting.pk, 1]),
        ):
            assert korkab.get(page(name, *args)).status_code == 200
    assert "Dipadankan bersama" in korkab.get(page("minutes_version", meeting.pk, 1)).text
    assert "Dipadankan tiap bulan" in korkab.get(page("minutes", meeting.pk)).text


@pytest.mark.parametrize(("text", "day"), G14.items())
def test_days_are_typed_as_offices_write_them(korkab, text, day):
    korkab.post(page("plan"), PLAN | {"day": text})

    assert Meeting.objects.get().local_start.date() == day


def test_a_weekday_that_is_another_days_is_told_and_nothing_is_lost(korkab):
    answer = korkab.post(page("plan"), PLAN | {"day": "Kamis 8/5/2024"})

    assert answer.status_code == 422
    assert "Rabu, 8 Mei 2024" in answer.text
    assert "Data yang padan" in answer.text  # what was typed
    assert not Meeting.objects.exists()


def test_the_list_asks_the_same_number_of_questions_for_one_and_for_many(
    korkab, django_assert_max_num_queries
):
    for nth in range(6):
        follow_up_of(meeting_of(state="held", at=AT + dt.timedelta(days=nth)))

    with django_assert_max_num_queries(12):
        answer = korkab.get(page("meetings"))

    assert answer.text.count("Aula Dinas Sosial") == 6


def test_a_follow_up_may_concern_a_family_found_by_its_card(korkab):
    family = HouseholdFactory(desa=AreaFactory(code="99.01.01.2001"), kk_number="9901010101010000")
    MemberFactory(household=family)
    elsewhere = HouseholdFactory(
        desa=AreaFactory(code="99.02.01.2001"), kk_number="9902010101010000"
    )
    meeting = meeting_of(state="held")
    decision = follow_up_of(meeting).decision
    said = {
        "description": "Kunjungi",
        "institution": institution().pk,
        "owner_name": "Ani",
        "due_on": "1-11-2026",
        "priority": 2,
        "concerns": "household",
    }

    refused = korkab.post(
        page("add_follow_up", decision.pk), said | {"family": elsewhere.kk_number}
    )
    korkab.post(page("add_follow_up", decision.pk), said | {"family": family.kk_number})

    assert refused.status_code == 422
    assert FollowUp.objects.filter(household=family).count() == 1
    assert not FollowUp.objects.filter(household=elsewhere).exists()


def test_a_live_problem_is_picked_once_and_the_rest_stays_offered(korkab, monkeypatch):
    found = [
        Proposal("test:1", "Kecamatan A tertinggal", "12 kunjungan"),
        Proposal("test:2", "Kecamatan B tertinggal", "3 kunjungan"),
    ]
    one = Proposer("test", "Kunjungan", lambda area, user, today: found)
    monkeypatch.setattr(proposals, "_proposers", {"test": one})
    meeting = meeting_of()

    for _twice in range(2):
        korkab.post(page("take_proposal", meeting.pk), {"source": "test:1"})
    korkab.post(page("take_proposal", meeting.pk), {"source": "test:3"})

    assert [item.source for item in AgendaItem.objects.all()] == ["test:1"]
    offered = korkab.get(page("agenda", meeting.pk)).context["offered"]
    assert [proposal.source for _one, rest in offered for proposal in rest] == ["test:2"]


def test_a_draft_is_its_planners_alone(client):
    meeting = meeting_of()
    lead = person("ketua", Role.SUBDISTRICT_LEAD, "99.01.01")
    client.force_login(lead)
    before = client.get(page("meeting", meeting.pk)).status_code
    Meeting.objects.filter(pk=meeting.pk).update(state="invited")

    assert (before, client.get(page("meeting", meeting.pk)).status_code) == (404, 200)
    assert client.get(page("agenda", meeting.pk)).status_code == 404  # above his kecamatan


def test_a_guest_sees_his_meeting_and_no_family(client):
    guest = person("tamu-dinkes", Role.GUEST, "99.01")
    ratna = representative("dr. Ratna", user=guest)
    family = HouseholdFactory(desa=AreaFactory(code="99.01.01.2001"))
    meeting = meeting_of(state="invited")
    Invitation.objects.filter(meeting=meeting).update(user=guest, representative=ratna)
    other = meeting_of(state="invited", at=AT + dt.timedelta(days=3), theme="Rapat lain")
    issue_of(meeting)
    mine = follow_up_of(meeting, description="Data imunisasi", household=family)
    theirs = follow_up_of(
        meeting, description="Anggaran", institution=institution("Bappeda", short_name="Bappeda")
    )
    client.force_login(guest)

    listed = client.get(page("meetings")).text
    unsaid = FollowUp.objects.visible_to(guest).count()
    Meeting.objects.filter(pk=meeting.pk).update(state="minutes_published")
    seen = list(FollowUp.objects.visible_to(guest))

    assert "Data yang padan" in listed
    assert "Rapat lain" not in listed
    assert client.get(page("meeting", other.pk)).status_code == 404
    assert client.get(page("agenda", meeting.pk)).status_code == 403
    assert (unsaid, seen) == (0, [mine])
    assert theirs not in seen
    assert str(family.desa) not in client.get(page("meeting", meeting.pk)).text


def test_somebody_without_any_role_or_invitation_is_turned_away(client):
    client.force_login(person("orang-luar", Role.GUEST, "99.01"))

    assert client.get(page("meetings")).status_code == 403


def test_minutes_show_no_follow_up_about_a_family_one_does_not_accompany(client):
    here = HouseholdFactory(desa=AreaFactory(code="99.01.01.2001"))
    elsewhere = HouseholdFactory(desa=AreaFactory(code="99.01.02.2001"))
    meeting = meeting_of(state="held")
    follow_up_of(meeting, description="Tentang keluarga di sini", household=here)
    follow_up_of(meeting, description="Tentang keluarga di sana", household=elsewhere)
    publish_minutes(meeting=meeting, by=meeting.made_by, at=AT)
    client.force_login(person("pendamping-desa", Role.FACILITATOR, "99.01.01.2001"))

    shown = client.get(page("minutes", meeting.pk)).text

    assert "Tentang keluarga di sini" in shown
    assert "Tentang keluarga di sana" not in shown
