"""Charts for print, drawn by matplotlib."""

from ctviz.viz.charts.paper.export import DPI, Format, chart_file, save_chart
from ctviz.viz.charts.paper.printed import printed

__all__ = ["DPI", "Format", "chart_file", "printed", "save_chart"]
