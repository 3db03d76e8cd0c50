from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('beneficiaries', '0004_member_name_key'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='member',
            index=models.Index(condition=models.Q(('status', 'active')), fields=['id'], include=('household',), name='member_active_family'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(condition=models.Q(('status', 'active'), models.Q(('nik__isnull', True), ('birth_on__isnull', True), _connector='OR')), fields=['household'], name='member_incomplete'),
        ),
    ]
