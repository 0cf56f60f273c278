"""Pictures on screen."""

from base64 import b64encode
from typing import Any

from ctviz.viz.charts.model.kinds import Picture
from ctviz.viz.charts.screen.cell import NO_AXIS, Cell

WIDE_PX = 330
"""Less than a third of a small screen's page, so that two rows of pictures fit its height."""


def picture_height(chart: Picture) -> int:
    """Return how tall the chart must be, in pixels."""
    width, height = chart.size
    return round(WIDE_PX * height / width)


def draw_picture(cell: Cell, chart: Picture) -> None:
    """Show the pixels in their true proportions, from the upper left corner of the panel."""
    width, height = chart.size
    cell.figure.add_layout_image(
        source=f"data:image/png;base64,{b64encode(chart.png).decode()}",
        x=0,
        y=0,
        sizex=width,
        sizey=height,
        sizing="stretch",
        layer="below",
        row=cell.row,
        col=cell.column,
    )
    x, y = dict[str, Any](NO_AXIS), dict[str, Any](NO_AXIS)
    x |= {"range": [0, width], "constrain": "domain", "constraintoward": "left"}
    y |= {"range": [height, 0], "constrain": "domain", "constraintoward": "top"}
    cell.axes(x, y)
    (own,) = cell.figure.select_xaxes(row=cell.row, col=cell.column)
    cell.axes({}, {"scaleanchor": own.plotly_name.replace("axis", "")})
