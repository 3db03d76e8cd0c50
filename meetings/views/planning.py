"""Meetings: the list, one of them, its plan, its agenda, whom it invites, and its steps."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts import audit
from accounts.scope import holds_everywhere
from areas.models import Area
from core.errors import Refused
from core.paging import page_of
from meetings import proposals, services
from meetings.forms.planning import AgendaItemForm, MeetingForm, PersonForm, ReasonForm
from meetings.models import AgendaItem, Invitation, Meeting, Representative
from meetings.models.querysets import CHANGE_MEETING, PUBLISH_MINUTES, VIEW_MEETING
from meetings.queries import meetings as queries
from meetings.queries.minutes import issues_of
from meetings.services.moves import open_revision_of
from meetings.views.guards import keeps, plans, sees_meetings

# The steps of a meeting: which right, the service, and what the button says.
STEPS = {
    "undang": (CHANGE_MEETING, services.send_invitations, gettext_lazy("Send the invitations")),
    "laksanakan": (CHANGE_MEETING, services.hold_meeting, gettext_lazy("The meeting was held")),
    "terbitkan": (PUBLISH_MINUTES, services.publish_minutes, gettext_lazy("Publish the minutes")),
    "tutup": (PUBLISH_MINUTES, services.close_meeting, gettext_lazy("Close the book")),
}
SAID = {
    "undang": gettext_lazy("The invitations are sent."),
    "laksanakan": gettext_lazy("The meeting is noted as held. The minutes can be written now."),
    "terbitkan": gettext_lazy("The minutes are published; the follow-ups are on everybody's list."),
    "tutup": gettext_lazy("The meeting is closed. Its unfinished follow-ups go on."),
}
FROM = {
    "undang": (Meeting.State.DRAFT,),
    "laksanakan": (Meeting.State.INVITED,),
    "terbitkan": (Meeting.State.HELD,),
    "tutup": (Meeting.State.MINUTES_PUBLISHED,),
}


@sees_meetings
def meetings(request):
    asked = {
        "kind": request.GET.get("jenis", "")[:12],
        "state": request.GET.get("status", "")[:17],
        "area": request.GET.get("wilayah", "")[:8],
    }
    if not all(word.isprintable() for word in asked.values()):
        raise Http404
    user = request.user
    found = queries.meetings_of(user, **asked)
    page = page_of(found, ["starts_at", "pk"], request.GET, newest_first=True)
    return render(
        request,
        "meetings/meetings.html",
        {
            "page": page,
            "asked": asked,
            "kinds": Meeting.Kind.choices,
            "states": Meeting.State.choices,
            "areas": queries.areas_of(user, VIEW_MEETING),
            "may_plan": user.has_perm("meetings.add_meeting"),
            "is_staff": user.has_perm(VIEW_MEETING),
        },
    )


def seen(request, pk) -> Meeting:
    return get_object_or_404(
        Meeting.objects.visible_to(request.user).select_related("area", "made_by"), pk=pk
    )


def kept(request, pk) -> Meeting:
    """One the user may change."""
    return get_object_or_404(
        Meeting.objects.changeable_by(request.user).select_related("area", "made_by"), pk=pk
    )


def crumbs(meeting: Meeting | None = None):
    line = [(_("Meetings"), reverse("meetings:meetings"))]
    if meeting is not None:
        line.append((str(meeting), meeting.get_absolute_url()))
    return line


def rights_on(meeting: Meeting, user) -> dict:
    def holds(permission):
        return holds_everywhere(user, permission, meeting.area_id)

    return {
        "is_staff": user.has_perm(VIEW_MEETING),
        "may_change": holds(CHANGE_MEETING),
        "may_publish": holds(PUBLISH_MINUTES),
    }


@sees_meetings
def meeting(request, pk):
    """Where it stands, what comes next, and what was agreed."""
    record = seen(request, pk)
    rights = rights_on(record, request.user)
    agenda = list(record.agenda.select_related("follow_up__institution"))
    own = Invitation.objects.filter(
        meeting=record, user=request.user, withdrawn_at__isnull=True
    ).first()
    versions = record.minutes_versions.select_related("published_by")
    revision = open_revision_of(record)
    reads_as_written = rights["may_change"] or rights["may_publish"]
    if rights["is_staff"] and record.is_published and not revision:
        reads_as_written = True
    return render(
        request,
        "meetings/meeting.html",
        {
            "meeting": record,
            **rights,
            "agenda": [(item, *times) for item, times in _timed(agenda, record)],
            "table": queries.table_of(record) if rights["is_staff"] else [],
            "issues": issues_of(record, request.user) if reads_as_written else [],
            "may_read_minutes": reads_as_written or record.is_published,
            "versions": versions,
            "revision": revision if rights["is_staff"] else None,
            "own": own,
            "events": record.events.select_related("by") if rights["is_staff"] else [],
            "steps": _steps(record, request.user, revision),
            "may_cancel": rights["may_change"]
            and record.state in (Meeting.State.DRAFT, Meeting.State.INVITED),
            "reason_form": ReasonForm(initial={"version": record.version}),
            "breadcrumb": crumbs(),
        },
    )


def _timed(agenda, record):
    times = queries.times_of(agenda, record.local_start)
    return [(item, times[item.pk]) for item in agenda]


def _steps(record, user, revision):
    found = []
    for name, (permission, _service, label) in STEPS.items():
        if name == "tutup" and revision:
            continue  # it would be refused: the revision is published or given up first
        if record.state in FROM[name] and holds_everywhere(user, permission, record.area_id):
            waits = name == "laksanakan" and timezone.now() < record.starts_at
            found.append({"name": name, "label": label, "waits": waits})
    return found


@require_POST
@sees_meetings
def step(request, pk, name):
    """One step; a refusal is told on the meeting's page."""
    if name not in STEPS:
        raise Http404
    record = seen(request, pk)
    permission, service, _label = STEPS[name]
    if not holds_everywhere(request.user, permission, record.area_id):
        raise Http404
    version = request.POST.get("version", "")
    try:
        service(
            meeting=record,
            version=int(version) if version.isdecimal() and len(version) < 10 else None,
            by=request.user,
            at=timezone.now(),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, SAID[name])
    return redirect(record)


