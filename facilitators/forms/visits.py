import datetime as dt
import json
import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Household, Member
from core.forms import DayField
from core.free_text import no_identity_number
from facilitators.models import ChangeProposal, Purpose, VisitRequest

SCHOOLS = [
    ("early_child", _("early childhood")),
    ("primary", _("SD or equal")),
    ("junior", _("SMP or equal")),
    ("senior", _("SMA or equal")),
    ("none", _("left school")),
]
# Words for values that are no columns of the register.
LABELS = {
    "on": _("Happened on"),
    "expected_on": _("Expected birth"),
    "level": _("School level"),
    "school": _("Name of the school"),
}
CHOICES = {
    "sex": dict(Member.Sex.choices),
    "relationship": dict(Member.Relationship.choices),
    "status": dict(Household.Status.choices) | dict(Member.Status.choices),
    "level": dict(SCHOOLS),
}
DAYS = ("on", "birth_on", "expected_on")
EMPTY = [("", "---------")]


class VisitForm(forms.Form):
    """A visit written at a desk, with at most one proposed change; the phone sends several.

    `id` is made when the form is shown, so a second press of the button is the same visit;
    `versions` are those of the records as they were then.
    """

    id = forms.UUIDField(widget=forms.HiddenInput)
    versions = forms.CharField(widget=forms.HiddenInput, max_length=2000)
    request = forms.ModelChoiceField(
        label=_("Answers the question"),
        help_text=_("What was found goes to whoever asked."),
        queryset=VisitRequest.objects.none(),
        empty_label=_("no question"),
        required=False,
    )
    purpose = forms.ChoiceField(label=_("Purpose"), choices=Purpose.choices)
    day = DayField(label=_("Day of the visit"))
    time = forms.TimeField(
        label=_("Time"),
        input_formats=["%H:%M", "%H.%M"],
        widget=forms.TimeInput(format="%H.%M", attrs={"placeholder": "08.30"}),
        error_messages={"invalid": _("Write the time like 08.30.")},
    )
    people_met = forms.CharField(
        label=_("People met"), max_length=300, validators=[no_identity_number], required=False
    )
    note = forms.CharField(
        label=_("What was found"),
        max_length=4000,
        validators=[no_identity_number],
        required=False,
        widget=forms.Textarea,
    )
    next_step = forms.CharField(
        label=_("Next step"), max_length=300, validators=[no_identity_number], required=False
    )
    next_on = DayField(label=_("Day of the next step"), required=False)
    photo = forms.FileField(label=_("Photo"), required=False)
    kind = forms.ChoiceField(
        label=_("Propose a change"),
        help_text=_("The office decides; the register does not change before."),
        choices=[*EMPTY, *ChangeProposal.Kind.choices],
        required=False,
    )
    member = forms.ChoiceField(
        label=_("About whom"), help_text=_("Empty: about the whole family."), required=False
    )
    on = DayField(label=LABELS["on"], required=False)
    name = forms.CharField(
        label=_("Name"), max_length=150, validators=[no_identity_number], required=False
    )
    birth_on = DayField(label=_("Date of birth"), required=False)
    birth_place = forms.CharField(
        label=_("Place of birth"), max_length=100, validators=[no_identity_number], required=False
    )
    sex = forms.ChoiceField(label=_("Sex"), choices=[*EMPTY, *Member.Sex.choices], required=False)
    relationship = forms.ChoiceField(
        label=_("Relationship"), choices=[*EMPTY, *Member.Relationship.choices], required=False
    )
    expected_on = DayField(label=LABELS["expected_on"], required=False)
    level = forms.ChoiceField(label=LABELS["level"], choices=[*EMPTY, *SCHOOLS], required=False)
    school = forms.CharField(
        label=LABELS["school"], max_length=150, validators=[no_identity_number], required=False
    )
    address = forms.CharField(
        label=_("Address"), max_length=300, validators=[no_identity_number], required=False
    )
    hamlet = forms.CharField(
        label=_("Hamlet"), max_length=100, validators=[no_identity_number], required=False
    )
    rt = forms.CharField(label=_("RT"), max_length=3, required=False)
    rw = forms.CharField(label=_("RW"), max_length=3, required=False)

    VALUES = (
        "on", "name", "birth_on", "birth_place", "sex", "relationship", "expected_on", "level",
        "school", "address", "hamlet", "rt", "rw",
    )  # fmt: skip

    def __init__(self, *args, family, now, answers="", **kwargs):
        members = list(family.members.active().order_by("pk"))
        self.now = now
        here = timezone.localtime(now)
        versions = {"": family.version} | {str(m.pk): m.version for m in members}
        initial = {
            "id": uuid.uuid4(),
            "versions": json.dumps(versions),
            "day": here.date(),
            "time": here.time(),
        }
        requests = family.visit_requests.open().order_by("due_on", "pk")
        asked = next((one for one in requests if str(one.pk) == answers), None)
        if asked is not None:
            initial |= {"request": asked, "purpose": asked.purpose}
        super().__init__(*args, initial=initial, **kwargs)
        if requests:
            self.fields["request"].queryset = requests
            self.fields["request"].label_from_instance = lambda one: one.wanted
        else:
            del self.fields["request"]
        self.fields["member"].choices = [*EMPTY, *((str(m.pk), m.name) for m in members)]

    def clean_versions(self):
        try:
            versions = json.loads(self.cleaned_data["versions"])
            return {str(key): int(value) for key, value in versions.items()}
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
            raise ValidationError(_("Open the form again."), code="invalid") from None

    def clean(self):
        found = super().clean()
        if found.get("day") and found.get("time"):
            at = timezone.make_aware(dt.datetime.combine(found["day"], found["time"]))
            if at > self.now + dt.timedelta(minutes=10):
                self.add_error("day", _("A visit is recorded after it was made."))
            found["device_at"] = at
        if not found.get("kind") and any(found.get(name) for name in ("member", *self.VALUES)):
            self.add_error("kind", _("Say what kind of change this is."))
        return found

    def proposals(self) -> list[dict]:
        found = self.cleaned_data
        if not found["kind"]:
            return []
        member = found["member"]
        return [
            {
                "kind": found["kind"],
                "member": int(member) if member else None,
                "version": found["versions"].get(member, 0),
                "values": {
                    name: found[name].isoformat() if name in DAYS else found[name]
                    for name in self.VALUES
                    if found[name]
                },
            }
        ]


class VisitWordsForm(forms.Form):
    """The words of a visit, mended by its author; `version` is that of the visit as it was read."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    people_met = forms.CharField(
        label=_("People met"), max_length=300, validators=[no_identity_number], required=False
    )
    note = forms.CharField(
        label=_("What was found"),
        max_length=4000,
        validators=[no_identity_number],
        required=False,
        widget=forms.Textarea,
    )
    next_step = forms.CharField(
        label=_("Next step"), max_length=300, validators=[no_identity_number], required=False
    )
    next_on = DayField(label=_("Day of the next step"), required=False)
    reason = forms.CharField(
        label=_("Why the visit is changed"),
        help_text=_("Kept beside the earlier words, with your name."),
        max_length=300,
        validators=[no_identity_number],
    )
