"""Ministry files: the list, one file with what is wrong in it, and what is done with it."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Count, Q
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.scope import holds_everywhere
from core.errors import Refused
from core.paging import page_of
from core.sheets.refusals import MESSAGES, message_of
from dtks import problems, services
from dtks.approval import doubts, nothing_to_load
from dtks.forms import ExportForm, ReasonForm
from dtks.inspection import shown_cells
from dtks.models import Difference, Export, RowKey, RowProblem, Snapshot, SourceRow
from facilitators.models import Outcome
from jobs.models import Job
from jobs.views import progress_context

_sees_files = permission_required("dtks.view_snapshot", raise_exception=True)
_SEVERITIES = ("reject", "warn", "note")
_SAID_BESIDE_THE_BUTTON = ("period_differs", "far_fewer_rows", "older_period")
_WAITED_FOR = timedelta(hours=1)  # an open page asks no longer whether an export is ready


@_sees_files
def listing(request):
    """Ministry files, the newest first."""
    visible = Snapshot.objects.visible_to(request.user).select_related("area", "uploaded_by")
    chosen = {
        "keadaan": request.GET.get("keadaan", ""),
        "sumber": request.GET.get("sumber", ""),
    }
    if chosen["keadaan"] in Snapshot.State.values:
        visible = visible.filter(state=chosen["keadaan"])
    if chosen["sumber"] in Snapshot.Source.values:
        visible = visible.filter(source=chosen["sumber"])
    return render(
        request,
        "dtks/snapshot_list.html",
        {
            "page": page_of(visible, ("pk",), request.GET, size=25, newest_first=True),
            "chosen": chosen,
            "states": Snapshot.State.choices,
            "sources": Snapshot.Source.choices,
            "may_upload": request.user.has_perm("dtks.add_snapshot"),
        },
    )


@never_cache
@_sees_files
def detail(request, pk):
    """One file: how far it is, what is wrong in it, what approving does, what comparing found."""
    snapshot = _visible(request, pk)
    return render(request, "dtks/snapshot_detail.html", detail_context(request, snapshot))


def detail_context(request, snapshot):
    user, area = request.user, snapshot.area_id
    permissions = user.get_all_permissions()
    job = Job.objects.about(snapshot).open().select_related("requested_by").first()
    own = snapshot.uploaded_by_id == user.pk
    staged = snapshot.state == Snapshot.State.STAGED
    sees_rows = "dtks.view_sourcerow" in permissions
    exports = _exports(user, snapshot)
    useless = nothing_to_load(snapshot) if staged else ""
    may_decide = (
        staged
        and not own
        and job is None
        and "dtks.approve_snapshot" in permissions
        and holds_everywhere(user, "dtks.approve_snapshot", area)
    )
    may_approve = may_decide and not useless
    beside = _SAID_BESIDE_THE_BUTTON if may_approve else ()
    context = {
        "snapshot": snapshot,
        "sees_rows": sees_rows,
        "groups": _problem_groups(snapshot, sees_rows),
        "refusal": _refusal(snapshot),
        "notes": _notes(snapshot, lambda code: code not in beside),
        "warnings": _notes(snapshot, lambda code: code in beside),
        "doubts": doubts(snapshot) if may_approve else [],
        "useless": useless,
        "preview": _figures(snapshot.load_preview if staged else snapshot.loaded)
        if snapshot.loads_register
        else None,
        "attendance": _attendance(snapshot),
        "own": own,
        "may_decide": may_decide,
        "may_approve": may_approve,
        "may_withdraw": snapshot.state in ("uploaded", "staging", "staged")
        and (own or "dtks.change_snapshot" in permissions),
        "may_reconcile": snapshot.is_reconcilable
        and snapshot.state in ("staged", "approved")
        and job is None
        and "dtks.reconcile_snapshot" in permissions,
        "may_export": "dtks.export_difference" in permissions,
        "export_formats": Export.Format.choices,
        "exports": exports,
        "exports_expected": any(export.is_expected for export in exports),
        "step": {"uploaded": 3, "staging": 3, "staged": 4}.get(snapshot.state),
        "breadcrumb": [(_("Ministry files"), reverse("dtks:snapshots"))],
    }
    if job is not None:
        context |= progress_context(job, user=user, at=timezone.now())
    if snapshot.reconciled_at:
        context["outcomes"] = _outcomes(user, snapshot, permissions)
    return context


def _visible(request, pk):
    visible = Snapshot.objects.visible_to(request.user).select_related(
        "area", "uploaded_by", "decided_by", "reconciled_by"
    )
    return get_object_or_404(visible, pk=pk)


def _notes(snapshot, wanted):
    return [problems.note_message(note) for note in snapshot.notes if wanted(note["code"])]


def _refusal(snapshot):
    """Why a file was refused, in words."""
    said = snapshot.refusal
    if said.get("reason"):
        return said["reason"]
    if said.get("code") in MESSAGES:
        return message_of(said["code"], said.get("params", {}))
    return ""


def _problem_groups(snapshot, sees_rows):
    """Kinds of problems by severity, the most frequent first, each with one example."""
    counts = {code: number for code, number in snapshot.problem_counts.items() if number}
    if not counts:
        return []
    examples = {}
    if sees_rows:
        first = (
            RowProblem.objects.filter(snapshot_id=snapshot.pk, code__in=counts)
            .order_by("code", "row_number")
            .distinct("code")
        )
        examples = {problem.code: problem for problem in first}
    kinds = []
    for code, number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        kind = problems.KINDS.get(code)
        if kind is None:
            continue
        example = examples.get(code)
        kinds.append(
            {
                "code": code,
                "title": problems.title(code),
                "advice": problems.advice(code),
                "number": number,
                "severity": kind.severity_in(snapshot.source),
                "example": _place_and_problem(example, snapshot) if example else "",
            }
        )
    return [
        {
            "severity": severity,
            "label": RowProblem.Severity(severity).label,
            "kinds": [kind for kind in kinds if kind["severity"] == severity],
        }
        for severity in _SEVERITIES
        if any(kind["severity"] == severity for kind in kinds)
    ]


def _place_and_problem(problem, snapshot):
    """Where and what, without the advice, which stands above the examples already."""
    where = problems.place(
        row=problem.row_number,
        sheet=snapshot.sheet,
        columns=snapshot.columns,
        index=problem.column_index,
    )
    return f"{where}: {problems.sentence(problem.code, problem.value, problem.params)}"


_LEFT_OUT = {
    "no_nik": gettext_lazy("no usable NIK"),
    "no_name": gettext_lazy("no name"),
    "same_row_twice": gettext_lazy("the same person twice"),
    "no_family_card": gettext_lazy("no family card number"),
    "village_unknown": gettext_lazy("village unknown"),
}


def _figures(result):
    """What a load does or did, for the page; nothing when it has not been tried."""
    if not result or "households_created" not in result:
        return None
    from beneficiaries.models import Component

    return result | {
        "component_list": [
            (component.label, result["components"][component.value])
            for component in Component
            if result.get("components", {}).get(component.value)
        ],
        "left_out_list": [
            (_LEFT_OUT.get(reason, reason), number)
            for reason, number in sorted((result.get("left_out") or {}).items())
        ],
    }


def _attendance(snapshot):
    """What approving a school's file does or did; None for other files."""
    result = snapshot.load_preview if snapshot.state == "staged" else snapshot.loaded
    if not snapshot.loads_checks or not result:
        return None
    if result.get("refused"):
        return {"refused": True}
    outcomes = result.get("outcomes", {})
    return result | {
        "outcome_list": [(one.label, outcomes.get(one.value, 0)) for one in Outcome],
        "left_out_list": [
            (problems.title(reason), number)
            for reason, number in sorted(result.get("left_out", {}).items())
        ],
    }


