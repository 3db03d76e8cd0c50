"""A date may stand after the name of its weekday: core.dates and its function again."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("core", "0002_cache_table")]
    operations = [
        migrations.RunSQL([(SQL / "dates.sql").read_text(encoding="utf-8")], migrations.RunSQL.noop)
    ]
