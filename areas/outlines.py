"""Outlines of neighbours, simplified so that their common borders stay common.

Pure. Rings are cut where borders meet; each piece of border is simplified once (Visvalingam: the
point whose triangle is smallest goes first) and used by both neighbours. How much goes is decided
for all pieces together: by the extent of the whole, and by the points a page may have.
"""

import heapq
import math
from array import array
from dataclasses import dataclass, field

from areas.geojson import Rings, x_of, y_of

_FINEST = 1_500  # what is smaller than this part of the extent is not seen
_SPECK = 250  # islands and holes smaller than this part of it are left out
_LINES = 24  # on which room for a label is looked for

Flat = list[int]  # x0, y0, x1, y1, … of a ring, not closed


@dataclass
class _Border:
    points: list[int]
    weights: list[float]
    uses: int = 0


@dataclass
class _Ring:
    code: str
    size: float
    points: list[int]
    is_main: bool = False
    pieces: list[tuple[_Border, bool]] = field(default_factory=list)


def simplified(areas: dict[str, Rings], budget: int) -> dict[str, list[Flat]]:
    """Rings of each area with about `budget` points in all; no area vanishes.

    A common border counts for both neighbours. The budget is exceeded only when the corners where
    borders meet are more than that.
    """
    rings = _worth_drawing(areas, budget)
    _cut_into_borders(rings)
    borders = {id(border): border for ring in rings for border, _forward in ring.pieces}
    limit = _limit(borders.values(), rings, budget)
    for ring in rings:
        if ring.is_main:
            _keep_three(ring, limit)
    found: dict[str, list[Flat]] = {code: [] for code in areas}
    for ring in rings:
        flat: Flat = []
        for border, forward in ring.pieces:
            kept = [p for p, w in zip(border.points, border.weights, strict=True) if w > limit]
            for point in (kept if forward else kept[::-1])[:-1]:
                flat += (x_of(point), y_of(point))
        if len(flat) > 4:
            found[ring.code].append(flat)
    return found


def _extent(rings) -> float:
    xs = [x_of(point) for ring in rings for point in ring]
    ys = [y_of(point) for ring in rings for point in ring]
    return max(max(xs) - min(xs), max(ys) - min(ys), 1)


def size_of(ring) -> float:
    """Area of a ring of packed points, in units of the grid."""
    twice = 0
    before = ring[-1]
    for point in ring:
        twice += x_of(before) * y_of(point) - x_of(point) * y_of(before)
        before = point
    return abs(twice) / 2


