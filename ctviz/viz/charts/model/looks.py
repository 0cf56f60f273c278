"""How one entrant is told from thirty others, on a screen, on paper and in grey print."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ctviz.core.theme import THEME
from ctviz.viz.images.palette import COLOURS, CONTROL, Palette

INKS = THEME.paper.estimators
"""The palette's colours for white ground, in its order."""

CONTROL_INK = THEME.paper.control

MARKERS = (
    "circle",
    "square",
    "diamond",
    "triangle-up",
    "triangle-down",
    "pentagon",
    "star",
    "hexagon",
)
DASHES = ("solid", "dashdot", "longdash", "longdashdot")
CONTROL_DASH, BESIDE_DASH = "dash", "dot"


@dataclass(frozen=True)
class Look:
    """A colour, a marker and a dash; any one of them tells two neighbours apart.

    Parameters
    ----------
    place
        Which of the colours.
    lap
        How many others had this colour before; each has another marker and dash.
    control
        Grey, because the entrant knows nothing.
    hollow
        Hollow markers: the signed reading of a map, whose absolute reading is filled.
    shape
        Another marker than its own, where markers tell something else than entrants.
    """

    place: int = 0
    lap: int = 0
    control: bool = False
    hollow: bool = False
    shape: str = ""

    @property
    def colour(self) -> str:
        """``#rrggbb`` for dark ground."""
        return CONTROL if self.control else COLOURS[self.place % len(COLOURS)]

    @property
    def ink(self) -> str:
        """``#rrggbb`` for white ground."""
        return CONTROL_INK if self.control else INKS[self.place % len(INKS)]

    @property
    def marker(self) -> str:
        """The marker's name, as plotly has it."""
        return self.shape or MARKERS[(self.place + 3 * self.lap) % len(MARKERS)]

    @property
    def dash(self) -> str:
        """The line's dash, as plotly has it."""
        return CONTROL_DASH if self.control else DASHES[self.lap % len(DASHES)]


def looks(
    titles: Iterable[str], controls: Collection[str] = (), palette: Palette | None = None
) -> Mapping[str, Look]:
    """Return a look for each title, in the colours that the palette gives it elsewhere."""
    titles = list(dict.fromkeys(titles))
    palette = palette or Palette.of(titles, controls)
    seen: Counter[str] = Counter()
    found: dict[str, Look] = {}
    for title in titles:
        colour = palette.colour(title)
        lap = seen[colour]
        seen[colour] += 1
        if title in controls or colour not in COLOURS:
            found[title] = Look(place=lap, control=True)
        else:
            found[title] = Look(COLOURS.index(colour), lap)
    return MappingProxyType(found)


PLAIN = Look()
"""The look of what needs no telling apart."""
