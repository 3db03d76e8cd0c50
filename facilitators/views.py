from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from beneficiaries.models import Household
from core.paging import page_of
from facilitators import queries
from facilitators.models import CaseloadAssignment, CaseloadSettings, Facilitator

BANDS = {
    "few": gettext_lazy("few"),
    "ok": gettext_lazy("enough"),
    "many": gettext_lazy("many"),
}
_sees = permission_required("facilitators.view_facilitator", raise_exception=True)


@_sees
def caseloads(request):
    """Who accompanies how many families: few, enough or many."""
    area = request.GET.get("kec", "")[:13]
    band = request.GET.get("beban", "")
    today = timezone.localdate()
    kecamatan = queries.kecamatan_of(request.user)
    found = queries.caseloads(request.user, today, area if area.isprintable() else "-")
    lines = [line for line in found.lines if line.band == band] if band in BANDS else found.lines
    return render(
        request,
        "facilitators/caseloads.html",
        {
            "caseloads": found,
            "unassigned": found.unassigned,
            "lines": lines,
            "kecamatan": kecamatan,
            "chosen": {"kec": area, "beban": band},
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
            "breadcrumb": [(_("Facilitators"), reverse("facilitators:caseloads"))],
        },
    )
