"""Charts described once, drawn for the screen and for print."""

from ctviz.viz.charts.axis import Axis
from ctviz.viz.charts.kinds import (
    Chart,
    CriticalDifference,
    Curves,
    Dots,
    HeatTable,
    Line,
    Mark,
    Multiples,
    Numbers,
    Panel,
    Placed,
    Point,
    Row,
    Scatter,
    Slope,
    Slopes,
)
from ctviz.viz.charts.looks import Look, looks

__all__ = [
    "Axis",
    "Chart",
    "CriticalDifference",
    "Curves",
    "Dots",
    "HeatTable",
    "Line",
    "Look",
    "Mark",
    "Multiples",
    "Numbers",
    "Panel",
    "Placed",
    "Point",
    "Row",
    "Scatter",
    "Slope",
    "Slopes",
    "looks",
]
