"""A group's own network comes onto the shelf, and nothing of one that is refused."""

import numpy as np
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from ctviz import explain
from ctviz.cli import main
from ctviz.core import Slice, UnusableModel
from ctviz.models import load_model, model_cards
from ctviz.models.intake import CardAnswers, add_file, inspect_onnx
from ctviz.models.neighbours import Neighbours
from tests.models.onnx.foreign_networks import SIZE, exported, foreign_network

WINDOW = (40.0, 400.0)
ANSWERS = CardAnswers(id="ours", classes=("no", "yes"), window=WINDOW)


@pytest.fixture
def shelf(tmp_path):
    return tmp_path / "models"


@pytest.fixture
def file(tmp_path):
    def written(content):
        path = tmp_path / "net.onnx"
        path.write_bytes(content)
        return path

    return written


@pytest.fixture
def image():
    hounsfield = np.random.default_rng(0).normal(40, 200, (96, 96)).astype(np.float32)
    return Slice(hounsfield, (1.0, 1.0))


def test_an_added_network_answers_and_is_explained_as_the_original(shelf, file, image):
    network = foreign_network("mobilenet")
    card, found = add_file(file(exported(network)), ANSWERS, shelf)
    assert (card.neurons, card.channels, card.size) == (1, 1, (SIZE, SIZE))
    assert found.difference <= 1e-5
    model = load_model(shelf / "ours")
    with torch.no_grad():
        expected = torch.sigmoid(network(model.encode(image)))[0, 0]
    assert model.predict(image).probabilities[1] == pytest.approx(float(expected), abs=1e-6)
    assert explain(model, image, estimators=["gradient"])["gradient"].values.any()


def test_inputs_are_normalised_as_the_card_says(shelf, file, image):
    network = foreign_network("inception")
    scale = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    answers = CardAnswers(id="ours", classes=("a", "b", "c"), window=WINDOW, scale=scale)
    add_file(file(exported(network, 3)), answers, shelf)
    model = load_model(shelf / "ours")
    mean, spread = (torch.tensor(numbers).reshape(1, 3, 1, 1) for numbers in scale)
    with torch.no_grad():
        expected = network((model.encode(image) - mean) / spread).softmax(1)[0]
    np.testing.assert_allclose(model.predict(image).probabilities, expected, atol=1e-6)
    assert model_cards(shelf)["ours"].scale == scale


def test_what_is_there_is_not_overwritten(shelf, file):
    add_file(file(exported(foreign_network("vgg"))), ANSWERS, shelf)
    before = (shelf / "ours" / "card.toml").read_bytes()
    with pytest.raises(UnusableModel, match="already"):
        add_file(file(exported(foreign_network("mobilenet"))), ANSWERS, shelf)
    assert (shelf / "ours" / "card.toml").read_bytes() == before


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"classes": ("a", "b", "c", "d", "e")}, "names 5 classes"),
        ({"id": "../ours"}, "unusual id"),
        ({"window": (40.0, -1.0)}, "positive width"),
        ({"scale": ((0.0, 1.0), (1.0,))}, "one mean and one positive spread"),
        ({"scale": ((0.0,), (0.0,))}, "one mean and one positive spread"),
    ],
)
def test_nothing_is_left_of_a_network_whose_card_is_refused(shelf, file, answers, words):
    given = CardAnswers(**{**vars(ANSWERS), **answers})
    with pytest.raises(UnusableModel, match=words):
        add_file(file(exported(foreign_network("vgg"))), given, shelf)
    assert not shelf.exists() or list(shelf.iterdir()) == []


def test_a_size_that_the_file_leaves_open_is_asked_for(file):
    network = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
    ).eval()
    path = file(exported(network, free=True))
    with pytest.raises(UnusableModel, match="say which size"):
        inspect_onnx(path)
    assert inspect_onnx(path, (48, 40)).size == (48, 40)


