"""Meetings of the demo office: what the five offices say their rakor are about (domain.md 7.1)."""

import datetime as dt
import io

from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageDraw

from accounts.models import User
from areas.models import Area
from beneficiaries.models import Household
from documents.models import Document
from meetings.models import (
    Attendance,
    Facility,
    FollowUp,
    Institution,
    Issue,
    Meeting,
    Representative,
)
from meetings.services import (
    add_agenda_item,
    add_decision,
    add_evidence,
    add_follow_up,
    add_issue,
    cancel_meeting,
    close_follow_up,
    close_meeting,
    escalate,
    hold_meeting,
    invite,
    plan_meeting,
    publish_minutes,
    send_invitations,
    tell_progress,
)

DAY = dt.timedelta(days=1)
Kind, Category = Institution.Kind, Issue.Category
# (name, short name, kind, its person, position)
INSTITUTIONS = (
    ("Dinas Sosial", "Dinsos", Kind.SOCIAL, "Yuliana Ratri", "Kepala Bidang Linjamsos"),
    ("Dinas Kesehatan", "Dinkes", Kind.AGENCY, "dr. Ratna Widyawati", "Kabid Kesmas"),
    ("Dinas Pendidikan", "Disdik", Kind.AGENCY, "Suparman Hadi", "Sekretaris Dinas"),
    (
        "Dinas Kependudukan dan Pencatatan Sipil",
        "Disdukcapil",
        Kind.AGENCY,
        "Herlina Oktaviani",
        "Kabid Pelayanan",
    ),
    ("Bappeda", "Bappeda", Kind.AGENCY, "Tri Wahyudi", "Kabid Sosial Budaya"),
    ("Bank penyalur", "Bank", Kind.PARTNER, "Maya Anggraini", "Kepala Unit Bansos"),
)
# category, problem, discussion, raised by, decision, [(what, who, days until due, how it went)]
# Twelve follow-ups: seven done with evidence, three overdue, two under way.
FIRST = (
    (
        Category.DATA,
        "Data ganda dan tidak padan antara DTKS dan data kependudukan",
        "Sebagian NIK anggota keluarga tidak ditemukan di Disdukcapil; desa menerima warga yang"
        " mempertanyakan bantuannya.",
        "Dinas Sosial",
        "Pemadanan NIK dilakukan bersama setiap bulan, bukan menunggu berkas kementerian.",
        (
            ("Mengirim daftar NIK tidak padan per kecamatan", "Dinas Sosial", 7, "done"),
            (
                "Memeriksa dan membetulkan NIK yang tidak ditemukan",
                "Dinas Kependudukan dan Pencatatan Sipil",
                35,
                "late",
            ),
            (
                "Melayani perekaman KTP keliling di dua desa",
                "Dinas Kependudukan dan Pencatatan Sipil",
                21,
                "done",
            ),
        ),
    ),
    (
        Category.GRADUATION,
        "Keluarga yang sudah mampu enggan keluar dari PKH",
        "Pendamping diminta menyiapkan keluarga sejak dini; desa diminta ikut menyampaikan.",
        "Dinas Sosial",
        "Keluarga yang dinilai siap didatangi bersama aparat desa, tanpa paksaan.",
        (
            ("Menyusun daftar keluarga yang siap graduasi per desa", "Dinas Sosial", 14, "done"),
            ("Mengunjungi satu keluarga yang menolak penilaian", "Dinas Sosial", 21, "family"),
            ("Menyiapkan pelatihan usaha untuk keluarga graduasi", "Bappeda", 35, "late"),
        ),
    ),
    (
        Category.FACILITIES,
        "Belum semua kecamatan memiliki ruang sekretariat PKH",
        "Pendamping bekerja dari rumah; berkas keluarga tidak tersimpan aman.",
        "Dinas Sosial",
        "Setiap kecamatan menyediakan satu ruang, boleh dipakai bersama.",
        (
            ("Menyurati camat tentang ruang sekretariat", "Dinas Sosial", 7, "done"),
            ("Mengusulkan mebel sekretariat dalam perubahan anggaran", "Bappeda", 60, "going"),
        ),
    ),
    (
        Category.COMPLEMENTARITY,
        "Hasil verval permakanan, disabilitas, dan lansia belum dipakai",
        "Hasil verval sudah ada, tetapi belum dibaca bersama daftar penerima PKH.",
        "Dinas Kesehatan",
        "Hasil verval dicocokkan dengan daftar keluarga PKH sebelum tahap berikutnya.",
        (
            ("Menyerahkan hasil verval lansia dan disabilitas", "Dinas Kesehatan", 14, "done"),
            ("Mencatat bantuan lain pada berkas keluarga", "Dinas Sosial", 90, "going"),
        ),
    ),
    (
        Category.STAFF,
        "Kunjungan lapangan kurang dan koordinasi dengan desa lemah",
        "Beberapa kecamatan belum mengunjungi sebagian besar keluarganya pada triwulan ini.",
        "Bappeda",
        "Setiap pendamping menyusun rencana kerja bulanan dan menyampaikannya ke desa.",
        (
            ("Memantau rencana kerja bulanan per kecamatan", "Dinas Sosial", 30, "done"),
            (
                "Melaporkan kehadiran siswa keluarga PKH setiap bulan",
                "Dinas Pendidikan",
                35,
                "late",
            ),
        ),
    ),
)


