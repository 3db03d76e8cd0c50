"""What is said about commitments at a desk: a family's health visits, a school's quarter."""

import datetime as dt
import uuid

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.free_text import no_identity_number
from core.paging import LARGEST_ID
from core.periods import Period
from facilitators.models import CommitmentCheck, Outcome
from facilitators.queries.commitments import Chosen, evidence_by_month
from facilitators.services.commitments import months_of

_ABSENT = {
    "alpa": gettext_lazy("without leave"),
    "izin": gettext_lazy("with leave"),
    "sakit": gettext_lazy("ill"),
}


def period_of(text: str, default: Period) -> Period:
    """A quarter written 2026-4; the default for anything else."""
    try:
        return Period.parse(text)
    except ValueError:
        return default


def chosen_of(query, default: Period) -> Chosen:
    """The filters of a list from its address; what makes no sense is as if it was not said."""
    area = query.get("wilayah", "")[:13]
    components = dict(CommitmentCheck._meta.get_field("component").choices)
    return Chosen(
        period=period_of(query.get("tahap", ""), default),
        outcome=query.get("hasil", "") if query.get("hasil", "") in Outcome.values else "",
        area=area if area.isprintable() else "-",
        facilitator=_number(query.get("pendamping", "")),
        school=_number(query.get("sekolah", "")),
        component=query.get("komponen", "") if query.get("komponen", "") in components else "",
    )


def _number(text):
    fine = text.isascii() and text.isdigit() and len(text) < 19
    return min(int(text), LARGEST_ID) if fine else None


class HealthForm(forms.Form):
    """One question a health check and month of the quarter: came, did not come, or nothing known.

    `checks` are those of one family in one quarter. Months that have not begun are not asked.
    """

    CAME, AWAY = "1", "0"

    def __init__(self, data=None, *, checks, period: Period, today: dt.date):
        super().__init__(data)
        self.checks = list(checks)
        self.months = [month for month in months_of(period) if month <= today]
        for check in self.checks:
            known = evidence_by_month(check)
            for month in self.months:
                name = self._name(check, month)
                kept = known.get(month)
                self.fields[name] = forms.ChoiceField(
                    label=date_format(month, "F"),
                    choices=[
                        (self.CAME, _("came")),
                        (self.AWAY, _("did not come")),
                        *([] if kept else [("", _("not known"))]),
                    ],
                    required=False,
                    initial=(self.CAME if kept.attended else self.AWAY) if kept else "",
                    widget=forms.RadioSelect,
                )

    @staticmethod
    def _name(check, month):
        return f"bulan_{check.pk}_{month:%m}"

    def questions(self):
        """[(check, fields)]."""
        return [
            (check, [self[self._name(check, month)] for month in self.months])
            for check in self.checks
        ]

    def said(self) -> dict:
        """As services.record_months takes it."""
        found: dict = {}
        for check in self.checks:
            for month in self.months:
                answer = self.cleaned_data[self._name(check, month)]
                if answer:
                    months = found.setdefault((check.member_id, check.component), {})
                    months[month] = answer == self.CAME
        return found


class SchoolQuarterForm(forms.Form):
    """Effective days of the months, and every pupil's days absent; an empty month says nothing.

    A month the school stated as a percentage only stands empty. What nobody changed is not said.
    """

    def __init__(self, data=None, *, checks, period: Period, today: dt.date):
        super().__init__(data)
        self.checks = list(checks)
        self.months = [month for month in months_of(period) if month <= today]
        known = {check.pk: evidence_by_month(check) for check in self.checks}
        for month in self.months:
            days = [kept[month].days for kept in known.values() if month in kept]
            days = [one for one in days if one is not None]
            self.fields[f"hari_{month:%m}"] = self._count(
                date_format(month, "F"), days[0] if days else None
            )
        for check in self.checks:
            for month in self.months:
                kept = known[check.pk].get(month)
                figures = (
                    (kept.without_leave, kept.with_leave, kept.ill)
                    if kept and kept.days is not None
                    else (None, None, None)
                )
                for (key, label), figure in zip(_ABSENT.items(), figures, strict=True):
                    self.fields[self._name(key, check, month)] = self._count(
                        f"{date_format(month, 'F')}, {label}, {check.member.name}", figure
                    )

    @staticmethod
    def _count(label, initial):
        return forms.IntegerField(
            label=label,
            min_value=0,
            max_value=31,
            required=False,
            initial=initial,
            widget=forms.NumberInput(attrs={"inputmode": "numeric", "aria-label": label}),
        )

    @staticmethod
    def _name(key, check, month):
        return f"{key}_{check.pk}_{month:%m}"

    def effective(self):
        return [self[f"hari_{month:%m}"] for month in self.months]

    def pupils(self):
        """[(check, [(month, three fields)])]."""
        return [
            (
                check,
                [
                    (month, [self[self._name(key, check, month)] for key in _ABSENT])
                    for month in self.months
                ],
            )
            for check in self.checks
        ]

    def days(self) -> dict[dt.date, int]:
        said = {month: self.cleaned_data[f"hari_{month:%m}"] for month in self.months}
        return {month: days for month, days in said.items() if days is not None}

    def absences(self) -> dict[uuid.UUID, dict]:
        found: dict = {}
        for check in self.checks:
            for month in self.months:
                names = [self._name(key, check, month) for key in _ABSENT]
                said = [self.cleaned_data[name] for name in names]
                changed = {f"hari_{month:%m}", *names} & {*self.changed_data}
                if changed and any(one is not None for one in said):
                    found.setdefault(check.pk, {})[month] = tuple(one or 0 for one in said)
        return found


class SchoolForm(forms.Form):
    npsn = forms.CharField(
        label=gettext_lazy("NPSN"),
        min_length=8,
        max_length=8,
        help_text=gettext_lazy("The school's eight-digit number."),
    )
    nama = forms.CharField(label=gettext_lazy("Name of the school"), max_length=150)


class ReasonForm(forms.Form):
    alasan = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, validators=[no_identity_number]
    )


class CorrectionForm(ReasonForm):
    hasil = forms.ChoiceField(label=gettext_lazy("Outcome"), choices=Outcome.choices)
