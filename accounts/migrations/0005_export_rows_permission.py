from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_open_admin_permission'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='user',
            options={'permissions': [('reveal_identity', 'Can see full NIK and family card numbers'), ('open_admin', 'Can open the administration of master data'), ('export_rows', 'Can take lists of rows out of the office')], 'verbose_name': 'user', 'verbose_name_plural': 'users'},
        ),
    ]
