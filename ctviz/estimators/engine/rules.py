"""How a gradient passes back through a ReLU: as calculus says, guided, or as deconvolution.

A rule is written on the record of the forward pass, where every application of a ReLU has its own
entry, whoever applied it: a layer, a layer used twice, in place, or a plain function. Nothing is
attached to the network. What is not a ReLU, not linear and not known to be harmless is refused, and
so is what takes values from the image off the record, such as ``x * (x > 0)``: on such a network
the rule has no meaning, and its map would be silently wrong.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from torch import Tensor, nn
from torch.autograd.graph import Node

from ctviz.core import UnsupportedNetwork
from ctviz.estimators.engine.graph import operation, operations, watched
from ctviz.estimators.engine.hidden import Revealed, revealing

Gradients: TypeAlias = tuple[Tensor, ...]
AtRelu: TypeAlias = Callable[[Gradients, Gradients], Gradients]

RESHAPING = {
    *("Alias", "AsStrided", "Clone", "Copy", "CopySlices", "Expand", "Permute", "Repeat"),
    *("ReshapeAlias", "Select", "Slice", "Squeeze", "T", "ToCopy", "Transpose", "Unbind"),
    *("UnsafeView", "Unsqueeze", "View"),
}
LINEAR = {
    *("AccumulateGrad", "AdaptiveAvgPool2D", "Add", "Addmm", "AvgPool2D", "Baddbmm", "Bmm", "Cat"),
    *("ConstantPadNd", "Convolution", "Flip", "Gather", "Index", "IndexSelect", "Mean", "Mm", "Mv"),
    *("MkldnnAdaptiveAvgPool2D", "MkldnnConvolution", "Neg", "PixelShuffle", "PixelUnshuffle"),
    *("ReflectionPad2D", "ReplicationPad2D", "Roll", "Rsub", "Split", "SplitWithSizes", "Stack"),
    *("Sub", "Sum", "UpsampleBicubic2D", "UpsampleBilinear2D", "UpsampleNearest2D"),
}
BATCH_NORMALISING = {"CudnnBatchNorm", "MiopenBatchNorm", "NativeBatchNorm"}
"""Linear in evaluation, other than the next."""
SCALING = {"Div", "Mul"}
NORMALISING = BATCH_NORMALISING | {"NativeGroupNorm", "NativeLayerNorm"}
FACTORS = {
    **dict.fromkeys(("Bmm", "Convolution", "Div", "Mm", "MkldnnConvolution", "Mul", "Mv"), (0, 1)),
    **dict.fromkeys(NORMALISING, (0, 1)),
    **dict.fromkeys(("Addmm", "Baddbmm"), (1, 2)),
}
"""Where among an operation's arguments its factors stand."""
POOLING = {"AdaptiveMaxPool2D", "MaxPool2DWithIndices"}
RELU = "Relu"
HARMLESS = RESHAPING | LINEAR | NORMALISING | POOLING | {RELU}


@dataclass(frozen=True)
class Rule:
    """A backward rule; ``at_relu`` turns (gradient by calculus, incoming gradient) into its own."""

    name: str
    at_relu: AtRelu | None = None

    @contextmanager
    def recording(self) -> Iterator[Revealed]:
        """Watch what a network does off the record while it runs inside, if that matters."""
        if self.at_relu is None:
            yield Revealed()
            return
        with revealing() as revealed:
            yield revealed

    def apply(self, score: Tensor, network: nn.Module, points: Tensor, revealed: Revealed) -> None:
        """Write the rule on the record of ``score = network(points)``, or refuse the network."""
        if self.at_relu is None:
            return
        if revealed.hidden:
            raise refusal(self.name, revealed.hidden)
        record = list(operations(score))
        gates = {gate for node in record if (gate := _gate(node)) is not None}
        for node in record:
            if operation(node) == RELU:
                node.register_hook(self.at_relu)
            elif not _is_harmless(node, gates):
                raise unsupported(self.name, node, network, points)


PLAIN = Rule("plain")
GUIDED = Rule("guided", lambda calculus, _: (calculus[0].clamp(min=0),))
DECONVOLUTION = Rule("deconvolution", lambda _, incoming: (incoming[0].clamp(min=0),))


def multiplies_features(node: Node) -> bool:
    """Whether an operation is a product of features with features, or divides by features.

    Linear layers multiply features with constant weights, of which there is no record.
    """
    name = operation(node)
    places = FACTORS.get(name, ())
    recorded = [place for place in places if node.next_functions[place][0] is not None]
    return len(recorded) > 1 or (name == "Div" and recorded == [1])


def _is_harmless(node: Node, gates: set[Node]) -> bool:
    if multiplies_features(node):
        return _gate(node) is not None
    return operation(node) in HARMLESS | SCALING or node in gates


def _gate(node: Node) -> Node | None:
    """Return the sigmoid with which a product scales whole channels, as squeeze-excitation does.

    A sigmoid of the size of what it multiplies is an activation (SiLU), not a gate.
    """
    factors = [before for before, _ in node.next_functions]
    if operation(node) != "Mul" or len(factors) != 2 or None in factors:
        return None
    sizes = [getattr(node, name).numel() for name in ("_saved_self", "_saved_other")]
    smaller = factors[sizes.index(min(sizes))]
    while smaller is not None and operation(smaller) in RESHAPING:
        smaller = smaller.next_functions[0][0]
    is_gate = smaller is not None and operation(smaller) == "Sigmoid" and sizes[0] != sizes[1]
    return smaller if is_gate else None


def unsupported(rule: str, node: Node, network: nn.Module, points: Tensor) -> UnsupportedNetwork:
    """Return the refusal of a network for one of its recorded operations."""
    return refusal(rule, described(node, network, points))


def refusal(rule: str, obstacle: str) -> UnsupportedNetwork:
    """Return the refusal of a network for what it has."""
    return UnsupportedNetwork(
        f"The {rule} rule is defined for networks of ReLU; this one has {obstacle}."
    )


def described(node: Node, network: nn.Module, points: Tensor) -> str:
    """Return the name of the layer that made a recorded operation, or of the bare operation.

    The record keeps no layers, so the refused network is run once more, watched.
    """
    name = operation(node)
    run = watched(network, points)
    made = {other for other in operations(run.answer) if other.name() == node.name()}
    for tensor in run.made:
        if tensor.layer and tensor.edge[0] in made:
            return f"the layer '{tensor.layer}' ({tensor.kind})"
    return f"the operation '{name}'"
