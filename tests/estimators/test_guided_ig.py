import math

import numpy as np
import pytest
import torch
from torch import nn

from ctviz.estimators import ESTIMATORS

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


def gradient(network, point):
    point = torch.tensor(point, dtype=torch.float64).reshape(1, 1, 3, 4).requires_grad_()
    return torch.autograd.grad(network(point)[0, 1], point)[0].flatten().tolist()


def slow(network, image, steps, fraction, leeway):
    """The authors' own choice of pixels, on lists of numbers, from black."""
    end = image.flatten().tolist()
    pixels = range(len(end))
    point, total = [0.0] * len(end), [0.0] * len(end)
    for step in range(1, steps + 1):
        slopes, share = gradient(network, point), step / steps
        behind = [max(share - leeway, 0) * value for value in end]
        ahead = [min(share + leeway, 1) * value for value in end]
        before = list(point)
        point = [max(point[i], behind[i]) for i in pixels]
        done = {i for i in pixels if point[i] == ahead[i]}
        while sum(end) - sum(point) > sum(end) * (1 - share) + 1e-12:
            sizes = [math.inf if i in done else abs(slopes[i]) for i in pixels]
            limit = sorted(sizes)[int(fraction * (len(end) - 1))]
            chosen = [i for i in pixels if i not in done and sizes[i] <= limit]
            missing = sum(end) - sum(point) - sum(end) * (1 - share)
            gain = sum(ahead[i] - point[i] for i in chosen)
            for i in chosen:
                point[i] += min(missing / gain, 1) * (ahead[i] - point[i])
            done.update(chosen)
            if missing < gain:
                break
        total = [total[i] + (point[i] - before[i]) * slopes[i] for i in pixels]
    return np.reshape(total, (3, 4))


@pytest.mark.parametrize(
    ("steps", "fraction", "leeway"),
    [(1, 0.25, 0.02), (5, 0.01, 0.1), (7, 0.4, 0.05), (3, 1.0, 0.3), (20, 0.25, 0.02), (6, 0.3, 1)],
)
def test_equals_the_authors_choice_of_pixels(network, image, steps, fraction, leeway):
    values = GuidedIg(steps=steps, fraction=fraction, leeway=leeway)(network, image, 1)
    expected = slow(network, image, steps, fraction, leeway)
    np.testing.assert_allclose(values, expected, rtol=1e-5, atol=1e-9)


def test_without_leeway_it_is_integrated_gradients_by_the_left_rule(network, image):
    values = GuidedIg(steps=6, leeway=0.0)(network, image, 1)
    flat = image.flatten().numpy()
    slopes = [gradient(network, flat * k / 6) for k in range(6)]
    np.testing.assert_allclose(values, (np.mean(slopes, 0) * flat).reshape(3, 4), rtol=1e-5)


@pytest.mark.parametrize("baseline", [0.0, 0.6])
def test_of_a_linear_network_it_is_weight_times_difference(linear, scan, weights, baseline):
    values = GuidedIg(steps=6, baseline=baseline)(linear, scan, 1)
    expected = (weights * (scan - baseline))[0, 0].numpy()
    np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-6)


def test_approaches_the_change_of_the_score(network, image):
    with torch.no_grad():
        change = (network(image) - network(torch.zeros_like(image)))[0, 1].item()

    def error(steps):
        values = GuidedIg(steps=steps)(network, image, 1)
        return abs(values.sum(dtype=float) - change)

    assert error(128) < 0.01 * abs(change)
    assert error(128) < 0.2 * error(8)
