"""From a stored file to rows, keys and problems in the database.

Rows arrive by COPY as text, exactly as read, some tens of thousands at a time; each chunk is one
transaction that also says how far the work is, so a killed worker goes on at the next row, and no
row is there twice. Keys are then computed set-wise, and problems found set-wise from keys and
cells.
"""

import json
import math
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from typing import Any, Protocol

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext_noop
from psycopg2.errors import LockNotAvailable

from beneficiaries.models import BenefitIndex, PeriodRule
from core.sheets import Batch, FileRefused, Sheet, open_sheet
from core.sql import load_sql, run_sql
from dtks import attendance, layouts
from dtks.components import COMPONENT_FIELDS, COMPONENT_WORDS
from dtks.figures import judge_amount, unknown_words, whole_number
from dtks.matching.workroom import SESSION
from dtks.models import Snapshot
from dtks.problems import KINDS, MASKED_FIELDS, READER_CODES

CHUNK_ROWS = 25_000
CHUNK_BYTES = 24 << 20
CHUNK_SECONDS = 1.5
SWAPPED_SHARE = 0.9
TRUNCATED_SHARE = 0.05
# Of numbers that lost nothing about one in ten ends in 0; where the last digit was lost, all do.
TRUNCATED_OF_NUMERIC = 0.2
# Text may end in 0, and one number in a hundred does (domain.md 4.4); where a spreadsheet wrote
# what it had rounded as text, nearly all do.
ROUND_SHARE = 0.25
SAMPLE = 20_000  # rows that are enough to know a share
FEW = 20  # below this many rows a share says nothing
FEWER_SHARE = 0.5
SAME_SHARE = 0.95
COMPARED_ROWS, COMPARED_FILES = 4_000, 3
KEYED_A_SECOND, CHECKED_A_SECOND = 90_000, 300_000  # for the progress bar only

READING = gettext_noop("Reading rows")
CLEANING = gettext_noop("Cleaning numbers, names and dates")
CHECKING = gettext_noop("Looking for problems")
COUNTING = gettext_noop("Counting")


class Run(Protocol):
    """What staging needs of a job (jobs.runner.Run)."""

    checkpoint: dict

    def save_checkpoint(self, checkpoint: dict, *, done=None, total=None, step=None) -> None: ...
    def progress(self, *, step=None, done=None, total=None) -> None: ...
    def estimating(self, *, seconds: float, upto: int, step=None) -> AbstractContextManager: ...


def stage_rows(*, run: Run, snapshot: Snapshot, path) -> None:
    """Read the file into `dtks_sourcerow_<snapshot>`, from where the checkpoint stands.

    Raises FileRefused; what was stored until then stays for the caller to drop.
    """
    after = run.checkpoint.get("row", 0)
    with open_sheet(
        path,
        name=snapshot.file_name,
        sheet=snapshot.sheet or None,
        source_aliases=layouts.words_of(snapshot.source),
        date_aliases=layouts.date_words_of(snapshot.source),
        after_row=after,
    ) as sheet:
        if not run.checkpoint:
            _begin(run, snapshot, sheet)
        total = run.checkpoint.get("total") or sheet.rows_hint
        done, read_bytes = run.checkpoint.get("rows", 0), run.checkpoint.get("bytes", 0)
        for chunk in _chunks(sheet):
            with transaction.atomic():
                _copy_rows(snapshot.pk, chunk)
                _copy_problems(snapshot, chunk)
                done += sum(map(len, chunk))
                read_bytes += sum(len(batch.packed) for batch in chunk)
                if sheet.kind == "text":
                    # Rows left, at the length of the rows so far.
                    total = max(done, round(done * snapshot.size_bytes / max(read_bytes, 1)))
                run.save_checkpoint(
                    {
                        "phase": "rows",
                        "row": chunk[-1].numbers[-1],
                        "rows": done,
                        "bytes": read_bytes,
                        "total": total,
                    },
                    done=done,
                    total=max(total or 0, done),
                    step=READING,
                )
        notes = _notes(snapshot, sheet)
    with transaction.atomic():
        Snapshot.objects.filter(pk=snapshot.pk).update(notes=notes, rows_read=done)
        with connection.cursor() as cursor:
            _complete(cursor, snapshot.pk)
        run.save_checkpoint({"phase": "keys", "rows": done}, done=done, total=done, step=CLEANING)
    snapshot.notes, snapshot.rows_read = notes, done


