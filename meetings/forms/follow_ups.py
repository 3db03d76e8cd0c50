"""What is typed about a follow-up; every form but the upload carries the version it was read in."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import DayField
from documents.models import Document

LARGEST_VERSION = 2**31 - 1


class StepForm(forms.Form):
    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=LARGEST_VERSION, required=True
    )

    def __init__(self, data=None, files=None, *, follow_up, **kwargs):
        kwargs["initial"] = {"version": follow_up.version}
        super().__init__(data, files, **kwargs)


class ProgressForm(StepForm):
    text = forms.CharField(
        label=_("What has been done"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class EvidenceForm(StepForm):
    """`client_id` is made when the form is shown: pressed twice it is one document."""

    version = None
    file = forms.FileField(
        label=_("Photo, letter or scan"), help_text=_("A picture or a PDF, at most 15 MB.")
    )
    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=[
            (kind.value, kind.label)
            for kind in (Document.Kind.PHOTO, Document.Kind.LETTER, Document.Kind.SCAN)
        ],
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, files=None, *, follow_up, **kwargs):
        super().__init__(data, files, follow_up=follow_up, **kwargs)
        self.initial["client_id"] = uuid.uuid4()


class CloseForm(StepForm):
    note = forms.CharField(label=_("Result"), max_length=1000, required=False)


class PostponeForm(StepForm):
    due_on = DayField(label=_("New due date"))
    reason = forms.CharField(label=_("Why it is postponed"), max_length=500)


class DropForm(StepForm):
    reason = forms.CharField(label=_("Why it is dropped"), max_length=500)


class ReopenForm(StepForm):
    reason = forms.CharField(label=_("Why it is opened again"), max_length=500)
