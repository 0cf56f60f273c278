"""Pictures on paper."""

from io import BytesIO

import numpy as np
from matplotlib.axes import Axes
from PIL import Image

from ctviz.viz.charts.model.kinds import Picture
from ctviz.viz.charts.model.labels import in_lines
from ctviz.viz.charts.print.style import FAINT

WIDE_IN, LINE_IN, FRAME_IN = 2.2, 0.12, 0.32


def picture_height(chart: Picture) -> float:
    """Return how tall the chart must be for a third of the page's width, in inches."""
    width, height = chart.size
    lines = len(in_lines(chart.note).splitlines())
    return FRAME_IN + WIDE_IN * height / width + LINE_IN * lines


def draw_picture(axes: Axes, chart: Picture) -> None:
    """Show the pixels, with the note below."""
    with Image.open(BytesIO(chart.png)) as picture:
        # Not interpolated: a file of lines and letters keeps the pixels as they are.
        axes.imshow(np.asarray(picture.convert("RGB")), interpolation="none")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xlabel(in_lines(chart.note), size=6.5, color=FAINT, loc="left")
