"""A meeting from its plan to the next one, as its people hold it: at a desk, with a telephone in
the hall, and as a guest from another institution."""

import datetime as dt
import re
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.roles import Role
from meetings.models import FollowUp, Invitation, Meeting
from tests.browser.clerks import Clerk
from tests.browser.conftest import complain
from tests.factories.accounts import PASSWORD, person
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.files import jpeg
from tests.factories.meetings import first_settings, institution, representative

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("phone"),
    pytest.mark.django_db(transaction=True),
]
FAMILY = "SUMARTINAH"
PROBLEM = "Data keluarga tidak sama antara desa dan kecamatan"
VISIT = "Periksa ulang data keluarga di rumahnya"
LETTER = "Kirim surat ke semua desa tentang pembaruan data"


@pytest.fixture
def people(live_server, settings, tmp_path):
    """A coordinator, a guest of the health office, and a family in the register."""
    settings.MEDIA_ROOT = tmp_path / "files"
    first_settings()
    health = institution("Dinas Kesehatan", "99.01")
    representative("dr. Ratna", of=health, user=person("tamu", Role.GUEST, "99.01"))
    person("korkab", Role.DISTRICT_COORDINATOR, "99.01", full_name="Budi Santoso")
    family = HouseholdFactory(desa=AreaFactory(code="99.01.01.2001"))
    family.caretaker = MemberFactory(household=family, name=FAMILY, sex="P")
    family.save()
    return family


@pytest.fixture
def come(browser, live_server, people):
    """`come("korkab")`: somebody at a screen; without a name, a telephone nobody signed in on."""
    office = SimpleNamespace(
        url=f"http://127.0.0.1:{live_server.thread.port}",
        passwords=dict.fromkeys(("korkab", "tamu"), PASSWORD),
    )
    opened = []

    def newcomer(username=""):
        opened.append(Clerk(browser, office, username))
        return opened[-1].sign_in() if username else opened[-1]

    yield newcomer
    problems = [problem for clerk in opened for problem in clerk.take_problems()]
    for clerk in opened:
        clerk.close()
    complain(problems)


def fill(page, **said):
    """A form by its labels; underscores are blanks."""
    for label, value in said.items():
        # What may stay empty says so behind its name.
        field = page.get_by_label(re.compile(rf"^\s*{label.replace('_', ' ')}\b")).first
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def follow(page, name):
    page.get_by_role("link", name=name, exact=True).first.click()


def plan(clerk, theme, begins):
    begins = begins.astimezone(ZoneInfo("Asia/Jakarta"))
    ends = begins + dt.timedelta(hours=3)
    clerk.menu("Rapat")
    follow(clerk.page, "Rencanakan rapat")
    clerk.look("meeting-plan")
    fill(
        clerk.page,
        Tema=theme,
        Tempat="Aula Dinas Sosial",
        Hari=f"{begins.day}/{begins.month}/{begins.year}",
        Mulai=f"{begins:%H.%M}",
        Selesai_pukul=f"{ends:%H.%M}",
        Pimpinan_rapat="Kepala Dinas Sosial",
    )
    if ends.date() != begins.date():
        fill(clerk.page, Hari_terakhir=f"{ends.day}/{ends.month}/{ends.year}")
    press(clerk.page, "Simpan")
    return Meeting.objects.get(theme=theme)


