"""Districts that do not exist, with the truth about them: for tests, benchmarks and the demo.

Written by a hand that does not know how matching works, so that what it measures is not itself.
Nothing in the application may read `truth.csv` or `expected.json`.
"""

from core.synthetic.files import Layout
from core.synthetic.world import make_world

__all__ = ["Layout", "make_world"]
