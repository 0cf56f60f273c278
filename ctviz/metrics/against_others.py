"""Agreement beyond where regions usually are: a map, a drawing, and those on other patients."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, final

from ctviz.core import Curve, FloatMap, InvalidInput, Mask, Prior, Score
from ctviz.metrics.against_region import EMPTY, checked_pair
from ctviz.metrics.base import Group, Metric, Need, T
from ctviz.metrics.evaluator import Evaluator


@dataclass(frozen=True)
class CorrectedMetric(Metric):
    """A metric of agreement from which what anybody could guess from other patients is taken out.

    Hearts lie in the middle, so a blob in the middle agrees with them without an answer from the
    network. The arrays are checked here: a subclass only meets finite maps, regions with pixels and
    a `Prior` of enough patients on the same grid.
    """

    group: ClassVar[Group] = "agreement"
    needs: ClassVar[Need] = "others"
    grid: ClassVar[Literal["scan", "network"]] = "scan"

    @final
    def evaluated_by(self, evaluator: Evaluator[T]) -> T:
        """Hand itself to what scores by metrics of this kind."""
        return evaluator.against_others(self)

    @final
    def __call__(self, values: FloatMap, mask: Mask, prior: Prior) -> Score:
        """Score a map (H, W) against a region's mask (H, W), given where others have theirs."""
        values, mask = _checked(values, mask, prior)
        if not mask.any():
            return EMPTY
        if prior.why_not:
            return Score.undefined(prior.why_not)
        return self.compare(values, mask, prior)

    @final
    def curve(self, values: FloatMap, mask: Mask, prior: Prior) -> Curve | None:
        """Return the picture behind the score; None if there is none or the score is undefined."""
        values, mask = _checked(values, mask, prior)
        return None if prior.why_not or not mask.any() else self.draw(values, mask, prior)

    @abstractmethod
    def compare(self, values: FloatMap, mask: Mask, prior: Prior) -> Score:
        """Score a finite map against a region that has pixels."""

    def draw(self, values: FloatMap, mask: Mask, prior: Prior) -> Curve | None:  # noqa: ARG002 - for subclasses
        """Return the curve of a finite map and a region that has pixels, if the metric has one."""
        return None


def _checked(values: FloatMap, mask: Mask, prior: Prior) -> tuple[FloatMap, Mask]:
    values, mask = checked_pair(values, mask)
    if prior.mean.shape != mask.shape:
        raise InvalidInput(
            f"The mean mask of other patients has the shape {prior.mean.shape} and the region "
            f"{mask.shape}; bring it to the scan's rows and columns first."
        )
    return values, mask
