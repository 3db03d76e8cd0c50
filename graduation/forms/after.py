"""What is said about a family after it left."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import DayField
from graduation.models import Monitoring


def _today():
    return timezone.localdate()


class MonitoringForm(forms.Form):
    condition = forms.ChoiceField(
        label=_("How the family fares"),
        choices=Monitoring.Condition.choices,
        widget=forms.RadioSelect,
    )
    done_on = DayField(label=_("Day of the monitoring"), initial=_today)
    note = forms.CharField(
        label=_("Note"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SupportForm(forms.Form):
    programme = forms.CharField(
        label=_("Programme"),
        max_length=80,
        help_text=_("Such as Sembako, PBI-JKN, PIP or a local programme."),
    )
    since = DayField(label=_("Since"), required=False)
    until = DayField(label=_("Until"), required=False)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class ReentryForm(forms.Form):
    on = DayField(label=_("In the programme again since"), initial=_today)
    note = forms.CharField(
        label=_("Why"),
        max_length=300,
        help_text=_("The exit was true and stays counted in its quarter."),
    )
