"""How much more a map overlaps with the region than the mean mask of other patients does."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from ctviz.core import FloatMap, Mask, Prior, Score, param
from ctviz.metrics.against_others import CorrectedMetric
from ctviz.metrics.base import METRICS
from ctviz.metrics.dice import Dice


@METRICS.register("dice-gain")
@dataclass(frozen=True)
class DiceGain(CorrectedMetric):
    """`dice` of the map minus `dice` of the mean mask of other patients, by the same rule.

    Both keep the same share of the image as important. The map is read as `dice` reads it, as a
    region map; the mean mask is an area already and taken as it is. So the control `mean-mask` may
    gain a little or lose: by what the picture's own regions add to it.

    On one slice the mean mask is the same for all maps: they are ranked as by `dice`. What is added
    is the zero, below which a map is worse than an average of drawings.
    """

    title: ClassVar[str] = "Dice gain"
    summary: ClassVar[str] = (
        "Dice of the map minus that of the mean region of other patients: 0 is no better than "
        "knowing where regions usually are, below 0 worse."
    )
    cite: ClassVar[str] = (
        "Dice, Ecology 1945. doi:10.2307/1932409; an average of masks as the baseline: "
        "Arun et al., Radiology: Artificial Intelligence 2021. doi:10.1148/ryai.2021200267"
    )
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    reads: ClassVar[Literal["map", "region map"]] = "region map"

    share: float = param(
        0.0,
        low=0.0,
        high=1.0,
        help="Share of the image that counts as important. 0 takes the region's own share.",
    )

    def compare(self, values: FloatMap, mask: Mask, prior: Prior) -> Score:
        """Return the difference of both overlaps at the chosen share."""
        rule = Dice(self.share)
        return Score(rule.overlap(values, mask) - rule.overlap(prior.mean, mask))
