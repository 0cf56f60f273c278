"""Weights of MONAI's further families, and of those whose names they came from, answer the same."""

import re

import pytest
import torch
from monai.networks import nets
from torch import nn

from ctviz.core import UnusableModel
from ctviz.models.architectures import ARCHITECTURES
from ctviz.models.intake.adopting import adopted
from ctviz.models.intake.unpacking import weights_of


def trained(network):
    """Return a network with statistics as after training."""
    torch.manual_seed(3)
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.uniform_(-0.2, 0.2)
            layer.running_var.uniform_(0.5, 2.0)
            layer.weight.data.uniform_(0.5, 1.5)
            layer.bias.data.uniform_(-0.2, 0.2)
    return network.eval().requires_grad_(False)


def gated(cls, outputs=3):
    return trained(getattr(nets, cls)(spatial_dims=2, in_channels=1, num_classes=outputs))


def efficient(size, outputs=3):
    return trained(
        nets.EfficientNetBN(
            f"efficientnet-{size}", False, spatial_dims=2, in_channels=1, num_classes=outputs
        )
    )


MADE = {
    "seresnet50": lambda: gated("SEResNet50"),
    "seresnext50": lambda: gated("SEResNext50"),
    "efficientnet-b0": lambda: efficient("b0"),
    "efficientnet-b2": lambda: efficient("b2"),
}


def assert_answers_the_same(found, network):
    x = torch.rand(2, 1, 64, 64, generator=torch.Generator().manual_seed(0))
    expected = network(x)
    scale = float(expected.abs().max())
    torch.testing.assert_close(found.network(x), expected, rtol=0, atol=1e-6 * max(scale, 1))


@pytest.mark.parametrize("name", MADE)
def test_the_weights_alone_tell_which_network_they_are_of(name):
    network = MADE[name]()
    found = adopted(weights_of({"state_dict": network.state_dict()}))
    assert (found.architecture, found.channels, found.neurons) == (name, 1, 3)
    assert_answers_the_same(found, network)


LARGE = {
    "seresnet101": lambda: nets.SEResNet101,
    "seresnet152": lambda: nets.SEResNet152,
    "seresnext101": lambda: nets.SEResNext101,
    "senet154": lambda: nets.SENet154,
}


@pytest.mark.parametrize("name", LARGE)
def test_larger_ones_have_the_same_tensors(name):
    with torch.device("meta"):
        theirs = LARGE[name]()(spatial_dims=2, in_channels=3, num_classes=2).state_dict()
        ours = ARCHITECTURES[name]().network(3, 2).state_dict()
    assert {n: t.shape for n, t in ours.items()} == {n: t.shape for n, t in theirs.items()}


@pytest.mark.parametrize("size", ["b1", "b3", "b4", "b5", "b6", "b7"])
def test_larger_efficient_ones_have_the_same_tensors_also_by_the_names_counted_through(size):
    with torch.device("meta"):
        theirs = nets.EfficientNetBN(f"efficientnet-{size}", False, spatial_dims=2).state_dict()
        ours = ARCHITECTURES[f"efficientnet-{size}"]().network(3, 1000).state_dict()
    assert {n: t.shape for n, t in ours.items()} == {n: t.shape for n, t in theirs.items()}
    renamed = ARCHITECTURES[f"efficientnet-{size}"].names.renamed
    for name in theirs:
        flat = counted_through(name)
        for pattern, own in renamed:
            flat = re.sub(pattern, own, flat)
        assert flat == name


def counted_through(name):
    return re.sub(r"^_blocks\.\d+\.", "_blocks.", name)


def test_blocks_that_are_counted_through_find_their_stages():
    network = efficient("b0")
    weights = {counted_through(name): each for name, each in network.state_dict().items()}
    found = adopted(weights_of(weights))
    assert found.architecture == "efficientnet-b0"
    assert_answers_the_same(found, network)


def as_published(name):
    """Return what the authors' PyTorch weights call a tensor of MONAI's."""
    name = re.sub(r"\.(conv\d)\.conv\.", r".\1.", name)
    name = re.sub(r"\.conv(\d)\.adn\.N\.", r".bn\1.", name)
    name = name.replace(".se_layer.fc.0.", ".se_module.fc1.")
    name = name.replace(".se_layer.fc.2.", ".se_module.fc2.")
    return name.replace(".project.conv.", ".downsample.0.").replace(
        ".project.adn.N.", ".downsample.1."
    )


def test_the_published_names_of_gated_networks_are_read_and_their_gates_are_dense_layers():
    network = gated("SEResNext50")
    weights = {}
    for name, each in network.state_dict().items():
        gate = ".se_layer." in name and name.endswith("weight")
        weights[as_published(name)] = each[..., None, None] if gate else each
    assert "layer1.0.se_module.fc1.weight" in weights
    assert weights["layer1.0.se_module.fc1.weight"].ndim == 4
    found = adopted(weights_of(weights), "seresnext50")
    assert_answers_the_same(found, network)


def test_weights_of_one_family_are_not_taken_for_another():
    weights = weights_of(efficient("b0").state_dict())
    with pytest.raises(UnusableModel, match="not those of seresnet50"):
        adopted(weights, "seresnet50")
    with pytest.raises(UnusableModel, match=r"not those of efficientnet-b1: they miss"):
        adopted(weights, "efficientnet-b1")
    del weights["_conv_head.weight"]
    with pytest.raises(UnusableModel, match=r"efficientnet-b0: they miss 1 tensor \('_conv_head"):
        adopted(weights)
