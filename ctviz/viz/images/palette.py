"""Which colour an estimator has in every figure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self
from zlib import crc32

from ctviz.core.theme import THEME

COLOURS = THEME.screen.estimators
"""For dark ground; after Okabe and Ito's colours, told apart with any common colour vision."""

CONTROL = THEME.screen.control
"""Grey, for controls."""


@dataclass(frozen=True)
class Palette:
    """A colour for each estimator, grey for controls.

    A name has its own place in the palette, so it keeps its colour from view to view. Where two
    names claim one place, the later goes to the next free: give the names in the order the reader
    chose them, and an added estimator never recolours the others. With more names than colours,
    colours repeat.

    Parameters
    ----------
    colours
        ``#rrggbb`` by the estimator's title.
    controls
        The titles of the controls.
    """

    colours: Mapping[str, str]
    controls: frozenset[str] = frozenset()

    @classmethod
    def of(cls, titles: Iterable[str], controls: Collection[str] = ()) -> Self:
        """Return the palette of estimators in the order in which they were chosen."""
        colours: dict[str, str] = {}
        free = list(COLOURS)
        for title in titles:
            if title in controls:
                colours[title] = CONTROL
                continue
            free = free or list(COLOURS)
            place = crc32(title.encode()) % len(COLOURS)
            wanted = COLOURS[place:] + COLOURS[:place]
            colours[title] = next(colour for colour in wanted if colour in free)
            free.remove(colours[title])
        return cls(MappingProxyType(colours), frozenset(controls))

    def colour(self, title: str) -> str:
        """Return the colour of an estimator, grey for one the palette does not know."""
        return self.colours.get(title, CONTROL)
