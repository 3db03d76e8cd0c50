"""Papers of a meeting: what they say, who may draw them, and that nobody signs across pages."""

import datetime as dt
import io
import re
from importlib import import_module

import pypdf
import pytest
from django.apps import apps
from django.urls import reverse

from accounts.roles import Role
from documents.models import IssuedNumber, Letterhead
from meetings.calendars import escaped, folded
from meetings.models import Attendance, Institution
from meetings.qr import qr_data
from meetings.services import (
    add_agenda_item,
    add_issue,
    cancel_meeting,
    change_issue,
    change_meeting,
    check_in,
    invite,
    open_revision,
    publish_minutes,
    withdraw_invitation,
)
from tests.factories.accounts import UserFactory, person
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory
from tests.factories.meetings import (
    AT,
    follow_up_of,
    institution,
    issue_of,
    meeting_of,
    representative,
)
from tests.papers import needs_pango, pages_of

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _patterns(db):
    import_module("meetings.migrations.0003_number_patterns").add_patterns(apps, None)


@pytest.fixture
def head():
    return Letterhead.objects.create(
        area=AreaFactory(code="99.01"),
        agency="Dinas Sosial",
        city="Kota Contoh",
        head_name="Drs. Kepala",
        head_title="Kepala Dinas Sosial",
        head_nip="199001012020011000",
    )


def paper(name, pk, *more):
    return reverse(f"meetings:{name}", args=[pk, *more])


def words(answer):
    return " ".join(answer.content.decode().split())


def pdf(client, url, **query):
    answer = client.get(url, query | {"format": "pdf"})
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "no-store" in answer.headers["Cache-Control"]
    return answer.content


def size_of(content):
    box = pypdf.PdfReader(io.BytesIO(content)).pages[0].mediabox
    return round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)


# --- the letter of invitation


def test_letter_says_everything_and_bears_the_own_code(client, head):
    meeting = meeting_of(state="invited")
    invitation = meeting.invitations.get()
    client.force_login(meeting.made_by)
    url = paper("invitation_letter", invitation.pk)

    client.post(url)
    client.post(url)
    page = words(client.get(url))

    code = f"{invitation.code[:5]}-{invitation.code[5:]}"
    number = IssuedNumber.objects.get()
    assert number.text.startswith("005/001/PKH/")
    for said in (
        number.text,
        "Kepala Dinas Sosial",
        "Sifat",
        "Penting",
        "Lampiran",
        "Perihal",
        "dr. Ratna",
        "Dinas Kesehatan",
        "Senin, 5 Oktober 2026",
        "pukul 09.00 WIB s.d. 12.00 WIB",
        "Aula Dinas Sosial",
        "09.00–09.15",
        "Pembukaan",
        code,
        qr_data(f"http://testserver/hadir/?undangan={invitation.code}"),
        "NIP 199001012020011000",
    ):
        assert said in page, said


def test_clocks_of_a_letter_are_those_of_the_place(client):
    at = dt.datetime(2024, 5, 8, 1, 0, tzinfo=dt.UTC)
    meeting = meeting_of(at=at, state="invited", time_zone="Asia/Makassar")
    client.force_login(meeting.made_by)

    page = words(client.get(paper("invitation_letter", meeting.invitations.get().pk)))

    assert "Rabu, 8 Mei 2024" in page and "pukul 09.00 WITA" in page


@needs_pango
def test_letters_go_out_a_page_a_person_or_together_by_institution(client, head):
    meeting = meeting_of(state="invited")
    for name in ("Pak Budi", "Bu Sri"):
        invite(meeting=meeting, institution=institution(), name=name, by=meeting.made_by, at=AT)
    invite(meeting=meeting, institution=institution("Bappeda"), by=meeting.made_by, at=AT)
    client.force_login(meeting.made_by)
    url = paper("invitation_letters", meeting.pk)

    single = pages_of(pdf(client, url))
    together = pages_of(pdf(client, url, per="instansi"))
    picked = pages_of(pdf(client, url, instansi=str(institution("Bappeda").pk)))

    assert len(single) == 4
    for page in single:
        assert len(re.findall(r"[A-Z2-9]{5}-[A-Z2-9]{5}", page)) == 1
        assert "Drs. Kepala" in page
    assert len(together) == 4  # a letter and its codes, of two institutions
    whole = " ".join(together)
    for one in meeting.invitations.all():
        assert f"{one.code[:5]}-{one.code[5:]}" in whole
    assert len(picked) == 1 and "Kepala Bappeda" in picked[0]


