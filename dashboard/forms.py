from django import forms
from django.utils.translation import gettext_lazy as _


class FindForm(forms.Form):
    """One box for everything a clerk may hold in hand: a name, a NIK, a card, four digits.

    It is sent by POST, so a number never stands in an address, a log or the browser's history.
    """

    cari = forms.CharField(
        label=_("Name, NIK or family card number"),
        max_length=150,
        widget=forms.TextInput(
            attrs={"type": "search", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    wilayah = forms.CharField(required=False, max_length=13, widget=forms.HiddenInput)
