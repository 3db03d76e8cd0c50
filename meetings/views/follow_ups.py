"""Follow-ups: the list, one of them with its history, and each step of it."""

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from beneficiaries.services import ChangedMeanwhile
from core.errors import Refused
from core.paging import LARGEST_ID
from documents.queries import documents_of
from meetings import services
from meetings.forms import follow_ups as forms
from meetings.models import EscalationRule, FollowUp, FollowUpEntry, Meeting
from meetings.models.querysets import VIEW_MEETING
from meetings.queries import follow_ups as queries
from meetings.queries.meetings import areas_of
from meetings.views.guards import sees_meetings

MOST_DOCUMENTS = 24
ON_THE_LIST = ("unfinished", "overdue", "open", "in_progress", "done", "cancelled", "agreed")


@dataclass(frozen=True)
class Step:
    """How a step looks on the page: its form, its button, and what is said afterwards."""

    form: type
    service: object
    title: str
    button: str
    done: str
    keepers_only: bool = False
    when_closed: bool = False
    icon: str = "check"
    danger: bool = False


STEPS = {
    "progress": Step(
        forms.ProgressForm,
        services.tell_progress,
        gettext_lazy("Tell the progress"),
        gettext_lazy("Save the progress"),
        gettext_lazy("The progress is saved."),
        icon="note",
    ),
    "evidence": Step(
        forms.EvidenceForm,
        services.add_evidence,
        gettext_lazy("Add evidence"),
        gettext_lazy("Store the evidence"),
        gettext_lazy("The evidence is stored with the follow-up."),
        icon="upload",
    ),
    "close": Step(
        forms.CloseForm,
        services.close_follow_up,
        gettext_lazy("It is done"),
        gettext_lazy("Close as done"),
        gettext_lazy("The follow-up is closed as done."),
    ),
    "postpone": Step(
        forms.PostponeForm,
        services.postpone_follow_up,
        gettext_lazy("Postpone"),
        gettext_lazy("Postpone"),
        gettext_lazy("The due date is postponed."),
        keepers_only=True,
        icon="clock",
    ),
    "drop": Step(
        forms.DropForm,
        services.drop_follow_up,
        gettext_lazy("Drop"),
        gettext_lazy("Drop the follow-up"),
        gettext_lazy("The follow-up is dropped."),
        keepers_only=True,
        icon="ban",
        danger=True,
    ),
    "reopen": Step(
        forms.ReopenForm,
        services.reopen_follow_up,
        gettext_lazy("Open it again"),
        gettext_lazy("Open it again"),
        gettext_lazy("The follow-up is open again."),
        keepers_only=True,
        when_closed=True,
        icon="arrow-back-up",
    ),
}


@sees_meetings
def follow_ups(request):
    """What was promised and is not done yet, one's own first."""
    user, today = request.user, timezone.localdate()
    chosen = chosen_of(request)
    offered = queries.offered_to(user)
    page = queries.page_of_follow_ups(user, chosen, request.GET, today)
    standings = [
        (name, queries.STANDINGS[name])
        for name in queries.STANDINGS
        if name in ON_THE_LIST or name == chosen.standing
    ]
    return render(
        request,
        "meetings/follow_ups.html",
        {
            "page": page,
            "chosen": chosen,
            "counts": queries.counts_for(user, today),
            "standings": standings,
            "offered": offered,
            "areas": areas_of(user, VIEW_MEETING),
            "is_staff": user.has_perm(VIEW_MEETING),
        },
    )


def chosen_of(request) -> queries.Chosen:
    """From the address; what makes no sense chooses nothing."""
    query = request.GET
    asked = query.get("status", "")
    quarter = query.get("triwulan", "")
    return queries.Chosen(
        standing=asked if asked in queries.STANDINGS else "unfinished",
        mine=query.get("punya") == "saya",
        institution=_number(query.get("instansi", "")),
        meeting=_key(query.get("rapat", "")),
        area=query.get("wilayah", "")[:13].replace("\x00", ""),
        year=_number(query.get("tahun", "")[:4]),
        quarter=int(quarter) if quarter in {"1", "2", "3", "4"} else None,
    )


def _number(text: str) -> int | None:
    fine = text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if fine and int(text) <= LARGEST_ID else None


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@sees_meetings
def follow_up(request, pk):
    """One promise: what, who, until when, what happened since, and what this person may do."""
    return _page(request, _seen(request, pk))


