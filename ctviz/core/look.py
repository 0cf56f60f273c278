"""How one estimator is told from all others: in charts, lists and tables, and beside its map."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Scheme: TypeAlias = Literal["dark", "light"]
"""What a page looks like, as CSS calls it: light letters on dark ground, or the reverse."""


@dataclass(frozen=True)
class Look:
    """A colour for each ground, a marker and a dash; any one of them tells two neighbours apart.

    Parameters
    ----------
    dark, light
        ``#rrggbb`` on dark and on light ground; a similar hue.
    marker, dash
        As plotly calls them.
    control
        Whether it is a control's: grey, because the control knows nothing.
    hollow
        Hollow markers: the signed reading of a map, whose absolute reading is filled.
    """

    dark: str
    light: str
    marker: str
    dash: str
    control: bool = False
    hollow: bool = False

    def on(self, scheme: Scheme) -> str:
        """Return the colour on dark or on light ground."""
        return self.dark if scheme == "dark" else self.light
