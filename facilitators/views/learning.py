"""P2K2: groups, their sessions, and the report of a month."""

import datetime as dt
import uuid

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from areas.models.querysets import below
from core.errors import Refused
from core.paging import page_of
from documents.queries import documents_of
from facilitators import services
from facilitators.forms.learning import FIELD_OF, EvidenceForm, SessionForm, month_of
from facilitators.models import LearningGroup, LearningSession
from facilitators.queries import learning as queries
from facilitators.queries.learning_groups import corrections_of
from facilitators.services.learning import families_on

_sees = permission_required("facilitators.view_learninggroup", raise_exception=True)
_records = permission_required("facilitators.add_learningsession", raise_exception=True)


@_sees
def groups(request):
    """The groups of the territory, or of the own families."""
    today = timezone.localdate()
    area = request.GET.get("wilayah", "")[:13]
    visible = LearningGroup.objects.visible_to(request.user).held_on(today)
    if area:
        visible = visible.filter(below("village__code", [area if area.isprintable() else "-"]))
    page = page_of(
        visible.with_numbers(today).for_listing(), ("village_id", "name", "pk"), request.GET
    )
    return render(
        request,
        "facilitators/learning_groups.html",
        {
            "page": page,
            "area": area,
            "may_form": request.user.has_perm("facilitators.add_learninggroup"),
            "may_record": request.user.has_perm("facilitators.add_learningsession"),
        },
    )


@_sees
def group(request, pk):
    """One group: a month with its sessions, and its families."""
    record = _group(request, pk)
    today = timezone.localdate()
    month = month_of(request.GET.get("bulan", ""), today)
    sessions = queries.sessions_of(record, month)
    families = families_on(record, today, request.user).select_related("household__caretaker")
    return render(
        request,
        "facilitators/learning_group.html",
        {
            "group": record,
            "leader": _leader(record, request.user),
            "families": families.order_by("household__caretaker__name", "pk"),
            "sessions": sessions,
            "weeks": queries.weeks_of(month, sessions),
            "month": month,
            "earlier": (month - dt.timedelta(days=1)).strftime("%Y-%m"),
            "later": (month + dt.timedelta(days=32)).strftime("%Y-%m"),
            "may_record": _may_record(record, request.user),
            "may_change": record.ends_on is None
            and LearningGroup.objects.changeable_by(request.user).filter(pk=record.pk).exists(),
            "breadcrumb": _crumbs(),
        },
    )


@_records
def record_session(request, pk):
    """The form for one session. The hidden number makes a second press harmless."""
    recordable = LearningGroup.objects.recordable_by(request.user)
    record = get_object_or_404(recordable.select_related("village"), pk=pk)
    today = timezone.localdate()
    families = (
        families_on(record, today, request.user)
        .select_related("household__caretaker")
        .order_by("household__caretaker__name", "pk")
    )
    form = SessionForm(request.POST or None, families=families, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            session, _made = services.record_session(
                group=record, **form.values(), by=request.user, at=timezone.now()
            )
        except Refused as reason:
            _show(form, reason)
        else:
            messages.success(request, _("Saved. Now add a photo or the attendance list."))
            return redirect(session)
    return render(
        request,
        "facilitators/learning_record.html",
        {"form": form, "group": record, "breadcrumb": [*_crumbs(), _crumb(record)]},
        status=422 if request.method == "POST" else 200,
    )


@_sees
def session(request, pk):
    """One session: who was there, and what shows that it took place."""
    visible = LearningSession.objects.visible_to(request.user).for_listing().with_counts()
    record = get_object_or_404(visible, pk=pk)
    attendance = (
        record.attendance.visible_to(request.user)
        .select_related("household", "member")
        .order_by("member__name", "pk")
    )
    return render(
        request,
        "facilitators/learning_session.html",
        {
            "session": record,
            "percent": queries.percent(record.present, record.expected),
            "attendance": attendance,
            "facilitator": _shown_facilitator(record, request.user),
            "documents": documents_of(record, user=request.user),
            "corrections": corrections_of(record, request.user),
            "evidence_form": EvidenceForm(initial={"nomor": uuid.uuid4()}),
            "may_record": _may_record(record.group, request.user),
            "breadcrumb": [*_crumbs(), _crumb(record.group)],
        },
    )


@require_POST
@_records
def add_evidence(request, pk):
    record = get_object_or_404(LearningSession.objects.recordable_by(request.user), pk=pk)
    form = EvidenceForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose a photo or a PDF first."))
        return redirect(record)
    file = form.cleaned_data["berkas"]
    try:
        services.add_evidence(
            session=record,
            file=file,
            name=file.name,
            client_id=form.cleaned_data["nomor"],
            by=request.user,
            at=timezone.now(),
        )
    except Refused as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Saved."))
    return redirect(record)


@_sees
def report(request, pk):
    """The report of a group and month; `cetak` gives the sheet that is printed and signed."""
    record = _group(request, pk)
    month = month_of(request.GET.get("bulan", ""), timezone.localdate())
    found = queries.monthly_report(group=record, month=month, user=request.user)
    printed = "cetak" in request.GET
    names = [_shown_facilitator(session, request.user) for session in found.sessions]
    return render(
        request,
        "facilitators/learning_print.html" if printed else "facilitators/learning_report.html",
        {
            "group": record,
            "report": found,
            "leader": _leader(record, request.user),
            "facilitators": sorted({one.name for one in names if one}),
            "breadcrumb": [*_crumbs(), _crumb(record)],
        },
    )


def _group(request, pk):
    visible = LearningGroup.objects.visible_to(request.user).for_listing()
    return get_object_or_404(visible, pk=pk)


def _crumbs():
    return [(_("P2K2"), reverse("facilitators:learning_groups"))]


def _crumb(group):
    return group.name, group.get_absolute_url()


def _leader(group, user):
    """The leader by name only for who sees her family."""
    led = group.memberships.held_on(timezone.localdate()).visible_to(user)
    seen = group.leader_id and led.filter(household__caretaker_id=group.leader_id).exists()
    return group.leader if seen else None


def _shown_facilitator(session, user):
    """A colleague's name is for who sees the staff; the own one for everybody."""
    person = session.facilitator
    if person is None or user.has_perm("facilitators.view_facilitator"):
        return person
    return person if person.user_id == user.pk else None


def _may_record(group, user):
    return (
        user.has_perm("facilitators.add_learningsession")
        and LearningGroup.objects.recordable_by(user).filter(pk=group.pk).exists()
    )


def _show(form, reason):
    known = {FIELD_OF[name]: text for name, text in reason.fields.items() if name in FIELD_OF}
    for name, text in known.items():
        form.add_error(name, str(text))
    if not known:
        form.add_error(None, str(reason))
