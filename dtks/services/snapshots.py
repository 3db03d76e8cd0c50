import re
import unicodedata
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.scope import holds_everywhere
from core.errors import Refused
from dtks import storage
from dtks.approval import nothing_to_load
from dtks.loading import load_register, possibly_in_file
from dtks.loading_checks import load_education
from dtks.matching import reconcile_snapshot
from dtks.models import Decision, Snapshot
from dtks.services.decisions import refill_decisions
from dtks.staging import drop_partitions_soon
from facilitators.models import VisitRequest
from facilitators.services import withdraw_requests
from graduation.services import compare_with_closing, raise_flags, refresh_forecast
from jobs.models import Job
from jobs.services import cancel_job, enqueue

TEXT_ENDINGS = {".csv", ".txt", ".tsv", ".psv"}


def register_upload(
    *,
    file,
    file_name,
    source,
    period,
    area,
    by,
    at,
    sheet="",
    mapping=None,
    publish=True,
    channel="",
):
    """Keep a ministry file and ask for it to be read; returns (snapshot, created).

    `file` is an upload, an open binary file or a path. The same bytes for the same source are the
    snapshot that is there already, whoever sends them and however many at once: then nothing is
    stored twice and `created` is False. `publish=False` leaves the reading to the caller
    (`staging_job`).
    """
    _require(by, "dtks.add_snapshot", area.code)
    if source not in Snapshot.Source.values:
        raise Refused("invalid", _("This kind of file is not known."), fields={"source": source})
    name = clean_file_name(file_name)
    suffix = Path(name).suffix.lower()
    text = suffix in TEXT_ENDINGS
    limit = settings.PKH_MAX_TEXT_UPLOAD_BYTES if text else settings.PKH_MAX_UPLOAD_BYTES
    try:
        sha256, size, stored_as = storage.store(
            storage.blocks_of(file),
            suffix=suffix if text or suffix == ".xlsx" else "",
            limit=limit,
        )
    except storage.TooLarge:
        raise Refused(
            "too_large",
            _("The file is larger than %(limit)s MB. Use CSV or divide it by kecamatan.")
            % {"limit": limit >> 20},
        ) from None
    same = Snapshot.objects.live().filter(sha256=sha256, source=source)
    if sheet:  # a workbook may hold a table on each of its sheets
        same = same.filter(Q(sheet="") | Q(sheet__iexact=sheet))
    if found := same.first():
        if found.period != period:
            raise Refused(
                "other_period",
                already_imported(found)
                + " "
                + _("It was brought in for %(period)s; the same file is not another period's.")
                % {"period": found.period},
            )
        return found, False
    try:
        with transaction.atomic():
            snapshot = Snapshot.objects.create(
                source=source,
                year=period.year,
                stage=period.stage,
                area=area,
                file_name=name,
                stored_as=stored_as,
                size_bytes=size,
                sha256=sha256,
                sheet=sheet,
                mapping=mapping or {},
                uploaded_by=by,
                uploaded_at=at,
            )
            audit.record(
                "snapshot.uploaded",
                target=snapshot,
                by=by,
                at=at,
                channel=channel,
                source=source,
                period=str(period),
                sha256=sha256,
            )
            enqueue(
                kind="dtks.stage_snapshot",
                by=by,
                arguments={"snapshot": snapshot.pk},
                subject=snapshot,
                at=at,
                publish=publish,
            )
    except IntegrityError:
        # Somebody sent the same bytes in this very moment and was first.
        return same.first(), False
    return snapshot, True


def already_imported(snapshot) -> str:
    """The sentence for somebody who sends the same bytes again."""
    return _("The same file was imported on %(day)s by %(who)s.") % {
        "day": formats.date_format(timezone.localtime(snapshot.uploaded_at), "j F Y H:i"),
        "who": snapshot.uploaded_by,
    }


def clean_file_name(name: str) -> str:
    """The last part of the path, without control and direction marks; at most 255 letters."""
    name = re.split(r"[\\/]", name)[-1]
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C").strip(" .")
    if len(name) > 255:
        ending = Path(name).suffix[:20]
        name = name[: 255 - len(ending)] + ending
    return name or _("unnamed")


