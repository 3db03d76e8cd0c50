import json
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.scope import area_codes, holds_everywhere
from core.errors import Refused
from core.exports import write_csv, write_xlsx
from core.sql import load_sql
from documents.exports import moment_of, warning, watermark, write_marked_csv
from dtks.models import Export, Snapshot
from jobs.services import enqueue

KEPT = timedelta(days=7)
COLUMNS = ("member_row", "nik", "name", "outcome", "rule", "score", "source_row", "candidates")
FETCH = 2_000


@transaction.atomic
def request_export(*, snapshot, kind, file_format, reason, by, at, outcome="", publish=True):
    """Ask for a file of personal data; returns the Export, made by a job.

    Scope and masking are decided again when the job runs and when the file is fetched. Outcomes
    cover the villages of whoever asks; rows to correct need the whole file.
    """
    if not reason.strip():
        raise Refused(
            "reason_needed",
            _("Say what the data is needed for."),
            fields={"reason": _("Say what the data is needed for.")},
        )
    if kind not in Export.Kind.values or file_format not in Export.Format.values:
        raise Refused("invalid", _("This kind of export does not exist."))
    _check(by, snapshot, kind)
    export = Export.objects.create(
        snapshot=snapshot,
        kind=kind,
        file_format=file_format,
        outcome=outcome,
        reason=reason.strip()[:300],
        masked=not by.has_perm("dtks.export_identity"),
        requested_by=by,
        requested_at=at,
    )
    audit.record(
        "export.requested",
        target=export,
        by=by,
        at=at,
        reason=export.reason,
        snapshot=snapshot.pk,
        kind=kind,
        masked=export.masked,
    )
    enqueue(
        kind="dtks.export",
        by=by,
        arguments={"export": str(export.pk)},
        subject=export,
        at=at,
        publish=publish,
    )
    return export


def make_export(*, export, at, progress=None) -> int:
    """Write the file; safe to run again, the last one whole counts. Returns the number of rows.

    Whoever asked and lost the right since gets a file without rows refused, not an empty one.
    """
    by = export.requested_by
    _check(by, export.snapshot, export.kind)
    masked = export.masked or not by.has_perm("dtks.export_identity")
    place = Path(settings.MEDIA_ROOT) / "exports"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    stored_as = f"exports/{export.pk}.{export.file_format}"
    target = Path(settings.MEDIA_ROOT) / stored_as
    beside = target.with_suffix(".part")
    if export.kind == Export.Kind.OUTCOMES:
        header = [str(label) for label in _outcome_labels()]
        rows = match_rows(
            snapshot=export.snapshot,
            areas=_areas(by, export.snapshot),
            outcome=export.outcome,
            masked=masked,
        )
        rows = (_readable(row) for row in rows)
    else:
        header = [_("Row"), _("What to do"), *_column_names(export.snapshot)]
        rows = bad_rows(snapshot=export.snapshot)
    rows = _counting(rows, progress)
    mark = watermark(export.requested_by, at, export.number)
    try:
        # One transaction: the cursor on the server lives in it, and the rows agree.
        with transaction.atomic():
            if export.file_format == Export.Format.XLSX:
                count = write_xlsx(
                    beside,
                    header,
                    rows,
                    sheet=_("Data"),
                    cover=cover(export, at),
                    cover_title=_("Cover"),
                    footer=mark,
                )
            else:
                count = write_marked_csv(beside, header, rows, mark)
        beside.chmod(0o600)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    with transaction.atomic():
        Export.objects.filter(pk=export.pk).update(
            stored_as=stored_as, rows=count, ready_at=at, expires_at=at + KEPT, masked=masked
        )
        audit.record("export.made", target=export, by=by, at=at, reason=export.reason, rows=count)
    return count


@transaction.atomic
def open_export(*, export, by, at) -> Path:
    """Path of a ready file for the one who asked for it; every fetch is audited.

    Role and territory are asked again: a role that ended yesterday fetches nothing.
    """
    export = Export.objects.select_for_update(of=("self",)).visible_to(by).filter(pk=export.pk)
    export = export.select_related("snapshot").first()
    if export is None:
        raise Refused("not_found", _("This export does not exist."))
    _check(by, export.snapshot, export.kind)
    if not export.masked and not by.has_perm("dtks.export_identity"):
        raise Refused("not_allowed", _("Your role no longer allows this export."))
    if export.ready_at is None:
        raise Refused("not_ready", _("The file is not ready yet."))
    path = Path(settings.MEDIA_ROOT) / export.stored_as
    if export.expires_at <= at or not path.exists():
        raise Refused("expired", _("The file has expired. Ask for a new one."))
    Export.objects.filter(pk=export.pk).update(downloads=F("downloads") + 1)
    audit.record(
        "export.downloaded", target=export, by=by, at=at, reason=export.reason, rows=export.rows
    )
    return path


