"""Guided backpropagation and deconvolution are right, however a network applies its ReLU."""

import warnings

import numpy as np
import pytest
import torch
from captum.attr import Deconvolution as CaptumDeconvolution
from captum.attr import GuidedBackprop as CaptumGuidedBackprop
from torch import nn

from ctviz.core import UnsupportedNetwork
from ctviz.estimators import ESTIMATORS
from tests.estimators.networks import NETWORKS, built, efficientnet
from tests.estimators.oracles.backward_rules import DeconvolvingRelu, GuidingRelu, with_relu

RULES = ("deconvolution", "guided-backprop")


def slow(name, network, image, target):
    relu = {"deconvolution": DeconvolvingRelu, "guided-backprop": GuidingRelu}[name]
    return with_relu(relu, network, image, target)


@pytest.fixture
def image():
    return torch.rand(1, 1, 48, 48, generator=torch.Generator().manual_seed(5)).double()


def same(actual, expected):
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6 * np.abs(expected).max())


@pytest.mark.parametrize("name", RULES)
def test_equals_replacing_every_relu_by_the_rule(name, relu_network, image):
    values = ESTIMATORS[name]()(relu_network, image, 1)
    same(values, slow(name, relu_network, image, 1))
    assert not np.allclose(values, ESTIMATORS["gradient"]()(relu_network, image, 1))


@pytest.mark.parametrize("network", ["sequential", "densenet121"])
@pytest.mark.parametrize(
    ("name", "captum"),
    [("deconvolution", CaptumDeconvolution), ("guided-backprop", CaptumGuidedBackprop)],
)
def test_equals_captum_where_captum_is_right(name, captum, network, image):
    network = built(NETWORKS[network])
    for layer in network.modules():
        if isinstance(layer, nn.ReLU):
            layer.inplace = False  # Captum's hooks do not survive it
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = captum(network).attribute(image, target=1)
    same(ESTIMATORS[name]()(network, image, 1), expected[0, 0].detach().numpy())


def test_closed_form_of_two_dense_layers():
    generator = torch.Generator().manual_seed(0)
    first, second, last = (
        torch.randn(shape, generator=generator).double() for shape in ((20, 16), (12, 20), (2, 12))
    )
    x = torch.rand(1, 1, 4, 4, generator=generator).double()

    class Dense(nn.Module):
        def forward(self, x):
            hidden = torch.relu(x.flatten(1) @ first.T)
            return torch.relu(hidden @ second.T) @ last.T

    relu = torch.relu
    hidden = relu(first @ x.flatten())
    active_first, active_second = (hidden > 0).double(), (second @ hidden > 0).double()
    deconvolved = first.T @ relu(second.T @ relu(last[1]))
    guided = first.T @ (active_first * relu(second.T @ (active_second * relu(last[1]))))
    same(ESTIMATORS["deconvolution"]()(Dense(), x, 1), deconvolved.reshape(4, 4).numpy())
    same(ESTIMATORS["guided-backprop"]()(Dense(), x, 1), guided.reshape(4, 4).numpy())


def around(activation):
    """A small network with an activation after its convolution."""
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), activation, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
    ).double()


class Functional(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize(
    "activation",
    [
        nn.SiLU(),
        nn.GELU(),
        nn.LeakyReLU(),
        nn.PReLU(),
        nn.ELU(),
        nn.ReLU6(),
        nn.Hardswish(),
        nn.Sigmoid(),
        nn.Tanh(),
        nn.Softplus(),
        nn.Threshold(0.1, 0.0),
        Functional(lambda x: x.clamp(min=0)),
        Functional(lambda x: torch.maximum(x, torch.zeros_like(x))),
        Functional(lambda x: torch.where(x > 0, x, 0.0)),
        Functional(lambda x: x * torch.sigmoid(x)),
        Functional(lambda x: x * x),
        Functional(lambda x: x.abs()),
        Functional(lambda x: DeconvolvingRelu.apply(x)),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_another_activation_than_relu_is_refused(name, activation, image):
    why = "defined for networks of ReLU|hands no gradient back"
    with pytest.raises(UnsupportedNetwork, match=why):
        ESTIMATORS[name]()(around(activation), image, 1)


@pytest.mark.parametrize("name", RULES)
def test_the_refusal_names_the_layer(name, image):
    with pytest.raises(UnsupportedNetwork, match=r"layer '1' \(GELU\)"):
        ESTIMATORS[name]()(around(nn.GELU()), image, 1)
    with pytest.raises(UnsupportedNetwork, match=r"swish' \(MemoryEfficientSwish\)"):
        ESTIMATORS[name]()(built(efficientnet), image, 1)


@pytest.mark.parametrize("name", RULES)
def test_a_network_that_begins_in_place_is_no_obstacle(name, image):
    network = nn.Sequential(nn.ReLU(inplace=True), around(nn.ReLU())).double()
    same(ESTIMATORS[name]()(network, image - 0.5, 1), slow(name, network, image - 0.5, 1))