@transaction.atomic
def make_demo_meetings(*, office_area: Area, by: User, at: dt.datetime) -> int:
    """Institutions, facilities and meetings, the next one among them; returns how many meetings
    there are, 0 when some are there already. `by` plans and keeps the minutes."""
    if Meeting.objects.exists():
        return 0
    today = timezone.localdate(at)
    offices = _institutions(office_area)
    _facilities(office_area, today)
    _first(office_area, offices, by, at)
    capacity = _held(
        office_area,
        offices,
        by,
        at - 75 * DAY,
        kind=Meeting.Kind.CAPACITY,
        theme="Penguatan P2K2 dan pemutakhiran data",
        place="Aula hotel di ibu kota kabupaten",
    )
    _write(
        capacity,
        Category.STAFF,
        "Modul baru P2K2 belum dikuasai semua pendamping",
        "Setiap kecamatan mengadakan latihan bersama.",
        [("Menyusun jadwal latihan per kecamatan", offices["Dinas Sosial"], 14)],
        by,
    )
    publish_minutes(meeting=capacity, by=by, at=capacity.ends_at + DAY)
    _finish(
        FollowUp.objects.filter(decision__issue__meeting=capacity), by, capacity.ends_at + 5 * DAY
    )
    close_meeting(meeting=capacity, by=by, at=capacity.ends_at + 30 * DAY)
    study = _planned(
        office_area,
        offices,
        by,
        at - 20 * DAY,
        kind=Meeting.Kind.STUDY,
        theme="Studi banding pengelolaan graduasi",
        place="Dinas Sosial kabupaten tetangga",
    )
    cancel_meeting(meeting=study, reason="Anggaran perjalanan dialihkan", by=by, at=at - 25 * DAY)
    _next(office_area, offices, by, at)
    for days in (9, 3, 0):
        escalate(at=at - days * DAY)
    return Meeting.objects.count()


def _institutions(office_area) -> dict[str, Institution]:
    found = {}
    guest = User.objects.filter(username="tamu").first()
    for name, short, kind, person, position in INSTITUTIONS:
        found[name] = Institution.objects.create(
            name=name, short_name=short, kind=kind, area=office_area
        )
        Representative.objects.create(
            institution=found[name],
            name=person,
            position=position,
            user=guest if short == "Dinkes" else None,
        )
    for kecamatan in _kecamatan(office_area):
        office = Institution.objects.create(
            name=f"Kecamatan {kecamatan.name}",
            short_name=f"Kec. {kecamatan.name}"[:30],
            kind=Kind.SUBDISTRICT,
            area=kecamatan,
        )
        Representative.objects.create(
            institution=office, name=f"Camat {kecamatan.name}", position="Camat"
        )
        found[office.name] = office
    return found


def _kecamatan(office_area):
    return list(Area.objects.within(office_area.pk).subdistricts().order_by("code"))


def _facilities(office_area, today):
    turns = (Facility.Status.AVAILABLE, Facility.Status.SHARED, Facility.Status.NONE)
    Facility.objects.bulk_create(
        Facility(area=area, status=turns[nth % 3], as_of=today)
        for nth, area in enumerate(_kecamatan(office_area))
    )


def _planned(area, offices, by, starts, *, kind, theme, place):
    begins = timezone.localtime(starts).replace(hour=9, minute=0, second=0, microsecond=0)
    early = min(begins - 14 * DAY, starts)
    meeting = plan_meeting(
        kind=kind,
        area=area,
        theme=theme,
        place=place,
        starts_at=begins,
        ends_at=begins + dt.timedelta(hours=4),
        chair="Kepala Dinas Sosial",
        moderator="Kepala Bidang Linjamsos",
        minute_taker="Operator Data Satu",
        by=by,
        at=early,
    )
    add_agenda_item(
        meeting=meeting, title="Pembukaan dan arahan", speaker="Sekretaris Daerah", minutes=20,
        by=by, at=early,
    )  # fmt: skip
    add_agenda_item(
        meeting=meeting, title="Pembahasan masalah dan kesepakatan", minutes=120,
        speaker="Koordinator Kabupaten", by=by, at=early,
    )  # fmt: skip
    for one in Representative.objects.filter(institution__in=offices.values()).order_by("pk"):
        invite(meeting=meeting, representative=one, by=by, at=early)
    return meeting


