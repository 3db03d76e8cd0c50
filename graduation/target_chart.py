"""The chart of a target: four columns that grow over the year, and the way they should go.

Pure: figures in, whole coordinates of a drawing 640 wide and 240 high out. The table beside it
says the same numbers.
"""

from dataclasses import dataclass

LEFT, RIGHT, TOP, BOTTOM = 20, 620, 28, 200
_COLUMN = 84


@dataclass(frozen=True)
class Column:
    """A quarter: reached in it, reached until its end, and what was due by then."""

    quarter: int
    reached: int
    until: int
    due: int
    x: int
    middle: int
    y: int
    height: int
    label_y: int
    begun: bool


@dataclass(frozen=True)
class Chart:
    columns: list[Column]
    points: str  # of the line of what is due
    target: int
    target_y: int


def chart_of(by_quarter: list[int], target: int, *, begun: int) -> Chart:
    """`begun` quarters have begun; those to come have no column."""
    until = [sum(by_quarter[: n + 1]) for n in range(4)]
    highest = max(target, *until, 1)

    def y_of(number: int) -> int:
        return BOTTOM - max(0, number) * (BOTTOM - TOP) // highest

    step = (RIGHT - LEFT) // 4
    columns = []
    points = [f"{LEFT},{BOTTOM}"]
    for n in range(4):
        end = LEFT + step * (n + 1)
        due = target * (n + 1) // 4
        points.append(f"{end},{y_of(due)}")
        top = y_of(until[n])
        middle = end - step // 2
        columns.append(
            Column(
                quarter=n + 1,
                reached=by_quarter[n],
                until=until[n],
                due=due,
                x=middle - _COLUMN // 2,
                middle=middle,
                y=top,
                height=BOTTOM - top,
                label_y=top - 6,
                begun=n < begun,
            )
        )
    return Chart(columns, " ".join(points), target, y_of(target))
