"""How the numbers of meeting papers look where an office starts; the administrator writes its own."""

from django.db import migrations

PATTERNS = {
    "undangan-rapat": ("Undangan rapat", "005/{nomor:03d}/PKH/{romawi}/{tahun}"),
    "notulen": ("Notulen rapat", "{nomor:03d}/NOT/PKH/{romawi}/{tahun}"),
    "surat-instruksi": (
        "Surat instruksi kepada camat",
        "{nomor:03d}/INSTR/PKH/{romawi}/{tahun}",
    ),
}


def add_patterns(apps, schema_editor):
    pattern = apps.get_model("documents", "NumberPattern")
    for kind, (name, written) in PATTERNS.items():
        pattern.objects.get_or_create(kind=kind, defaults={"name": name, "pattern": written})


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0002_first_settings"),
        ("documents", "0003_letterheads_and_numbers"),
    ]
    operations = [migrations.RunPython(add_patterns, migrations.RunPython.noop)]
