"""What an office starts with; all of it is configuration (domain.md 7.1 names no numbers)."""

import datetime as dt

from django.db import migrations

FROM = dt.date(2020, 1, 1)
RULES = ((1, 1, "owner"), (2, 7, "coordinator"), (3, 14, "head"))


def add_settings(apps, schema_editor):
    settings = apps.get_model("meetings", "MeetingSettings")
    if not settings.objects.exists():
        settings.objects.create(valid_from=FROM)
    rule = apps.get_model("meetings", "EscalationRule")
    for step, days, to in RULES:
        rule.objects.get_or_create(step=step, valid_from=FROM, defaults={"days": days, "to": to})


class Migration(migrations.Migration):
    dependencies = [("meetings", "0001_meetings_and_follow_ups")]
    operations = [migrations.RunPython(add_settings, migrations.RunPython.noop)]
