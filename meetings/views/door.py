"""The door of a meeting: the wall of the hall, the telephone of who comes, the desk with the list.

Coming in needs two things in any order: to have read the wall a moment ago, and an own code. What
was read is kept on the telephone, signed; nobody signs in.
"""

from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.lockout import client_ip
from core.errors import Refused
from meetings import hall, services
from meetings.forms.door import (
    AttendanceForm,
    HallCodeForm,
    ListWalkInForm,
    OwnCodeForm,
    PlaceForm,
    StandInForm,
    WalkInForm,
)
from meetings.forms.planning import ReasonForm
from meetings.models import Attendance, Invitation, Meeting
from meetings.qr import qr_data
from meetings.queries import attendance as queries
from meetings.services.attendance import (
    already_used,
    invitation_of,
    opens_at,
    refuse_unless_listing,
    refuse_unless_open,
    settings_of,
)
from meetings.services.wrong_codes import must_wait, note_wrong_code
from meetings.views.guards import keeps, staff
from meetings.views.planning import crumbs, kept, rights_on, seen

PASS, OWN, PROOF = "pkh_aula", "pkh_undangan", "pkh_hadir"
LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}

# --- the wall


@never_cache
@keeps
def wall(request, pk):
    """The screen in the hall: the code of now. `?bagian=kode` answers what changes alone."""
    record = kept(request, pk)
    at = timezone.now()
    rules = settings_of(record)
    context = {
        "meeting": record,
        "came": record.attendances.standing().count(),
        "asked": record.invitations.standing().count(),
        "opens_at": opens_at(record),
        "seconds": rules.hall_seconds,
        "loopback": request.get_host().rpartition(":")[0] in LOOPBACK,
    }
    try:
        refuse_unless_open(record, at)
    except Refused as refusal:
        context["closed"] = str(refusal)
    else:
        code = hall.code_now(record, rules.hall_seconds, at)
        address = request.build_absolute_uri(f"{reverse('meetings:check_in')}?aula={code}")
        context |= {
            "code": hall.grouped(code),
            "qr": qr_data(address),
            "typed_at": request.build_absolute_uri(reverse("meetings:check_in")),
            "changes_in": hall.changes_in(rules.hall_seconds, at),
        }
    part = request.GET.get("bagian") == "kode"
    return render(request, "meetings/_hall.html" if part else "meetings/hall.html", context)


# --- the telephone


def _public(view):
    """Open to everybody, never kept by a browser."""

    @login_not_required
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def open_to_all(request, *args, **kwargs):
        return view(request, *args, at=timezone.now(), **kwargs)

    return open_to_all