def test_qr_code_is_a_picture_of_its_words():
    import base64

    import qrcode

    text = "https://pkh.example/hadir/?undangan=ABCDEFGHJK"
    svg = base64.b64decode(qr_data(text).partition(",")[2]).decode()
    size = int(re.search(r"viewBox=\"0 0 (\d+)", svg)[1])
    dark = [[False] * size for _row in range(size)]
    for column, row, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h", svg):
        for nth in range(int(column), int(column) + int(width)):
            dark[int(row)][nth] = True
    drawn = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    drawn.add_data(text)
    drawn.make(fit=True)

    assert dark == drawn.get_matrix()


@needs_pango
@pytest.mark.parametrize(("asked", "size"), [("a4", (210, 297)), ("f4", (215, 330))])
def test_papers_come_on_both_sizes(client, head, asked, size):
    meeting = meeting_of(state="minutes_published")
    client.force_login(meeting.made_by)

    for url in (
        paper("invitation_letters", meeting.pk),
        paper("attendance_list", meeting.pk),
        paper("minutes_paper", meeting.pk),
    ):
        assert size_of(pdf(client, url, kertas=asked)) == size, url


# --- the attendance list


def test_list_to_sign_and_list_of_those_who_came(client, head):
    meeting = meeting_of(state="invited")
    invite(
        meeting=meeting, institution=institution(), name="Tidak Datang", by=meeting.made_by, at=AT
    )
    code = meeting.invitations.get(name="dr. Ratna").code
    check_in(meeting=meeting, code=code, name="Bayu", at=AT + dt.timedelta(minutes=16))
    client.force_login(meeting.made_by)
    url = paper("attendance_list", meeting.pk)

    blank, filled = words(client.get(url)), words(client.get(url, {"isi": "hadir"}))

    assert "dr. Ratna" in blank and "Tidak Datang" in blank and "Bayu" not in blank
    assert "Bayu" in filled and "mewakili dr. Ratna" in filled and "09.16" in filled
    assert "terlambat" in filled and "Tidak Datang" not in filled
    assert "1 orang hadir." in filled
    sides = re.findall(r'class="paper-mark">\d+\.</td>(<td></td>)?</tr>', blank)
    sides = ["left" if after else "right" for after in sides]
    assert sides == ["left", "right"] * 6  # two invited, ten lines for others


def crowd(meeting, number):
    offices = [institution(f"Instansi {nth}") for nth in range(5)]
    Attendance.objects.bulk_create(
        Attendance(
            meeting=meeting,
            institution=offices[nth % 5],
            name=f"Peserta {nth}",
            position="Staf",
            arrived_at=AT,
            how="door",
        )
        for nth in range(number)
    )


SIGNED = "Notulis, Notulis Contoh Pimpinan rapat, Kepala Dinas"


def signs_together(pages):
    """Whoever signs stands, with title and name, on the last page alone."""
    return [nth for nth, page in enumerate(pages) if SIGNED in page] == [len(pages) - 1]


@needs_pango
@pytest.mark.parametrize("number", [*range(18, 30, 2), 480])
def test_those_who_sign_stand_on_one_page(client, head, number):
    meeting = meeting_of(state="held", minute_taker="Notulis Contoh")
    crowd(meeting, number)
    client.force_login(meeting.made_by)

    pages = pages_of(pdf(client, paper("attendance_list", meeting.pk), isi="hadir"))

    assert len(pages) >= 20 if number > 400 else len(pages) in (2, 3)
    assert signs_together(pages)
    assert f"{number} orang hadir." in pages[-1]
    for page in pages[:-1]:
        assert "Tanda tangan" in page  # the header on every page


# --- the minutes


def long_minutes(problems):
    meeting = meeting_of(state="held", minute_taker="Notulis Contoh")
    for nth in range(problems):
        issue = add_issue(
            meeting=meeting,
            title=f"Masalah ke-{nth}",
            category="data",
            discussion="Dibahas panjang lebar oleh semua instansi yang hadir. " * 12,
            by=meeting.made_by,
            at=AT,
        )
        follow_up_of(meeting, issue=issue, description=f"Tugas ke-{nth}")
    publish_minutes(meeting=meeting, by=meeting.made_by, at=AT + DAY)
    meeting.refresh_from_db()
    return meeting


