"""What an axis measures, in which unit, and which end of it is better."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Better: TypeAlias = Literal["higher", "lower"]


@dataclass(frozen=True)
class Axis:
    """One axis of a chart.

    >>> Axis("Fidelity", better="higher").label
    'Fidelity, higher is better'
    >>> Axis("Surface distance", unit="mm", better="lower").label
    'Surface distance (mm), lower is better'

    Parameters
    ----------
    title
        What is measured.
    better
        Which end is better, if one is.
    unit
        What one counts in; empty for a plain number.
    span
        What the axis shows; None leaves it to the numbers.
    percent
        Whether it is a share, written as percent.
    """

    title: str
    better: Better | None = None
    unit: str = ""
    span: tuple[float, float] | None = None
    percent: bool = False

    @property
    def label(self) -> str:
        """The axis's title with its unit and direction."""
        unit = f" ({self.unit})" if self.unit else ""
        direction = f", {self.better} is better" if self.better else ""
        return f"{self.title}{unit}{direction}"

    def text(self, value: float) -> str:
        """Return a number as it is written beside its mark."""
        return f"{value:.1%}" if self.percent else f"{value:.3g}"
