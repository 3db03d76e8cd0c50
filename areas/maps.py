"""Loading a map: the outlines of kecamatan and villages, for pages that draw them."""

import hashlib
from collections import defaultdict
from itertools import chain

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from areas import codes
from areas.geojson import MapFile, Rings, read_map
from areas.models import Area, AreaShape
from areas.outlines import dissolved, label_place, simplified
from areas.signals import map_loaded
from core.errors import Refused

PAGE_POINTS = 1_500  # of all kecamatan of a kabupaten, or all villages of a kecamatan
_SHOWN_PROBLEMS = 5
_MOST_PROBLEMS = 1_000


def load_map(*, content: bytes, source: str, by, at, dry_run: bool = False) -> dict:
    """Outlines of the areas in a GeoJSON file; those of other areas stay as they are.

    A kecamatan that is in no file is made of its villages when the file has all of them. What
    cannot be used is listed and nothing of the rest is lost; refused only when nothing is left.
    `by` is None when the shell was trusted. All in one transaction; `dry_run` writes nothing.
    """
    found = read_map(content)
    with transaction.atomic():
        # Two loads at once wait for each other, so the counts of both are true.
        known = set(
            Area.objects.select_for_update()
            .filter(code__in=found.areas)
            .order_by("code")
            .values_list("code", flat=True)
        )
        unknown = sorted(found.areas.keys() - known)
        usable = {code: rings for code, rings in found.areas.items() if code in known}
        if not usable:
            raise _nothing_usable(found, unknown)
        before = dict(
            AreaShape.objects.filter(area_id__in=_with_parents(usable)).values_list(
                "area_id", "from_villages"
            )
        )
        made = _made_of_villages(usable, before, timezone.localdate(at))
        shapes = _shapes(usable | made, made, source=source, at=at)
        result = {
            "features": found.features,
            "kecamatan": sum(codes.level_of(code) == Area.Level.KECAMATAN for code in usable),
            "villages": sum(codes.level_of(code) == Area.Level.DESA for code in usable),
            "made_of_villages": len(made),
            "replaced": sum(code in before for code in usable),
            "points": sum(shape.points for shape in shapes),
            "unknown": unknown,
            "problems": [
                {"feature": one.feature, "code": one.code, "message": one.message}
                for one in found.problems[:_MOST_PROBLEMS]
            ],
            "refused": len(found.problems),
            "dry_run": dry_run,
        }
        if not dry_run:
            AreaShape.objects.bulk_create(
                shapes,
                batch_size=500,
                update_conflicts=True,
                unique_fields=["area"],
                update_fields=[
                    field.name for field in AreaShape._meta.fields if not field.primary_key
                ],
            )
            numbers = {name: n for name, n in result.items() if type(n) is int}
            digest = hashlib.sha256(content).hexdigest()
            map_loaded.send(
                sender=AreaShape,
                by=by,
                at=at,
                result={**numbers, "unknown": len(unknown), "sha256": digest},
            )
    return result


def _nothing_usable(found: MapFile, unknown) -> Refused:
    said = [_place(one.feature, one.code, one.message) for one in found.problems]
    said += [
        _place(found.feature_of[code], code, _("this code is not in the list of areas"))
        for code in unknown
    ]
    return Refused(
        "map_empty",
        _("Nothing in the map can be drawn. %(problems)s")
        % {"problems": "; ".join(said[:_SHOWN_PROBLEMS])},
    )


def _place(feature: int, code: str, message: str) -> str:
    if code:
        return _("feature %(feature)d (%(code)s): %(message)s") % {
            "feature": feature,
            "code": code,
            "message": message,
        }
    return _("feature %(feature)d: %(message)s") % {"feature": feature, "message": message}


def problem_lines(result: dict) -> list[str]:
    """What was left out, a line each, for whoever loaded the file."""
    lines = [_place(one["feature"], one["code"], one["message"]) for one in result["problems"]]
    if result["unknown"]:
        lines.append(
            _("Not in the list of areas, left out: %(codes)s.")
            % {"codes": ", ".join(result["unknown"])}
        )
    return lines


def _with_parents(areas) -> set[str]:
    return {*areas, *(code[:8] for code in areas)}


def _made_of_villages(usable, before, day) -> dict[str, Rings]:
    """Outlines of kecamatan all of whose villages are here, unless a file had the kecamatan."""
    by_kecamatan = defaultdict(set)
    for code in usable:
        if codes.level_of(code) == Area.Level.DESA:
            by_kecamatan[code[:8]].add(code)
    wanted = [code for code in by_kecamatan if code not in usable and before.get(code, True)]
    needed = defaultdict(set)
    villages = Area.objects.villages().valid_on(day).filter(parent_id__in=wanted)
    for code, parent in villages.values_list("code", "parent_id"):
        needed[parent].add(code)
    made = {}
    for code in wanted:
        if needed[code] and needed[code] <= by_kecamatan[code]:
            outline = dissolved(list(chain.from_iterable(usable[v] for v in by_kecamatan[code])))
            if outline:
                made[code] = outline
    return made


def _shapes(areas, made, *, source, at) -> list[AreaShape]:
    """Simplified together with the neighbours they are drawn with: the children of one area.

    A file with a part of them gets its part of the points, so that many small files do not make
    a heavy page.
    """
    together = defaultdict(dict)
    for code, rings in sorted(areas.items()):
        together[codes.parent_of(code)][code] = rings
    children = dict(
        Area.objects.filter(parent_id__in=together)
        .order_by()
        .values_list("parent_id")
        .annotate(number=Count("pk"))
    )
    shapes = []
    for parent, group in together.items():
        budget = PAGE_POINTS * len(group) // max(children.get(parent, 0), len(group))
        for code, rings in simplified(group, budget).items():
            if rings:
                shapes.append(_shape(code, rings, code in made, source=source, at=at))
    return shapes


def _shape(code, rings, from_villages, *, source, at) -> AreaShape:
    xs = [x for flat in rings for x in flat[::2]]
    ys = [y for flat in rings for y in flat[1::2]]
    x, y, room = label_place(rings)
    return AreaShape(
        area_id=code,
        level=codes.level_of(code),
        rings=rings,
        points=len(xs),
        left=min(xs),
        top=min(ys),
        right=max(xs),
        bottom=max(ys),
        label_x=x,
        label_y=y,
        label_room=room,
        from_villages=from_villages,
        source=source[:200],
        loaded_at=at,
    )
