"""Weights of other libraries' networks come onto the shelf, and nothing of them is ever run."""

import pickle
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from monai.networks.nets import ResNet as MonaiResNet

from ctviz.cli import main
from ctviz.core import Slice, UnusableModel
from ctviz.models import load_model
from ctviz.models.intake import CardAnswers, LeftOpen, add_network, rehearsed
from ctviz.models.intake.adopting import adopted
from ctviz.models.intake.unpacking import unpacked, weights_of
from ctviz.models.neighbours import Neighbours
from tests.models.intake.plain_networks import NETWORKS, plain_network

ANSWERS = CardAnswers(id="ours", classes=("no", "yes"), window=(40.0, 400.0))
SIZE = (64, 64)


def narrow(name, **sizes):
    own = {"width": 8} if name.startswith("resnet") else {"growth": 4}
    return plain_network(name, **own, **sizes)


@pytest.fixture
def saved(tmp_path):
    def written(content, name="net.pth"):
        torch.save(content, tmp_path / name)
        return tmp_path / name

    return written


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_with_torchvisions_names_answers_the_same(name):
    network = narrow(name, outputs=3)
    found = adopted(weights_of(network.state_dict()))
    assert (found.architecture, found.channels, found.neurons) == (name, 3, 3)
    x = torch.rand(2, 3, *SIZE, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(found.network(x), network(x), rtol=0, atol=1e-6)


def test_what_is_added_answers_bit_by_bit_as_it_was_trained(saved, tmp_path):
    network = narrow("resnet18", channels=1, outputs=1)
    rehearsal = rehearsed(saved({"epoch": 3, "state_dict": network.state_dict()}), SIZE)
    card = add_network(rehearsal, ANSWERS, tmp_path / "models")
    assert (card.architecture, dict(card.arguments)) == ("resnet18", {"width": 8})
    model = load_model(tmp_path / "models" / "ours")
    hounsfield = np.random.default_rng(0).normal(40, 200, (96, 96)).astype(np.float32)
    image = Slice(hounsfield, (1.0, 1.0))
    with torch.no_grad():
        expected = torch.sigmoid(network(model.encode(image)))[0, 0]
    assert model.predict(image).probabilities[1] == pytest.approx(float(expected), abs=1e-6)


@pytest.mark.parametrize("prefix", ["module.", "model.", "net.", "module.model."])
def test_what_programs_put_before_names_is_left_away(prefix):
    network = narrow("resnet18")
    content = OrderedDict((prefix + name, each) for name, each in network.state_dict().items())
    assert adopted(weights_of({"model": content})).architecture == "resnet18"


def test_safetensors_and_other_precisions_are_read(tmp_path):
    network = narrow("densenet121")
    path = tmp_path / "net.safetensors"
    halves = {n: t.half() if t.is_floating_point() else t for n, t in network.state_dict().items()}
    safetensors.torch.save_file(halves, path)
    assert {each.dtype for each in unpacked(path).values()} == {torch.float32}
    assert adopted(unpacked(path)).architecture == "densenet121"


def test_monais_stride_is_asked_for_and_used(saved):
    network = MonaiResNet(
        "basic", [2, 2, 2, 2], [8, 16, 32, 64], spatial_dims=2, n_input_channels=1, num_classes=2
    ).eval()
    path = saved(network.state_dict())
    with pytest.raises(LeftOpen, match="and its stride") as asked:
        rehearsed(path, SIZE)
    assert asked.value.hyperparameters == {"stride": 1}
    x = torch.rand(1, 1, *SIZE)
    found = rehearsed(path, SIZE, "resnet18", {"stride": 1})
    with torch.no_grad():
        torch.testing.assert_close(found.network(x), network(x), rtol=0, atol=1e-6)
        other = rehearsed(path, SIZE, "resnet18", {"stride": 2})
        assert not torch.allclose(other.network(x), network(x), atol=1e-3)


def test_a_checkpoint_leaves_the_size_open(saved):
    with pytest.raises(LeftOpen, match="weights of resnet18"):
        rehearsed(saved(narrow("resnet18").state_dict()))


class Harm:
    """Code that a pickle would run."""

    def __init__(self, place):
        self.place = place

    def __reduce__(self):
        return (Path.touch, (self.place,))


def test_code_in_a_checkpoint_is_refused_and_never_run(saved, tmp_path):
    place = tmp_path / "was run"
    with pytest.raises(UnusableModel, match="more than weights"):
        rehearsed(saved({"state_dict": {}, "extra": Harm(place)}), SIZE)
    with pytest.raises(UnusableModel, match="more than weights"):
        rehearsed(saved(torch.nn.Linear(2, 2), "whole.pt"), SIZE)
    plain = tmp_path / "plain.pth"
    plain.write_bytes(pickle.dumps(Harm(place)))
    with pytest.raises(UnusableModel):
        rehearsed(plain, SIZE)
    renamed = tmp_path / "pickle.safetensors"
    renamed.write_bytes(pickle.dumps(Harm(place)))
    with pytest.raises(UnusableModel, match="neither a checkpoint"):
        rehearsed(renamed, SIZE)
    assert not place.exists()


def test_what_is_missing_and_what_is_not_known_is_named():
    weights = weights_of(narrow("resnet18").state_dict())
    del weights["layer4.1.conv2.weight"]
    weights["head.extra"] = torch.zeros(2)
    with pytest.raises(UnusableModel, match=r"resnet18: they miss 1 tensor \('layer4.1.conv2") as e:
        adopted(weights)
    assert "have 1 tensor ('head.extra') that it does not know" in str(e.value)
    with pytest.raises(UnusableModel, match=r"not those of resnet50: they miss .* …"):
        adopted(weights, "resnet50")
    with pytest.raises(UnusableModel, match="no architecture 'vgg16'"):
        adopted(weights, "vgg16")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"fc.weight": torch.zeros(2, 63)}, r"'fc.weight' is \(2, 63\)"),
        ({"bn1.bias": torch.full((8,), torch.nan)}, "infinite or undefined"),
        ({"conv1.weight": torch.zeros(8, 4, 7, 7)}, "images of 4 channels; ctviz sends 1"),
        ({"conv1.weight": torch.zeros(4000, 3, 7, 7)}, "width"),
    ],
)
def test_weights_that_do_not_fit_are_refused(change, words):
    weights = weights_of(narrow("resnet18").state_dict()) | change
    with pytest.raises(UnusableModel, match=words):
        adopted(weights, "resnet18")


