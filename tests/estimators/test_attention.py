"""Attention is followed, however a transformer was written; what it does not tell is refused.

That the maps are right where they are given, `tests/estimators/oracles/attention.py` says slowly.
"""

import copy
from functools import partial

import numpy as np
import pytest
import torch

from ctviz.core import Contrast, UnsupportedNetwork
from ctviz.estimators import ESTIMATORS, Passes, explain, passes
from ctviz.models.onnx import onnx_network
from tests.estimators.networks import NETWORKS, AttendsToBright, built
from tests.estimators.odd_networks import READABLE, Tokens
from tests.estimators.oracles.attention import ATTENTIVE, attentions, raised, rolled_out
from tests.estimators.oracles.oracle import ORACLES, Marked
from tests.estimators.transformers import (
    OTHERWISE,
    REFUSED,
    WAYS,
    Transformer,
    by_products,
)
from tests.models.onnx.foreign_networks import exported

SLOW = {"attention-rollout": rolled_out, "attention-relevance": raised}
TRANSFORMERS = [name for name, build in READABLE.items() if issubclass(build, Tokens)]
every_map = pytest.mark.parametrize("name", ATTENTIVE)


@pytest.fixture
def image():
    return torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(5)).double()


def enlarged(row):
    grid = row.reshape(1, 1, 4, 4)
    return torch.nn.functional.interpolate(grid, (16, 16), mode="bilinear")[0, 0]


@every_map
@pytest.mark.parametrize("class_token", [False, True], ids=["mean", "class token"])
@pytest.mark.parametrize("way", WAYS)
def test_one_network_has_one_map_however_it_is_written(name, way, class_token, image):
    network = built(partial(Transformer, WAYS[way], class_token)).requires_grad_(False)
    plain = built(partial(Transformer, by_products, class_token)).requires_grad_(False)
    torch.testing.assert_close(network(image), plain(image))
    asked = Marked(plain, image, 1, image, "", ESTIMATORS[name]())
    ORACLES[name].check(asked)
    values = ESTIMATORS[name]()(network, image, 1)
    np.testing.assert_allclose(values, asked.values, atol=1e-6 * asked.values.max())


@every_map
@pytest.mark.parametrize("build", [READABLE[name] for name in TRANSFORMERS], ids=TRANSFORMERS)
def test_a_transformer_of_torchs_own_layers_has_its_slow_map(name, build, image):
    network = built(build).requires_grad_(False)
    asked = Marked(network, image, 1, image, "", ESTIMATORS[name]())
    ORACLES[name].check(asked)


@every_map
@pytest.mark.parametrize(
    ("way", "opset"), [("fused", 14), ("fused", 17), ("by-einsum", 12), ("by-products", 11)]
)
def test_a_network_from_a_file_has_the_map_of_the_original(name, way, opset, image):
    network = built(partial(Transformer, WAYS[way], True)).float().requires_grad_(False)
    own = onnx_network(exported(network, opset=opset, size=16))
    expected = ESTIMATORS[name]()(network, image.float(), 1)
    found = ESTIMATORS[name]()(own, image.float(), 1)
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())


def test_one_layer_rolled_out_is_half_of_the_class_tokens_attention():
    image = torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(2))
    patches = image[0, 0].reshape(4, 4, 4, 4).mean((1, 3)).double()
    attention = (20 * patches).exp() / ((20 * patches).exp().sum() + 1)
    values = ESTIMATORS["attention-rollout"]()(AttendsToBright(), image, 1)
    np.testing.assert_allclose(values, enlarged(attention / 2), rtol=1e-4, atol=1e-7)


def test_relevance_is_attention_times_what_was_attended_to_where_that_speaks_for_the_class():
    image = torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(2))
    patches = image[0, 0].reshape(4, 4, 4, 4).mean((1, 3)).double()
    attention = (20 * patches).exp() / ((20 * patches).exp().sum() + 1)
    relevance = ESTIMATORS["attention-relevance"]()
    values = relevance(AttendsToBright(), image, 1)
    np.testing.assert_allclose(values, enlarged(attention * patches), rtol=1e-4, atol=1e-7)
    assert not relevance(AttendsToBright(), image, 0).any()


