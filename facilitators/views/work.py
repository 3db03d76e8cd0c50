"""Work plans: everybody's month beside what was done, one person's, and making one's own."""

import datetime as dt
from itertools import groupby

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.scope import area_codes
from areas.models import Area
from core.errors import Refused
from facilitators import services
from facilitators.forms.learning import month_of
from facilitators.forms.work import PlanForm, PlannedActivities
from facilitators.models import PLANNED, Work, WorkPlan
from facilitators.models.work_querysets import KEEP_WORK, VIEW_WORK
from facilitators.queries import months
from facilitators.queries import work as queries
from facilitators.queries.months import Month

ROWS_OF_A_PAGE = 200
# What stands above a column of numbers.
SHORT = {
    Work.VISIT: gettext_lazy("Visits"),
    Work.SESSION: gettext_lazy("P2K2"),
    Work.SOCIALISATION: gettext_lazy("Socialisation"),
    Work.MENTORING: gettext_lazy("Mentoring"),
    Work.MEDIATION: gettext_lazy("Mediation"),
    Work.ADVOCACY: gettext_lazy("Advocacy"),
}
SIDES = {
    "rencana": gettext_lazy("planned"),
    "terlaksana": gettext_lazy("carried out"),
    "belum": gettext_lazy("planned, not done"),
}
_keeps = permission_required(KEEP_WORK, raise_exception=True)


