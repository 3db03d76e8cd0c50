"""A map as numbers become a drawing: classes, paths and labels, in whole units of the picture.

Pure: outlines and values in, ready strings out. The table beside the map says the same numbers.
"""

from bisect import bisect_left
from dataclasses import dataclass

CLASSES = "ABCDE"
WIDTH, TALLEST = 1_000, 900
_MARGIN = 6
# How wide a letter is drawn, in units of the picture: on a desk, and where it is a phone's width;
# names on a desk only, smaller than numbers.
_DESK, _PHONE, _NAME = 19, 27, 14
_NAME_ABOVE, _NUMBER_BELOW = -18, 14


@dataclass(frozen=True)
class Class:
    """A line of the legend: areas whose value lies between the two numbers, both included."""

    letter: str
    lowest: object
    highest: object
    areas: int


@dataclass(frozen=True)
class Shape:
    """One area of the map. `letter` is its class, empty without a value; `size` says how much
    room its label has: "wide" for the number everywhere, "desk" for the number on a desk only,
    "narrow" for the letter alone. With a `name_y` there is room for the name above it."""

    code: str
    d: str
    letter: str
    x: int
    y: int
    size: str
    name_y: int | None = None


@dataclass(frozen=True)
class Drawing:
    view_box: str
    shapes: list[Shape]


def classes_of(values: dict) -> tuple[dict[str, str], list[Class]]:
    """({code: letter}, legend): at most five classes by quantiles of the values that are there.

    Equal values share a class, so there may be fewer.
    """
    known = sorted(value for value in values.values() if value is not None)
    ends: list = []
    for n in range(1, len(CLASSES) + 1):
        if known:
            end = known[max(0, -(-n * len(known) // len(CLASSES)) - 1)]
            if not ends or end > ends[-1]:
                ends.append(end)
    members: dict[int, list] = {n: [] for n in range(len(ends))}
    letters = {}
    for code, value in values.items():
        if value is not None:
            n = bisect_left(ends, value)
            letters[code] = CLASSES[n]
            members[n].append(value)
    legend = [
        Class(CLASSES[n], min(inside), max(inside), len(inside)) for n, inside in members.items()
    ]
    return letters, legend


def drawing_of(outlines: dict, letters: dict, texts: dict, names: dict) -> Drawing:
    """The outlines of some areas in one picture; `texts` and `names` may stand on each."""
    left = min(one.left for one in outlines.values())
    top = min(one.top for one in outlines.values())
    across = max(max(one.right for one in outlines.values()) - left, 1)
    down = max(max(one.bottom for one in outlines.values()) - top, 1)
    scale = min((WIDTH - 2 * _MARGIN) / across, (TALLEST - 2 * _MARGIN) / down)

    def put(x, y):
        return round((x - left) * scale) + _MARGIN, round((y - top) * scale) + _MARGIN

    shapes = []
    for code, one in sorted(
        outlines.items(), key=lambda pair: (_inside(pair[1], outlines), pair[0])
    ):
        x, y = put(one.label_x, one.label_y)
        room = one.label_room * scale
        long = len(texts[code])
        size = "wide" if long * _PHONE < room else "desk" if long * _DESK < room else "narrow"
        named = size != "narrow" and len(names[code]) * _NAME < room
        shapes.append(
            Shape(
                code,
                _path(one.rings, put),
                letters.get(code, ""),
                x,
                y + (_NUMBER_BELOW if named else 0),
                size,
                y + _NAME_ABOVE if named else None,
            )
        )
    width, height = round(across * scale) + 2 * _MARGIN, round(down * scale) + 2 * _MARGIN
    return Drawing(f"0 0 {width} {height}", shapes)


def _inside(one, outlines) -> bool:
    """It may lie inside another and is drawn over it; all others keep the order of the table."""
    return any(
        other is not one
        and other.left <= one.left
        and other.top <= one.top
        and other.right >= one.right
        and other.bottom >= one.bottom
        for other in outlines.values()
    )


def _path(rings, put) -> str:
    """Steps from point to point, so that most numbers are short."""
    parts = []
    for flat in rings:
        points = [put(x, y) for x, y in zip(flat[::2], flat[1::2], strict=True)]
        before = points[0]
        steps = []
        for point in points[1:]:
            if point != before:
                x, y = point[0] - before[0], point[1] - before[1]
                steps.append(f"{x}{y}" if y < 0 else f"{x} {y}")
                before = point
        if len(steps) > 1:
            joined = steps[0] + "".join(s if s[0] == "-" else f" {s}" for s in steps[1:])
            parts.append(f"M{points[0][0]} {points[0][1]}l{joined}z")
    return "".join(parts)