@transaction.atomic
def withdraw_snapshot(*, snapshot, by, at, reason=""):
    """Take back a file nobody has approved: its rows go, the record of it stays."""
    snapshot = _locked(snapshot)
    if snapshot.uploaded_by_id != by.pk:
        _require(by, "dtks.change_snapshot", snapshot.area_id)
    if snapshot.state not in ("uploaded", "staging", "staged"):
        raise Refused("wrong_state", _("This file can no longer be withdrawn.") + _first(snapshot))
    for job in Job.objects.about(snapshot).open():
        cancel_job(job=job, by=job.requested_by or by, at=at)
    snapshot.refresh_from_db()
    snapshot.state = Snapshot.State.WITHDRAWN
    snapshot.refusal = {"code": "withdrawn", "reason": reason}
    snapshot.save(update_fields=["state", "refusal"])
    _release_the_field(snapshot, by=by, at=at)
    # After the commit: a reader that is still at work holds the rows and waits for our job row.
    transaction.on_commit(lambda: drop_partitions_soon(snapshot.pk), robust=True)
    audit.record("snapshot.withdrawn", target=snapshot, by=by, at=at, reason=reason)
    return snapshot


@transaction.atomic
def reject_snapshot(*, snapshot, by, at, reason):
    """Say no to a file somebody else imported, with the reason he will read."""
    snapshot = _locked(snapshot)
    _require(by, "dtks.approve_snapshot", snapshot.area_id)
    if not reason.strip():
        raise Refused("reason_needed", _("Say why."), fields={"reason": _("Say why.")})
    if snapshot.uploaded_by_id == by.pk:
        raise Refused("own_file", _("You imported this file yourself: withdraw it instead."))
    if snapshot.state != Snapshot.State.STAGED:
        raise Refused("wrong_state", _("This file does not wait for approval.") + _first(snapshot))
    snapshot.state, snapshot.decided_by, snapshot.decided_at = "rejected", by, at
    snapshot.refusal = {"code": "rejected", "reason": reason}
    snapshot.save(update_fields=["state", "decided_by", "decided_at", "refusal"])
    _release_the_field(snapshot, by=by, at=at)
    audit.record("snapshot.rejected", target=snapshot, by=by, at=at, reason=reason)
    return snapshot


def _release_the_field(snapshot, *, by, at):
    """Nobody visits a family for a file that is not used; what another file asks stays asked."""
    asked = VisitRequest.objects.filter(
        Exists(Decision.objects.filter(visit_request=OuterRef("pk"), snapshot=snapshot)),
        ~Exists(
            Decision.objects.standing()
            .filter(visit_request=OuterRef("pk"))
            .exclude(snapshot=snapshot)
        ),
    )
    withdraw_requests(requests=asked, by=by, at=at, reason=str(snapshot))


@transaction.atomic
def approve_snapshot(*, snapshot, by, at, progress=None):
    """Approve a file; what it loads is loaded in the same transaction: the register from a Final
    Closing or members file, commitment checks from a school's attendance.

    By somebody else than the importer. The row is locked first, so of two officers at once the
    second hears who was first. Returns the counts of interfaces.md; for a registry file they are
    all zero, since nothing of it enters the register.
    """
    snapshot = _locked(snapshot)
    _check_approval(snapshot, by)
    result = dict.fromkeys(
        (
            "households_created",
            "households_updated",
            "members_created",
            "members_updated",
            "absent",
        ),
        0,
    )
    if snapshot.loads_register:
        result |= load_register(snapshot=snapshot, by=by, at=at, progress=progress)
        if snapshot.source == Snapshot.Source.FINAL_CLOSING:
            # Who is no longer in it has left; who left and is in it again is a question.
            compare_with_closing(
                period=snapshot.period,
                area=snapshot.area,
                by=by,
                at=at,
                possibly_there=lambda families: possibly_in_file(snapshot, families),
            )
        else:
            raise_flags(at=at)
        refresh_forecast(at=at)
    elif snapshot.loads_checks:
        result |= load_education(snapshot=snapshot, by=by, at=at, progress=progress)
    snapshot.state, snapshot.decided_by, snapshot.decided_at = "approved", by, at
    snapshot.loaded = result
    snapshot.save(update_fields=["state", "decided_by", "decided_at", "loaded"])
    audit.record(
        "snapshot.approved",
        target=snapshot,
        by=by,
        at=at,
        **{key: value for key, value in result.items() if isinstance(value, int)},
    )
    if snapshot.loads_register:
        _preview_others(snapshot, by, at)
    return {"snapshot": snapshot.pk, **result}


