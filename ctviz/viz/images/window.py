"""Windows: which Hounsfield units a screen's grey values show."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ctviz.core import FloatMap, InvalidParameter

Grey: TypeAlias = NDArray[np.uint8]
"""(H, W) grey values, 0 black to 255 white."""


@dataclass(frozen=True)
class Window:
    """The Hounsfield units from black to white.

    Parameters
    ----------
    title
        What it is made to show.
    width, level
        Extent and centre, HU.
    key
        The digit that selects it in the viewer; empty without one.
    """

    title: str
    width: float
    level: float
    key: str = ""

    def __post_init__(self) -> None:
        if not self.width > 0:
            raise InvalidParameter(f"A window's width must be positive, not {self.width}.")

    @classmethod
    def between(cls, title: str, low: float, high: float) -> Self:
        """Return the window that is black at ``low`` and white at ``high`` HU."""
        return cls(title, width=max(high - low, 1.0), level=(low + high) / 2)


WINDOWS: Mapping[str, Window] = MappingProxyType(
    {
        "soft-tissue": Window("Soft tissue", 400, 40, "1"),
        "lung": Window("Lung", 1500, -600, "2"),
        "liver": Window("Liver", 150, 90, "3"),
        "bone": Window("Bone", 2500, 480, "4"),
        "brain": Window("Brain", 80, 40, "5"),
        "mediastinum": Window("Mediastinum", 350, 50, "6"),
    }
)


def window_image(hounsfield: FloatMap, width: float, level: float) -> Grey:
    """Return what a screen shows of Hounsfield units (H, W) in a window, as grey values."""
    window = Window("", width, level)
    shown: FloatMap = (hounsfield - (window.level - window.width / 2)) / window.width
    return np.asarray(np.rint(255 * np.clip(shown, 0.0, 1.0)), np.uint8)


def grey_range(values: FloatMap) -> Window:
    """Return the window for an image without Hounsfield units: its values without outliers."""
    low, high = np.percentile(values, [0.5, 99.5])
    return Window.between("Grey range", float(low), float(high))
