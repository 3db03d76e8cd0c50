"""The chart of results: a quarter is a pair of columns, what came due and what of it is done.

Pure: figures in, whole coordinates of a drawing 640 wide and 240 high out. The table beside it
says the same numbers.
"""

from dataclasses import dataclass

LEFT, RIGHT, TOP, BOTTOM = 20, 620, 28, 200
WIDEST = 84
MOST = 8  # quarters, the newest


@dataclass(frozen=True)
class Pair:
    """A quarter: `due` is the pale column behind, `kept` the full one before it."""

    label: str
    due: int
    kept: int
    share: object
    x: int
    width: int
    middle: int
    due_y: int
    due_height: int
    kept_y: int
    kept_height: int
    label_y: int


def chart_of(quarters) -> list[Pair]:
    """Of Figures by quarter, the oldest first; nothing when nothing has come due yet."""
    shown = quarters[-MOST:]
    highest = max((one.numbers["due"] for one in shown), default=0)
    if not highest:
        return []
    step = (RIGHT - LEFT) // len(shown)
    width = min(WIDEST, step * 2 // 3)

    def height_of(number: int) -> int:
        return number * (BOTTOM - TOP) // highest

    found = []
    for nth, one in enumerate(shown):
        due, kept = height_of(one.numbers["due"]), height_of(one.numbers["kept"])
        middle = LEFT + step * nth + step // 2
        found.append(
            Pair(
                label=one.label,
                due=one.numbers["due"],
                kept=one.numbers["kept"],
                share=one.share,
                x=middle - width // 2,
                width=width,
                middle=middle,
                due_y=BOTTOM - due,
                due_height=due,
                kept_y=BOTTOM - kept,
                kept_height=kept,
                label_y=BOTTOM - due - 6,
            )
        )
    return found
