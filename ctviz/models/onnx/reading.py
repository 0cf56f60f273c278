"""An ONNX file read as data: its nodes, constants, and the one image and one answer it has.

Nothing of the file is ever run. Protocol buffers hold no code; what is asked of them here is
checked before anything is made of it, and what stands in no list is refused by name.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from ctviz.core import UnusableModel
from ctviz.core.foreign import foreign, legible

OLDEST, NEWEST = 11, 21
"""Operator sets that are known."""
MOST_NODES = 20_000
LONGEST = 60
"""Characters of an operation's name that a sentence tells."""
MOST_NUMBERS = 2**28
"""Numbers that one constant, or the answer of one operation, may hold: a gigabyte of float32."""

DAMAGED = (
    "This is not an ONNX file, or it is damaged; export the network again (torch.onnx.export)."
)

Attribute: TypeAlias = "int | float | str | tuple[int, ...] | tuple[float, ...] | Tensor"

KINDS: Mapping[int, torch.dtype] = MappingProxyType(
    {
        onnx.TensorProto.FLOAT: torch.float32,
        onnx.TensorProto.INT32: torch.int32,
        onnx.TensorProto.INT64: torch.int64,
        onnx.TensorProto.BOOL: torch.bool,
    }
)
"""The kinds of numbers that are computed with."""


@dataclass(frozen=True, eq=False)
class Node:
    """One operation of a graph.

    Parameters
    ----------
    operator
        What ONNX calls it: ``"Conv"``.
    inputs, outputs
        Names of values; an input that is left out is empty.
    attributes
        Its settings, by name.
    opset
        The version of the operators' definitions.
    """

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Attribute]
    opset: int

    def integers(self, name: str, default: tuple[int, ...]) -> tuple[int, ...]:
        """Return a setting that is a row of whole numbers."""
        value = self.attributes.get(name, default)
        if not isinstance(value, tuple) or not all(isinstance(each, int) for each in value):
            raise self.misfit(name)
        return tuple(int(each) for each in value)

    def integer(self, name: str, default: int) -> int:
        """Return a setting that is a whole number."""
        value = self.attributes.get(name, default)
        if not isinstance(value, int):
            raise self.misfit(name)
        return value

    def number(self, name: str, default: float) -> float:
        """Return a setting that is a number."""
        value = self.attributes.get(name, default)
        if not isinstance(value, int | float) or not math.isfinite(value):
            raise self.misfit(name)
        return float(value)

    def word(self, name: str, default: str) -> str:
        """Return a setting that is a word."""
        value = self.attributes.get(name, default)
        if not isinstance(value, str):
            raise self.misfit(name)
        return value

    def misfit(self, name: str) -> UnusableModel:
        """Return the refusal of a setting."""
        return UnusableModel(
            f"The operation '{self.operator}' of the ONNX file has a setting '{name}' that ctviz "
            "cannot compute with; export the network with its usual settings."
        )


@dataclass(frozen=True, eq=False)
class Graph:
    """A network as an ONNX file tells it.

    Parameters
    ----------
    nodes
        In an order in which each finds its inputs computed.
    constants
        Weights and other fixed values, by name.
    image, answer
        Names of the one input (N, C, h, w) and the one output.
    shape
        (C, h, w) of the image; None where the file leaves it open.
    """

    nodes: tuple[Node, ...]
    constants: Mapping[str, Tensor]
    image: str
    answer: str
    shape: tuple[int | None, int | None, int | None]
    opset: int = field(default=NEWEST)


def read_graph(content: bytes) -> Graph:
    """Return the graph of an ONNX file's bytes, or refuse it in a sentence."""
    with foreign(UnusableModel(DAMAGED)):
        return _graph(_parsed(content))


def _named(name: str | bytes) -> str:
    """Return a name of the file as one line of text; it need not be text at all."""
    text = name.decode("utf-8", errors="replace") if isinstance(name, bytes) else legible(name)
    return text if text.isprintable() else "".join(c if c.isprintable() else "?" for c in text)


def _graph(model: onnx.ModelProto) -> Graph:
    graph, opset = model.graph, _opset(model)
    _refuse_unfit(model)
    constants = {_named(each.name): _tensor(each) for each in graph.initializer}
    nodes = tuple(_node(each, opset) for each in graph.node)
    image = _only_image(graph, constants)
    answer = _only_answer(graph)
    _refuse_disorder(nodes, {*constants, _named(image.name)}, answer)
    return Graph(
        nodes, MappingProxyType(constants), _named(image.name), answer, _shape(image), opset
    )


def _parsed(content: bytes) -> onnx.ModelProto:
    model = onnx.load_model_from_string(content)
    if not model.graph.node or model.ir_version < 1:
        raise UnusableModel(DAMAGED)
    return model


def _opset(model: onnx.ModelProto) -> int:
    versions = {each.domain: each.version for each in model.opset_import}
    version = int(versions.get("", versions.get("ai.onnx", 0)))
    if not OLDEST <= version <= NEWEST:
        raise UnusableModel(
            f"The ONNX file is written with operator set {version}; ctviz reads {OLDEST} to "
            f"{NEWEST}. Export it again with `opset_version=17`."
        )
    return version