def _outcomes(user, snapshot, permissions):
    """Outcome, number, how many wait for a decision, and where its rows are."""
    if not permissions & {"dtks.view_difference", "dtks.view_difference_totals"}:
        return []
    counted = {
        outcome: (number, waiting)
        for outcome, number, waiting in Difference.objects.filter(snapshot_id=snapshot.pk)
        .values_list("outcome")
        .annotate(number=Count("id"), waiting=Count("id", filter=Q(decision_id__isnull=True)))
        .order_by()
    }
    opens = "dtks.view_difference" in permissions
    queue = reverse("dtks:queue")
    tiles = []
    for outcome in Difference.Outcome:
        number, waiting = counted.get(outcome.value, (0, 0))
        asks = outcome.value in Difference.QUESTIONS
        tiles.append(
            {
                "label": outcome.label,
                "number": number,
                "waiting": waiting if asks else 0,
                "asks": asks,
                "url": f"{queue}?berkas={snapshot.pk}&hasil={outcome.value}" if opens else "",
            }
        )
    return tiles


def _exports(user, snapshot):
    made = list(Export.objects.visible_to(user).filter(snapshot_id=snapshot.pk)[:5])
    now = timezone.now()
    for export in made:
        export.is_ready = export.ready_at is not None and export.expires_at > now
        export.is_expected = export.ready_at is None and export.requested_at > now - _WAITED_FOR
    return made


@_sees_files
@permission_required("dtks.view_sourcerow", raise_exception=True)
def rows(request, pk):
    """Rows of a file with what is wrong in them: all, with one problem, or from one row on."""
    snapshot = _visible(request, pk)
    code = request.GET.get("masalah", "")
    start = request.GET.get("baris", "")
    of_file = {"snapshot_id": snapshot.pk}
    if code in problems.KINDS:
        found = RowProblem.objects.visible_to(request.user).filter(**of_file, code=code)
        page = page_of(found, ("row_number", "id"), request.GET)
        numbers = list(dict.fromkeys(problem.row_number for problem in page))
    else:
        code = ""
        found = SourceRow.objects.visible_to(request.user).filter(**of_file)
        if start.isdecimal() and len(start) < 9:
            found = found.filter(row_number__gte=int(start))
        page = page_of(found, ("row_number",), request.GET)
        numbers = [row.row_number for row in page]
    return render(
        request,
        "dtks/rows.html",
        {
            "snapshot": snapshot,
            "page": page,
            "lines": _lines(snapshot, numbers, briefly=bool(code)),
            "code": code,
            "code_title": problems.title(code) if code else "",
            "code_advice": problems.advice(code) if code else "",
            "kinds": [
                (kind["code"], kind["title"], kind["number"])
                for group in _problem_groups(snapshot, False)
                for kind in group["kinds"]
            ],
            "start": start,
            "breadcrumb": [
                (_("Ministry files"), reverse("dtks:snapshots")),
                (str(snapshot), snapshot.get_absolute_url()),
            ],
        },
    )


