"""Commitments: a quarter in figures, the rows behind them, a family, a school, and the letter."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from areas.models import Area
from beneficiaries.models import Household
from beneficiaries.scope import families_in_scope
from core.errors import Refused
from core.paging import page_of
from core.periods import Period
from facilitators import services
from facilitators.forms.commitments import (
    CorrectionForm,
    HealthForm,
    ReasonForm,
    SchoolForm,
    SchoolQuarterForm,
    chosen_of,
    period_of,
)
from facilitators.models import (
    HEALTH,
    CommitmentCheck,
    CommitmentQuarter,
    CommitmentSettings,
    Facilitator,
    Outcome,
    School,
)
from facilitators.models.commitment_querysets import VIEW_CHECK
from facilitators.queries import commitments as queries

PUPILS_ON_A_PAGE = 40
_sees = permission_required("facilitators.view_commitmentcheck", raise_exception=True)
_records = permission_required("facilitators.add_commitmentcheck", raise_exception=True)
_SIGNS = {"met": "state-good", "not_met": "state-bad", "no_evidence": "state-waiting"}


def _quarter_to_report():
    """The last quarter that has ended: the one whose evidence is coming in."""
    return Period.of(timezone.localdate()).previous()


def overview(request):
    """A quarter by kecamatan, facilitator, school or component; every figure opens its rows."""
    user = request.user
    opens = user.has_perm("facilitators.view_commitmentcheck")
    if not opens and not user.has_perm("facilitators.count_commitmentcheck"):
        raise PermissionDenied
    today = timezone.localdate()
    period = period_of(request.GET.get("tahap", ""), _quarter_to_report())
    groupings = {
        "wilayah": _("Kecamatan"),
        "pendamping": _("Facilitator"),
        "sekolah": _("School"),
        "komponen": _("Component"),
    }
    if not user.has_perm("facilitators.view_facilitator"):
        del groupings["pendamping"]
    grouping = request.GET.get("menurut", "")
    if grouping not in groupings:
        grouping = "wilayah"
    checks = CommitmentCheck.objects.countable_by(user).of_period(period)
    totals = checks.tallied()
    quarters = list(
        CommitmentQuarter.objects.filter(year=period.year, stage=period.stage).select_related(
            "closed_by"
        )
    )
    known = queries.periods_with_checks()
    return render(
        request,
        "facilitators/commitments.html",
        {
            "period": period,
            "periods": sorted({*known, period, Period.of(today)}, reverse=True),
            "groupings": groupings,
            "grouping": grouping,
            "totals": totals,
            "listed": sum(totals[outcome] for outcome in Outcome.values),
            "tiles": [
                (outcome, totals[outcome.value], _SIGNS[outcome.value]) for outcome in Outcome
            ],
            "lines": queries.tally_by(checks, grouping, period, today),
            "opens": opens,
            "quarters": quarters,
            "corrected": checks.filter(corrections__isnull=False).distinct().count(),
            "may_prepare": user.has_perm("facilitators.prepare_commitmentquarter")
            and not any(one.closed_at for one in quarters),
            "may_close": user.has_perm("facilitators.close_commitmentquarter")
            and today > period.ends_on
            and not any(one.closed_at for one in quarters),
        },
    )


@_sees
def listing(request):
    """Rows of a quarter, by family: whom to look after."""
    today = timezone.localdate()
    chosen = chosen_of(request.GET, _quarter_to_report())
    checks = chosen.of(CommitmentCheck.objects.visible_to(request.user), today)
    page = page_of(
        checks.for_listing().with_corrections(),
        ("household__desa_id", "household_id", "pk"),
        request.GET,
    )
    school = School.objects.filter(pk=chosen.school).first() if chosen.school else None
    if school and not checks.exists():
        school = None
    return render(
        request,
        "facilitators/commitment_list.html",
        {
            "page": page,
            "chosen": chosen,
            "about": _about(chosen, request.user, school),
            "school": school,
            "outcomes": Outcome.choices,
            "components": CommitmentCheck._meta.get_field("component").choices,
            "kept": {
                key: request.GET[key]
                for key in ("wilayah", "pendamping", "sekolah")
                if request.GET.get(key)
            },
            "signs": _SIGNS,
            "may_record": request.user.has_perm("facilitators.add_commitmentcheck"),
            "breadcrumb": [_crumb(chosen.period)],
        },
    )


def _about(chosen, user, school):
    """Whom the rows are about, in words."""
    said = []
    if chosen.area:
        area = Area.objects.filter(pk=chosen.area).first()
        said.append(str(area) if area else chosen.area)
    if chosen.facilitator and user.has_perm("facilitators.view_facilitator"):
        person = Facilitator.objects.visible_to(user).filter(pk=chosen.facilitator).first()
        said += [person.name] if person else []
    if chosen.facilitator == 0:
        said.append(_("families without a facilitator"))
    if school:
        said.append(str(school))
    if chosen.school == 0:
        said.append(_("pupils without a school"))
    return said


@_sees
def family(request, pk):
    """A family's checks with their evidence, the newest quarter first."""
    household = _family(request, pk)
    checks = queries.checks_of_family(household, request.user)
    excusable = _ids(CommitmentCheck.objects.excusable_by(request.user), household)
    correctable = _ids(CommitmentCheck.objects.correctable_by(request.user), household)
    recordable = _ids(CommitmentCheck.objects.recordable_by(request.user), household)
    quarters = {}
    for check in checks:
        check.sign = _SIGNS[check.corrected_to or check.outcome]
        closed = check.quarter.closed_at is not None
        check.may_excuse = check.pk in excusable and not closed and check.outcome == Outcome.NOT_MET
        check.may_withdraw = check.pk in excusable and not closed and check.reason != ""
        check.may_correct = check.pk in correctable and closed
        check.may_name_school = check.pk in recordable and check.is_school and not closed
        quarter = quarters.setdefault(
            check.quarter.period,
            {
                "period": check.quarter.period,
                "closed_at": check.quarter.closed_at,
                "checks": [],
                "may_record": False,
                "letter": False,
            },
        )
        quarter["checks"].append(check)
        quarter["may_record"] |= check.pk in recordable and not closed and check.component in HEALTH
        quarter["letter"] |= (check.corrected_to or check.outcome) == Outcome.NOT_MET
    return render(
        request,
        "facilitators/family_checks.html",
        {
            "household": household,
            "quarters": list(quarters.values()),
            "school_form": SchoolForm(),
            "outcomes": Outcome.choices,
            "breadcrumb": _way(household),
        },
    )


