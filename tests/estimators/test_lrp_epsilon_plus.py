"""LRP-ε⁺: conservation, sign and closed forms; the slow version is among the oracles."""

import numpy as np
import pytest
import torch
from torch import nn

from ctviz.estimators import ESTIMATORS
from tests.estimators.networks import NETWORKS, built
from tests.estimators.oracles.relevance import lrp_epsilon_plus
from tests.estimators.test_lrp_composite import same, score, without_biases

EpsilonPlus = ESTIMATORS["lrp-epsilon-plus"]


@pytest.fixture
def image():
    return torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(5)).double()


@pytest.mark.parametrize("name", ["sequential", "mixed"])
@pytest.mark.parametrize("epsilon", [0.0, 0.25, 1.0])
def test_equals_the_rules_term_by_term(name, epsilon, image):
    network = built(NETWORKS[name])
    image = image - 0.3  # contributions of negative inputs, too
    expected = lrp_epsilon_plus(network, image, 1, epsilon)
    assert np.abs(expected).max() > 0
    same(EpsilonPlus(epsilon=epsilon)(network, image, 1), expected)


def test_of_a_network_without_biases_relevance_sums_to_the_score(image):
    network = without_biases(built(NETWORKS["sequential"]))
    values = EpsilonPlus(epsilon=0.0)(network, image, 1)
    assert values.sum(dtype=float) == pytest.approx(score(network, image), rel=1e-5)


def test_where_every_feature_speaks_for_the_class_no_pixel_speaks_against_it(image):
    network = built(NETWORKS["sequential"])
    with torch.no_grad():
        network[-1].weight.abs_()
    values = EpsilonPlus()(network, image, 1)
    assert values.min() >= 0
    assert values.max() > 0


def test_one_layer_divides_its_sum_among_what_raised_it():
    # x = (0.5, 0.25, 1), w = (2, -1, 1), b = 1: raised by 1, 1 and the bias; z = 2.75.
    network = nn.Sequential(nn.Conv2d(1, 1, (1, 3)), nn.ReLU(), nn.Flatten(), nn.Linear(1, 2))
    with torch.no_grad():
        network[0].weight.copy_(torch.tensor([[[[2.0, -1.0, 1.0]]]]))
        network[0].bias.fill_(1.0)
        network[3].weight.copy_(torch.tensor([[1.0], [2.0]]))
        network[3].bias.zero_()
    values = EpsilonPlus(epsilon=0.0)(network, torch.tensor([[[[0.5, 0.25, 1.0]]]]), 1)
    np.testing.assert_allclose(values, [[5.5 / 3, 0.0, 5.5 / 3]], rtol=1e-6)
