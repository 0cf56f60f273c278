"""The frame in which the curves behind a score are shown."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class CurvePanel:
    """What stands around the curves of one metric.

    Parameters
    ----------
    title, note
        What it shows, and a fainter line on how to read it.
    x, y
        What the axes mean.
    x_range, y_range
        What the axes span; None leaves it to the chart.
    percent
        Whether x is a share, written as percent.
    missing
        What stands in the frame while there is nothing to show.
    beside
        The names of the curves that stand beside a first one, and are dotted.
    guide
        A thin line to read the curves by: the diagonal of guessing, or the region's own share of
        the image.
    """

    title: str
    note: str = ""
    x: str = ""
    y: str = ""
    x_range: tuple[float, float] | None = (0.0, 1.0)
    y_range: tuple[float, float] | None = (0.0, 1.0)
    percent: bool = True
    missing: str = "Nothing to show yet."
    beside: tuple[str, ...] = ()
    guide: Literal["", "guessing", "own share"] = ""

    @classmethod
    def plain(cls, title: str) -> "CurvePanel":
        """Return a frame for curves of which nothing else is known."""
        return cls(title, x_range=None, y_range=None, percent=False)