def test_several_findings_are_each_a_sigmoid_by_itself(shelf, file, image):
    network = foreign_network("inception")
    path = file(exported(nn.Sequential(network, nn.Sigmoid()), 3))
    assert inspect_onnx(path).ending == "Sigmoid"
    card, _ = add_file(path, CardAnswers(id="ours", classes=("a", "b", "c"), window=WINDOW), shelf)
    assert card.head == "sigmoid"
    model = load_model(shelf / "ours")
    with torch.no_grad():
        expected = network(model.encode(image)).sigmoid()[0]
    np.testing.assert_allclose(model.predict(image).probabilities, expected, atol=1e-6)
    assert model.predict(image).multi_label


def test_the_head_is_what_its_people_say_unless_the_network_says_otherwise(shelf, file):
    given = CardAnswers(id="ours", classes=("a", "b", "c"), window=WINDOW, head="sigmoid")
    closed = file(exported(nn.Sequential(foreign_network("inception"), nn.Softmax(1)), 3))
    with pytest.raises(UnusableModel, match="ends with a softmax"):
        add_file(closed, given, shelf)
    card, _ = add_file(file(exported(foreign_network("inception"), 3)), given, shelf)
    assert card.head == "sigmoid"


def test_a_network_that_takes_all_memory_is_refused_within_its_limit(file):
    """Each constant is bearable, and their outer product is not: 2^28 times 2^28 numbers."""
    nodes = [
        helper.make_node("Expand", ["x", "s"], ["tall"]),
        helper.make_node("Expand", ["x", "t"], ["long"]),
        helper.make_node("Mul", ["tall", "long"], ["y"]),
    ]
    constants = [
        numpy_helper.from_array(np.int64([1, 1, 2**20, 1]), "s"),
        numpy_helper.from_array(np.int64([1, 1, 1, 2**20]), "t"),
    ]
    graph = helper.make_graph(
        nodes,
        "outer product",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, 1, 1, 1))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    with pytest.raises(UnusableModel, match="memory"):
        inspect_onnx(file(model.SerializeToString()))


def test_the_command_says_what_was_added_or_refused(shelf, file, monkeypatch, capsys):
    monkeypatch.setenv("CTVIZ_MODELS", str(shelf))
    path = str(file(exported(foreign_network("vgg"))))
    told = ["model", "add", path, "--id", "ours", "--classes", "no, yes", "--window", "40,400"]
    assert main(told) == 0
    assert "Added 'ours': images of 64 × 64, 2 output neurons" in capsys.readouterr().out
    assert main(told) == 2
    assert "already" in capsys.readouterr().err
    assert main([*told[:-1], "wide"]) == 2
    assert "--window takes numbers" in capsys.readouterr().err


def test_the_command_takes_neighbouring_slices_as_channels(shelf, file, monkeypatch, capsys):
    monkeypatch.setenv("CTVIZ_MODELS", str(shelf))
    network = nn.Sequential(nn.Conv2d(5, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    path = str(file(exported(nn.Sequential(network, nn.Linear(4, 2)).eval(), 5)))
    told = ["model", "add", path, "--id", "ours", "--classes", "no,yes", "--window", "40,400"]
    assert main(told) == 2
    assert "say which neighbouring slices they show" in capsys.readouterr().err
    for wrong in ("cm", "-1", "1.5", "2mm3", "nanmm", "1e9mm"):
        assert main([*told, f"--neighbours={wrong}"]) == 2
        assert "Traceback" not in capsys.readouterr().err
    assert main([*told, "--first-channel", "below"]) == 2
    assert "--neighbours" in capsys.readouterr().err
    assert not list(shelf.glob("*"))
    assert main([*told, "--neighbours", "2.5mm", "--first-channel", "below"]) == 0
    said = capsys.readouterr().out
    assert "It sees 5 slices, 2 on either side of the shown one, 2.5 mm apart." in said
    assert model_cards(shelf)["ours"].neighbours == Neighbours(2.5, "mm", "below")


def test_an_even_number_of_channels_has_no_slice_in_the_middle(shelf, file):
    network = nn.Sequential(nn.Conv2d(4, 2, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()
    with pytest.raises(UnusableModel, match="images of 4 channels; ctviz sends"):
        add_file(file(exported(network, 4)), ANSWERS, shelf)
