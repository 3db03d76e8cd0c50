"""What is typed about work: the plan of a month, an activity, its evidence, its withdrawal."""

import datetime as dt
import uuid

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import DayField
from core.free_text import no_identity_number
from facilitators.models import ACTIVITIES, PLANNED, Level
from facilitators.services.activities import MOST_PARTICIPANTS
from facilitators.services.work_plans import MOST_ACTIVITIES, MOST_SESSIONS

EMPTY = [("", gettext_lazy("choose"))]
PLANNED_ACTIVITIES = [(kind.value, kind.label) for kind in PLANNED[2:]]


class PlannedActivityForm(forms.Form):
    """A line of the plan; an empty one is no line."""

    jenis = forms.ChoiceField(
        label=gettext_lazy("Activity"), choices=[*EMPTY, *PLANNED_ACTIVITIES], required=False
    )
    tingkat = forms.ChoiceField(
        label=gettext_lazy("Level"), choices=[*EMPTY, *Level.choices[:3]], required=False
    )
    tempat = forms.CharField(
        label=gettext_lazy("Place"), max_length=150, validators=[no_identity_number], required=False
    )
    tanggal = DayField(label=gettext_lazy("Day"), required=False, help_text="")

    def __init__(self, *args, **kwargs):
        # Sent a second time a line equals what is kept; it is a line all the same.
        super().__init__(*args, **kwargs | {"empty_permitted": False})

    def clean(self):
        found = super().clean()
        if any(found.get(name) for name in ("jenis", "tingkat", "tempat", "tanggal")):
            for name, text in (
                ("jenis", _("Choose what it is.")),
                ("tingkat", _("Choose the level.")),
                ("tempat", _("Say where it will be.")),
            ):
                if not found.get(name) and name not in self.errors:
                    self.add_error(name, text)
        return found

    @property
    def line(self) -> dict | None:
        """As services.submit_plan takes it."""
        found = self.cleaned_data
        if not found.get("jenis"):
            return None
        return {
            "kind": found["jenis"],
            "level": found["tingkat"],
            "place": found["tempat"],
            "planned_on": found["tanggal"],
        }


PlannedActivities = forms.formset_factory(
    PlannedActivityForm, extra=3, max_num=MOST_ACTIVITIES, absolute_max=MOST_ACTIVITIES
)


class PlanForm(forms.Form):
    """`families` may be chosen, `groups` get a number of sessions each."""

    versi = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=30_000)
    kpm = forms.TypedMultipleChoiceField(coerce=int, required=False)
    alasan = forms.CharField(
        label=gettext_lazy("Why the plan changes"),
        max_length=300,
        validators=[no_identity_number],
        required=False,
        help_text=gettext_lazy("The earlier plan stays readable beside the new one."),
    )

    def __init__(self, *args, families, groups, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kpm"].choices = [(one.household.pk, one.household.pk) for one in families]
        for group in groups:
            self.fields[f"sesi_{group.pk}"] = forms.IntegerField(
                label=group.name,
                min_value=0,
                max_value=MOST_SESSIONS,
                required=False,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )
        self.groups = groups

    @property
    def about_groups(self):
        return [(group, self[f"sesi_{group.pk}"]) for group in self.groups]

    def sessions(self) -> dict[int, int]:
        return {group.pk: self.cleaned_data[f"sesi_{group.pk}"] or 0 for group in self.groups}


class ActivityForm(forms.Form):
    """An activity as it was; the hidden number makes a second press harmless."""

    nomor = forms.UUIDField(widget=forms.HiddenInput)
    jenis = forms.ChoiceField(label=gettext_lazy("Activity"), choices=[*EMPTY, *ACTIVITIES])
    tingkat = forms.ChoiceField(label=gettext_lazy("Level"), choices=[*EMPTY, *Level.choices])
    tanggal = DayField(label=gettext_lazy("Held on"))
    tempat = forms.CharField(
        label=gettext_lazy("Place"), max_length=150, validators=[no_identity_number]
    )
    peserta = forms.IntegerField(
        label=gettext_lazy("Participants"),
        min_value=0,
        max_value=MOST_PARTICIPANTS,
        initial=0,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    catatan = forms.CharField(
        label=gettext_lazy("What was done and agreed"),
        max_length=4000,
        validators=[no_identity_number],
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    kpm = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Families it was about"), coerce=int, required=False
    )
    bukti = forms.FileField(
        label=gettext_lazy("Photo or signed list"),
        required=False,
        help_text=gettext_lazy("A photo (JPEG or PNG) or a PDF. More can be added afterwards."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
    )

    def __init__(self, *args, families, today: dt.date, **kwargs):
        kwargs["initial"] = {"nomor": uuid.uuid4(), "tanggal": today} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.fields["kpm"].choices = [
            (family.pk, family.caretaker.name if family.caretaker else _("No caretaker known"))
            for family in families
        ]

    @property
    def about_it(self):
        return [self[name] for name in ("jenis", "tingkat", "tanggal", "tempat", "peserta")]


# The field of the form for a field of the service's refusals.
FIELD_OF = {
    "kind": "jenis",
    "level": "tingkat",
    "held_on": "tanggal",
    "place": "tempat",
    "participants": "peserta",
    "households": "kpm",
}


class WithdrawForm(forms.Form):
    alasan = forms.CharField(
        label=gettext_lazy("Why it is withdrawn"), max_length=300, validators=[no_identity_number]
    )
