"""An index of the questions that wait: a home counts them, and the queue walks them by village."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('dtks', '0006_education_checks'),
    ]

    operations = [
        migrations.RunSQL(
            sql=(
                'CREATE INDEX difference_waiting'
                ' ON dtks_difference (snapshot_id, village_id, id)'
                ' INCLUDE (outcome, kind, probability) WHERE decision_id IS NULL'
                " AND outcome IN ('review', 'duplicate', 'matched_changed')"
            ),
            reverse_sql='DROP INDEX difference_waiting',
        ),
    ]
