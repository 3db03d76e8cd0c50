"""What this floor writes: reports that somebody asked for, whose numbers it reads, and that the
list of the first day was put away."""

import datetime as dt

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from accounts import audit
from accounts.scope import holds_everywhere
from areas.models import Area
from core.errors import Refused
from dashboard import first_day
from dashboard.figures.base import Span
from dashboard.models import OfficeReport
from dashboard.models.querysets import MAKE_REPORT
from dashboard.reports import content_of, files
from jobs.services import enqueue
from meetings.models import Meeting

KIND = "dashboard.office_report"
MOST_AT_ONCE = 10
_STEPS = (gettext_noop("Counting"), gettext_noop("Drawing the report"), gettext_noop("Storing"))


def ask_report(
    *,
    kind: str,
    form: str,
    area: Area,
    by,
    at: dt.datetime,
    today: dt.date,
    span: Span | None = None,
    meeting: Meeting | None = None,
    publish: bool = True,
) -> OfficeReport:
    """Have a report made in the background; answers the one that is being made already.

    An evaluation pack is about a `meeting`, everything else about a `span` that has begun.
    Refusals: `not_found` (an area or meeting the asker does not hold), `invalid`, `not_begun`,
    `too_many`.
    """
    pack = kind == OfficeReport.Kind.PACK
    if kind not in OfficeReport.Kind.values or form not in OfficeReport.Form.values:
        raise Refused("invalid", _("This kind of report does not exist."))
    if pack and form != OfficeReport.Form.PDF:
        raise Refused("invalid", _("An evaluation pack is a PDF."))
    if (meeting is None) == pack or (span is None) != pack:
        raise Refused("invalid", _("Choose what the report is about."))
    _check(by, area, meeting)
    if span is not None and span.first > today:
        raise Refused("not_begun", _("This time has not begun yet. Choose an earlier one."))
    wanted = {
        "kind": kind,
        "form": form,
        "area": area,
        "starts_on": span.first if span else None,
        "ends_on": span.last if span else None,
        "meeting": meeting,
    }
    making = OfficeReport.objects.filter(asked_by=by, state=OfficeReport.State.MAKING)
    if running := making.filter(**wanted).first():
        return running
    if making.count() >= MOST_AT_ONCE:
        raise Refused(
            "too_many",
            _("%(most)d of your reports are being made already. Wait until one is ready.")
            % {"most": MOST_AT_ONCE},
        )
    try:
        with transaction.atomic():
            report = OfficeReport.objects.create(**wanted, asked_by=by, asked_at=at)
            report.job = enqueue(
                kind=KIND,
                by=by,
                arguments={"report": str(report.pk)},
                subject=report,
                at=at,
                publish=publish,
            )
            report.save(update_fields=["job"])
            audit.record(
                "report.requested",
                target=report,
                by=by,
                at=at,
                kind=kind,
                form=form,
                area=area.pk,
                meeting=str(meeting.pk) if meeting else "",
                starts_on=str(report.starts_on or ""),
            )
    except IntegrityError:
        # The same button pressed twice at once: the other one was quicker.
        return making.get(**wanted)
    return report


def make_report(*, report: OfficeReport, at: dt.datetime, run=None) -> OfficeReport:
    """Count, draw and store; safe to run again, after a break it is done anew.

    Role and territory are asked again. The file is written beside its place, and moved there in
    the transaction that says it is ready: nobody ever finds half of one. With `run` a worker that
    has lost its lease meanwhile writes nothing.
    """
    if report.state == OfficeReport.State.READY:
        return report
    by = report.asked_by
    _check(by, report.area, report.meeting)
    stored_as = f"{files.FOLDER}/{report.pk}.{report.form}"
    with files.beside(str(report.pk)) as path:
        with override(settings.LANGUAGE_CODE):  # a paper is Indonesian whoever asks for it
            _tell(run, 0)
            content = content_of(report, at)
            _tell(run, 1)
            pages = files.drawn(report, content, path, at)
        path.chmod(0o600)
        sha256, size = files.flush(path)
        _tell(run, 2)
        with transaction.atomic():
            made = OfficeReport.objects.filter(
                pk=report.pk, state=OfficeReport.State.MAKING
            ).update(
                state=OfficeReport.State.READY,
                stored_as=stored_as,
                sha256=sha256,
                size_bytes=size,
                pages=pages,
                ready_at=at,
                expires_at=at + files.kept(),
            )
            if made:
                audit.record("report.made", target=report, by=by, at=at, sha256=sha256, pages=pages)
                if run is not None:
                    run.save_checkpoint({"made": True}, done=len(_STEPS))
                path.replace(files.folder() / f"{report.pk}.{report.form}")
    report.refresh_from_db()
    return report


def _tell(run, done):
    if run is not None:
        run.progress(step=_STEPS[done], done=done, total=len(_STEPS))


def give_up(*, report_id: str) -> None:
    """The job ended without a report: asked again, another one is made."""
    OfficeReport.objects.filter(pk=report_id, state=OfficeReport.State.MAKING).update(
        state=OfficeReport.State.FAILED
    )


@transaction.atomic
def open_report(*, report: OfficeReport, by, at: dt.datetime) -> bytes:
    """The file for the one who asked for it and still holds the area; every fetch is audited.

    Refusals: `not_found`, `not_ready`, `expired`, `damaged`.
    """
    found = (
        OfficeReport.objects.visible_to(by)
        .select_for_update(of=("self",))
        .filter(pk=report.pk)
        .first()
    )
    if found is None:
        raise Refused("not_found", _("This report does not exist."))
    if found.state != OfficeReport.State.READY:
        raise Refused("not_ready", _("The report is not ready yet."))
    if not found.stored_as or found.expires_at <= at:
        raise Refused("expired", _("The report has expired. Ask for a new one."))
    try:
        content = files.path_of(found).read_bytes()
    except FileNotFoundError:
        raise Refused("expired", _("The report has expired. Ask for a new one.")) from None
    if files.fingerprint(content) != found.sha256:
        raise Refused(
            "damaged",
            _(
                "The stored file is not the one that was made. Ask for a new one, and tell the"
                " administrator."
            ),
        )
    OfficeReport.objects.filter(pk=found.pk).update(downloads=F("downloads") + 1)
    audit.record("report.downloaded", target=found, by=by, at=at, sha256=found.sha256)
    return content


def remove_expired(*, at: dt.datetime) -> int:
    """Delete the files of expired reports; the rows stay. Safe to run twice."""
    gone = 0
    for report in OfficeReport.objects.filter(expires_at__lte=at).exclude(stored_as="").iterator():
        files.path_of(report).unlink(missing_ok=True)
        with transaction.atomic():
            OfficeReport.objects.filter(pk=report.pk).update(stored_as="")
            audit.record("report.expired", target=report, by=None, at=at)
        gone += 1
    files.remove_left()
    return gone


def _check(by, area, meeting):
    """The whole area, and the meeting, are the asker's today."""
    seen = meeting is None or (
        meeting.area_id == area.pk and Meeting.objects.visible_to(by).filter(pk=meeting.pk).exists()
    )
    if not seen or not holds_everywhere(by, MAKE_REPORT, area.pk):
        raise Refused("not_found", _("There is no such report."))


def put_first_day_away(*, by, at: dt.datetime, away: bool) -> None:
    """Take the list of the first day off somebody's home, or put it back; nobody else's."""
    audit.record(first_day.HIDDEN if away else first_day.SHOWN, target=by, by=by, at=at)
