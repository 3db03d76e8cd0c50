"""Papers of a meeting, to print or as PDF, and its calendar file."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache

from accounts.scope import holds_everywhere
from documents.drawing import drawn, numbered_again
from documents.letterheads import letterhead_of, number_of
from meetings import hall
from meetings.calendars import calendar_of
from meetings.models import Invitation, Meeting
from meetings.qr import qr_data
from meetings.queries import papers as queries
from meetings.queries.attendance import benches_of
from meetings.queries.meetings import times_of
from meetings.queries.minutes import content_of, shown_to
from meetings.services.moves import open_revision_of
from meetings.views.guards import sees_meetings, staff
from meetings.views.planning import crumbs, rights_on, seen

MAKE_REPORT = "dashboard.add_officereport"  # the pack is made two floors above
INVITATION, MINUTES, INSTRUCTION = "undangan-rapat", "notulen", "surat-instruksi"
MOST_LETTERS = 200  # a page each, some five seconds of a web worker
EMPTY_LINES = 10  # for those who come without an invitation


@staff
def papers(request, pk):
    """From here every paper of a meeting is chosen."""
    record = seen(request, pk)
    rights = rights_on(record, request.user)
    return render(
        request,
        "meetings/papers.html",
        {
            "meeting": record,
            **rights,
            "invited": record.invitations.standing().select_related("institution")
            if rights["may_change"]
            else [],
            "versions": record.minutes_versions.all(),
            "camat": queries.camat_of(record)
            if record.is_published and (rights["may_change"] or rights["may_publish"])
            else [],
            "may_pack": record.state != Meeting.State.CANCELLED
            and holds_everywhere(request.user, MAKE_REPORT, record.area_id),
            "breadcrumb": crumbs(record),
        },
    )


def _back(request, meeting) -> str:
    if request.user.has_perm("meetings.view_meeting"):
        return reverse("meetings:papers", args=[meeting.pk])
    return meeting.get_absolute_url()


def _number(request, **paper):
    chosen = {key: request.GET[key] for key in ("instansi", "per") if key in request.GET}
    return numbered_again(request, **paper, query=chosen)


# --- the letter of invitation


@never_cache
@sees_meetings
def invitation_letter(request, pk):
    """One invitation, for whoever keeps the meeting and for the invited person himself: the letter
    bears his code."""
    invitation = get_object_or_404(
        Invitation.objects.visible_to(request.user)
        .standing()
        .select_related("institution__area", "meeting__area"),
        pk=pk,
    )
    meeting = invitation.meeting
    own = invitation.user_id == request.user.pk
    may_change = rights_on(meeting, request.user)["may_change"]
    if not (own or may_change):
        raise Http404
    return _letters(
        request,
        meeting,
        queries.letters_of([invitation], by_institution=False),
        may_change=may_change,
        name=f"undangan-{invitation}",
    )


@never_cache
@sees_meetings
def invitation_letters(request, pk):
    """All of them: a page a person, or with `?per=instansi` one an institution; `?instansi=` picks
    one institution."""
    record = seen(request, pk)
    if not rights_on(record, request.user)["may_change"]:
        raise Http404
    invited = record.invitations.standing().select_related("institution__area")
    asked = request.GET.get("instansi", "")
    if asked:
        if not (asked.isdecimal() and len(asked) < 10):
            raise Http404
        invited = invited.filter(institution_id=int(asked))
    by_institution = request.GET.get("per") == "instansi"
    letters = queries.letters_of(invited, by_institution=by_institution)
    if len(letters) > MOST_LETTERS:
        messages.error(
            request,
            _("More than %(most)d letters: draw them institution by institution.")
            % {"most": MOST_LETTERS},
        )
        return redirect("meetings:papers", record.pk)
    return _letters(request, record, letters, may_change=True, name=f"undangan-{record}")


def _letters(request, meeting, letters, *, may_change, name):
    subject = f"invitation:{meeting.pk}"
    if request.method == "POST":
        return _number(
            request,
            kind=INVITATION,
            subject=subject,
            on=timezone.localdate(),
            allowed=may_change and meeting.state != Meeting.State.CANCELLED,
        )
    if meeting.state == Meeting.State.CANCELLED:
        messages.error(request, _("This meeting is cancelled; its letters are not drawn any more."))
        return redirect(meeting)
    door = request.build_absolute_uri(reverse("meetings:check_in"))
    for letter in letters:
        for one in letter.invitations:
            one.qr = qr_data(f"{door}?undangan={one.code}")
            one.written_code = hall.grouped(one.code)
    agenda = list(meeting.agenda.all())
    times = times_of(agenda, meeting.local_start)
    head, number = letterhead_of(meeting.area_id), number_of(INVITATION, subject)
    context = {
        "letterhead": head,
        "meeting": meeting,
        "letters": letters,
        "agenda": [(item, *times[item.pk]) for item in agenda],
        "door": door,
        "number": number,
        "on": number.on if number else timezone.localdate(),
        "may_number": may_change,
    }
    return drawn(
        request,
        "meetings/paper_invitation.html",
        context,
        name=name,
        default=head.paper,
        back=_back(request, meeting),
    )


# --- the attendance list


@never_cache
@staff
def attendance_list(request, pk):
    """To sign: those invited, and empty lines; with `?isi=hadir` those who came, by name."""
    record = seen(request, pk)
    filled = request.GET.get("isi") == "hadir"
    rows = []
    for bench in benches_of(record):
        for line in bench.lines:
            if filled and line.attendance is None:
                continue
            rows.append({"institution": bench.institution, "is": _said_on(line, filled)})
    head = letterhead_of(record.area_id)
    context = {
        "letterhead": head,
        "meeting": record,
        "rows": rows,
        "filled": filled,
        "empty": range(len(rows) + 1, len(rows) + 1 + EMPTY_LINES) if not filled else (),
    }
    return drawn(
        request,
        "meetings/paper_attendance.html",
        context,
        name=f"daftar-hadir-{record}",
        default=head.paper,
        back=_back(request, record),
    )


def _said_on(line, filled):
    """What a line of the paper says: who came, or who was asked to."""
    if filled or line.invitation is None:
        return line.attendance
    return line.invitation


# --- the minutes


@never_cache
@sees_meetings
def minutes_paper(request, pk):
    """As they were published (`?versi=`, else the last); before that, and while they are changed
    with `?versi=rancangan`, a draft for those who write and publish it: what it says about a family
    is not for every reader of the meeting."""
    record = seen(request, pk)
    rights = rights_on(record, request.user)
    subject = f"minutes:{record.pk}"
    if request.method == "POST":
        return _number(
            request,
            kind=MINUTES,
            subject=subject,
            on=timezone.localdate(),
            allowed=rights["may_change"] and record.is_published,
        )
    sees_drafts = rights["may_change"] or rights["may_publish"]
    version = _version(record, request.GET.get("versi", ""), sees_drafts)
    if version is None and (
        not sees_drafts or record.state in (Meeting.State.DRAFT, Meeting.State.CANCELLED)
    ):
        raise Http404
    head, number = letterhead_of(record.area_id), number_of(MINUTES, subject)
    content = shown_to(
        version.content if version else content_of(record), meeting=record, user=request.user
    )
    context = {
        "letterhead": head,
        "meeting": record,
        "version": version,
        "content": content,
        "said": content["meeting"],
        "number": number,
        "may_number": rights["may_change"] and version is not None,
    }
    return drawn(
        request,
        "meetings/paper_minutes.html",
        context,
        name=f"notulen-{record}",
        default=head.paper,
        back=_back(request, record),
    )


def _version(meeting, asked: str, sees_drafts: bool):
    """The version asked for; None for the draft."""
    versions = meeting.minutes_versions
    if (
        asked == "rancangan"
        and sees_drafts
        and (not meeting.is_published or open_revision_of(meeting))
    ):
        return None
    if asked.isdecimal() and len(asked) < 6:
        return get_object_or_404(versions, number=int(asked))
    return versions.first() if meeting.is_published else None


# --- the letter of instruction


@never_cache
@staff
def instruction_letter(request, pk, institution):
    """To one camat: what the published minutes ask of his kecamatan."""
    record = seen(request, pk)
    rights = rights_on(record, request.user)
    if not (rights["may_change"] or rights["may_publish"]):
        raise Http404
    camat = get_object_or_404(queries.camat_of(record), pk=institution)
    version = record.minutes_versions.first() if record.is_published else None
    tasks = queries.instructions_for(version, camat) if version else []
    if not tasks:
        raise Http404
    subject = f"instruction:{record.pk}:{camat.pk}"
    if request.method == "POST":
        return _number(
            request, kind=INSTRUCTION, subject=subject, on=timezone.localdate(), allowed=True
        )
    head, number = letterhead_of(record.area_id), number_of(INSTRUCTION, subject)
    context = {
        "letterhead": head,
        "meeting": record,
        "camat": camat,
        "tasks": tasks,
        "minutes_number": number_of(MINUTES, f"minutes:{record.pk}"),
        "number": number,
        "on": number.on if number else timezone.localdate(),
        "may_number": True,
    }
    return drawn(
        request,
        "meetings/paper_instruction.html",
        context,
        name=f"instruksi-{camat.short_name}",
        default=head.paper,
        back=_back(request, record),
    )


# --- the calendar


@never_cache
@sees_meetings
def calendar(request, pk):
    record = seen(request, pk)
    last = record.events.last()
    with override("id"):
        said = [
            record.theme,
            "",
            *(f"{place}. {item.title}" for place, item in enumerate(record.agenda.all(), 1)),
            "",
            _("Chair: %(name)s") % {"name": record.chair},
        ]
        body = calendar_of(
            record,
            url=request.build_absolute_uri(record.get_absolute_url()),
            stamp=last.at if last else record.made_at,
            summary=f"{record}: {record.theme}",
            description="\n".join(said),
        )
        name = date_format(record.local_start, "Y-m-d")
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="rapat-{name}.ics"'
    return answer
