"""Where an office starts: the ways to leave of domain.md 2.1 with their usual reasons, and a local
questionnaire. What a type asks for, and every weight, is practice and can be changed."""

import datetime as dt

from django.db import migrations
from django.utils import timezone

FROM = dt.date(2007, 1, 1)
LOCAL = 'Praktik daerah; bukan instrumen resmi'
# code: name, counted under, needs visit, statement, assessment
TYPES = {
    'natural': ('Graduasi alamiah', 'natural', False, False, False),
    'prosperous': ('Graduasi sejahtera mandiri', 'prosperous', True, True, True),
    'local_eligibility': ('Graduasi kelayakan daerah', 'local_eligibility', True, False, False),
    'forced': ('Graduasi paksa', 'other', True, False, False),
    'empowered': ('Graduasi pemberdayaan (PENA/PPSE)', 'other', True, True, False),
    'ineligible_central': ('Tidak layak menurut pusat', 'other', False, False, False),
    'died': ('Meninggal dunia', '', False, False, False),
    'moved': ('Pindah dari kabupaten', '', False, False, False),
    'duplicate': ('Data ganda', '', False, False, False),
    'not_found': ('Tidak ditemukan', '', False, False, False),
    'refused': ('Menolak bantuan', '', False, False, False),
    'unmatched': ('Tidak padan', '', False, False, False),
}
REASONS = {
    'natural': {
        'last_child_done': 'Anak terakhir lulus SMA/sederajat',
        'child_grown': 'Anak usia dini melewati batas umur',
        'elderly_died': 'Lanjut usia meninggal dunia',
        'no_component': 'Tidak ada komponen lagi',
    },
    'prosperous': {
        'economy': 'Ekonomi keluarga membaik',
        'business': 'Mempunyai usaha sendiri',
        'job': 'Mempunyai pekerjaan tetap',
        'ready': 'Siap melepas bantuan',
    },
    'local_eligibility': {
        'village_meeting': 'Hasil musyawarah desa/kelurahan',
        'verification': 'Hasil verifikasi dan validasi daerah',
        'assets': 'Aset melebihi kriteria keluarga miskin',
    },
    'forced': {
        'absences': 'Berulang kali tidak memenuhi kewajiban',
        'village_letter': 'Surat desa: keluarga mampu',
    },
    'empowered': {'pena': 'Lulus program PENA', 'ppse': 'Sukses PPSE'},
    'ineligible_central': {
        'wage': 'Upah di atas upah minimum',
        'officer': 'Pengurus badan usaha',
        'civil_servant': 'ASN, TNI, atau Polri',
        'decile': 'Desil di luar sasaran',
    },
}
YES_NO = (('tidak', 'Tidak', 0), ('ya', 'Ya', 100))
# group, code, question, weight, required, answers (code, words, percent of the weight)
QUESTIONS = (
    ('assets', 'vehicle', 'Kendaraan yang dimiliki keluarga', 8, False,
     (('none', 'Tidak ada', 0), ('one', 'Satu sepeda motor', 50), ('more', 'Lebih dari itu', 100))),
    ('assets', 'savings', 'Tabungan, emas, atau ternak yang mudah dijual', 6, False, YES_NO),
    ('house', 'walls', 'Dinding dan lantai rumah', 8, False,
     (('poor', 'Bambu atau tanah', 0), ('mixed', 'Sebagian tembok', 50), ('good', 'Tembok dan keramik', 100))),
    ('house', 'power', 'Daya listrik terpasang', 6, False,
     (('none', 'Tidak ada atau menumpang', 0), ('450', '450 VA', 25), ('900', '900 VA', 60), ('1300', '1.300 VA atau lebih', 100))),
    ('house', 'toilet', 'Jamban sendiri dan air bersih', 6, False, YES_NO),
    ('work', 'work', 'Pekerjaan pencari nafkah utama', 12, True,
     (('none', 'Tidak bekerja', 0), ('casual', 'Serabutan', 30), ('steady', 'Tetap atau usaha sendiri', 100))),
    ('work', 'business', 'Usaha keluarga berjalan paling sedikit enam bulan', 10, False, YES_NO),
    ('income', 'income', 'Pengeluaran per orang dibanding garis kemiskinan daerah', 16, True,
     (('below', 'Di bawah', 0), ('near', 'Sampai satu setengah kali', 50), ('above', 'Lebih tinggi', 100))),
    ('health', 'insurance', 'Semua anggota mempunyai jaminan kesehatan', 6, False, YES_NO),
    ('health', 'ill', 'Ada anggota sakit menahun yang menghabiskan biaya', 4, False,
     (('ya', 'Ya', 0), ('tidak', 'Tidak', 100))),
    ('education', 'school', 'Semua anak usia sekolah bersekolah', 8, True, YES_NO),
    ('will', 'ready', 'Keluarga menyatakan siap keluar tanpa paksaan', 10, True,
     (('tidak', 'Belum', 0), ('unsure', 'Masih ragu', 40), ('ya', 'Ya', 100))),
)


def add_types(apps, schema_editor):
    kind, reason = (apps.get_model('graduation', name) for name in ('ExitType', 'ExitReason'))
    for order, (code, (name, headline, visit, statement, assessment)) in enumerate(TYPES.items()):
        one, _made = kind.objects.get_or_create(
            code=code,
            defaults={
                'name': name,
                'headline': headline,
                'needs_visit': visit,
                'needs_statement': statement,
                'needs_assessment': assessment,
                'order': order + 1,
                'valid_from': FROM,
                'source': LOCAL,
            },
        )
        for word, said in REASONS.get(code, {}).items():
            reason.objects.get_or_create(type=one, code=word, defaults={'name': said})


def add_questionnaire(apps, schema_editor):
    form, question, choice = (
        apps.get_model('graduation', name) for name in ('Questionnaire', 'Question', 'Choice')
    )
    if form.objects.filter(version=1).exists():
        return
    first = form.objects.create(
        name='Kesiapan keluarga',
        version=1,
        threshold_percent=60,
        source=LOCAL,
        valid_from=dt.date(2020, 1, 1),
    )
    for order, (group, code, text, weight, required, answers) in enumerate(QUESTIONS):
        asked = question.objects.create(
            questionnaire=first, code=code, group=group, text=text, weight=weight,
            required=required, order=order + 1,
        )
        choice.objects.bulk_create(
            choice(question=asked, code=word, text=said, percent=percent, order=place + 1)
            for place, (word, said, percent) in enumerate(answers)
        )
    form.objects.filter(pk=first.pk).update(published_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [('graduation', '0001_cases_exits_and_targets')]

    operations = [
        migrations.RunPython(add_types, migrations.RunPython.noop),
        migrations.RunPython(add_questionnaire, migrations.RunPython.noop),
    ]
