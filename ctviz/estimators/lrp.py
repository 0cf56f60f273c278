"""The class score handed back through the network, in proportion to what each part gave."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from ctviz.core import FloatMap
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.estimator import ESTIMATORS
from ctviz.estimators.engine.graph import operation
from ctviz.estimators.engine.passes import Passes
from ctviz.estimators.engine.relevance import RelevanceEstimator
from ctviz.estimators.engine.rules import BATCH_NORMALISING
from ctviz.estimators.engine.values import ValuedRecord

SUMMING = BATCH_NORMALISING | {
    *("AdaptiveAvgPool2D", "Add", "Addmm", "AvgPool2D", "Baddbmm", "Bmm", "Convolution", "Mean"),
    *("MkldnnAdaptiveAvgPool2D", "MkldnnConvolution", "Mm", "Mv", "Rsub", "Sub", "Sum"),
}


@ESTIMATORS.register("lrp")
@dataclass(frozen=True)
class LayerwiseRelevance(RelevanceEstimator):
    r"""Layer-wise relevance propagation by the ε rule.

    .. math:: R_i = \sum_j \frac{x_i w_{ij}}{z_j + \varepsilon\, \mathrm{sign}(z_j)} R_j,
              \quad z_j = \sum_i x_i w_{ij} + b_j

    ε is the stated share of the root mean square of the layer's z. Every convolution, dense layer,
    batch normalisation, average and sum of branches is such a layer of its own; ReLU passes
    relevance on, max pooling passes it to the maximum. What belongs to the biases b and to ε is
    absorbed, so the map does not sum to the score. With ε = 0 it is input × gradient. A network
    with anything but linear operations, ReLU and max pooling is refused.
    """

    title: ClassVar = "LRP-ε"
    cite: ClassVar = "Bach et al., PLOS ONE 2015. doi:10.1371/journal.pone.0130140"
    summary: ClassVar = (
        "The class score divided among the pixels, layer by layer, by what each contributed."
    )
    version: ClassVar = 2

    def passes(self) -> Passes:
        """Return one gradient."""
        return Passes(gradient=1)

    def attribute(self, class_score: ClassScore, *parents: FloatMap) -> Tensor:  # noqa: ARG002
        """Return the relevance (1, C, h, w): the image times its modified gradient."""
        record = ValuedRecord.of(class_score, class_score.x, "LRP-ε")
        for node in record.operations():
            if operation(node) in SUMMING:
                self.absorb(node, record.value(node))
        relevance = class_score.x * record.gradients()
        class_score.progress.advance()
        return relevance
