"""GeoJSON as offices get it, read into rings of whole numbers on a grid of about a metre.

Pure. Coordinates become whole numbers as soon as their geometry has been parsed, so a file of
64 MB never stands in memory as lists of lists. What cannot be used is said feature by feature,
with its place in the file; everything else goes on.
"""

import json
import math
from array import array
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from areas import codes
from core.errors import Refused

MAX_BYTES = 64 * 1024 * 1024
# In 64 MB of coordinates there are fewer; more of them is a file made to fill the memory.
MAX_BRACKETS, MAX_COMMAS = 4_500_000, 9_000_000
MAX_POINTS = 250_000  # of one feature: a coast surveyed to the metre has fewer
KECAMATAN, DESA = 3, 4
# Indonesia from Sabang to Merauke and from Miangas to Rote, with a little sea around it.
WEST, EAST, SOUTH, NORTH = 94.5, 141.5, -11.5, 6.5
# A point is one number, x * 2**24 + y: degrees of Mercator in 1/100,000, x from 90 degrees east,
# y downwards from 20 degrees north, so both are positive and fit.
UNIT = 100_000
_BITS = 24
_MASK = (1 << _BITS) - 1
# Names of columns without their case, blanks and underscores, the exact ones first.
_VILLAGE = (
    "kdepum",
    "kodedesa",
    "kddesa",
    "kodekelurahan",
    "kodekel",
    "kdkel",
    "kodedesakelurahan",
    "kodekeldesa",
    "villagecode",
)
_EITHER = (
    "kode",
    "code",
    "kodewilayah",
    "kdwilayah",
    "kodewil",
    "kodekemendagri",
    "kodedagri",
    "kodepum",
    "areacode",
    "kodearea",
)
_SUBDISTRICT = ("kdcpum", "kodekec", "kdkec", "kodekecamatan", "kdkecamatan", "subdistrictcode")
_COLUMNS = ((_VILLAGE, (DESA,)), (_EITHER, (KECAMATAN, DESA)), (_SUBDISTRICT, (KECAMATAN,)))
# A village with its name but without its own code is not taken for its kecamatan.
_NAMES_OF_VILLAGES = ("wadmkd", "desa", "kelurahan", "namadesa", "nmdesa", "namakelurahan")

Rings = list[array]


class Unusable(Exception):
    """Why a feature cannot be drawn, and where in it, as it is shown."""


@dataclass(frozen=True)
class Geometry:
    rings: Rings


@dataclass(frozen=True)
class Problem:
    """`feature` counts from 1; `code` is empty when it could not be read."""

    feature: int
    code: str
    message: str


@dataclass
class MapFile:
    """Rings by area code; the parts of an area that stands in several features are together."""

    features: int = 0
    areas: dict[str, Rings] = field(default_factory=dict)
    feature_of: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def pack(longitude: float, latitude: float) -> int:
    north = math.degrees(math.asinh(math.tan(math.radians(latitude))))
    return (round((longitude - 90) * UNIT) << _BITS) | round((20 - north) * UNIT)


def x_of(point: int) -> int:
    return point >> _BITS


def y_of(point: int) -> int:
    return point & _MASK


def read_map(content: bytes) -> MapFile:
    """The features of a FeatureCollection; refused as a whole only when it is none."""
    if len(content) > MAX_BYTES:
        raise Refused("map_too_large", _("The map is larger than 64 MB. Simplify it first."))
    brackets = content.count(b"[") + content.count(b"{")
    if brackets > MAX_BRACKETS or content.count(b",") > MAX_COMMAS:
        raise Refused(
            "map_too_many", _("The map has more parts than can be read. Simplify it first.")
        )
    try:
        whole = json.loads(
            content.decode("utf-8-sig"),
            object_hook=_hook,
            parse_int=float,  # a number of a million digits is no integer worth its time
            parse_constant=lambda word: None,  # NaN and Infinity are no numbers
        )
    except UnicodeDecodeError:
        raise Refused("map_encoding", _("The map is not UTF-8 text.")) from None
    except RecursionError:
        raise Refused("map_nested", _("The map is nested too deeply to be GeoJSON.")) from None
    except json.JSONDecodeError as problem:
        raise Refused(
            "map_json",
            _("The map is not readable JSON: line %(line)d, column %(column)d.")
            % {"line": problem.lineno, "column": problem.colno},
        ) from None
    features = whole.get("features") if isinstance(whole, dict) else None
    if not isinstance(features, list) or whole.get("type") != "FeatureCollection":
        raise Refused("map_collection", _("The map is not a GeoJSON FeatureCollection."))
    _check_system(whole.get("crs"))
    found = MapFile(features=len(features))
    for number, feature in enumerate(features, 1):
        _read_feature(number, feature, found)
    return found


