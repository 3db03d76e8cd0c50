"""Follow-ups on their pages: who sees which, who may do what, and what the list costs."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from meetings.models import FollowUp, FollowUpEntry
from meetings.queries import follow_ups as queries
from meetings.services import (
    add_agenda_item,
    escalate,
    invite,
    publish_minutes,
    send_invitations,
)
from tests.english import english_in
from tests.factories.accounts import UserFactory, person
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.files import jpeg
from tests.factories.meetings import (
    follow_up_of,
    institution,
    issue_of,
    meeting_of,
    planner,
    representative,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
LIST = "/tindak-lanjut/"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def held():
    """A meeting of thirty days ago whose minutes are not published yet."""
    return meeting_of(at=timezone.now() - 30 * DAY, state="held")


def published(meeting, **values):
    """A follow-up of it, in published minutes."""
    made = follow_up_of(meeting, **values)
    publish_minutes(meeting=meeting, by=meeting.made_by, at=timezone.now() - 20 * DAY)
    return FollowUp.objects.get(pk=made.pk)


def guest_of(office, name="tamu"):
    """Somebody of another institution: an account without any role here."""
    user = UserFactory(username=name)
    representative(name="dr. Ratna", of=office, user=user)
    return user


def page(client, user, url=LIST, status=200):
    client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == status, answer.content.decode()[:500]
    text = answer.content.decode()
    assert english_in(text) == []
    return text


def send(client, user, one, step, **said):
    client.force_login(user)
    said.setdefault("version", one.version)
    return client.post(reverse(f"meetings:{step}_follow_up", args=[one.pk]), said)


def photo():
    return SimpleUploadedFile("bukti.jpg", jpeg((300, 200)), "image/jpeg")


# --- the list


def test_the_list_says_all_of_a_row(client, held):
    one = published(held, days=5, priority=1)
    escalate(at=timezone.now())

    text = page(client, planner())

    assert "Memadankan data bersama Disdukcapil" in text
    for said in ("terlambat 25 hari", "prioritas tinggi", "wajib bukti", "30 hari"):
        assert said in text, said
    assert f"tahap {one.escalations.latest('step').step}" in text


def test_ones_own_come_first_although_due_later(client, held):
    office = institution("Dinas Pendidikan")
    follow_up_of(held, days=3, description="Milik orang lain")
    one = published(held, days=60, institution=office, description="Milik saya")
    me = person("guru", Role.FACILITATOR, "99.01.01")
    representative("Guru", of=office, user=me)

    text = page(client, me)

    assert text.index("Milik saya") < text.index("Milik orang lain")
    assert "Milik orang lain" not in page(client, me, f"{LIST}?punya=saya")
    assert one.description in page(client, me, f"{LIST}?punya=saya")


@pytest.mark.parametrize("query, shown", [
    ("", {"lambat", "nanti"}),
    ("?status=overdue", {"lambat"}),
    ("?status=done", {"sudah"}),
    ("?status=on_time", {"sudah"}),
    ("?status=late", set()),
    ("?status=cancelled", {"batal"}),
    ("?status=due", {"lambat", "batal"}),
    ("?status=kept", set()),
    ("?status=agreed", {"lambat", "nanti", "sudah", "batal"}),
    ("?status=omong-kosong", {"lambat", "nanti"}),
    ("?wilayah=99.02", set()),
    ("?wilayah=99.01.01", {"nanti"}),
    ("?wilayah=%00", {"lambat", "nanti"}),
    ("?instansi=x&rapat=y&tahun=z&triwulan=9", {"lambat", "nanti"}),
    ("?instansi=99999999999999999999", {"lambat", "nanti"}),
    ("?tahun=1999", set()),
    ("?setelah=omong-kosong", {"lambat", "nanti"}),
])  # fmt: skip
def test_filters(client, held, query, shown):
    by = planner()
    today = timezone.localdate()
    camat = institution("Kecamatan Contoh", area="99.01.01")
    follow_up_of(held, days=5, description="KERJA-lambat")
    follow_up_of(held, days=60, description="KERJA-nanti", institution=camat)
    done = follow_up_of(held, days=60, description="KERJA-sudah", needs_evidence=False)
    published(held, days=6, description="KERJA-batal")
    for one, state in (
        (done, "done"),
        (FollowUp.objects.get(description="KERJA-batal"), "cancelled"),
    ):
        FollowUp.objects.filter(pk=one.pk).update(state=state, closed_on=today, closed_by=by)

    text = page(client, by, LIST + query)

    found = {word for word in ("lambat", "nanti", "sudah", "batal") if f"KERJA-{word}" in text}
    assert found == shown


def test_filters_by_institution_and_meeting(client, held):
    other = institution("Dinas Pendidikan")
    follow_up_of(held, description="KERJA-satu")
    published(held, description="KERJA-dua", institution=other)

    text = page(client, planner(), f"{LIST}?instansi={other.pk}&rapat={held.pk}")

    assert ("KERJA-satu" in text, "KERJA-dua" in text) == (False, True)


def test_what_is_not_published_is_no_promise_yet(client, held):
    follow_up_of(held)

    assert "Memadankan data" not in page(client, planner())


@pytest.mark.parametrize("number", [1, 4])
def test_the_list_asks_the_same_however_long(client, held, number, django_assert_max_num_queries):
    for nth in range(number):
        follow_up_of(held, institution=institution(f"Dinas {nth}"))
    published(held)
    client.force_login(planner())
    client.get(LIST)

    with django_assert_max_num_queries(11) as asked:
        client.get(LIST)
    assert len(asked) == 11


def test_pages_of_the_list_lose_and_repeat_nothing(client, held, monkeypatch):
    for nth in range(5):
        follow_up_of(held, days=nth % 2, description=f"KERJA-{nth}")
    publish_minutes(meeting=held, by=held.made_by, at=timezone.now())
    page_of = queries.page_of
    monkeypatch.setattr(queries, "page_of", lambda *args: page_of(*args, size=2))
    today, seen, query = timezone.localdate(), [], {}
    while True:
        found = queries.page_of_follow_ups(held.made_by, queries.Chosen(), query, today)
        seen += [row.description for row in found]
        if not found.after:
            break
        query = {"setelah": found.after}

    assert sorted(seen) == [f"KERJA-{nth}" for nth in range(5)]


# --- who sees which


def test_a_guest_sees_those_of_his_institution_only(client, held):
    mine, other = institution("Dinas Pendidikan"), institution("Bappeda")
    theirs = follow_up_of(held, institution=other, description="KERJA-lain")
    one = published(held, institution=mine, description="KERJA-kami")
    guest = guest_of(mine)

    text = page(client, guest)

    assert ("KERJA-kami" in text, "KERJA-lain" in text) == (True, False)
    page(client, guest, one.get_absolute_url())
    page(client, guest, theirs.get_absolute_url(), status=404)


def test_an_account_without_anything_is_turned_away(client, held):
    published(held)

    client.force_login(UserFactory(username="siapa"))

    assert client.get(LIST).status_code == 403


def test_an_owner_without_institution_reaches_his_own(client, held):
    user = UserFactory(username="pemilik")
    one = published(held, owner=user)

    assert one.description in page(client, user)


def family_of(desa="99.01.01.2001"):
    household = HouseholdFactory(desa=AreaFactory(code=desa))
    household.caretaker = MemberFactory(household=household, name="SITI AMINAH")
    household.save()
    return household


def test_the_family_is_named_only_to_who_may_see_it(client, held, ratna, sari, budi):
    household = family_of()
    office = institution("Dinas Pendidikan")
    one = published(held, household=household, institution=office, description="Urus KIP anak")
    guest = guest_of(office)

    assert "SITI AMINAH" in page(client, ratna, one.get_absolute_url())
    assert "SITI AMINAH" in page(client, sari, one.get_absolute_url())
    text = page(client, guest, one.get_absolute_url())
    assert "Urus KIP anak" in text
    assert "SITI AMINAH" not in text
    assert household.get_absolute_url() not in text
    page(client, budi, one.get_absolute_url(), status=404)


def test_a_guest_who_was_not_invited_reads_neither_problem_nor_decision(client, held):
    office = institution("Dinas Pendidikan")
    issue = issue_of(held, title="MASALAH-RAHASIA")
    one = published(held, institution=office, issue=issue, text="PUTUSAN-RAHASIA")

    text = page(client, guest_of(office), one.get_absolute_url())

    assert "RAHASIA" not in text
    assert "PUTUSAN-RAHASIA" in page(client, planner(), one.get_absolute_url())


def test_the_familys_file_shows_what_was_decided(client, held, sari, ratna):
    household = family_of()
    published(held, household=household, text="Anak didaftarkan KIP", description="Urus KIP")

    for user in (sari, ratna):
        text = page(client, user, household.get_absolute_url())
        assert "Tindak lanjut rapat" in text
        assert "Anak didaftarkan KIP" in text


def test_the_familys_file_says_nothing_before_the_minutes_are_published(client, held, ratna):
    household = family_of()
    follow_up_of(held, household=household, text="Anak didaftarkan KIP")

    assert "Anak didaftarkan KIP" not in page(client, ratna, household.get_absolute_url())


# --- who may do what


def test_from_progress_to_closing_with_evidence(client, held):
    office = institution("Dinas Pendidikan")
    one = published(held, institution=office)
    guest = guest_of(office)

    assert send(client, guest, one, "progress", text="Surat sudah dikirim").status_code == 302
    one.refresh_from_db()
    refused = send(client, guest, one, "close", note="Selesai semua")
    assert refused.status_code == 422
    text = refused.content.decode()
    assert "Notulen meminta bukti" in text
    assert "Selesai semua" in text  # what was typed stays
    assert send(client, guest, one, "evidence", file=photo(), kind="photo").status_code == 302
    one.refresh_from_db()
    assert send(client, guest, one, "close", note="Selesai semua").status_code == 302

    one.refresh_from_db()
    assert (one.state, one.closed_by) == ("done", guest)
    text = page(client, guest, one.get_absolute_url())
    for said in ("Surat sudah dikirim", "bukti.jpg", "Selesai semua"):
        assert said in text


@pytest.mark.parametrize("step, said", [
    ("postpone", {"due_on": "31-12-2030", "reason": "Menunggu anggaran"}),
    ("drop", {"reason": "Tidak perlu lagi"}),
])  # fmt: skip
def test_only_keepers_postpone_and_drop(client, held, step, said):
    office = institution("Dinas Pendidikan")
    one = published(held, institution=office)
    guest = guest_of(office)
    before = FollowUp.objects.values().get(pk=one.pk)

    assert send(client, guest, one, step, **said).status_code == 404
    url = reverse(f"meetings:{step}_follow_up", args=[one.pk])
    assert url not in page(client, guest, one.get_absolute_url())
    assert url in page(client, planner(), one.get_absolute_url())
    assert FollowUp.objects.values().get(pk=one.pk) == before
    assert send(client, planner(), one, step, **said).status_code == 302
    assert FollowUp.objects.values().get(pk=one.pk) != before


def test_only_keepers_open_again(client, held):
    office = institution("Dinas Pendidikan")
    one = published(held, institution=office, needs_evidence=False)
    guest = guest_of(office)
    send(client, guest, one, "close")
    one.refresh_from_db()

    assert send(client, guest, one, "reopen", reason="Belum").status_code == 404
    assert send(client, planner(), one, "reopen", reason="Belum").status_code == 302
    one.refresh_from_db()
    assert (one.state, one.closed_on) == ("in_progress", None)


def test_a_reader_tells_nothing(client, held, wayan):
    one = published(held)

    assert "Apa yang dikerjakan" not in page(client, wayan, one.get_absolute_url())
    assert send(client, wayan, one, "progress", text="x").status_code == 404
    assert FollowUpEntry.objects.count() == 0


def test_a_lead_of_a_kecamatan_does_not_keep_the_kabupatens_meeting(client, held):
    one = published(held)
    lead = person("katim", Role.SUBDISTRICT_LEAD, "99.01.01")

    page(client, lead, one.get_absolute_url())
    assert send(client, lead, one, "drop", reason="x").status_code == 404


def test_nothing_is_told_before_the_minutes_are_published(client, held):
    one = follow_up_of(held)

    assert send(client, planner(), one, "progress", text="x").status_code == 404


def test_a_stale_write_is_told_and_may_be_pressed_again(client, held):
    one = published(held)
    send(client, planner(), one, "progress", text="Pertama")

    stale = send(client, planner(), one, "progress", text="Kedua")

    assert stale.status_code == 422
    text = stale.content.decode()
    assert "Kedua" in text
    assert planner().get_full_name() in text
    assert FollowUpEntry.objects.count() == 1
    assert send(client, planner(), one, "progress", text="Kedua", version=2).status_code == 302
    assert FollowUpEntry.objects.count() == 2


def test_a_step_on_what_was_closed_meanwhile_says_so(client, held):
    one = published(held, needs_evidence=False)
    send(client, planner(), one, "close")

    late = send(client, planner(), one, "progress", text="Terlambat", version=2)

    assert late.status_code == 422
    assert "sudah ditutup" in late.content.decode()


@pytest.mark.parametrize("day", ["Selasa 31-12-2030", "12/31/2030", "besok", "01-01-2020"])
def test_a_wrong_day_is_refused_and_kept(client, held, day):
    """31-12-2030 is a Tuesday; the month never comes first, and postponing is to a later day."""
    one = published(held)

    answer = send(client, planner(), one, "postpone", due_on=day, reason="Anggaran")

    if day.startswith("Selasa"):
        assert answer.status_code == 302
    else:
        assert answer.status_code == 422
        assert day in answer.content.decode()
        assert "Anggaran" in answer.content.decode()


def test_a_contradicting_weekday_is_refused(client, held):
    answer = send(
        client, planner(), published(held), "postpone", due_on="Rabu 31-12-2030", reason="x"
    )

    assert answer.status_code == 422
    assert "Selasa" in answer.content.decode()


def test_a_file_that_is_none_is_refused_in_words(client, held):
    bad = SimpleUploadedFile("bukti.jpg", b"bukan gambar", "image/jpeg")

    answer = send(client, planner(), published(held), "evidence", file=bad, kind="photo")

    assert answer.status_code == 422
    assert english_in(answer.content.decode()) == []


def test_history_tells_escalations_in_order(client, held):
    one = published(held, days=1)
    send(client, planner(), one, "progress", text="Sedang dikerjakan")
    escalate(at=timezone.now())

    text = page(client, planner(), one.get_absolute_url())

    places = [
        text.index(said) for said in ("Sedang dikerjakan", "kepada: Koordinator", "kepada: Kepala")
    ]
    assert places == sorted(places)


# --- the way there


def test_a_guests_home_and_menu_lead_to_his_meetings(client, held):
    office = institution("Dinas Pendidikan")
    one = published(held, institution=office, days=5)
    guest = guest_of(office)
    coming = meeting_of(at=timezone.now() + 3 * DAY, theme="Rapat berikut")
    invite(
        meeting=coming,
        institution=office,
        representative=office.representatives.get(),
        by=coming.made_by,
        at=timezone.now(),
    )
    add_agenda_item(meeting=coming, title="Pembukaan", by=coming.made_by, at=timezone.now())
    send_invitations(meeting=coming, by=coming.made_by, at=timezone.now())

    text = page(client, guest, reverse("dashboard:home"))

    assert one.get_absolute_url() in text
    assert coming.get_absolute_url() in text
    assert "Rapat (1)" in text
    assert "Tidak ada tugas" not in text


def test_an_account_without_anything_has_no_such_entry(client, held):
    published(held)

    text = page(client, UserFactory(username="siapa"), reverse("dashboard:home"))

    assert 'href="/rapat/"' not in text
