import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from ctviz.estimators import ESTIMATORS
from tests.estimators.networks import NETWORKS, built
from tests.estimators.oracles.relevance import stabilised

Lrp = ESTIMATORS["lrp"]


@pytest.fixture
def image():
    return torch.rand(1, 1, 12, 12, generator=torch.Generator().manual_seed(5)).double()


class Residual(nn.Module):
    """Every kind of layer once, with a skip around the second convolution."""

    def __init__(self):
        super().__init__()
        self.first, self.norm = nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.second, self.head = nn.Conv2d(4, 4, 3, padding=1), nn.Linear(4, 3)

    def forward(self, x):
        x = functional.max_pool2d(functional.relu(self.norm(self.first(x)), inplace=True), 2)
        return self.head(functional.relu(self.second(x) + x).mean((2, 3)))


def slow(network, x, target, epsilon):
    """The rule layer by layer, relevance for relevance, as it is published."""

    def back(layer, values, relevance):
        values = values.detach().requires_grad_()
        answer = layer(values)
        shares = (relevance / stabilised(answer, epsilon)).detach()
        return values.detach() * torch.autograd.grad((answer * shares).sum(), values)[0]

    convolved = network.first(x)
    normed = network.norm(convolved)
    active = functional.relu(normed)
    pooled, places = functional.max_pool2d(active, 2, return_indices=True)
    branch = network.second(pooled)
    joined = branch + pooled
    final = functional.relu(joined)
    mean = final.mean((2, 3))
    scores = network.head(mean)

    relevance = torch.zeros_like(scores)
    relevance[0, target] = scores[0, target]
    relevance = back(network.head, mean, relevance)
    relevance = back(lambda v: v.mean((2, 3)), final, relevance)
    shares = relevance / stabilised(joined, epsilon)
    relevance = back(network.second, pooled, branch * shares) + pooled * shares
    relevance = functional.max_unpool2d(relevance, places, 2)
    relevance = back(network.norm, convolved, relevance)
    return back(network.first, x, relevance)[0, 0].detach().numpy()


@pytest.mark.parametrize("epsilon", [0.0, 0.25, 2.0])
def test_equals_the_rule_layer_by_layer(image, epsilon):
    network = built(Residual)
    expected = slow(network, image, 1, epsilon)
    # The last layer's typical value is that of all its answers, here and there.
    np.testing.assert_allclose(
        Lrp(epsilon=epsilon)(network, image, 1),
        expected,
        rtol=1e-5,
        atol=1e-7 * np.abs(expected).max(),
    )


@pytest.mark.parametrize("name", ["sequential", "mixed", "resnet18", "densenet121"])
def test_without_epsilon_it_is_input_times_gradient(name):
    image = torch.rand(1, 1, 48, 48, generator=torch.Generator().manual_seed(5)).double()
    network = built(NETWORKS[name])
    expected = ESTIMATORS["input-x-gradient"]()(network, image, 1)
    np.testing.assert_allclose(
        Lrp(epsilon=0.0)(network, image, 1), expected, rtol=1e-5, atol=1e-7 * expected.max()
    )


def test_of_a_network_without_biases_it_sums_to_the_score_as_epsilon_vanishes(image):
    network = built(NETWORKS["sequential"])
    for layer in (network[0], network[3], network[7]):
        nn.init.zeros_(layer.bias)
    with torch.no_grad():
        score = network(image)[0, 1].item()
    assert Lrp(epsilon=0.0)(network, image, 1).sum() == pytest.approx(score, rel=1e-5)
    assert Lrp(epsilon=1e-7)(network, image, 1).sum() == pytest.approx(score, rel=1e-4)
    assert abs(Lrp(epsilon=1.0)(network, image, 1).sum()) < abs(score)
