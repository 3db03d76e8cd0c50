import datetime as dt
from itertools import groupby

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from areas.models import Area
from beneficiaries.models import Household
from core.errors import Refused
from core.paging import page_of, slice_of
from facilitators import services
from facilitators.forms import caseloads as forms
from facilitators.models import CaseloadAssignment, CaseloadSettings, Facilitator
from facilitators.planning import simulate
from facilitators.queries import caseloads as queries

BANDS = {
    "few": gettext_lazy("few"),
    "ok": gettext_lazy("enough"),
    "many": gettext_lazy("many"),
}
STEPS = (
    gettext_lazy("same village"),
    gettext_lazy("same kecamatan"),
    gettext_lazy("same kabupaten"),
    gettext_lazy("farther"),
)
_sees = permission_required("facilitators.view_facilitator", raise_exception=True)
_adds = permission_required("facilitators.add_facilitator", raise_exception=True)
_changes = permission_required("facilitators.change_facilitator", raise_exception=True)
_plans = permission_required("facilitators.assign_caseload", raise_exception=True)


@_sees
def caseloads(request):
    """Who accompanies how many families: few, enough or many."""
    area = request.GET.get("kec", "")[:13]
    band = request.GET.get("beban", "")
    today = timezone.localdate()
    kecamatan = queries.kecamatan_of(request.user)
    found = queries.caseloads(request.user, today, area if area.isprintable() else "-")
    lines = [line for line in found.lines if line.band == band] if band in BANDS else found.lines
    page = slice_of(lines, request.GET)
    return render(
        request,
        "facilitators/caseloads.html",
        {
            "caseloads": found,
            "unassigned": found.unassigned,
            "page": page,
            "lines": queries.with_people(page.rows, today),
            "kecamatan": kecamatan,
            "chosen": {"kec": area, "beban": band},
            "unassigned_url": f"{reverse('facilitators:planner')}?mulai={today:%d-%m-%Y}&tanpa=on",
            "may_add": request.user.has_perm("facilitators.add_facilitator"),
            "may_plan": request.user.has_perm("facilitators.assign_caseload"),
            "bands": [(value, label, found.bands[value]) for value, label in BANDS.items()],
        },
    )


@_sees
def facilitator(request, pk):
    """One facilitator: who he is, where he works, and the families entrusted to him today."""
    record = get_object_or_404(
        Facilitator.objects.visible_to(request.user).select_related("base_village__parent"), pk=pk
    )
    today = timezone.localdate()
    entrusted = CaseloadAssignment.objects.entrusted_to(record.pk, today)
    families, members, components = queries.numbers_of([record.pk], today).get(record.pk, (0, 0, 0))
    visible = (
        Household.objects.visible_to(request.user)
        .filter(pk__in=entrusted.values("household_id"))
        .select_related("desa__parent", "caretaker")
    )
    return render(
        request,
        "facilitators/facilitator.html",
        {
            "facilitator": record,
            "postings": record.postings.select_related("area").order_by("-starts_on"),
            "families": families,
            "members": members,
            "components": components,
            "band": CaseloadSettings.current().band(families),
            "villages": queries.villages_of(record, today),
            "page": page_of(visible, ("desa_id", "pk"), request.GET),
            "may_change": request.user.has_perm("facilitators.change_facilitator"),
            "breadcrumb": [(_("Facilitators"), reverse("facilitators:caseloads"))],
        },
    )


# --- the planner


