"""More ways of writing numbers, dates, codes and notes: the functions of core/sql again."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("core", "0004_search_key")]
    operations = [
        migrations.RunSQL([(SQL / name).read_text(encoding="utf-8")], migrations.RunSQL.noop)
        for name in ("numbers.sql", "dates.sql", "names.sql")
    ]
