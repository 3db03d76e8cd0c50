"""Visits looked at again by somebody else."""

import datetime as dt

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import Refused
from core.paging import page_of
from facilitators import services
from facilitators.models import Visit, VisitSettings
from facilitators.queries import review as queries
from facilitators.services.visits import PROGRAMME_BEGAN

_checks = permission_required("facilitators.check_visit", raise_exception=True)


@_checks
def review(request):
    """Visits of a month with something worth a look, or the sample of the month."""
    today = timezone.localdate()
    month = _month(request.GET.get("bulan", ""), today)
    part = "sampel" if request.GET.get("bagian") == "sampel" else "tanda"
    found = {
        "tanda": queries.marked(request.user, month),
        "sampel": queries.sample(request.user, month),
    }
    page = page_of(
        queries.with_findings(found[part]), queries.ORDER, request.GET, newest_first=True
    )
    before = (month - dt.timedelta(days=1)).replace(day=1)
    after = (month + dt.timedelta(days=31)).replace(day=1)
    return render(
        request,
        "facilitators/review.html",
        {
            "page": page,
            "part": part,
            "month": month,
            "before": before,
            "after": after if after <= today else None,
            "percent": VisitSettings.on(today).sample_percent,
            "progress": {name: queries.progress(visits) for name, visits in found.items()},
        },
    )


@require_POST
@_checks
def check(request, pk):
    """What somebody else found who looked at the visit again."""
    visit = get_object_or_404(Visit.objects.visible_to(request.user), pk=pk)
    try:
        services.check_visit(
            visit=visit,
            result=request.POST.get("hasil", "")[:20],
            note=request.POST.get("catatan", "")[:500].replace("\x00", ""),
            by=request.user,
            at=timezone.now(),
        )
    except Refused as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Check saved."))
    return redirect("facilitators:visit", visit.pk)


def _month(text, today):
    """The first day of a month written 2026-11; this month for one to come, or for no month."""
    try:
        month = dt.datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        return today.replace(day=1)
    return month if PROGRAMME_BEGAN <= month <= today else today.replace(day=1)
