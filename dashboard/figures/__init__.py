"""Numbers people read, each with its definition and its rows."""

from dashboard.figures import cases, families, files, talks, work
from dashboard.figures.base import Asked, Figure, Number, Share, count, percent_of

FIGURES: dict[str, Figure] = {
    figure.key: figure
    for floor in (talks, files, cases, work, families)
    for figure in floor.FIGURES
}

__all__ = ["FIGURES", "Asked", "Figure", "Number", "Share", "count", "percent_of"]
