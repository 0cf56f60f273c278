"""Values with intervals on screen, a row a name."""

from html import escape

import plotly.graph_objects as go

from ctviz.core.look import Look
from ctviz.core.theme import Inks
from ctviz.viz.charts.model.axis import Axis
from ctviz.viz.charts.model.kinds import Dots, Mark, Row
from ctviz.viz.charts.model.rows import (
    lanes,
    many_colours,
    many_markers,
    mark_names,
    spans,
    standing,
)
from ctviz.viz.charts.screen.cell import Cell, dressed, marker

ROW_PX, MARK_PX, FRAME_PX = 8, 11, 110


def dots_height(chart: Dots) -> int:
    """Return how tall the chart must be for its rows, in pixels."""
    return FRAME_PX + sum(ROW_PX + MARK_PX * lanes(chart, row) for row in chart.rows)


def draw_dots(cell: Cell, chart: Dots) -> None:
    """Draw the rows from the top, their marks joined or dodging one another."""
    colours, plain = many_colours(chart), many_markers(chart)
    for name, look in mark_names(chart).items():
        drawn = _marker(look, cell.inks, plain=name in plain)
        if name in colours:
            drawn["color"] = cell.inks.text
        cell.add(_legend_entry(name, drawn))
    if chart.guide is not None:
        cell.line((chart.guide, chart.guide), (-0.6, len(chart.rows) - 0.4), dash="dash")
    for y, ends, look in spans(chart):
        cell.line(ends, (y, y), color=look.on(cell.inks.scheme), dash="solid")
    for y, row, mark in standing(chart):
        if mark.value is None:
            _undefined(cell, mark, y)
        else:
            words = _words(row, mark, chart.axis)
            drawn = _marker(mark.look, cell.inks, plain=mark.name in plain)
            cell.add(_dot(mark, y, words, drawn))
    names = [_name(row, cell.inks) for row in chart.rows]
    side = {
        "range": [len(names) - 0.4, -0.6],
        "tickvals": list(range(len(names))),
        "ticktext": names,
        "tickfont": {"size": 11},
        "showgrid": False,
        "zeroline": False,
        "automargin": True,
    }
    cell.axes(dressed(chart.axis, cell.inks), side)


def _undefined(cell: Cell, mark: Mark, y: float) -> None:
    cell.write(
        "– undefined",
        0,
        y,
        xref="x domain",
        xanchor="left",
        font={"size": 9, "color": cell.inks.faint},
        hovertext=escape(mark.why),
    )


def _dot(mark: Mark, y: float, words: str, drawn: dict[str, object]) -> go.Scatter:
    trace = go.Scatter(
        x=[mark.value],
        y=[y],
        mode="markers",
        name=escape(mark.name),
        legendgroup=mark.name,
        showlegend=False,
        marker=drawn,
        hovertemplate=f"{words}<extra></extra>",
    )
    if mark.value is None or mark.low is None or mark.high is None:
        return trace
    reach = {"array": [mark.high - mark.value], "arrayminus": [mark.value - mark.low]}
    return trace.update(
        error_x={"type": "data", "symmetric": False, "thickness": 1.5, "width": 0} | reach
    )


def _words(row: Row, mark: Mark, axis: Axis) -> str:
    """Return what hovering over a mark tells."""
    words = f"{row.name}, {mark.name}" if mark.name else row.name
    if mark.value is not None:
        words += f": {axis.text(mark.value)}"
    if mark.low is not None and mark.high is not None:
        words += f" ({axis.text(mark.low)} to {axis.text(mark.high)})"
    return escape(words) + (f"<br>{escape(mark.why)}" if mark.why else "")


def _marker(look: Look, inks: Inks, *, plain: bool) -> dict[str, object]:
    found = marker(look, inks)
    if plain:
        found["symbol"] = "circle-open" if look.hollow else "circle"
    return found


def _legend_entry(name: str, drawn: dict[str, object]) -> go.Scatter:
    return go.Scatter(
        x=[None],
        y=[None],
        mode="markers",
        name=escape(name),
        legendgroup=name,
        showlegend=True,
        marker=drawn,
    )


def _name(row: Row, inks: Inks) -> str:
    flag = f" <i>({escape(row.flag)})</i>" if row.flag else ""
    name = f"{escape(row.name)}{flag}"
    return f"<span style='color:{inks.faint}'>{name}</span>" if row.control else name