@needs_pango
@pytest.mark.parametrize(("problems", "fewest"), [(3, 2), (75, 20)])
def test_minutes_of_two_and_of_twenty_pages(client, head, problems, fewest):
    meeting = long_minutes(problems)
    client.force_login(meeting.made_by)

    pages = pages_of(pdf(client, paper("minutes_paper", meeting.pk)))

    assert len(pages) == fewest if fewest == 2 else len(pages) >= fewest
    assert signs_together(pages)
    assert f"Halaman {len(pages)} dari {len(pages)}" in pages[-1]
    whole = " ".join(pages)
    assert all(f"Tugas ke-{nth}" in whole for nth in range(problems))
    assert "RANCANGAN" not in whole


def test_minutes_are_a_draft_until_published_and_then_stay_as_they_were(client, head):
    meeting = meeting_of(state="held")
    issue = issue_of(meeting, title="Kata lama")
    client.force_login(meeting.made_by)
    url = paper("minutes_paper", meeting.pk)

    draft = words(client.get(url))
    assert "RANCANGAN" in draft
    assert client.post(url).status_code == 403  # a draft gets no number
    publish_minutes(meeting=meeting, by=meeting.made_by, at=AT + DAY)
    client.post(url)
    open_revision(meeting=meeting, reason="Salah tulis", by=meeting.made_by, at=AT + DAY)
    change_issue(issue=issue, values={"title": "Kata baru"}, by=meeting.made_by, at=AT + DAY)

    last, changing = words(client.get(url)), words(client.get(url, {"versi": "rancangan"}))
    assert "Kata lama" in last and "Kata baru" not in last and "RANCANGAN" not in last
    assert "Kata baru" in changing and "RANCANGAN" in changing
    assert "001/NOT/PKH/" in last
    publish_minutes(meeting=meeting, by=meeting.made_by, at=AT + 2 * DAY)
    assert "Versi 2: Salah tulis" in words(client.get(url))
    assert "Kata lama" in words(client.get(url, {"versi": "1"}))
    assert client.get(url, {"versi": "3"}).status_code == 404


# --- the letter of instruction


def test_instruction_holds_what_one_kecamatan_was_asked(client, head):
    camat = institution(
        "Kecamatan Contoh", area="99.01.01", kind=Institution.Kind.SUBDISTRICT, short_name="Contoh"
    )
    other = institution("Kecamatan Lain", area="99.01.02", kind=Institution.Kind.SUBDISTRICT)
    meeting = meeting_of(state="held")
    follow_up_of(meeting, institution=camat, description="Menyiapkan ruang sekretariat")
    follow_up_of(meeting, institution=other, description="Tugas kecamatan lain")
    follow_up_of(meeting, description="Tugas dinas kesehatan")
    household = HouseholdFactory(desa=AreaFactory(code="99.01.01.2001"))
    follow_up_of(meeting, institution=camat, description="Kunjungi keluarga", household=household)
    client.force_login(meeting.made_by)
    url = paper("instruction_letter", meeting.pk, camat.pk)

    assert client.get(url).status_code == 404  # nothing is published yet
    publish_minutes(meeting=meeting, by=meeting.made_by, at=AT + DAY)
    client.post(url)
    page = words(client.get(url))

    assert "001/INSTR/PKH/" in page
    assert f"Camat {camat.area.name}" in page
    assert "Menyiapkan ruang sekretariat" in page and "Kunjungi keluarga" in page
    assert "menyangkut satu keluarga" in page and household.desa.name not in page
    assert "19 Oktober 2026" in page
    assert "Tugas kecamatan lain" not in page and "Tugas dinas kesehatan" not in page
    assert client.get(paper("instruction_letter", meeting.pk, institution().pk)).status_code == 404


# --- the calendar


def unfolded(body):
    lines = body.decode().split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    return body.decode().replace("\r\n ", "").split("\r\n")


