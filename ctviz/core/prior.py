"""Where a region usually is, from what was drawn on other patients: the Prior."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ctviz.core.arrays import FloatMap, digest, frozen
from ctviz.core.errors import InvalidInput

MEAN_MASK = "mean-mask"
"""The control whose map is a Prior's mean mask: it is given, and no estimator makes it."""

FEWEST_OTHERS = 6
"""The fewest other patients whose mean mask says where a region usually is."""


@dataclass(frozen=True, eq=False)
class Prior:
    """The mean mask of other patients on the grid of one patient's slices.

    The patient whose maps are judged is never among the others. Bodies lie differently in their
    images and are not registered: a place is the same share of the image's height and width.

    Parameters
    ----------
    mean
        (H, W) float32, 0 to 1: the share of the other patients who have the region at a pixel. A
        patient with several drawn slices counts once, with their mean.
    patients
        How many other patients that is.
    """

    mean: FloatMap
    patients: int

    def __post_init__(self) -> None:
        mean = np.asarray(self.mean)
        if mean.ndim != 2 or not np.all((mean >= 0) & (mean <= 1)):
            raise InvalidInput("A mean mask has rows and columns of shares between 0 and 1.")
        if self.patients < 0:
            raise InvalidInput("A mean mask is over 0 patients or more.")
        object.__setattr__(self, "mean", frozen(mean, np.float32))

    @classmethod
    def of(cls, masks: list[NDArray[np.float64]], shape: tuple[int, int]) -> Self:
        """Return the mean of each other patient's own mean mask, (H, W); zero where there is none.

        >>> Prior.of([np.eye(2), np.ones((2, 2))], (2, 2)).mean.tolist()
        [[1.0, 0.5], [0.5, 1.0]]
        """
        total = sum(masks, np.zeros(shape))
        return cls(np.clip(total / max(1, len(masks)), 0.0, 1.0), len(masks))

    @property
    def digest(self) -> str:
        """The sha256 of what it says."""
        return digest(self.mean, f"{self.patients} patients")

    @property
    def why_not(self) -> str:
        """Why nothing can be corrected by it, in a sentence; empty where it can."""
        if self.patients >= FEWEST_OTHERS:
            return ""
        who = {0: "No other patient has", 1: "Only 1 other patient has"}.get(
            self.patients, f"Only {self.patients} other patients have"
        )
        return (
            f"{who} a region of this reader and label; with {FEWEST_OTHERS} or more it is known "
            "where it usually is."
        )


def by_image_fraction(values: NDArray[np.floating], shape: tuple[int, int]) -> NDArray[np.float64]:
    """Bring numbers (H', W') to another grid (H, W) that spans the same image.

    A pixel gets the mean over the part of the image that it covers, so the mean over the image
    stays. On an equal grid nothing changes.

    >>> by_image_fraction(np.array([[0.0, 1.0]]), (1, 4)).tolist()
    [[0.0, 0.0, 1.0, 1.0]]
    """
    if values.shape == shape:
        return np.asarray(values, np.float64)
    rows, columns = (_covered(*sizes) for sizes in zip(values.shape, shape, strict=True))
    return np.asarray(rows @ values @ columns.T, np.float64)


def _covered(before: int, now: int) -> NDArray[np.float64]:
    """Return (now, before) which shares of a pixel of the new line the old pixels cover."""
    new, old = (np.linspace(0.0, 1.0, pixels + 1) for pixels in (now, before))
    ends = np.minimum(new[1:, None], old[None, 1:])
    starts = np.maximum(new[:-1, None], old[None, :-1])
    shares = np.maximum(ends - starts, 0.0)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))