@require_POST
@keeps
def cancel(request, pk):
    record = kept(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why the meeting is cancelled."))
        return redirect(record)
    try:
        services.cancel_meeting(
            meeting=record, **form.cleaned_data, by=request.user, at=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The meeting is cancelled."))
    return redirect(record)


@plans
def plan(request):
    areas = queries.areas_of(request.user, "meetings.add_meeting")
    form = MeetingForm(request.POST or None, areas=areas)
    if request.method == "POST" and form.is_valid():
        area = get_object_or_404(Area, pk=form.cleaned_data["area"])
        try:
            made = services.plan_meeting(
                **form.values(), area=area, by=request.user, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The draft is saved. Now the agenda and the invitations."))
            return redirect("meetings:agenda", made.pk)
    return _form(request, form, _("Plan a meeting"), reverse("meetings:meetings"), crumbs())


@keeps
def change(request, pk):
    record = kept(request, pk)
    form = MeetingForm(request.POST or None, areas=[], meeting=record)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_meeting(
                meeting=record,
                values=form.values(),
                version=form.cleaned_data["version"],
                by=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(record)
    return _form(request, form, _("Change the plan"), record.get_absolute_url(), crumbs(record))


def _form(request, form, title, back, breadcrumb, **context):
    return render(
        request,
        "meetings/form.html",
        {"form": form, "title": title, "back": back, "breadcrumb": breadcrumb, **context},
        status=422 if request.method == "POST" else 200,
    )


@keeps
def agenda(request, pk):
    """What is talked about, and what could be: the planner picks, the rest stays offered."""
    record = kept(request, pk)
    form = AgendaItemForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_agenda_item(
                meeting=record, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("meetings:agenda", record.pk)
    items = list(
        record.agenda.select_related(
            "follow_up__institution", "follow_up__decision__issue__meeting"
        )
    )
    taken = {item.source for item in items if item.source}
    offered = [
        (one, [p for p in found if p.source not in taken])
        for one, found in proposals.proposals_for(
            record.area_id, request.user, timezone.localdate()
        )
    ]
    timed = _timed(items, record)
    return render(
        request,
        "meetings/agenda.html",
        {
            "meeting": record,
            "items": [
                {
                    "is": item,
                    "begins": begins,
                    "age": item.follow_up.age_in_days(record.local_start.date())
                    if item.follow_up_id
                    else None,
                }
                for item, (begins, _ends) in timed
            ],
            "ends": timed[-1][1][1] if timed else record.local_start,
            "too_long": bool(timed) and timed[-1][1][1] > record.local_end,
            "offered": [(one, found) for one, found in offered if found],
            "form": form,
            "breadcrumb": crumbs(record),
        },
        status=422 if request.method == "POST" else 200,
    )


@require_POST
@keeps
def take_proposal(request, pk):
    """Put a live problem on the agenda, as it stands now."""
    record = kept(request, pk)
    source = request.POST.get("source", "")[:80]
    found = proposals.find(source, record.area_id, request.user, timezone.localdate())
    if found is None:
        messages.error(request, _("This problem is solved meanwhile, or no longer offered."))
    else:
        try:
            services.add_agenda_item(
                meeting=record,
                title=found.title[:200],
                detail=found.detail[:500],
                source=found.source,
                by=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
    return redirect("meetings:agenda", record.pk)


def _item(request, pk) -> AgendaItem:
    found = get_object_or_404(AgendaItem.objects.visible_to(request.user), pk=pk)
    found.meeting = kept(request, found.meeting_id)
    return found


@keeps
def change_item(request, pk):
    item = _item(request, pk)
    initial = {name: getattr(item, name) for name in ("title", "speaker", "minutes", "detail")}
    form = AgendaItemForm(request.POST or None, initial=initial)
    back = reverse("meetings:agenda", args=[item.meeting_id])
    if request.method == "POST" and form.is_valid():
        try:
            services.change_agenda_item(
                item=item, values=form.cleaned_data, by=request.user, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(back)
    return _form(request, form, _("Change the agenda item"), back, crumbs(item.meeting))


@require_POST
@keeps
def move_item(request, pk):
    item = _item(request, pk)
    return _done(
        request,
        item,
        lambda: services.move_agenda_item(
            item=item,
            up=request.POST.get("arah") != "turun",
            by=request.user,
            at=timezone.now(),
        ),
    )


@require_POST
@keeps
def remove_item(request, pk):
    item = _item(request, pk)
    return _done(
        request,
        item,
        lambda: services.remove_agenda_item(item=item, by=request.user, at=timezone.now()),
    )


def done_or_told(request, act, page, pk):
    """Do it and show the page; a refusal is told there."""
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(page, pk)


def _done(request, item, act):
    return done_or_told(request, act, "meetings:agenda", item.meeting_id)


@keeps
def invitations(request, pk):
    """Whom to invite: known people by institution, and others."""
    record = kept(request, pk)
    institutions = queries.institutions_near(record.area_id, request.user)
    form = PersonForm(request.POST or None, institutions=institutions)
    if request.method == "POST" and form.is_valid():
        _invite_other(request, record, form.cleaned_data)
        return redirect("meetings:invitations", record.pk)
    return render(
        request,
        "meetings/invitations.html",
        {
            "meeting": record,
            "people": queries.people_to_invite(record, request.user),
            "invited": record.invitations.standing().select_related("institution"),
            "form": form,
            "may_add_institution": request.user.has_perm("meetings.add_institution"),
            "breadcrumb": crumbs(record),
        },
        status=422 if request.method == "POST" else 200,
    )


def _invite_other(request, record, said):
    representative = None
    if said["keep"]:
        representative = Representative.objects.create(
            institution=said["institution"],
            name=said["name"],
            position=said["position"],
            email=said["email"],
        )
        audit.record(
            "representative.added", target=representative, by=request.user, at=timezone.now()
        )
    try:
        services.invite(
            meeting=record,
            representative=representative,
            institution=said["institution"],
            name=said["name"],
            position=said["position"],
            email=said["email"],
            by=request.user,
            at=timezone.now(),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Invited."))


@require_POST
@keeps
def invite_people(request, pk):
    """Those ticked: people, and institutions that send whom they like."""
    record = kept(request, pk)
    near = queries.institutions_near(record.area_id, request.user)
    people = Representative.objects.active().filter(
        institution__in=near, pk__in=_numbers(request.POST.getlist("orang"))
    )
    whole = near.filter(pk__in=_numbers(request.POST.getlist("instansi")))
    at, asked = timezone.now(), 0
    try:
        for one in people.select_related("institution", "user"):
            services.invite(meeting=record, representative=one, by=request.user, at=at)
            asked += 1
        standing = record.invitations.standing().filter(representative__isnull=True)
        known = set(standing.values_list("institution_id", flat=True))
        for one in whole:
            if one.pk not in known:
                services.invite(meeting=record, institution=one, by=request.user, at=at)
                asked += 1
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Invited: %(number)d.") % {"number": asked})
    return redirect("meetings:invitations", record.pk)


def _numbers(words) -> list[int]:
    return [int(word) for word in words if word.isdecimal() and len(word) < 10]


@require_POST
@keeps
def withdraw_invitation(request, pk):
    found = get_object_or_404(
        Invitation.objects.visible_to(request.user).select_related("meeting"), pk=pk
    )
    kept(request, found.meeting_id)
    try:
        services.withdraw_invitation(invitation=found, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("meetings:invitations", found.meeting_id)
