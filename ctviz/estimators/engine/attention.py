"""The attention of a transformer, read off the record of a forward pass.

However a network was written, its attention is a softmax of which each row says how much of every
token goes into one, and a product with the tokens' values. Torch's fused form keeps no softmax: it
is calculated again from the queries and keys that the record holds.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import GradientEdge, Node
from torch.utils._python_dispatch import TorchDispatchMode

from ctviz.core import UnsupportedNetwork
from ctviz.estimators.engine.graph import RecordedRun, before, image_first, operation
from ctviz.estimators.engine.rules import RESHAPING, multiplies_features
from ctviz.networks import NO_GRADIENT, foreign_code

NO_ATTENTION = (
    "This network has no attention between tokens that can be read; choose an estimator that "
    "needs none, such as Grad-CAM."
)
OTHER_WAYS = (
    "The tokens of this network see one another in other ways than by attention over all of them "
    "(by windows, merging or convolutions, for instance), so attention does not tell where its "
    "answer comes from; choose Grad-CAM."
)
SOFTMAX = {"SafeSoftmax", "Softmax"}
FUSED = "ScaledDotProduct"
"""How the names of torch's fused attention begin."""
PRODUCTS = {"Addmm", "Baddbmm", "Bmm", "Convolution", "MkldnnConvolution", "Mm", "Mv"}
ONE_BY_ONE = RESHAPING | {
    *("Add", "Clamp", "Div", "MaskedFill", "Mul", "Neg", "Rsub", "Sub", "Tanh", "Where"),
}
"""What may lie between a product of queries and keys and its softmax."""


@dataclass(frozen=True, eq=False)
class AttentionLayer:
    """One layer of attention for one image, and where its answer stands on the record."""

    weights: Tensor
    """(heads, T, T): how much of each token's value (column) goes into each token (row)."""
    values: Tensor
    """(heads, T, d), in what order the weights' columns count them."""
    product: Node
    softmax: Node

    @property
    def tokens(self) -> int:
        """How many tokens see one another."""
        return self.weights.shape[-1]

    def slopes(self, of_product: Tensor) -> Tensor:
        """Return the gradient in the weights, given that in what the layer answers."""
        return of_product.reshape(self.values.shape) @ self.values.mT


def attention_layers(run: RecordedRun) -> list[AttentionLayer]:
    """Return a network's layers of attention in their order, or refuse it.

    Refused is a network in which tokens are multiplied with one another in any other way, or whose
    layers are not one behind the other with the same number of tokens.
    """
    nodes = image_first(run.answer.sum(), run.image)
    layers = [layer for node in nodes if (layer := _layer(node)) is not None]
    if not layers:
        softmaxes = (node for node in nodes if operation(node) in SOFTMAX)
        raise UnsupportedNetwork(OTHER_WAYS if any(map(_of_tokens, softmaxes)) else NO_ATTENTION)
    known = {node for layer in layers for node in _products_of(layer)}
    others = (node for node in nodes if _multiplies_tokens(node) and node not in known)
    sizes = {layer.tokens for layer in layers}
    if any(others) or len(sizes) > 1 or not _in_a_row(layers, nodes):
        raise UnsupportedNetwork(OTHER_WAYS)
    return layers


def slopes_in_answers(run: RecordedRun, layers: list[AttentionLayer]) -> list[Tensor]:
    """Return the score's gradient (heads, T, d) in what each layer of attention answers."""
    edges = [GradientEdge(layer.product, 0) for layer in layers]
    with foreign_code("a backward pass"):
        found = torch.autograd.grad(run.answer.sum(), edges, allow_unused=True)
    if any(slope is None for slope in found):
        raise UnsupportedNetwork(NO_GRADIENT)
    pairs = zip(found, layers, strict=True)
    return [slope.detach().reshape(layer.values.shape) for slope, layer in pairs]


def each_by_itself() -> AbstractContextManager[object]:
    """While active, each token's attention is on itself alone, however a network is written."""
    return _EachByItself()  # type: ignore[no-untyped-call]


