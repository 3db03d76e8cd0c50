"""The minutes: problem, decision, follow-up; read, written, opened again."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from areas.models.querysets import below
from core.errors import Refused
from meetings import services
from meetings.forms.minutes import DecisionForm, FollowUpForm, IssueForm
from meetings.forms.planning import ReasonForm
from meetings.models import Decision, Facility, FollowUp, Issue, Meeting
from meetings.queries import meetings as queries
from meetings.queries.minutes import issues_of, shown_to
from meetings.services.moves import open_revision_of
from meetings.views.guards import keeps, publishes, sees_meetings
from meetings.views.planning import crumbs, done_or_told, kept, rights_on, seen


def may_write(meeting: Meeting) -> bool:
    if meeting.state in (Meeting.State.DRAFT, Meeting.State.CANCELLED):
        return False
    return not meeting.is_published or open_revision_of(meeting) is not None


@sees_meetings
def minutes(request, pk):
    """As they are written now, to those who write and publish them; everybody else reads the last
    published version, and before that nothing: what it says may still be wrong."""
    record = seen(request, pk)
    rights = rights_on(record, request.user)
    sees_drafts = rights["may_change"] or rights["may_publish"]
    if not sees_drafts and (not record.is_published or open_revision_of(record)):
        return _last_version(record)
    if not rights["is_staff"]:
        return _last_version(record)
    writes = rights["may_change"] and may_write(record)
    return render(
        request,
        "meetings/minutes.html",
        {
            "meeting": record,
            **rights,
            "writes": writes,
            "issues": issues_of(record, request.user),
            "versions": record.minutes_versions.select_related("published_by"),
            "revision": open_revision_of(record),
            "reason_form": ReasonForm(),
            "breadcrumb": crumbs(record),
        },
    )


def _last_version(record):
    last = record.minutes_versions.first()
    if last is None:
        raise Http404
    return redirect("meetings:minutes_version", record.pk, last.number)


@sees_meetings
def minutes_version(request, pk, number):
    """A version as it was published."""
    record = seen(request, pk)
    version = get_object_or_404(
        record.minutes_versions.select_related("published_by"), number=number
    )
    return render(
        request,
        "meetings/minutes_version.html",
        {
            "meeting": record,
            "version": version,
            "content": shown_to(version.content, meeting=record, user=request.user),
            "breadcrumb": crumbs(record),
        },
    )


def _write(request, meeting, form, act, *, title, saved=None):
    """Show the form, or do what it says and go back to the minutes."""
    back = reverse("meetings:minutes", args=[meeting.pk])
    if request.method == "POST" and form.is_valid():
        try:
            act(form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            if saved:
                messages.success(request, saved)
            return redirect(back)
    return render(
        request,
        "meetings/form.html",
        {
            "form": form,
            "title": title,
            "back": back,
            "breadcrumb": [*crumbs(meeting), (pgettext("meeting", "Minutes"), back)],
        },
        status=422 if request.method == "POST" else 200,
    )


def _institutions(request, meeting):
    return queries.institutions_near(meeting.area_id, request.user)


@keeps
def add_issue(request, pk):
    record = kept(request, pk)
    form = IssueForm(request.POST or None, institutions=_institutions(request, record))
    return _write(
        request,
        record,
        form,
        lambda said: services.add_issue(
            meeting=record, **said.cleaned_data, by=request.user, at=timezone.now()
        ),
        title=_("Add a problem"),
    )


def _issue(request, pk) -> Issue:
    found = get_object_or_404(Issue.objects.visible_to(request.user), pk=pk)
    found.meeting = kept(request, found.meeting_id)
    return found


@keeps
def change_issue(request, pk):
    issue = _issue(request, pk)
    form = IssueForm(
        request.POST or None,
        institutions=_institutions(request, issue.meeting),
        initial={
            name: getattr(issue, name) for name in ("category", "title", "raised_by", "discussion")
        },
    )
    return _write(
        request,
        issue.meeting,
        form,
        lambda said: services.change_issue(
            issue=issue, values=said.cleaned_data, by=request.user, at=timezone.now()
        ),
        title=_("Change the problem"),
    )


@require_POST
@keeps
def remove_issue(request, pk):
    issue = _issue(request, pk)
    return _try(
        request,
        issue.meeting,
        lambda: services.remove_issue(issue=issue, by=request.user, at=timezone.now()),
    )


def _try(request, meeting, act):
    return done_or_told(request, act, "meetings:minutes", meeting.pk)


@keeps
def add_decision(request, pk):
    issue = _issue(request, pk)
    return _write(
        request,
        issue.meeting,
        DecisionForm(request.POST or None),
        lambda said: services.add_decision(
            issue=issue, **said.cleaned_data, by=request.user, at=timezone.now()
        ),
        title=_("Add a decision about: %(issue)s") % {"issue": issue.title},
    )


def _decision(request, pk) -> Decision:
    found = get_object_or_404(
        Decision.objects.visible_to(request.user).select_related("issue"), pk=pk
    )
    found.issue.meeting = kept(request, found.issue.meeting_id)
    return found


@keeps
def change_decision(request, pk):
    decision = _decision(request, pk)
    return _write(
        request,
        decision.issue.meeting,
        DecisionForm(request.POST or None, initial={"text": decision.text}),
        lambda said: services.change_decision(
            decision=decision, **said.cleaned_data, by=request.user, at=timezone.now()
        ),
        title=_("Change the decision"),
    )


@require_POST
@keeps
def remove_decision(request, pk):
    decision = _decision(request, pk)
    return _try(
        request,
        decision.issue.meeting,
        lambda: services.remove_decision(decision=decision, by=request.user, at=timezone.now()),
    )


def _facilities(request, meeting):
    found = Facility.objects.visible_to(request.user).filter(below("area__code", [meeting.area_id]))
    return found.select_related("area")


@keeps
def add_follow_up(request, pk):
    decision = _decision(request, pk)
    meeting = decision.issue.meeting
    institutions = _institutions(request, meeting)
    form = FollowUpForm(
        request.POST or None,
        user=request.user,
        institutions=institutions,
        people=queries.people_in_charge(meeting, institutions),
        facilities=_facilities(request, meeting),
    )
    return _write(
        request,
        meeting,
        form,
        lambda said: services.add_follow_up(
            decision=decision, **said.values(), by=request.user, at=timezone.now()
        ),
        title=_("Add a follow-up"),
    )


@keeps
def change_follow_up(request, pk):
    """The wording in the minutes; how it goes on is told on its own page."""
    follow_up = get_object_or_404(
        FollowUp.objects.visible_to(request.user).select_related("decision__issue", "household"),
        pk=pk,
    )
    meeting = kept(request, follow_up.decision.issue.meeting_id)
    institutions = _institutions(request, meeting)
    form = FollowUpForm(
        request.POST or None,
        user=request.user,
        institutions=institutions,
        people=queries.people_in_charge(meeting, institutions, besides=follow_up.owner_id),
        facilities=_facilities(request, meeting),
        follow_up=follow_up,
    )
    return _write(
        request,
        meeting,
        form,
        lambda said: services.change_follow_up(
            follow_up=follow_up, values=said.values(), by=request.user, at=timezone.now()
        ),
        title=_("Change the follow-up"),
    )


@require_POST
@keeps
def remove_follow_up(request, pk):
    follow_up = get_object_or_404(
        FollowUp.objects.visible_to(request.user).select_related("decision__issue"), pk=pk
    )
    meeting = kept(request, follow_up.decision.issue.meeting_id)
    return _try(
        request,
        meeting,
        lambda: services.remove_follow_up(follow_up=follow_up, by=request.user, at=timezone.now()),
    )


def _publishable(request, pk) -> Meeting:
    return get_object_or_404(Meeting.objects.publishable_by(request.user), pk=pk)


@require_POST
@publishes
def open_revision(request, pk):
    record = _publishable(request, pk)
    return _try(
        request,
        record,
        lambda: services.open_revision(
            meeting=record,
            reason=request.POST.get("reason", "")[:500],
            by=request.user,
            at=timezone.now(),
        ),
    )


@require_POST
@publishes
def give_up_revision(request, pk):
    record = _publishable(request, pk)
    return _try(
        request,
        record,
        lambda: services.give_up_revision(meeting=record, by=request.user, at=timezone.now()),
    )


@require_POST
@publishes
def publish(request, pk):
    record = _publishable(request, pk)
    return _try(
        request,
        record,
        lambda: services.publish_minutes(meeting=record, by=request.user, at=timezone.now()),
    )
