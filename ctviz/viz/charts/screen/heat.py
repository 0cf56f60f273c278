"""Tables of shades and numbers on screen."""

from html import escape
from typing import Any

import plotly.graph_objects as go

from ctviz.core.theme import Inks
from ctviz.viz.charts.model.kinds import HeatTable
from ctviz.viz.charts.model.labels import longest
from ctviz.viz.charts.screen.cell import Cell

ROW_PX, FRAME_PX = 19, 130


def heat_height(chart: HeatTable) -> int:
    """Return how tall the chart must be for its rows and its columns' names, in pixels."""
    letters = longest(chart.columns)
    return FRAME_PX + ROW_PX * len(chart.rows) + (4 * letters if letters > 4 else 0)


def draw_heat(cell: Cell, chart: HeatTable) -> None:
    """Shade the cells and write their numbers into them."""
    two_ways = chart.scale == "correlation"
    nothing, some, much = cell.inks.shades
    shades = (cell.inks.opposite, nothing, much) if two_ways else (nothing, some, much)
    across, down = list(range(len(chart.columns))), list(range(len(chart.rows)))
    cell.add(
        go.Heatmap(
            x=across,
            y=down,
            z=[[None if v is None else chart.shade(v) for v in row] for row in chart.values],
            text=[[escape(chart.text(value)) for value in row] for row in chart.values],
            texttemplate="%{text}",
            textfont={"size": 9},
            customdata=[
                [[escape(row), escape(column)] for column in chart.columns] for row in chart.rows
            ],
            hovertemplate="%{customdata[0]}<br>%{customdata[1]}: %{text}<extra></extra>",
            zmin=-1 if two_ways else 0,
            zmax=1,
            colorscale=[(place / 2, colour) for place, colour in enumerate(shades)],
            showscale=False,
            xgap=1,
            ygap=1,
        )
    )
    x = _side(chart.x, chart.columns, cell.inks)
    y = _side(chart.y, chart.rows, cell.inks)
    cell.axes(x, y | {"autorange": "reversed"})


def _side(title: str, names: tuple[str, ...], inks: Inks) -> dict[str, Any]:
    return {
        "title": {"text": title, "standoff": 6, "font": {"size": 11, "color": inks.faint}},
        "tickvals": list(range(len(names))),
        "ticktext": [escape(name) for name in names],
        "tickfont": {"size": 10},
        "showgrid": False,
        "zeroline": False,
        "automargin": True,
    }
