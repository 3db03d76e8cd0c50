"""The SQL functions that read counts, rupiah, RT and RW when a file is loaded."""

from pathlib import Path

from django.db import migrations

FUNCTIONS = (Path(__file__).parent.parent / 'sql' / 'whole_numbers.sql').read_text(encoding='utf-8')


class Migration(migrations.Migration):

    dependencies = [
        ('dtks', '0001_snapshots_and_decisions'),
        ('beneficiaries', '0003_benefit_indexes'),
        ('core', '0001_text_functions'),
    ]

    operations = [
        migrations.RunSQL(
            sql=FUNCTIONS,
            reverse_sql='DROP FUNCTION pkh_whole(text); DROP FUNCTION pkh_neighbourhood(text)',
        ),
    ]
