"""Visits of the demo office: a quarter and the weeks since, with what they found."""

import datetime as dt

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from areas.models import Area
from beneficiaries.models import Member
from beneficiaries.services import change_member
from core.sql import run_sql
from facilitators.models import CaseloadAssignment, ChangeProposal, Facilitator, Visit
from facilitators.queries import review
from facilitators.services import check_visit, mark_visits, record_visit

PEOPLE = (
    "Pengurus",
    "Pengurus dan suami",
    "Pengurus dan anak",
    "Nenek, pengurus sedang bekerja",
    "Pengurus, ketua kelompok ikut hadir",
)
NOTES = (
    "Data keluarga dicocokkan dengan KK, tidak ada perubahan.",
    "Anak rajin sekolah, rapor sudah dilihat.",
    "Balita ditimbang bulan ini di posyandu, KMS dilihat.",
    "KKS dipegang pengurus sendiri, bantuan diambil di agen desa.",
    "Pengurus baru merintis warung kecil di depan rumah.",
    "Lansia perlu diantar kontrol ke puskesmas.",
    "Atap dapur bocor, sudah dilaporkan ke desa.",
    "Anak bungsu pindah kelas, menunggu surat dari sekolah.",
    "Pengurus absen P2K2 karena panen, bulan depan hadir.",
    "Buku tabungan sudah dicetak, saldo sesuai.",
    "Suami bekerja di luar kota, pulang sebulan sekali.",
    "Keluarga meminta penjelasan tentang komponen lansia.",
)
STEPS = (
    "Cek rapor akhir semester",
    "Antar berkas ke sekolah",
    "Dampingi ke puskesmas",
    "Lihat perkembangan warung",
    "Ajak ke pertemuan P2K2 berikutnya",
)
SCHOOLS = ("SD Negeri 2", "SMP Negeri 1", "SMA Negeri 1")
REFUSAL = "Belum ada surat dari sekolah atau bidan."
CONFLICTS = 4
CHECKS = 30


@transaction.atomic
def make_demo_visits(*, office_area: Area, starts_on: dt.date, by, decider, at) -> int:
    """Visits from `starts_on` until yesterday, set-wise; returns how many, 0 when there are any.

    `by` is who wrote them down for facilitators without an account, `decider` another officer,
    who decided older proposals, corrected records meanwhile and looked at last month's sample.
    """
    if Visit.objects.exists():
        return 0
    today = timezone.localdate(at)
    made = run_sql(
        "facilitators/demo_visits.sql",
        on=starts_on,
        today=today,
        days=(today - starts_on).days,
        office=office_area.pk,
        zone=settings.TIME_ZONE,
        people=list(PEOPLE),
        notes=list(NOTES),
        steps=list(STEPS),
        by=by.pk,
        at=at,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE facilitators_visit")
    run_sql(
        "facilitators/demo_proposals.sql",
        schools=list(SCHOOLS),
        refusal=REFUSAL,
        decider=decider.pk,
        at=at,
    )
    mark_visits(visits=Visit.objects.values_list("pk", flat=True), at=at)
    _conflicts(decider, today=today, at=at)
    _checks(decider, today=today, at=at)
    return made


def _conflicts(officer, *, today, at):
    """Records the office corrected while the facilitator was on the way."""
    facilitator = Facilitator.objects.filter(user__username="pendamping").first()
    if facilitator is None:
        return
    entrusted = CaseloadAssignment.objects.entrusted_to(facilitator.pk, today)
    children = Member.objects.active().filter(
        household_id__in=entrusted.values("household_id"), relationship="child"
    )
    for child in children.select_related("household").order_by("household_id", "pk")[:CONFLICTS]:
        read = child.version
        change_member(
            member=child,
            values={"birth_place": "BANDAR LAMPUNG"},
            reason="Akta kelahiran dilihat",
            by=officer,
            at=at - dt.timedelta(hours=5),
        )
        record_visit(
            facilitator=facilitator,
            household=child.household,
            purpose="data_update",
            device_at=at - dt.timedelta(hours=6),
            note="KK dilihat: tempat lahir anak tertulis lain.",
            proposals=[
                {
                    "kind": ChangeProposal.Kind.CORRECTION,
                    "member": child.pk,
                    "version": read,
                    "values": {"birth_place": "PRINGSEWU"},
                }
            ],
            by=facilitator.user,
            at=at - dt.timedelta(hours=4),
        )


def _checks(officer, *, today, at):
    """Half of last month's sample has been looked at again."""
    month = (today.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    chosen = review.sample(officer, month).exclude(recorded_by=officer).order_by("pk")
    for number, visit in enumerate(chosen[:CHECKS]):
        differs = number % 10 == 9
        check_visit(
            visit=visit,
            result="differs" if differs else "agrees",
            note="Alamat sudah pindah ke RT sebelah" if differs else "Ditelepon, sesuai",
            by=officer,
            at=at - dt.timedelta(days=number % 5 + 1),
        )
