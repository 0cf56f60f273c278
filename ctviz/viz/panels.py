"""The look of figures: dark, compact, transparent, readable at 430 × 260 pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

INK, FAINT, GRID = "#d7dae0", "#8d949e", "rgba(141, 148, 158, 0.18)"
FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"


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
        What the axes span.
    percent
        Whether x is a share, written as percent.
    """

    title: str
    note: str
    x: str
    y: str
    x_range: tuple[float, float] = (0.0, 1.0)
    y_range: tuple[float, float] = (0.0, 1.0)
    percent: bool = True

    def heading(self) -> str:
        """Return title and note as plotly's rich text."""
        return f"{self.title}<br><span style='font-size:10px;color:{FAINT}'>{self.note}</span>"

    def x_axis(self) -> dict[str, Any]:
        """Return the settings of the horizontal axis."""
        axis = _axis(self.x, self.x_range)
        return axis | ({"tickformat": ".0%"} if self.percent else {})

    def y_axis(self) -> dict[str, Any]:
        """Return the settings of the vertical axis."""
        return _axis(self.y, self.y_range)


def _axis(title: str, span: tuple[float, float]) -> dict[str, Any]:
    margin = 0.02 * (span[1] - span[0])
    return {
        "title": {"text": title, "standoff": 4, "font": {"size": 11, "color": FAINT}},
        "range": [span[0] - margin, span[1] + margin],
        "nticks": 6,
        "tickfont": {"size": 10, "color": FAINT},
        "gridcolor": GRID,
        "zeroline": False,
        "linecolor": GRID,
    }


def dressed(figure: go.Figure, *, height: int, legend: bool) -> go.Figure:
    """Give a figure the common look."""
    figure.update_layout(
        height=height,
        margin={"l": 44, "r": 10, "t": 44, "b": 36},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": FONT, "size": 11, "color": INK},
        hoverlabel={"font": {"family": FONT, "size": 11}, "namelength": -1},
        showlegend=legend,
        legend={
            "orientation": "h",
            "y": -0.2,
            "yanchor": "top",
            "x": 0,
            "font": {"size": 10},
            "itemwidth": 30,
            "tracegroupgap": 0,
        },
    )
    return figure


def single(
    panel: Panel, traces: Sequence[go.Scatter], *, legend: bool, height: int = 260
) -> go.Figure:
    """Return a figure of one panel."""
    figure = go.Figure(list(traces))
    figure.update_layout(
        title={
            "text": panel.heading(),
            "x": 0.01,
            "y": 0.97,
            "yanchor": "top",
            "font": {"size": 13},
        },
        xaxis=panel.x_axis(),
        yaxis=panel.y_axis(),
    )
    return dressed(figure, height=height, legend=legend)