def test_calendar_file_moves_with_the_meeting_and_cancels_it(client):
    theme = "Satu; dua, tiga \\ empat " + "padan é " * 15
    meeting = meeting_of(state="invited", theme=theme[:190])
    client.force_login(meeting.made_by)
    url = paper("calendar", meeting.pk)

    answer = client.get(url)
    first = unfolded(answer.content)
    later = {"starts_at": meeting.starts_at + DAY, "ends_at": meeting.ends_at + DAY}
    meeting = change_meeting(meeting=meeting, values=later, by=meeting.made_by, at=AT)
    second = unfolded(client.get(url).content)
    cancel_meeting(meeting=meeting, reason="Banjir", by=meeting.made_by, at=AT)
    third = unfolded(client.get(url).content)

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert first[0] == "BEGIN:VCALENDAR" and first[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART:20261005T020000Z" in first and "DTEND:20261005T050000Z" in first
    assert "DTSTART:20261006T020000Z" in second
    assert any("Satu\\; dua\\, tiga \\\\ empat" in line for line in first)
    uid = [line for line in first if line.startswith("UID:")]
    assert uid == [f"UID:{meeting.pk}@rapat.pkh"]
    assert uid[0] in second and uid[0] in third
    steps = [
        int(next(line for line in file if line.startswith("SEQUENCE:")).partition(":")[2])
        for file in (first, second, third)
    ]
    assert steps == sorted(set(steps))
    assert "STATUS:CANCELLED" in third and "METHOD:CANCEL" in third


def test_long_lines_fold_between_letters():
    line = "SUMMARY:" + "é" * 200

    parts = folded(line).split("\r\n")

    assert max(len(part.encode()) for part in parts) <= 75
    assert "".join([parts[0], *(part[1:] for part in parts[1:])]) == line
    assert escaped("a\r\nb\nc") == "a\\nb\\nc"


# --- who may


@pytest.fixture
def guest():
    return UserFactory(username="tamu-dinkes")


def test_guest_has_own_letter_calendar_and_published_minutes_alone(client, head, guest):
    office = institution()
    meeting = meeting_of(state="invited")
    other = meeting.invitations.get()
    own = invite(
        meeting=meeting,
        representative=representative("Tamu", office, user=guest),
        by=meeting.made_by,
        at=AT,
    )
    client.force_login(guest)

    def statuses():
        return {
            name: client.get(paper(name, pk)).status_code
            for name, pk in {
                "invitation_letter": own.pk,
                "calendar": meeting.pk,
                "minutes_paper": meeting.pk,
                "invitation_letters": meeting.pk,
                "attendance_list": meeting.pk,
                "papers": meeting.pk,
                "attendance": meeting.pk,
                "hall": meeting.pk,
            }.items()
        }

    before = statuses()
    assert before == {
        "invitation_letter": 200,
        "calendar": 200,
        "minutes_paper": 404,
        "invitation_letters": 404,
        "attendance_list": 403,
        "papers": 403,
        "attendance": 403,
        "hall": 403,
    }
    assert client.get(paper("invitation_letter", other.pk)).status_code == 404
    letter = words(client.get(paper("invitation_letter", own.pk)))
    assert own.code[:5] in letter and other.code[:5] not in letter
    page = words(client.get(meeting.get_absolute_url()))
    assert paper("invitation_letter", own.pk) in page and paper("calendar", meeting.pk) in page
    withdraw_invitation(invitation=own, by=meeting.made_by, at=AT)
    assert client.get(paper("invitation_letter", own.pk)).status_code == 404
    assert client.get(paper("calendar", meeting.pk)).status_code == 404


def test_guest_reads_published_minutes_of_his_meeting(client, head, guest):
    meeting = meeting_of(state="minutes_published")
    meeting.invitations.update(user=guest)
    elsewhere = meeting_of("99.01.01", state="minutes_published")
    client.force_login(guest)
    url = paper("minutes_paper", meeting.pk)

    assert "Data tidak padan" in words(client.get(url))
    assert client.post(url).status_code == 403
    assert client.get(paper("minutes_paper", elsewhere.pk)).status_code == 404


def test_codes_of_others_are_for_those_who_keep_the_meeting(client, head):
    meeting = meeting_of(state="invited")
    client.force_login(person("pembaca", Role.AUDITOR, "99.01"))

    assert client.get(paper("invitation_letter", meeting.invitations.get().pk)).status_code == 404
    assert client.get(paper("invitation_letters", meeting.pk)).status_code == 404
    page = client.get(paper("papers", meeting.pk))
    assert page.status_code == 200 and "dr. Ratna" not in words(page)


def test_cancelled_meeting_draws_no_letters(client, head):
    meeting = meeting_of(state="invited")
    add_agenda_item(meeting=meeting, title="Penutup", by=meeting.made_by, at=AT)
    invitation = meeting.invitations.get()
    cancel_meeting(meeting=meeting, reason="Banjir", by=meeting.made_by, at=AT)
    client.force_login(meeting.made_by)

    answer = client.get(paper("invitation_letter", invitation.pk))

    assert answer.status_code == 302
    assert answer.headers["Location"] == meeting.get_absolute_url()
