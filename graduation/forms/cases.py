"""What is typed about a case: a new one, and each of its steps with the version it was read in."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import DayField
from facilitators.models import Visit
from graduation.models import ExitReason, ExitType

LONGEST_REASON = 500
LARGEST_VERSION = 2**31 - 1


def reasons_by_type(types, today):
    """Choices of reasons grouped by way to leave."""
    reasons = ExitReason.objects.filter(type__in=types).exclude(valid_to__lte=today)
    groups: dict[str, list] = {}
    for reason in reasons.select_related("type").order_by("type__order", "name"):
        groups.setdefault(reason.type.name, []).append((reason.pk, reason.name))
    return [("", _("not said")), *groups.items()]


class WayOutForm(forms.Form):
    """A way to leave with its reason; `graduation` chooses which kind of ways."""

    graduation = True

    type = forms.ModelChoiceField(
        label=_("Way to leave"), queryset=ExitType.objects.none(), empty_label=_("choose one")
    )
    reason = forms.ModelChoiceField(
        label=_("Reason"), queryset=ExitReason.objects.none(), required=False
    )

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        valid = ExitType.objects.filter(valid_from__lte=today).exclude(valid_to__lte=today)
        valid = valid.exclude(headline="") if self.graduation else valid.filter(headline="")
        self.fields["type"].queryset = valid.order_by("order", "code")
        self.fields["reason"].queryset = ExitReason.objects.filter(type__in=valid)
        self.fields["reason"].choices = reasons_by_type(valid, today)
        if len(self.fields["reason"].choices) == 1:
            del self.fields["reason"]

    def clean(self):
        found = super().clean()
        found.setdefault("reason", None)
        if found["reason"] and found.get("type") and found["reason"].type_id != found["type"].pk:
            self.add_error("reason", _("This reason belongs to another way to leave."))
        return found


class CaseForm(WayOutForm):
    """`id` is made when the form is shown, so a second press of the button is the same case."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    target_year = forms.TypedChoiceField(
        label=_("Planned for the year"), coerce=int, empty_value=None, required=False
    )
    note = forms.CharField(
        label=_("Why this family"),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, today, **kwargs):
        kwargs["initial"] = {"id": uuid.uuid4(), "target_year": today.year}
        super().__init__(*args, today=today, **kwargs)
        years = range(today.year, today.year + 6)
        self.fields["target_year"].choices = [("", _("not said")), *((y, str(y)) for y in years)]


class StepForm(forms.Form):
    """A step of a case; `version` is that of the case as it was read."""

    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=LARGEST_VERSION, required=True
    )

    def __init__(self, *args, case, visits=(), **kwargs):
        kwargs["initial"] = {"version": case.version} | kwargs.pop("initial", {})
        super().__init__(*args, **kwargs)


class NoteForm(StepForm):
    note = forms.CharField(label=_("Note"), max_length=LONGEST_REASON, required=False)


class ReasonForm(StepForm):
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("Stays with the case; the proposer reads it."),
        max_length=LONGEST_REASON,
    )


class VisitChoiceForm(NoteForm):
    visit = forms.ModelChoiceField(
        label=_("Visit to this family"),
        queryset=Visit.objects.none(),
        empty_label=_("choose one"),
    )
    field_order = ["version", "visit", "note"]

    def __init__(self, *args, visits, **kwargs):
        super().__init__(*args, **kwargs)
        known = [visit.pk for visit in visits]
        self.fields["visit"].queryset = Visit.objects.filter(pk__in=known)
        self.fields["visit"].choices = [
            ("", _("choose one")),
            *(
                (
                    visit.pk,
                    f"{visit.device_at:%d-%m-%Y} · {visit.get_purpose_display()}"
                    f" · {visit.recorded_by}",
                )
                for visit in visits
            ),
        ]


class SubmitForm(NoteForm):
    number = forms.CharField(
        label=_("Number in the ministry's system"),
        help_text=_("Of the submission in SIKS-NG, or of the covering letter."),
        max_length=60,
    )
    field_order = ["version", "number", "note"]


class ConfirmForm(NoteForm):
    on = DayField(label=_("Left on"))
    document_number = forms.CharField(label=_("Number of the decree"), max_length=60)
    correction_reason = forms.CharField(
        label=_("Why a locked quarter is corrected"),
        help_text=_("Only when the day lies in a quarter whose report is locked."),
        max_length=LONGEST_REASON,
        required=False,
    )
    field_order = ["version", "on", "document_number", "correction_reason", "note"]


class ReactivateForm(StepForm):
    on = DayField(label=_("In the programme again since"))
    reason = forms.CharField(label=_("Why"), max_length=300)
    field_order = ["version", "on", "reason"]


class StatementForm(forms.Form):
    file = forms.FileField(
        label=_("Scan of the signed statement"),
        help_text=_("A PDF, or a photo of the paper."),
    )
    signed_on = DayField(label=_("Signed on"))
    client_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, case=None, visits=(), **kwargs):
        kwargs["initial"] = {"client_id": uuid.uuid4()}
        super().__init__(*args, **kwargs)


class SettleForm(forms.Form):
    note = forms.CharField(label=_("What was found out"), max_length=LONGEST_REASON)
