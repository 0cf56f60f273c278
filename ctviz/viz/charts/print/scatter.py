"""Labelled points on paper, their labels beside them."""

import numpy as np
from matplotlib.axes import Axes

from ctviz.viz.charts.model.kinds import LabelledPoint, Scatter
from ctviz.viz.charts.model.labels import LED_REACHES, beside, is_away
from ctviz.viz.charts.print.curves import dress
from ctviz.viz.charts.print.style import FAINT, INK, MARKERS

LABEL_PT = 6.5


def scatter_height(chart: Scatter) -> float:
    """Return how tall the chart must be for its labels, in inches."""
    return 3.6 + 0.045 * sum(bool(point.name) for point in chart.points)


def draw_scatter(axes: Axes, chart: Scatter) -> None:
    """Draw the points; `label_points` writes their names once the axes have their place."""
    for point in chart.points:
        _point(axes, point)
    axes.margins(0.09)
    dress(axes, chart.x, chart.y)


def label_points(axes: Axes, chart: Scatter) -> None:
    """Write each point's name where it hides least, with a thin leader if that is away."""
    named = [point for point in chart.points if point.name]
    if not named:
        return
    pixel = axes.figure.dpi / 72
    box = axes.get_window_extent()
    corner = (box.x0, box.y0)
    everywhere = axes.transData.transform([(p.x, p.y) for p in named]) - corner
    ends = np.reshape([bar for point in chart.points for bar in point.bars], (-1, 2))
    bars = np.reshape(axes.transData.transform(ends) - corner, (-1, 2, 2))
    sizes = np.array([(0.6 * LABEL_PT * len(p.name), 1.25 * LABEL_PT) for p in named]) * pixel
    frame = (box.width / pixel, box.height / pixel)
    centres = beside(everywhere / pixel, sizes / pixel, frame, LED_REACHES, bars / pixel)
    labels = zip(named, everywhere / pixel, sizes / pixel, centres, strict=True)
    for point, at, size, centre in labels:
        away = is_away(at, size, centre, 1.6 * LABEL_PT)
        axes.annotate(
            point.name,
            (point.x, point.y),
            xytext=tuple(centre - at),
            textcoords="offset points",
            ha="center",
            va="center",
            size=LABEL_PT,
            color=FAINT if point.look.control else INK,
            arrowprops={"arrowstyle": "-", "color": FAINT, "lw": 0.4, "shrinkA": 0, "shrinkB": 2}
            if away
            else None,
        )


def _point(axes: Axes, point: LabelledPoint) -> None:
    ink = point.look.light
    if point.x_interval is not None:
        axes.plot(point.x_interval, (point.y, point.y), color=ink, lw=0.7, alpha=0.55)
    if point.y_interval is not None:
        axes.plot((point.x, point.x), point.y_interval, color=ink, lw=0.7, alpha=0.55)
    axes.plot(
        [point.x],
        [point.y],
        ls="",
        marker=MARKERS[point.look.marker],
        ms=4.8,
        mew=0.9,
        mec=ink,
        mfc="white" if point.look.hollow else ink,
    )