def _check_system(system):
    """Older files name their coordinates; only degrees of WGS84 are read."""
    if system is None:
        return
    properties = system.get("properties") if isinstance(system, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if not name.upper().endswith(("CRS84", ":4326")):
        raise Refused(
            "map_system",
            _("The coordinates of the map are %(name)s. Save it again in WGS84 (EPSG:4326).")
            % {"name": _clean(name)[:60] or "?"},
        )


def _read_feature(number, feature, found):
    code = ""
    try:
        if not isinstance(feature, dict):
            raise Unusable(_("it is not a feature"))
        properties = feature.get("properties")
        code = code_of(properties if isinstance(properties, dict) else {})
        geometry = feature.get("geometry")
        if isinstance(geometry, Unusable):
            raise geometry
        if not isinstance(geometry, Geometry):
            raise Unusable(_("it has no polygon"))
        known = found.areas.get(code, [])
        if sum(map(len, known)) + sum(map(len, geometry.rings)) > MAX_POINTS:
            raise Unusable(_too_many())
    except Unusable as problem:
        found.problems.append(Problem(number, code, str(problem)))
    else:
        found.areas[code] = known + geometry.rings
        found.feature_of.setdefault(code, number)


def code_of(properties: dict) -> str:
    """The dotted code of a kecamatan or village from the columns it is known to stand in."""
    named = {_plain(name): value for name, value in properties.items()}
    for columns, levels in _COLUMNS:
        for column in columns:
            text = _text(named.get(column))
            if not text:
                continue
            shown = {"code": text[:20]}
            if codes.looks_like_bps(text):
                raise Unusable(
                    _("%(code)s looks like a BPS code; Kemendagri codes are needed") % shown
                )
            code = codes.dotted(text)
            if code is None or codes.level_of(code) not in levels:
                raise Unusable(
                    _("%(code)s is not the code of a kecamatan or village, such as 18.10.01.2001")
                    % shown
                )
            if columns is _SUBDISTRICT and any(_text(named.get(n)) for n in _NAMES_OF_VILLAGES):
                raise Unusable(_("it names a village and has only the code of its kecamatan"))
            return code
    raise Unusable(_("none of its properties is called kode, code, kode_kec or kode_desa"))


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _text(value) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value)) if abs(value) < 1e15 else ""
    return _clean(value.strip()[:200]) if isinstance(value, str) else ""


def _clean(text: str) -> str:
    """What is shown to a person, who may sit at a terminal that obeys control characters."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _hook(found: dict):
    """Called for each object as soon as it is complete, the inner ones first."""
    if "coordinates" not in found or "type" not in found:
        return found
    try:
        return Geometry(_rings_of(found["type"], found["coordinates"]))
    except Unusable as problem:
        return problem


def _rings_of(kind, coordinates) -> Rings:
    if kind not in ("Polygon", "MultiPolygon"):
        raise Unusable(
            _("it is a %(kind)s; only Polygon and MultiPolygon are drawn")
            % {"kind": _clean(kind)[:20] if isinstance(kind, str) else "?"}
        )
    polygons = [coordinates] if kind == "Polygon" else coordinates
    rings: Rings = []
    points = 0
    for at, polygon in enumerate(_list(polygons, _("it has no polygon")), 1):
        for ring_at, ring in enumerate(
            _list(polygon, _("polygon %(at)d is empty") % {"at": at}), 1
        ):
            points += len(ring) if isinstance(ring, list) else 0
            if points > MAX_POINTS:
                raise Unusable(_too_many())
            place = {"polygon": at, "ring": ring_at}
            try:
                read = _read_ring(ring)
            except Unusable as problem:
                raise Unusable(
                    _("polygon %(polygon)d, ring %(ring)d: %(problem)s")
                    % {**place, "problem": problem}
                ) from None
            if len(read) > 2:  # what is smaller than a metre is nothing on the map
                rings.append(read)
    if not rings:
        raise Unusable(_("it has no area"))
    return rings


def _list(value, otherwise) -> list:
    if not isinstance(value, list) or not value:
        raise Unusable(otherwise)
    return value


def _too_many() -> str:
    return _("it has more than %(most)d points; simplify it first") % {"most": MAX_POINTS}


def _read_ring(points) -> array:
    """Points without repetitions, the last one not being the first again."""
    if not isinstance(points, list) or len(points) < 4:
        raise Unusable(_("a ring needs at least four points"))
    found = array("q")
    last = None
    for at, point in enumerate(points, 1):
        if (
            not isinstance(point, list)
            or not 2 <= len(point) <= 4
            or type(point[0]) is not float
            or type(point[1]) is not float
        ):
            raise Unusable(_("point %(at)d is not a pair of numbers") % {"at": at})
        longitude, latitude = point[0], point[1]
        if not (WEST <= longitude <= EAST and SOUTH <= latitude <= NORTH):
            raise Unusable(
                _(
                    "point %(at)d lies outside Indonesia (%(place)s); "
                    "longitude and latitude in degrees of WGS84 are needed"
                )
                % {"at": at, "place": f"{longitude:.6g}, {latitude:.6g}"}
            )
        packed = pack(longitude, latitude)
        if packed != last:
            found.append(packed)
        last = packed
    first = points[0]
    if pack(first[0], first[1]) != last:
        raise Unusable(_("it is not closed: the last point is not the first one"))
    if len(found) > 1:
        found.pop()
    return found
