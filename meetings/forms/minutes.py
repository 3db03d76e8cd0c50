"""What is typed into the minutes."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from beneficiaries.queries import find_households
from core.errors import Refused
from core.forms import DayField
from core.free_text import no_identity_number
from meetings import subjects
from meetings.models import Facility, FollowUp, Institution, Issue

FAMILY, FACILITY = "household", "facility"
MOST_CHOICES = 50


class IssueForm(forms.Form):
    category = forms.ChoiceField(label=_("Category"), choices=Issue.Category.choices)
    title = forms.CharField(label=_("Problem"), max_length=200, validators=[no_identity_number])
    raised_by = forms.ModelChoiceField(
        Institution.objects.none(), label=_("Raised by"), required=False, empty_label="-"
    )
    discussion = forms.CharField(
        label=_("Discussion"),
        max_length=4000,
        validators=[no_identity_number],
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, data=None, *, institutions, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["raised_by"].queryset = institutions


class DecisionForm(forms.Form):
    text = forms.CharField(
        label=_("Decision"),
        max_length=1000,
        validators=[no_identity_number],
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AccountField(forms.ModelChoiceField):
    def label_from_instance(self, user):
        return f"{user} ({user.username})"


class FollowUpForm(forms.Form):
    """One promise: what, who, until when, and what it concerns."""

    description = forms.CharField(
        label=_("What is to be done"),
        max_length=500,
        validators=[no_identity_number],
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    institution = forms.ModelChoiceField(
        Institution.objects.none(), label=_("Institution in charge")
    )
    owner = AccountField(
        User.objects.none(),
        label=_("Account of the person in charge"),
        required=False,
        empty_label=_("has no account"),
        help_text=_("Finds it among own follow-ups and is reminded of it."),
    )
    owner_name = forms.CharField(
        label=_("Person in charge"),
        max_length=100,
        required=False,
        help_text=_("As the minutes name the person; empty: as the account does."),
    )
    due_on = DayField(label=_("Due on"))
    priority = forms.TypedChoiceField(
        label=_("Priority"),
        choices=FollowUp.Priority.choices,
        coerce=int,
        initial=FollowUp.Priority.NORMAL,
    )
    needs_evidence = forms.BooleanField(
        label=_("Evidence required to close it"), required=False, initial=True
    )
    concerns = forms.ChoiceField(label=_("Concerns"), required=False)
    family = forms.CharField(
        label=_("Which family"),
        required=False,
        max_length=100,
        help_text=_("Family card number, NIK or name; only when it concerns a family."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(
        self, data=None, *, user, institutions, people, facilities, follow_up=None, **kwargs
    ):
        self.user, self.follow_up = user, follow_up
        if follow_up is not None:
            kwargs["initial"] = {
                name: getattr(follow_up, name)
                for name in (
                    "description",
                    "institution",
                    "owner",
                    "owner_name",
                    "due_on",
                    "priority",
                    "needs_evidence",
                )
            } | {"concerns": _concern_of(follow_up)}
        super().__init__(data, **kwargs)
        self.fields["institution"].queryset = institutions
        self.fields["owner"].queryset = people
        self.fields["concerns"].choices = [
            ("", _("nothing in particular")),
            (FAMILY, _("a family")),
            *_grouped(user, facilities, follow_up),
        ]

    def clean(self):
        """`values()` afterwards names one thing at most."""
        said = super().clean()
        if not said.get("owner_name") and "owner_name" not in self.errors:
            if said.get("owner"):
                said["owner_name"] = str(said["owner"])[:100]
            else:
                self.add_error("owner_name", _("Write who is in charge."))
        concern = said.get("concerns") or ""
        self.concern = {"household": None, "facility": None, "subject_type": "", "subject_id": ""}
        kind, _colon, key = concern.partition(":")
        if concern == FAMILY:
            self._find_family(said.get("family", "").strip())
        elif kind == FACILITY:
            self.concern["facility"] = Facility.objects.get(pk=key)
        elif kind:
            self.concern |= {"subject_type": kind, "subject_id": key}
        return said

    def _find_family(self, text):
        if not text and self.follow_up is not None and self.follow_up.household_id:
            self.concern["household"] = self.follow_up.household
            return
        try:
            found = list(find_households(user=self.user, text=text)[:2]) if text else []
        except Refused as refusal:
            self.add_error("family", str(refusal))
            return
        if len(found) == 1:
            self.concern["household"] = found[0]
        elif found:
            self.add_error("family", _("Several families fit. Write the family card number."))
        else:
            self.add_error("family", _("No family of yours fits. Write the family card number."))

    def values(self) -> dict:
        apart = ("concerns", "family")
        said = {name: value for name, value in self.cleaned_data.items() if name not in apart}
        return said | self.concern


def _concern_of(follow_up: FollowUp) -> str:
    if follow_up.household_id:
        return FAMILY
    if follow_up.facility_id:
        return f"{FACILITY}:{follow_up.facility_id}"
    return f"{follow_up.subject_type}:{follow_up.subject_id}" if follow_up.subject_type else ""


def _grouped(user, facilities, follow_up):
    """What may be chosen, by kind; what was chosen before stays, also when it is old."""
    groups = []
    if facilities:
        groups.append((_("Facility"), [(f"{FACILITY}:{one.pk}", str(one)) for one in facilities]))
    for name, kind in sorted(subjects.kinds().items()):
        rows = [(f"{name}:{one.pk}", str(one)) for one in kind.visible(user)[:MOST_CHOICES]]
        if rows:
            groups.append((kind.label, rows))
    kept = _concern_of(follow_up) if follow_up is not None else ""
    known = {value for _label, rows in groups for value, _said in rows}
    if kept and kept != FAMILY and kept not in known:
        groups.append((_("As before"), [(kept, _("what was chosen before"))]))
    return groups
