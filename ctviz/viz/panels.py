"""The look of figures: dark, compact, transparent, readable at 430 × 280 pixels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ctviz.core.theme import THEME, channels

INK, FAINT = THEME.screen.text, THEME.screen.faint
GRID = f"rgba{(*channels(FAINT), 0.18)}"
FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"
CLEAR = "rgba(0, 0, 0, 0)"

PLOT_CONFIG: Mapping[str, Any] = MappingProxyType({"displayModeBar": False, "displaylogo": False})
"""What to give plotly beside a figure: small plots have no room for its tool bar."""

DRESS: Mapping[str, Any] = MappingProxyType(
    {
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "font": {"family": FONT, "size": 11, "color": INK},
        "hoverlabel": {"font": {"family": FONT, "size": 11}, "namelength": -1},
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
            "font": {"size": 10},
            "itemwidth": 30,
            "tracegroupgap": 0,
        },
    }
)
"""The layout that all figures share: dark ground, quiet letters, the legend below."""


@dataclass(frozen=True)
class Panel:
    """The frame of one plot.

    Parameters
    ----------
    title, note
        What it shows, and a fainter line on how to read it.
    x, y
        What the axes mean.
    x_range, y_range
        What the axes span; None leaves it to plotly.
    percent
        Whether x is a share, written as percent.
    missing
        What stands in the frame while there is nothing to show.
    """

    title: str
    note: str
    x: str
    y: str
    x_range: tuple[float, float] | None = (0.0, 1.0)
    y_range: tuple[float, float] | None = (0.0, 1.0)
    percent: bool = True
    missing: str = "Nothing to show yet."


def framed(
    plots: Sequence[tuple[Panel, Sequence[go.Scatter]]], *, height: int = 280, legend: bool = True
) -> go.Figure:
    """Return the plots side by side under one legend.

    Lines of one legend group are named once; a click on the name hides them in every plot.
    """
    figure = make_subplots(rows=1, cols=len(plots), horizontal_spacing=0.06)
    named: set[str] = set()
    for column, (panel, traces) in enumerate(plots, start=1):
        for trace in traces:
            repeated = trace.legendgroup in named
            named.add(trace.legendgroup)
            figure.add_trace(trace.update(showlegend=trace.showlegend and not repeated), 1, column)
        _frame(figure, panel, column, empty=not traces)
    return _dressed(figure, height=height, legend=legend)


def _frame(figure: go.Figure, panel: Panel, column: int, *, empty: bool) -> None:
    """Write a plot's title and axes, or why it is empty."""
    x_axis, y_axis = _axis(panel.x, panel.x_range), _axis(panel.y, panel.y_range)
    if panel.percent:
        x_axis["tickformat"] = ".0%"
    figure.update_xaxes(x_axis, row=1, col=column)
    figure.update_yaxes(y_axis, row=1, col=column)
    suffix = "" if column == 1 else str(column)
    inside = {"xref": f"x{suffix} domain", "yref": f"y{suffix} domain", "showarrow": False}
    heading = f"{panel.title}<br><span style='font-size:10px;color:{FAINT}'>{panel.note}</span>"
    figure.add_annotation(
        text=heading, x=0, y=1, yshift=4, xanchor="left", yanchor="bottom", align="left",
        font={"size": 13}, **inside,
    )  # fmt: skip
    if empty:
        figure.add_trace(go.Scatter(x=[None], y=[None], showlegend=False), 1, column)
        figure.add_annotation(text=panel.missing, x=0.5, y=0.5, font={"color": FAINT}, **inside)


def _axis(title: str, span: tuple[float, float] | None) -> dict[str, Any]:
    axis: dict[str, Any] = {
        "title": {"text": title, "standoff": 4, "font": {"size": 11, "color": FAINT}},
        "nticks": 6,
        "tickfont": {"size": 10, "color": FAINT},
        "gridcolor": GRID,
        "linecolor": GRID,
        "zeroline": False,
    }
    if span is not None:
        margin = 0.02 * (span[1] - span[0])
        axis["range"] = [span[0] - margin, span[1] + margin]
    return axis


def _dressed(figure: go.Figure, *, height: int, legend: bool) -> go.Figure:
    figure.update_layout(
        height=height,
        margin={"l": 44, "r": 10, "t": 40, "b": 56},
        **DRESS,
        showlegend=legend,
    )
    return figure
