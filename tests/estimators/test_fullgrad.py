"""FullGrad: what it adds up, and when it says that it cannot."""

import numpy as np
import pytest
import torch
from torch import nn

from ctviz.core import UnsupportedNetwork
from ctviz.estimators import ESTIMATORS
from tests.estimators.networks import Linear, built, sequential

FullGrad = ESTIMATORS["fullgrad"]


@pytest.fixture
def image():
    return torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(5)).double()


def test_without_biases_it_is_the_magnitude_of_input_times_gradient_from_0_to_1(image):
    weights = torch.randn(1, 1, 16, 16, generator=torch.Generator().manual_seed(3)).double()
    strength = (weights * image)[0, 0].abs()
    expected = (strength - strength.min()) / (strength.max() - strength.min())
    np.testing.assert_allclose(FullGrad()(Linear(weights), image, 1), expected, rtol=1e-6)


def test_a_threshold_at_a_place_shows_there_though_the_image_is_black():
    """The only thing that speaks is a bias, whose gradient is that of its place."""
    network = nn.Sequential(nn.Conv2d(1, 1, 1), nn.ReLU(), nn.Flatten(), nn.Linear(64, 2)).double()
    with torch.no_grad():
        network[0].bias.fill_(1.0)
        network[3].weight.zero_()
        network[3].weight[1, 27] = 5.0
    values = FullGrad()(network, torch.zeros(1, 1, 8, 8).double(), 1)
    expected = np.zeros(64)
    expected[27] = 1
    np.testing.assert_allclose(values.ravel(), expected, atol=1e-6)


def test_it_does_not_depend_on_the_scores_unit(image):
    network = built(sequential)
    before = FullGrad()(network, image, 1)
    with torch.no_grad():
        network[-1].weight *= 8
        network[-1].bias *= 8
    np.testing.assert_allclose(FullGrad()(network, image, 1), before, rtol=1e-5)


def test_what_is_added_off_the_layers_is_refused(image):
    class Padded(nn.Module):
        def forward(self, x):
            z = nn.functional.pad(x, (1, 1, 1, 1), value=3.0).flatten(1).sum(1)
            return torch.stack([-z, z], 1)

    with pytest.raises(UnsupportedNetwork, match="do not sum"):
        FullGrad()(Padded(), image, 1)


def test_pictures_that_are_moved_about_are_refused(image):
    class Turned(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.head = nn.Conv2d(1, 2, 3, padding=1), nn.Linear(2, 2)

        def forward(self, x):
            return self.head(torch.relu(self.first(x.transpose(2, 3))).mean((2, 3)))

    with pytest.raises(UnsupportedNetwork, match="Transpose"):
        FullGrad()(built(Turned), image, 1)
