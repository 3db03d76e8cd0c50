"""Whoever was invited by an e-mail address alone is reminded there, once a day."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('meetings', '0003_number_patterns'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='reminder',
            name='reminder_to_one',
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.UniqueConstraint(condition=models.Q(('representative__isnull', True), ('user__isnull', True)), fields=('email', 'day'), name='reminder_once_a_day_by_address'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('representative__isnull', True), ('user__isnull', False)), models.Q(('representative__isnull', False), ('user__isnull', True)), models.Q(('representative__isnull', True), ('user__isnull', True), models.Q(('email', ''), _negated=True)), _connector='OR'), name='reminder_to_one'),
        ),
    ]
