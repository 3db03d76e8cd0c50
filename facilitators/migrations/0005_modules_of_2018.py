"""The modules and sessions of the programme as found in public reports (domain.md 1.5).

A start for an office, not a rule: names and dates are changed in admin/, where a new circular is
entered with its first day. The fifteen stunting sessions have no published names.
"""

import datetime as dt

from django.db import migrations

FROM = dt.date(2018, 1, 1)
MODULES = [
    (
        "pengasuhan",
        "Pengasuhan dan Pendidikan Anak",
        "spiritual",
        [
            "Menjadi orang tua yang lebih baik",
            "Memahami perilaku anak",
            "Memahami cara anak usia dini belajar",
            "Membantu anak sukses di sekolah",
        ],
    ),
    (
        "ekonomi",
        "Pengelolaan Keuangan dan Perencanaan Usaha",
        "economy",
        [
            "Mengelola keuangan keluarga",
            "Cermat meminjam dan menabung",
            "Memulai usaha",
        ],
    ),
    (
        "kesehatan",
        "Kesehatan dan Gizi",
        "health",
        [
            "Gizi dan layanan kesehatan ibu hamil",
            "Gizi ibu menyusui dan balita",
            "Kesakitan pada anak dan kesehatan lingkungan",
        ],
    ),
    (
        "perlindungan",
        "Perlindungan Anak",
        "welfare",
        [
            "Mencegah kekerasan terhadap anak",
            "Mencegah penelantaran dan eksploitasi anak",
        ],
    ),
    (
        "kesejahteraan",
        "Kesejahteraan Sosial",
        "welfare",
        [
            "Perawatan penyandang disabilitas berat",
            "Kesejahteraan lanjut usia",
        ],
    ),
    (
        "stunting",
        "Pencegahan dan Penanganan Stunting",
        "health",
        [f"Stunting sesi {number}" for number in range(1, 16)],
    ),
    ("adaptif", "P2K2 Adaptif", "adaptive", ["Materi tambahan sesuai kebutuhan"]),
]


def load(apps, schema_editor):
    module_model = apps.get_model("facilitators", "LearningModule")
    topic_model = apps.get_model("facilitators", "LearningTopic")
    for position, (code, name, siks_topic, topics) in enumerate(MODULES, start=1):
        module = module_model.objects.create(
            code=code, name=name, siks_topic=siks_topic, position=position, valid_from=FROM
        )
        topic_model.objects.bulk_create(
            topic_model(module=module, number=number, name=topic, valid_from=FROM)
            for number, topic in enumerate(topics, start=1)
        )


def unload(apps, schema_editor):
    codes = [code for code, *_rest in MODULES]
    found = apps.get_model("facilitators", "LearningModule").objects.filter(
        code__in=codes, valid_from=FROM
    )
    apps.get_model("facilitators", "LearningTopic").objects.filter(module__in=found).delete()
    found.delete()


class Migration(migrations.Migration):
    dependencies = [("facilitators", "0004_learning_groups_and_sessions")]
    operations = [migrations.RunPython(load, unload)]
