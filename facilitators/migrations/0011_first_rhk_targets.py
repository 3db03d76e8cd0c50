"""The nine results and the figures of a year as public reports give them (domain.md 3.3).

Nobody has compared them with the ministry's letter, so every row says so (`confirmed` is false);
an office enters its own in admin/ with the day from which they hold.
"""

import datetime as dt

from django.db import migrations

FROM = dt.date(2025, 1, 1)
BASIS = "Dari laporan publik; belum dicocokkan dengan SK"
RESULTS = [
    (1, "Edukasi dan pemantauan penyaluran bantuan", "number", 12,
     ["visit.disbursement", "activity.disbursement"]),
    (2, "Pelaksanaan P2K2", "number", 180, ["session"]),
    (3, "Verifikasi komitmen dan mediasi", "number", 24,
     ["commitment_check", "activity.mediation"]),
    (4, "Data graduasi dan usulan PPSE", "number", 24,
     ["visit.graduation", "graduation_case"]),
    (5, "Verifikasi, validasi, dan pemutakhiran data", "number", 36,
     ["visit.data_update", "visit.question"]),
    (6, "Penanganan kasus adaptif", "percent", 100, ["visit.complaint"]),
    (7, "Laporan bulanan", "number", 12, ["activity.report"]),
    (8, "Tugas kedinasan: sosialisasi, rapat koordinasi, tindak lanjut audit", "number", 24,
     ["activity.socialisation", "activity.meeting", "activity.audit"]),
    (9, "Publikasi di media sosial", "percent", 100, ["activity.publication"]),
]  # fmt: skip


def load(apps, schema_editor):
    target = apps.get_model("facilitators", "PerformanceTarget")
    target.objects.bulk_create(
        target(
            number=number, name=name, unit=unit, target=wanted, sources=sources,
            valid_from=FROM, confirmed=False, basis=BASIS,
        )
        for number, name, unit, wanted, sources in RESULTS
    )  # fmt: skip


def unload(apps, schema_editor):
    apps.get_model("facilitators", "PerformanceTarget").objects.filter(valid_from=FROM).delete()


class Migration(migrations.Migration):
    dependencies = [("facilitators", "0010_work_plans_and_results")]
    operations = [migrations.RunPython(load, unload)]
