"""Charts for print, drawn by matplotlib."""

from ctviz.viz.charts.print.export import DPI, Format, chart_file, save_chart
from ctviz.viz.charts.print.printed import printed

__all__ = ["DPI", "Format", "chart_file", "printed", "save_chart"]
