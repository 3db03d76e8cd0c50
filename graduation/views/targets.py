"""Targets of a year: what was reached, what is on its way, who is behind; set, changed, shared."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.scope import holds_everywhere
from areas.models import Area
from core.errors import Refused
from graduation import services
from graduation.forms.report import areas_of, year_of
from graduation.forms.targets import ChangeTargetForm, SetTargetForm, SplitForm
from graduation.models import GraduationTarget
from graduation.models.querysets import CHANGE_TARGET, VIEW_CASE, VIEW_TARGET
from graduation.queries.report import KABUPATEN
from graduation.queries.targets import in_territory, own_targets, targets_of
from graduation.target_chart import chart_of

_changes = permission_required(CHANGE_TARGET, raise_exception=True)


def targets(request):
    """A year by way to leave; the chosen way by kecamatan and facilitator. Who only accompanies
    families sees what is asked of him."""
    user, today = request.user, timezone.localdate()
    sees_all = user.has_perm(VIEW_TARGET)
    if not sees_all and not user.has_perm(VIEW_CASE):
        raise PermissionDenied
    year = year_of(request.GET.get("tahun", ""), today.year)
    kept = GraduationTarget.objects.visible_to(user).order_by().values_list("year", flat=True)
    context = {
        "year": year,
        "years": sorted({*kept.distinct(), year, today.year, today.year + 1}, reverse=True),
        "today": today,
    }
    if not sees_all:
        own = own_targets(user, year, today)
        return render(request, "graduation/own_targets.html", {**context, "lines": own})
    areas = areas_of(user, VIEW_TARGET)
    code = request.GET.get("wilayah", "")[:13] or (areas[0].pk if areas else "")
    area = Area.objects.filter(pk=code).first()
    if area is None or not in_territory(user, area):
        raise Http404
    found = targets_of(user, area, year, today, request.GET.get("jenis", "")[:30])
    chosen = found.chosen
    begun = 4 if year < today.year else (today.month + 2) // 3 if year == today.year else 0
    return render(
        request,
        "graduation/targets.html",
        {
            **context,
            "areas": areas,
            "area": area,
            "found": found,
            "chart": chart_of(chosen.by_quarter, chosen.number, begun=begun)
            if chosen and chosen.number is not None
            else None,
            "opened": _opened(request, found),
            "behind": [line for line in found.tree if line.behind],
            "may_change": user.has_perm(CHANGE_TARGET)
            and holds_everywhere(user, CHANGE_TARGET, area.pk),
        },
    )


def _opened(request, found):
    """The kecamatan whose facilitators are shown: the one asked for, or the only one."""
    if len(found.tree) == 1:
        return found.tree[0].area.pk
    return request.GET.get("kec", "")[:8]


def _back(target=None, **asked):
    if target is not None:
        asked = {"tahun": target.year, "jenis": target.type.code, "wilayah": target.area_id}
        if target.facilitator_id:
            asked["kec"] = target.area_id
    return f"{reverse('graduation:targets')}?{urlencode(asked)}"


def _crumbs(target=None):
    return [(_("Graduation targets"), _back(target) if target else reverse("graduation:targets"))]


@_changes
def set_target(request):
    areas = areas_of(request.user, CHANGE_TARGET)
    today = timezone.localdate()
    form = SetTargetForm(
        request.POST or None,
        areas=areas,
        initial={
            "year": year_of(request.GET.get("tahun", ""), today.year),
            "area": request.GET.get("wilayah", ""),
        },
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        area = get_object_or_404(Area, pk=said.pop("area"))
        try:
            target, _new = services.set_target(
                **said, area=area, by=request.user, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The target is set."))
            return redirect(_back(target))
    return render(
        request,
        "graduation/target_form.html",
        {
            "form": form,
            "title": _("Set a target"),
            "back": reverse("graduation:targets"),
            "breadcrumb": _crumbs(),
        },
        status=422 if request.method == "POST" else 200,
    )


def _changeable(request, pk):
    return get_object_or_404(
        GraduationTarget.objects.changeable_by(request.user).select_related(
            "type", "area", "facilitator", "set_by"
        ),
        pk=pk,
    )


@_changes
def change_target(request, pk):
    target = _changeable(request, pk)
    form = ChangeTargetForm(
        request.POST or None, initial={"number": target.number, "version": target.version}
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.change_target(
                target=target, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            if refusal.code == "changed_meanwhile":
                target.refresh_from_db()
                form.data = {**form.data.dict(), "version": target.version}
        else:
            messages.success(request, _("Saved."))
            return redirect(_back(target))
    return render(
        request,
        "graduation/target_form.html",
        {
            "form": form,
            "target": target,
            "title": _("Change the target"),
            "back": _back(target),
            "breadcrumb": _crumbs(target),
        },
        status=422 if request.method == "POST" else 200,
    )


@_changes
def split_target(request, pk):
    """The shares beside what was set before; then they are written as they were looked at."""
    target = _changeable(request, pk)
    now = timezone.now()
    if request.method == "POST":
        form = SplitForm(request.POST)
        if not form.is_valid():
            return redirect(request.path)
        try:
            services.split_target(target=target, **form.cleaned_data, by=request.user, at=now)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(request.path if refusal.code == "shares_changed" else _back(target))
        messages.success(request, _("The target is shared; the shares add up to it."))
        return redirect(_back(target))
    try:
        sharing = services.shares_of(target, at=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(_back(target))
    return render(
        request,
        "graduation/split_target.html",
        {
            "target": target,
            "sharing": sharing,
            "whole": len(target.area_id) == KABUPATEN,
            "families": sum(area.families for area, _people in sharing.kecamatan),
            "form": SplitForm(
                initial={"version": target.version, "fingerprint": sharing.fingerprint}
            ),
            "back": _back(target),
            "breadcrumb": _crumbs(target),
        },
    )
