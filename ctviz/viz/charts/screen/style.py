"""The look of charts on screen: compact, transparent, readable at 430 × 280 pixels."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ctviz.core.theme import Inks, channels

CLEAR = "rgba(0, 0, 0, 0)"


def see_through(colour: str, opacity: float) -> str:
    """Return ``#rrggbb`` as a colour through which one sees."""
    return f"rgba{(*channels(colour), opacity)}"


FONT = "'Source Sans', system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"
"""The page's own typeface, which Streamlit brings, then those that most computers have."""

PLOT_CONFIG: Mapping[str, Any] = MappingProxyType({"displayModeBar": False, "displaylogo": False})
"""What to give plotly beside a figure: small plots have no room for its tool bar."""


def dress(inks: Inks) -> dict[str, Any]:
    """Return the layout that all figures share: quiet letters, the legend below."""
    return {
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "font": {"family": FONT, "size": 11, "color": inks.text},
        "hoverlabel": {"font": {"family": FONT, "size": 11}, "namelength": -1},
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
            "font": {"size": 10},
            "itemwidth": 30,
            "tracegroupgap": 0,
        },
    }
