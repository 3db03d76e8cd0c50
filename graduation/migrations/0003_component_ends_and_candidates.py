"""When components end: assumptions of practice (domain.md 1.2), to be confirmed against the
ministry's guide and changed in the master data."""

import datetime as dt

import django.db.models.deletion
from django.db import migrations, models


FROM = dt.date(2007, 1, 1)
ASSUMED = 'Asumsi praktik, belum dicocokkan dengan juknis'
# component: ends, number, latest age, goes on as
ENDS = {
    'pregnancy': ('months', 10, None, 'early_child'),
    'early_child': ('age', 7, None, 'primary'),
    'primary': ('school', 13, None, 'junior'),
    'junior': ('school', 16, None, 'senior'),
    'senior': ('school', 19, 21, ''),
    'elderly': ('never', None, None, ''),
    'severe_disability': ('never', None, None, ''),
    'rights_victim': ('never', None, None, ''),
}


def add_ends(apps, schema_editor):
    ends = apps.get_model('graduation', 'ComponentEnd')
    for component, (kind, number, latest_age, continues_as) in ENDS.items():
        ends.objects.get_or_create(
            component=component,
            valid_from=FROM,
            defaults={
                'ends': kind,
                'number': number,
                'latest_age': latest_age,
                'continues_as': continues_as,
                'source': ASSUMED,
            },
        )


class Migration(migrations.Migration):

    dependencies = [
        ('beneficiaries', '0003_benefit_indexes'),
        ('graduation', '0002_first_types_and_questionnaire'),
    ]

    operations = [
        migrations.CreateModel(
            name='ComponentEnd',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('component', models.CharField(choices=[('pregnancy', 'Pregnant or in childbed'), ('early_child', 'Early childhood'), ('primary', 'Primary school'), ('junior', 'Junior secondary school'), ('senior', 'Senior secondary school'), ('elderly', 'Elderly'), ('severe_disability', 'Severe disability'), ('rights_victim', 'Victim of gross rights violation')], max_length=20, verbose_name='component')),
                ('ends', models.CharField(choices=[('age', 'On a birthday'), ('months', 'Some months after it was first stated'), ('school', 'With the school year of an age'), ('never', 'Never')], max_length=6, verbose_name='ends')),
                ('number', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='years or months')),
                ('latest_age', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='at the latest at age')),
                ('continues_as', models.CharField(blank=True, choices=[('pregnancy', 'Pregnant or in childbed'), ('early_child', 'Early childhood'), ('primary', 'Primary school'), ('junior', 'Junior secondary school'), ('senior', 'Senior secondary school'), ('elderly', 'Elderly'), ('severe_disability', 'Severe disability'), ('rights_victim', 'Victim of gross rights violation')], max_length=20, verbose_name='goes on as')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='source of the rule')),
            ],
            options={
                'verbose_name': 'end of a component',
                'verbose_name_plural': 'ends of components',
                'ordering': ['component', '-valid_from'],
                'constraints': [models.UniqueConstraint(fields=('component', 'valid_from'), name='componentend_one_per_start'), models.CheckConstraint(condition=models.Q(models.Q(('ends', 'never'), ('latest_age__isnull', True), ('number__isnull', True)), models.Q(models.Q(('ends', 'never'), _negated=True), ('number__isnull', False), ('number__range', (0, 100))), _connector='OR'), name='componentend_number_unless_never', violation_error_message='Say how many years or months; never has none.'), models.CheckConstraint(condition=models.Q(('continues_as', models.F('component')), _negated=True), name='componentend_goes_on_as_another', violation_error_message='A component goes on as another one.')],
            },
        ),
        migrations.CreateModel(
            name='Candidate',
            fields=[
                ('household', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='candidate', serialize=False, to='beneficiaries.household', verbose_name='household')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='last component ends on')),
                ('year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='year')),
                ('quarter', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='quarter')),
                ('component', models.CharField(blank=True, choices=[('pregnancy', 'Pregnant or in childbed'), ('early_child', 'Early childhood'), ('primary', 'Primary school'), ('junior', 'Junior secondary school'), ('senior', 'Senior secondary school'), ('elderly', 'Elderly'), ('severe_disability', 'Severe disability'), ('rights_victim', 'Victim of gross rights violation')], db_default='', max_length=20, verbose_name='last component')),
                ('ready_by', models.CharField(blank=True, choices=[('assessment', 'Assessment satisfied'), ('will', 'Wishes to leave'), ('potential', 'Potential case')], db_default='', max_length=10, verbose_name='ready by choice')),
                ('computed_at', models.DateTimeField(verbose_name='computed at')),
                ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='beneficiaries.member', verbose_name='member')),
            ],
            options={
                'verbose_name': 'candidate for graduation',
                'verbose_name_plural': 'candidates for graduation',
                'ordering': ['household_id'],
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__isnull', False), models.Q(('ready_by', ''), _negated=True), _connector='OR'), name='candidate_for_a_reason'), models.CheckConstraint(condition=models.Q(models.Q(('component', ''), ('ends_on__isnull', True), ('member__isnull', True), ('quarter__isnull', True), ('year__isnull', True)), models.Q(('ends_on__isnull', False), ('member__isnull', False), ('quarter__range', (1, 4)), ('year__isnull', False), models.Q(('component', ''), _negated=True)), _connector='OR'), name='candidate_end_with_its_quarter_and_member')],
            },
        ),
        migrations.RunPython(add_ends, migrations.RunPython.noop),
    ]
