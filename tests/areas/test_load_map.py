"""Loading outlines: what is taken, what is refused with its place, and borders that stay common."""

import datetime as dt
import json
import math
import time
from collections import Counter

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEvent
from areas.geojson import Unusable, code_of, pack, read_map, x_of, y_of
from areas.maps import PAGE_POINTS, load_map
from areas.models import AreaShape
from areas.outlines import dissolved, label_place, simplified, size_of
from core.errors import Refused
from tests.factories.areas import AreaFactory
from tests.factories.maps import collection, district, feature, square

AT = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)
KECAMATAN, VILLAGE = "99.01.01", "99.01.01.2001"


@pytest.fixture(scope="module")
def invented():
    return district()


@pytest.fixture(scope="module")
def small():
    """Two by two kecamatan of two by two villages."""
    return district(columns=(2, 2), rows=(2, 2), steps=40)


def areas_of(made):
    for code in (*made.kecamatan, *made.villages):
        AreaFactory(code=code)


def load(content, **more):
    return load_map(content=content, source="peta.geojson", by=None, at=AT, **more)


def problems(*features):
    """What is said of the features of a file with a good one beside them."""
    found = read_map(collection(feature("99.01.09", square(96)), *features))
    assert list(found.areas) == ["99.01.09"]
    return [(one.feature, one.message) for one in found.problems]


# --- which area a feature is


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"kode": VILLAGE}, VILLAGE),
        ({"KODE": "9901012001"}, VILLAGE),
        ({"code": 9901012001.0}, VILLAGE),
        ({"KODE_KEC": "990101"}, KECAMATAN),
        ({"kode_desa": VILLAGE, "kode_kec": KECAMATAN}, VILLAGE),
        ({"KDEPUM": VILLAGE, "KDCPUM": KECAMATAN, "WADMKD": "Contoh"}, VILLAGE),
        ({"KDEPUM": None, "KDCPUM": KECAMATAN, "WADMKD": None}, KECAMATAN),
        ({"Kode Wilayah": " 99.01.01 "}, KECAMATAN),
    ],
)
def test_code_of_knows_the_usual_columns(properties, code):
    assert code_of(properties) == code


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"nama": "Contoh"},
        {"kode": "99.01"},  # a kabupaten is not drawn
        {"kode": 12.5},
        {"kode": 1e300},
        {"kode": ["99.01.01"]},
        {"kode_desa": "2001"},  # the end of a code is not a code
        {"kode_desa": KECAMATAN},
        {"kode": "9901010001"},  # as the statistics office writes it
        {"KDCPUM": KECAMATAN, "WADMKD": "Contoh"},  # a village without its own code
    ],
)
def test_code_of_guesses_nothing(properties):
    with pytest.raises(Unusable):
        code_of(properties)


# --- what is refused, and where


def test_read_map_says_the_place_of_each_bad_feature():
    open_ring = square()[:-1]
    far = [*square()[:2], [500_000.0, 9_000_000.0], *square()[2:]]
    words = [*square()[:2], ["95", "-1"], *square()[2:]]
    found = problems(
        feature(VILLAGE, open_ring),
        feature(VILLAGE, square(), far),
        feature(VILLAGE, words),
        feature(VILLAGE, square()[:3]),
        feature(VILLAGE, [square()], [], kind="MultiPolygon"),
        feature(VILLAGE, kind="Point"),
        {"type": "Feature", "properties": {"kode": VILLAGE}, "geometry": None},
        7.0,
        feature(VILLAGE, [[95.0, -1.0]] * 5),
        feature(VILLAGE, [[True, False]] * 5),
    )

    assert found == [
        (2, "poligon 1, cincin 1: tidak tertutup: titik terakhir bukan titik pertama"),
        (
            3,
            "poligon 1, cincin 2: titik 3 berada di luar Indonesia (500000, 9e+06); yang "
            "diperlukan bujur dan lintang dalam derajat WGS84",
        ),
        (4, "poligon 1, cincin 1: titik 3 bukan sepasang angka"),
        (5, "poligon 1, cincin 1: satu cincin memerlukan sedikitnya empat titik"),
        (6, "poligon 2 kosong"),
        (7, "bentuknya Point; yang digambar hanya Polygon dan MultiPolygon"),
        (8, "tidak ada poligonnya"),
        (9, "bukan sebuah fitur"),
        (10, "tidak ada luasnya"),
        (11, "poligon 1, cincin 1: titik 1 bukan sepasang angka"),
    ]


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5_000])
def test_read_map_refuses_what_is_no_number(word):
    good, bad = square(96), f"[[95,-1],[{word},-1],[96,0],[95,-1]]"
    text = collection(feature("99.01.09", good), feature(VILLAGE, "HERE")).decode()

    found = read_map(text.replace('"HERE"', bad).encode())

    assert (list(found.areas), [one.feature for one in found.problems]) == (["99.01.09"], [2])


