"""One panel's place in a plotly figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import Any

import plotly.graph_objects as go

from ctviz.core.look import Look
from ctviz.core.theme import Inks
from ctviz.viz.charts.model.axis import Axis
from ctviz.viz.charts.model.kinds import BESIDE_DASH, Numbers
from ctviz.viz.charts.screen.style import see_through

INSIDE: Mapping[str, Any] = MappingProxyType({"xref": "x domain", "yref": "y domain"})
"""Places as shares of the panel, from its lower left corner."""
NO_AXIS: Mapping[str, Any] = MappingProxyType(
    {"visible": False, "showgrid": False, "zeroline": False, "fixedrange": True}
)


@dataclass(frozen=True)
class Cell:
    """Where a panel is drawn: a row and a column of the figure, counted from one; and in what."""

    figure: go.Figure
    inks: Inks
    row: int = 1
    column: int = 1

    def add(self, *traces: go.Scatter | go.Heatmap) -> None:
        """Draw traces; a group is named once in the legend, where a click hides all of it."""
        named = {trace.legendgroup for trace in self.figure.data if trace.showlegend}
        for trace in traces:
            if trace.showlegend:
                trace.update(showlegend=trace.legendgroup not in named)
                named.add(trace.legendgroup)
            self.figure.add_trace(trace, self.row, self.column)

    def axes(self, x: Mapping[str, Any], y: Mapping[str, Any]) -> None:
        """Dress both axes."""
        self.figure.update_xaxes(dict(x), row=self.row, col=self.column)
        self.figure.update_yaxes(dict(y), row=self.row, col=self.column)

    def head(self, title: str, note: str) -> None:
        """Write a panel's title above it, and a fainter line on how to read it."""
        small = f"<br><span style='font-size:10px;color:{self.inks.faint}'>{escape(note)}</span>"
        self.write(
            escape(title) + (small if note else ""),
            0,
            1,
            **INSIDE,
            yshift=4,
            xanchor="left",
            yanchor="bottom",
            align="left",
            font={"size": 13, "color": self.inks.text},
        )

    def write(self, text: str, x: float, y: float, **how: object) -> None:
        """Write text at a place of the panel's own axes."""
        font = {"size": 10, "color": self.inks.text}
        style: dict[str, object] = {"showarrow": False, "font": font} | how
        self.figure.add_annotation(text=text, x=x, y=y, row=self.row, col=self.column, **style)

    def letters(self, look: Look) -> str:
        """Return what the name of something is written in: controls are quieter."""
        return self.inks.faint if look.control else self.inks.text

    def line(self, x: Numbers, y: Numbers, name: str = "", **how: object) -> None:
        """Draw a line that only guides the eye; its name is read by pointing at it."""
        style: dict[str, object] = {"color": self.inks.faint, "dash": BESIDE_DASH, "width": 1} | how
        self.add(
            go.Scatter(
                x=x,
                y=y,
                name=escape(name),
                mode="lines",
                line=style,
                hoverinfo="name" if name else "skip",
                showlegend=False,
            )
        )


def dressed(axis: Axis, inks: Inks) -> dict[str, Any]:
    """Return how plotly writes an axis: title with unit and direction, small faint ticks."""
    grid = see_through(inks.faint, 0.18)
    found: dict[str, Any] = {
        "title": {"text": axis.label, "standoff": 4, "font": {"size": 11, "color": inks.faint}},
        "tickfont": {"size": 10, "color": inks.faint},
        "nticks": 7,
        "gridcolor": grid,
        "linecolor": grid,
        "zeroline": False,
        "automargin": "left+right",
    }
    if axis.percent:
        found["tickformat"] = ".0%"
    if axis.span is not None:
        margin = 0.02 * (axis.span[1] - axis.span[0])
        found["range"] = [axis.span[0] - margin, axis.span[1] + margin]
    return found


def marker(look: Look, inks: Inks, size: int = 9) -> dict[str, Any]:
    """Return plotly's marker for a look."""
    symbol = f"{look.marker}-open" if look.hollow else look.marker
    return {"symbol": symbol, "color": look.on(inks.scheme), "size": size, "line": {"width": 1.5}}