def sees_work(view):
    """For who sees the work of a territory, or keeps his own."""

    def guarded(request, *args, **kwargs):
        if not (request.user.has_perm(VIEW_WORK) or request.user.has_perm(KEEP_WORK)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def asked_month(request) -> Month:
    return Month(month_of(request.GET.get("bulan", ""), timezone.localdate()))


def turning(month: Month) -> dict:
    """Words and addresses for the month before and after."""
    return {
        "month": month.first,
        "bulan": month.first.strftime("%Y-%m"),
        "earlier": (month.first - dt.timedelta(days=1)).strftime("%Y-%m"),
        "later": month.after.strftime("%Y-%m"),
    }


@sees_work
def work_plans(request):
    """The territory in one month; who sees only his own work is led there."""
    me = months.own(request.user)
    if not request.user.has_perm(VIEW_WORK):
        if me is None:
            return render(request, "facilitators/work_nobody.html")
        bulan = request.GET.get("bulan", "")
        query = f"?bulan={bulan}" if bulan.isascii() and len(bulan) == 7 else ""
        return redirect(f"{reverse('facilitators:work_plan', args=[me.pk])}{query}")
    month, area = asked_month(request), area_of(request)
    lines = queries.overview(request.user, month, area)
    return render(
        request,
        "facilitators/work_plans.html",
        {
            **turning(month),
            "lines": [(line, [(kind, line.by_kind[kind]) for kind in PLANNED]) for line in lines],
            "number": len(lines),
            "without": sum(line.plan is None for line in lines),
            "total": sum((line.total for line in lines), queries.Numbers()),
            "kinds": [(kind, SHORT[kind]) for kind in PLANNED],
            "kecamatan": kecamatan_of(request.user),
            "area": area,
            "me": me,
        },
    )


def area_of(request):
    area = request.GET.get("kec", "")[:13]
    return area if area.isprintable() else "-"


def kecamatan_of(user):
    codes = area_codes(user, VIEW_WORK)
    return list(Area.objects.within(*codes).subdistricts().order_by("code"))


@sees_work
def work_plan(request, pk):
    """One person's month: planned, done and missing of every kind, and the versions."""
    month = asked_month(request)
    person = seen_person(request, pk, month)
    (line,) = queries.lines_for([person], month)
    versions = (
        WorkPlan.objects.visible_to(request.user)
        .filter(facilitator=person, month=month.first)
        .select_related("by")
    )
    return render(
        request,
        "facilitators/work_plan.html",
        {
            **turning(month),
            "person": person,
            "line": line,
            "kinds": [(kind, kind.label, line.by_kind[kind]) for kind in PLANNED],
            "versions": versions,
            "open": queries.rows_of(person, month, "", "belum", request.user)[:ROWS_OF_A_PAGE],
            "may_plan": person.user_id == request.user.pk
            and not month.is_over(timezone.localdate()),
            "is_mine": person.user_id == request.user.pk,
            "breadcrumb": crumbs(request, month),
        },
    )


@sees_work
def work_rows(request, pk):
    """The rows behind one number of the plan."""
    month = asked_month(request)
    person = seen_person(request, pk, month)
    kind, side = request.GET.get("jenis", ""), request.GET.get("isi", "")
    if side not in SIDES or (kind and kind not in PLANNED):
        raise Http404
    lines = queries.rows_of(person, month, kind, side, request.user)
    title = Work(kind).label if kind else _("All work of the month")
    return render(
        request,
        "facilitators/work_rows.html",
        {
            **turning(month),
            **cut(request, lines),
            "person": person,
            "title": title,
            "said": SIDES[side],
            "planned": side != "terlaksana",
            "breadcrumb": [*crumbs(request, month), _person_crumb(person, month)],
        },
    )


@_keeps
def plan_work(request):
    """One's own plan: families that are due are offered first."""
    me = months.own(request.user)
    if me is None:
        return render(request, "facilitators/work_nobody.html")
    today = timezone.localdate()
    month = asked_month(request)
    if month.is_over(today):
        month = Month(today.replace(day=1))
    plan = WorkPlan.objects.filter(facilitator=me, month=month.first).first()
    families = queries.offers(me, month, today, request.user)
    groups = list(queries.own_groups(me, today))
    posted = request.method == "POST"
    held = list(plan.lines.all()) if plan else []
    form = PlanForm(
        request.POST if posted else None,
        families=families,
        groups=groups,
        initial=_first_values(plan, held, groups),
    )
    activities = PlannedActivities(
        request.POST if posted else None,
        prefix="kegiatan",
        initial=[
            {
                "jenis": one.kind,
                "tingkat": one.level,
                "tempat": one.place,
                "tanggal": one.planned_on,
            }
            for one in held
            if one.kind not in (Work.VISIT, Work.SESSION)
        ],
    )
    if posted and form.is_valid() and activities.is_valid():
        try:
            services.submit_plan(
                facilitator=me,
                month=month.first,
                visits=form.cleaned_data["kpm"],
                sessions=form.sessions(),
                activities=[one.line for one in activities if one.line],
                version=form.cleaned_data["versi"],
                reason=form.cleaned_data["alasan"],
                by=request.user,
                at=timezone.now(),
            )
        except Refused as reason:
            form.add_error("alasan" if reason.code == "reason_missing" else None, str(reason))
        else:
            messages.success(request, _("The plan is submitted."))
            return redirect(
                f"{reverse('facilitators:work_plan', args=[me.pk])}?bulan={month.first:%Y-%m}"
            )
    chosen = {str(pk) for pk in (form["kpm"].value() or [])}
    return render(
        request,
        "facilitators/plan_work.html",
        {
            **turning(month),
            "form": form,
            "activities": activities,
            "plan": plan,
            "villages": _by_village(families, chosen),
            "chosen": len(chosen),
            "may_go_back": month.first > today.replace(day=1),
            "breadcrumb": [*crumbs(request, month), _person_crumb(me, month)],
        },
        status=422 if posted else 200,
    )


def _first_values(plan, held, groups):
    """What the plan says; for a first plan one session of every group."""
    if plan is None:
        return {"versi": 0} | {f"sesi_{group.pk}": 1 for group in groups}
    values = {
        "versi": plan.version,
        "kpm": [one.household_id for one in held if one.kind == Work.VISIT],
    }
    for group in groups:
        values[f"sesi_{group.pk}"] = sum(one.group_id == group.pk for one in held)
    return values


def _by_village(families, chosen):
    """[(village, due families, [(offer, chosen), …]), …]"""
    found = []
    for village, group in groupby(families, key=lambda one: one.household.desa):
        rows = [(one, str(one.household.pk) in chosen) for one in group]
        found.append(
            {
                "village": village,
                "due": sum(one.due for one, _chosen in rows),
                "chosen": sum(chosen for _one, chosen in rows),
                "rows": rows,
            }
        )
    return found


# --- shared with the other pages about work


def seen_person(request, pk, month):
    return get_object_or_404(months.seen_by(request.user, month), pk=pk)


def crumbs(request, month):
    if not request.user.has_perm(VIEW_WORK):
        return []
    url = f"{reverse('facilitators:work_plans')}?bulan={month.first:%Y-%m}"
    return [(_("Work plans"), url)]


def _person_crumb(person, month):
    url = reverse("facilitators:work_plan", args=[person.pk])
    return person.name, f"{url}?bulan={month.first:%Y-%m}"


def cut(request, lines) -> dict:
    """A page of a list that is at most some hundred rows long."""
    text = request.GET.get("hal", "")
    page = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    pages = max(1, -(-len(lines) // ROWS_OF_A_PAGE))
    page = min(max(page, 1), pages)
    return {
        "total": len(lines),
        "lines": lines[(page - 1) * ROWS_OF_A_PAGE : page * ROWS_OF_A_PAGE],
        "before": page - 1 if page > 1 else None,
        "after": page + 1 if page < pages else None,
    }