def test_a_meeting_ends_in_work_done(come, people):
    korkab = come("korkab")
    page = korkab.page
    now = timezone.now()
    meeting = plan(korkab, "Data yang padan", now - dt.timedelta(minutes=10))

    # --- agenda, invitations
    page.goto(f"/rapat/{meeting.pk}/acara/")
    fill(page, Yang_dibahas="Data keluarga")
    press(page, "Masukkan ke acara")
    korkab.look("meeting-agenda")
    page.goto(f"/rapat/{meeting.pk}/undangan/")
    page.get_by_role("checkbox", name="dr. Ratna").check()
    press(page, "Undang yang dicentang")
    korkab.look("meeting-invitations")
    page.goto(f"/rapat/{meeting.pk}/")
    press(page, "Kirim undangan")

    # --- in the hall: the wall and the letter's code, on a telephone without an account
    page.goto(f"/rapat/{meeting.pk}/aula/")
    korkab.look("meeting-hall", phone=False)
    code = page.locator(".hall-code").inner_text()
    telephone = come()
    telephone.go(f"/hadir/?aula={code}")
    fill(telephone.page, Kode_pada_surat_undangan_Anda=Invitation.objects.get().code)
    press(telephone.page, "Lanjut")
    telephone.look("door-confirm", phone=False)
    press(telephone.page, "Ya, saya hadir")
    expect(telephone.heading()).to_have_text("Anda sudah tercatat")
    telephone.look("door-done", phone=False)
    page.goto(f"/rapat/{meeting.pk}/kehadiran/")
    expect(page.locator(".came-figures dd").first).to_have_text("1")
    korkab.look("meeting-attendance")

    # --- minutes: one problem, one decision, two promises
    page.goto(f"/rapat/{meeting.pk}/")
    press(page, "Rapat sudah dilaksanakan")
    page.goto(f"/rapat/{meeting.pk}/notulen/")
    follow(page, "Tambah permasalahan")
    fill(page, Permasalahan=PROBLEM)
    press(page, "Simpan")
    follow(page, "Tambah keputusan")
    fill(page, Keputusan="Setiap perbedaan diperiksa di rumah keluarga.")
    press(page, "Simpan")
    due = timezone.localdate() + dt.timedelta(days=14)
    for text, concerns in ((VISIT, "sebuah keluarga"), (LETTER, "")):
        follow(page, "Tambah tindak lanjut")
        fill(
            page,
            Yang_harus_dikerjakan=text,
            Instansi_penanggung_jawab="Dinas Kesehatan",
            Penanggung_jawab="dr. Ratna",
            Jatuh_tempo_pada=f"{due.day}/{due.month}/{due.year}",
        )
        if concerns:
            fill(page, Menyangkut=concerns, Keluarga_mana=FAMILY)
            korkab.look("meeting-follow-up-form", phone=False)
        press(page, "Simpan")
    korkab.look("meeting-minutes")
    page.goto(f"/rapat/{meeting.pk}/")
    press(page, "Terbitkan notulen")
    korkab.look("meeting")

    # --- the guest sees the own promise, never the family, and closes it with evidence
    guest = come("tamu")
    visit = FollowUp.objects.get(description=VISIT)
    assert visit.household == people
    guest.menu("Rapat (2)")
    follow(guest.page, "Tindak lanjut")
    guest.look("follow-ups-guest")
    follow(guest.page, VISIT)
    with guest.expecting(409, 422):
        press(guest.page, "Tutup sebagai selesai")
        guest.says("bukti")
    visit.refresh_from_db()
    assert visit.is_open
    fill(guest.page, Yang_sudah_dikerjakan="Sudah dikunjungi bersama kader posyandu.")
    press(guest.page, "Simpan perkembangan")
    guest.page.get_by_label("Foto, surat, atau hasil pindai").set_input_files(
        {"name": "rumah.jpg", "mimeType": "image/jpeg", "buffer": jpeg((800, 600))}
    )
    press(guest.page, "Simpan bukti")
    press(guest.page, "Tutup sebagai selesai")
    guest.look("follow-up-done")
    assert FAMILY not in guest.page.content()
    visit.refresh_from_db()
    assert (visit.state, visit.evidence_id is not None) == (FollowUp.State.DONE, True)

    # --- the family's file tells it, the next agenda begins with what is open, figures follow
    page.goto(people.get_absolute_url())
    expect(page.get_by_role("link", name=VISIT, exact=True).first).to_be_visible()
    following = plan(korkab, "Rapat berikutnya", now + dt.timedelta(days=30))
    page.goto(f"/rapat/{following.pk}/acara/")
    expect(page.locator(".agenda-list li").first).to_contain_text(LETTER)
    expect(page.get_by_text(VISIT)).to_have_count(0)
    korkab.look("meeting-next-agenda")
    page.goto("/rapat/hasil/")
    korkab.look("meeting-results")
    page.goto(f"/rapat/{meeting.pk}/surat/")
    korkab.look("meeting-papers")
