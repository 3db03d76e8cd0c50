"""Reports of the office: asked for, followed while they are made, and fetched."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.scope import area_codes
from areas.models.querysets import below
from core.errors import Refused
from dashboard import services
from dashboard.forms import MEETINGS, AskReportForm
from dashboard.models import OfficeReport
from dashboard.models.querysets import MAKE_REPORT
from graduation.forms.report import areas_of
from jobs.presentation import progress_of
from jobs.queries import worker_seen_within
from meetings.models import Meeting

KINDS = {
    "bulanan": OfficeReport.Kind.MONTHLY,
    "triwulan": OfficeReport.Kind.QUARTERLY,
    "rhk": OfficeReport.Kind.RHK,
    "rapat": OfficeReport.Kind.PACK,
}
NEWEST = 40
TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
makes_reports = permission_required(MAKE_REPORT, raise_exception=True)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@makes_reports
def reports(request):
    """A form for each kind, and one's own reports with how far they are."""
    asked = request.POST if request.method == "POST" else request.GET
    name = asked.get("jenis", "")
    name = name if name in KINDS else "bulanan"
    kind, now, status = KINDS[name], timezone.now(), 200
    today = timezone.localdate(now)
    chosen = {"tentang": asked.get("rapat", "")} if request.GET.get("rapat") else None
    form = AskReportForm(
        request.POST or None,
        kind=kind,
        areas=areas_of(request.user, MAKE_REPORT),
        meetings=_meetings(request.user) if kind == OfficeReport.Kind.PACK else [],
        today=today,
        initial=chosen,
    )
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                report = services.ask_report(
                    kind=kind, by=request.user, at=now, today=today, **form.asked
                )
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(
                    request,
                    _("%(report)s is being made. It stands below when it is ready.")
                    % {"report": report},
                )
                return redirect(f"{reverse('dashboard:reports')}?jenis={name}")
    rows = _rows(request.user, now)
    return render(
        request,
        "dashboard/reports.html",
        {
            "tabs": [
                {
                    "label": one.label,
                    "url": f"{reverse('dashboard:reports')}?jenis={other}",
                    "here": other == name,
                }
                for other, one in KINDS.items()
            ],
            "kind": name,
            "title": kind.label,
            "form": form,
            "rows": rows,
            "expected": any(row["progress"] is not None for row in rows),
        },
        status=status,
    )


def _rows(user, now):
    found = list(OfficeReport.objects.visible_to(user).for_listing()[:NEWEST])
    making = OfficeReport.State.MAKING
    alive = any(one.state == making for one in found) and worker_seen_within(30)
    return [
        {
            "report": one,
            "progress": progress_of(one.job, at=now, worker_alive=alive)
            if one.state == making and one.job
            else None,
            "ready": one.state == one.State.READY and one.stored_as and one.expires_at > now,
            "failed": one.state == one.State.FAILED,
        }
        for one in found
    ]


def _meetings(user):
    """Of the own territory, those to come and the last ones."""
    held = below("area__code", area_codes(user, MAKE_REPORT))
    return list(
        Meeting.objects.visible_to(user)
        .filter(held)
        .exclude(state=Meeting.State.CANCELLED)
        .select_related("area")
        .order_by("-starts_at", "pk")[:MEETINGS]
    )


@require_POST
@makes_reports
def download(request, pk):
    """Every fetch is audited, and rights are asked again."""
    report = get_object_or_404(
        OfficeReport.objects.visible_to(request.user).select_related("meeting"), pk=pk
    )
    try:
        content = services.open_report(report=report, by=request.user, at=timezone.now())
    except Refused as refusal:
        if refusal.code == "not_found":
            raise Http404 from None
        messages.error(request, str(refusal))
        return redirect("dashboard:reports")
    response = HttpResponse(content, content_type=TYPES[report.form])
    response["Content-Disposition"] = f'attachment; filename="{report.file_name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
