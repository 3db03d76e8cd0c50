"""Forming a group, choosing who is in it and who leads it, ending it, correcting a session."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import DayField
from core.free_text import no_identity_number
from facilitators.forms.learning import TopicField
from facilitators.models import Attendance, LearningSession


class FamiliesField(forms.TypedMultipleChoiceField):
    """Families that may be chosen; their names stand in the template."""

    def __init__(self, **kwargs):
        super().__init__(coerce=int, **kwargs)

    def offer(self, households):
        self.choices = [(household.pk, household.pk) for household in households]


class NewGroupForm(forms.Form):
    nama = forms.CharField(label=gettext_lazy("Name of the group"), max_length=100)
    mulai = DayField(label=gettext_lazy("From which day"))
    kpm = FamiliesField(error_messages={"required": gettext_lazy("Choose at least one family.")})

    def __init__(self, *args, families, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kpm"].offer(families)


class MembersForm(forms.Form):
    """`masuk` join on the day, `keluar` have the day before as their last."""

    mulai = DayField(label=gettext_lazy("From which day"))
    masuk = FamiliesField(required=False)
    keluar = FamiliesField(required=False)

    def __init__(self, *args, members, free, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["keluar"].offer(members)
        self.fields["masuk"].offer(free)

    def clean(self):
        found = super().clean()
        if not self.errors and not (found["masuk"] or found["keluar"]):
            raise forms.ValidationError(_("Choose who joins or who leaves."))
        return found


class GroupForm(forms.Form):
    nama = forms.CharField(label=gettext_lazy("Name of the group"), max_length=100)
    ketua = forms.TypedChoiceField(
        label=gettext_lazy("Group leader"),
        coerce=int,
        required=False,
        empty_value=None,
        help_text=gettext_lazy("The caretaker of one of its families."),
    )

    def __init__(self, *args, caretakers, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["ketua"].choices = [
            ("", _("nobody for now")),
            *((member.pk, member.name) for member in caretakers),
        ]


class EndGroupForm(forms.Form):
    sampai = DayField(
        label=gettext_lazy("Last day of the group"),
        help_text=gettext_lazy(
            "Its families are free for another group from the next day on. "
            "Write the day like 17-08-2026."
        ),
    )


class CorrectionForm(forms.Form):
    """A session as it stands, to be mended; each family on its list gets one question."""

    koreksi = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=100_000)
    tanggal = DayField(label=gettext_lazy("Held on"))
    topik = TopicField(label=gettext_lazy("Topic"))
    tempat = forms.CharField(
        label=gettext_lazy("Place"), max_length=150, validators=[no_identity_number], required=False
    )
    tamu = forms.IntegerField(label=gettext_lazy("Guests"), min_value=0, max_value=500)
    pemahaman = forms.ChoiceField(
        label=gettext_lazy("Understanding"),
        choices=[("", "-"), *LearningSession.Understanding.choices],
        required=False,
    )
    catatan = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=1000,
        validators=[no_identity_number],
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    alasan = forms.CharField(
        label=gettext_lazy("Why it is corrected"),
        max_length=300,
        validators=[no_identity_number],
        help_text=gettext_lazy("What was written before stays readable with this reason."),
    )

    def __init__(self, data=None, *, session, rows, corrections):
        initial = {
            "koreksi": corrections,
            "tanggal": session.held_on,
            "topik": session.topic_id,
            "tempat": session.place,
            "tamu": session.guests,
            "pemahaman": session.understanding,
            "catatan": session.note,
        } | {f"keluarga_{row.household_id}": row.status for row in rows}
        super().__init__(data, initial=initial)
        self.fields["topik"].offer(session.held_on)
        self.rows = rows
        for row in rows:
            self.fields[f"keluarga_{row.household_id}"] = forms.ChoiceField(
                label=row.member.name if row.member else _("No caretaker known"),
                choices=Attendance.Status.choices,
                widget=forms.RadioSelect,
            )

    @property
    def about_the_session(self):
        return [self[name] for name in self.base_fields if name not in ("koreksi", "alasan")]

    @property
    def about_families(self):
        return [self[f"keluarga_{row.household_id}"] for row in self.rows]

    def values(self) -> dict:
        """As services.correct_session takes them."""
        said = self.cleaned_data
        return {
            "topic": said["topik"],
            "held_on": said["tanggal"],
            "place": said["tempat"],
            "understanding": said["pemahaman"],
            "note": said["catatan"].replace("\r\n", "\n"),
            "guests": said["tamu"],
        }

    def attendance(self) -> dict[int, str]:
        return {
            row.household_id: self.cleaned_data[f"keluarga_{row.household_id}"] for row in self.rows
        }


# The field of a form for a field of the services' refusals.
FIELD_OF = {
    "name": "nama",
    "ends_on": "sampai",
    "held_on": "tanggal",
    "topic": "topik",
    "guests": "tamu",
    "reason": "alasan",
}
