"""School attendance comes in as a source of its own; the functions that read its cells."""

from pathlib import Path

from django.db import migrations, models

FUNCTIONS = (Path(__file__).parent.parent / 'sql' / 'attendance_functions.sql').read_text(
    encoding='utf-8'
)


class Migration(migrations.Migration):

    dependencies = [
        ('dtks', '0005_decision_asks_for_a_visit'),
        ('core', '0001_text_functions'),
    ]

    operations = [
        migrations.AlterField(
            model_name='snapshot',
            name='source',
            field=models.CharField(choices=[('final_closing', 'Final Closing'), ('members', 'PKH members'), ('dtks', 'DTKS'), ('dtsen_members', 'DTSEN members'), ('dtsen_families', 'DTSEN families'), ('education_checks', 'School attendance (verkom)')], max_length=20, verbose_name='source'),
        ),
        migrations.RunSQL(
            sql=FUNCTIONS,
            reverse_sql='DROP FUNCTION pkh_days(text); DROP FUNCTION pkh_percent(text);'
            ' DROP FUNCTION pkh_names_agree(text, text)',
        ),
    ]