def _worth_drawing(areas, budget) -> list[_Ring]:
    """The largest ring of each area, and of the others as many of the large ones as fit."""
    smallest = (_extent([ring for rings in areas.values() for ring in rings]) / _SPECK) ** 2
    main, others = [], []
    for code, rings in areas.items():
        sized = sorted(
            (_Ring(code, size_of(ring), list(ring)) for ring in rings), key=lambda r: -r.size
        )
        sized[0].is_main = True
        main.append(sized[0])
        others += [ring for ring in sized[1:] if ring.size >= smallest]
    others.sort(key=lambda ring: -ring.size)
    return main + others[: max(0, budget // 8 - len(main))]


def _cut_into_borders(rings):
    meeting = _meeting_points(rings)
    known: dict[tuple[int, int], _Border] = {}
    for ring in rings:
        for piece in _pieces(ring.points, meeting):
            # Its first step names a border: between two meeting points there is one way on.
            ahead, back = (piece[0], piece[1]), (piece[-1], piece[-2])
            forward = ahead <= back
            key = ahead if forward else back
            border = known.get(key)
            if border is None:
                points = piece if forward else piece[::-1]
                border = known[key] = _Border(points, _weights(points))
            border.uses += 1
            ring.pieces.append((border, forward))


def _meeting_points(rings) -> set[int]:
    """Points that have other neighbours in one ring than in another (or at another place)."""
    neighbours: dict[int, tuple[int, int]] = {}
    meeting = set()
    for ring in rings:
        points = ring.points
        for at, point in enumerate(points):
            before, after = points[at - 1], points[at + 1 - len(points)]
            pair = (before, after) if before < after else (after, before)
            if neighbours.setdefault(point, pair) != pair:
                meeting.add(point)
    return meeting


def _pieces(points, meeting):
    at = [n for n, point in enumerate(points) if point in meeting]
    start = at[0] if at else points.index(min(points))
    turned = [*points[start:], *points[:start], points[start]]
    ends = [n - start for n in at[1:]] + [len(turned) - 1]
    begin = 0
    for end in ends:
        piece = turned[begin : end + 1]
        begin = end
        if piece[0] == piece[-1]:  # nothing to hold it: its farthest point does
            far = _farthest(piece)
            yield piece[: far + 1]
            yield piece[far:]
        else:
            yield piece


def _farthest(piece) -> int:
    x, y = x_of(piece[0]), y_of(piece[0])
    return max(
        range(1, len(piece) - 1),
        key=lambda n: ((x_of(piece[n]) - x) ** 2 + (y_of(piece[n]) - y) ** 2, piece[n]),
    )


def _weights(points) -> list[float]:
    """How much each point matters: the area its leaving would change; both ends stay always."""
    last = len(points) - 1
    xs, ys = [x_of(p) for p in points], [y_of(p) for p in points]
    before, after = list(range(-1, last)), list(range(1, last + 2))
    weights = [math.inf] * (last + 1)

    def area(n):
        a, b = before[n], after[n]
        return abs((xs[n] - xs[a]) * (ys[b] - ys[a]) - (xs[b] - xs[a]) * (ys[n] - ys[a])) / 2

    now = [math.inf, *(area(n) for n in range(1, last)), math.inf]
    waiting = [(now[n], n) for n in range(1, last)]
    heapq.heapify(waiting)
    highest = 0.0
    while waiting:
        size, n = heapq.heappop(waiting)
        if size != now[n]:
            continue  # changed since, and in the heap again
        now[n] = -1
        highest = max(highest, size)
        weights[n] = highest
        a, b = before[n], after[n]
        after[a], before[b] = b, a
        for neighbour in (a, b):
            if 0 < neighbour < last:
                changed = area(neighbour)
                if changed != now[neighbour]:
                    now[neighbour] = changed
                    heapq.heappush(waiting, (changed, neighbour))
    return weights


def _limit(borders, rings, budget) -> float:
    """Points that matter no more than this go."""
    finest = (_extent([ring.points for ring in rings]) / _FINEST) ** 2 / 2
    left = budget - sum(len(ring.pieces) for ring in rings)
    weighed = sorted(
        ((w, border.uses) for border in borders for w in border.weights[1:-1] if w > finest),
        reverse=True,
    )
    for weight, uses in weighed:
        left -= uses
        if left < 0:
            return weight
    return finest


def _keep_three(ring, limit):
    """An area that would become a line keeps the points that matter most, for its neighbour too."""
    kept = sum(w > limit for border, _f in ring.pieces for w in border.weights[1:])
    if kept > 2:
        return
    spare = [
        (weight, n, border)
        for border, _forward in ring.pieces
        for n, weight in enumerate(border.weights)
        if weight <= limit
    ]
    spare.sort(key=lambda one: one[:2], reverse=True)
    for _weight, n, border in spare[: 3 - kept]:
        border.weights[n] = math.inf


def dissolved(rings: Rings) -> Rings:
    """The outline around areas that fill a larger one: the steps that only one of them takes."""
    steps = set()
    for ring in rings:
        before = ring[-1]
        for point in ring:
            steps ^= {(before, point) if before < point else (point, before)}
            before = point
    ways: dict[int, list[int]] = {}
    for one, other in sorted(steps):
        ways.setdefault(one, []).append(other)
        ways.setdefault(other, []).append(one)
    found: Rings = []
    for start in sorted(ways):
        while ways[start]:
            outline = array("q", [start])
            point = start
            while True:
                following = ways[point].pop()
                ways[following].remove(point)
                if following == start:
                    break
                outline.append(following)
                point = following
            if len(outline) > 2:
                found.append(outline)
    return found


def label_place(rings: list[Flat]) -> tuple[int, int, int]:
    """(x, y, room): the middle of a wide place inside, and how wide it is there."""
    top, bottom = (choose(y for flat in rings[:1] for y in flat[1::2]) for choose in (min, max))
    best = (0.0, rings[0][0], rings[0][1], 0)
    for line in range(1, _LINES):
        y = top + (bottom - top) * line / _LINES + 0.25
        crossings = sorted(x for flat in rings for x in _crossings(flat, y))
        central = 1 - abs(2 * line / _LINES - 1) * 0.7
        for left, right in zip(crossings[::2], crossings[1::2], strict=False):
            best = max(
                best,
                ((right - left) * central, round((left + right) / 2), round(y), int(right - left)),
            )
    return best[1:]


def _crossings(flat, y):
    xa, ya = flat[-2], flat[-1]
    for xb, yb in zip(flat[::2], flat[1::2], strict=True):
        if (ya < y) != (yb < y):
            yield xa + (y - ya) * (xb - xa) / (yb - ya)
        xa, ya = xb, yb
