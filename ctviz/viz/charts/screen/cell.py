"""One panel's place in a plotly figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import plotly.graph_objects as go

from ctviz.core.theme import THEME
from ctviz.viz.charts.model.axis import Axis
from ctviz.viz.charts.model.looks import Look
from ctviz.viz.panels import FAINT, GRID, INK

GROUND = THEME.screen.ground
NO_AXIS: Mapping[str, Any] = MappingProxyType(
    {"visible": False, "showgrid": False, "zeroline": False, "fixedrange": True}
)


@dataclass(frozen=True)
class Cell:
    """Where a panel is drawn: a row and a column of the figure, counted from one."""

    figure: go.Figure
    row: int = 1
    column: int = 1

    def add(self, *traces: go.Scatter | go.Heatmap) -> None:
        """Draw traces; what several share in the legend is named once."""
        named = {trace.name for trace in self.figure.data if trace.showlegend}
        for trace in traces:
            if trace.showlegend:
                trace.update(showlegend=trace.name not in named, legendgroup=trace.name)
                named.add(trace.name)
            self.figure.add_trace(trace, self.row, self.column)

    def axes(self, x: Mapping[str, Any], y: Mapping[str, Any]) -> None:
        """Dress both axes."""
        self.figure.update_xaxes(dict(x), row=self.row, col=self.column)
        self.figure.update_yaxes(dict(y), row=self.row, col=self.column)

    def write(self, text: str, x: float, y: float, **how: object) -> None:
        """Write text at a place of the panel's own axes."""
        style: dict[str, object] = {"showarrow": False, "font": {"size": 10, "color": INK}} | how
        self.figure.add_annotation(text=text, x=x, y=y, row=self.row, col=self.column, **style)

    def line(self, x: tuple[float, ...], y: tuple[float, ...], **how: object) -> None:
        """Draw a line that only guides the eye."""
        style: dict[str, object] = {"color": FAINT, "dash": "dot", "width": 1} | how
        self.add(go.Scatter(x=x, y=y, mode="lines", line=style, hoverinfo="skip", showlegend=False))


def dressed(axis: Axis) -> dict[str, Any]:
    """Return how plotly writes an axis: title with unit and direction, small faint ticks."""
    found: dict[str, Any] = {
        "title": {"text": axis.label, "standoff": 6, "font": {"size": 11, "color": FAINT}},
        "tickfont": {"size": 10, "color": FAINT},
        "nticks": 7,
        "gridcolor": GRID,
        "linecolor": GRID,
        "zeroline": False,
        "automargin": True,
    }
    if axis.percent:
        found["tickformat"] = ".0%"
    if axis.span is not None:
        margin = 0.02 * (axis.span[1] - axis.span[0])
        found["range"] = [axis.span[0] - margin, axis.span[1] + margin]
    return found


def marker(look: Look, size: int = 9) -> dict[str, Any]:
    """Return plotly's marker for a look."""
    symbol = f"{look.marker}-open" if look.hollow else look.marker
    return {"symbol": symbol, "color": look.colour, "size": size, "line": {"width": 1.5}}


def see_through(colour: str, opacity: float) -> str:
    """Return ``#rrggbb`` as a colour through which one sees."""
    red, green, blue = bytes.fromhex(colour[1:])
    return f"rgba({red}, {green}, {blue}, {opacity})"
