"""The name key for columns that are searched: core/sql/search.sql says why it is a function."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("core", "0003_dates_with_weekdays")]
    operations = [
        migrations.RunSQL(
            [(SQL / "search.sql").read_text(encoding="utf-8")], migrations.RunSQL.noop
        )
    ]
