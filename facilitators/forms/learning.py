"""What a facilitator says about a session, on a phone and with a thumb."""

import datetime as dt
import uuid
from itertools import groupby

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import DayField
from core.free_text import no_identity_number
from facilitators.models import Attendance, LearningSession, LearningTopic


def month_of(text: str, today: dt.date) -> dt.date:
    """First day of a month written 2026-11; this month for anything else."""
    try:
        month = dt.datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        return today.replace(day=1)
    # Far from any calendar of the office the month before or after may not exist.
    return month if 2000 <= month.year <= 2100 else today.replace(day=1)


class TopicField(forms.ModelChoiceField):
    def __init__(self, **kwargs):
        topics = LearningTopic.objects.select_related("module")
        super().__init__(queryset=topics.order_by("module__position", "number", "pk"), **kwargs)

    def offer(self, day):
        """Choices by module, those of the day only; any valid topic is still accepted."""
        topics = self.queryset.valid_on(day)
        self.choices = [
            ("", _("choose")),
            *(
                (str(module), [(topic.pk, str(topic)) for topic in group])
                for module, group in groupby(topics, key=lambda topic: topic.module)
            ),
        ]


class SessionForm(forms.Form):
    """`families` are memberships with household and caretaker; each gets one question."""

    nomor = forms.UUIDField(widget=forms.HiddenInput)
    tanggal = DayField(label=gettext_lazy("Held on"))
    topik = TopicField(label=gettext_lazy("Topic"))
    tempat = forms.CharField(
        label=gettext_lazy("Place"), max_length=150, validators=[no_identity_number], required=False
    )
    tamu = forms.IntegerField(
        label=gettext_lazy("Guests"),
        min_value=0,
        max_value=500,
        initial=0,
        help_text=gettext_lazy("People from outside the group; they are counted apart."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
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

    def __init__(self, data=None, *, families, today, **kwargs):
        initial = {"nomor": uuid.uuid4(), "tanggal": today}
        super().__init__(data, initial=initial, **kwargs)
        self.fields["topik"].offer(today)
        self.families = list(families)
        for membership in self.families:
            caretaker = membership.household.caretaker
            self.fields[f"keluarga_{membership.household_id}"] = forms.ChoiceField(
                label=caretaker.name if caretaker else _("No caretaker known"),
                choices=Attendance.Status.choices,
                widget=forms.RadioSelect,
                error_messages={"required": _("Say whether this family was there.")},
            )

    @property
    def about_the_session(self):
        return [self[name] for name in self.base_fields if name != "nomor"]

    @property
    def about_families(self):
        return [self[f"keluarga_{membership.household_id}"] for membership in self.families]

    def values(self) -> dict:
        """As services.record_session takes them."""
        said = self.cleaned_data
        return {
            "client_id": said["nomor"],
            "topic": said["topik"],
            "held_on": said["tanggal"],
            "place": said["tempat"],
            "understanding": said["pemahaman"],
            "note": said["catatan"],
            "guests": said["tamu"],
            "attendance": {
                one.household_id: (said[f"keluarga_{one.household_id}"], None)
                for one in self.families
            },
        }


# The field of the form for a field of the service's refusals.
FIELD_OF = {"held_on": "tanggal", "topic": "topik", "guests": "tamu"}


class EvidenceForm(forms.Form):
    berkas = forms.FileField(
        label=gettext_lazy("Photo or attendance list"),
        help_text=gettext_lazy("A photo (JPEG or PNG) or a PDF."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
    )
    nomor = forms.UUIDField(widget=forms.HiddenInput)
