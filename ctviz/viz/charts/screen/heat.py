"""Tables of shades and numbers on screen."""

from html import escape
from typing import Any

import plotly.graph_objects as go

from ctviz.viz.charts.model.kinds import HeatTable
from ctviz.viz.charts.model.labels import longest
from ctviz.viz.charts.screen.cell import Cell
from ctviz.viz.charts.screen.style import FAINT
from ctviz.viz.images.palette import COLOURS

ROW_PX, FRAME_PX = 19, 130
BLUES = ((0.0, "#151a22"), (0.5, "#1c5a8c"), (1.0, "#7cc4f5"))
TWO_WAYS = ((0.0, "#e8843c"), (0.5, "#151a22"), (1.0, COLOURS[0]))


def heat_height(chart: HeatTable) -> int:
    """Return how tall the chart must be for its rows and its columns' names, in pixels."""
    letters = longest(chart.columns)
    return FRAME_PX + ROW_PX * len(chart.rows) + (4 * letters if letters > 4 else 0)


def draw_heat(cell: Cell, chart: HeatTable) -> None:
    """Shade the cells and write their numbers into them."""
    two_ways = chart.scale == "correlation"
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
            colorscale=TWO_WAYS if two_ways else BLUES,
            showscale=False,
            xgap=1,
            ygap=1,
        )
    )
    cell.axes(_side(chart.x, chart.columns), _side(chart.y, chart.rows) | {"autorange": "reversed"})


def _side(title: str, names: tuple[str, ...]) -> dict[str, Any]:
    return {
        "title": {"text": title, "standoff": 6, "font": {"size": 11, "color": FAINT}},
        "tickvals": list(range(len(names))),
        "ticktext": [escape(name) for name in names],
        "tickfont": {"size": 10},
        "showgrid": False,
        "zeroline": False,
        "automargin": True,
    }
