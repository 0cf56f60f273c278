"""Names at both sides of a chart on paper."""

from matplotlib.axes import Axes

from ctviz.core.look import Look
from ctviz.viz.charts.model.labels import Side
from ctviz.viz.charts.print.style import FAINT, INK


def write_beside(axes: Axes, text: str, at: tuple[float, float], side: Side, look: Look) -> None:
    """Write a name at one side of a place, at a small distance."""
    axes.annotate(
        text,
        at,
        xytext=(-7 if side == "left" else 7, 0),
        textcoords="offset points",
        ha="right" if side == "left" else "left",
        va="center",
        size=7,
        color=FAINT if look.control else INK,
        annotation_clip=False,
    )