def _ids(checks, household):
    return set(checks.filter(household=household).values_list("pk", flat=True))


@_records
def record(request, pk):
    """Health visits of a family in one quarter: came, did not come, or not known."""
    household = _family(request, pk)
    today = timezone.localdate()
    period = period_of(request.GET.get("tahap", ""), _quarter_to_report())
    checks = get_list(
        CommitmentCheck.objects.recordable_by(request.user)
        .of_period(period)
        .filter(household=household, component__in=HEALTH, quarter__closed_at=None)
        .select_related("member", "quarter")
        .prefetch_related("evidence")
        .order_by("member__name", "component")
    )
    form = HealthForm(request.POST or None, checks=checks, period=period, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            services.record_months(
                household=household, said=form.said(), by=request.user, at=timezone.now()
            )
        except Refused as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Saved."))
            return redirect("facilitators:family_checks", household.pk)
    return render(
        request,
        "facilitators/record_health.html",
        {
            "form": form,
            "household": household,
            "period": period,
            "breadcrumb": [
                *_way(household),
                (_("Commitments"), reverse("facilitators:family_checks", args=[household.pk])),
            ],
        },
        status=422 if request.method == "POST" else 200,
    )


def get_list(checks):
    """The rows, or a page that does not exist: nothing here is for this person to write."""
    found = list(checks)
    if not found:
        raise Http404
    return found


@_records
def school_quarter(request, pk):
    """A school's quarter typed at a desk: effective days, and who was absent how long."""
    today = timezone.localdate()
    period = period_of(request.GET.get("tahap", ""), _quarter_to_report())
    school = get_object_or_404(School, pk=pk)
    pupils = queries.school_quarter(school, period, request.user).filter(quarter__closed_at=None)
    page = page_of(pupils, ("member__name", "pk"), request.GET, size=PUPILS_ON_A_PAGE)
    checks = get_list(page.rows)
    form = SchoolQuarterForm(request.POST or None, checks=checks, period=period, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            written = services.record_school_quarter(
                school=school,
                period=period,
                area=checks[0].quarter.area_id,
                days=form.days(),
                absences=form.absences(),
                by=request.user,
                at=timezone.now(),
            )
        except Refused as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Saved: %(count)d months.") % {"count": written})
            return redirect(request.get_full_path())
    return render(
        request,
        "facilitators/school_quarter.html",
        {
            "form": form,
            "school": school,
            "period": period,
            "page": page,
            "breadcrumb": [_crumb(period)],
        },
        status=422 if request.method == "POST" else 200,
    )


@require_POST
@_records
def name_school(request, pk):
    """Which school a child goes to; then its quarter can be typed."""
    check = get_object_or_404(
        CommitmentCheck.objects.recordable_by(request.user).select_related("quarter"), pk=pk
    )
    form = SchoolForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the NPSN (8 digits) and the name of the school."))
        return redirect(check)
    try:
        school = services.name_school(
            check=check,
            npsn=form.cleaned_data["npsn"],
            name=form.cleaned_data["nama"],
            by=request.user,
            at=timezone.now(),
        )
    except Refused as reason:
        messages.error(request, str(reason))
        return redirect(check)
    address = reverse("facilitators:school_quarter", args=[school.pk])
    return redirect(f"{address}?{urlencode({'tahap': str(check.quarter.period)})}")


@require_POST
@permission_required("facilitators.accept_commitmentcheck", raise_exception=True)
def accept(request, pk):
    check = get_object_or_404(CommitmentCheck.objects.excusable_by(request.user), pk=pk)
    form = ReasonForm(request.POST)
    try:
        services.accept_reason(
            check=check,
            reason=form.cleaned_data["alasan"] if form.is_valid() else "",
            by=request.user,
            at=timezone.now(),
        )
    except Refused as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("The reason was accepted. The figures stay as they are."))
    return redirect(check)


@require_POST
@permission_required("facilitators.accept_commitmentcheck", raise_exception=True)
def withdraw(request, pk):
    check = get_object_or_404(CommitmentCheck.objects.excusable_by(request.user), pk=pk)
    form = ReasonForm(request.POST)
    try:
        services.withdraw_reason(
            check=check,
            reason=form.cleaned_data["alasan"] if form.is_valid() else "",
            by=request.user,
            at=timezone.now(),
        )
    except Refused as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("The reason was taken back; the figures decide again."))
    return redirect(check)


@require_POST
@permission_required("facilitators.correct_commitmentcheck", raise_exception=True)
def correct(request, pk):
    check = get_object_or_404(CommitmentCheck.objects.correctable_by(request.user), pk=pk)
    form = CorrectionForm(request.POST)
    said = form.cleaned_data if form.is_valid() else {}
    try:
        services.correct_check(
            check=check,
            outcome=said.get("hasil", ""),
            reason=said.get("alasan", ""),
            by=request.user,
            at=timezone.now(),
        )
    except Refused as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("The correction stands beside the closed check."))
    return redirect(check)


@require_POST
@permission_required("facilitators.prepare_commitmentquarter", raise_exception=True)
def prepare(request):
    period = period_of(request.POST.get("tahap", ""), _quarter_to_report())
    return _act(
        request,
        period,
        services.prepare_quarter,
        _("The list of the quarter was brought up to date."),
    )


@permission_required("facilitators.close_commitmentquarter", raise_exception=True)
def close(request):
    """What closing means and with which figures; then it is done."""
    asked = request.POST if request.method == "POST" else request.GET
    period = period_of(asked.get("tahap", ""), _quarter_to_report())
    if request.method == "POST":
        return _act(
            request,
            period,
            services.close_quarter,
            _("The quarter is closed. Its figures do not change any more."),
        )
    return render(
        request,
        "facilitators/close_quarter.html",
        {
            "period": period,
            "totals": CommitmentCheck.objects.visible_to(request.user).of_period(period).tallied(),
            "ended": timezone.localdate() > period.ends_on,
            "breadcrumb": [_crumb(period)],
        },
    )


def _act(request, period, service, done):
    """Run a service on the office's quarter, which lies in the user's own kabupaten."""
    area = settings.PKH_OFFICE_AREA
    held = [
        one.area_id
        for one in request.user.assignments.held_on(timezone.localdate())
        if len(one.area_id) == 5
    ]
    if held and area not in held:
        area = held[0]
    try:
        service(period=period, area=area, by=request.user, at=timezone.now())
    except Refused as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, done)
    return redirect(f"{reverse('facilitators:commitments')}?{urlencode({'tahap': str(period)})}")


@_sees
def letter(request, pk):
    """A letter to the family: what was not met and what to do, numbers masked, on one sheet."""
    household = _family(request, pk)
    period = period_of(request.GET.get("tahap", ""), _quarter_to_report())
    checks = get_list(
        one
        for one in queries.checks_of_family(household, request.user)
        if one.quarter.period == period and (one.corrected_to or one.outcome) == Outcome.NOT_MET
    )
    office = CommitmentSettings.objects.filter(pk=1).first() or CommitmentSettings()
    today = timezone.localdate()
    return render(
        request,
        "facilitators/commitment_letter.html",
        {
            "household": household,
            "period": period,
            "checks": checks,
            "letterhead": office,
            "office_name": office.office or settings.PKH_OFFICE_NAME,
            "today": today,
            "facilitator": _name_of_facilitator(household, today, request.user),
            "folio": "folio" in request.GET,
        },
    )


def _name_of_facilitator(household, today, user) -> str:
    """Who comes to the family, for who may know it: a colleague's name is for overseers."""
    held = household.caseload.held_on(today).select_related("facilitator").first()
    if held is None:
        return ""
    if held.facilitator.user_id == user.pk:
        return user.full_name
    return held.facilitator.name if user.has_perm("facilitators.view_facilitator") else ""


def _family(request, pk):
    """A family whose checks the user may see, also when it has none yet."""
    visible = Household.objects.filter(families_in_scope(request.user, "", VIEW_CHECK))
    return get_object_or_404(visible.select_related("desa__parent", "caretaker"), pk=pk)


def _crumb(period):
    address = f"{reverse('facilitators:commitments')}?{urlencode({'tahap': str(period)})}"
    return _("Commitments"), address


def _way(household):
    return [
        (_("Families"), reverse("dashboard:households")),
        (
            household.caretaker.name if household.caretaker else str(household),
            household.get_absolute_url(),
        ),
    ]
