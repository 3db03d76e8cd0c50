"""P2K2 groups: forming, members, leader, end; correcting a session; the table of modules."""

import datetime as dt

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from beneficiaries.models import Household, Member
from core.errors import Refused
from facilitators import services
from facilitators.forms import learning_groups as forms
from facilitators.models import LearningGroup, LearningSession
from facilitators.queries import learning_groups as queries
from facilitators.services.learning import families_on

_sees = permission_required("facilitators.view_learninggroup", raise_exception=True)
_forms = permission_required("facilitators.add_learninggroup", raise_exception=True)
_changes = permission_required("facilitators.change_learninggroup", raise_exception=True)
_corrects = permission_required("facilitators.change_learningsession", raise_exception=True)


@_forms
def form_group(request):
    """A new group: first the village, then its families that are in no group."""
    villages = list(queries.villages_for(request.user))
    code = request.GET.get("desa", "")
    village = next((one for one in villages if one.pk == code), None)
    if village is None and len(villages) == 1:
        village = villages[0]
    today = timezone.localdate()
    families = list(queries.free_families(request.user, village, today)) if village else []
    form = forms.NewGroupForm(
        request.POST or None, families=families, initial={"mulai": today.replace(day=1)}
    )
    posted = request.method == "POST"
    if posted and village and form.is_valid():
        chosen = set(form.cleaned_data["kpm"])
        try:
            group = services.form_group(
                name=form.cleaned_data["nama"],
                village=village,
                starts_on=form.cleaned_data["mulai"],
                households=[one for one in families if one.pk in chosen],
                by=request.user,
                at=timezone.now(),
            )
        except Refused as reason:
            _show(form, reason)
        else:
            messages.success(request, _("The group is formed. Now name its leader."))
            return redirect("facilitators:change_group", group.pk)
    return render(
        request,
        "facilitators/group_form.html",
        {
            "form": form,
            "villages": villages,
            "village": village,
            "families": _offered(form["kpm"], families),
            "breadcrumb": _crumbs(),
        },
        status=422 if posted else 200,
    )


@_changes
def members(request, pk):
    """Who joins and who leaves, both from one day on."""
    group = _changeable(request, pk)
    today = timezone.localdate()
    held = [
        one.household
        for one in families_on(group, today, request.user)
        .select_related("household__caretaker")
        .order_by("household__caretaker__name", "pk")
    ]
    free = list(queries.free_families(request.user, group.village, today))
    form = forms.MembersForm(
        request.POST or None, members=held, free=free, initial={"mulai": today}
    )
    if request.method == "POST" and form.is_valid():
        try:
            joined, left = _moved(request, group, form)
        except Refused as reason:
            _show(form, reason)
        else:
            messages.success(
                request,
                _("%(joined)d families joined, %(left)d left.") % {"joined": joined, "left": left},
            )
            return redirect(_after(request, group))
    return render(
        request,
        "facilitators/group_members.html",
        {
            "form": form,
            "group": group,
            "members": _offered(form["keluar"], held),
            "free": _offered(form["masuk"], free),
            "breadcrumb": [*_crumbs(), _crumb(group)],
        },
        status=422 if request.method == "POST" else 200,
    )


@transaction.atomic
def _moved(request, group, form):
    found, now = form.cleaned_data, timezone.now()
    day = found["mulai"]
    left = joined = 0
    if found["keluar"]:
        left = services.leave_group(
            group=group,
            households=Household.objects.visible_to(request.user).filter(pk__in=found["keluar"]),
            ends_on=day - dt.timedelta(days=1),
            by=request.user,
            at=now,
        )
    if found["masuk"]:
        joined = services.join_group(
            group=group,
            households=Household.objects.visible_to(request.user).filter(pk__in=found["masuk"]),
            starts_on=day,
            by=request.user,
            at=now,
        )
    return joined, left


@_changes
def change_group(request, pk):
    """The name and the leader; the end of the group stands below."""
    group = _changeable(request, pk)
    today = timezone.localdate()
    caretakers = Member.objects.filter(
        pk__in=families_on(group, today, request.user).values("household__caretaker_id")
    ).order_by("name", "pk")
    form = forms.GroupForm(
        request.POST or None,
        caretakers=caretakers,
        initial={"nama": group.name, "ketua": group.leader_id},
    )
    if request.method == "POST" and form.is_valid():
        try:
            _changed(request, group, form, today)
        except Refused as reason:
            _show(form, reason)
        else:
            messages.success(request, _("Saved."))
            return redirect(group)
    return render(
        request,
        "facilitators/group_change.html",
        {
            "form": form,
            "end_form": forms.EndGroupForm(initial={"sampai": today}),
            "group": group,
            "breadcrumb": [*_crumbs(), _crumb(group)],
        },
        status=422 if request.method == "POST" else 200,
    )


