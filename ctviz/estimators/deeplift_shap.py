"""How the differences of the image from typical ones run through the network to the score."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from ctviz.core import FloatMap, param
from ctviz.estimators.deeplift import contributions
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.ends import Ends
from ctviz.estimators.engine.estimator import ESTIMATORS, Estimator
from ctviz.estimators.engine.passes import Passes
from ctviz.estimators.engine.probes import ReferencePaths


@ESTIMATORS.register("deeplift-shap")
@dataclass(frozen=True)
class DeepLiftShap(Estimator):
    r"""Mean of DeepLIFT's contributions over reference images drawn by chance.

    .. math:: \mathbb{E}_{x' \sim D} \left[(x - x') \odot m(x, x')\right]

    References are drawn as for ``expected-gradients``. The map's sum is the score less the mean
    score of the drawn references exactly; a network on which that is not so is refused, as by
    ``deeplift``.
    """

    title: ClassVar = "DeepLIFT SHAP"
    cite: ClassVar = "Lundberg & Lee, NeurIPS 2017. arXiv:1705.07874; of arXiv:1704.02685"
    summary: ClassVar = "How much each pixel's difference from other scans contributes."
    family: ClassVar = "backward rules"

    samples: int = param(8, low=1, high=256, help="Comparisons. More is smoother and slower.")
    seed: int = param(0, low=0, high=2**31 - 1, help="Which references are drawn.")

    def passes(self) -> Passes:
        """Return one gradient of the image and one of a reference for each comparison."""
        return Passes(gradient=2 * self.samples)

    def ends(self) -> Ends:
        """Return the drawn references and the image."""
        return self._paths().ends()

    def attribute(self, class_score: ClassScore, *parents: FloatMap) -> Tensor:  # noqa: ARG002
        """Return the mean of the contributions (1, C, h, w)."""
        total = torch.zeros_like(class_score.x, dtype=torch.float64, device="cpu")
        for reference, _ in self._paths().references(class_score):
            total += contributions(class_score, reference).cpu().double()
        return total / self.samples

    def _paths(self) -> ReferencePaths:
        return ReferencePaths(self.samples, self.seed)