@_plans
def planner(request):
    """Choose, simulate, look, apply. Only POST stores, and only what was looked at."""
    today = timezone.localdate()
    people = queries.at_work(request.user, today)
    posted = request.method == "POST"
    asked = request.POST if posted else request.GET if "mulai" in request.GET else None
    first_of_next = (today.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    form = forms.PlanForm(asked, people=people, initial={"mulai": first_of_next})
    context = {
        "form": form,
        "groups": _by_kecamatan(people, today),
        "settings": CaseloadSettings.current(),
        "breadcrumb": [(_("Facilitators"), reverse("facilitators:caseloads"))],
    }
    status = 200
    if form.is_bound:
        chosen = set(asked.getlist("berhenti"))
        context["chosen"] = {one.pk for one in people if str(one.pk) in chosen}
    if form.is_bound and form.is_valid():
        wanted = form.wanted()
        plan = simulate(user=request.user, wanted=wanted)
        apply_form = forms.ApplyForm(request.POST or None, initial={"sidik": plan.fingerprint})
        if posted:
            status = 422
            if apply_form.is_valid():
                try:
                    services.apply_plan(
                        wanted=wanted,
                        fingerprint=apply_form.cleaned_data["sidik"],
                        by=request.user,
                        at=timezone.now(),
                        reason=apply_form.cleaned_data["alasan"],
                        over_maximum=apply_form.cleaned_data["melebihi"],
                    )
                except Refused as reason:
                    field = "melebihi" if reason.code == "over_maximum" else None
                    apply_form.add_error(field, str(reason))
                    # The plan shown now is the one that may be applied next.
                    apply_form.data = apply_form.data.copy()
                    apply_form.data["sidik"] = plan.fingerprint
                else:
                    messages.success(request, _planned(plan))
                    return redirect("facilitators:caseloads")
        if not plan.above:
            apply_form.fields["melebihi"].widget = apply_form.fields["melebihi"].hidden_widget()
        context |= {
            "plan": plan,
            "lines": [(line, STEPS[line.step]) for line in plan.lines],
            "apply_form": apply_form,
        }
    elif posted:
        status = 422
    return render(request, "facilitators/planner.html", context, status=status)


def _planned(plan):
    number = len(plan.moves)
    return ngettext(
        "%(number)d family changes hands on %(day)s.",
        "%(number)d families change hands on %(day)s.",
        number,
    ) % {"number": number, "day": plan.wanted.on.strftime("%d-%m-%Y")}


def _by_kecamatan(people, day):
    """[(kecamatan, [(facilitator, families), …]), …] as choices of who leaves."""
    rows = list(people.order_by("area_code", "name", "pk"))
    numbers = queries.numbers_of([one.pk for one in rows], day)
    areas = Area.objects.in_bulk({one.area_code[:8] for one in rows})
    return [
        (areas[code], [(one, numbers.get(one.pk, (0,))[0]) for one in group])
        for code, group in groupby(rows, key=lambda one: one.area_code[:8])
    ]


# --- who works here


@_adds
def add(request):
    form = forms.NewFacilitatorForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            record = services.add_facilitator(
                **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except Refused as reason:
            _show(form, reason)
        else:
            messages.success(request, _("Saved."))
            return redirect(record)
    return _form(request, form, _("Add a facilitator"), reverse("facilitators:caseloads"))


@_changes
def change(request, pk):
    record = _changeable(request, pk)
    form = forms.FacilitatorForm(request.POST or None, instance=record, by=request.user)
    return _save(
        request,
        record,
        form,
        _("Correct the data"),
        lambda: services.change_facilitator(
            facilitator=record, values=form.cleaned_data, by=request.user, at=timezone.now()
        ),
    )


@_changes
def post(request, pk):
    record = _changeable(request, pk)
    form = forms.PostingForm(request.POST or None, by=request.user, today=timezone.localdate())
    return _save(
        request,
        record,
        form,
        _("Post somewhere else"),
        lambda: services.post_facilitator(
            facilitator=record, **form.cleaned_data, by=request.user, at=timezone.now()
        ),
    )


@_changes
def end(request, pk):
    record = _changeable(request, pk)
    form = forms.EndForm(request.POST or None)
    return _save(
        request,
        record,
        form,
        _("Ends work"),
        lambda: services.end_employment(
            facilitator=record, **form.cleaned_data, by=request.user, at=timezone.now()
        ),
    )


def _changeable(request, pk):
    return get_object_or_404(Facilitator.objects.changeable_by(request.user), pk=pk)


def _save(request, record, form, title, save):
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except Refused as reason:
            _show(form, reason)
        else:
            messages.success(request, _("Saved."))
            return redirect("facilitators:facilitator", record.pk)
    name = Facilitator.objects.values_list("name", flat=True).get(pk=record.pk)
    back = reverse("facilitators:facilitator", args=[record.pk])
    return _form(request, form, title, back, name)


def _form(request, form, title, back, name=""):
    breadcrumb = [(_("Facilitators"), reverse("facilitators:caseloads"))]
    if name:
        breadcrumb.append((name, back))
    return render(
        request,
        "facilitators/form.html",
        {"form": form, "title": title, "back": back, "breadcrumb": breadcrumb},
        status=422 if request.method == "POST" else 200,
    )


def _show(form, reason):
    """A refusal beside the field it is about, or above the form."""
    known = {name: text for name, text in reason.fields.items() if name in form.fields}
    for name, text in known.items():
        form.add_error(name, str(text))
    if not known:
        form.add_error(None, str(reason))