def _layer(node: Node) -> AttentionLayer | None:
    """Return the attention whose product of weights and values an operation is, if it is one."""
    if operation(node).startswith(FUSED):
        return _fused(node)
    if operation(node) != "Bmm" or not multiplies_features(node):
        return None
    softmax = _behind_reshaping(node.next_functions[0][0])
    if softmax is None or operation(softmax) not in SOFTMAX:
        return None
    weights, factor = _saved(softmax, "result"), _saved(node, "self")
    count = weights.shape[-1]
    is_of_rows = _saved(softmax, "dim") % 2**64 in {weights.ndim - 1, 2**64 - 1}
    if not _is_one_square(weights) or not is_of_rows or factor.shape[1:] != (count, count):
        return None
    if not torch.equal(factor, weights.reshape(factor.shape)):
        return None
    return AttentionLayer(factor.detach(), _saved(node, "mat2").detach(), node, softmax)


def _fused(node: Node) -> AttentionLayer | None:
    query, key, value = (_saved(node, name).detach() for name in ("query", "key", "value"))
    if len({tuple(each.shape[:3]) for each in (query, key, value)}) > 1 or len(query) > 1:
        return None
    scale = _saved(node, "scale")
    products = query[0] @ key[0].mT * (query.shape[-1] ** -0.5 if scale is None else scale)
    for name in ("attn_mask", "attn_bias"):
        mask = getattr(node, f"_saved_{name}", None)
        if mask is not None:
            whole = mask.expand(1, *products.shape)[0]
            products = (
                products.where(whole, -torch.inf) if mask.dtype == torch.bool else products + whole
            )
    if _saved(node, "is_causal"):
        products = products.where(torch.ones_like(products).tril().bool(), -torch.inf)
    return AttentionLayer(products.softmax(-1), value[0], node, node)


def _is_one_square(weights: Tensor) -> bool:
    """Whether weights are those of one image, of as many tokens as see."""
    alone = weights.ndim == 3 or (weights.ndim == 4 and len(weights) == 1)
    return alone and weights.shape[-1] == weights.shape[-2] > 1


def _of_tokens(softmax: Node) -> bool:
    """Whether a softmax weighs more than classes, or the places of a picture."""
    shape = _saved(softmax, "result").shape
    return len(shape) > 2 and shape[-1] == shape[-2] > 1


def _behind_reshaping(node: Node | None) -> Node | None:
    while node is not None and operation(node) in RESHAPING:
        node = node.next_functions[0][0]
    return node


def _multiplies_tokens(node: Node) -> bool:
    name = operation(node)
    return name.startswith(FUSED) or (name in PRODUCTS and multiplies_features(node))


def _products_of(layer: AttentionLayer) -> Iterator[Node]:
    """Yield the operations that multiply a layer's weights with values, and queries with keys."""
    yield layer.product
    waiting, seen = [node for node, _ in before(layer.softmax)], set[Node]()
    while waiting and layer.softmax is not layer.product:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        if _multiplies_tokens(node):
            yield node
        elif operation(node) in ONE_BY_ONE:
            waiting.extend(other for other, _ in before(node))


def _in_a_row(layers: list[AttentionLayer], nodes: list[Node]) -> bool:
    """Whether each layer sees what the one before it answers."""
    behind = {layers[0].product}
    latest = 0
    for node in nodes:
        reached = [other in behind for other, _ in before(node)]
        if latest + 1 < len(layers) and node is layers[latest + 1].product:
            if not any(reached):
                return False
            behind, latest = {node}, latest + 1
        elif any(reached):
            behind.add(node)
    return latest + 1 == len(layers)


class _EachByItself(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """While active, puts 1 on the diagonal of each attention, and 0 elsewhere."""

    def __torch_dispatch__(
        self,
        function: Any,  # noqa: ANN401 - torch's own type of an operation
        types: Sequence[type],
        arguments: Sequence[Any] = (),
        options: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - whatever the operation answers
        """Run the operation, and write over what it gave if it is an attention."""
        answer = function(*arguments, **(options or {}))
        name = function.name().partition("::")[2].partition(".")[0]
        if name in {"_softmax", "_safe_softmax"} and _is_one_square(answer):
            answer.copy_(torch.eye(answer.shape[-1], dtype=answer.dtype, device=answer.device))
        elif name.startswith("_scaled_dot_product") and "backward" not in name:
            _, _, value, *_ = arguments
            if answer[0].shape == value.shape:
                answer[0].copy_(value)
        return answer


def _saved(node: Node, name: str) -> Any:  # noqa: ANN401 - torch's own type of what it saves
    return getattr(node, f"_saved_{name}")