def _begin(run: Run, snapshot: Snapshot, sheet: Sheet) -> None:
    """Recognise the columns and make the partitions; a first attempt's remains are dropped."""
    found = layouts.recognise(sheet.columns, snapshot.source, chosen=snapshot.mapping or None)
    if snapshot.loads_checks:
        attendance.check_months(found.mapping, snapshot.period)
        snapshot.totals = attendance.school_in(sheet.titles) | {
            "days": attendance.days_in(sheet.columns, found.mapping)
        }
    snapshot.layout, snapshot.mapping = found.layout.id, found.mapping
    snapshot.sheet, snapshot.header_row = sheet.sheet, sheet.header_row
    snapshot.columns, snapshot.notes = sheet.columns, found.notes
    snapshot.state = Snapshot.State.STAGING
    with transaction.atomic():
        snapshot.save(
            update_fields=[
                "layout",
                "mapping",
                "sheet",
                "header_row",
                "columns",
                "notes",
                "state",
                "totals",
            ]
        )
        drop_partitions(snapshot.pk)
        with connection.cursor() as cursor:
            # Made and attached, not made as a partition: that would wait for whoever reads any
            # file, and everybody else would wait behind it. Rows of a file never change and are
            # analysed here; a vacuum right after a million of them would only take the processor
            # away from what comes next.
            quiet = "WITH (autovacuum_enabled = off)"
            cursor.execute(
                f"CREATE TABLE dtks_sourcerow_{snapshot.pk} (LIKE dtks_sourcerow INCLUDING DEFAULTS"
                f" INCLUDING CONSTRAINTS, CHECK (snapshot_id = {snapshot.pk})) {quiet}"
            )
            cursor.execute(
                f"CREATE TABLE dtks_rowproblem_{snapshot.pk} (LIKE dtks_rowproblem"
                f" INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES) {quiet}"
            )
            _attach(cursor, "dtks_rowproblem", snapshot.pk)
        run.save_checkpoint({"phase": "rows", "row": 0}, done=0, step=READING)


def _attach(cursor, table: str, snapshot_id: int) -> None:
    cursor.execute(
        f"ALTER TABLE {table} ATTACH PARTITION {table}_{snapshot_id} FOR VALUES IN ({snapshot_id})"
    )


def _complete(cursor, snapshot_id: int) -> None:
    """All rows are there: number them for finding, once and not row by row, and let them be seen.

    The key also proves that no row came twice.
    """
    rows = f"dtks_sourcerow_{snapshot_id}"
    cursor.execute("SET LOCAL maintenance_work_mem = '128MB'")
    cursor.execute(f"ALTER TABLE {rows} ADD PRIMARY KEY (snapshot_id, row_number)")
    # The planner has to know that they are all of this file; what the cells hold it need not.
    cursor.execute(f"ANALYZE {rows} (snapshot_id, row_number)")
    _attach(cursor, "dtks_sourcerow", snapshot_id)


PARTITIONED = ("dtks_difference", "dtks_rowproblem", "dtks_rowkey", "dtks_sourcerow")


@transaction.atomic
def drop_partitions(snapshot_id: int) -> None:
    """Everything stored of a file's rows goes at once; the snapshot itself stays as a record."""
    with connection.cursor() as cursor:
        for table in PARTITIONED:
            cursor.execute(f"DROP TABLE IF EXISTS {table}_{int(snapshot_id)}")


