"""Candidates: who loses the last component in which quarter, and who is ready by choice."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.scope import area_codes
from areas.queries import kecamatan_and_villages
from core.errors import Refused
from core.paging import page_of
from core.periods import Period
from graduation import services
from graduation.models import Candidate, ExitType
from graduation.models.querysets import VIEW_CASE
from graduation.queries import candidates as queries

PROPOSE = "graduation.propose_graduationcase"
# The two ways a candidate leaves; any other is proposed from the family's own page.
WAYS = ("natural", "prosperous")


@permission_required(VIEW_CASE, raise_exception=True)
def listing(request):
    """By village, so that who visits one finds the others."""
    user, today = request.user, timezone.localdate()
    quarters = queries.quarters_on(today)
    chosen = _chosen(request.GET, quarters)
    seen = Candidate.objects.visible_to(user)
    numbers, ready, together = queries.counted(queries.Chosen(area=chosen.area).of(seen), quarters)
    page = page_of(
        chosen.of(seen).for_listing(), ("household__desa_id", "household_id"), request.GET
    )
    queries.with_facilitators(queries.with_open_cases(page.rows, user), user)
    may_propose = set()
    if user.has_perm(PROPOSE):
        mine = Candidate.objects.in_hands_of(user, PROPOSE)
        may_propose = set(
            mine.filter(pk__in=[one.pk for one in page.rows]).values_list("pk", flat=True)
        )
    columns = queries.columns_of(numbers, quarters[0])
    return render(
        request,
        "graduation/candidates.html",
        {
            "page": page,
            "chosen": chosen,
            "columns": columns,
            "chart_width": len(columns) * queries.COLUMN_WIDTH,
            "ready": ready,
            "together": together,
            "ending": sum(numbers.values()),
            "territory": kecamatan_and_villages(area_codes(user, VIEW_CASE)),
            "may_propose": may_propose,
            "computed_at": seen.order_by("-computed_at")
            .values_list("computed_at", flat=True)
            .first(),
        },
    )


def _chosen(query, quarters):
    """What makes no sense is as if it was not said."""
    area = query.get("wilayah", "")[:13]
    try:
        quarter = Period.parse(query.get("tahap", ""))
    except ValueError:
        quarter = None
    return queries.Chosen(
        quarter=quarter,
        kind=query.get("jenis", "") if query.get("jenis", "") in queries.KINDS else "",
        area=area if area.isprintable() else "-",
    )


@require_POST
@permission_required(PROPOSE, raise_exception=True)
def open_case(request, pk):
    """A potential case of a candidate: natural or prosperous."""
    candidate = get_object_or_404(
        Candidate.objects.in_hands_of(request.user, PROPOSE).select_related("household"), pk=pk
    )
    code = request.POST.get("jenis", "")
    kind = get_object_or_404(ExitType, code=code if code in WAYS else "-")
    try:
        case = services.open_case(
            household=candidate.household, type=kind, by=request.user, at=timezone.now()
        )
    except Refused as reason:
        messages.error(request, str(reason))
        back = request.POST.get("kembali", "")
        allowed = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/")
        return redirect(back if allowed else "graduation:candidates")
    messages.success(request, _("A potential case was opened."))
    return redirect(case)
