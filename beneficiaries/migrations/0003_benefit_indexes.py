"""Rupiah a year per component and how many are paid, 2019 to 2026: data, so that a new rule is a
new row. The numbers follow the office's domain notes; what nobody has confirmed says so."""

import datetime as dt

from django.db import migrations

UNVERIFIED = 'Belum diverifikasi: diingat dari pedoman tahun itu; pastikan sebelum dijadikan dasar.'
PUBLISHED = 'Besaran yang dipakai aplikasi pendamping pada 2025-2026; surat keputusannya belum dilihat.'
RIGHTS_2023 = 'Belum diverifikasi: besaran dan tahun awalnya belum pasti; kolomnya ada di berkas tahun 2026.'
RIGHTS_2025 = 'Kurang pasti: hanya satu sumber publik; kolomnya ada di berkas tahun 2026.'
FIXED_2019 = 'Belum diverifikasi: bantuan tetap keluarga reguler tahun 2019; PKH Akses besarannya lain.'

SCHOOL_AND_CARE = {
    'primary': 900_000,
    'junior': 1_500_000,
    'senior': 2_000_000,
    'elderly': 2_400_000,
    'severe_disability': 2_400_000,
}
SPANS = [
    # from, until (not included), rupiah a year, source
    (2019, 2020, {'pregnancy': 2_400_000, 'early_child': 2_400_000, **SCHOOL_AND_CARE}, UNVERIFIED),
    (2020, 2023, {'pregnancy': 3_000_000, 'early_child': 3_000_000, **SCHOOL_AND_CARE}, UNVERIFIED),
    (2023, 2025, {'pregnancy': 3_000_000, 'early_child': 3_000_000, **SCHOOL_AND_CARE}, UNVERIFIED),
    (2025, None, {'pregnancy': 3_000_000, 'early_child': 3_000_000, **SCHOOL_AND_CARE}, PUBLISHED),
    (2023, 2025, {'rights_victim': 10_800_000}, RIGHTS_2023),
    (2025, None, {'rights_victim': 10_800_000}, RIGHTS_2025),
]


def first_of(year):
    return dt.date(year, 1, 1) if year else None


def add_rules(apps, schema_editor):
    index = apps.get_model('beneficiaries', 'BenefitIndex')
    rule = apps.get_model('beneficiaries', 'PeriodRule')
    for start, end, amounts, source in SPANS:
        for component, amount in amounts.items():
            index.objects.get_or_create(
                kind='component',
                component=component,
                valid_from=first_of(start),
                defaults={'amount_year': amount, 'valid_to': first_of(end), 'source': source},
            )
    index.objects.get_or_create(
        kind='fixed',
        component='',
        valid_from=first_of(2019),
        defaults={'amount_year': 550_000, 'valid_to': first_of(2020), 'source': FIXED_2019},
    )
    for start, end, source in [(2019, 2025, UNVERIFIED), (2025, None, PUBLISHED)]:
        rule.objects.get_or_create(
            valid_from=first_of(start),
            defaults={
                'max_components': 4,
                'payments_a_year': 4,
                'valid_to': first_of(end),
                'source': source,
            },
        )


def remove_rules(apps, schema_editor):
    """Only what was added here and never changed: an office's own rows stay."""
    for model in ('BenefitIndex', 'PeriodRule'):
        apps.get_model('beneficiaries', model).objects.filter(
            source__in=(UNVERIFIED, PUBLISHED, RIGHTS_2023, RIGHTS_2025, FIXED_2019)
        ).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('beneficiaries', '0002_decided_values_and_member_periods'),
    ]

    operations = [
        migrations.RunPython(add_rules, remove_rules),
    ]
