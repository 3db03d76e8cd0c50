"""Amounts such as IDR 225.000 and Rp. 225.000,- are read: dtks/sql/whole_numbers.sql again."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("dtks", "0007_open_questions")]
    operations = [
        migrations.RunSQL(
            [(SQL / "whole_numbers.sql").read_text(encoding="utf-8")], migrations.RunSQL.noop
        )
    ]
