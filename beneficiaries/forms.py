from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.scope import area_codes
from areas.models import Area
from beneficiaries.models import Household, Member
from beneficiaries.models.querysets import CHANGE_HOUSEHOLD
from core.forms import DayField
from core.nik import mask_nik


class RevealForm(forms.Form):
    reason = forms.CharField(
        label=_("Why do you need the full number?"),
        help_text=_("At least five letters. The reason is kept with your name and the time."),
        min_length=5,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class VersionedForm(forms.Form):
    """A form that says which version of the record its writer saw (optimistic lock)."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("For whoever reads the history later."),
        max_length=200,
        required=False,
    )

    def values(self):
        """The values to write, without version and reason."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in {"version", "reason"}
        }


class HouseholdForm(VersionedForm):
    desa = forms.ModelChoiceField(label=_("Village"), queryset=Area.objects.none())
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    hamlet = forms.CharField(label=_("Hamlet"), max_length=100, required=False)
    rt = forms.CharField(label=_("RT"), max_length=3, required=False)
    rw = forms.CharField(label=_("RW"), max_length=3, required=False)

    field_order = ["desa", "address", "hamlet", "rt", "rw", "reason"]

    def __init__(self, *args, household, user, **kwargs):
        initial = {
            name: getattr(household, name)
            for name in ("desa", "address", "hamlet", "rt", "rw", "version")
        }
        super().__init__(*args, initial=initial, **kwargs)
        # A family is not sent to a place where its sender could no longer see it.
        self.fields["desa"].queryset = (
            Area.objects.within(*area_codes(user, CHANGE_HOUSEHOLD))
            .villages()
            .select_related("parent")
            .order_by("code")
        )
        self.fields["desa"].label_from_instance = lambda area: f"{area.parent} - {area}"

    def values(self):
        values = super().values()
        values["desa_id"] = values.pop("desa").pk
        for name in ("rt", "rw"):
            if values[name].isdigit():
                values[name] = values[name].zfill(3)
        return values


class CardForm(VersionedForm):
    kk_number = forms.CharField(
        label=_("New family card number"),
        max_length=25,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    on = DayField(label=_("Valid from"))

    field_order = ["kk_number", "on", "reason"]

    def __init__(self, *args, household, today, **kwargs):
        super().__init__(*args, initial={"version": household.version, "on": today}, **kwargs)
        self.fields["kk_number"].help_text = _("16 digits. Now: %(number)s") % {
            "number": mask_nik(household.kk_number) if household.kk_number else "-"
        }


class CaretakerForm(VersionedForm):
    member = forms.ModelChoiceField(
        label=_("Caretaker"), queryset=Member.objects.none(), widget=forms.RadioSelect
    )

    field_order = ["member", "reason"]

    def __init__(self, *args, household, **kwargs):
        initial = {"version": household.version, "member": household.caretaker_id}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["member"].queryset = Member.objects.filter(
            household_id=household.pk, status="active"
        ).order_by("pk")
        self.fields["member"].empty_label = None


class HouseholdStatusForm(VersionedForm):
    status = forms.ChoiceField(
        label=_("State"),
        choices=[
            (value, label)
            for value, label in Household.Status.choices
            if value != Household.Status.EXITED
        ],
        widget=forms.RadioSelect,
    )
    on = DayField(label=_("From which day"))

    field_order = ["status", "on", "reason"]

    def __init__(self, *args, household, today, **kwargs):
        initial = {"version": household.version, "status": household.status, "on": today}
        super().__init__(*args, initial=initial, **kwargs)


class MemberForm(VersionedForm):
    """Numbers and the mother's name are never filled in beforehand: empty keeps what is known."""

    name = forms.CharField(label=_("Name"), max_length=150)
    relationship = forms.ChoiceField(
        label=_("Relationship"), choices=[("", "-"), *Member.Relationship.choices], required=False
    )
    sex = forms.ChoiceField(
        label=_("Sex"), choices=[("", "-"), *Member.Sex.choices], required=False
    )
    birth_on = DayField(label=_("Date of birth"), required=False)
    birth_place = forms.CharField(label=_("Place of birth"), max_length=100, required=False)
    nik = forms.CharField(
        label=_("Another NIK"),
        max_length=25,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    nik_unknown = forms.BooleanField(
        label=_("The NIK is wrong and the right one is not known: leave it empty"), required=False
    )
    mother_name = forms.CharField(
        label=_("Another mother's maiden name"),
        help_text=_("Leave empty to keep what is known."),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    field_order = [
        "name",
        "relationship",
        "sex",
        "birth_on",
        "birth_place",
        "nik",
        "nik_unknown",
        "mother_name",
        "reason",
    ]

    def __init__(self, *args, member, **kwargs):
        kept = ("name", "relationship", "sex", "birth_on", "birth_place", "version")
        super().__init__(*args, initial={name: getattr(member, name) for name in kept}, **kwargs)
        self.fields["nik"].help_text = _("Leave empty to keep %(number)s.") % {
            "number": mask_nik(member.nik) if member.nik else "-"
        }

    def values(self):
        values = super().values()
        unknown = values.pop("nik_unknown")
        if not values["nik"]:
            values.pop("nik")
        if unknown:
            values["nik"] = None
        if not values["mother_name"]:
            values.pop("mother_name")
        return values


class MemberStatusForm(VersionedForm):
    status = forms.ChoiceField(
        label=_("State"), choices=Member.Status.choices, widget=forms.RadioSelect
    )
    on = DayField(label=_("From which day"))

    field_order = ["status", "on", "reason"]

    def __init__(self, *args, member, today, **kwargs):
        initial = {"version": member.version, "status": member.status, "on": today}
        super().__init__(*args, initial=initial, **kwargs)
