"""How things look and which key does what: the facts that Python, the browser and Help share.

They stand in ``theme.json`` beside this module. The viewer hands that file's `FACTS` to the browser
as they are, so that a picture by Python is the picture that a reader saw.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Self

from ctviz.core.errors import InvalidParameter
from ctviz.core.look import Look, Scheme
from ctviz.core.results import SIGNS, Sign

FACTS: Mapping[str, Any] = MappingProxyType(
    json.loads(files("ctviz.core").joinpath("theme.json").read_text("utf-8"))
)
"""The file as it stands, for the browser."""


@dataclass(frozen=True)
class Window:
    """The Hounsfield units from black to white, by DICOM PS3.3 C.11.2.1.2.1.

    Parameters
    ----------
    title
        What it is made to show.
    width, level
        Extent and centre, HU: of whole numbers, the window holds ``width``.
    """

    title: str
    width: float
    level: float

    def __post_init__(self) -> None:
        if not self.width > 0:
            raise InvalidParameter(f"A window's width must be positive, not {self.width}.")

    @classmethod
    def between(cls, title: str, low: float, high: float) -> Self:
        """Return the window whose last black is ``low`` and whose first white is ``high`` HU."""
        return cls(title, width=high - low + 1, level=(low + high + 1) / 2)


@dataclass(frozen=True)
class ColourStops:
    """Evenly spaced colours of a colour map, low to high.

    Parameters
    ----------
    title
        Its name on screens.
    cite
        Where its colours come from.
    stops
        ``#rrggbb``.
    ordered
        Whether more importance never looks darker.
    """

    title: str
    cite: str
    stops: tuple[str, ...]
    ordered: bool = True


@dataclass(frozen=True)
class HeatmapLaw:
    """How importance becomes colour and opacity, and what a reader meets who has chosen nothing.

    A pixel that reaches the share s of the colour scale has the opacity ``opacity · s ** power``.

    Parameters
    ----------
    signed, absolute
        Names of the colour maps.
    opacity
        Of the most important pixels, 0 to 1.
    threshold
        Share of the scale under which nothing is shown.
    faded
        What is left of the opacity where chance would show as much, if the reader wants to know.
    steps
        How many shares are told apart on either side of zero.
    """

    signed: str
    absolute: str
    opacity: float
    threshold: float
    power: float
    faded: float
    steps: int

    def colours(self, sign: Sign) -> str:
        """Return the name of the colour map of a view."""
        return self.signed if sign == "signed" else self.absolute


@dataclass(frozen=True)
class Inks:
    """Colours of pages and charts on one ground, ``#rrggbb``.

    Parameters
    ----------
    scheme
        Which ground it is; paper is light.
    ground, raised
        What all else stands on: the page, and what lies on it.
    text, faint, link, warn
        Letters: plain, quieter, those that lead elsewhere, and amber ones.
    primary
        What is pressed, with white on it.
    shades
        Of a table's cells, from nothing to much; the last can stand alone.
    opposite
        As the last shade, where numbers go both ways.
    right, wrong
        Cells in which answers are right or wrong; text stands on them.
    """

    scheme: Scheme
    ground: str
    raised: str
    text: str
    faint: str
    primary: str
    link: str
    warn: str
    shades: tuple[str, str, str]
    opposite: str
    right: str
    wrong: str

    @classmethod
    def read(cls, scheme: Scheme, facts: Mapping[str, Any]) -> Self:
        """Return the inks of a part of the file."""
        nothing, some, much = facts["shades"]
        return cls(scheme, **{**facts, "shades": (nothing, some, much)})


@dataclass(frozen=True)
class Gesture:
    """What a mouse does over a picture."""

    shown: str
    help: str


@dataclass(frozen=True)
class Shortcut:
    """What a key does.

    Parameters
    ----------
    keys
        As the browser names them, with ``Ctrl+`` before.
    shown
        As a reader finds it on the keyboard.
    action, value
        What the viewer does: with which tool, window or number.
    help
        The same in a few words.
    """

    keys: tuple[str, ...]
    shown: str
    action: str
    help: str
    value: str | int | None = None


@dataclass(frozen=True)
class Theme:
    """All facts of ``theme.json``.

    Parameters
    ----------
    windows
        By name.
    opens
        Name of the window in which a CT is opened.
    heatmap
        How importance becomes colour.
    maps
        Colour maps by view and name.
    labels
        Colours of drawn labels, ``#rrggbb``; the first label has the first.
    reference
        Colour of another reader's outline.
    measurement
        Colour of rulers, angles and areas, and of what they say.
    planes
        Colours of the slice, and of the planes that cross it along a row and along a column.
    dark, light
        Inks of pages and charts on dark ground, and on light ground or paper.
    looks
        Of estimators by family, in the order in which members take them; ``other`` is for families
        that are not named, and ``plain`` the look of what needs no telling apart.
    glyphs
        Each marker as a letter, filled and hollow.
    gestures, keys
        What mouse and keyboard do in the viewer.
    """

    windows: Mapping[str, Window]
    opens: str
    heatmap: HeatmapLaw
    maps: Mapping[Sign, Mapping[str, ColourStops]]
    labels: tuple[str, ...]
    reference: str
    measurement: str
    planes: Mapping[str, str]
    dark: Inks
    light: Inks
    looks: Mapping[str, tuple[Look, ...]]
    glyphs: Mapping[str, str]
    gestures: tuple[Gesture, ...]
    keys: tuple[Shortcut, ...]

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Self:
        """Return the facts of the file."""
        inks = facts["inks"]
        return cls(
            windows=MappingProxyType({name: Window(**w) for name, w in facts["windows"].items()}),
            opens=facts["opens"],
            heatmap=HeatmapLaw(**facts["heatmap"]),
            maps=MappingProxyType({sign: _colour_maps(facts["maps"][sign]) for sign in SIGNS}),
            labels=tuple(inks["labels"]),
            reference=inks["reference"],
            measurement=inks["measurement"],
            planes=MappingProxyType(dict(inks["planes"])),
            dark=Inks.read("dark", inks["dark"]),
            light=Inks.read("light", inks["light"]),
            looks=MappingProxyType({name: _looks(name, facts) for name in facts["looks"]}),
            glyphs=MappingProxyType(facts["glyphs"]),
            gestures=tuple(Gesture(**gesture) for gesture in facts["gestures"]),
            keys=tuple(Shortcut(**{**key, "keys": tuple(key["keys"])}) for key in facts["keys"]),
        )

    @property
    def opening_window(self) -> Window:
        """The window in which a CT is opened."""
        return self.windows[self.opens]

    def inks(self, scheme: Scheme) -> Inks:
        """Return the inks of a ground."""
        return self.dark if scheme == "dark" else self.light

    def glyph(self, look: Look) -> str:
        """Return a look's marker as a letter."""
        return self.glyphs[look.marker][look.hollow]

    def look(self, family: str, place: int) -> Look:
        """Return the look of a family's member.

        Beyond the last look of a family its colours come again, each time with the next marker.

        Parameters
        ----------
        place
            Counted from 0.
        """
        looks = self.looks.get(family, self.looks["other"])
        lap, at = divmod(place, len(looks))
        markers = list(self.glyphs)
        marker = markers[(markers.index(looks[at].marker) + lap) % len(markers)]
        return replace(looks[at], marker=marker)


def _looks(family: str, facts: Mapping[str, Any]) -> tuple[Look, ...]:
    return tuple(
        Look(dark, light, marker, dash, control=family == "control")
        for dark, light, marker, dash in facts["looks"][family]
    )


def _colour_maps(entries: Mapping[str, Any]) -> Mapping[str, ColourStops]:
    return MappingProxyType(
        {
            name: ColourStops(**{**entry, "stops": tuple(entry["stops"])})
            for name, entry in entries.items()
        }
    )


THEME = Theme.read(FACTS)


def channels(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue of ``#rrggbb``, 0 to 255."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue
