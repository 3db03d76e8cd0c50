"""Families that left: the list, an exit that is no graduation, and corrections of both."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.scope import area_codes
from areas.models.querysets import below
from areas.queries import kecamatan_and_villages
from beneficiaries.scope import families_in_scope
from core.errors import Refused
from core.paging import page_of
from graduation import services
from graduation.forms.exits import ExitForm, MoveExitForm, WithdrawForm
from graduation.models import OPEN_STATES, CaseFlag, Exit, ExitType, GraduationCase
from graduation.models.querysets import VIEW_CASE
from graduation.queries import cases as queries
from graduation.services.corrections import refuse_locked, refuse_locked_exit

ADMINISTRATIVE = "lain"  # of the filter: every way that is no graduation
_sees = permission_required(VIEW_CASE, raise_exception=True)
_records = permission_required(queries.RECORD_EXIT, raise_exception=True)


@_sees
def listing(request):
    """Exits of the territory, the newest first; those that are no graduation unless asked."""
    user = request.user
    kind = request.GET.get("jenis", ADMINISTRATIVE)[:30].replace("\x00", "")
    area = request.GET.get("wilayah", "")[:13].replace("\x00", "")
    exits = Exit.objects.visible_to(user).select_related(
        "type", "reason", "household__caretaker", "desa__parent", "recorded_by", "withdrawn_by"
    )
    if kind == ADMINISTRATIVE:
        exits = exits.filter(type__headline="")
    elif kind:
        exits = exits.filter(type__code=kind)
    if area:
        exits = exits.filter(below("desa__code", [area]))
    exits = exits.annotate(
        is_flagged=Exists(CaseFlag.objects.open().filter(exit=OuterRef("pk")).order_by())
    )
    page = page_of(exits, ("on", "pk"), request.GET, newest_first=True)
    changeable = _changeable(user, [one.pk for one in page.rows])
    for one in page.rows:
        stands = one.withdrawn_at is None and one.reentered_on is None
        one.may_move = stands and one.pk in changeable
        one.may_withdraw = one.may_move and one.case_id is None
    return render(
        request,
        "graduation/exit_list.html",
        {
            "page": page,
            "kind": kind,
            "administrative": ADMINISTRATIVE,
            "area": area,
            "types": ExitType.objects.order_by("order", "code"),
            "territory": kecamatan_and_villages(area_codes(user, VIEW_CASE)),
            "may_record": user.has_perm(queries.RECORD_EXIT),
        },
    )


def _changeable(user, keys):
    mine = Exit.objects.filter(families_in_scope(user, "household", queries.RECORD_EXIT))
    return set(mine.filter(pk__in=keys).values_list("pk", flat=True))


@_records
def record(request, pk):
    """A family left, but not because it no longer needs the programme."""
    household = get_object_or_404(
        queries.exitable_by(request.user).select_related("desa__parent", "caretaker"), pk=pk
    )
    now = timezone.now()
    form = ExitForm(request.POST or None, today=timezone.localdate(now))
    may_correct = queries.may_correct(request.user, household.desa_id)
    if not may_correct:
        del form.fields["correction_reason"]
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            with transaction.atomic():
                refuse_locked(
                    household=household.pk,
                    desa=household.desa_id,
                    days=[said["on"]],
                    may_correct=may_correct,
                )
                services.record_exit(
                    household=household,
                    type=said["type"],
                    reason=said["reason"],
                    on=said["on"],
                    basis=Exit.Basis.OFFICE,
                    document_number=" ".join(said["document_number"].split()),
                    correction_reason=said.get("correction_reason", ""),
                    by=request.user,
                    at=now,
                )
        except Refused as reason:
            _show(form, reason)
        else:
            messages.success(request, _("The exit is recorded. It is not counted as graduation."))
            return redirect(household)
    return render(
        request,
        "graduation/record_exit.html",
        {
            "form": form,
            "household": household,
            "name": _name(household),
            "open_case": GraduationCase.objects.visible_to(request.user)
            .filter(household=household, state__in=OPEN_STATES)
            .first(),
            "has_left": household.status == "exited",
            "breadcrumb": [_crumb(), (_name(household), household.get_absolute_url())],
        },
        status=422 if request.method == "POST" else 200,
    )


@_records
def move(request, pk):
    """Another day or another way of the same kind."""
    left = _mine(request, pk)
    form = MoveExitForm(request.POST or None, exit=left)
    return _correct(
        request,
        left,
        form,
        title=_("Correct an exit"),
        say=_(
            "The exit is taken out where it was counted and counted where it belongs. In a locked "
            "quarter this becomes a correction that is printed beside the report."
        ),
        done=_("The exit is corrected."),
        days=lambda said: [said["on"]],
        act=services.move_exit,
    )


@_records
def withdraw(request, pk):
    """It was recorded by mistake."""
    left = _mine(request, pk)
    form = WithdrawForm(request.POST or None)
    return _correct(
        request,
        left,
        form,
        title=_("Withdraw an exit"),
        say=_(
            "The family never left: it stands in the register again, and the exit is taken out of "
            "its quarter. Whoever came back later is recorded as re-entered instead."
        ),
        done=_("The exit is withdrawn."),
        days=lambda said: [],
        act=services.withdraw_exit,
    )


def _correct(request, left, form, *, title, say, done, days, act):
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                refuse_locked_exit(
                    exit=left,
                    days=days(form.cleaned_data),
                    may_correct=queries.may_correct(request.user, left.desa_id),
                )
                act(exit=left, **form.cleaned_data, by=request.user, at=timezone.now())
        except Refused as reason:
            _show(form, reason)
        else:
            messages.success(request, done)
            return redirect(left.case or "graduation:exits")
    return render(
        request,
        "graduation/correct_exit.html",
        {
            "form": form,
            "exit": left,
            "household": left.household,
            "name": _name(left.household),
            "title": title,
            "say": say,
            "back": left.case.get_absolute_url() if left.case else reverse("graduation:exits"),
            "breadcrumb": [_crumb(), (_("Exits"), reverse("graduation:exits"))],
        },
        status=422 if request.method == "POST" else 200,
    )


def _mine(request, pk):
    mine = Exit.objects.visible_to(request.user).filter(
        families_in_scope(request.user, "household", queries.RECORD_EXIT)
    )
    return get_object_or_404(
        mine.select_related("type", "case", "household__caretaker", "desa__parent"), pk=pk
    )


def _show(form, reason):
    """A refusal beside its field where the form has it, above the form otherwise."""
    known = {name: text for name, text in reason.fields.items() if name in form.fields}
    for name, text in known.items():
        form.add_error(name, str(text))
    if not known:
        form.add_error(None, str(reason))


def _name(household):
    return household.caretaker.name if household.caretaker else _("No caretaker known")


def _crumb():
    return (_("Graduation"), reverse("graduation:board"))
