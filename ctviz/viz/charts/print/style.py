"""The look of printed charts: white ground, thin lines, small sans-serif type, no box."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import RLock
from types import MappingProxyType
from typing import Any

import matplotlib as mpl

from ctviz.core.theme import THEME

INK, FAINT, GRID = THEME.light.text, THEME.light.faint, "#dfe2e6"
WIDTH_IN = 7.0
"""Both columns of a journal's page."""

LETTER_IN = 0.058
"""An average letter at 7 pt."""

MARKERS: Mapping[str, str] = MappingProxyType(
    {
        "circle": "o",
        "square": "s",
        "diamond": "D",
        "triangle-up": "^",
        "triangle-down": "v",
        "pentagon": "p",
        "star": "*",
        "hexagon": "h",
        "x": "X",
        "cross": "P",
        "triangle-left": "<",
        "triangle-right": ">",
        "x-thin": "x",
    }
)
DASHES: Mapping[str, Any] = MappingProxyType(
    {
        "solid": "-",
        "dash": (0, (4, 1.6)),
        "dashdot": (0, (4, 1.4, 1, 1.4)),
        "longdash": (0, (8, 2)),
        "longdashdot": (0, (8, 1.4, 1, 1.4)),
        "dot": (0, (1, 1.4)),
    }
)

_RULES: Mapping[str, Any] = MappingProxyType(
    {
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans", "Helvetica", "Arial", "sans-serif"],
        "font.size": 7.5,
        "text.color": INK,
        "axes.edgecolor": FAINT,
        "axes.labelcolor": INK,
        "axes.labelsize": 7.5,
        "axes.titlesize": 8.5,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.unicode_minus": True,
        "grid.color": GRID,
        "grid.linewidth": 0.5,
        "xtick.color": FAINT,
        "ytick.color": FAINT,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "xtick.labelsize": 7,
        "ytick.labelsize": 7,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "legend.fontsize": 6.8,
        "legend.frameon": False,
        "lines.linewidth": 1.2,
        "text.parse_math": False,  # a name with two dollars is a name
        "svg.fonttype": "none",
        "svg.hashsalt": "ctviz",
        "pdf.fonttype": 42,
        "figure.facecolor": "white",
        "savefig.facecolor": "white",
    }
)
_ALONE = RLock()


@contextmanager
def print_style() -> Iterator[None]:
    """Draw in the style of print; one thread at a time, as matplotlib's rules are global."""
    with _ALONE, mpl.rc_context(dict(_RULES)):
        yield
