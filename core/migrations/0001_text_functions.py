"""The cleaning rules of core.nik, core.dates and core.names as functions of the database."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def read(name):
    return (SQL / name).read_text(encoding="utf-8")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        # All four are trusted: the owner of the database may create them, no superuser needed.
        migrations.RunSQL(
            [f"CREATE EXTENSION IF NOT EXISTS {name}"],
            migrations.RunSQL.noop,
        )
        for name in ("pg_trgm", "fuzzystrmatch", "btree_gin", "unaccent")
    ] + [
        migrations.RunSQL([read("numbers.sql")], migrations.RunSQL.noop),
        migrations.RunSQL([read("dates.sql")], migrations.RunSQL.noop),
        migrations.RunSQL([read("names.sql")], migrations.RunSQL.noop),
    ]