def drop_partitions_soon(snapshot_id: int) -> bool:
    """Drop them unless somebody is at work on another file; then False, and the sweep does it.

    A drop locks the parent tables, and whoever reads any file waits behind it: not longer than
    a moment.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '1s'")
            drop_partitions(snapshot_id)
    except OperationalError as problem:
        if not isinstance(problem.__cause__, LockNotAvailable):
            raise
        return False
    return True


def drop_dead_rows() -> int:
    """Rows of files that were refused, rejected, or withdrawn and could not be dropped at once."""
    dead = Snapshot.objects.filter(state__in=Snapshot.DEAD_STATES).values_list("pk", flat=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pk FROM unnest(%s::bigint[]) AS dead (pk) WHERE EXISTS ("
            "SELECT FROM unnest(%s::text[]) AS parent (name)"
            " WHERE to_regclass(parent.name || '_' || pk) IS NOT NULL)",
            [list(dead), list(PARTITIONED)],
        )
        left = [pk for (pk,) in cursor.fetchall()]
    return sum(map(drop_partitions_soon, left))


def _chunks(sheet: Sheet) -> Iterator[list[Batch]]:
    """Batches gathered until they are worth a transaction, or a second and a half has passed."""
    chunk: list[Batch] = []
    rows = size = 0
    since = time.monotonic()
    for batch in sheet.batches():
        chunk.append(batch)
        rows += len(batch)
        size += len(batch.packed)
        if rows >= CHUNK_ROWS or size >= CHUNK_BYTES or time.monotonic() - since > CHUNK_SECONDS:
            yield chunk
            chunk, rows, size, since = [], 0, 0, time.monotonic()
    if chunk:
        yield chunk


def _copy_rows(snapshot_id: int, chunk: list[Batch]) -> None:
    _copy(
        f'dtks_sourcerow_{snapshot_id} (snapshot_id, row_number, cells, "numeric")',
        (b"".join(copy_lines(snapshot_id, batch)) for batch in chunk),
    )


def copy_lines(snapshot_id: int, batch: Batch) -> list[bytes]:
    """A batch as lines of COPY's text format, its cells as array literals.

    The replacements work on the whole batch, not on cells: a backslash is doubled once for the
    array and again for COPY, a quotation mark is escaped for the array, and line breaks and tabs
    for COPY; then every separator becomes the border between two quoted elements.
    """
    text = batch.packed
    if b"\\" in text:
        text = text.replace(b"\\", b"\\\\\\\\")
    text = (
        text.replace(b'"', b'\\\\"')
        .replace(b"\n", b"\\n")
        .replace(b"\r", b"\\r")
        .replace(b"\t", b"\\t")
        .replace(b"\x1f", b'","')
    )
    numeric = batch.numeric
    lines = [
        b'%d\t%d\t{"%b"}\t\\N\n' % (snapshot_id, number, cells)
        for number, cells in zip(batch.numbers, text.split(b"\x1e"), strict=True)
    ]
    for i, columns in numeric.items():
        flags = ",".join(map(str, columns)).encode()
        lines[i] = lines[i][:-3] + b"{%b}\n" % flags
    return lines


def _copy_problems(snapshot: Snapshot, chunk: list[Batch]) -> None:
    """What the reader itself found wrong with rows of this chunk."""
    identities = {snapshot.mapping[name] for name in MASKED_FIELDS if name in snapshot.mapping}
    fields = {index: name for name, index in snapshot.mapping.items() if name != "status_note"}
    lines = []
    for batch in chunk:
        for i, problems in batch.problems.items():
            for code, column, value in problems:
                params: dict[str, Any] = {}
                if code == "wrong_field_count":
                    found, _, expected = value.partition("/")
                    params, value = {"found": int(found), "expected": int(expected)}, ""
                elif code == "broken_letter":
                    params, value = {"offset": int(value)} if value else {"offset": "?"}, ""
                elif column in identities:
                    value = ""
                where = [r"\N", ""] if column < 0 else [str(column), fields.get(column, "")]
                line = "\t".join(
                    (
                        str(snapshot.pk),
                        str(batch.numbers[i]),
                        code,
                        KINDS[code].severity_in(snapshot.source),
                        where[1],
                        where[0],
                        _copy_text(value[:60]),
                        _copy_text(json.dumps(params)),
                    )
                )
                lines.append(f"{line}\n".encode())
    if lines:
        _copy(
            f"dtks_rowproblem_{snapshot.pk}"
            " (snapshot_id, row_number, code, severity, field, column_index, value, params)",
            lines,
        )


def _copy_text(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


class _Pieces:
    """What COPY reads as a file: the next piece is made while the server takes the last one."""

    def __init__(self, pieces: Iterable[bytes]):
        self.pieces = iter(pieces)

    def read(self, _size: int) -> bytes:
        return next(self.pieces, b"")


def _copy(target: str, pieces: Iterable[bytes]) -> None:
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {target} FROM STDIN", _Pieces(pieces))


def _notes(snapshot: Snapshot, sheet: Sheet) -> list[dict]:
    """Notes of the columns (kept since the beginning) and of reading, each once."""
    unknown = layouts.unknown_columns(sheet.columns, snapshot.mapping)
    notes = [note for note in snapshot.notes if note["code"] == "header_misspelt"]
    if unknown:
        notes.append({"code": "unknown_columns", "columns": unknown[:30]})
    return [*sheet.notes, *notes]


def find_problems(*, run: Run, snapshot: Snapshot, today: date) -> None:
    """Keys, then everything wrong with rows, set-wise. Safe to run twice.

    Raises FileRefused when the file as a whole shows swapped columns or lost digits.
    """
    from dtks.matching.keys import compute_keys

    rows = snapshot.rows_read
    run.progress(step=CLEANING, done=0, total=rows)
    with run.estimating(step=CLEANING, seconds=rows / KEYED_A_SECOND, upto=rows):
        compute_keys(snapshot)
    statements = _statements(snapshot)
    if snapshot.loads_checks:
        _learn_sums(snapshot)
    run.progress(step=CHECKING, done=0, total=rows)
    notes = [note for note in snapshot.notes if note["code"] not in _LATE_NOTES]
    places = {name: index + 1 for name, index in snapshot.mapping.items()}
    about = {
        "snapshot": snapshot.pk,
        "area": snapshot.area_id,
        "today": today,
        "severities": json.dumps(
            {code: kind.severity_in(snapshot.source) for code, kind in KINDS.items()}
        ),
        **dict.fromkeys(_PLACES),
        **places,
        **(attendance_places(snapshot) if snapshot.loads_checks else {}),
    }
    _refuse_by_shares(snapshot, about)
    with transaction.atomic():
        with connection.cursor() as cursor:
            for setting, value in SESSION.items():
                cursor.execute(f"SET LOCAL {setting} = '{value}'")
            cursor.execute(
                f"DELETE FROM dtks_rowproblem_{snapshot.pk} WHERE code <> ALL(%s)",
                [list(READER_CODES)],
            )
        if snapshot.loads_checks:
            read_attendance(snapshot)
        for nth, name in enumerate(statements, 1):
            share = rows * nth // len(statements)
            with run.estimating(step=CHECKING, seconds=rows / CHECKED_A_SECOND, upto=share):
                _find(name, about)
        if snapshot.source == Snapshot.Source.MEMBERS:
            _check_components(snapshot, about)
        if snapshot.source == Snapshot.Source.FINAL_CLOSING:
            _check_amounts(snapshot, about)
        with connection.cursor() as cursor:
            # The few rows looked at from here on are found one by one.
            cursor.execute("SET LOCAL enable_nestloop = on")
        notes += _late_notes(snapshot, about)
        run.progress(step=COUNTING)
        rows, rejected, warned, counts = _one("dtks/staging/counts.sql", about)
        snapshot.notes = notes
        snapshot.rows_read = rows
        snapshot.rows_rejected, snapshot.rows_staged = rejected, rows - rejected
        snapshot.rows_with_warnings = warned
        snapshot.problem_counts = _object(counts)
        snapshot.save(
            update_fields=[
                "notes",
                "rows_read",
                "rows_rejected",
                "rows_staged",
                "rows_with_warnings",
                "problem_counts",
            ]
        )
        run.save_checkpoint({"phase": "checked", "rows": rows}, done=rows, total=rows)


def _find(name: str, about: dict) -> None:
    """Run one search and keep what it found; made as a table first, since INSERT uses one core."""
    run_sql(f"dtks/staging/{name}.sql", **about)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO dtks_rowproblem_{about['snapshot']} (snapshot_id, row_number, code,"
            " severity, field, column_index, value, params) SELECT %s, * FROM staging_found",
            [about["snapshot"]],
        )
        cursor.execute("DROP TABLE staging_found")


_PLACES = (
    "nik",
    "kk_number",
    "name",
    "birth_date",
    "sex",
    "village",
    "subdistrict",
    "regency",
    "village_code",
    "component",
)
_LATE_NOTES = (
    "dates_mixed",
    "period_differs",
    "far_fewer_rows",
    "older_period",
    "mostly_same_rows",
    "school_said",
    "school_not_said",
    "sum_is_present",
    "sum_is_absent",
)


def _statements(snapshot: Snapshot) -> list[str]:
    found = ["numbers"]
    if "nik" in snapshot.mapping:
        found += ["repeated_rows", "duplicate_niks", "nik_and_person"]
    if snapshot.source == Snapshot.Source.FINAL_CLOSING:
        found.append("repeated_cards")
    found.append("people")
    if {"village", "village_code"} & snapshot.mapping.keys():
        found.append("places")
    if snapshot.loads_checks:
        found += ["attendance", "pupils"]
    return found


def _learn_sums(snapshot: Snapshot) -> None:
    """Offices fill JML with the days present or with the days absent; the whole file tells which.

    Days present are the form's own meaning. Kept in `totals`, and said as a note.
    """
    absent, present = _one("dtks/staging/sums.sql", attendance_places(snapshot))
    snapshot.totals["sum"] = "absent" if absent > present else "present" if present else ""
    snapshot.save(update_fields=["totals"])


def read_attendance(snapshot: Snapshot) -> None:
    """Make the temporary tables `attendance_row` and `pupil` of a school's file, anew."""
    places = attendance_places(snapshot)
    run_sql("dtks/attendance_rows.sql", **places)
    run_sql("dtks/pupils.sql", **places)


