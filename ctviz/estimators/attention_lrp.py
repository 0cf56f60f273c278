"""The class score handed back through a transformer, attention included."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor
from torch.autograd.graph import Node

from ctviz.core import FloatMap, UnsupportedNetwork
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.estimator import ESTIMATORS, Estimator
from ctviz.estimators.engine.hidden import revealing
from ctviz.estimators.engine.passes import Passes
from ctviz.estimators.engine.rules import described
from ctviz.estimators.engine.transformer_rules import relevant_arguments
from ctviz.networks import NO_GRADIENT, slopes


@ESTIMATORS.register("attention-lrp")
@dataclass(frozen=True)
class AttentionAwareRelevance(Estimator):
    r"""Layer-wise relevance propagation with rules for attention, normalisation and activations.

    Linear layers divide relevance in proportion to what each input gave. Besides:

    .. math:: R(a) = R(b) = \tfrac{1}{2} R(a b), \quad
              R(x_i) = x_i \left( R(s_i) - s_i \sum_j R(s_j) \right) \text{ for } s = \sigma(x),
              \quad R(x) = R(f(x))

    of products of features, of a softmax, and of a smooth activation; a layer normalisation's
    divisor counts as constant. What belongs to biases is absorbed, so the map does not sum to the
    score. On a network of ReLU it is input × gradient. A network with an operation that has no such
    rule is refused.
    """

    title: ClassVar = "AttnLRP"
    cite: ClassVar = "Achtibat et al., ICML 2024. arXiv:2402.05602"
    differs: ClassVar = (
        "The publication takes the γ rule for the linear layers of vision transformers; here they "
        "have its ε rule, without ε."
    )
    summary: ClassVar = (
        "The class score of a transformer divided among the pixels, layer by layer, by what each "
        "contributed, through its attention."
    )
    family: ClassVar = "backward rules"

    def passes(self) -> Passes:
        """Return one gradient."""
        return Passes(gradient=1)

    def attribute(self, class_score: ClassScore, *parents: FloatMap) -> Tensor:  # noqa: ARG002
        """Return the relevance (1, C, h, w): the image times its modified gradient."""
        point = class_score.x.detach().requires_grad_()
        with revealing() as revealed:
            score = class_score.scores(point).sum()
        class_score.require_gradient(score)
        if revealed.hidden:
            raise _refusal(revealed.hidden)
        _write_rules(score, class_score)
        (gradients,) = slopes(score, [point])
        if gradients is None:
            raise UnsupportedNetwork(NO_GRADIENT)
        class_score.progress.advance()
        return point.detach() * gradients


def _write_rules(score: Tensor, class_score: ClassScore) -> None:
    """Write a rule in the place of each derivative that relevance passes, or refuse the network."""
    assert score.grad_fn is not None  # noqa: S101 - it has been found to require a gradient
    waiting, seen = [score.grad_fn], set[Node]()
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        arguments = relevant_arguments(node)
        if arguments is None:
            raise _refusal(described(node, class_score.network, class_score.x))
        waiting.extend(arguments)


def _refusal(obstacle: str) -> UnsupportedNetwork:
    return UnsupportedNetwork(
        f"AttnLRP has no rule for {obstacle}; choose an estimator that needs none, such as "
        "integrated gradients."
    )