def remove_expired(*, at) -> int:
    """Delete the files of expired exports; the records stay. Safe to run twice."""
    gone = 0
    for export in Export.objects.filter(expires_at__lte=at).exclude(stored_as=""):
        (Path(settings.MEDIA_ROOT) / export.stored_as).unlink(missing_ok=True)
        Export.objects.filter(pk=export.pk).update(stored_as="")
        gone += 1
    return gone


def write_matches(*, snapshot, file) -> int:
    """The csv of the `export_matches` command, NIK in full; returns the number of members."""
    with transaction.atomic():
        return write_csv(file, COLUMNS, match_rows(snapshot=snapshot, areas=[snapshot.area_id]))


def match_rows(*, snapshot, areas, outcome="", masked=False):
    """Rows in the order of COLUMNS, from a cursor on the server."""
    scopes = [pattern for code in areas for pattern in (code, f"{code}.%")]
    yield from _stream(
        "dtks/export_matches.sql",
        {"snapshot": snapshot.pk, "scopes": scopes, "outcome": outcome, "masked": masked},
    )


def bad_rows(*, snapshot, severities=("reject", "warn")):
    """Row number, what to do in words, and the cells as they came."""
    from dtks.problems import advice, sentence

    names = _column_names(snapshot)
    for number, cells, codes, values, columns, params in _stream(
        "dtks/bad_rows.sql", {"snapshot": snapshot.pk, "severities": list(severities)}
    ):
        said = []
        for code, value, column, details in zip(codes, values, columns, params, strict=True):
            where = f"{names[column]}: " if 0 <= column < len(names) else ""
            said.append(f"{where}{sentence(code, value, json.loads(details))} {advice(code)}")
        yield (number, " ".join(said), *cells)


def cover(export, at) -> list[tuple[str, str]]:
    return [
        (_("Export"), export.get_kind_display()),
        (_("Number"), export.number),
        (_("Made for"), str(export.requested_by)),
        (_("Made at"), moment_of(at)),
        (_("Reason"), export.reason),
        (_("From"), f"{export.snapshot} ({export.snapshot.file_name})"),
        (_("Keep until"), formats.date_format(timezone.localtime(at + KEPT), "j F Y")),
        (_("Mind"), warning()),
    ]


def _outcome_labels():
    return (
        _("Row in the members file"),
        _("NIK"),
        _("Name"),
        _("Outcome"),
        _("Rule"),
        _("Score"),
        _("Row in the file"),
        _("Candidates"),
    )


def _readable(row):
    from dtks.models import Difference

    names = dict(Difference.Outcome.choices)
    return (*row[:3], str(names.get(row[3], "")), *row[4:])


def _column_names(snapshot):
    return [str(name) for name in snapshot.columns]


def _areas(by, snapshot):
    """Where the export may look: the asker's areas within the file's, or the file's within his."""
    area = snapshot.area_id
    held = area_codes(by, "dtks.export_difference")
    if any(area == code or area.startswith(f"{code}.") for code in held):
        return [area]
    return [code for code in held if code.startswith(f"{area}.")]


def _check(by, snapshot, kind):
    if kind == Export.Kind.BAD_ROWS:
        allowed = holds_everywhere(by, "dtks.view_sourcerow", snapshot.area_id) and by.has_perm(
            "dtks.export_identity"
        )
    else:
        allowed = bool(_areas(by, snapshot))
    if not allowed:
        raise Refused("not_allowed", _("Your role does not allow this export."))
    if snapshot.state in Snapshot.DEAD_STATES:
        raise Refused("wrong_state", _("This file was withdrawn or refused."))


def _stream(name, params):
    with connection.chunked_cursor() as cursor:
        cursor.execute(load_sql(name), params)
        while rows := cursor.fetchmany(FETCH):
            yield from rows


def _counting(rows, progress):
    for number, row in enumerate(rows):
        if progress is not None and number % FETCH == 0:
            progress(number)
        yield row