@transaction.atomic
def _changed(request, group, form, today):
    now, leader = timezone.now(), form.cleaned_data["ketua"]
    services.rename_group(group=group, name=form.cleaned_data["nama"], by=request.user, at=now)
    hidden = group.leader_id and str(group.leader_id) not in {
        str(value) for value, _label in form.fields["ketua"].choices
    }
    # A leader of somebody else's family is not shown here, so leaving the field empty keeps her.
    if leader or not hidden:
        services.name_leader(
            group=group,
            member=Member.objects.get(pk=leader) if leader else None,
            by=request.user,
            on=today,
            at=now,
        )


@require_POST
@_changes
def end_group(request, pk):
    group = _changeable(request, pk)
    form = forms.EndGroupForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(form.errors["sampai"]))
        return redirect("facilitators:change_group", group.pk)
    try:
        services.end_group(
            group=group, ends_on=form.cleaned_data["sampai"], by=request.user, at=timezone.now()
        )
    except Refused as reason:
        messages.error(request, str(reason))
        return redirect("facilitators:change_group", group.pk)
    messages.success(request, _("The group has ended; its sessions stay readable."))
    return redirect("facilitators:learning_groups")


@_corrects
def correct_session(request, pk):
    """A session told wrongly; what stood there before is kept with the reason."""
    session = get_object_or_404(
        LearningSession.objects.recordable_by(request.user).for_listing(), pk=pk
    )
    rows = list(
        session.attendance.visible_to(request.user)
        .select_related("member")
        .order_by("member__name", "pk")
    )
    form = forms.CorrectionForm(
        request.POST or None, session=session, rows=rows, corrections=session.corrections.count()
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.correct_session(
                session=session,
                values=form.values(),
                attendance=form.attendance(),
                reason=form.cleaned_data["alasan"],
                corrections=form.cleaned_data["koreksi"],
                by=request.user,
                at=timezone.now(),
            )
        except Refused as reason:
            _show(form, reason)
        else:
            messages.success(request, _("Corrected. What was written before stays readable."))
            return redirect(session)
    return render(
        request,
        "facilitators/correct_session.html",
        {
            "form": form,
            "session": session,
            "breadcrumb": [
                *_crumbs(),
                _crumb(session.group),
                (str(session.topic), session.get_absolute_url()),
            ],
        },
        status=422 if request.method == "POST" else 200,
    )


@_sees
def modules(request):
    """What is taught today; the administrator changes it under master data."""
    today = timezone.localdate()
    return render(
        request,
        "facilitators/modules.html",
        {
            "modules": queries.modules_on(today),
            "today": today,
            "may_change": request.user.has_perm("facilitators.change_learningmodule"),
            "breadcrumb": _crumbs(),
        },
    )


def _changeable(request, pk):
    return get_object_or_404(
        LearningGroup.objects.changeable_by(request.user)
        .filter(ends_on=None)
        .select_related("village__parent", "leader"),
        pk=pk,
    )


def _after(request, group):
    """The group, or the list when one's last family has left it."""
    if LearningGroup.objects.visible_to(request.user).filter(pk=group.pk).exists():
        return group.get_absolute_url()
    return reverse("facilitators:learning_groups")


def _offered(field, households):
    """[(household, chosen), …]"""
    chosen = {str(pk) for pk in (field.value() or [])}
    return [(household, str(household.pk) in chosen) for household in households]


def _crumbs():
    return [(_("P2K2"), reverse("facilitators:learning_groups"))]


def _crumb(group):
    return group.name, group.get_absolute_url()


def _show(form, reason):
    known = {
        forms.FIELD_OF[name]: text
        for name, text in reason.fields.items()
        if forms.FIELD_OF.get(name) in form.fields
    }
    for name, text in known.items():
        form.add_error(name, str(text))
    if not known:
        form.add_error(None, str(reason))
