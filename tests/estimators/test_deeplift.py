import warnings

import numpy as np
import pytest
import torch
from captum.attr import DeepLift as CaptumDeepLift
from torch import nn
from torch.nn import functional

from ctviz.core import UnsupportedNetwork
from ctviz.estimators import ESTIMATORS
from tests.estimators.networks import NETWORKS, built, efficientnet

DeepLift = ESTIMATORS["deeplift"]


@pytest.fixture
def image():
    return torch.rand(1, 1, 48, 48, generator=torch.Generator().manual_seed(5)).double()


@pytest.mark.parametrize("baseline", [0.0, 0.4])
def test_equals_captum_without_max_pooling(image, baseline):
    """With it Captum 0.9 does not sum to the change of the score, by its own account."""
    network = built(NETWORKS["sequential"])
    network[2], network[4].inplace = nn.AvgPool2d(3, 2, 1), False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        empty = torch.full_like(image, baseline)
        expected = CaptumDeepLift(network).attribute(image, empty, target=1)[0, 0].detach().numpy()
    np.testing.assert_allclose(
        DeepLift(baseline=baseline)(network, image, 1),
        expected,
        rtol=1e-5,
        atol=1e-7 * np.abs(expected).max(),
    )


def test_max_pooling_passes_the_change_on_to_the_place_of_the_larger_maximum(image):
    generator = torch.Generator().manual_seed(8)
    tint, weights = torch.rand(48, 48, generator=generator), torch.randn(576, generator=generator)

    class Pooled(nn.Module):
        def forward(self, x):
            # Every place has its own brightness, so that an even image has no equal neighbours.
            z = functional.max_pool2d(x * 0.5 + tint.double(), 2).flatten(1) @ weights.double()
            return torch.stack([-z, z], 1)

    empty = 0.5 * 0.6 + tint.double()
    full = 0.5 * image[0, 0] + tint.double()
    expected = torch.zeros(48, 48).double()
    for i, j in np.ndindex(24, 24):
        window = (slice(2 * i, 2 * i + 2), slice(2 * j, 2 * j + 2))
        change = full[window].max() - empty[window].max()
        larger = full if change > 0 else empty
        row, column = divmod(int(larger[window].argmax()), 2)
        expected[2 * i + row, 2 * j + column] = weights[24 * i + j] * change
    values = DeepLift(baseline=0.6)(Pooled(), image, 1)
    np.testing.assert_allclose(values, expected, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("name", ["sequential", "mixed", "resnet18", "resnet50", "densenet121"])
@pytest.mark.parametrize("baseline", [0.0, 0.4])
def test_sums_exactly_to_the_change_of_the_score(name, image, baseline):
    network = built(NETWORKS[name])
    with torch.no_grad():
        change = (network(image) - network(torch.full_like(image, baseline)))[0, 1].item()
    values = DeepLift(baseline=baseline)(network, image, 1)
    assert values.sum(dtype=float) == pytest.approx(change, abs=1e-6 * float(np.abs(values).sum()))


def test_one_unit_gives_its_change_in_the_shares_of_its_inputs():
    # z = 2a - b - 0.5: from (0, 0) to (1, 0.5) it goes from -0.5 to 1, its ReLU from 0 to 1.
    network = nn.Sequential(nn.Flatten(), nn.Linear(2, 1), nn.ReLU(), nn.Linear(1, 2, bias=False))
    with torch.no_grad():
        network[1].weight.copy_(torch.tensor([[2.0, -1.0]]))
        network[1].bias.fill_(-0.5)
        network[3].weight.copy_(torch.tensor([[-3.0], [3.0]]))
    values = DeepLift()(network, torch.tensor([[[[1.0, 0.5]]]]), 1)
    np.testing.assert_allclose(values, [[3 * 2.0 / 1.5, 3 * -0.5 / 1.5]], rtol=1e-6)


def test_of_a_linear_network_it_is_weight_times_difference(linear, scan, weights):
    expected = (weights * (scan - 0.3))[0, 0].numpy()
    np.testing.assert_allclose(DeepLift(baseline=0.3)(linear, scan, 1), expected, rtol=1e-5)


def test_an_image_that_is_the_baseline_has_no_contributions(mixed, image):
    values = DeepLift(baseline=0.4)(mixed, torch.full_like(image, 0.4), 1)
    np.testing.assert_array_equal(values, 0)


@pytest.mark.parametrize(
    "layer", [nn.SiLU(), nn.GELU(), nn.LeakyReLU(), nn.Sigmoid(), nn.GroupNorm(2, 4)]
)
@pytest.mark.parametrize("name", ["deeplift", "lrp"])
def test_a_network_with_another_nonlinearity_is_refused(name, layer, image):
    network = nn.Sequential(nn.Conv2d(1, 4, 3), layer, nn.Flatten(), nn.Linear(4 * 46 * 46, 2))
    with pytest.raises(UnsupportedNetwork, match=rf"layer '1' \({type(layer).__name__}\)"):
        ESTIMATORS[name]()(network.double(), image, 1)


@pytest.mark.parametrize("build", [NETWORKS["seresnet50"], efficientnet])
@pytest.mark.parametrize("name", ["deeplift", "lrp"])
def test_gates_and_other_activations_are_refused(name, build, image):
    with pytest.raises(UnsupportedNetwork, match="defined for networks of ReLU"):
        ESTIMATORS[name]()(built(build), image, 1)


@pytest.mark.parametrize("name", ["deeplift", "lrp"])
def test_a_product_of_features_is_refused(name, quadratic, scan):
    with pytest.raises(UnsupportedNetwork, match="operation 'Pow'"):
        ESTIMATORS[name]()(quadratic, scan, 1)
