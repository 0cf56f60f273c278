"""Randomisation: whether a map notices that its network has forgotten everything."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ctviz.core import Curve, CurvePanel, FloatMap, Mask, Score, param
from ctviz.metrics.against_estimator import Again, BehaviourMetric
from ctviz.metrics.against_model import Curves, Images
from ctviz.metrics.base import CONSTANT, METRICS, is_constant
from ctviz.metrics.resemblance import picture_similarity, rank_correlation, visible

OUTPUT_LAYER = 0.001
"""A share so small that the output layer alone is randomised."""


@METRICS.register("randomisation")
@dataclass(frozen=True)
class Randomisation(BehaviourMetric):
    r"""Likeness that is left between a map's magnitudes and those on a randomised network.

    .. math:: \frac{1}{n} \sum_{k=1}^{n}
              \frac{\max(0, \rho(|e|, |e_k|)) + \max(0, \mathrm{SSIM}(|e|, |e_k|))}{2}

    The layers forget what they learnt in a cascade of n stages from the output towards the input.
    ρ is Spearman's rank correlation of the pixels, SSIM the structural similarity of the pictures,
    both where the slice shows anything: in the air around the patient, maps that multiply by the
    slice are zero on any network, which would make them all look alike.
    The publication shows both over the cascade; their mean is ours. Judging the whole cascade, and
    not its end alone, finds the estimators that only look at the layers near the input: without
    its output layer a model already decides at random.

    A map that is constant or not finite on a randomised network has kept nothing: likeness 0. Where
    the estimator refuses the randomised network, or the map itself is constant, there is no score.
    An estimator that never looks at the network, such as the controls, scores 1.

    The curves, ``correlation`` and ``similarity``, are drawn over the share of layers randomised,
    with their own signs. A low score does not prove a map right (Binder et al., CVPR 2023.
    arXiv:2211.12486); a high one says that the picture is the scan's more than the model's.
    """

    title: ClassVar[str] = "Randomisation"
    panel: ClassVar[CurvePanel | None] = CurvePanel(
        "Randomisation",
        "likeness left: of the ranks (solid), of the picture (dotted)",
        "share of the layers randomised",
        "likeness",
        y_range=None,
        beside=("similarity",),
    )
    summary: ClassVar[str] = (
        "How much of the map is left while the model forgets what it learnt, layer by layer: near "
        "1 the map shows the scan and not the model, near 0 it depends on what was learnt."
    )
    short: ClassVar[str] = "Random."
    cite: ClassVar[str] = (
        "Adebayo et al., NeurIPS 2018. arXiv:1810.03292; "
        "SSIM: Wang et al., 2004. doi:10.1109/TIP.2003.819861"
    )
    better: ClassVar[Literal["higher", "lower"]] = "lower"
    stages: int = param(
        3,
        low=1,
        high=20,
        help="Steps of the cascade, from the output layer alone to all layers; each costs a map.",
    )

    @property
    def maps(self) -> int:
        """One for each stage."""
        return self.stages

    @property
    def shares(self) -> tuple[float, ...]:
        """The share of layers randomised at each stage, the last 1."""
        if self.stages == 1:
            return (1.0,)
        return (OUTPUT_LAYER, *map(float, np.linspace(0.0, 1.0, self.stages)[1:]))

    def observe(self, values: FloatMap, x: Images, again: Again) -> Curves:
        """Return what is left on average, with the two curves."""
        if is_constant(np.abs(values)[visible(x)]):
            return Curves(CONSTANT)
        return self.compare(np.abs(values), [again(randomised=s) for s in self.shares], visible(x))

    def compare(self, trained: FloatMap, randomised: Sequence[FloatMap], shown: Mask) -> Curves:
        """Return what is left of a map's magnitudes on average, with the two curves."""
        maps = [np.abs(each) for each in randomised]
        heights = {
            "correlation": [rank_correlation(trained[shown], left[shown]) for left in maps],
            "similarity": [picture_similarity(trained, left, shown) for left in maps],
        }
        lines = {name: Curve.of((0.0, *self.shares), (1.0, *y)) for name, y in heights.items()}
        return Curves(Score(float(np.mean([left_of(line) for line in lines.values()]))), lines)


def left_of(line: Curve) -> float:
    """Return the mean likeness over the stages of a curve; what is opposite is not alike."""
    return float(np.maximum(line.y[1:], 0.0).mean())
