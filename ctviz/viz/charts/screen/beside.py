"""Names at both sides of a chart on screen."""

from collections.abc import Iterable
from html import escape

from ctviz.core.look import Look
from ctviz.viz.charts.model.labels import Side, longest
from ctviz.viz.charts.screen.cell import Cell

LETTER_PX = 5.7
PAGE_PX = 880
"""What the chart is taken to be wide while room is made for its names."""


def write_beside(cell: Cell, text: str, at: tuple[float, float], side: Side, look: Look) -> None:
    """Write a name at one side of a place, at a small distance."""
    cell.write(
        escape(text),
        *at,
        xanchor="right" if side == "left" else "left",
        xshift=-9 if side == "left" else 9,
        font={"size": 10, "color": cell.letters(look)},
    )


def room_beside(names: Iterable[str], width: float) -> float:
    """Return how far the axis must go on at both sides of its width for the names."""
    wide = LETTER_PX * (6 + longest(names))
    return width * wide / max(PAGE_PX - 2 * wide, PAGE_PX / 4)
