"""Changing a family or a member, and showing a full number: one form, one service each."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from beneficiaries import forms, services
from beneficiaries.models import Household, Member
from beneficiaries.services import ChangedMeanwhile
from beneficiaries.services.reveal import reveal_identity
from core.errors import Refused

SHOWN_SECONDS = 60
_reveals = permission_required("accounts.reveal_identity", raise_exception=True)
_changes_households = permission_required("beneficiaries.change_household", raise_exception=True)
_changes_members = permission_required("beneficiaries.change_member", raise_exception=True)


@never_cache
@_reveals
def reveal_member(request, pk):
    member = get_object_or_404(
        Member.objects.visible_to(request.user).select_related("household"), pk=pk
    )
    return _reveal(request, record=member, about=member.name, family=member.household)


@never_cache
@_reveals
def reveal_household(request, pk):
    visible = Household.objects.visible_to(request.user).select_related("caretaker")
    household = get_object_or_404(visible, pk=pk)
    about = household.caretaker.name if household.caretaker else str(household)
    return _reveal(request, record=household, about=about, family=household)


def _reveal(request, *, record, about, family):
    """Ask for the reason, then show the number for a minute: in a dialog or on a page."""
    form = forms.RevealForm(request.POST or None)
    context = {
        "form": form,
        "record": record,
        "about": about,
        "family": family,
        "is_member": isinstance(record, Member),
        "seconds": SHOWN_SECONDS,
    }
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                context["number"] = reveal_identity(
                    record=record,
                    reason=form.cleaned_data["reason"],
                    by=request.user,
                    at=timezone.now(),
                    channel="web",
                )
                status = 200
            except Refused as reason:
                form.add_error(None, str(reason))
    fragment = request.htmx
    template = "beneficiaries/_reveal.html" if fragment else "beneficiaries/reveal.html"
    return render(request, template, context, status=status)


@_changes_households
def change_household(request, pk):
    household = _changeable_household(request, pk)
    form = forms.HouseholdForm(request.POST or None, household=household, user=request.user)

    def save(values):
        services.change_household(household=household, values=values, **_doing(request, form))

    return _change(request, form, save, household, _("Where the family lives"))


@_changes_households
def change_card(request, pk):
    household = _changeable_household(request, pk)
    form = forms.CardForm(request.POST or None, household=household, today=timezone.localdate())

    def save(values):
        services.change_card_number(household=household, **values, **_doing(request, form))

    return _change(
        request,
        form,
        save,
        household,
        _("Family card number"),
        _("The former number stays findable. The family remains the same family."),
    )


@_changes_households
def change_caretaker(request, pk):
    household = _changeable_household(request, pk)
    form = forms.CaretakerForm(request.POST or None, household=household)

    def save(values):
        services.set_caretaker(household=household, **values, **_doing(request, form))

    return _change(request, form, save, household, _("Caretaker"))


@_changes_households
def change_household_status(request, pk):
    household = _changeable_household(request, pk)
    form = forms.HouseholdStatusForm(
        request.POST or None, household=household, today=timezone.localdate()
    )

    def save(values):
        if household.status == Household.Status.EXITED:
            # Its exit is counted; whoever keeps exits records that it came back, or withdraws it.
            raise Refused(
                "has_left",
                _("This family has left. That it came back is recorded with its exit."),
            )
        services.change_household_status(household=household, **values, **_doing(request, form))

    return _change(request, form, save, household, _("Active or suspended"))


@_changes_members
def change_member(request, pk):
    member = _changeable_member(request, pk)
    form = forms.MemberForm(request.POST or None, member=member)

    def save(values):
        services.change_member(member=member, values=values, **_doing(request, form))

    return _change(
        request,
        form,
        save,
        member.household,
        member.name,
        _("What you write here holds: later ministry files do not write over it."),
        member=member,
    )


@_changes_members
def change_member_status(request, pk):
    member = _changeable_member(request, pk)
    form = forms.MemberStatusForm(request.POST or None, member=member, today=timezone.localdate())

    def save(values):
        services.change_member_status(member=member, **values, **_doing(request, form))

    return _change(request, form, save, member.household, member.name, member=member)


def _changeable_household(request, pk):
    changeable = Household.objects.changeable_by(request.user)
    return get_object_or_404(changeable.select_related("desa", "caretaker"), pk=pk)


def _changeable_member(request, pk):
    changeable = Member.objects.changeable_by(request.user)
    return get_object_or_404(changeable.select_related("household__caretaker"), pk=pk)


def _doing(request, form):
    return {
        "by": request.user,
        "at": timezone.now(),
        "version": form.cleaned_data["version"],
        "reason": form.cleaned_data["reason"],
    }


def _change(request, form, save, household, title, explanation="", member=None):
    """Show the form; save it; show why not. A newer version answers 409 with what changed, and
    the form then carries the new version: sending it again is a decision, not an accident."""
    context = {
        "form": form,
        "household": household,
        "member": member,
        "title": title,
        "explanation": explanation,
    }
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                save(form.values())
            except ChangedMeanwhile as conflict:
                status = 409
                context["conflict"] = conflict
                form.data = form.data.copy()
                form.data["version"] = (
                    (member or household)
                    ._meta.model.objects.get(pk=(member or household).pk)
                    .version
                )
            except Refused as reason:
                _show(form, reason)
            else:
                messages.success(request, _("Saved."))
                return redirect(household)
    return render(request, "beneficiaries/change.html", context, status=status)


def _show(form, reason):
    """A refusal beside the field it is about, or above the form."""
    known = {name: text for name, text in reason.fields.items() if name in form.fields}
    for name, text in known.items():
        form.add_error(name, str(text))
    if not known:
        form.add_error(None, str(reason))
