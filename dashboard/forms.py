import datetime as dt

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from areas.models import Area
from core.periods import Period
from dashboard.figures.base import Span
from dashboard.models import OfficeReport
from graduation.report_tables import quarter_name
from meetings.models import Meeting


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


MONTHS, QUARTERS, MEETINGS = 18, 8, 40  # offered, the newest first


class AskReportForm(forms.Form):
    """What a report is asked with: about which month, quarter or meeting, where, in which form."""

    tentang = forms.ChoiceField(label=_("Period"))
    wilayah = forms.ChoiceField(label=_("Area"))
    bentuk = forms.ChoiceField(label=_("Format"), choices=OfficeReport.Form.choices)

    def __init__(
        self, *args, kind: str, areas: list[Area], meetings: list[Meeting], today, **kwargs
    ):
        super().__init__(*args, **kwargs)
        self.kind, self.areas = kind, {area.pk: area for area in areas}
        self.meetings = {str(meeting.pk): meeting for meeting in meetings}
        about = self.fields["tentang"]
        if kind == OfficeReport.Kind.PACK:
            about.label = _("Meeting")
            about.choices = [
                (pk, f"{one}, {one.area}, {date_format(one.local_start, 'j F Y')}")
                for pk, one in self.meetings.items()
            ]
            del self.fields["wilayah"], self.fields["bentuk"]
            return
        if kind == OfficeReport.Kind.QUARTERLY:
            about.choices = [(str(one), quarter_name(one)) for one in quarters_until(today)]
        else:
            about.choices = [
                (f"{first:%Y-%m}", date_format(first, "F Y")) for first in months_until(today)
            ]
        # What has ended is asked for most.
        about.initial = about.choices[1][0]
        self.fields["wilayah"].choices = [(pk, str(area)) for pk, area in self.areas.items()]

    @property
    def asked(self) -> dict:
        """As ask_report takes it."""
        about = self.cleaned_data["tentang"]
        if self.kind == OfficeReport.Kind.PACK:
            meeting = self.meetings[about]
            return {"form": "pdf", "area": meeting.area, "meeting": meeting}
        if self.kind == OfficeReport.Kind.QUARTERLY:
            span = Span.of_quarter(Period.parse(about))
        else:
            span = Span.of_month(dt.date(int(about[:4]), int(about[5:]), 1))
        return {
            "form": self.cleaned_data["bentuk"],
            "area": self.areas[self.cleaned_data["wilayah"]],
            "span": span,
        }


def months_until(today: dt.date) -> list[dt.date]:
    months = [today.replace(day=1)]
    while len(months) < MONTHS:
        months.append((months[-1] - dt.timedelta(days=1)).replace(day=1))
    return months


def quarters_until(today: dt.date) -> list[Period]:
    quarters = [Period.of(today)]
    while len(quarters) < QUARTERS:
        quarters.append(quarters[-1].previous())
    return quarters
