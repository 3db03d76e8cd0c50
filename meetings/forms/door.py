"""What is typed at the door and at the desk."""

import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings import hall
from meetings.forms.planning import ClockField
from meetings.models import Institution
from meetings.services.attendance import opens_at


class CodeField(forms.CharField):
    """A code read from paper or wall; `cleaned_data` holds its letters alone."""

    def __init__(self, *, fits, **kwargs):
        self.fits = fits
        attrs = {
            "autocomplete": "off",
            "autocapitalize": "characters",
            "spellcheck": "false",
            "class": "door-code",
        }
        super().__init__(max_length=40, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value):
        code = hall.typed(super().clean(value))
        if not self.fits(code):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return code


class HallCodeForm(forms.Form):
    aula = CodeField(
        fits=hall.is_hall_code,
        label=_("Code on the screen of the hall"),
        help_text=_("Eight letters and digits, such as K7M4-QX2P."),
        error_messages={"invalid": _("The code on the screen has eight letters and digits.")},
    )


class OwnCodeForm(forms.Form):
    undangan = CodeField(
        fits=hall.is_own_code,
        label=_("Code on your invitation letter"),
        help_text=_("Ten letters and digits, beside the QR code of the letter."),
        error_messages={"invalid": _("The code of an invitation has ten letters and digits.")},
    )


class PlaceForm(forms.Form):
    """Who comes in the place of the invited person, or whom an institution sends."""

    name = forms.CharField(
        label=_("Your name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    position = forms.CharField(label=_("Position"), max_length=100, required=False)


class WalkInForm(PlaceForm):
    institution = forms.ModelChoiceField(
        Institution.objects.none(), label=_("Institution"), empty_label=_("Choose")
    )
    field_order = ("institution", "name", "position")

    def __init__(self, data=None, *, institutions, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["institution"].queryset = institutions


class _AtTheDesk(forms.Form):
    """With the time of arrival; `arrived_at` in `cleaned_data` is a moment, None when not said."""

    arrived = ClockField(
        label=_("Came at"),
        required=False,
        help_text=_("As the clock of the hall shows it; empty: now."),
    )

    def __init__(self, data=None, *, meeting, **kwargs):
        self.meeting = meeting
        super().__init__(data, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].widget.attrs.pop("autocomplete", None)

    def clean(self):
        said = super().clean()
        clock = said.pop("arrived", None)
        said["arrived_at"] = self._moment(clock) if clock else None
        return said

    def _days(self):
        """Days the clock may speak of, the likeliest first: all of the meeting."""
        first, last = self.meeting.local_start.date(), self.meeting.local_end.date()
        return [first + dt.timedelta(days=nth) for nth in range((last - first).days + 1)]

    def _moment(self, clock):
        """The first moment at which the hall was open; else on the likeliest day. Of a meeting
        from 22.00 to 01.00, 00.20 is after midnight."""
        moments = [dt.datetime.combine(day, clock, self.meeting.zone) for day in self._days()]
        opens = opens_at(self.meeting)
        open_ones = [one for one in moments if opens <= one <= self.meeting.ends_at]
        return (open_ones or moments)[0]


class StandInForm(_AtTheDesk, PlaceForm):
    field_order = ("name", "position", "arrived")


class ListWalkInForm(_AtTheDesk, WalkInForm):
    field_order = ("institution", "name", "position", "arrived")


class AttendanceForm(_AtTheDesk):
    name = forms.CharField(label=_("Name"), max_length=100)
    position = forms.CharField(label=_("Position"), max_length=100, required=False)
    represents = forms.CharField(label=_("Representing"), max_length=100, required=False)
    field_order = ("name", "position", "represents", "arrived")

    def __init__(self, data=None, *, attendance, **kwargs):
        self.attendance = attendance
        meeting = attendance.meeting
        kwargs["initial"] = {
            "name": attendance.name,
            "position": attendance.position,
            "represents": attendance.represents,
            "arrived": attendance.arrived_at.astimezone(meeting.zone).time(),
        }
        super().__init__(data, meeting=meeting, **kwargs)
        self.fields["arrived"].required = True
        self.fields["arrived"].help_text = ""

    def _days(self):
        """Where a meeting takes several days, the day that was written first."""
        written = self.attendance.arrived_at.astimezone(self.meeting.zone).date()
        return sorted({*super()._days(), written}, key=lambda day: (day != written, day))
