"""The figures of a home counted once more, in plain Python over all objects of the small world.

Nothing here asks the code under test: who sees what is the oracle of tests.access.world, written
by hand from the matrix of reliability.md C.1.
"""

import datetime as dt
from collections import Counter, defaultdict
from functools import cached_property

from django.utils import timezone

from beneficiaries.models import (
    Household,
    HouseholdPeriod,
    HouseholdStatusChange,
    Member,
    MemberComponent,
)
from core.periods import Period
from dtks.models import Decision, Difference, Snapshot
from facilitators.models import (
    Attendance,
    CaseloadAssignment,
    CaseloadSettings,
    ChangeProposal,
    CommitmentCheck,
    Facilitator,
    LearningGroup,
    LearningSession,
    Posting,
    Visit,
    VisitCheck,
    VisitMark,
    VisitRequest,
    WorkPlan,
)
from graduation.models import CaseFlag, Exit, ExitEntry, ExitType, GraduationCase, Monitoring
from jobs.models import Job
from meetings.models import FollowUp, Invitation, Meeting, Reminder, Representative
from tests.access.world import (
    COORDINATOR,
    DIVISION_HEAD,
    FACILITATOR,
    HEAD,
    LEAD,
    OPERATOR,
    POSTS,
    SEES,
    may,
    posts_today,
)

VISIT_DAYS = 90  # the rule of the small world
OPEN_CASE = {"potential", "proposed", "visited", "verified", "approved", "submitted"}
OPEN_FOLLOW_UP = {"open", "in_progress"}
PUBLISHED = {"minutes_published", "closed"}

# The role that opens a figure, by the oracle's word or as a set of roles; None for everybody.
OPENS = {
    "undangan": None,
    "tindak-lanjut-saya": None,
    "tindak-lanjut-saya-terlambat": None,
    "tindak-lanjut-saya-baru": None,
    "pengingat": None,
    "tindak-lanjut": "meetings",
    "tindak-lanjut-terlambat": "meetings",
    "tindak-lanjut-selesai": "meetings",
    "pertanyaan": "questions",
    "keputusan": "questions",
    "berkas-disetujui": {COORDINATOR, OPERATOR, HEAD, DIVISION_HEAD},
    "berkas-saya-menunggu": {OPERATOR},
    "berkas-dibaca": "files",
    "berkas-ditolak": "files",
    "berkas-baru": "files",
    "pekerjaan-gagal": "work",
    "pekerjaan-berjalan": "work",
    "usulan-graduasi-menunggu": "cases",
    "usulan-graduasi": "cases",
    "usulan-graduasi-lama": "cases",
    "usulan-graduasi-bergerak": "cases",
    "pemantauan-lewat-waktu": "cases",
    "keluar": "cases",
    "graduasi-tahun-ini": "cases",
    "usulan-perubahan": {LEAD, COORDINATOR, OPERATOR},
    "kunjungan-dicek-ulang": {LEAD, COORDINATOR},
    "permintaan-lewat-waktu": "people",
    "kunjungan-masuk": "people",
    "usulan-saya-diputuskan": "people",
    "kelompok-belum-bertemu": "learning",
    "sesi-p2k2": "learning",
    "komitmen-belum-terverifikasi": "commitments",
    "pendamping-tanpa-rencana": "field work",
    "rencana-kerja-saya": {FACILITATOR, LEAD},
    "pendamping": "caseloads",
    "pendamping-sedikit": "caseloads",
    "pendamping-banyak": "caseloads",
    "pendamping-di-wilayah": "caseloads",
    "keluarga-tanpa-pendamping": "caseloads",
    "keluarga-didampingi": "caseloads",
    "serah-terima": "caseloads",
}  # every other is about families


def may_open(person, key) -> bool:
    word = OPENS.get(key, "people")
    if word is None:
        return True
    roles = SEES[word] if isinstance(word, str) else word
    return any(role in roles for role, _area in POSTS.get(person, []))


def by_pk(model):
    return {row.pk: row for row in model.objects.all()}