def attendance_places(snapshot: Snapshot) -> dict:
    """For each month of the file its columns (from 1, or NULL) and its effective days, as arrays
    side by side; what JML means; and where the level of a school may stand."""
    months = attendance.months_in(snapshot.mapping)
    days = snapshot.totals.get("days", {})
    columns = {
        figure: [
            snapshot.mapping[name] + 1
            if (name := f"{figure}_{month:02}") in snapshot.mapping
            else None
            for month in months
        ]
        for figure in attendance.FIGURES
    }
    return {
        "snapshot": snapshot.pk,
        "months": months,
        "month_names": [attendance.NAMES[month] for month in months],
        "effective": [days.get(str(month)) for month in months],
        "sums": snapshot.totals.get("sum", ""),
        "district": snapshot.area_id[:5],
        "period": snapshot.year * 10 + snapshot.stage,
        **columns,
        **{
            name: snapshot.mapping[name] + 1 if name in snapshot.mapping else None
            for name in ("school_form", "grade", "school", "npsn")
        },
    }


def _refuse_by_shares(snapshot: Snapshot, about: dict) -> None:
    if "nik" not in snapshot.mapping:
        return
    nth = max(1, snapshot.rows_read // SAMPLE)
    rows, comparable, swapped, truncated, numeric, ending_in_0 = _one(
        "dtks/staging/shares.sql", about | {"nth": nth}
    )
    if comparable >= FEW and swapped > comparable * SWAPPED_SHARE:
        raise FileRefused("columns_swapped", share=round(swapped * 100 / comparable))
    if snapshot.source not in Snapshot.STRICT_SOURCES:
        return
    if (
        truncated >= FEW
        and truncated > rows * TRUNCATED_SHARE
        and truncated > numeric * TRUNCATED_OF_NUMERIC
    ):
        raise FileRefused("many_truncated", share=round(truncated * 100 / rows))
    if ending_in_0 >= FEW and ending_in_0 > rows * ROUND_SHARE:
        raise FileRefused("many_truncated", share=round(ending_in_0 * 100 / rows))


def _check_components(snapshot: Snapshot, about: dict) -> None:
    if "component" in snapshot.mapping:
        said = [cells[0] for cells in _combinations(snapshot, ["component"])]
        _mark(snapshot, "component_unknown", "component", unknown_words(said, COMPONENT_WORDS))


def _check_amounts(snapshot: Snapshot, about: dict) -> None:
    """Counts, their sum and the amount: each different combination is judged once."""
    counts = [name for name in COMPONENT_FIELDS if name in snapshot.mapping]
    for name in [*counts, "component_count", "amount"]:
        if name in snapshot.mapping:
            said = {cells[0] for cells in _combinations(snapshot, [name])}
            wrong = [cell for cell in said if cell.strip(" -") and whole_number(cell) is None]
            negative = [cell for cell in wrong if whole_number(cell.lstrip(" -")) is not None]
            unreadable = sorted(set(wrong) - set(negative))
            code = "amount_unreadable" if name == "amount" else "count_unreadable"
            _mark(snapshot, code, name, unreadable)
            _mark(
                snapshot,
                "amount_negative" if name == "amount" else "count_unreadable",
                name,
                sorted(negative),
            )
    if not counts:
        return
    on = snapshot.period.starts_on
    indexes = list(BenefitIndex.objects.valid_on(on))
    rule = PeriodRule.objects.valid_on(on).order_by("valid_from").last()
    for code, name in (
        ("component_count_mismatch", "component_count"),
        ("amount_mismatch", "amount"),
    ):
        if name not in snapshot.mapping:
            continue
        wrong = {}
        for cells in _combinations(snapshot, [*counts, name]):
            params = judge_amount(
                code, dict(zip(counts, cells, strict=False)), cells[-1], indexes, rule
            )
            if params:
                wrong[json.dumps(cells)] = json.dumps(params)
        if wrong:
            run_sql(
                "dtks/staging/amounts_in.sql",
                snapshot=snapshot.pk,
                code=code,
                severity=KINDS[code].severity_in(snapshot.source),
                field=name,
                place=snapshot.mapping[name] + 1,
                places=[snapshot.mapping[each] + 1 for each in [*counts, name]],
                combinations=list(wrong),
                params=list(wrong.values()),
            )


def _mark(snapshot: Snapshot, code: str, field: str, words: list[str]) -> None:
    if words:
        run_sql(
            "dtks/staging/cells_in.sql",
            snapshot=snapshot.pk,
            code=code,
            severity=KINDS[code].severity_in(snapshot.source),
            field=field,
            place=snapshot.mapping[field] + 1,
            words=words,
        )


def _combinations(snapshot: Snapshot, fields: list[str]) -> list[list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql("dtks/staging/combinations.sql"),
            {
                "snapshot": snapshot.pk,
                "places": [snapshot.mapping[name] + 1 for name in fields],
            },
        )
        return sorted(json.loads(cells) for (cells,) in cursor.fetchall())


def _late_notes(snapshot: Snapshot, about: dict) -> list[dict]:
    """What only the whole file, beside the files before it, can show."""
    notes = []
    if snapshot.loads_checks:
        notes += _attendance_notes(snapshot)
    if "birth_date" in snapshot.mapping:
        (months_first,) = _one("dtks/staging/months_first.sql", about)
        if months_first:
            notes.append({"code": "dates_mixed", "count": months_first})
    if "period_text" in snapshot.mapping:
        said = [cells[0] for cells in _combinations(snapshot, ["period_text"])]
        others = sorted({text.strip() for text in said if differs(text, snapshot)})
        if others:
            notes.append({"code": "period_differs", "said": others[:5]})
    earlier = (
        Snapshot.objects.live()
        .filter(source=snapshot.source, area=snapshot.area, staged_at__isnull=False)
        .exclude(pk=snapshot.pk)
    )
    earlier = earlier.order_by("-year", "-stage", "-staged_at")
    # A school's file says nothing about the size of another school's.
    last = None if snapshot.loads_checks else earlier.first()
    if last:
        fewer = 1 - snapshot.rows_read / max(last.rows_read, 1)
        if fewer > FEWER_SHARE:
            notes.append(
                {"code": "far_fewer_rows", "share": round(fewer * 100), "before": last.rows_read}
            )
        if (last.year, last.stage) > (snapshot.year, snapshot.stage):
            notes.append({"code": "older_period"})
    if same := max((_same_share(snapshot, one) for one in earlier[:COMPARED_FILES]), default=0):
        notes.append({"code": "mostly_same_rows", "share": same})
    return notes


def _attendance_notes(snapshot: Snapshot) -> list[dict]:
    said = snapshot.totals
    notes: list[dict] = []
    if said.get("npsn"):
        notes.append({"code": "school_said", "npsn": said["npsn"], "school": said["school"] or "-"})
    elif "npsn" not in snapshot.mapping:
        notes.append({"code": "school_not_said"})
    if said.get("sum"):
        notes.append({"code": f"sum_is_{said['sum']}"})
    return notes


def _same_share(snapshot: Snapshot, earlier: Snapshot) -> float:
    """Percent of rows that an earlier file had word for word; 0 when it is another file.

    The same export under another name has other bytes, so its digest does not betray it.
    """
    if earlier.columns != snapshot.columns:
        return 0
    rows = range(1, snapshot.header_row + snapshot.rows_read + 1)
    nth = max(1, snapshot.rows_read // COMPARED_ROWS)
    looked_at, same = _one(
        "dtks/staging/same_rows.sql",
        {"snapshot": snapshot.pk, "earlier": earlier.pk, "numbers": list(rows[::nth])},
    )
    if looked_at < FEW or same < looked_at * SAME_SHARE:
        return 0
    return math.floor(same * 1000 / looked_at) / 10


def differs(text: str, snapshot: Snapshot) -> bool:
    """Whether `TAHAP 3 2026` speaks of another period than the one chosen."""
    numbers = [int(part) for part in "".join(c if c.isdigit() else " " for c in text).split()]
    years = [number for number in numbers if 2000 <= number <= 2100]
    stages = [number for number in numbers if 1 <= number <= 4]
    return bool((years and snapshot.year not in years) or (stages and snapshot.stage not in stages))


def _one(name: str, params: dict) -> tuple:
    with connection.cursor() as cursor:
        cursor.execute(load_sql(name), params)
        return cursor.fetchone()


def _object(value) -> dict:
    return json.loads(value) if isinstance(value, str) else value