def _seen(request, pk) -> FollowUp:
    return get_object_or_404(
        FollowUp.objects.visible_to(request.user).select_related(
            "institution",
            "owner",
            "closed_by",
            "facility__area",
            "decision__issue__meeting__area",
        ),
        pk=pk,
    )


def _page(request, found, bound=None, status=200):
    """`bound`: (step, form) that could not be saved, shown again with what was typed."""
    user, today = request.user, timezone.localdate()
    meeting = found.decision.issue.meeting
    rights = queries.rights_on(found, user)
    shown = [
        {
            "name": name,
            "form": bound[1]
            if bound and bound[0] == name
            else step.form(follow_up=found, auto_id=f"{name}_%s"),
            "is": step,
            "url": reverse(f"meetings:{name}_follow_up", args=[found.pk]),
            "open": bound is not None and bound[0] == name,
        }
        for name, step in STEPS.items()
        if may_take(step, found, rights)
    ]
    return render(
        request,
        "meetings/follow_up.html",
        {
            "follow_up": found,
            "meeting": meeting,
            "meeting_seen": Meeting.objects.visible_to(user).filter(pk=meeting.pk).exists(),
            "concern": queries.concern_of(found, user),
            "days_late": (today - found.due_on).days if found.is_open else 0,
            "age": found.age_in_days(today),
            "waits_for_evidence": found.is_open
            and found.needs_evidence
            and found.evidence_id is None,
            "forward": [step for step in shown if not step["is"].keepers_only],
            "turning": [step for step in shown if step["is"].keepers_only],
            "history": [
                (entry, _words_of(entry))
                for entry in found.entries.select_related("by", "document").order_by("at", "pk")
            ],
            "documents": documents_of(found, user=user)[:MOST_DOCUMENTS],
            "breadcrumb": [(_("Follow-ups"), reverse("meetings:follow_ups"))],
        },
        status=status,
    )


def may_take(step: Step, found: FollowUp, rights) -> bool:
    holds = rights.keeps if step.keepers_only else rights.tells
    return holds and found.is_open != step.when_closed


def _words_of(entry: FollowUpEntry) -> str:
    """The text of an entry; to whom it was escalated stands there as a word for programs."""
    if entry.kind == FollowUpEntry.Kind.ESCALATED and entry.text in EscalationRule.To.values:
        return _("told to: %(whom)s") % {"whom": EscalationRule.To(entry.text).label}
    return entry.text


def step(name):
    """The view that takes one step of a follow-up, for whoever may; from its own form only."""
    kind = STEPS[name]

    @require_POST
    @sees_meetings
    def take(request, pk):
        found = _seen(request, pk)
        rights = queries.rights_on(found, request.user)
        if not (rights.keeps if kind.keepers_only else rights.tells):
            raise Http404
        form = kind.form(request.POST, request.FILES, follow_up=found, auto_id=f"{name}_%s")
        if not form.is_valid():
            return _shown_again(request, found, name, form)
        said = dict(form.cleaned_data)
        if "file" in said:
            said["name"] = said["file"].name
        try:
            kind.service(follow_up=found, **said, by=request.user, at=timezone.now())
        except Refused as refusal:
            return _refused(request, found, name, form, refusal)
        messages.success(request, str(kind.done))
        return redirect(found)

    take.__name__ = f"{name}_follow_up"
    return take


def _refused(request, found, name, form, refusal):
    """Beside the field it is about, with what was typed. After somebody else's change the form
    carries the version of now: whoever has read what changed may press again."""
    found = _seen(request, found.pk)
    if isinstance(refusal, ChangedMeanwhile):
        form.data = form.data.copy()
        form.data["version"] = found.version
    known = {key: text for key, text in refusal.fields.items() if key in form.fields}
    for key, text in known.items():
        form.add_error(key, str(text))
    if not known:
        form.add_error(None, str(refusal))
    return _shown_again(request, found, name, form)


def _shown_again(request, found, name, form):
    if not may_take(STEPS[name], found, queries.rights_on(found, request.user)):
        # Closed or opened meanwhile: the form is gone, so its refusal stands above the page.
        for text in form.non_field_errors():
            messages.error(request, text)
        return _page(request, found, status=422)
    return _page(request, found, (name, form), 422)