def _held(area, offices, by, starts, **said):
    meeting = _planned(area, offices, by, starts, **said)
    meeting = send_invitations(meeting=meeting, by=by, at=meeting.starts_at - 10 * DAY)
    for nth, invitation in enumerate(meeting.invitations.order_by("pk")):
        if nth % 5 == 4:  # one in five did not come
            continue
        late = nth % 7 == 3
        Attendance.objects.create(
            meeting=meeting,
            invitation=invitation,
            institution=invitation.institution,
            name=invitation.name,
            position=invitation.position,
            arrived_at=meeting.starts_at + dt.timedelta(minutes=25 if late else -nth),
            is_late=late,
            how=Attendance.How.LIST,
            recorded_by=by,
        )
    return hold_meeting(meeting=meeting, by=by, at=meeting.ends_at)


def _write(meeting, category, problem, decided, tasks, by, **more):
    """A problem with one decision; `tasks` are (what, institution, days until due)."""
    at = meeting.ends_at
    issue = add_issue(meeting=meeting, category=category, title=problem, by=by, at=at, **more)
    decision = add_decision(issue=issue, text=decided, by=by, at=at)
    made = []
    for what, office, days in tasks:
        person = office.representatives.first()
        made.append(
            add_follow_up(
                decision=decision,
                description=what,
                institution=office,
                owner=person.user,
                owner_name=person.name,
                due_on=meeting.local_start.date() + days * DAY,
                by=by,
                at=at,
            )
        )
    return made


def _first(area, offices, by, at):
    """Six weeks ago: its twelve follow-ups went the ways these things go."""
    meeting = _held(
        area,
        offices,
        by,
        at - 45 * DAY,
        kind=Meeting.Kind.COORDINATION,
        theme="Data yang padan, bantuan yang tepat sasaran",
        place="Aula Dinas Sosial",
    )
    ways = []
    for category, problem, said, raised, decided, tasks in FIRST:
        made = _write(
            meeting,
            category,
            problem,
            decided,
            [(what, offices[who], days) for what, who, days, _way in tasks],
            by,
            discussion=said,
            raised_by=offices[raised],
        )
        ways += list(zip(made, (way for *_task, way in tasks), strict=True))
    family = Household.objects.filter(status="active").order_by("pk").first()
    room = Facility.objects.filter(status=Facility.Status.NONE).first()
    for one, way in ways:
        if way == "family":
            FollowUp.objects.filter(pk=one.pk).update(household=family)
        elif "ruang sekretariat" in one.description:
            FollowUp.objects.filter(pk=one.pk).update(facility=room)
    publish_minutes(meeting=meeting, by=by, at=meeting.ends_at + DAY)
    for one, way in ways:
        if way in ("done", "family"):
            _finish([one], by, meeting.ends_at + 6 * DAY)
        elif way == "going":
            late = timezone.localdate(at) + 20 * DAY
            FollowUp.objects.filter(pk=one.pk).update(due_on=late)
            tell_progress(
                follow_up=one,
                text="Sudah dibahas dengan bidang anggaran; menunggu perubahan APBD.",
                by=by,
                at=meeting.ends_at + 30 * DAY,
            )
    return meeting


def _finish(follow_ups, by, at):
    for one in follow_ups:
        add_evidence(
            follow_up=one,
            file=io.BytesIO(_picture(one.number)),
            name=f"bukti-{one.number}.jpg",
            kind=Document.Kind.PHOTO,
            by=by,
            at=at,
        )
        close_follow_up(follow_up=one, note="Selesai, bukti terlampir.", by=by, at=at)


def _picture(number: int) -> bytes:
    """A made-up photo, different for each follow-up."""
    picture = Image.new("RGB", (640, 480), (70 + number * 12 % 120, 120, 110))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((60 + number * 9, 90, 420, 380), fill=(228, 226, 214))
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=80)
    return kept.getvalue()


def _next(area, offices, by, at):
    """In nine days: what is unfinished heads its agenda; the invitations were sent."""
    meeting = _planned(
        area,
        offices,
        by,
        at + 9 * DAY,
        kind=Meeting.Kind.COORDINATION,
        theme="Menuntaskan tindak lanjut dan menyiapkan tahap berikutnya",
        place="Aula Dinas Sosial",
    )
    return send_invitations(meeting=meeting, by=by, at=at)
