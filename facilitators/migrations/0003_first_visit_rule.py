"""A family that nobody visited for a quarter of a year is overdue: where an office starts. The
number is practice, not a rule of the ministry; another one is another row."""

import datetime as dt

from django.db import migrations


def add_rule(apps, schema_editor):
    rule = apps.get_model('facilitators', 'VisitRule')
    rule.objects.create(purpose='', days=90, valid_from=dt.date(2025, 1, 1))


class Migration(migrations.Migration):
    dependencies = [('facilitators', '0002_visits_and_proposals')]

    operations = [migrations.RunPython(add_rule, migrations.RunPython.noop)]
