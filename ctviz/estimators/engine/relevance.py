"""Rules that divide a layer's relevance among its inputs.

Between layers relevance R runs back as relevance per unit of a value, R / x. So each rule is a
change of the gradient, and at sums of branches, averages, poolings and ReLU the gradient itself is
the rule: in proportion to what each gave, to the maximum, unchanged.
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.autograd.graph import Node

from ctviz.core import param
from ctviz.estimators.engine.estimator import Estimator
from ctviz.estimators.engine.layers import LinearLayer
from ctviz.estimators.engine.rules import Gradients


@dataclass(frozen=True)
class RelevanceEstimator(Estimator):
    """An estimator that hands the class score back, layer by layer."""

    family: ClassVar[str] = "backward rules"

    epsilon: float = param(
        0.25, low=0.0, high=10.0, help="ε as a share of a layer's typical value. More is sparser."
    )

    def absorb(self, node: Node, sums: Tensor) -> None:
        """Write the ε rule on a layer: it keeps z / (z + ε sign z) of its relevance."""
        sizes = sums.abs()
        epsilon = self.epsilon * sizes.square().mean().sqrt()
        kept = torch.where(sizes > 0, sizes / (sizes + epsilon), 1.0)

        def scale(incoming: Gradients) -> Gradients:
            return (incoming[0] * kept,)

        node.register_prehook(scale)


@dataclass(frozen=True, eq=False)
class GammaRule:
    r"""The generalised γ rule: contributions of a sum's own sign count 1 + γ times.

    .. math:: R_i = \sum_j \frac{c_{ij} + \gamma\, c_{ij}^{\pm}}
              {z_j + \gamma \sum_i c_{ij}^{\pm} + \gamma\, b_j^{\pm}} R_j,
              \quad c_{ij} = x_i w_{ij}, \quad \pm = \mathrm{sign}(z_j)

    The denominator is never smaller than z, so nothing blows up. (Andéol et al. 2021,
    arXiv:2106.04923; for positive sums it is Montavon's rule, for large γ the z⁺ rule.)
    """

    layer: LinearLayer
    inputs: Tensor
    """(1, …), what the layer was given."""
    sums: Tensor
    """(1, …), what it gave, with its bias."""
    gamma: float

    def __call__(self, outgoing: Tensor) -> Tensor:
        """Return the inputs' relevance per unit, given the sums'."""
        layer, gamma = self.layer, self.gamma
        shares = outgoing * self._kept()
        for_positive = shares.where(self.sums > 0, 0.0)
        for_negative = shares - for_positive
        boosted, dampened = layer.boosted(gamma), layer.dampened(gamma)
        answer = boosted.back(for_positive, self.inputs) + dampened.back(for_negative, self.inputs)
        below = self.inputs < 0
        if bool(below.any()):
            of_negative = dampened.back(for_positive, self.inputs)
            of_negative += boosted.back(for_negative, self.inputs)
            answer = torch.where(below, of_negative, answer)
        return answer

    def _kept(self) -> Tensor:
        """Return z divided by the denominator, which lies between 0 and 1."""
        positive, negative = contributions(self.layer, self.inputs)
        bias = self.sums - positive - negative
        positive, negative = positive + bias.clamp(min=0), negative + bias.clamp(max=0)
        whole = self.sums + self.gamma * torch.where(self.sums > 0, positive, negative)
        return torch.where(self.sums == 0, 0.0, self.sums / whole)


def contributions(layer: LinearLayer, inputs: Tensor) -> tuple[Tensor, Tensor]:
    """Return the sums of all positive and of all negative contributions to a layer's answer."""
    increasing, decreasing = layer.positive(), layer.negative()
    above, below = inputs.clamp(min=0), inputs.clamp(max=0)
    positive, negative = increasing.forward(above), decreasing.forward(above)
    if bool((below < 0).any()):
        positive = positive + decreasing.forward(below)
        negative = negative + increasing.forward(below)
    return positive, negative


@dataclass(frozen=True, eq=False)
class PlusRule:
    r"""The z⁺ rule: only contributions that raise a sum are given relevance.

    .. math:: R_i = \sum_j \frac{c_{ij}^+}{\sum_i c_{ij}^+ + b_j^+} R_j,
              \quad c_{ij} = x_i w_{ij}

    It is `GammaRule` of positive sums for γ without limit, and αβ with α = 1, β = 0. (Bach et al.
    2015, doi:10.1371/journal.pone.0130140; Montavon et al. 2017, doi:10.1016/j.patcog.2016.11.008.)
    """

    layer: LinearLayer
    inputs: Tensor
    """(1, …), what the layer was given."""
    sums: Tensor
    """(1, …), what it gave, with its bias."""

    def __call__(self, outgoing: Tensor) -> Tensor:
        """Return the inputs' relevance per unit, given the sums'."""
        positive, negative = contributions(self.layer, self.inputs)
        whole = positive + (self.sums - positive - negative).clamp(min=0)
        shares = torch.where(whole > 0, outgoing * self.sums / whole, 0.0)
        answer = self.layer.positive().back(shares, self.inputs)
        below = self.inputs < 0
        if bool(below.any()):
            of_negative = self.layer.negative().back(shares, self.inputs)
            answer = torch.where(below, of_negative, answer)
        return answer


@dataclass(frozen=True, eq=False)
class BoxRule:
    r"""The z^B rule for values that are known to lie between a lowest and a highest one.

    .. math:: R_i = \sum_j \frac{(x_i - l_i) w_{ij}^+ + (x_i - h_i) w_{ij}^-}
              {\sum_i (x_i - l_i) w_{ij}^+ + (x_i - h_i) w_{ij}^-} R_j

    (Montavon et al. 2017, doi:10.1016/j.patcog.2016.11.008.)
    """

    layer: LinearLayer
    inputs: Tensor
    """(3, …): what the layer was given of the image, of the darkest and of the brightest one."""
    sums: Tensor

    def __call__(self, outgoing: Tensor) -> Tensor:
        """Return relevance per unit (3, …): of x itself none, of its way from l and from h."""
        x, *ends = self.inputs[:, None]
        low, high = torch.minimum(*ends), torch.maximum(*ends)
        increasing, decreasing = self.layer.positive(), self.layer.negative()
        whole = increasing.forward(x - low) + decreasing.forward(x - high)
        shares = torch.where(whole > 0, outgoing * self.sums / whole, 0.0)
        from_low, from_high = increasing.back(shares, x), decreasing.back(shares, x)
        # Where something before the layer turned the sign, the brightest image gives the lowest.
        upright = ends[0] <= ends[1]
        from_first = torch.where(upright, from_low, from_high)
        from_second = torch.where(upright, from_high, from_low)
        return torch.cat([torch.zeros_like(x), from_first, from_second])