def test_read_map_refuses_a_feature_with_too_many_points_only():
    many = [[95 + n / 1e5, -1.0] for n in range(250_001)]
    parts = [feature(VILLAGE, [*many[:130_000], many[0]]) for _ in range(2)]

    assert problems(feature(VILLAGE, [*many, many[0]])) == [
        (2, "titiknya lebih dari 250000; sederhanakan dahulu")
    ]
    assert len(read_map(collection(*parts)).problems) == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "map_json"),
        (b"{", "map_json"),
        (b"\xff\xfe", "map_encoding"),
        (b"[" * 200_000, "map_nested"),
        (b'{"a":' * 200_000, "map_nested"),
        (b"[]", "map_collection"),
        (b'{"type": "Topology", "features": []}', "map_collection"),
        (b'{"type": "FeatureCollection", "features": {}}', "map_collection"),
        (collection(crs={"properties": {"name": "urn:ogc:def:crs:EPSG::32748"}}), "map_system"),
        (b" " * (64 * 1024 * 1024 + 1), "map_too_large"),
        (b"[" + b"[]," * 4_500_000 + b"[]]", "map_too_many"),
        (b"[" + b"1," * 9_000_001 + b"1]", "map_too_many"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_read_map_refuses_what_is_no_collection(content, code):
    with pytest.raises(Refused) as refusal:
        read_map(content)

    assert refusal.value.code == code


def test_read_map_refuses_a_bomb_within_a_geometry_alone():
    deep = json.loads("[" * 300 + "]" * 300)

    assert problems(feature(VILLAGE, deep)) == [
        (2, "poligon 1, cincin 1: satu cincin memerlukan sedikitnya empat titik")
    ]


def test_read_map_says_no_control_characters():
    made = problems(feature("\x1b[2J\ud800"), feature(VILLAGE, kind="\x07Point"))

    assert [message for _number, message in made] == [
        "?[2J? bukan kode kecamatan atau desa, seperti 18.10.01.2001",
        "bentuknya ?Point; yang digambar hanya Polygon dan MultiPolygon",
    ]


def test_read_map_takes_wgs84_by_name_and_heights():
    ring = [[*point, 12.5] for point in square()]
    content = collection(
        feature(VILLAGE, ring), crs={"properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    )

    assert list(read_map(content).areas) == [VILLAGE]


# --- simpler outlines


def borders(flat_rings):
    """Steps of rings, whichever way they are walked."""
    for flat in flat_rings:
        points = list(zip(flat[::2], flat[1::2], strict=True))
        for one, other in zip(points, [*points[1:], points[0]], strict=True):
            yield tuple(sorted((one, other)))


def read(made, codes):
    areas = read_map(made.content()).areas
    return {code: areas[code] for code in codes}


def test_simplified_keeps_common_borders_common(invented):
    found = simplified(read(invented, invented.kecamatan), 1_500)
    steps = Counter(step for rings in found.values() for step in borders(rings))

    around = dissolved(next(iter(read(invented, invented.kecamatan).values())))
    assert sum(len(flat) // 2 for rings in found.values() for flat in rings) in range(1_300, 1_501)
    assert set(steps.values()) == {1, 2}
    # What one kecamatan has alone is the outer line of the kabupaten: one closed way around.
    alone = Counter(point for step, n in steps.items() if n == 1 for point in step)
    assert set(alone.values()) == {2}
    assert len(around) == 1


def test_simplified_leaves_areas_as_large_as_they_were(invented):
    raw = read(invented, invented.kecamatan)
    found = simplified(raw, 1_500)

    for code, rings in found.items():
        packed = [[(x << 24) | y for x, y in zip(f[::2], f[1::2], strict=True)] for f in rings]
        assert math.isclose(size_of(packed[0]), size_of(raw[code][0]), rel_tol=0.02)


def test_simplified_lets_no_area_vanish():
    """Specks, a hole filled by another area, and one area with a thousand islands."""
    hole = square(95.04, -0.96, 0.02)
    islands = [[square(96 + n % 40 / 100, -2 + n // 40 / 100, 0.004)] for n in range(1_000)]
    made = collection(
        feature("99.01.01", square(), hole),
        feature("99.01.02", hole[::-1]),
        feature("99.01.03", *islands, kind="MultiPolygon"),
        feature("99.01.04", square(95.5, -1, 0.0001)),
    )

    found = simplified(read_map(made).areas, 200)

    assert [code for code, rings in found.items() if not rings] == []
    assert sorted(found["99.01.01"][1][::2]) == sorted(found["99.01.02"][0][::2])
    assert sum(len(flat) // 2 for rings in found.values() for flat in rings) <= 200


def test_dissolved_is_the_outline_around_the_villages(small):
    areas = read_map(small.content()).areas
    villages = [areas[code][0] for code in small.villages if code.startswith(KECAMATAN)]

    (outline,) = dissolved(villages)

    assert set(outline) == set(areas[KECAMATAN][0])


def test_label_place_lies_inside_a_horseshoe():
    horseshoe = [0, 0, 90, 0, 90, 100, 60, 100, 60, 30, 30, 30, 30, 100, 0, 100]

    x, y, room = label_place([horseshoe])

    assert (y < 30, 0 < x < 90, room) == (True, True, 90)


def test_pack_keeps_about_a_metre():
    point = pack(104.9876543, -5.1234567)

    assert (x_of(point), y_of(point)) == (1_498_765, 2_513_030)


# --- the service


@pytest.mark.django_db
def test_load_map_of_a_whole_kabupaten_fits_its_pages(invented):
    areas_of(invented)
    began = time.monotonic()

    result = load(invented.content())

    assert invented.points > 190_000
    assert time.monotonic() - began < 40
    assert (result["kecamatan"], result["villages"], result["refused"]) == (9, 130, 0)
    assert AreaShape.objects.count() == 139
    points = Counter()
    for code, number in AreaShape.objects.values_list("area_id", "points"):
        points[code.rpartition(".")[0]] += number
    assert len(points) == 10
    assert max(points.values()) <= PAGE_POINTS
    assert min(points.values()) > 500


@pytest.mark.django_db
def test_load_map_again_replaces_the_areas_of_the_file_and_leaves_the_rest(small):
    areas_of(small)
    load(small.content())
    before = dict(AreaShape.objects.values_list("area_id", "rings"))

    result = load(collection(feature(VILLAGE, square())))

    after = dict(AreaShape.objects.values_list("area_id", "rings"))
    assert (result["villages"], result["replaced"]) == (1, 1)
    assert [code for code in after if after[code] != before[code]] == [VILLAGE]


@pytest.mark.django_db
def test_load_map_lists_unknown_codes_and_loses_nothing_of_the_others():
    AreaFactory(code=VILLAGE)

    result = load(
        collection(
            feature("99.77.01", square()),
            feature(VILLAGE, square()),
            feature(VILLAGE, square(96)[:-1]),
        )
    )

    assert (result["unknown"], result["villages"], result["refused"]) == (["99.77.01"], 1, 1)
    assert list(AreaShape.objects.values_list("area_id", flat=True)) == [KECAMATAN, VILLAGE]


@pytest.mark.django_db
def test_load_map_puts_the_parts_of_an_area_together():
    AreaFactory(code=VILLAGE)

    load(collection(feature(VILLAGE, square(95)), feature(VILLAGE, square(95.3))))

    assert len(AreaShape.objects.get(pk=VILLAGE).rings) == 2


@pytest.mark.django_db
def test_load_map_refuses_a_file_of_which_nothing_is_left():
    with pytest.raises(Refused) as refusal:
        load(collection(feature("99.77.01", square()), feature(VILLAGE, square()[:-1])))

    assert refusal.value.code == "map_empty"
    assert "fitur 2 (99.01.01.2001): poligon 1, cincin 1" in str(refusal.value)
    assert "fitur 1 (99.77.01)" in str(refusal.value)


@pytest.mark.django_db
def test_load_map_makes_kecamatan_of_all_their_villages_until_a_file_has_them(small):
    areas_of(small)
    villages = small.content(lambda one: len(one["properties"]["kode"]) == 13)

    result = load(villages)

    made = AreaShape.objects.filter(from_villages=True)
    assert (result["made_of_villages"], made.count()) == (4, 4)
    steps = Counter(step for shape in made for step in borders(shape.rings))
    assert set(steps.values()) == {1, 2}

    load(small.content(lambda one: len(one["properties"]["kode"]) == 8))
    load(villages)
    assert made.all().count() == 0


@pytest.mark.django_db
def test_load_map_makes_no_kecamatan_of_some_of_its_villages(small):
    areas_of(small)

    load(small.content(lambda one: one["properties"]["kode"] == VILLAGE))

    assert list(AreaShape.objects.values_list("area_id", flat=True)) == [VILLAGE]


@pytest.mark.django_db
def test_load_map_is_audited_and_a_dry_run_writes_nothing(operator):
    AreaFactory(code=VILLAGE)
    content = collection(feature(VILLAGE, square()))

    tried = load_map(content=content, source="p", by=operator, at=AT, dry_run=True)

    assert (tried["dry_run"], AreaShape.objects.count()) == (True, 0)
    assert not AuditEvent.objects.filter(verb="areas.map_loaded").exists()

    done = load_map(content=content, source="p", by=operator, at=AT)

    event = AuditEvent.objects.get(verb="areas.map_loaded")
    assert (event.by, event.data["villages"]) == (operator, 1)
    assert done == {**tried, "dry_run": False}


# --- the command


@pytest.fixture
def map_file(tmp_path):
    AreaFactory(code=VILLAGE)
    path = tmp_path / "peta.geojson"
    path.write_bytes(collection(feature(VILLAGE, square()), feature("99.77.01", square())))
    return path


@pytest.mark.django_db
def test_load_map_command_answers_in_json(map_file, capsys, operator):
    call_command("load_map", str(map_file), "--as", "operator", "--json")

    said = capsys.readouterr()
    answer = json.loads(said.out)
    assert (answer["features"], answer["villages"], answer["unknown"]) == (2, 1, ["99.77.01"])
    assert "Tidak ada dalam daftar wilayah, dilewati: 99.77.01." in said.err


@pytest.mark.django_db
def test_load_map_command_dry_run_changes_nothing(map_file, capsys, operator):
    call_command("load_map", str(map_file), "--as", "operator", "--dry-run")

    assert "Tidak ada yang diubah" in capsys.readouterr().out
    assert not AreaShape.objects.exists()


@pytest.mark.django_db
def test_load_map_command_refuses_a_facilitator(map_file, sari):
    with pytest.raises(CommandError) as error:
        call_command("load_map", str(map_file), "--as", "sari")

    assert error.value.returncode == 1
    assert not AreaShape.objects.exists()


@pytest.mark.django_db
def test_load_map_command_knows_wrong_usage_from_a_bad_file(tmp_path, operator):
    bad = tmp_path / "bad.geojson"
    bad.write_bytes(b"{")

    codes = []
    for path in (tmp_path / "nothing.geojson", tmp_path, bad):
        with pytest.raises(CommandError) as error:
            call_command("load_map", str(path), "--as", "operator")
        codes.append(error.value.returncode)

    assert codes == [2, 2, 1]
