"""Colour maps of heatmaps: diverging for signed maps, sequential for absolute ones.

All are safe for the common colour-vision deficiencies: the diverging ones part blue from orange
or purple from green, the sequential ones rise in lightness.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from plotly.colors import sequential, unlabel_rgb

from ctviz.core import Sign

Table: TypeAlias = NDArray[np.uint8]
"""(256, 3) red, green and blue."""


@dataclass(frozen=True, eq=False)
class ColourMap:
    """256 colours for one way of reading a map.

    Parameters
    ----------
    title
        Its name on screens.
    sign
        The view it belongs to: ``signed`` has its neutral colour in the middle.
    table
        (256, 3) uint8.
    """

    title: str
    sign: Sign
    table: Table

    @classmethod
    def through(cls, title: str, sign: Sign, colours: Sequence[str]) -> Self:
        """Return the map that blends evenly spaced colours, as ``#rrggbb`` or ``rgb(r, g, b)``."""
        knots = np.array([_channels(colour) for colour in colours])
        at = np.linspace(0.0, 1.0, len(knots))
        blend = [np.interp(np.linspace(0.0, 1.0, 256), at, channel) for channel in knots.T]
        return cls(title, sign, np.rint(np.stack(blend, axis=1)).astype(np.uint8))


def _channels(colour: str) -> tuple[float, ...]:
    if colour.startswith("#"):
        return tuple(bytes.fromhex(colour[1:]))
    return tuple(unlabel_rgb(colour))


# The ends are light and the middle dark: zero must not shine on a dark scan.
_BLUE_ORANGE = ("#b9e2ff", "#4aa8ff", "#1556a8", "#20242c", "#a8480a", "#ff8a1f", "#ffdf9e")
_PURPLE_GREEN = ("#ecc8ff", "#bb6ee8", "#6a2f94", "#22242a", "#1f6e3c", "#4cc274", "#c9f7b8")

COLOUR_MAPS: Mapping[str, ColourMap] = MappingProxyType(
    {
        "blue-orange": ColourMap.through("Blue to orange", "signed", _BLUE_ORANGE),
        "purple-green": ColourMap.through("Purple to green", "signed", _PURPLE_GREEN),
        "inferno": ColourMap.through("Inferno", "absolute", sequential.Inferno),
        "viridis": ColourMap.through("Viridis", "absolute", sequential.Viridis),
        "cividis": ColourMap.through("Cividis", "absolute", sequential.Cividis),
    }
)
"""By name; the first of each sign is the default."""


def default_colours(sign: Sign) -> ColourMap:
    """Return the colour map a view has if the reader chooses none."""
    return next(colours for colours in COLOUR_MAPS.values() if colours.sign == sign)
