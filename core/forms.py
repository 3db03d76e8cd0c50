from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from core.dates import clean_date, other_weekday


class DayField(forms.DateField):
    """A day as offices write it: 17-08-1990, 17/8/1990 or 17 Agustus 1990; never month first.

    Typed, not picked: a browser set to English would show month/day/year in its own picker.
    """

    default_error_messages = {
        "invalid": _("This is no day. Write it like 17-08-1990 or 17 Agustus 1990."),
        "other_weekday": _("Weekday and date do not agree. The date falls on: %(day)s."),
    }

    def __init__(self, **kwargs):
        kwargs.setdefault("help_text", _("Day, month, year: 17-08-1990 or 17 Agustus 1990."))
        kwargs.setdefault(
            "widget",
            forms.DateInput(
                format="%d-%m-%Y", attrs={"placeholder": "17-08-1990", "autocomplete": "off"}
            ),
        )
        super().__init__(**kwargs)

    def to_python(self, value):
        if value in self.empty_values or not isinstance(value, str):
            return super().to_python(value)
        day = clean_date(value)
        if wrong := other_weekday(value):
            raise ValidationError(
                self.error_messages["other_weekday"],
                code="invalid",
                params={"day": date_format(wrong, "l, j F Y")},
            )
        if day is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return day
