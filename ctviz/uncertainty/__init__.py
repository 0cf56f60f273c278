"""Maps with error bars: how far a map is left to chance, and what of it chance would show too."""

from ctviz.uncertainty.chance import COPIES, LEVEL, AgainstChance, against_chance
from ctviz.uncertainty.spread import MapSpread, spread_of
from ctviz.uncertainty.unit import unit_of

__all__ = [
    "COPIES",
    "LEVEL",
    "AgainstChance",
    "MapSpread",
    "against_chance",
    "spread_of",
    "unit_of",
]
