"""What is no network, or a hostile one, is refused in one sentence, within bounded memory."""

import pickle
from contextlib import suppress

import numpy as np
import onnx
import pytest
import safetensors.numpy
import torch
from onnx import TensorProto, helper, numpy_helper

from ctviz.core import CtvizError, UnusableModel
from ctviz.models.onnx import onnx_network

IMAGE = ("N", 1, 4, 4)


def file(nodes, *, constants=(), inputs=None, outputs=None, opset=17):
    """Return the bytes of an ONNX file of these nodes, from 'x' to 'y'."""
    graph = helper.make_graph(
        nodes,
        "graph",
        inputs or [helper.make_tensor_value_info("x", TensorProto.FLOAT, IMAGE)],
        outputs or [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants],
    )
    opsets = [helper.make_opsetid("", opset)]
    return helper.make_model(graph, opset_imports=opsets).SerializeToString()


def node(operator, inputs=("x",), outputs=("y",), **settings):
    return helper.make_node(operator, list(inputs), list(outputs), **settings)


def external():
    model = onnx.load_model_from_string(file([node("Relu")], constants=[("w", np.zeros(2))]))
    stored = model.graph.initializer[0]
    stored.data_location = TensorProto.EXTERNAL
    stored.external_data.add(key="location", value="/etc/passwd")
    return model.SerializeToString()


def claiming(dims):
    model = onnx.load_model_from_string(file([node("Relu")]))
    model.graph.initializer.add(name="w", data_type=TensorProto.FLOAT, dims=dims)
    return model.SerializeToString()


def image_of(*shape, kind=TensorProto.FLOAT):
    return [helper.make_tensor_value_info("x", kind, shape)]


REFUSED = {
    "empty": (b"", "not an ONNX file"),
    "text": (b"not a network" * 40, "not an ONNX file"),
    "pickle": (pickle.dumps({"weights": [1, 2]}), "not an ONNX file"),
    "safetensors": (safetensors.numpy.save({"w": np.zeros(3)}), "not an ONNX file"),
    "external weights": (external(), "in another file"),
    "claims 2^62 numbers": (claiming([2**31, 2**31]), "claims the size"),
    "claims a negative size": (claiming([-1, 4]), "claims the size"),
    "fewer numbers than claimed": (claiming([4, 4]), "damaged"),
    "unknown operation": (file([node("NonMaxSuppression")]), "'NonMaxSuppression'"),
    "own operation": (file([node("Relu", domain="com.acme")]), "'com.acme.Relu'"),
    "old operator set": (file([node("Relu")], opset=9), "operator set 9"),
    "circle": (file([node("Relu", ["b"], ["a"]), node("Relu", ["a"], ["b"])]), "in a circle"),
    "answer that nobody computes": (file([node("Relu", outputs=["z"])]), "never computes"),
    "NaN weights": (
        file([node("Add", ["x", "w"])], constants=[("w", np.float32([np.nan]))]),
        "infinite or undefined",
    ),
    "float16": (
        file([node("Add", ["x", "w"])], constants=[("w", np.float16([1]))]),
        "the kind float16",
    ),
    "float64": (
        file([node("Add", ["x", "w"])], constants=[("w", np.float64([1]))]),
        "the kind double",
    ),
    "float16 images": (
        file([node("Relu")], inputs=image_of(*IMAGE, kind=TensorProto.FLOAT16)),
        "images of the kind float16",
    ),
    "quantised": (
        file(
            [node("QuantizeLinear", ["x", "s", "z"])],
            constants=[("s", np.float32(1)), ("z", np.int32(0))],
        ),
        "'QuantizeLinear'",
    ),
    "a volume": (file([node("Relu")], inputs=image_of(1, 1, 8, 8, 8)), "5 dimensions"),
    "text tokens": (
        file([node("Relu")], inputs=image_of(1, 16, kind=TensorProto.INT64)),
        "the kind int64",
    ),
    "two images": (
        file(
            [node("Add", ["x", "z"])],
            inputs=[helper.make_tensor_value_info(name, TensorProto.FLOAT, IMAGE) for name in "xz"],
        ),
        "2 inputs",
    ),
    "two answers": (
        file(
            [node("Relu"), node("Neg", outputs=["z"])],
            outputs=[helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in "yz"],
        ),
        "2 outputs",
    ),
    "dropout that is on": (
        file(
            [node("Dropout", ["x", "r", "t"])],
            constants=[("r", np.float32(0.5)), ("t", np.bool_(True))],
        ),
        "by chance",
    ),
    "batch normalisation in training": (
        file(
            [node("BatchNormalization", ["x", *"wbmv"], training_mode=1)],
            constants=[(name, np.ones(1, np.float32)) for name in "wbmv"],
        ),
        "see one another",
    ),
    "weights that are computed": (
        file([node("Conv", ["x", "x"])]),
        "computed and not stored",
    ),
    "weights that do not fit": (
        file([node("Gemm", ["x", "w"])], constants=[("w", np.ones((2, 2, 2), np.float32))]),
        "no matrix",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_is_refused_in_a_sentence(case):
    content, words = REFUSED[case]
    with pytest.raises(UnusableModel) as refusal:
        onnx_network(content)
    sentence = str(refusal.value)
    assert words in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


BOMBS = {
    "a huge constant": [
        node("ConstantOfShape", ["shape"], ["y"]),
    ],
    "a huge copy": [node("Expand", ["x", "shape"])],
    "a huge row": [
        node("Range", ["zero", "many", "one"], ["row"]),
        node("Cast", ["row"], to=TensorProto.FLOAT),
    ],
    "a huge border": [node("Pad", ["x", "widths"])],
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_few_bytes_never_become_a_terabyte(bomb):
    constants = [
        ("shape", np.int64([2**20, 2**20, 1, 1])),
        ("zero", np.int64(0)),
        ("many", np.int64(2**40)),
        ("one", np.int64(1)),
        ("widths", np.int64([0, 0, 2**20, 2**20, 0, 0, 2**20, 2**20])),
    ]
    with pytest.raises(CtvizError, match="more than any classifier needs"):
        onnx_network(file(BOMBS[bomb], constants=constants))(torch.rand(1, 1, 4, 4))


def test_any_cut_or_changed_file_is_read_or_refused():
    """Damaged bytes never come out as anything but a network or one sentence."""
    whole = file(
        [
            node("Conv", ["x", "w"], ["a"], pads=[1, 1, 1, 1]),
            node("Relu", ["a"], ["b"]),
            node("GlobalAveragePool", ["b"], ["c"]),
            node("Flatten", ["c"], ["y"]),
        ],
        constants=[("w", np.ones((2, 1, 3, 3), np.float32))],
    )
    chance = np.random.default_rng(0)
    read = 0
    for turn in range(400):
        damaged = bytearray(whole)
        for place in chance.integers(0, len(whole), size=chance.integers(1, 4)):
            damaged[place] = chance.integers(0, 256)
        end = chance.integers(1, len(whole)) if turn % 3 == 0 else len(whole)
        content = bytes(damaged[:end])
        with suppress(UnusableModel):
            onnx_network(content)
            read += 1
    assert 0 < read < 400
