"""The spread of a map: its mean over seeds or networks, with an interval at every pixel."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from ctviz.core import FloatMap, InvalidInput, Mask
from ctviz.core.arrays import frozen
from ctviz.uncertainty.unit import in_units, unit_of

CONFIDENCE = 0.95
FEWEST = 2


@dataclass(frozen=True, eq=False)
class MapSpread:
    """A map's mean and interval over several answers to one question.

    Parameters
    ----------
    mean, error
        (h, w) float32 in the numbers of the map itself: the mean and its standard error.
    maps
        Of how many maps, the map itself among them.
    """

    mean: FloatMap
    error: FloatMap
    maps: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", frozen(np.asarray(self.mean), np.float32))
        object.__setattr__(self, "error", frozen(np.asarray(self.error), np.float32))

    @property
    def half_width(self) -> FloatMap:
        """How far the 95 % interval goes to each side, (h, w): Student's, with n - 1 degrees."""
        return self.error * np.float32(student.ppf((1 + CONFIDENCE) / 2, self.maps - 1))

    @property
    def low(self) -> FloatMap:
        """The interval's lower end, (h, w)."""
        return self.mean - self.half_width

    @property
    def high(self) -> FloatMap:
        """The interval's upper end, (h, w)."""
        return self.mean + self.half_width


def spread_of(maps: Sequence[FloatMap], shown: Mask) -> MapSpread:
    r"""Return the mean of maps of one question with its 95 % interval at each pixel.

    .. math:: \bar e \pm t_{0.975, n - 1} \frac{s}{\sqrt n}

    of the maps in their own units (`unit_of`), brought back to the numbers of the first. Student's
    t counts the maps as drawn independently. Networks of a cross-validation are not quite: each
    two share most of their patients and all their phantoms, so that the interval is rather too
    narrow (Nadeau & Bengio, Machine Learning 2003. doi:10.1023/A:1024068626366).

    Parameters
    ----------
    maps
        At least two (h, w); the first is the map that is shown.
    shown
        (h, w), where the slice shows anything.
    """
    if len(maps) < FEWEST:
        raise InvalidInput("An interval needs two maps at least; ask more seeds or networks.")
    scaled = in_units(maps, shown) * unit_of(maps[0], shown)
    error = scaled.std(axis=0, ddof=1) / np.sqrt(len(maps))
    return MapSpread(scaled.mean(axis=0).astype(np.float32), error.astype(np.float32), len(maps))
