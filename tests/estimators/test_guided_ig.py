import numpy as np
import pytest
import torch
from torch import nn

from ctviz.estimators import ESTIMATORS, Pace, explain

GuidedIg = ESTIMATORS["guided-ig"]


@pytest.fixture
def network():
    with torch.random.fork_rng():
        torch.manual_seed(4)
        layers = nn.Flatten(), nn.Linear(12, 30), nn.Softplus(), nn.Linear(30, 2)
        return nn.Sequential(*layers).double()


@pytest.fixture
def image():
    return torch.rand(1, 1, 3, 4, generator=torch.Generator().manual_seed(5)).double()


class Shifted(nn.Module):
    """A network that sees every image brighter by a fixed one: a path of it begins there."""

    def __init__(self, network, by):
        super().__init__()
        self.network, self.by = network, by

    def forward(self, x):
        return self.network(x + self.by)


def gradient(network, point):
    point = torch.tensor(point, dtype=torch.float64).reshape(1, 1, 3, 4).requires_grad_()
    return torch.autograd.grad(network(point)[0, 1], point)[0].flatten().tolist()


def slow(network, image, steps, fraction):
    """The paper's first algorithm on lists of numbers, without anchors, from black."""
    end = image.flatten().tolist()
    point, total = [0.0] * len(end), [0.0] * len(end)
    whole = sum(end)
    for step in range(1, steps + 1):
        slopes = gradient(network, point)
        target = whole * (1 - step / steps)
        open_ones = [i for i in range(len(end)) if point[i] != end[i]]
        while open_ones:
            now = sum(abs(end[i] - point[i]) for i in range(len(end)))
            if now - target < 1e-12:
                break
            open_ones.sort(key=lambda i: abs(slopes[i]))
            flattest = open_ones[: int(fraction * (len(open_ones) - 1)) + 1]
            share = (now - target) / sum(abs(end[i] - point[i]) for i in flattest)
            for i in flattest:
                new = end[i] if share >= 1 else point[i] + share * (end[i] - point[i])
                total[i] += (new - point[i]) * slopes[i]
                point[i] = new
            if share < 1:
                break
            open_ones = open_ones[len(flattest) :]
    return np.reshape(total, (3, 4))


@pytest.mark.parametrize(("steps", "fraction"), [(1, 0.25), (5, 0.01), (7, 0.4), (3, 1.0)])
def test_equals_the_papers_algorithm(network, image, steps, fraction):
    values = GuidedIg(segments=1, steps=steps, fraction=fraction)(network, image, 1)
    np.testing.assert_allclose(values, slow(network, image, steps, fraction), rtol=1e-5, atol=1e-9)


def test_many_segments_of_one_step_are_integrated_gradients_by_the_left_rule(network, image):
    values = GuidedIg(segments=6, steps=1)(network, image, 1)
    flat = image.flatten().numpy()
    slopes = [gradient(network, flat * k / 6) for k in range(6)]
    np.testing.assert_allclose(values, (np.mean(slopes, 0) * flat).reshape(3, 4), rtol=1e-5)


@pytest.mark.parametrize("batch", [1, 2, 7])
def test_segments_side_by_side_are_the_sum_of_each_alone(network, image, batch):
    (values,) = explain(network, image, 1, [GuidedIg(segments=3, steps=4)], pace=Pace(1, batch))
    third = image / 3
    parts = [slow(Shifted(network, k * third), third, 4, 0.25) for k in range(3)]
    np.testing.assert_allclose(values, sum(parts), rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("baseline", [0.0, 0.6])
def test_of_a_linear_network_it_is_weight_times_difference(linear, scan, weights, baseline):
    values = GuidedIg(segments=2, steps=3, baseline=baseline)(linear, scan, 1)
    expected = (weights * (scan - baseline))[0, 0].numpy()
    np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-6)


def test_approaches_the_change_of_the_score(network, image):
    with torch.no_grad():
        change = (network(image) - network(torch.zeros_like(image)))[0, 1].item()

    def error(steps):
        values = GuidedIg(segments=2, steps=steps)(network, image, 1)
        return abs(values.sum(dtype=float) - change)

    assert error(128) < 0.01 * abs(change)
    assert error(128) < 0.2 * error(8)
