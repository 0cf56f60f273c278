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
from ctviz.viz.charts.paper import Format, chart_file, printed, save_chart
from ctviz.viz.charts.screen import interactive

__all__ = [
    "Axis",
    "Chart",
    "CriticalDifference",
    "Curves",
    "Dots",
    "Format",
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
    "chart_file",
    "interactive",
    "looks",
    "printed",
    "save_chart",
]
