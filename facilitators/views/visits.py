"""Visits at the desk: writing one down, reading it, and deciding what it proposes."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from beneficiaries.services import ChangedMeanwhile
from core.errors import Refused
from core.paging import page_of
from documents.models import Document
from documents.queries import documents_of
from facilitators import services
from facilitators.forms.visits import VisitForm, VisitWordsForm
from facilitators.models import ChangeProposal, Purpose, Visit, VisitCheck
from facilitators.queries import history, today
from facilitators.queries import visits as queries
from facilitators.services.visits import EDITABLE, MOST_PHOTOS, editable_by

LARGEST_VERSION = 2**31 - 1
_sees = permission_required("facilitators.view_visit", raise_exception=True)
_visits = permission_required("facilitators.add_visit", raise_exception=True)
_decides = permission_required("facilitators.decide_changeproposal", raise_exception=True)


@_visits
def record(request, pk):
    """A visit to one of today's own families, and no other."""
    now = timezone.now()
    own = queries.own_family(request.user, pk, timezone.localdate(now))
    if own is None:
        raise Http404
    facilitator, family = own
    form = VisitForm(
        request.POST or None,
        request.FILES or None,
        family=family,
        now=now,
        answers=request.GET.get("pertanyaan", ""),
    )
    if request.method == "POST" and form.is_valid():
        try:
            visit = _recorded(request, form, facilitator, family, now)
        except Refused as reason:
            known = {name: text for name, text in reason.fields.items() if name in form.fields}
            for name, text in known.items():
                form.add_error(name, str(text))
            if not known:
                form.add_error(None, str(reason))
        else:
            messages.success(request, _("Visit saved."))
            return redirect("facilitators:visit", visit.pk)
    return render(
        request,
        "facilitators/record_visit.html",
        {
            "form": form,
            "household": family,
            "breadcrumb": _way(family),
        },
        status=422 if request.method == "POST" else 200,
    )


@transaction.atomic
def _recorded(request, form, facilitator, family, now):
    """The visit and its photo, or neither: somebody at a desk can press the button again."""
    found = form.cleaned_data
    visit = services.record_visit(
        id=found["id"],
        facilitator=facilitator,
        household=family,
        purpose=found["purpose"],
        device_at=found["device_at"],
        people_met=found["people_met"],
        note=found["note"].replace("\r\n", "\n"),
        next_step=found["next_step"],
        next_on=found["next_on"],
        proposals=form.proposals(),
        request=getattr(found.get("request"), "pk", None),
        by=request.user,
        at=now,
    )
    if found["photo"] and visit.is_new:
        services.add_photo(
            visit=visit, file=found["photo"], name=found["photo"].name, by=request.user, at=now
        )
    return visit


@_sees
def visit(request, pk):
    """One visit: what was seen, with photos, and what became of its proposals."""
    found = get_object_or_404(
        Visit.objects.visible_to(request.user)
        .for_listing()
        .select_related("household__caretaker", "recorded_by", "request__asked_by"),
        pk=pk,
    )
    documents = list(documents_of(found, user=request.user)[: MOST_PHOTOS + 1])
    return render(
        request,
        "facilitators/visit.html",
        {
            "visit": found,
            "proposals": found.proposals.select_related("member", "decided_by"),
            "documents": documents,
            "signed": any(one.kind == Document.Kind.SIGNATURE for one in documents),
            "signature_id": uuid.uuid4(),
            "may_decide": request.user.has_perm("facilitators.decide_changeproposal"),
            "marks": found.marks.all(),
            "checks": found.checks.select_related("by"),
            "changes": history.changes_of(found),
            "may_change": request.user.has_perm("facilitators.add_visit")
            and editable_by(found, by=request.user, at=timezone.now()),
            "may_check": request.user.has_perm("facilitators.check_visit")
            and found.recorded_by_id != request.user.pk,
            "results": VisitCheck.Result.choices,
            "breadcrumb": _way(found.household),
        },
    )


@require_POST
@_visits
def sign(request, pk):
    """The signature of whoever was met, drawn on the page or chosen as a picture."""
    own = Visit.objects.visible_to(request.user).filter(recorded_by=request.user)
    found = get_object_or_404(own, pk=pk)
    file = request.FILES.get("tanda_tangan")
    try:
        if file is None:
            raise Refused("empty", _("Draw the signature, or choose a picture of it."))
        services.add_signature(
            visit=found,
            file=file,
            name=file.name,
            client_id=_uuid(request.POST.get("nomor", "")),
            by=request.user,
            at=timezone.now(),
        )
    except Refused as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Signature saved."))
    return redirect("facilitators:visit", found.pk)


