"""What is typed when a meeting is planned."""

import datetime as dt
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.forms import DayField
from core.free_text import no_identity_number
from meetings.models import Institution, Meeting


class ClockField(forms.TimeField):
    """A time as offices write it: 08.30 or 08:30."""

    def __init__(self, **kwargs):
        kwargs.setdefault("input_formats", ["%H.%M", "%H:%M"])
        kwargs.setdefault(
            "widget",
            forms.TimeInput(format="%H.%M", attrs={"placeholder": "08.30", "autocomplete": "off"}),
        )
        kwargs.setdefault("error_messages", {"invalid": _("Write the time like 08.30.")})
        super().__init__(**kwargs)


class MeetingForm(forms.Form):
    """Day and clock are those of the place; `cleaned_data` holds moments instead."""

    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=1, max_value=2**31 - 1
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Meeting.Kind.choices)
    area = forms.ChoiceField(label=_("Kabupaten or kecamatan"))
    theme = forms.CharField(label=_("Theme"), max_length=200, validators=[no_identity_number])
    place = forms.CharField(label=_("Place"), max_length=150)
    day = DayField(label=_("Day"))
    begins = ClockField(label=_("Begins"))
    ends = ClockField(label=_("Ends"))
    last_day = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("Only when the meeting takes several days."),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=Meeting.TimeZone.choices)
    chair = forms.CharField(label=_("Chair"), max_length=100)
    moderator = forms.CharField(label=_("Moderator"), max_length=100, required=False)
    minute_taker = forms.CharField(label=_("Minute-taker"), max_length=100, required=False)

    def __init__(self, data=None, *, areas, meeting=None, **kwargs):
        if meeting is not None:
            start, end = meeting.local_start, meeting.local_end
            kwargs["initial"] = {
                "version": meeting.version,
                "kind": meeting.kind,
                "area": meeting.area_id,
                "theme": meeting.theme,
                "place": meeting.place,
                "day": start.date(),
                "begins": start.time(),
                "ends": end.time(),
                "last_day": end.date() if end.date() != start.date() else None,
                "time_zone": meeting.time_zone,
                "chair": meeting.chair,
                "moderator": meeting.moderator,
                "minute_taker": meeting.minute_taker,
            }
        super().__init__(data, **kwargs)
        self.fields["area"].choices = [(area.pk, str(area)) for area in areas]
        if meeting is not None:
            del self.fields["area"]  # a meeting stays where its follow-ups are

    def clean(self):
        said = super().clean()
        if all(said.get(name) for name in ("day", "begins", "ends", "time_zone")):
            zone = ZoneInfo(said["time_zone"])
            said["starts_at"] = dt.datetime.combine(said["day"], said["begins"], zone)
            last = said.get("last_day") or said["day"]
            said["ends_at"] = dt.datetime.combine(last, said["ends"], zone)
            if said["ends_at"] <= said["starts_at"]:
                self.add_error("ends", ValidationError(_("A meeting ends after it begins.")))
        return said

    def values(self) -> dict:
        """What the service takes."""
        apart = ("version", "area", "day", "begins", "ends", "last_day")
        return {name: said for name, said in self.cleaned_data.items() if name not in apart}


class AgendaItemForm(forms.Form):
    title = forms.CharField(
        label=_("What is talked about"), max_length=200, validators=[no_identity_number]
    )
    speaker = forms.CharField(label=_("Introduced by"), max_length=100, required=False)
    minutes = forms.IntegerField(
        label=pgettext_lazy("duration", "Minutes"), min_value=1, max_value=600, initial=15
    )
    detail = forms.CharField(
        label=_("Detail"),
        max_length=500,
        validators=[no_identity_number],
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PersonForm(forms.Form):
    """Somebody not yet in the list, of an institution that is."""

    institution = forms.ModelChoiceField(Institution.objects.none(), label=_("Institution"))
    name = forms.CharField(label=_("Name"), max_length=100, required=False)
    position = forms.CharField(label=_("Position"), max_length=100, required=False)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        help_text=_("The day of the meeting is told there; no account is needed."),
    )
    keep = forms.BooleanField(
        label=_("Keep this person in the list of the institution"), required=False
    )

    def __init__(self, data=None, *, institutions, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["institution"].queryset = institutions

    def clean(self):
        said = super().clean()
        if said.get("keep") and not said.get("name"):
            self.add_error("name", _("Write the name to keep this person."))
        return said


class InstitutionForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    short_name = forms.CharField(label=_("Short name"), max_length=30)
    kind = forms.ChoiceField(label=_("Kind"), choices=Institution.Kind.choices)
    area = forms.ChoiceField(label=_("Works in"))
    address = forms.CharField(label=_("Address"), max_length=200, required=False)

    def __init__(self, data=None, *, areas, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["area"].choices = [(area.pk, str(area)) for area in areas]


class RepresentativeForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)
    position = forms.CharField(label=_("Position"), max_length=100, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)


class ReasonForm(forms.Form):
    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=1, max_value=2**31 - 1
    )
    reason = forms.CharField(label=_("Reason"), max_length=500)
