from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Assignment, User
from accounts.roles import Role
from accounts.scope import area_codes
from areas.models import Area
from areas.models.querysets import below
from core.forms import DayField
from facilitators.models import Facilitator
from facilitators.planning import Wanted


class PlanForm(forms.Form):
    """What a coordinator wants to see simulated; read from the address, so it can be sent on."""

    mulai = DayField(label=_("From which day"))
    berhenti = forms.ModelMultipleChoiceField(
        label=_("Who leaves"), queryset=Facilitator.objects.none(), required=False
    )
    lebih = forms.BooleanField(label=_("Relieve those who are over the maximum"), required=False)
    tanpa = forms.BooleanField(
        label=_("Give families without a facilitator to somebody"), required=False
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["berhenti"].queryset = people

    def wanted(self) -> Wanted:
        return Wanted(
            on=self.cleaned_data["mulai"],
            leaving=tuple(sorted(one.pk for one in self.cleaned_data["berhenti"])),
            relieve=self.cleaned_data["lebih"],
            unassigned=self.cleaned_data["tanpa"],
        )


class ApplyForm(forms.Form):
    alasan = forms.CharField(
        label=_("Reason"), help_text=_("For whoever reads the history later."), max_length=200
    )
    melebihi = forms.CharField(
        label=_("Why more than the maximum?"), max_length=200, required=False
    )
    sidik = forms.CharField(widget=forms.HiddenInput, max_length=64)


class FacilitatorForm(forms.ModelForm):
    """Who somebody is; where and from when is asked only once, when he begins."""

    class Meta:
        model = Facilitator
        fields = ["name", "position", "employment", "nip", "user", "base_village"]

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        codes = area_codes(by, "facilitators.change_facilitator")
        self.fields["base_village"].queryset = (
            Area.objects.within(*codes).villages().select_related("parent").order_by("code")
        )
        self.fields["base_village"].label_from_instance = lambda area: f"{area.parent} - {area}"
        # Accounts of the territory that accompany families and are nobody's account yet.
        posts = Assignment.objects.held_today().filter(
            below("area__code", codes), role__in=[Role.FACILITATOR, Role.SUBDISTRICT_LEAD]
        )
        free = Q(is_active=True, facilitator=None, pk__in=posts.values("user_id"))
        self.fields["user"].queryset = User.objects.filter(
            free | Q(pk=self.instance.user_id)
        ).order_by("username")
        self.fields["user"].help_text = _(
            "With an account this person sees the families entrusted to him, and no others."
        )


def _places(by):
    """Kecamatan, and the office's own kabupaten for those who work in all of it."""
    codes = area_codes(by, "facilitators.change_facilitator")
    return (
        Area.objects.within(*codes)
        .filter(level__in=[Area.Level.KABUPATEN, Area.Level.KECAMATAN])
        .order_by("code")
    )


class PostingForm(forms.Form):
    area = forms.ModelChoiceField(label=_("Works in"), queryset=Area.objects.none())
    starts_on = DayField(label=_("From which day"))

    def __init__(self, *args, by, today, **kwargs):
        super().__init__(*args, initial={"starts_on": today}, **kwargs)
        self.fields["area"].queryset = _places(by)


class NewFacilitatorForm(FacilitatorForm):
    area = forms.ModelChoiceField(label=_("Works in"), queryset=Area.objects.none())
    starts_on = DayField(label=_("Works since"))

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, by=by, **kwargs)
        self.fields["area"].queryset = _places(by)


class EndForm(forms.Form):
    ends_on = DayField(label=_("Last day at work"))
    reason = forms.CharField(
        label=_("Reason"), help_text=_("For whoever reads the history later."), max_length=200
    )