@_visits
def change(request, pk):
    """The author mends his words; the earlier ones are kept."""
    own = Visit.objects.visible_to(request.user).filter(recorded_by=request.user)
    found = get_object_or_404(own.for_listing().select_related("household__caretaker"), pk=pk)
    words = {name: getattr(found, name) for name in EDITABLE}
    form = VisitWordsForm(request.POST or None, initial={"version": found.version} | words)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        version, reason = values.pop("version"), values.pop("reason")
        values["note"] = values["note"].replace("\r\n", "\n")
        try:
            services.change_visit(
                visit=found,
                values=values,
                version=version,
                reason=reason,
                by=request.user,
                at=timezone.now(),
            )
        except Refused as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("Visit changed."))
            return redirect("facilitators:visit", found.pk)
    return render(
        request,
        "facilitators/change_visit.html",
        {
            "form": form,
            "visit": found,
            "breadcrumb": [*_way(found.household), (str(found), found.get_absolute_url())],
        },
        status=422 if request.method == "POST" else 200,
    )


# What the address says, and the reason it means.
_REASONS = {"pertanyaan": today.ASKED, "absen": today.ABSENT, "terlambat": today.OVERDUE}


@_sees
def overdue(request):
    """Families to be visited: asked for, missed at a session, or not visited for as many days
    as the rule of today says."""
    day = timezone.localdate()
    rules = queries.rules_on(day)
    purpose = request.GET.get("tujuan", "")
    said = "terlambat" if purpose in rules and purpose else request.GET.get("alasan", "")
    reason = _REASONS.get(said, "")
    if purpose not in rules:
        purpose = ""
    page = page_of(
        today.due(request.user, day, reason, purpose).select_related("desa__parent", "caretaker"),
        today.ORDER,
        request.GET,
    )
    requests = today.open_requests(page.rows, request.user)
    holders = (
        today.responsible(page.rows, day)
        if request.user.has_perm("facilitators.view_caseloadassignment")
        else None
    )
    for family in page.rows:
        family.requests = requests.get(family.pk, [])
        family.holder = holders.get(family.pk) if holders else None
    labels = dict(Purpose.choices) | {"": _("any visit")}
    return render(
        request,
        "facilitators/overdue.html",
        {
            "page": page,
            "counts": today.counts(request.user, day, purpose),
            "reason": reason,
            "purpose": purpose,
            "days": rules.get(purpose),
            "rules": [(key, labels[key], days) for key, days in rules.items()],
            "with_holder": holders is not None,
        },
    )


@_decides
def proposals(request):
    """What visits proposed and nobody has decided yet, the oldest first."""
    page = page_of(queries.open_proposals(request.user), ("pk",), request.GET)
    for proposal in page.rows:
        now = proposal.member_version if proposal.member_id else proposal.now_version
        proposal.stale = proposal.conflict or now != proposal.version
    return render(request, "facilitators/proposals.html", {"page": page})


@_decides
def proposal(request, pk):
    """Both sides beside each other; accepting one writes the register."""
    found = get_object_or_404(
        ChangeProposal.objects.decidable_by(request.user).select_related(
            "visit__household__caretaker",
            "visit__household__desa__parent",
            "member",
            "proposed_by",
            "decided_by",
        ),
        pk=pk,
    )
    problem, status = "", 200
    if request.method == "POST":
        try:
            services.decide_proposal(
                proposal=found,
                verdict=request.POST.get("keputusan", ""),
                version=_number(request.POST.get("versi", "")),
                reason=request.POST.get("alasan", "")[:300].replace("\x00", ""),
                by=request.user,
                at=timezone.now(),
                on=timezone.localdate(),
            )
        except Refused as reason:
            problem = str(reason)
            status = 409 if isinstance(reason, ChangedMeanwhile) else 422
        else:
            messages.success(request, _("Decision saved."))
            return redirect("facilitators:proposals")
    record = queries.record_of(found)
    return render(
        request,
        "facilitators/proposal.html",
        {
            "proposal": found,
            "household": found.visit.household,
            "record": record,
            "rows": queries.side_by_side(found),
            "stale": found.state == "open" and record.version != found.version,
            "own": found.proposed_by_id == request.user.pk,
            "problem": problem,
            "reason": request.POST.get("alasan", "")[:300],
            "breadcrumb": [(_("Proposed changes"), reverse("facilitators:proposals"))],
        },
        status=status,
    )


def _uuid(text):
    """The number the form was shown with, so that a second press is the same signature."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _number(text):
    """The version a form carried; 0, which no record has, for anything else."""
    return min(int(text), LARGEST_VERSION) if text.isascii() and text.isdigit() else 0


def _way(family):
    return [
        (_("Families"), reverse("dashboard:households")),
        (family.caretaker.name if family.caretaker else str(family), family.get_absolute_url()),
    ]
