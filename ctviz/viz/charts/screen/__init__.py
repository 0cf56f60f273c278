"""Charts for the page, drawn by plotly."""

from ctviz.viz.charts.screen.interactive import interactive

__all__ = ["interactive"]