class Recount:
    """Everything there is, read whole; one method a figure gives the keys of its rows."""

    def __init__(self, world):
        self.world = world
        self.now = timezone.now()
        self.today = timezone.localdate(self.now)
        self.households = by_pk(Household)
        self.members = by_pk(Member)
        self.month = self.today.replace(day=1)
        self.last_month = (self.month - dt.timedelta(days=1)).replace(day=1)
        self.lately = self.midnight(self.today - dt.timedelta(days=7))
        self.still = self.midnight(self.today - dt.timedelta(days=30))

    def midnight(self, day):
        return timezone.make_aware(dt.datetime.combine(day, dt.time()))

    def rows(self, person, key):
        return set(getattr(self, key.replace("-", "_"))(person))

    # --- families

    def sees(self, person, word, family):
        return may(person, word, family.desa_id)

    def seen(self, person, word="people"):
        for family in self.households.values():
            if self.sees(person, word, family):
                yield family

    def staying(self, person, word="people"):
        return [family for family in self.seen(person, word) if family.status != "exited"]

    @cached_property
    def closings(self):
        return list(HouseholdPeriod.objects.all())

    def listed(self, person, matching=lambda row: True):
        """Families of the newest closing in the person's territory."""
        rows = [
            row
            for row in self.closings
            if self.sees(person, "people", self.households[row.household_id])
        ]
        newest = max(((row.year, row.stage) for row in rows), default=None)
        return {
            row.household_id for row in rows if (row.year, row.stage) == newest and matching(row)
        }, newest

    @cached_property
    def held(self):
        return {
            row.household_id: row.facilitator_id
            for row in CaseloadAssignment.objects.all()
            if row.starts_on <= self.today and (row.ends_on is None or row.ends_on >= self.today)
        }

    def keluarga(self, person):
        return [family.pk for family in self.staying(person)]

    def keluarga_aktif(self, person):
        return [family.pk for family in self.seen(person) if family.status == "active"]

    def keluarga_ditangguhkan(self, person):
        return [family.pk for family in self.seen(person) if family.status == "suspended"]

    def keluarga_di_final_closing(self, person):
        return self.listed(person)[0]

    def keluarga_tidak_di_final_closing(self, person):
        listed, _newest = self.listed(person)
        return [family.pk for family in self.staying(person) if family.pk not in listed]

    def keluarga_tanpa_pendamping(self, person):
        return [f.pk for f in self.staying(person, "caseloads") if f.pk not in self.held]

    def keluarga_didampingi(self, person):
        return [f.pk for f in self.staying(person, "caseloads") if f.pk in self.held]

    def keluarga_tanpa_kk(self, person):
        return [f.pk for f in self.staying(person) if not f.kk_number]

    def keluarga_tanpa_pengurus(self, person):
        return [f.pk for f in self.staying(person) if f.caretaker_id is None]

    # --- visits

    @cached_property
    def visits(self):
        return list(Visit.objects.select_related("household"))

    @cached_property
    def visited(self):
        since = self.midnight(self.today) - dt.timedelta(days=VISIT_DAYS)
        return {visit.household_id for visit in self.visits if visit.recorded_at >= since}

    def kunjungan_diminta(self, person):
        asked = {row.household_id for row in VisitRequest.objects.all() if row.state == "open"}
        return [family.pk for family in self.staying(person) if family.pk in asked]

    def kunjungan_terlambat(self, person):
        return [family.pk for family in self.staying(person) if family.pk not in self.visited]

    def kunjungan_absen(self, person):
        days = 14
        last, arrived = {}, defaultdict(list)
        for row in Attendance.objects.select_related("session"):
            before = last.get(row.household_id)
            if before is None or row.session.held_on > before.session.held_on:
                last[row.household_id] = row
        for visit in self.visits:
            arrived[visit.household_id].append(timezone.localdate(visit.recorded_at))
        missed = {
            family
            for family, row in last.items()
            if row.status == "absent"
            and (self.today - row.session.held_on).days <= days
            and not any(day >= row.session.held_on for day in arrived[family])
        }
        return [family.pk for family in self.staying(person) if family.pk in missed]

    def permintaan_lewat_waktu(self, person):
        return [
            row.pk
            for row in VisitRequest.objects.all()
            if row.state == "open" and row.due_on < self.today and self.of_family(person, row)
        ]

    def of_family(self, person, row, word="people"):
        return self.sees(person, word, self.households[row.household_id])

    def kunjungan_masuk(self, person):
        return [
            visit.pk
            for visit in self.visits
            if visit.recorded_at >= self.lately and self.of_family(person, visit)
        ]

    def kunjungan_dicek_ulang(self, person):
        """In the small world every facilitator's sample of last month is the only visit he sent."""
        marked = {mark.visit_id for mark in VisitMark.objects.all()}
        checked = {check.visit_id for check in VisitCheck.objects.all()}
        found = []
        for visit in self.visits:
            month = timezone.localdate(visit.recorded_at).replace(day=1)
            wanted = visit.pk in marked and month in (self.month, self.last_month)
            if (
                (wanted or month == self.last_month)
                and visit.pk not in checked
                and visit.recorded_by != self.world.users[person]
                and self.of_family(person, visit)
            ):
                found.append(visit.pk)
        return found

    def usulan_perubahan(self, person):
        return [
            row.pk
            for row in ChangeProposal.objects.select_related("visit")
            if row.state == "open"
            and row.proposed_by != self.world.users[person]
            and any(
                role in OPENS["usulan-perubahan"]
                and self.households[row.visit.household_id].desa_id.startswith(area)
                for role, area in posts_today(person)
            )
        ]

    def usulan_saya_diputuskan(self, person):
        return [
            row.pk
            for row in ChangeProposal.objects.select_related("visit")
            if row.proposed_by == self.world.users[person]
            and row.decided_at is not None
            and row.decided_at >= self.lately
            and self.of_family(person, row.visit)
        ]

    # --- the four targets

    def part(self, person, condition):
        listed, newest = self.listed(person)
        return {pk for pk in listed if condition(self.households[pk], newest)}

    def rest(self, person, part):
        return self.listed(person)[0] - set(part(person))

    @cached_property
    def of_household(self):
        found = defaultdict(list)
        for member in self.members.values():
            if member.status == "active":
                found[member.household_id].append(member)
        return found

    @cached_property
    def components(self):
        return {(row.member_id, row.year, row.stage) for row in MemberComponent.objects.all()}

    def tepat_sasaran(self, person):
        return self.part(
            person,
            lambda family, newest: (
                family.status != "exited"
                and any((m.pk, *newest) in self.components for m in self.of_household[family.pk])
            ),
        )

    def tepat_waktu(self, person):
        return self.part(person, lambda family, newest: family.pk in self.visited)

    def tepat_jumlah(self, person):
        return self.listed(
            person, lambda row: row.stated_amount == row.computed_amount is not None
        )[0]

    def tepat_administrasi(self, person):
        return self.part(
            person,
            lambda family, newest: (
                family.kk_number
                and family.caretaker_id
                and all(m.nik and m.birth_on for m in self.of_household[family.pk])
            ),
        )

    def tepat_sasaran_belum(self, person):
        return self.rest(person, self.tepat_sasaran)

    def tepat_waktu_belum(self, person):
        return self.rest(person, self.tepat_waktu)

    def tepat_jumlah_belum(self, person):
        return self.rest(person, self.tepat_jumlah)

    def tepat_administrasi_belum(self, person):
        return self.rest(person, self.tepat_administrasi)

    # --- members

    def people(self, person):
        return [m for family in self.staying(person) for m in self.of_household[family.pk]]

    def anggota(self, person):
        return [member.pk for member in self.people(person)]

    def anggota_tanpa_nik(self, person):
        return [member.pk for member in self.people(person) if not member.nik]

    def anggota_tanpa_tanggal_lahir(self, person):
        return [member.pk for member in self.people(person) if not member.birth_on]

    def anggota_tanpa_kk(self, person):
        return [m.pk for m in self.people(person) if not m.household.kk_number]

    def anggota_belum_lengkap(self, person):
        return [
            member.pk
            for member in self.people(person)
            if not (member.nik and member.birth_on and member.household.kk_number)
        ]

    def anggota_nik_sama(self, person):
        people = self.people(person)
        times = Counter(member.nik for member in people if member.nik)
        return [member.pk for member in people if times[member.nik] > 1]

    # --- what changed

    def perubahan_status(self, person):
        return [
            row.pk
            for row in HouseholdStatusChange.objects.all()
            if row.recorded_at >= self.lately and self.of_family(person, row)
        ]

    def serah_terima(self, person):
        return [
            row.pk
            for row in CaseloadAssignment.objects.all()
            if row.recorded_at >= self.lately and self.of_family(person, row, "caseloads")
        ]

    # --- P2K2, commitments, plans, caseloads

    def kelompok_belum_bertemu(self, person):
        return [
            group.pk for group in self.groups_not_met() if may(person, "learning", group.village_id)
        ]

    def groups_not_met(self):
        met = {
            row.group_id for row in LearningSession.objects.all() if row.held_on >= self.last_month
        }
        return [
            group
            for group in LearningGroup.objects.all()
            if group.pk not in met
            and group.starts_on <= self.last_month
            and (group.ends_on is None or group.ends_on >= self.today)
        ]

    def sesi_p2k2(self, person):
        return [
            row.pk
            for row in LearningSession.objects.select_related("group")
            if row.recorded_at >= self.lately and may(person, "learning", row.group.village_id)
        ]

    def komitmen_belum_terverifikasi(self, person):
        period = Period.of(self.today).previous()
        return [
            row.pk
            for row in CommitmentCheck.objects.select_related("quarter")
            if (row.quarter.year, row.quarter.stage) == (period.year, period.stage)
            and row.outcome == "no_evidence"
            and self.of_family(person, row, "commitments")
        ]

    def posted(self, person, word):
        return {
            row.facilitator_id
            for row in Posting.objects.all()
            if row.starts_on <= self.today
            and (row.ends_on is None or row.ends_on >= self.today)
            and may(person, word, row.area_id)
        }

    def pendamping(self, person):
        return self.posted(person, "caseloads")

    def pendamping_di_wilayah(self, person):
        families = {family.pk for family in self.staying(person, "caseloads")}
        return {who for family, who in self.held.items() if family in families}

    @cached_property
    def loads(self):
        return Counter(
            facilitator
            for family, facilitator in self.held.items()
            if self.households[family].status != "exited"
        )

    @cached_property
    def norms(self):
        return CaseloadSettings.objects.first() or CaseloadSettings()

    def pendamping_sedikit(self, person):
        few = self.norms.few_below
        return [pk for pk in self.pendamping(person) if self.loads[pk] < few]

    def pendamping_banyak(self, person):
        many = self.norms.many_above
        return [pk for pk in self.pendamping(person) if self.loads[pk] > many]

    @cached_property
    def planned(self):
        return {row.facilitator_id for row in WorkPlan.objects.all() if row.month == self.month}

    def pendamping_tanpa_rencana(self, person):
        return self.posted(person, "field work") - self.planned

    def rencana_kerja_saya(self, person):
        return [
            row.pk
            for row in Facilitator.objects.all()
            if row.user == self.world.users[person] and row.pk not in self.planned
        ]

    # --- files

    def pertanyaan(self, person):
        newest = {}
        for row in Snapshot.objects.all():
            if row.reconciled_at is None or not self.knows_file(person, row):
                continue
            before = newest.get(row.source)
            order = (row.year, row.stage, row.reconciled_at)
            if before is None or order > (before.year, before.stage, before.reconciled_at):
                newest[row.source] = row
        files = {row.pk for row in newest.values()}
        return [
            row.pk
            for row in Difference.objects.filter(decision_id=None)
            if row.snapshot_id in files
            and row.outcome in ("review", "duplicate", "matched_changed")
            and self.asks(person, row)
        ]

    def asks(self, person, row):
        return may(person, "questions", row.village_id)

    def keputusan(self, person):
        return [
            row.pk
            for row in Decision.objects.select_related("member")
            if row.withdrawn_at is None
            and row.at >= self.lately
            and self.of_family(person, row.member, "questions")
        ]

    def knows_file(self, person, row):
        return may(person, "question file", row.area_id)

    def files(self, person):
        return [row for row in Snapshot.objects.all() if may(person, "files", row.area_id)]

    def berkas_disetujui(self, person):
        me = self.world.users[person]
        return [r.pk for r in self.files(person) if r.state == "staged" and r.uploaded_by != me]

    def berkas_saya_menunggu(self, person):
        me = self.world.users[person]
        return [r.pk for r in self.files(person) if r.state == "staged" and r.uploaded_by == me]

    def berkas_dibaca(self, person):
        return [r.pk for r in self.files(person) if r.state in ("uploaded", "staging")]

    def berkas_ditolak(self, person):
        since = self.now - dt.timedelta(days=30)
        return [r.pk for r in self.files(person) if r.state == "refused" and r.uploaded_at >= since]

    def berkas_baru(self, person):
        return [row.pk for row in self.files(person) if row.uploaded_at >= self.lately]

    def jobs(self, person):
        """Of one's own kabupaten, written by its writer; nobody's own here."""
        for row in Job.objects.select_related("requested_by"):
            where = "99.02" if row.requested_by.username == "stranger" else "99.01"
            if may(person, "work", where):
                yield row

    def pekerjaan_gagal(self, person):
        return [
            row.pk
            for row in self.jobs(person)
            if row.state == "failed" and row.finished_at >= self.lately
        ]

    def pekerjaan_berjalan(self, person):
        return [row.pk for row in self.jobs(person) if row.state in ("queued", "running")]

    # --- graduation

    def cases(self, person):
        for row in GraduationCase.objects.select_related("type"):
            if self.of_family(person, row, "cases"):
                yield row

    def usulan_graduasi(self, person):
        return [row.pk for row in self.cases(person) if row.state in OPEN_CASE]

    def usulan_graduasi_lama(self, person):
        return [
            row.pk
            for row in self.cases(person)
            if row.state in OPEN_CASE and row.moved_at < self.still
        ]

    def usulan_graduasi_bergerak(self, person):
        return [row.pk for row in self.cases(person) if row.moved_at >= self.lately]

    def usulan_graduasi_menunggu(self, person):
        me, found = self.world.users[person], []
        flagged = {flag.case_id for flag in CaseFlag.objects.all() if flag.settled_at is None}
        for row in self.cases(person):

            def can(word, row=row):
                return self.of_family(person, row, word)

            steps = [
                row.state == "potential" and can("proposes"),
                row.state == "proposed" and row.type.needs_visit and can("proposes"),
                (row.state == "visited" or (row.state == "proposed" and not row.type.needs_visit))
                and row.proposed_by != me
                and can("verifies"),
                row.state == "verified"
                and me not in (row.proposed_by, row.verified_by)
                and can("approves"),
                row.state == "approved" and can("submits"),
                row.pk in flagged and row.state in OPEN_CASE and can("verifies"),
            ]
            if any(steps):
                found.append(row.pk)
        return found

    @cached_property
    def exits(self):
        return {row.pk: row for row in Exit.objects.all()}

    def pemantauan_lewat_waktu(self, person):
        found = []
        for row in Monitoring.objects.all():
            left = self.exits[row.exit_id]
            if (
                row.done_on is None
                and row.due_on < self.today
                and left.withdrawn_at is None
                and left.reentered_on is None
                and self.of_family(person, left, "cases")
            ):
                found.append(row.pk)
        return found

    def keluar(self, person):
        return [
            row.pk
            for row in self.exits.values()
            if row.recorded_at >= self.lately
            and row.withdrawn_at is None
            and self.of_family(person, row, "cases")
        ]

    def graduasi_tahun_ini(self, person):
        times, types = Counter(), by_pk(ExitType)
        for entry in ExitEntry.objects.all():
            if entry.year == self.today.year:
                times[entry.exit_id] += entry.sign
        return [
            row.pk
            for row in self.exits.values()
            if times[row.pk] > 0
            and types[row.type_id].headline
            and self.of_family(person, row, "cases")
        ]

    # --- meetings

    def undangan(self, person):
        me = self.world.users[person]
        invited = {
            row.meeting_id
            for row in Invitation.objects.all()
            if row.user == me and row.withdrawn_at is None
        }
        return [
            row.pk
            for row in Meeting.objects.all()
            if row.pk in invited and row.state == "invited" and row.ends_at >= self.now
        ]

    def follow_ups(self, person, own=None):
        """Of published minutes; `own` True for those the person answers for."""
        me = self.world.users[person]
        offices = {
            row.institution_id
            for row in Representative.objects.all()
            if row.user == me and row.active
        }
        for row in FollowUp.objects.select_related("decision__issue__meeting"):
            meeting = row.decision.issue.meeting
            if meeting.state not in PUBLISHED:
                continue
            mine = row.owner == me or row.institution_id in offices
            reads = may(person, "meetings", meeting.area_id) and (
                row.household_id is None or self.of_family(person, row)
            )
            if (mine or reads) and (own is None or mine):
                yield row

    def late(self, row):
        return row.state in OPEN_FOLLOW_UP and row.due_on < self.today

    def tindak_lanjut_saya(self, person):
        return [r.pk for r in self.follow_ups(person, own=True) if r.state in OPEN_FOLLOW_UP]

    def tindak_lanjut_saya_terlambat(self, person):
        return [row.pk for row in self.follow_ups(person, own=True) if self.late(row)]

    def tindak_lanjut_saya_baru(self, person):
        return [
            row.pk
            for row in self.follow_ups(person, own=True)
            if row.decision.issue.meeting.starts_at >= self.still
        ]

    def tindak_lanjut(self, person):
        return [row.pk for row in self.follow_ups(person) if row.state in OPEN_FOLLOW_UP]

    def tindak_lanjut_terlambat(self, person):
        return [row.pk for row in self.follow_ups(person) if self.late(row)]

    def tindak_lanjut_selesai(self, person):
        since = timezone.localdate(self.lately)
        return [
            row.pk
            for row in self.follow_ups(person)
            if row.state == "done" and row.closed_on >= since
        ]

    def pengingat(self, person):
        me = self.world.users[person]
        return [row.pk for row in Reminder.objects.all() if row.user == me and not row.seen_at]
