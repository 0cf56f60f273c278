"""Charts described once, drawn for the screen and for print."""

from ctviz.viz.charts.model.axis import Axis
from ctviz.viz.charts.model.kinds import (
    Chart,
    CriticalDifference,
    CurveChart,
    Dots,
    HeatTable,
    LabelledPoint,
    Line,
    Mark,
    Multiples,
    Numbers,
    Panel,
    Picture,
    Placed,
    Row,
    Scatter,
    Slope,
    Slopes,
)
from ctviz.viz.charts.print import Format, chart_file, printed, save_chart
from ctviz.viz.charts.screen import interactive

__all__ = [
    "Axis",
    "Chart",
    "CriticalDifference",
    "CurveChart",
    "Dots",
    "Format",
    "HeatTable",
    "LabelledPoint",
    "Line",
    "Mark",
    "Multiples",
    "Numbers",
    "Panel",
    "Picture",
    "Placed",
    "Row",
    "Scatter",
    "Slope",
    "Slopes",
    "chart_file",
    "interactive",
    "printed",
    "save_chart",
]
