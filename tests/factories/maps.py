"""An invented kabupaten on the map: a grid of villages whose common borders wander.

Every border is made once and used by both neighbours, as a survey leaves them. It lies in the sea
west of Sumatra, so it is nobody's.
"""

import json
import math
import random
from dataclasses import dataclass

WEST, NORTH, CELL = 95.0, -1.0, 0.05  # degrees


@dataclass
class District:
    features: list[dict]
    kecamatan: list[str]
    villages: list[str]

    @property
    def points(self) -> int:
        return sum(len(ring) for f in self.features for ring in f["geometry"]["coordinates"])

    def content(self, keep=lambda feature: True) -> bytes:
        kept = [feature for feature in self.features if keep(feature)]
        return collection(*kept)


def collection(*features, **more) -> bytes:
    whole = {"type": "FeatureCollection", "features": list(features), **more}
    return json.dumps(whole).encode()


def feature(code, *rings, column="kode", kind="Polygon", **properties) -> dict:
    return {
        "type": "Feature",
        "properties": {column: code, **properties},
        "geometry": {"type": kind, "coordinates": list(rings)},
    }


def square(west=95.0, south=-1.0, side=0.1) -> list:
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def district(kabupaten="99.01", columns=(4, 4, 5), rows=(3, 3, 4), steps=300, seed=7) -> District:
    """`columns` and `rows` are the villages across and down of each kecamatan; `steps` the points
    of a side of a village. The default has 9 kecamatan and 130 villages in about 200,000 points."""
    dice = random.Random(seed)
    across, down = sum(columns), sum(rows)
    side = {}
    for x in range(across):
        for y in range(down + 1):
            side["across", x, y] = _wander(dice, (x, y), (x + 1, y), steps)
    for x in range(across + 1):
        for y in range(down):
            side["down", x, y] = _wander(dice, (x, y), (x, y + 1), steps)

    def ring(x0, y0, x1, y1):
        """Around a block of cells, along the sides of its cells."""
        path = [
            *(side["across", x, y0] for x in range(x0, x1)),
            *(side["down", x1, y] for y in range(y0, y1)),
            *(side["across", x, y1][::-1] for x in reversed(range(x0, x1))),
            *(side["down", x0, y][::-1] for y in reversed(range(y0, y1))),
        ]
        points = [point for part in path for point in part[:-1]]
        return [*points, points[0]]

    features, kecamatan, villages = [], [], []
    y0 = 0
    for height in rows:
        x0 = 0
        for width in columns:
            code = f"{kabupaten}.{len(kecamatan) + 1:02d}"
            kecamatan.append(code)
            features.append(feature(code, ring(x0, y0, x0 + width, y0 + height)))
            for n in range(width * height):
                x, y = x0 + n % width, y0 + n // width
                villages.append(f"{code}.{2001 + n}")
                features.append(feature(villages[-1], ring(x, y, x + 1, y + 1)))
            x0 += width
        y0 += height
    return District(features, kecamatan, villages)


def _wander(dice, start, end, steps):
    """A line from corner to corner with large bends and small ones, none at its ends."""
    waves = [(dice.uniform(0.02, 0.12) / n, n, dice.uniform(0, 6)) for n in (1, 2, 5, 11)]
    (xa, ya), (xb, yb) = start, end
    line = []
    for step in range(steps + 1):
        along = step / steps
        ends = math.sin(math.pi * along)
        bend = ends * sum(size * math.sin(math.pi * n * along + at) for size, n, at in waves)
        bend += ends * dice.uniform(-0.004, 0.004) if 0 < step < steps else 0
        x, y = xa + (xb - xa) * along, ya + (yb - ya) * along
        x, y = (x, y + bend) if ya == yb else (x + bend, y)
        line.append([round(WEST + x * CELL, 7), round(NORTH - y * CELL, 7)])
    return line
