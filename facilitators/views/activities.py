"""Activities: a list, one with its evidence, telling one, withdrawing one."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from beneficiaries.models import Household
from core.errors import Refused
from core.paging import page_of
from documents.queries import documents_of
from facilitators import services
from facilitators.forms.learning import EvidenceForm
from facilitators.forms.work import FIELD_OF, ActivityForm, WithdrawForm
from facilitators.models import ACTIVITIES, Activity, CaseloadAssignment
from facilitators.models.work_querysets import KEEP_WORK
from facilitators.queries import months
from facilitators.views.work import sees_work

_keeps = permission_required(KEEP_WORK, raise_exception=True)


@sees_work
def activities(request):
    """What was done besides visits and sessions, the newest first."""
    kind = request.GET.get("jenis", "")
    found = Activity.objects.visible_to(request.user).for_listing()
    if kind in dict(ACTIVITIES):
        found = found.filter(kind=kind)
    return render(
        request,
        "facilitators/activities.html",
        {
            "page": page_of(found, ("held_on", "pk"), request.GET, newest_first=True),
            "kinds": ACTIVITIES,
            "kind": kind,
            "me": months.own(request.user),
        },
    )


@sees_work
def activity(request, pk):
    record = get_object_or_404(
        Activity.objects.visible_to(request.user).select_related(
            "facilitator", "by", "withdrawn_by"
        ),
        pk=pk,
    )
    families = record.families.visible_to(request.user).select_related(
        "household__caretaker", "household__desa"
    )
    is_mine = Activity.objects.own_of(request.user).filter(pk=record.pk).exists()
    return render(
        request,
        "facilitators/activity.html",
        {
            "activity": record,
            "families": families.order_by("household__caretaker__name", "pk"),
            "others": record.families.count() - families.count(),
            "documents": documents_of(record, user=request.user),
            "evidence_form": EvidenceForm(initial={"nomor": uuid.uuid4()}),
            "withdraw_form": WithdrawForm(),
            "may_add": is_mine and record.withdrawn_at is None,
            "breadcrumb": _crumbs(),
        },
    )


@_keeps
def record_activity(request):
    me = months.own(request.user)
    if me is None:
        return render(request, "facilitators/work_nobody.html")
    today = timezone.localdate()
    entrusted = CaseloadAssignment.objects.entrusted_to(me.pk, today)
    families = (
        Household.objects.visible_to(request.user)
        .filter(pk__in=entrusted.order_by().values("household_id"))
        .select_related("caretaker")
        .order_by("caretaker__name", "pk")
    )
    kind = request.GET.get("jenis", "")
    form = ActivityForm(
        request.POST or None,
        request.FILES or None,
        families=families,
        today=today,
        initial={"jenis": kind} if kind in dict(ACTIVITIES) else {},
    )
    if request.method == "POST" and form.is_valid():
        try:
            record = _recorded(request, form, me)
        except Refused as reason:
            known = {FIELD_OF[n]: text for n, text in reason.fields.items() if n in FIELD_OF}
            for name, text in known.items():
                form.add_error(name, str(text))
            if not known:
                form.add_error(None, str(reason))
        else:
            messages.success(request, _("Saved."))
            return redirect(record)
    chosen = {str(pk) for pk in (form["kpm"].value() or [])}
    return render(
        request,
        "facilitators/record_activity.html",
        {
            "form": form,
            "families": [
                (value, label, str(value) in chosen) for value, label in form.fields["kpm"].choices
            ],
            "chosen": len(chosen),
            "breadcrumb": _crumbs(),
        },
        status=422 if request.method == "POST" else 200,
    )


@transaction.atomic
def _recorded(request, form, me):
    """The activity and its photo, or neither: the button can be pressed again."""
    found, now = form.cleaned_data, timezone.now()
    record = services.record_activity(
        id=found["nomor"],
        facilitator=me,
        kind=found["jenis"],
        level=found["tingkat"],
        held_on=found["tanggal"],
        place=found["tempat"],
        participants=found["peserta"],
        households=found["kpm"],
        note=found["catatan"].replace("\r\n", "\n"),
        by=request.user,
        at=now,
    )
    if found["bukti"] and record.is_new:
        services.add_activity_evidence(
            activity=record, file=found["bukti"], name=found["bukti"].name, by=request.user, at=now
        )
    return record


@require_POST
@_keeps
def add_activity_evidence(request, pk):
    record = _own(request, pk)
    form = EvidenceForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose a photo or a PDF first."))
        return redirect(record)
    file = form.cleaned_data["berkas"]
    try:
        services.add_activity_evidence(
            activity=record,
            file=file,
            name=file.name,
            client_id=form.cleaned_data["nomor"],
            by=request.user,
            at=timezone.now(),
        )
    except Refused as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Saved."))
    return redirect(record)


@require_POST
@_keeps
def withdraw_activity(request, pk):
    record = _own(request, pk)
    form = WithdrawForm(request.POST)
    try:
        services.withdraw_activity(
            activity=record,
            reason=form.cleaned_data["alasan"] if form.is_valid() else "",
            by=request.user,
            at=timezone.now(),
        )
    except Refused as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("The activity is withdrawn and counts no more."))
    return redirect(record)


def _own(request, pk):
    found = Activity.objects.visible_to(request.user) & Activity.objects.own_of(request.user)
    return get_object_or_404(found, pk=pk)


def _crumbs():
    return [(_("Activities"), reverse("facilitators:activities"))]
