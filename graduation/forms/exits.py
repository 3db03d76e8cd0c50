"""Families that left for other reasons than graduation, and corrections of exits."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import DayField
from graduation.forms.cases import LONGEST_REASON, WayOutForm
from graduation.models import ExitType


class ExitForm(WayOutForm):
    graduation = False

    on = DayField(label=_("Left on"))
    document_number = forms.CharField(
        label=_("Number of the letter or decree"), max_length=60, required=False
    )
    correction_reason = forms.CharField(
        label=_("Why a locked quarter is corrected"),
        help_text=_("Only when the day lies in a quarter whose report is locked."),
        max_length=LONGEST_REASON,
        required=False,
    )


class MoveExitForm(forms.Form):
    """Another day or another way, of the same kind: what was no graduation does not become one."""

    on = DayField(label=_("Left on"))
    type = forms.ModelChoiceField(
        label=_("Way to leave"), queryset=ExitType.objects.none(), empty_label=None
    )
    reason = forms.CharField(label=_("Why it is corrected"), max_length=300)

    def __init__(self, *args, exit, **kwargs):
        kwargs["initial"] = {"on": exit.on, "type": exit.type_id}
        super().__init__(*args, **kwargs)
        types = ExitType.objects.order_by("order", "code")
        self.fields["type"].queryset = (
            types.exclude(headline="") if exit.type.is_graduation else types.filter(headline="")
        )


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it was no exit"),
        help_text=_("The family is in the programme again, as if it had never left."),
        max_length=300,
    )
