"""Guided backpropagation and deconvolution are right, however a network applies its ReLU."""

import warnings

import numpy as np
import pytest
import torch
from captum.attr import Deconvolution as CaptumDeconvolution
from captum.attr import GuidedBackprop as CaptumGuidedBackprop
from torch import nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from ctviz.core import UnsupportedNetwork
from ctviz.estimators import ESTIMATORS
from tests.estimators.networks import NETWORKS, built, efficientnet

RULES = ("deconvolution", "guided-backprop")
IN_PLACE = {torch.relu_, torch.Tensor.relu_}
ANY_RELU = {torch.relu, torch.Tensor.relu, functional.relu, *IN_PLACE}


class DeconvolvingRelu(torch.autograd.Function):
    @staticmethod
    def forward(_, x):
        return x.clamp(min=0)

    @staticmethod
    def backward(_, gradient):
        return gradient.clamp(min=0)


class GuidingRelu(torch.autograd.Function):
    @staticmethod
    def forward(context, x):
        context.save_for_backward(x > 0)
        return x.clamp(min=0)

    @staticmethod
    def backward(context, gradient):
        (active,) = context.saved_tensors
        return gradient.clamp(min=0) * active


class ReplaceRelu(TorchFunctionMode):
    """Every call of a ReLU is replaced by another function while the network runs."""

    def __init__(self, replacement):
        super().__init__()
        self.replacement = replacement

    def __torch_function__(self, function, types, arguments=(), options=None):
        options = options or {}
        if function not in ANY_RELU:
            return function(*arguments, **options)
        in_place = options.get("inplace", function in IN_PLACE or arguments[1:] == (True,))
        result = self.replacement.apply(arguments[0])
        return arguments[0].copy_(result) if in_place else result


def slow(name, network, image, target):
    relu = {"deconvolution": DeconvolvingRelu, "guided-backprop": GuidingRelu}[name]
    point = image.clone().requires_grad_()
    with ReplaceRelu(relu):
        score = network(point.clone())[0, target]
    return torch.autograd.grad(score, point)[0][0, 0].numpy()


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
    with pytest.raises(UnsupportedNetwork, match="defined for networks of ReLU"):
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
