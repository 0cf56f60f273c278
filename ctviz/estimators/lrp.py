"""The class score handed back through the network, in proportion to what each part gave."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.autograd.graph import Node

from ctviz.core import FloatMap, param
from ctviz.estimators.engine.estimator import ESTIMATORS, Estimator
from ctviz.estimators.engine.graph import operation
from ctviz.estimators.engine.passes import Passes
from ctviz.estimators.engine.question import Question
from ctviz.estimators.engine.rules import BATCH_NORMALISING, Gradients
from ctviz.estimators.engine.values import ValuedRecord

SUMMING = BATCH_NORMALISING | {
    *("AdaptiveAvgPool2D", "Add", "Addmm", "AvgPool2D", "Baddbmm", "Bmm", "Convolution", "Mean"),
    *("MkldnnAdaptiveAvgPool2D", "MkldnnConvolution", "Mm", "Mv", "Rsub", "Sub", "Sum"),
}


@ESTIMATORS.register("lrp")
@dataclass(frozen=True)
class LayerwiseRelevance(Estimator):
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
    family: ClassVar = "backward rules"

    epsilon: float = param(
        0.25, low=0.0, high=10.0, help="ε as a share of a layer's typical value. More is sparser."
    )

    def passes(self) -> Passes:
        """Return one gradient."""
        return Passes(gradient=1)

    def attribute(self, question: Question, *parents: FloatMap) -> Tensor:  # noqa: ARG002
        """Return the relevance (1, C, h, w): the image times its modified gradient.

        Relevance per unit of a value, R / x, runs back like a gradient: the rule only scales it at
        each sum by z / (z + ε sign z).
        """
        record = ValuedRecord.of(question, question.x, "LRP-ε")
        for node in record.operations():
            if operation(node) in SUMMING:
                self._absorb(node, record.value(node))
        relevance = question.x * record.gradients()
        question.progress.advance()
        return relevance

    def _absorb(self, node: Node, sums: Tensor) -> None:
        sizes = sums.abs()
        epsilon = self.epsilon * sizes.square().mean().sqrt()
        kept = torch.where(sizes > 0, sizes / (sizes + epsilon), 1.0)

        def scale(incoming: Gradients) -> Gradients:
            return (incoming[0] * kept,)

        node.register_prehook(scale)