def test_a_few_bytes_that_claim_to_be_many_weights_are_refused(saved):
    bomb = torch.zeros(1).as_strided((10**6, 10**6), (0, 0))
    with pytest.raises(UnusableModel, match="million weights"):
        rehearsed(saved({"conv1.weight": bomb}), SIZE)


@pytest.mark.parametrize("content", [[1, 2], {"lr": 0.1}, {}, torch.zeros(3)])
def test_what_has_no_table_of_weights_is_refused(content):
    with pytest.raises(UnusableModel, match="table of weights"):
        weights_of(content)


def test_the_weights_of_two_networks_are_refused():
    weight = torch.zeros(1)
    with pytest.raises(UnusableModel, match="two networks"):
        weights_of({"net.conv1.weight": weight, "conv1.weight": weight})


def test_the_command_takes_a_checkpoint(saved, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CTVIZ_MODELS", str(tmp_path / "models"))
    path = str(saved(narrow("resnet18").state_dict()))
    told = ["model", "add", path, "--id", "ours", "--classes", "no,yes", "--window=40,400"]
    assert main(told) == 2
    assert "say the size" in capsys.readouterr().err
    assert main([*told, "--size", "64", "--architecture", "resnet50"]) == 2
    assert "not those of resnet50" in capsys.readouterr().err
    assert not (tmp_path / "models").exists()
    assert main([*told, "--size", "64"]) == 0
    assert "they fit resnet18" in capsys.readouterr().out


def test_a_checkpoint_of_five_channels_sees_five_slices(saved, tmp_path):
    network = narrow("resnet18", channels=5)
    answers = CardAnswers(
        id="ours", classes=("no", "yes"), window=(40.0, 400.0), neighbours=Neighbours(2)
    )
    card = add_network(rehearsed(saved(network.state_dict()), SIZE), answers, tmp_path / "models")
    assert (card.channels, card.neighbours, card.shown_channel) == (5, Neighbours(2), 2)
    x = torch.rand(1, 5, *SIZE)
    with torch.no_grad():
        expected = network.eval()(x)
        found = load_model(tmp_path / "models" / "ours").network(x)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
