"""The demo office: a district of Pringsewu's size in 2022, with nobody real in it.

The area codes and names are the official ones of 18.10; every NIK and family card begins with
99, a province that does not exist. 21,299 families is the number of KPM the kabupaten reported
for 2022.
"""

from pathlib import Path

from core.synthetic.files import Layout
from core.synthetic.places import official_areas
from core.synthetic.world import make_world

AREA = "18.10"
HOUSEHOLDS = 21_299
REGISTRY_ROWS = 120_000
SEED = 1810


def make_pringsewu(
    *, out: Path, seed: int = SEED, period: str = "2026-4", layout: Layout | None = None
) -> dict:
    """Write the demo district's files into `out`; the same seed writes the same bytes."""
    return make_world(
        seed=seed,
        households=HOUSEHOLDS,
        registry_rows=REGISTRY_ROWS,
        noise=1,
        areas=official_areas(AREA),
        out=out,
        period=period,
        layout=layout,
    )
