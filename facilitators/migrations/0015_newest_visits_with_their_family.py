from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('beneficiaries', '0005_member_indexes_of_homes'),
        ('facilitators', '0014_order_of_modules'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='visit',
            name='visit_newest',
        ),
        migrations.RemoveIndex(
            model_name='visit',
            name='visit_facilitator_made',
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(fields=['-recorded_at', 'id'], include=('household', 'facilitator'), name='visit_newest_first'),
        ),
    ]
