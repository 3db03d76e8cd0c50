"""Papers of graduation, to print or as PDF: the statement, the minutes, the list of a decree."""

import datetime as dt
from collections import Counter

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts import audit
from areas.models import Area
from beneficiaries.forms import RevealForm
from beneficiaries.services.reveal import MAY_REVEAL, reveal_identity
from core.errors import Refused
from core.periods import Period
from documents.drawing import drawn, numbered_again
from documents.letterheads import letterhead_of, number_of
from graduation.models import GraduationCase, State
from graduation.models.querysets import VIEW_CASE
from graduation.queries import papers as queries

MINUTES, DECREE = "graduasi-berita-acara", "graduasi-keputusan"
MOST_ROWS = 1000  # about 25 pages, some three seconds of a web worker
QUARTERS = 8
_sees = permission_required(VIEW_CASE, raise_exception=True)


def _lists(view):
    """For who verifies, approves or sends cases somewhere."""

    def guarded(request, *args, **kwargs):
        if not queries.may_list(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return never_cache(guarded)


@_sees
def papers(request):
    """From here every paper of graduation is chosen."""
    lists = queries.may_list(request.user)
    period = Period.of(timezone.localdate())
    periods = [period]
    while len(periods) < QUARTERS:
        periods.append(periods[-1].previous())
    return render(
        request,
        "graduation/papers.html",
        {
            "statements": queries.without_statement(request.user),
            "lists": lists,
            "days": queries.verified_days(request.user) if lists else [],
            "areas": queries.areas_of_lists(request.user) if lists else [],
            "periods": periods,
        },
    )


# --- the statement a family signs


@never_cache
@_sees
def statement(request, pk):
    """Numbers are masked; a POST with a reason shows the full NIK, recorded like every reveal."""
    visible = GraduationCase.objects.visible_to(request.user).select_related(
        "type", "reason", "household__caretaker", "household__desa__parent__parent__parent"
    )
    case = get_object_or_404(visible, pk=pk)
    may_reveal = request.user.has_perm(MAY_REVEAL)
    form, status, nik = RevealForm(request.POST or None), 200, None
    person = case.household.caretaker
    if request.method == "POST":
        if not may_reveal:
            raise PermissionDenied
        status = 422
        if person is None:
            raise Http404
        if form.is_valid():
            try:
                nik = reveal_identity(
                    record=person,
                    reason=form.cleaned_data["reason"],
                    by=request.user,
                    at=timezone.now(),
                    channel="web",
                )
                status = 200
            except Refused as reason:
                form.add_error(None, str(reason))
    desa = case.household.desa
    context = {
        "case": case,
        "household": case.household,
        "person": person,
        "nik": nik,
        "form": form,
        "may_reveal": may_reveal and person is not None,
        "desa": desa,
        "is_kelurahan": is_kelurahan(desa),
        "facilitator": queries.facilitator_of([case.household_id], request.user),
        "today": timezone.localdate(),
    }
    return drawn(
        request,
        "graduation/paper_statement.html",
        context,
        name=f"surat-pernyataan-{person.name if person else pk}",
        default=letterhead_of(desa.code).paper,
        back=case.get_absolute_url(),
        status=status,
    )


def is_kelurahan(desa: Area) -> bool:
    """The serial of a kelurahan begins with 1, that of a desa with 2 (Kemendagri)."""
    return desa.code.rpartition(".")[2].startswith("1")


# --- the minutes of a verification


@_lists
def minutes(request, pk):
    """Of one case; before it was verified, a form to take along."""
    case = get_object_or_404(
        queries.listed_for(request.user).prefetch_related("assessments"), pk=pk
    )
    step = case.steps.filter(state=State.VERIFIED).last()
    return _minutes(
        request,
        cases=[case],
        desa=case.household.desa,
        on=step.on if step else timezone.localdate(),
        subject=f"case:{case.pk}",
        back=case.get_absolute_url(),
        numbered=step is not None,
    )


@_lists
def village_minutes(request, desa, day):
    """Of all cases of a village that were verified on one day."""
    try:
        on = dt.date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    if not queries.lists_in(request.user, desa):
        raise Http404
    village = get_object_or_404(Area.objects.select_related("parent__parent"), pk=desa, level=4)
    cases = list(queries.verified_on(request.user, desa, on)[: MOST_ROWS + 1])
    return _minutes(
        request,
        cases=cases,
        desa=village,
        on=on,
        subject=f"village:{desa}:{on.isoformat()}",
        back=reverse("graduation:papers"),
        numbered=bool(cases),
    )


def _minutes(request, *, cases, desa, on, subject, back, numbered):
    if request.method == "POST":
        return numbered_again(request, kind=MINUTES, subject=subject, on=on, allowed=numbered)
    _note_list(request, MINUTES, desa.code, cases)
    head = letterhead_of(desa.code)
    verifiers = {case.verified_by.full_name for case in cases if case.verified_by}
    for case in cases:
        case.assessment = next(iter(case.assessments.all()), None)
    context = {
        "letterhead": head,
        "cases": cases,
        "desa": desa,
        "is_kelurahan": is_kelurahan(desa),
        "on": on,
        "number": number_of(MINUTES, subject),
        "may_number": numbered,
        "verifier": verifiers.pop() if len(verifiers) == 1 else "",
        "facilitator": queries.facilitator_of([case.household_id for case in cases], request.user),
    }
    return drawn(
        request,
        "graduation/paper_minutes.html",
        context,
        name=f"berita-acara-{desa.name}-{on.isoformat()}",
        default=head.paper,
        back=back,
    )


# --- the list of a decree


@_lists
def decree(request):
    """Approved cases of a stage in a kabupaten or kecamatan, as the appendix of the decree."""
    asked = request.POST if request.method == "POST" else request.GET
    areas = {area.pk: area for area in queries.areas_of_lists(request.user)}
    code = asked.get("wilayah", "") or next(iter(areas), "")
    if code not in areas:
        raise Http404
    try:
        period = Period.parse(asked.get("tahap", "") or str(Period.of(timezone.localdate())))
    except ValueError:
        raise Http404 from None
    area, subject = areas[code], f"decree:{period}:{code}"
    may_number = queries.may_number(request.user, code)
    cases = list(queries.approved_in(request.user, code, period)[: MOST_ROWS + 1])
    if request.method == "POST":
        return numbered_again(
            request,
            kind=DECREE,
            subject=subject,
            on=timezone.localdate(),
            allowed=bool(cases) and may_number,
            query={"tahap": str(period), "wilayah": code},
        )
    if len(cases) > MOST_ROWS:
        messages.error(
            request,
            _("More than %(most)d families: draw the list kecamatan by kecamatan.")
            % {"most": MOST_ROWS},
        )
        return redirect("graduation:papers")
    _note_list(request, DECREE, code, cases, period=str(period))
    head, number = letterhead_of(code), number_of(DECREE, subject)
    context = {
        "letterhead": head,
        "landscape": True,
        "cases": cases,
        "area": area,
        "is_kabupaten": area.level == Area.Level.KABUPATEN,
        "period": period,
        "totals": sorted(Counter(case.type.name for case in cases).items()),
        "number": number,
        "on": number.on if number else timezone.localdate(),
        "may_number": may_number and bool(cases),
    }
    return drawn(
        request,
        "graduation/paper_decree.html",
        context,
        name=f"lampiran-sk-graduasi-{area.name}-{period}",
        default=head.paper,
        back=reverse("graduation:papers"),
    )


def _note_list(request, kind, code, cases, **more):
    """Names of families leave the house on paper: who drew the list is kept."""
    audit.record(
        "list.drawn",
        by=request.user,
        at=timezone.now(),
        channel="web",
        kind=kind,
        area=code,
        families=len(cases),
        pdf=request.GET.get("format") == "pdf",
        **more,
    )
