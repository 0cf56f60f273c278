"""Captum, asked for the same maps, agrees where it should and is not asked where it cannot."""

import pytest
import torch
from torch import nn

from ctviz.estimators import ESTIMATORS
from ctviz.estimators.second_opinion import CAPTUM, second_opinion
from tests.estimators.networks import NETWORKS, built


class Joined(nn.Module):
    """Its last picture is the sum of two branches, which no layer answers."""

    def __init__(self):
        super().__init__()
        self.left, self.right = nn.Conv2d(1, 3, 3, stride=4), nn.Conv2d(1, 3, 3, stride=4)

    def forward(self, x):
        return (self.left(x) + self.right(x).relu()).mean((2, 3))


@pytest.fixture
def image():
    return torch.rand(1, 1, 48, 40, generator=torch.Generator().manual_seed(3))


@pytest.fixture
def network():
    network = built(NETWORKS["sequential"])
    for layer in network.modules():
        if isinstance(layer, torch.nn.ReLU):
            layer.inplace = False  # as in every network that a card names
    return network


def estimator(name):
    return ESTIMATORS[name]()


@pytest.mark.parametrize("name", CAPTUM)
def test_captum_agrees(name, network, image):
    found = second_opinion(network, image, 1, estimator(name))
    assert found.why == ""
    assert found.difference < 1e-5
    assert found.correlation == pytest.approx(1, abs=1e-6)


def test_a_wrong_map_is_noticed(network, image, monkeypatch):
    wrong = ESTIMATORS["gradient"].reduction
    monkeypatch.setattr(ESTIMATORS["gradient"], "reduction", ESTIMATORS["vargrad"].reduction)
    found = second_opinion(network, image, 1, ESTIMATORS["gradient"]())
    assert wrong is not ESTIMATORS["gradient"].reduction
    assert found.difference == pytest.approx(1)
    assert found.correlation is None


@pytest.mark.parametrize("layer", ["0", "4"])
def test_captum_reads_the_layer_that_we_read(layer, network, image):
    found = second_opinion(network, image, 1, ESTIMATORS["grad-cam"](layer=layer))
    assert found.difference < 1e-5


def test_without_an_equal_definition_captum_is_not_asked(network, image):
    found = second_opinion(network, image, 1, ESTIMATORS["occlusion"]())
    assert (found.difference, found.correlation) == (None, None)
    assert "exactly this definition" in found.why


def test_feature_maps_that_no_layer_gives_are_said(image):
    found = second_opinion(Joined().eval(), image, 1, ESTIMATORS["grad-cam"]())
    assert found.difference is None
    assert "which Captum cannot read" in found.why


def test_the_network_is_left_alone(network, image):
    network.train().float()
    second_opinion(network, image, 1, ESTIMATORS["guided-backprop"]())
    assert network.training
    assert all(p.dtype == torch.float32 and p.requires_grad for p in network.parameters())
    assert not any(layer._forward_hooks or layer._backward_hooks for layer in network.modules())
