"""What is typed about targets."""

from django import forms
from django.utils.translation import gettext_lazy as _

from graduation.forms.report import EARLIEST_YEAR
from graduation.models import ExitType
from graduation.services.targets import MOST


class SetTargetForm(forms.Form):
    """A target of a kabupaten or a kecamatan in which the user may set targets."""

    year = forms.IntegerField(label=_("Year"), min_value=EARLIEST_YEAR, max_value=2100)
    type = forms.ModelChoiceField(
        ExitType.objects.none(), label=_("way to graduate"), to_field_name="code"
    )
    area = forms.ChoiceField(label=_("Area"))
    number = forms.IntegerField(label=_("target, families"), min_value=0, max_value=MOST)
    reason = forms.CharField(
        label=_("Reason"), max_length=300, required=False, help_text=_("Such as the decree.")
    )

    def __init__(self, data=None, *, areas, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["type"].queryset = ExitType.objects.exclude(headline="")
        self.fields["area"].choices = [(area.pk, str(area)) for area in areas]
        self.fields["year"].widget.attrs["inputmode"] = "numeric"


class ChangeTargetForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    number = forms.IntegerField(label=_("target, families"), min_value=0, max_value=MOST)
    reason = forms.CharField(label=_("Reason"), max_length=300)


class SplitForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    fingerprint = forms.CharField(widget=forms.HiddenInput, max_length=32)
