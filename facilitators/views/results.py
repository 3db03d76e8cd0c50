"""RHK: the nine results of everybody, of one person, the records behind them, and the paper."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilitators.models.work_querysets import VIEW_WORK
from facilitators.queries import months, records
from facilitators.queries import results as queries
from facilitators.views.work import (
    area_of,
    asked_month,
    cut,
    kecamatan_of,
    seen_person,
    sees_work,
    turning,
)

EVIDENCE = {
    "": gettext_lazy("all records"),
    "ada": gettext_lazy("with evidence"),
    "tanpa": gettext_lazy("claimed without evidence"),
}
PAPERS = ("a4", "f4")


@sees_work
def results(request):
    """Nine counters of everybody in the territory."""
    if not request.user.has_perm(VIEW_WORK):
        me = months.own(request.user)
        if me is None:
            return render(request, "facilitators/work_nobody.html")
        return redirect("facilitators:result", me.pk)
    month, area = asked_month(request), area_of(request)
    lines = queries.overview(request.user, month, area)
    targets = queries.targets_on(month.last)
    return render(
        request,
        "facilitators/results.html",
        {
            **turning(month),
            "lines": lines,
            "targets": targets,
            "unconfirmed": [target for target in targets if not target.confirmed],
            "bare": sum(line.month.bare for line in lines),
            "total": sum(line.month.number for line in lines),
            "behind": sum(any(one.behind for one in line.results) for line in lines),
            "kecamatan": kecamatan_of(request.user),
            "area": area,
        },
    )


@sees_work
def result(request, pk):
    """One person's nine results."""
    month = asked_month(request)
    person = seen_person(request, pk, month)
    (line,) = queries.lines_for([person], month)
    return render(
        request,
        "facilitators/result.html",
        {
            **turning(month),
            "person": person,
            "line": line,
            "unconfirmed": any(not one.target.confirmed for one in line.results),
            "breadcrumb": _crumbs(request, month),
        },
    )


@sees_work
def result_rows(request, pk):
    """The records behind one counter."""
    month = asked_month(request)
    person = seen_person(request, pk, month)
    asked, evidence = request.GET.get("hasil", ""), request.GET.get("bukti", "")
    targets = {str(target.number): target for target in queries.targets_on(month.last)}
    year = "setahun" in request.GET
    if evidence not in EVIDENCE or (asked and asked not in targets):
        raise Http404
    found = queries.found_of(
        person,
        month,
        number=int(asked) if asked else None,
        year=year,
        evidence={"ada": True, "tanpa": False}.get(evidence),
    )
    page = cut(request, found)
    page["lines"] = records.lines_of(
        [(source, key) for _result, source, key, _settled, _shown in page["lines"]], request.user
    )
    return render(
        request,
        "facilitators/result_rows.html",
        {
            **turning(month),
            **page,
            "person": person,
            "title": targets[asked].name if asked else _("All nine results"),
            "said": EVIDENCE[evidence],
            "year": year,
            "breadcrumb": [*_crumbs(request, month), _person_crumb(person, month)],
        },
    )


@sees_work
def result_print(request, pk):
    """The report of a month as a paper, with its photos."""
    month = asked_month(request)
    person = seen_person(request, pk, month)
    paper = request.GET.get("kertas", "a4")
    return render(
        request,
        "facilitators/result_print.html",
        {
            **turning(month),
            "person": person,
            "report": queries.report(person, month, request.user),
            "paper": paper if paper in PAPERS else "a4",
        },
    )


def _crumbs(request, month):
    if not request.user.has_perm(VIEW_WORK):
        return []
    return [(_("RHK"), f"{reverse('facilitators:results')}?bulan={month.first:%Y-%m}")]


def _person_crumb(person, month):
    url = reverse("facilitators:result", args=[person.pk])
    return person.name, f"{url}?bulan={month.first:%Y-%m}"