def _refuse_unfit(model: onnx.ModelProto) -> None:
    graph = model.graph
    if len(graph.node) > MOST_NODES:
        raise UnusableModel(
            f"The ONNX file has {len(graph.node)} operations; at most {MOST_NODES} are read."
        )
    if len(model.functions) or len(graph.sparse_initializer):
        raise UnusableModel(
            "The ONNX file has functions or sparse weights of its own; export it with plain "
            "operators (torch.onnx.export writes such a file)."
        )
    for each in graph.initializer:
        if each.data_location == onnx.TensorProto.EXTERNAL or len(each.external_data):
            raise UnusableModel(
                "The ONNX file keeps its weights in another file; export it as one file "
                "(`external_data=False`), for files beside it are never opened."
            )


def _tensor(proto: onnx.TensorProto) -> Tensor:
    name = _named(proto.name) or "a constant"
    if proto.data_type not in KINDS:
        kind = onnx.TensorProto.DataType.Name(proto.data_type).lower()
        raise UnusableModel(
            f"The ONNX file holds numbers of the kind {kind} ('{name}'); ctviz computes with "
            "float32. Export the network in float32 and without quantisation."
        )
    if any(size < 0 for size in proto.dims) or math.prod(proto.dims) > MOST_NUMBERS:
        raise UnusableModel(
            f"The constant '{name}' of the ONNX file claims the size {tuple(proto.dims)}, which is "
            "more than any classifier needs."
        )
    with foreign(UnusableModel(f"The constant '{name}' of the ONNX file is damaged.")):
        array = np.array(numpy_helper.to_array(proto))
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise UnusableModel(
            f"The weights '{name}' of the ONNX file hold infinite or undefined values."
        )
    return torch.from_numpy(array)


def _node(proto: onnx.NodeProto, opset: int) -> Node:
    if proto.domain not in ("", "ai.onnx"):
        raise unknown(f"{_named(proto.domain)}.{_named(proto.op_type)}")
    attributes = {_named(each.name): _attribute(each, proto) for each in proto.attribute}
    return Node(
        _named(proto.op_type),
        tuple(map(legible, proto.input)),
        tuple(map(legible, proto.output)),
        MappingProxyType(attributes),
        opset,
    )


def unknown(operator: str) -> UnusableModel:
    """Return the refusal of an operation that stands in no list."""
    return UnusableModel(
        f"The ONNX file uses the operation '{operator[:LONGEST]}', which ctviz does not know; "
        "export the network as a plain image classifier, or ask for this operation."
    )


def _attribute(proto: onnx.AttributeProto, node: onnx.NodeProto) -> Attribute:
    kinds = onnx.AttributeProto
    if proto.type == kinds.INT:
        return int(proto.i)
    if proto.type == kinds.FLOAT:
        return float(proto.f)
    if proto.type == kinds.STRING:
        return _named(proto.s)
    if proto.type == kinds.INTS:
        return tuple(map(int, proto.ints))
    if proto.type == kinds.FLOATS:
        return tuple(map(float, proto.floats))
    if proto.type == kinds.TENSOR:
        return _tensor(proto.t)
    # Sub-graphs (If, Loop, Scan) among them: a classifier's way does not depend on the image.
    raise unknown(_named(node.op_type))


def _only_image(graph: onnx.GraphProto, constants: Mapping[str, Tensor]) -> onnx.ValueInfoProto:
    images = [each for each in graph.input if _named(each.name) not in constants]
    if len(images) != 1:
        raise UnusableModel(
            f"The ONNX file has {len(images)} inputs; a classifier of slices has one, the image."
        )
    image: onnx.ValueInfoProto = images[0]
    held = image.type.tensor_type
    if held.elem_type != onnx.TensorProto.FLOAT:
        kind = onnx.TensorProto.DataType.Name(held.elem_type).lower()
        raise UnusableModel(
            f"The ONNX file takes images of the kind {kind}; export the network in float32."
        )
    if len(held.shape.dim) != len("NChw"):
        raise UnusableModel(
            f"The ONNX file takes an input of {len(held.shape.dim)} dimensions; a classifier of "
            "slices takes (N, C, h, w)."
        )
    return image


def _only_answer(graph: onnx.GraphProto) -> str:
    if len(graph.output) != 1:
        raise UnusableModel(
            f"The ONNX file has {len(graph.output)} outputs; a classifier has one, (N, K) class "
            "scores. Export it without the others."
        )
    return _named(graph.output[0].name)


def _shape(image: onnx.ValueInfoProto) -> tuple[int | None, int | None, int | None]:
    sizes: list[Any] = [
        each.dim_value if each.WhichOneof("value") == "dim_value" and each.dim_value > 0 else None
        for each in image.type.tensor_type.shape.dim
    ]
    return sizes[1], sizes[2], sizes[3]


def _refuse_disorder(nodes: tuple[Node, ...], known: set[str], answer: str) -> None:
    """Refuse a graph in which something is computed from what comes later, or from itself."""
    for node in nodes:
        missing = next((each for each in _needed(node) if each not in known), None)
        if missing is not None or known.intersection(each for each in node.outputs if each):
            raise UnusableModel(
                f"The operation '{node.operator}' of the ONNX file needs what is computed after "
                "it, or computes again what is there; the file is damaged or runs in a circle."
            )
        known.update(node.outputs)
    if answer not in known:
        raise UnusableModel("The ONNX file never computes its answer; export the network again.")


def _needed(node: Node) -> Iterator[str]:
    return (each for each in node.inputs if each)
