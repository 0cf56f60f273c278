"""What can be charted: each kind of chart as plain data, without a word on how it is drawn.

Numbers are tuples, so that charts are equal when they show the same.
"""

import struct
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ctviz.core.look import Look
from ctviz.core.theme import THEME
from ctviz.viz.charts.model.axis import Axis

Numbers: TypeAlias = tuple[float, ...]

PLAIN = THEME.look("plain", 0)
"""The look of what needs no telling apart."""

BESIDE_DASH = "dot"
"""Of a line that stands beside another, or that only guides the eye."""

PNG_SIZE_AT = 16
"""Bytes before the width in a PNG file: its signature, then length and name of the first chunk."""


@dataclass(frozen=True)
class Line:
    """One curve.

    Parameters
    ----------
    name
        What the legend calls it; lines of one name are named once.
    x, y
        Its points.
    low, high
        The ends of the band around it, if it has one.
    faint
        Whether it only guides the eye.
    beside
        Whether it stands beside the first line of its name: dotted, and not named again.
    """

    name: str
    x: Numbers
    y: Numbers
    low: Numbers = ()
    high: Numbers = ()
    look: Look = PLAIN
    faint: bool = False
    beside: bool = False


@dataclass(frozen=True)
class CurveChart:
    """Curves over one axis, with bands where they are known.

    Parameters
    ----------
    missing
        What stands in the frame while there are no curves.
    """

    title: str
    note: str
    x: Axis
    y: Axis
    lines: tuple[Line, ...]
    missing: str = ""


@dataclass(frozen=True)
class Mark:
    """A value with its interval, or the reason why there is none.

    Parameters
    ----------
    name
        What the legend calls marks of this kind: ``absolute``.
    value
        None if it is undefined.
    low, high
        The ends of the interval, if it has one.
    why
        What to know about the mark: why it is undefined, or what is odd about it.
    """

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    look: Look = PLAIN
    why: str = ""


@dataclass(frozen=True)
class Row:
    """The marks of one name, side by side.

    Parameters
    ----------
    flag
        A few words behind the name: ``control``, ``not better than Random``.
    control
        Whether it is a control, written in grey.
    """

    name: str
    marks: tuple[Mark, ...]
    flag: str = ""
    control: bool = False


@dataclass(frozen=True)
class Dots:
    """Values with intervals, a row a name, in the order given from the top.

    Parameters
    ----------
    guide
        A value that all are held against, as a thin line.
    joined
        Whether a row's marks stand on one line, from its least to its greatest, rather than one
        below the other: where they spread is what is shown.
    """

    title: str
    note: str
    axis: Axis
    rows: tuple[Row, ...]
    guide: float | None = None
    joined: bool = False


@dataclass(frozen=True)
class Slope:
    """One name's rank under each of several criteria; None where it has none."""

    name: str
    ranks: tuple[float | None, ...]
    look: Look = PLAIN


@dataclass(frozen=True)
class Slopes:
    """Ranks under several criteria, joined by lines: crossings are disagreement.

    Parameters
    ----------
    columns
        The criteria, from left to right.
    """

    title: str
    note: str
    columns: tuple[str, ...]
    slopes: tuple[Slope, ...]

    @property
    def lowest(self) -> float:
        """The lowest rank; below the number of names where some of them share a line."""
        ranks = [rank for slope in self.slopes for rank in slope.ranks if rank is not None]
        return max([*ranks, float(len(self.slopes))])


@dataclass(frozen=True)
class LabelledPoint:
    """A labelled point, with intervals where they are known; no label if ``name`` is empty."""

    name: str
    x: float
    y: float
    x_interval: tuple[float, float] | None = None
    y_interval: tuple[float, float] | None = None
    look: Look = PLAIN
    why: str = ""

    @property
    def bars(self) -> list[list[tuple[float, float]]]:
        """Both ends, (x, y), of each interval that is known."""
        level = [[(x, self.y) for x in self.x_interval]] if self.x_interval else []
        return level + ([[(self.x, y) for y in self.y_interval]] if self.y_interval else [])


@dataclass(frozen=True)
class Scatter:
    """Points of two measures."""

    title: str
    note: str
    x: Axis
    y: Axis
    points: tuple[LabelledPoint, ...]


@dataclass(frozen=True)
class Placed:
    """A name and its mean rank; 1 is best."""

    name: str
    rank: float
    look: Look = PLAIN


@dataclass(frozen=True)
class CriticalDifference:
    """Mean ranks on one line; those joined by a bar cannot be told apart.

    After Demšar, JMLR 7:1-30, 2006.

    Parameters
    ----------
    difference
        How far two mean ranks must be apart to differ.
    cliques
        (first, last) mean rank of each bar.
    """

    title: str
    note: str
    names: tuple[Placed, ...]
    difference: float
    cliques: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class HeatTable:
    """A table whose numbers are also shades.

    Parameters
    ----------
    values
        A row of numbers for each row's name; None is an empty cell.
    scale
        ``share``: 0 to 1 as percent, darker is more. ``p``: p-values, darker is smaller.
        ``correlation``: -1 to 1, two colours.
    x, y
        What columns and rows are.
    """

    title: str
    note: str
    x: str
    y: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    scale: Literal["share", "p", "correlation"] = "share"

    def text(self, value: float | None) -> str:
        """Return what stands in a cell: the number, as short as it can be."""
        if value is None:
            return ""
        if self.scale == "share":
            return f"{100 * value:.0f}" if value >= 0.005 else ""
        if self.scale == "correlation":
            return f"{value:.2f}".replace("0.", ".").replace("-", "−")
        return "<.001" if value < 0.001 else f"{value:.3f}".lstrip("0").replace("1.000", "1")

    def shade(self, value: float) -> float:
        """Return how dark a cell is, from 0 to 1; from -1 for a correlation."""
        if self.scale == "p":
            return 0.9 if value < 0.001 else 0.65 if value < 0.01 else 0.4 if value < 0.05 else 0.0
        return value


@dataclass(frozen=True)
class Picture:
    """Coloured pixels, as they are.

    Parameters
    ----------
    png
        The picture as a PNG file's bytes, its pixels square.
    """

    title: str
    note: str
    png: bytes

    @property
    def size(self) -> tuple[int, int]:
        """Its width and height in pixels, which a PNG file says in its header."""
        width, height = struct.unpack_from(">II", self.png, PNG_SIZE_AT)
        return width, height


Panel: TypeAlias = CurveChart | Dots | Slopes | Scatter | CriticalDifference | HeatTable | Picture


@dataclass(frozen=True)
class Multiples:
    """Small charts in a grid, read as one, with one legend.

    Parameters
    ----------
    across
        How many stand in a row.
    """

    title: str
    note: str
    panels: tuple[Panel, ...]
    across: int = 2


Chart: TypeAlias = Panel | Multiples
