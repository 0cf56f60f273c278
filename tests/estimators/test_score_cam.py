import numpy as np
import pytest
import torch
from torch import nn

from ctviz.core import UnsupportedNetwork
from ctviz.estimators import ESTIMATORS
from tests.estimators.networks import NETWORKS, built
from tests.estimators.oracles.activations import score_cam_of

ScoreCam = ESTIMATORS["score-cam"]


@pytest.fixture
def image():
    return torch.rand(1, 1, 24, 20, generator=torch.Generator().manual_seed(5)).double()


@pytest.fixture
def network():
    return built(NETWORKS["sequential"])


def test_equals_the_published_algorithm(network, image):
    features = network[:5](image)[0].detach()
    np.testing.assert_allclose(
        ScoreCam()(network, image, 1),
        score_cam_of(network, features, image, 1),
        rtol=1e-5,
        atol=1e-8,
    )


def test_with_fewer_features_the_most_varied_ones_are_taken(network, image):
    features = network[:5](image)[0].detach()
    kept = features[features.var((1, 2)).argsort(descending=True)[:3]]
    np.testing.assert_allclose(
        ScoreCam(features=3)(network, image, 1),
        score_cam_of(network, kept, image, 1),
        rtol=1e-5,
        atol=1e-8,
    )


def test_one_feature_map_is_the_map(image):
    network = nn.Sequential(nn.Conv2d(1, 1, 1), nn.Flatten(), nn.Linear(480, 2)).double()
    np.testing.assert_allclose(
        ScoreCam()(network, image, 1), network[0](image)[0, 0].detach(), rtol=1e-6
    )


def test_even_features_are_refused(image):
    network = nn.Sequential(nn.Conv2d(1, 2, 1), nn.Flatten(), nn.Linear(960, 2)).double()
    with pytest.raises(UnsupportedNetwork, match="layer '0' are even"):
        ScoreCam()(network, torch.full_like(image, 0.5), 1)
