"""Where an office starts: 85 % of effective school days with every absence counted, and one visit
a quarter to the health post (weighing small children: two). The percentage is the programme's, the
rest is practice (domain.md 1.4); other numbers are other rows."""

import datetime as dt

from django.db import migrations

FROM = dt.date(2020, 1, 1)
VISITS = {'pregnancy': 1, 'early_child': 2, 'elderly': 1, 'severe_disability': 1}


def add_rules(apps, schema_editor):
    rule = apps.get_model('facilitators', 'CommitmentRule')
    for component in ('primary', 'junior', 'senior'):
        rule.objects.create(
            component=component, valid_from=FROM, threshold_percent=85, months_needed=2
        )
    for component, visits in VISITS.items():
        rule.objects.create(component=component, valid_from=FROM, visits_needed=visits)
    apps.get_model('facilitators', 'CommitmentSettings').objects.create(pk=1)


class Migration(migrations.Migration):
    dependencies = [('facilitators', '0007_commitment_checks')]

    operations = [migrations.RunPython(add_rules, migrations.RunPython.noop)]
