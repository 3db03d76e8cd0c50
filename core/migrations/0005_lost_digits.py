"""Even numbers above 2^53 lost their last digit as well: core/sql/numbers.sql says why."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("core", "0004_search_key")]
    operations = [
        migrations.RunSQL(
            [(SQL / "numbers.sql").read_text(encoding="utf-8")], migrations.RunSQL.noop
        )
    ]
