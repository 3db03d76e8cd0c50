from django import forms
from django.utils.translation import gettext_lazy as _

from documents.exports import LONGEST_REASON, SHORTEST_REASON


class ExportForm(forms.Form):
    """Why a list leaves the office; kept with who took it."""

    reason = forms.CharField(
        label=_("What is the data needed for?"),
        help_text=_("At least five letters. The reason is kept with your name and the time."),
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    file_format = forms.ChoiceField(
        label=_("As"),
        help_text=_("For Excel choose xlsx: there every number stays as it is written."),
        choices=[("xlsx", "Excel (xlsx)"), ("csv", "CSV")],
        initial="xlsx",
    )