def _keep(answer, name, value, seconds):
    answer.set_cookie(
        name,
        value,
        max_age=seconds,
        path=reverse("meetings:check_in"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _forget(answer, name):
    answer.delete_cookie(name, path=reverse("meetings:check_in"), samesite="Lax")


def _pass(request, at) -> tuple[hall.HallPass | None, Meeting | None]:
    found = hall.read_pass(request.COOKIES.get(PASS, ""), at)
    meeting = Meeting.objects.filter(pk=found.meeting).first() if found else None
    return (found, meeting) if meeting else (None, None)


def _wait(request, seconds):
    minutes = -(-seconds // 60)
    answer = render(request, "meetings/door_wait.html", {"minutes": minutes}, status=429)
    answer["Retry-After"] = str(seconds)
    return answer


@_public
def check_in(request, *, at):
    """What was scanned or typed is taken in; then the next thing that is missing is asked for."""
    said = request.POST if request.method == "POST" else request.GET
    if "aula" in said:
        return _read_wall(request, said, at)
    if "undangan" in said:
        return _read_letter(request, said, at)
    own = hall.read_own_code(request.COOKIES.get(OWN, ""), at)
    _found, meeting = _pass(request, at)
    if meeting is None:
        return _ask(request, HallCodeForm(), own=own)
    if not own:
        return _ask(request, OwnCodeForm(), meeting=meeting)
    return redirect("meetings:check_in_confirm")


def _read_wall(request, said, at):
    address = client_ip(request)
    if seconds := must_wait(address=address, at=at):
        return _wait(request, seconds)
    form = HallCodeForm(said)
    meeting = None
    own = hall.read_own_code(request.COOKIES.get(OWN, ""), at)
    if form.is_valid():
        meeting = queries.meeting_of_hall_code(form.cleaned_data["aula"], at)
        if meeting is None:
            note_wrong_code(address=address, at=at)
            form.add_error(
                "aula",
                _("This code does not hold any more. Scan or type what the screen shows now."),
            )
    if meeting is None:
        return _ask(request, form, own=own, status=422)
    try:
        refuse_unless_open(meeting, at)
    except Refused as refusal:
        return _ask(request, HallCodeForm(), own=own, error=refusal, status=422)
    answer = redirect("meetings:check_in")
    _keep(answer, PASS, hall.sign_pass(meeting, at), hall.PASS_SECONDS)
    return answer


def _read_letter(request, said, at):
    """Kept unread: whether it is anybody's is told in the hall only."""
    form = OwnCodeForm(said)
    _found, meeting = _pass(request, at)
    if not form.is_valid():
        return _ask(request, form, meeting=meeting, status=422)
    answer = redirect("meetings:check_in")
    _keep(answer, OWN, hall.sign_own_code(form.cleaned_data["undangan"], at), hall.OWN_SECONDS)
    return answer


def _ask(request, form, *, meeting=None, own="", error=None, status=200):
    return render(
        request,
        "meetings/door.html",
        {
            "form": form,
            "wall": isinstance(form, HallCodeForm),
            "meeting": meeting,
            "own": hall.grouped(own) if own else "",
            "error": error,
        },
        status=status,
    )


@_public
def check_in_confirm(request, *, at):
    """Name and institution of the letter; one press says that its holder is there."""
    own = hall.read_own_code(request.COOKIES.get(OWN, ""), at)
    _found, meeting = _pass(request, at)
    if meeting is None or not own:
        return redirect("meetings:check_in")
    address = client_ip(request)
    if seconds := must_wait(address=address, meeting=meeting.pk, at=at):
        return _wait(request, seconds)
    try:
        refuse_unless_open(meeting, at)
        invitation = invitation_of(meeting=meeting, code=own)
    except Refused as refusal:
        if refusal.code == "unknown_code":
            note_wrong_code(address=address, meeting=meeting.pk, at=at)
        answer = _ask(request, OwnCodeForm(), meeting=meeting, error=refusal, status=422)
        _forget(answer, OWN)
        return answer
    earlier = invitation.attendances.filter(withdrawn_at__isnull=True).first()
    if earlier is not None:
        return _used(request, meeting, earlier, at)
    form = PlaceForm(request.POST if "name" in request.POST else None)
    status = 200
    if request.method == "POST" and (not form.is_bound or form.is_valid()):
        return _come(request, meeting, own, form.cleaned_data if form.is_bound else {}, at)
    if form.is_bound:
        status = 422
    context = {"meeting": meeting, "invitation": invitation, "form": form}
    return render(request, "meetings/door_confirm.html", context, status=status)


def _come(request, meeting, own, said, at):
    try:
        made = services.check_in(meeting=meeting, code=own, at=at, **said)
    except Refused as refusal:
        return _ask(request, OwnCodeForm(), meeting=meeting, error=refusal, status=422)
    return _proved(request, made, at)


def _used(request, meeting, earlier, at):
    """The telephone that used it is told so again; any other is refused."""
    if str(earlier.pk) in hall.read_proof(request.COOKIES.get(PROOF, ""), at):
        answer = redirect("meetings:check_in_done")
    else:
        refusal = already_used(meeting, earlier)
        answer = _ask(request, OwnCodeForm(), meeting=meeting, error=refusal, status=422)
    _forget(answer, OWN)
    return answer


def _proved(request, made, at):
    known = hall.read_proof(request.COOKIES.get(PROOF, ""), at)
    answer = redirect("meetings:check_in_done")
    _keep(answer, PROOF, hall.sign_proof([*known, str(made.pk)], at), hall.PROOF_SECONDS)
    _forget(answer, OWN)
    return answer


@_public
def check_in_guest(request, *, at):
    """Somebody in the hall without an invitation. Each pass registers one person."""
    found, meeting = _pass(request, at)
    if meeting is None:
        return redirect("meetings:check_in")
    form = WalkInForm(
        request.POST if request.method == "POST" else None,
        institutions=queries.institutions_at_the_door(meeting),
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                if not cache.add(f"door:pass:{found.id}", 1, hall.PASS_SECONDS + 60):
                    raise Refused(
                        "pass_used",
                        _("Somebody was registered with this scan. Scan the screen again."),
                    )
                made = services.register_at_door(meeting=meeting, **form.cleaned_data, at=at)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                return _proved(request, made, at)
    context = {"meeting": meeting, "form": form}
    return render(request, "meetings/door_guest.html", context, status=status)


@_public
def check_in_done(request, *, at):
    """Those whom this telephone checked in, as long as they stand on the list."""
    known = hall.read_proof(request.COOKIES.get(PROOF, ""), at)
    lines = (
        Attendance.objects.standing()
        .filter(pk__in=known)
        .select_related("meeting", "institution")
        .order_by("-arrived_at", "pk")
    )
    if not lines:
        return redirect("meetings:check_in")
    return render(request, "meetings/door_done.html", {"lines": lines})


# --- the desk


@staff
def attendance(request, pk):
    """By institution: who was asked, who is there; ticked, added, put right."""
    record = seen(request, pk)
    rights = rights_on(record, request.user)
    at = timezone.now()
    try:
        refuse_unless_listing(record, at)
    except Refused as refusal:
        closed = refusal
    else:
        closed = None
    writes = rights["may_change"] and closed is None
    form = ListWalkInForm(
        request.POST if request.method == "POST" else None,
        meeting=record,
        institutions=queries.institutions_at_the_door(record),
    )
    status = 200
    if request.method == "POST":
        kept(request, pk)
        status = 422
        if form.is_valid():
            try:
                services.add_to_list(meeting=record, **form.cleaned_data, by=request.user, at=at)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("On the list."))
                return redirect("meetings:attendance", record.pk)
    benches = queries.benches_of(record)
    return render(
        request,
        "meetings/attendance.html",
        {
            "meeting": record,
            **rights,
            "benches": benches,
            "totals": queries.totals_of(benches),
            "withdrawn": record.attendances.filter(withdrawn_at__isnull=False).select_related(
                "institution", "withdrawn_by"
            ),
            "writes": writes,
            "closed": closed,
            "form": form,
            "breadcrumb": crumbs(record),
        },
        status=status,
    )


def _invitation(request, pk) -> Invitation:
    found = get_object_or_404(
        Invitation.objects.visible_to(request.user).standing().select_related("institution"), pk=pk
    )
    found.meeting = kept(request, found.meeting_id)
    return found


def _line(request, pk) -> Attendance:
    found = get_object_or_404(
        Attendance.objects.visible_to(request.user).standing().select_related("institution"), pk=pk
    )
    found.meeting = kept(request, found.meeting_id)
    return found


def _at_line(meeting, invitation=None):
    here = reverse("meetings:attendance", args=[meeting.pk])
    return f"{here}#u-{invitation.pk}" if invitation else here


@require_POST
@keeps
def tick(request, pk):
    invitation = _invitation(request, pk)
    try:
        services.tick(invitation=invitation, by=request.user, at=timezone.now())
    except Refused as refusal:
        if refusal.code == "name_missing":
            return redirect("meetings:stand_in", invitation.pk)
        messages.error(request, str(refusal))
    return redirect(_at_line(invitation.meeting, invitation))


@keeps
def stand_in(request, pk):
    """Who came in the place of the invited person, or whom the institution sent."""
    invitation = _invitation(request, pk)
    meeting = invitation.meeting
    form = StandInForm(request.POST if request.method == "POST" else None, meeting=meeting)
    title = (
        _("Who came for %(name)s?") % {"name": invitation.name}
        if invitation.name
        else _("Whom did %(institution)s send?") % {"institution": invitation.institution}
    )
    return _write(
        request,
        meeting,
        form,
        lambda said: services.tick(
            invitation=invitation, **said, by=request.user, at=timezone.now()
        ),
        title=title,
        back=_at_line(meeting, invitation),
    )


@keeps
def change_attendance(request, pk):
    line = _line(request, pk)
    return _write(
        request,
        line.meeting,
        AttendanceForm(request.POST if request.method == "POST" else None, attendance=line),
        lambda said: services.change_attendance(
            attendance=line, values=said, by=request.user, at=timezone.now()
        ),
        title=_("Change the line of %(name)s") % {"name": line.name},
        back=_at_line(line.meeting, line.invitation),
    )


@keeps
def withdraw_attendance(request, pk):
    line = _line(request, pk)
    return _write(
        request,
        line.meeting,
        ReasonForm(request.POST if request.method == "POST" else None),
        lambda said: services.withdraw_attendance(
            attendance=line, reason=said["reason"], by=request.user, at=timezone.now()
        ),
        title=_("%(name)s was not there") % {"name": line.name},
        back=_at_line(line.meeting, line.invitation),
    )


def _write(request, meeting, form, act, *, title, back):
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    here = reverse("meetings:attendance", args=[meeting.pk])
    return render(
        request,
        "meetings/form.html",
        {
            "form": form,
            "title": title,
            "back": back,
            "breadcrumb": [*crumbs(meeting), (_("Attendance"), here)],
        },
        status=422 if request.method == "POST" else 200,
    )