def _lines(snapshot, numbers, briefly):
    """Rows ready to be shown: cells masked, cleaned name and date, problems in words."""
    of_rows = {"snapshot_id": snapshot.pk, "row_number__in": numbers}
    cells = {row.row_number: row.cells for row in SourceRow.objects.filter(**of_rows)}
    cleaned = RowKey.objects.filter(**of_rows).select_related("village")
    keys = {key.row_number: key for key in cleaned}
    said, words = {}, _place_and_problem if briefly else problems.message
    for problem in RowProblem.objects.filter(**of_rows).order_by("row_number", "id"):
        if problem.code in problems.KINDS:
            said.setdefault(problem.row_number, []).append(
                {
                    "severity": problem.severity,
                    "label": problem.get_severity_display(),
                    "words": words(problem, snapshot),
                }
            )
    return [
        {
            "number": number,
            "key": keys.get(number),
            "cells": list(
                zip(
                    snapshot.columns,
                    shown_cells(cells[number], snapshot.mapping),
                    strict=False,
                )
            ),
            "problems": said.get(number, []),
        }
        for number in numbers
        if number in cells
    ]


def _act(request, pk, act, done):
    """Run one service on a file and say what came of it."""
    snapshot = _visible(request, pk)
    try:
        act(snapshot)
    except Refused as reason:
        messages.error(request, str(reason))
    else:
        if done:
            messages.success(request, done)
    return redirect(snapshot)


@require_POST
@permission_required("dtks.approve_snapshot", raise_exception=True)
def approve(request, pk):
    """A likely wrong file is approved only by somebody who says that the figures were seen."""

    def act(snapshot):
        if not request.POST.get("yakin") and (said := doubts(snapshot)):
            raise Refused(
                "not_confirmed",
                " ".join(said) + " " + _("Confirm that this is right before you approve."),
            )
        services.begin_approval(snapshot=snapshot, by=request.user, at=timezone.now())

    return _act(request, pk, act, "")


@require_POST
@permission_required("dtks.approve_snapshot", raise_exception=True)
def reject(request, pk):
    def act(snapshot):
        services.reject_snapshot(
            snapshot=snapshot, by=request.user, at=timezone.now(), reason=_reason(request)
        )

    return _act(request, pk, act, _("The file was not approved. Its sender reads your reason."))


@require_POST
@permission_required("dtks.add_snapshot", raise_exception=True)
def withdraw(request, pk):
    def act(snapshot):
        services.withdraw_snapshot(
            snapshot=snapshot, by=request.user, at=timezone.now(), reason=_reason(request)
        )

    return _act(request, pk, act, _("The file was withdrawn. Its rows are gone."))


@require_POST
@permission_required("dtks.reconcile_snapshot", raise_exception=True)
def reconcile(request, pk):
    def act(snapshot):
        services.request_reconciliation(snapshot=snapshot, by=request.user, at=timezone.now())

    return _act(request, pk, act, "")


def _reason(request):
    form = ReasonForm(request.POST)
    return form.cleaned_data["alasan"] if form.is_valid() else ""


@require_POST
@permission_required("dtks.export_difference", raise_exception=True)
def export(request, pk):
    form = ExportForm(request.POST)

    def act(snapshot):
        if not form.is_valid():
            raise Refused("reason_needed", _("Say what the data is needed for."))
        services.request_export(
            snapshot=snapshot,
            kind=form.cleaned_data["jenis"],
            file_format=form.cleaned_data["bentuk"],
            outcome=form.cleaned_data["hasil"],
            reason=form.cleaned_data["alasan"],
            by=request.user,
            at=timezone.now(),
        )

    return _act(request, pk, act, _("The file is being made. It stands below when it is ready."))


@never_cache
@require_POST
@permission_required("dtks.export_difference", raise_exception=True)
def download(request, pk):
    """Every fetch is audited, and rights are asked again."""
    export = get_object_or_404(Export.objects.visible_to(request.user), pk=pk)
    try:
        path = services.open_export(export=export, by=request.user, at=timezone.now())
    except Refused as reason:
        messages.error(request, str(reason))
        return redirect("dtks:snapshot", pk=export.snapshot_id)
    return FileResponse(path.open("rb"), as_attachment=True, filename=export.file_name)
