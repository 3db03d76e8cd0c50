"""After the exit: how families fare, which support they keep, and who came back."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.scope import area_codes
from areas.models.querysets import below
from areas.queries import kecamatan_and_villages
from core.errors import Refused
from core.paging import page_of
from graduation import services
from graduation.forms.after import MonitoringForm, ReentryForm, SupportForm
from graduation.models import Exit, Monitoring
from graduation.models.querysets import CARE_AFTER, RECORD_EXIT, VIEW_CASE
from graduation.queries import after as queries

_sees = permission_required(VIEW_CASE, raise_exception=True)


def _cares(view):
    """For who records what follows an exit: who keeps exits, or proposes families to leave."""

    def guarded(request, *args, **kwargs):
        if not any(request.user.has_perm(permission) for permission in CARE_AFTER):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@_sees
def listing(request):
    """Monitorings overdue first; nobody accompanies these families any more."""
    user, today = request.user, timezone.localdate()
    states = queries.states_on(today)
    state = request.GET.get("keadaan", "")
    if state not in states:
        state = "overdue"
    area = request.GET.get("wilayah", "")[:13]
    area = area if area.isprintable() else "-"
    seen = queries.watched(user)
    if area:
        seen = seen.filter(below("exit__desa__code", [area]))
    lines, totals = queries.counted_by_kecamatan(seen, today)
    shown = seen.filter(states[state]).select_related(
        "exit__household__caretaker", "exit__desa__parent", "exit__type", "by"
    )
    done = state == "done"
    page = page_of(
        shown, ("done_on", "pk") if done else ("due_on", "pk"), request.GET, newest_first=done
    )
    return render(
        request,
        "graduation/after.html",
        {
            "page": page,
            "state": state,
            "area": area,
            "lines": lines,
            "totals": totals,
            "soon": queries.SOON,
            "territory": kecamatan_and_villages(area_codes(user, VIEW_CASE)),
            "parts": [
                ("overdue", _("Overdue"), totals["overdue"]),
                ("due", _("Due soon"), totals["due"]),
                ("done", _("Done"), totals["done"]),
            ],
        },
    )


@_sees
def exit_page(request, pk):
    """One family after its exit. Forms stand open where something is to be said."""
    return _show(request, _exit(request, pk))


def _exit(request, pk):
    return get_object_or_404(
        Exit.objects.visible_to(request.user).select_related(
            "household__caretaker", "desa__parent", "type", "reason", "case", "recorded_by"
        ),
        pk=pk,
    )


def _show(request, left, status=200, **forms):
    user = request.user
    standing = left.withdrawn_at is None and left.reentered_on is None
    cares = Exit.objects.cared_for_by(user).filter(pk=left.pk).exists()
    keeps = Exit.objects.in_hands_of(user, RECORD_EXIT).filter(pk=left.pk).exists()
    waiting, recorded = [], []
    for one in left.monitorings.select_related("by"):
        (recorded if one.done_on else waiting).append(one)
    today = timezone.localdate()
    return render(
        request,
        "graduation/after_exit.html",
        {
            "left": left,
            "standing": standing,
            "waiting": [
                {
                    "is": one,
                    "overdue": one.due_on < today,
                    "form": forms.get("monitoring", {}).get(one.pk)
                    or MonitoringForm(auto_id=f"pantau-{one.pk}-%s"),
                    "open": one.pk in forms.get("monitoring", {}),
                }
                for one in waiting
            ],
            "recorded": recorded,
            "supports": left.supports.select_related("recorded_by"),
            "may_care": cares and standing,
            "support_form": forms.get("support") or SupportForm(),
            "support_open": "support" in forms,
            "may_reenter": keeps and standing and left.case_id is None,
            "reentry_form": forms.get("reentry") or ReentryForm(),
            "reentry_open": "reentry" in forms,
        },
        status=status,
    )


def _recorded(request, left, form, service, done, name, **said):
    """Run the service; refused, the page is shown again with what was typed."""
    if form.is_valid():
        try:
            service(**said, **form.cleaned_data, by=request.user, at=timezone.now())
        except Refused as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, done)
            return redirect("graduation:after_exit", left.pk)
    return _show(request, left, status=422, **{name: form})


@require_POST
@_cares
def record_monitoring(request, pk):
    cared = Exit.objects.cared_for_by(request.user).standing()
    monitoring = get_object_or_404(Monitoring.objects.filter(exit__in=cared), pk=pk)
    left = _exit(request, monitoring.exit_id)
    form = MonitoringForm(request.POST, auto_id=f"pantau-{monitoring.pk}-%s")
    if form.is_valid():
        try:
            services.record_monitoring(
                monitoring=monitoring, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except Refused as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("The monitoring was recorded."))
            return redirect("graduation:after_exit", left.pk)
    return _show(request, left, status=422, monitoring={monitoring.pk: form})


@require_POST
@_cares
def keep_support(request, pk):
    left = get_object_or_404(Exit.objects.cared_for_by(request.user).standing(), pk=pk)
    return _recorded(
        request,
        _exit(request, pk),
        SupportForm(request.POST),
        services.keep_support,
        _("The support was recorded."),
        "support",
        exit=left,
    )


@require_POST
@permission_required(RECORD_EXIT, raise_exception=True)
def reenter(request, pk):
    """An exit without a case; a case is reactivated on its own page."""
    left = get_object_or_404(
        Exit.objects.in_hands_of(request.user, RECORD_EXIT).filter(case__isnull=True), pk=pk
    )
    return _recorded(
        request,
        _exit(request, pk),
        ReentryForm(request.POST),
        services.record_reentry,
        _("The family is in the programme again."),
        "reentry",
        exit=left,
    )
