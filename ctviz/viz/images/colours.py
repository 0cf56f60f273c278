"""Colour maps of heatmaps: diverging for signed maps, sequential for absolute ones.

Their colours are facts of `ctviz.core.theme`, the same as in the browser.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ctviz.core import SIGNS, Sign
from ctviz.core.theme import THEME, ColourStops, channels

Colours: TypeAlias = NDArray[np.uint8]
"""(N, 3) red, green and blue."""


@dataclass(frozen=True, eq=False)
class ColourMap:
    """Colours for one way of reading a map.

    Parameters
    ----------
    title
        Its name on screens.
    sign
        The view it belongs to: ``signed`` has its neutral colour in the middle.
    stops
        (S, 3) evenly spaced colours, low to high.
    ordered
        Whether more importance never looks darker.
    """

    title: str
    sign: Sign
    stops: Colours
    ordered: bool = True

    @classmethod
    def through(cls, sign: Sign, colours: ColourStops) -> Self:
        """Return the map that blends the stops of the theme."""
        stops = np.array([channels(stop) for stop in colours.stops], np.uint8)
        return cls(colours.title, sign, stops, colours.ordered)

    def at(self, places: NDArray[np.float64]) -> Colours:
        """Return the colours (N, 3) at places (N,) along the map, 0 to 1.

        As ``colourAt`` in the browser's ``picture/colours.js``, to the last bit.
        """
        along = np.clip(places, 0.0, 1.0) * (len(self.stops) - 1)
        below = np.minimum(np.floor(along), len(self.stops) - 2).astype(np.intp)
        low, high = self.stops[below].astype(np.float64), self.stops[below + 1].astype(np.float64)
        blend = low + (high - low) * (along - below)[:, None]
        return np.floor(blend + 0.5).astype(np.uint8)


COLOUR_MAPS: Mapping[str, ColourMap] = MappingProxyType(
    {
        name: ColourMap.through(sign, colours)
        for sign in SIGNS
        for name, colours in THEME.maps[sign].items()
    }
)
"""By name."""


def default_colours(sign: Sign) -> ColourMap:
    """Return the colour map a view has if the reader chooses none."""
    return COLOUR_MAPS[THEME.heatmap.colours(sign)]
