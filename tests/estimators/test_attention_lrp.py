"""Relevance through attention: right however it is written, and what has no rule is refused."""

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from ctviz.core import UnsupportedNetwork
from ctviz.estimators import ESTIMATORS
from ctviz.models.onnx import onnx_network
from tests.estimators.networks import NETWORKS, AttendsToBright, built
from tests.estimators.odd_networks import READABLE, Tokens
from tests.estimators.oracles.attention import attention_lrp as slow_map
from tests.estimators.oracles.oracle import TOLERANCE, Marked
from tests.estimators.transformers import OTHERWISE, WAYS, Transformer, by_products
from tests.models.onnx.foreign_networks import exported, foreign_network

AttnLrp = ESTIMATORS["attention-lrp"]
TRANSFORMERS = [name for name, build in READABLE.items() if issubclass(build, Tokens)]
FURTHER = ("head-by-head", "talking-heads", "of-channels", "in-windows")
"""What attention alone does not explain, relevance does."""


@pytest.fixture
def image():
    return torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(5)).double()


def checked(network, image):
    """The map, after it was found to be the slow one."""
    asked = Marked(network, image, 1, image, "", AttnLrp())
    np.testing.assert_allclose(
        asked.values, slow_map(asked), rtol=0, atol=TOLERANCE * np.abs(asked.values).max()
    )
    return asked.values


@pytest.mark.parametrize("class_token", [False, True], ids=["mean", "class token"])
@pytest.mark.parametrize("way", WAYS)
def test_one_network_has_one_map_however_it_is_written(way, class_token, image):
    network = built(partial(Transformer, WAYS[way], class_token)).requires_grad_(False)
    expected = checked(built(partial(Transformer, by_products, class_token)), image)
    values = AttnLrp()(network, image, 1)
    np.testing.assert_allclose(values, expected, atol=1e-6 * np.abs(expected).max())


@pytest.mark.parametrize("name", FURTHER)
def test_attention_of_another_kind_has_its_slow_map(name, image):
    assert checked(built(partial(Transformer, OTHERWISE[name])), image).any()


@pytest.mark.parametrize("build", [READABLE[name] for name in TRANSFORMERS], ids=TRANSFORMERS)
def test_a_transformer_of_torchs_own_layers_has_its_slow_map(build, image):
    assert checked(built(build).requires_grad_(False), image).any()


@pytest.mark.parametrize("opset", [11, 17, 20])
@pytest.mark.parametrize("name", ["vit", "convnext"])
def test_a_network_from_a_file_has_the_map_of_the_original(name, opset):
    """Old files hold layer normalisation and GELU in pieces: roots, divisors, error functions."""
    network = foreign_network(name)
    own = onnx_network(exported(network, opset=opset))
    x = torch.rand(1, 1, 64, 64, generator=torch.Generator().manual_seed(1))
    expected = AttnLrp()(network, x, 1)
    found = AttnLrp()(own, x, 1)
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize("name", ["sequential", "mixed"])
def test_on_a_network_of_relu_it_is_input_times_gradient(name, image):
    network = built(NETWORKS[name])
    expected = ESTIMATORS["input-x-gradient"]()(network, image, 1)
    np.testing.assert_allclose(AttnLrp()(network, image, 1), expected, rtol=1e-6)


def test_one_layer_of_attention_is_divided_as_the_publication_says():
    image = torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(2)).double()
    patches = image[0, 0].reshape(4, 4, 4, 4).mean((1, 3))
    values = torch.cat([torch.zeros(1).double(), patches.flatten()])
    logits = 20 * values
    weights = logits.softmax(0)
    # Equations 13 and 15: halves of the product, and Taylor's expansion of the softmax.
    of_weights = of_values = weights * values / 2
    of_logits = logits * (of_weights - weights * of_weights.sum())
    of_patches = (of_values + of_logits)[1:].reshape(4, 4)
    shares = image[0, 0] / (16 * patches).repeat_interleave(4, 0).repeat_interleave(4, 1)
    expected = shares * of_patches.repeat_interleave(4, 0).repeat_interleave(4, 1)
    found = AttnLrp()(AttendsToBright().double(), image, 1)
    np.testing.assert_allclose(found, expected.detach(), rtol=1e-5, atol=1e-9)


class Bent(nn.Module):
    def __init__(self, bend):
        super().__init__()
        self.bend, self.head = bend, nn.Linear(256, 3, bias=False)

    def forward(self, x):
        return self.head(self.bend(x.flatten(1) - 0.5))


ACTIVATIONS = {
    "gelu": functional.gelu,
    "gelu by tanh": partial(functional.gelu, approximate="tanh"),
    "gelu, written out": lambda x: 0.5 * x * (1 + torch.erf(x / 2**0.5)),
    "silu": functional.silu,
    "silu, written out": lambda x: torch.sigmoid(x) * x,
    "tanh": torch.tanh,
}


@pytest.mark.parametrize("bend", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_an_activation_passes_relevance_on_unchanged(bend, image):
    network = built(partial(Bent, bend))
    features = image.flatten() - 0.5
    # R(f(x)) = w f(x) is R(x - 0.5), of which x itself has the share x / (x - 0.5).
    relevance = network.head.weight[1] * bend(features)
    expected = (relevance * image.flatten() / features).reshape(16, 16).detach()
    values = AttnLrp()(network, image, 1)
    np.testing.assert_allclose(values, expected, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize(
    "bend",
    [
        torch.exp,
        lambda x: x / (1 + x.abs()),
        lambda x: x * torch.sigmoid(2 * x.flip(1)),
        lambda x: x * torch.div(1, x.square().mean(1, keepdim=True).sqrt()),
    ],
    ids=["exp", "over features", "a gate of other features", "times one over features"],
)
def test_what_has_no_rule_is_refused_by_name(bend, image):
    with pytest.raises(UnsupportedNetwork, match="AttnLRP has no rule for the operation"):
        AttnLrp()(built(partial(Bent, bend)), image, 1)