def test_rollout_is_the_same_for_every_class_and_relevance_is_not(image):
    network = built(Transformer)
    rollout, relevance = (ESTIMATORS[name]() for name in ATTENTIVE)
    np.testing.assert_array_equal(rollout(network, image, 0), rollout(network, image, 1))
    assert not np.allclose(relevance(network, image, 0), relevance(network, image, 1), rtol=0.1)


def test_a_contrast_follows_what_raised_the_difference(image):
    network = built(Transformer).requires_grad_(False)
    difference = copy.deepcopy(network)
    difference.head.weight[1] = network.head.weight[2] - network.head.weight[0]
    relevance = ESTIMATORS["attention-relevance"]()
    expected = relevance(difference, image, 1)
    np.testing.assert_allclose(relevance(network, image, Contrast(2, 0)), expected, rtol=1e-6)


def test_which_token_is_where_is_found_out_once(image):
    network = built(Transformer)
    calls = []
    network.register_forward_pre_hook(lambda *_: calls.append(1))
    rollout = ESTIMATORS["attention-rollout"]()
    counts = []
    for seed in range(2):
        calls.clear()
        rollout(network, image + seed / 10, 1)
        counts.append(len(calls))
    # The first pass of every question, and the one of the map.
    assert counts[1] == 2 < counts[0]


@every_map
def test_images_of_another_shape_have_a_grid_of_their_own(name):
    class AnyShape(Transformer):
        def tokens(self, x):
            return self.patches(x).flatten(2).transpose(1, 2)

    image = torch.rand(1, 1, 12, 32, generator=torch.Generator().manual_seed(5)).double()
    network = built(AnyShape).requires_grad_(False)
    expected = SLOW[name](attentions(network, image, 1)).mean(0).reshape(1, 1, 3, 8)
    expected = torch.nn.functional.interpolate(expected, (12, 32), mode="bilinear")[0, 0]
    values = ESTIMATORS[name]()(network, image, 1)
    np.testing.assert_allclose(values, expected, rtol=1e-5, atol=1e-6 * float(expected.max()))


def test_both_read_the_same_attention_which_costs_one_gradient():
    assert passes([ESTIMATORS[name]() for name in ATTENTIVE]) == Passes(forward=1, gradient=1)


def test_weights_that_change_are_looked_at_again(image):
    network = built(Transformer).requires_grad_(False)
    estimator = ESTIMATORS["attention-rollout"]()
    estimator(network, image, 1)
    network.between = lambda x: x.flip(1)
    with torch.no_grad():
        network.head.bias.add_(0)
    with pytest.raises(UnsupportedNetwork, match="in other ways"):
        estimator(network, image, 1)


@every_map
@pytest.mark.parametrize("network", ["sequential", "resnet18", "attention-pooled", "excited"])
def test_a_network_without_attention_is_refused(name, network, image):
    with pytest.raises(UnsupportedNetwork, match="no attention between tokens"):
        ESTIMATORS[name]()(built({**NETWORKS, **READABLE}[network]), image, 1)


@every_map
@pytest.mark.parametrize("attend", OTHERWISE.values(), ids=OTHERWISE)
def test_attention_that_is_hidden_or_not_over_all_tokens_is_refused(name, attend, image):
    with pytest.raises(UnsupportedNetwork, match=r"choose .*\.$"):
        ESTIMATORS[name]()(built(partial(Transformer, attend)), image, 1)


@every_map
@pytest.mark.parametrize("build", REFUSED.values(), ids=REFUSED)
def test_what_attention_does_not_tell_is_refused(name, build, image):
    with pytest.raises(UnsupportedNetwork, match=r"in other ways|do not stand for a grid"):
        ESTIMATORS[name]()(built(build), image, 1)


def test_only_one_layer_of_many_being_hidden_is_noticed(image):
    class HalfHidden(Transformer):
        def seen(self, x, layer):
            self.attend = OTHERWISE["by-exponentials"] if layer == self.hidden else by_products
            return super().seen(x, layer)

    for hidden in (0, 1):
        network = built(HalfHidden)
        network.hidden = hidden
        with pytest.raises(UnsupportedNetwork, match="in other ways"):
            ESTIMATORS["attention-rollout"]()(network, image, 1)


def test_a_score_that_no_token_moves_has_no_attention_to_follow(image):
    network = built(Transformer)
    with torch.no_grad():
        network.head.weight.zero_()
    with pytest.raises(UnsupportedNetwork, match=r"No token changes|No gradient"):
        explain(network, image, 1, [ESTIMATORS["attention-rollout"]()])
