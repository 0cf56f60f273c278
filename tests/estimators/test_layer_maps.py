"""Closed forms of the maps that are made from a layer's features."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import interpolate

from ctviz.core import UnsupportedNetwork
from ctviz.estimators import ESTIMATORS, Passes, explain, passes
from tests.estimators.networks import NETWORKS, built

CAMS = ("grad-cam", "grad-cam++", "hirescam", "layer-cam", "eigen-cam", "fem")


@pytest.fixture
def image():
    return torch.rand(1, 1, 12, 12, generator=torch.Generator().manual_seed(5)).double()


@pytest.fixture
def network():
    """Three feature maps, of which every place has its own weight."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return nn.Sequential(
            nn.Conv2d(1, 3, 3, stride=3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 2)
        ).double()


@pytest.fixture
def features(network, image):
    return network[1](network[0](image))[0].detach()


@pytest.fixture
def gradients(network):
    return network[3].weight[1].detach().reshape(3, 4, 4)


def same(actual, coarse, size=(12, 12)):
    expected = interpolate(coarse[None, None], size, mode="bilinear")[0, 0]
    np.testing.assert_allclose(actual, expected.numpy(), rtol=1e-5, atol=1e-7)


def test_hirescam_is_the_products_of_features_and_weights(network, image, features, gradients):
    same(ESTIMATORS["hirescam"]()(network, image, 1), (features * gradients).sum(0))


def test_layer_cam_leaves_out_negative_weights(network, image, features, gradients):
    same(ESTIMATORS["layer-cam"]()(network, image, 1), (features * gradients.clamp(min=0)).sum(0))


def test_fem_adds_up_the_means_of_features_where_they_stand_out(network, image, features):
    mean, spread = (stat((1, 2), keepdim=True) for stat in (features.mean, features.std))
    # torch's own spread divides by n - 1 of 16 places.
    strong = features >= mean + 1.0 * spread * (15 / 16) ** 0.5
    same(ESTIMATORS["fem"](strength=1.0)(network, image, 1), (mean * strong).sum(0))


def test_where_no_feature_can_stand_out_fem_says_so(network, image):
    with pytest.raises(UnsupportedNetwork, match="stands out by 9 standard deviations"):
        ESTIMATORS["fem"](strength=9.0)(network, image, 1)


@pytest.mark.parametrize("name", ["sequential", "resnet18"])
def test_hirescam_is_grad_cam_before_pooling_and_one_linear_layer(name):
    image = torch.rand(1, 1, 64, 64, generator=torch.Generator().manual_seed(2)).double()
    network = built(NETWORKS[name])
    first, second = (ESTIMATORS[n]()(network, image, 1) for n in ("hirescam", "grad-cam"))
    # The pooled gradient is a share of each place's; the mean of equal numbers is each of them.
    np.testing.assert_allclose(first, second, rtol=1e-5, atol=1e-7 * np.abs(second).max())


def third_derivatives(score, features, place):
    """(first, second, third) derivative of exp(score) in one feature at one place."""
    shift = torch.zeros((), dtype=torch.float64, requires_grad=True)
    unit = torch.zeros_like(features)
    unit[place] = 1
    value, found = score(features + shift * unit).exp(), []
    for _ in range(3):
        (value,) = torch.autograd.grad(value, shift, create_graph=True)
        found.append(value.item())
    return found


def test_grad_cam_plus_plus_is_the_papers_expression_in_derivatives_of_exp(
    network, image, features
):
    def score(a):
        return network[3](a.flatten()[None])[0, 1]

    weights = torch.zeros(3, dtype=torch.float64)
    for place in np.ndindex(*features.shape):
        first, second, third = third_derivatives(score, features, place)
        alpha = second / (2 * second + features[place[0]].sum().item() * third)
        weights[place[0]] += alpha * max(first, 0) / score(features).exp().item()
    same(
        ESTIMATORS["grad-cam++"]()(network, image, 1),
        (weights[:, None, None] * features).sum(0).detach(),
    )


def test_grad_cam_plus_plus_refuses_strongly_negative_features(image):
    network = nn.Sequential(nn.Conv2d(1, 1, 1), nn.Flatten(), nn.Linear(144, 2)).double()
    with torch.no_grad():
        network[0].bias.fill_(-100.0)
        network[2].weight.fill_(1.0)
    with pytest.raises(UnsupportedNetwork, match="negative"):
        ESTIMATORS["grad-cam++"]()(network, image, 1)
    refused = {}
    both = [ESTIMATORS["grad-cam++"](), ESTIMATORS["grad-cam"]()]
    maps = explain(network, image, 1, both, failed=refused.setdefault)
    assert set(refused) == {0}
    np.testing.assert_array_equal(maps[0], both[1](network, image, 1))


def test_eigen_cam_of_proportional_features_is_their_pattern(image):
    network = nn.Sequential(nn.Conv2d(1, 3, 1, bias=False), nn.Flatten(), nn.Linear(432, 2))
    network = network.double()
    shares = network[0].weight.detach().flatten()
    same(ESTIMATORS["eigen-cam"]()(network, image, 1), shares.norm() * image[0, 0])


def test_eigen_cam_has_the_length_of_the_largest_singular_value(network, image, features):
    matrix = features.flatten(1)
    # Power iteration, the slow way to the first principal direction.
    direction = torch.ones(3, dtype=torch.float64)
    for _ in range(500):
        direction = matrix @ (matrix.T @ direction)
        direction = direction / direction.norm()
    same(ESTIMATORS["eigen-cam"]()(network, image, 1), (direction @ matrix).reshape(4, 4))


def test_eigen_cam_is_blind_to_the_class(network, image):
    eigen = ESTIMATORS["eigen-cam"]()
    np.testing.assert_array_equal(eigen(network, image, 0), eigen(network, image, 1))


def test_maps_of_one_layer_cost_its_passes_once():
    assert passes([ESTIMATORS[name]() for name in CAMS]) == Passes(forward=2, gradient=1)
    elsewhere = [ESTIMATORS[name](layer="layer3") for name in CAMS[:2]]
    assert passes([*elsewhere, ESTIMATORS["hirescam"]()]) == Passes(forward=3, gradient=2)
