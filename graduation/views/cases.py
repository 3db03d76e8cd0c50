"""Cases: the board, the list behind it, one case with its steps, and a new one."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.scope import area_codes
from areas.queries import kecamatan_and_villages
from beneficiaries.scope import families_in_scope
from beneficiaries.services import ChangedMeanwhile
from core.errors import Refused
from core.paging import LARGEST_ID, page_of
from documents.queries import documents_of
from graduation import services
from graduation.forms import cases as forms
from graduation.models import OPEN_STATES, CaseFlag, Exit, GraduationCase, State
from graduation.models.querysets import VIEW_CASE
from graduation.queries import cases as queries
from graduation.services.steps import take_step

MOST_DOCUMENTS = 12
SIGNS = {
    "confirmed": "state-good",
    "rejected": "state-bad",
    "cancelled": "",
    "reactivated": "state-warn",
    "approved": "state-go",
    "submitted": "state-go",
}
_sees = permission_required(VIEW_CASE, raise_exception=True)
_proposes = permission_required(queries.PROPOSE, raise_exception=True)


@dataclass(frozen=True)
class Step:
    """How a step looks on the case page: its form, its button, and what is said afterwards."""

    form: type
    title: str
    button: str
    done: str
    danger: bool = False
    icon: str = "check"
    said: tuple[str, ...] = field(default=("note",))


STEPS = {
    "propose": Step(
        forms.NoteForm,
        gettext_lazy("Propose this family"),
        gettext_lazy("Propose"),
        gettext_lazy("The family is proposed."),
    ),
    "visit": Step(
        forms.VisitChoiceForm,
        gettext_lazy("Note the visit"),
        gettext_lazy("Note the visit"),
        gettext_lazy("The visit stands with the case."),
        said=("visit", "note"),
    ),
    "verify": Step(
        forms.NoteForm,
        gettext_lazy("Verify"),
        gettext_lazy("What the case says is true"),
        gettext_lazy("The case is verified."),
    ),
    "approve": Step(
        forms.NoteForm,
        gettext_lazy("Approve"),
        gettext_lazy("Approve"),
        gettext_lazy("The case is approved."),
    ),
    "submit": Step(
        forms.SubmitForm,
        gettext_lazy("Submit to the ministry"),
        gettext_lazy("Entered in SIKS-NG"),
        gettext_lazy("The case is submitted. The next Final Closing confirms it."),
        icon="send",
        said=("number", "note"),
    ),
    "confirm": Step(
        forms.ConfirmForm,
        gettext_lazy("Confirm by a decree"),
        gettext_lazy("Confirm"),
        gettext_lazy("The exit is confirmed and counted."),
        said=("on", "document_number", "correction_reason", "note"),
    ),
    "reactivate": Step(
        forms.ReactivateForm,
        gettext_lazy("The family came back"),
        gettext_lazy("Active again"),
        gettext_lazy("The family is in the programme again. Its exit stays counted."),
        icon="arrow-back-up",
        danger=True,
        said=("on", "reason"),
    ),
    "reject": Step(
        forms.ReasonForm,
        gettext_lazy("Reject"),
        gettext_lazy("Reject"),
        gettext_lazy("The case is rejected."),
        icon="x",
        danger=True,
        said=("reason",),
    ),
    "cancel": Step(
        forms.ReasonForm,
        gettext_lazy("Give the case up"),
        gettext_lazy("Give up"),
        gettext_lazy("The case is given up."),
        icon="ban",
        danger=True,
        said=("reason",),
    ),
}
_TURNING = ("reject", "cancel", "reactivate")


@_sees
def board(request):
    """Where every case stands, and what waits for me."""
    now = timezone.now()
    chosen = chosen_of(request)
    columns = queries.board(request.user, chosen, now)
    shown = request.GET.get("kolom", "")
    if shown not in {column.state for column in columns}:
        shown = next((column.state for column in columns if column.count), columns[0].state)
    return render(
        request,
        "graduation/board.html",
        filters_of(request, chosen)
        | {
            "columns": columns,
            "shown": shown,
            "total": sum(column.count for column in columns),
            "query": _query(chosen),
        },
    )


@_sees
def listing(request):
    """All cases of a state or of a choice, who was moved last comes first."""
    now = timezone.now()
    chosen = chosen_of(request)
    cases = queries.flagged(
        chosen.of(GraduationCase.objects.visible_to(request.user), request.user).for_listing()
    )
    page = page_of(cases, ("moved_at", "pk"), request.GET, newest_first=True)
    list(queries.dated(page.rows, now))
    for case in page.rows:
        case.sign = SIGNS.get(case.state, "")
    return render(
        request,
        "graduation/case_list.html",
        filters_of(request, chosen)
        | {
            "page": page,
            "may_export": request.user.has_perm(queries.EXPORT),
            "query": request.GET.urlencode(),
            "states": [*State.choices, ("closed", _("all closed"))],
            "breadcrumb": [_crumb()],
        },
    )


def chosen_of(request) -> queries.Chosen:
    """From the address; what makes no sense chooses nothing."""
    query = request.GET
    state = query.get("keadaan", "")
    facilitator = query.get("pendamping", "")
    may_choose = request.user.has_perm("facilitators.view_caseloadassignment")
    return queries.Chosen(
        area=query.get("wilayah", "")[:13].replace("\x00", ""),
        type=query.get("jenis", "")[:30].replace("\x00", ""),
        facilitator=int(facilitator)
        if may_choose
        and facilitator.isascii()
        and facilitator.isdigit()
        and int(facilitator) <= LARGEST_ID
        else None,
        waiting=query.get("menunggu") == "1",
        state=state if state in State.values or state == "closed" else "",
    )


def filters_of(request, chosen):
    return {
        "chosen": chosen,
        "types": queries.graduation_types(),
        "territory": kecamatan_and_villages(area_codes(request.user, VIEW_CASE)),
        "facilitators": queries.facilitators_of(request.user),
        "acts": any(request.user.has_perm(right) for right in queries.RIGHTS.values()),
    }


def _query(chosen):
    """The filters of the board again, for the list of one of its columns."""
    values = {
        "wilayah": chosen.area,
        "jenis": chosen.type,
        "pendamping": chosen.facilitator,
        "menunggu": "1" if chosen.waiting else "",
    }
    return urlencode({key: value for key, value in values.items() if value})


@_sees
def case(request, pk):
    """One case: who, why, what is missing, every step, and what this person may do now."""
    return _page(request, _case(request, pk))


def _case(request, pk):
    visible = queries.with_rights(GraduationCase.objects.visible_to(request.user), request.user)
    return get_object_or_404(
        visible.select_related(
            "type",
            "reason",
            "household__desa__parent",
            "household__caretaker",
            "visit__recorded_by",
            "opened_in",
        ),
        pk=pk,
    )


def _page(request, found, bound=None, status=200):
    """`bound`: (step, form) that could not be saved, shown again with what was typed."""
    user = request.user
    flags = list(
        CaseFlag.objects.visible_to(user)
        .filter(household=found.household_id)
        .filter(_about(found))
        .select_related("settled_by")
    )
    flags_open = any(flag.case_id and flag.settled_at is None for flag in flags)
    missing = services.missing_for_approval(found) if found.is_open else []
    waiting = {"missing": missing, "flags_open": flags_open}
    steps = queries.steps_for(found, user, **waiting)
    left = (
        Exit.objects.visible_to(user)
        .filter(case=found)
        .select_related("recorded_by", "type")
        .first()
    )
    if left is None or left.withdrawn_at or left.reentered_on:
        steps = [step for step in steps if step != "reactivate"]
    visits = list(queries.visits_to_choose(found, user)) if "visit" in steps else []
    shown = []
    for step in steps:
        if step == "statement" or (step == "visit" and not visits):
            continue
        form = (
            bound[1]
            if bound and bound[0] == step
            else STEPS[step].form(case=found, visits=visits, auto_id=f"{step}_%s")
        )
        if step == "confirm" and not queries.may_correct(user, found.household.desa_id):
            form.fields.pop("correction_reason", None)
        shown.append(
            {
                "name": step,
                "form": form,
                "is": STEPS[step],
                "url": reverse(f"graduation:{step}_case", args=[found.pk]),
                "open": bound is not None and bound[0] == step,
            }
        )
    newest = found.assessments.select_related("questionnaire", "by").first()
    return render(
        request,
        "graduation/case.html",
        {
            "case": found,
            "sign": SIGNS.get(found.state, ""),
            "household": found.household,
            "name": _name(found.household),
            "missing": missing,
            "components_left": queries.components_left(found, user),
            "waits_for": queries.waits_for(found, user, **waiting),
            "needs_visit_first": "visit" in steps and not visits,
            "forward": [step for step in shown if step["name"] not in _TURNING],
            "turning": [step for step in shown if step["name"] in _TURNING],
            "steps": found.steps.select_related("by"),
            "flags": flags,
            "may_settle": found.may_verify,
            "settle_form": forms.SettleForm(auto_id="settle_%s"),
            "statement_form": (bound[1] if bound and bound[0] == "statement" else None)
            or (forms.StatementForm(auto_id="statement_%s") if "statement" in steps else None),
            "documents": documents_of(found, user=user)[:MOST_DOCUMENTS],
            "assessment": newest,
            "may_assess": found.is_open and found.may_propose,
            "exit": left,
            "may_move_exit": left is not None
            and left.withdrawn_at is None
            and left.reentered_on is None
            and found.may_exit,
            "breadcrumb": [_crumb()],
        },
        status=status,
    )


def _about(found):
    return Q(case=found) | Q(exit__case=found)


def step(name):
    """The view that takes one step of a case, for whoever may; from its own form only."""
    permissions = [queries.RIGHTS[right] for right in queries.STEPS[name]]

    @require_POST
    def take(request, pk):
        if not any(request.user.has_perm(permission) for permission in permissions):
            raise PermissionDenied
        found = _case(request, pk)
        visits = list(queries.visits_to_choose(found, request.user)) if name == "visit" else []
        form = STEPS[name].form(request.POST, case=found, visits=visits, auto_id=f"{name}_%s")
        if not form.is_valid():
            return _page(request, found, (name, form), 422)
        said = {key: form.cleaned_data[key] for key in STEPS[name].said}
        try:
            take_step(
                name=name,
                case=found,
                said=said,
                version=form.cleaned_data["version"],
                by=request.user,
                at=timezone.now(),
            )
        except Refused as reason:
            return _refused(request, found, name, form, reason)
        messages.success(request, str(STEPS[name].done))
        return redirect(found)

    take.__name__ = f"{name}_case"
    return take


def _refused(request, found, name, form, reason):
    """Beside the field it is about, with what was typed; otherwise as a message on the case."""
    known = {key: text for key, text in reason.fields.items() if key in form.fields}
    if known and not isinstance(reason, ChangedMeanwhile):
        for key, text in known.items():
            form.add_error(key, str(reason) if str(text) == "?" else str(text))
        return _page(request, found, (name, form), 422)
    messages.error(request, str(reason))
    return redirect(found)


@require_POST
def attach(request, pk):
    """The scan of the statement the family signed."""
    if not any(request.user.has_perm(right) for right in (queries.PROPOSE, queries.SUBMIT)):
        raise PermissionDenied
    found = _case(request, pk)
    form = forms.StatementForm(request.POST, request.FILES, auto_id="statement_%s")
    if not form.is_valid():
        return _page(request, found, ("statement", form), 422)
    try:
        if not queries.may_take("statement", found):
            raise Refused("not_allowed", _("This step is not yours to take."))
        services.attach_statement(
            case=found,
            file=form.cleaned_data["file"],
            name=form.cleaned_data["file"].name,
            signed_on=form.cleaned_data["signed_on"],
            client_id=form.cleaned_data["client_id"],
            by=request.user,
            at=timezone.now(),
        )
    except Refused as reason:
        return _refused(request, found, "statement", form, reason)
    messages.success(request, _("The statement is stored with the case."))
    return redirect(found)


@require_POST
@permission_required(queries.VERIFY, raise_exception=True)
def settle(request, pk):
    """Somebody looked at what happened, and says what it was."""
    mine = CaseFlag.objects.visible_to(request.user).filter(
        families_in_scope(request.user, "household", queries.VERIFY)
    )
    flag = get_object_or_404(mine.select_related("case", "exit__case", "household"), pk=pk)
    form = forms.SettleForm(request.POST)
    try:
        services.settle_flag(
            flag=flag,
            note=form.cleaned_data["note"] if form.is_valid() else "",
            by=request.user,
            at=timezone.now(),
        )
    except Refused as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("The flag is settled."))
    return redirect(flag.case or (flag.exit and flag.exit.case) or flag.household)


@_proposes
def propose(request, pk):
    """A family of mine should leave, or may soon be ready to."""
    household = get_object_or_404(
        queries.proposable_by(request.user).select_related("desa__parent", "caretaker"), pk=pk
    )
    now = timezone.now()
    form = forms.CaseForm(request.POST or None, today=timezone.localdate(now))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            opened = services.open_case(
                id=said["id"],
                household=household,
                type=said["type"],
                reason=said["reason"],
                target_year=said["target_year"],
                note=said["note"],
                proposed=request.POST.get("langkah") != "potensi",
                by=request.user,
                at=now,
            )
        except Refused as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("The case is saved."))
            return redirect(opened)
    return render(
        request,
        "graduation/propose.html",
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


def _name(household):
    return household.caretaker.name if household.caretaker else _("No caretaker known")


def _crumb():
    return (_("Graduation"), reverse("graduation:board"))
