"""Random logit: whether a map depends on which class it explains."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ctviz.core import FloatMap, Score, param
from ctviz.metrics.against_estimator import Again, BehaviourMetric
from ctviz.metrics.against_model import Curves, Images
from ctviz.metrics.base import CONSTANT, METRICS, is_constant
from ctviz.metrics.resemblance import picture_similarity, visible

ONE_NEURON = Score.undefined(
    "The network has one output neuron: the other class's map is this one turned round."
)


@METRICS.register("random-logit")
@dataclass(frozen=True)
class RandomLogit(BehaviourMetric):
    r"""Likeness of the map's magnitudes to those of another class, drawn by chance.

    .. math:: \mathrm{SSIM}(|e_t(x)|, |e_k(x)|), \quad k \ne t

    Where the slice shows anything, as for `randomisation`. Of a network with a single output neuron
    the classes' scores are one another's negative, so nothing could be learnt and there is no
    score; of two neurons trained against each other a high one is to be expected.
    """

    title: ClassVar[str] = "Random logit"
    summary: ClassVar[str] = (
        "How much the map looks like that of another class: near 1 it does not depend on what it "
        "explains, near 0 it does."
    )
    cite: ClassVar[str] = "Sixt et al., ICML 2020. arXiv:1912.09818"
    better: ClassVar[Literal["higher", "lower"]] = "lower"
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)

    seed: int = param(0, low=0, high=2**31 - 1, help="Which other class is drawn.")

    @property
    def maps(self) -> int:
        """One."""
        return 1

    def observe(self, values: FloatMap, x: Images, again: Again) -> Curves:
        """Return the likeness; it has no curve."""
        target, classes = again.targets
        if classes == 1:
            return Curves(ONE_NEURON)
        shown, own = visible(x), np.abs(values)
        if is_constant(own[shown]):
            return Curves(CONSTANT)
        others = [each for each in range(classes) if each != target]
        drawn = others[int(np.random.default_rng(self.seed).integers(len(others)))]
        other = np.abs(again(target=drawn))
        return Curves(Score(picture_similarity(own, other, shown)))
