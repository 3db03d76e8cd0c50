"""The quarterly report on screen and as spreadsheet, and its lock; every door asks one query."""

import tempfile
from pathlib import Path
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.scope import holds_everywhere
from areas.models import Area
from core.errors import Refused
from core.exports import write_xlsx
from core.periods import Period
from documents.exports import XLSX
from graduation.forms.report import areas_of, asked_report, years_of
from graduation.models.querysets import VIEW_REPORT
from graduation.queries.report import KABUPATEN, report_of
from graduation.report_tables import (
    definitions,
    lock_line,
    quarter_name,
    sheet_rows,
    span_name,
    tables_of,
)
from graduation.services import lock_quarter

LOCK_REPORT = "graduation.lock_reportquarter"
sees_report = permission_required(VIEW_REPORT, raise_exception=True)


def asked_of(request):
    areas = areas_of(request.user)
    last = Period.of(timezone.localdate()).previous()
    return asked_report(request.GET, last, areas), areas


def seen_report(request, asked):
    try:
        return report_of(request.user, asked.area, asked.period, cumulative=asked.cumulative)
    except Refused as refusal:
        raise Http404(str(refusal)) from refusal


@sees_report
def report(request):
    """A quarter, or the year until its end, of a kabupaten or a kecamatan."""
    asked, areas = asked_of(request)
    found = seen_report(request, asked)
    today = timezone.localdate()
    kabupaten = asked.area[:KABUPATEN]
    return render(
        request,
        "graduation/report.html",
        {
            "asked": asked,
            "query": urlencode(asked.query),
            "areas": areas,
            "years": years_of(request.user, asked.period.year, today.year),
            "report": found,
            "tables": tables_of(found),
            "span": span_name(found),
            "definitions": definitions(found),
            "lock_line": lock_line(found),
            "may_lock": not found.quarter_locked
            and asked.period.ends_on < today
            and request.user.has_perm(LOCK_REPORT)
            and holds_everywhere(request.user, LOCK_REPORT, kabupaten),
        },
    )


@sees_report
def report_xlsx(request):
    asked, _areas = asked_of(request)
    found = seen_report(request, asked)
    with tempfile.TemporaryDirectory() as place, override("id"):
        target = Path(place) / "laporan.xlsx"
        title = _("Graduation report")
        write_xlsx(
            target,
            [title],
            sheet_rows(found),
            sheet=_("Report"),
            cover=[
                (_("Report"), title),
                (_("Area"), str(found.area)),
                (_("Span of time"), span_name(found)),
                (_("State"), lock_line(found)),
                *((_("Definition"), said) for said in definitions(found)),
            ],
            cover_title=_("Cover"),
            footer=f"{title} - {found.area} - {span_name(found)}",
            widths=(44, 30, *[16] * 8),
        )
        answer = HttpResponse(target.read_bytes(), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{file_name(found)}.xlsx"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def file_name(found):
    until = "-kumulatif" if found.cumulative else ""
    return f"laporan-graduasi-{found.area.pk.replace('.', '')}-{found.period}{until}"


@permission_required(LOCK_REPORT, raise_exception=True)
def lock_report(request):
    """What locking means and with which figures; then it is done."""
    data = request.POST if request.method == "POST" else request.GET
    areas = [area for area in areas_of(request.user, LOCK_REPORT) if len(area.pk) == KABUPATEN]
    asked = asked_report(data, Period.of(timezone.localdate()).previous(), areas)
    if not holds_everywhere(request.user, LOCK_REPORT, asked.area[:KABUPATEN] or "-"):
        raise Http404
    area = Area.objects.filter(pk=asked.area[:KABUPATEN]).first()
    if area is None:
        raise Http404
    back = f"{reverse('graduation:report')}?{urlencode(asked.query)}"
    period = asked.period
    if request.method == "POST":
        try:
            lock_quarter(area=area, period=period, by=request.user, at=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request, _("The quarter is locked. Its figures change only by corrections.")
            )
        return redirect(back)
    found = report_of(request.user, area.pk, period)
    return render(
        request,
        "graduation/lock_report.html",
        {
            "asked": asked,
            "area": area,
            "quarter": quarter_name(period),
            "report": found,
            "ended": period.ends_on < timezone.localdate(),
            "lock_line": lock_line(found),
            "back": back,
            "breadcrumb": [(_("Graduation report"), back)],
        },
    )
