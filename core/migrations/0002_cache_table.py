"""The cache stands in the database, so nothing is lost or let through when the broker is away."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0001_text_functions")]

    operations = [
        migrations.RunSQL(
            sql="""
                CREATE UNLOGGED TABLE core_cache (
                    cache_key varchar(255) PRIMARY KEY,
                    value text NOT NULL,
                    expires timestamp with time zone NOT NULL
                );
                CREATE INDEX core_cache_expires ON core_cache (expires);
            """,
            reverse_sql="DROP TABLE core_cache",
        )
    ]
