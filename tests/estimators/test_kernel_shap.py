from itertools import permutations

import numpy as np
import pytest
import torch
from torch import nn

from ctviz.estimators import ESTIMATORS
from ctviz.estimators.engine.superpixels import superpixels

KernelShap = ESTIMATORS["kernel-shap"]


@pytest.fixture
def quadrants():
    """(1, 1, 16, 16): four even quarters of different brightness."""
    return torch.kron(torch.tensor([[0.2, 0.5], [0.7, 0.9]]), torch.ones(8, 8))[None, None].double()


class Interacting(nn.Module):
    """The score is a curved function of the four quarters' means."""

    def forward(self, x):
        a, b, c, d = nn.functional.avg_pool2d(x, 8).flatten(1).T
        score = torch.relu(a + 2 * b - c) + b * d + torch.sin(3 * c * a) - d
        return torch.stack([-score, score], 1)


def shapley(network, image, fill):
    """The mean gain of each quarter over all orders in which the quarters can be uncovered."""
    gains = np.zeros(4)
    for order in permutations(range(4)):
        shown = torch.full_like(image, fill)
        for piece in order:
            row, column = divmod(piece, 2)
            before = network(shown)[0, 1].item()
            window = (..., slice(8 * row, 8 * row + 8), slice(8 * column, 8 * column + 8))
            shown[window] = image[window]
            gains[piece] += (network(shown)[0, 1].item() - before) / 24
    return np.kron(gains.reshape(2, 2), np.ones((8, 8)))


@pytest.mark.parametrize("fill", [0.0, 1.0])
def test_approaches_the_shapley_values(quadrants, fill):
    assert superpixels(quadrants, 4).max() == 3
    values = KernelShap(superpixels=4, samples=4000, fill=fill)(Interacting(), quadrants, 1)
    expected = shapley(Interacting(), quadrants, fill)
    np.testing.assert_allclose(values, expected, atol=0.03 * np.abs(expected).max())


@pytest.mark.parametrize("fill", [0.0, 0.3])
def test_of_a_linear_network_it_is_the_sum_of_terms_in_the_superpixel(linear, scan, weights, fill):
    values = KernelShap(fill=fill)(linear, scan, 1)
    pieces = superpixels(scan, 36)
    terms = (weights * (scan - fill))[0, 0].detach().double().numpy()
    sums = np.bincount(pieces.ravel(), terms.ravel())
    np.testing.assert_allclose(values, sums[pieces], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("samples", [10, 300])
def test_superpixels_share_the_whole_change_of_the_score(mixed, scan, samples):
    x = scan.double()
    with torch.no_grad():
        change = (mixed(x) - mixed(torch.zeros_like(x)))[0, 1].item()
    values = KernelShap(samples=samples)(mixed, x, 1).astype(float)
    pieces = superpixels(x, 36)
    shares = np.bincount(pieces.ravel(), values.ravel()) / np.bincount(pieces.ravel())
    assert shares.sum() == pytest.approx(change, rel=1e-4)