@transaction.atomic
def begin_approval(*, snapshot, by, at, publish=True):
    """For a page, which cannot wait a minute: check now, load in a job; returns the job.

    Whoever presses while the job is open is told so; the loading checks everything again.
    """
    snapshot = _locked(snapshot)
    _check_approval(snapshot, by)
    running = Job.objects.about(snapshot).open().filter(kind="dtks.approve_snapshot").first()
    if running:
        raise Refused(
            "being_approved",
            _("%(who)s is approving this file right now.") % {"who": running.requested_by},
        )
    return enqueue(
        kind="dtks.approve_snapshot",
        by=by,
        arguments={"snapshot": snapshot.pk},
        subject=snapshot,
        at=at,
        publish=publish,
    )


@transaction.atomic
def request_reconciliation(*, snapshot, by, at, publish=True):
    """Ask for the file to be compared with the register; returns the job, an open one as it is."""
    snapshot = _locked(snapshot)
    _require(by, "dtks.reconcile_snapshot", snapshot.area_id)
    _check_reconcilable(snapshot)
    if snapshot.state not in ("staged", "approved"):
        raise Refused("wrong_state", _("This file is not ready to be reconciled."))
    running = Job.objects.about(snapshot).open().filter(kind="dtks.reconcile_snapshot").first()
    return running or enqueue(
        kind="dtks.reconcile_snapshot",
        by=by,
        arguments={"snapshot": snapshot.pk},
        subject=snapshot,
        at=at,
        publish=publish,
    )


def reconcile(*, snapshot, by, at, progress=None):
    """Compare now and keep what people decided before; safe to run twice. Returns counts."""
    _check_reconcilable(snapshot)
    result = reconcile_snapshot(snapshot=snapshot, progress=progress)
    with transaction.atomic():
        refill_decisions(snapshot=snapshot)
        Snapshot.objects.filter(pk=snapshot.pk).update(reconciled_at=at, reconciled_by=by)
        audit.record(
            "snapshot.reconciled",
            target=snapshot,
            by=by,
            at=at,
            outcomes=result["outcomes"],
        )
    return result


def _check_reconcilable(snapshot):
    if not snapshot.is_reconcilable:
        raise Refused(
            "not_a_list_of_people",
            _("A school's attendance is not compared with the register as a whole."),
        )


def _preview_others(snapshot, by, at):
    """The register has changed, so what other waiting files would do has changed as well."""
    waiting = Snapshot.objects.filter(
        source__in=Snapshot.REGISTER_SOURCES, state=Snapshot.State.STAGED
    ).exclude(pk=snapshot.pk)
    for other in waiting.order_by("pk")[:20]:
        enqueue(
            kind="dtks.preview_load",
            by=by,
            arguments={"snapshot": other.pk},
            subject=other,
            at=at,
        )


def _check_approval(snapshot, by):
    _require(by, "dtks.approve_snapshot", snapshot.area_id)
    if snapshot.uploaded_by_id == by.pk:
        raise Refused(
            "own_file", _("You imported this file yourself. Ask a colleague to approve it.")
        )
    if snapshot.state != Snapshot.State.STAGED:
        raise Refused("wrong_state", _("This file does not wait for approval.") + _first(snapshot))
    if reason := nothing_to_load(snapshot):
        raise Refused("nothing_to_load", reason)


def _first(snapshot) -> str:
    """Who was first, for the second one."""
    if not snapshot.decided_by_id:
        return ""
    return " " + _("%(who)s decided on %(day)s: %(state)s.") % {
        "who": snapshot.decided_by,
        "day": formats.date_format(timezone.localtime(snapshot.decided_at), "j F Y H:i"),
        "state": snapshot.get_state_display(),
    }


def _locked(snapshot):
    return Snapshot.objects.select_for_update(of=("self",)).get(pk=snapshot.pk)


def _require(by, permission, area_code):
    if not holds_everywhere(by, permission, area_code):
        raise Refused("not_allowed", _("Your role does not allow this for the area of this file."))
