"""Agreement: a map compared with the Region a reader drew."""

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias, final

import numpy as np

from ctviz.core import Curve, FloatMap, InvalidInput, Mask, Score
from ctviz.metrics.base import Group, Metric, Need, T
from ctviz.metrics.evaluator import Evaluator
from ctviz.metrics.given import array_of, finite_map, numbers_of

Spacing: TypeAlias = tuple[float, float]
"""Distance of neighbouring pixels in mm, down and across."""

NO_REGION = "Draw a region to see this."
EMPTY = Score.undefined("The region is empty.")


@dataclass(frozen=True)
class AgreementMetric(Metric):
    """A metric that needs a reader: whether the map points where a human would look.

    The arrays are checked here, so a subclass only meets finite maps and regions with pixels.
    """

    group: ClassVar[Group] = "agreement"
    needs: ClassVar[Need] = "region"
    grid: ClassVar[Literal["scan", "network"]] = "scan"

    @final
    def evaluated_by(self, evaluator: Evaluator[T]) -> T:
        """Hand itself to what scores by metrics of this kind."""
        return evaluator.against_region(self)

    @final
    def __call__(self, values: FloatMap, mask: Mask, spacing_mm: Spacing | None = None) -> Score:
        """Score a map (H, W) against a region's mask (H, W).

        ``spacing_mm`` is the distance of pixels down and across; most metrics do without it.
        """
        values, mask = checked_pair(values, mask)
        spacing = None if spacing_mm is None else _checked_spacing(spacing_mm)
        if not mask.any():
            return EMPTY
        return self.measure(values, mask, spacing)

    @final
    def curve(self, values: FloatMap, mask: Mask) -> Curve | None:
        """Return the picture behind the score; None if there is none or the score is undefined."""
        values, mask = checked_pair(values, mask)
        return self.draw(values, mask) if mask.any() else None

    @abstractmethod
    def compare(self, values: FloatMap, mask: Mask) -> Score:
        """Score a finite map against a region that has pixels."""

    def measure(self, values: FloatMap, mask: Mask, spacing_mm: Spacing | None) -> Score:  # noqa: ARG002 - for subclasses
        """Score a finite map against a region that has pixels, given their size if it is known."""
        return self.compare(values, mask)

    def draw(self, values: FloatMap, mask: Mask) -> Curve | None:  # noqa: ARG002 - for subclasses
        """Return the curve of a finite map and a region that has pixels, if the metric has one."""
        return None


def _checked_spacing(spacing_mm: Spacing) -> Spacing:
    lengths = numbers_of(spacing_mm, "The pixel size")
    if lengths.shape != (2,) or not all(0 < length < math.inf for length in lengths):
        raise InvalidInput(f"A pixel is larger than 0 mm down and across, not {spacing_mm}.")
    return float(lengths[0]), float(lengths[1])


def checked_pair(values: FloatMap, mask: Mask) -> tuple[FloatMap, Mask]:
    """Return a finite map and a mask on its grid, refusing anything else."""
    given, region = array_of(values, "The map"), array_of(mask, "A region's mask")
    if region.dtype != np.bool_:
        raise InvalidInput(
            f"A region's mask must be boolean, not {region.dtype}; compare it with 0."
        )
    if given.ndim != 2 or given.shape != region.shape:
        raise InvalidInput(
            f"The map has the shape {given.shape} and the region {region.shape}; "
            "bring both to the scan's rows and columns first."
        )
    return finite_map(values), region
