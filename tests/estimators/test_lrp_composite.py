import numpy as np
import pytest
import torch
from torch import nn

from ctviz.core import UnsupportedNetwork
from ctviz.estimators import ESTIMATORS
from tests.estimators.networks import NETWORKS, built
from tests.estimators.oracles.relevance import lrp_composite

Composite = ESTIMATORS["lrp-composite"]


@pytest.fixture
def image():
    return torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(5)).double()


def without_biases(network):
    for layer in network.modules():
        if getattr(layer, "bias", None) is not None:
            nn.init.zeros_(layer.bias)
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.zeros_(layer.running_mean)
    return network


def score(network, image):
    with torch.no_grad():
        return network(image)[0, 1].item()


def same(actual, expected):
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6 * np.abs(expected).max())


@pytest.mark.parametrize("name", ["sequential", "mixed", "densenet121"])
@pytest.mark.parametrize(("gamma", "epsilon"), [(0.0, 0.0), (0.25, 0.25), (50.0, 1.0)])
def test_equals_the_rules_term_by_term(name, gamma, epsilon, image):
    network = built(NETWORKS[name])
    image = image if name != "densenet121" else nn.functional.interpolate(image, size=(32, 32))
    expected = lrp_composite(network, image, 1, gamma, epsilon)
    assert np.abs(expected).max() > 0
    same(Composite(gamma=gamma, epsilon=epsilon)(network, image, 1), expected)


@pytest.mark.parametrize("gamma", [0.0, 0.25, 100.0])
@pytest.mark.parametrize("name", ["sequential", "densenet121"])
def test_of_a_network_without_biases_relevance_sums_to_the_score(name, gamma, image):
    network = without_biases(built(NETWORKS[name]))
    if name == "densenet121":
        image = nn.functional.interpolate(image, size=(64, 64))
    values = Composite(gamma=gamma, epsilon=0.0)(network, image, 1)
    assert values.sum(dtype=float) == pytest.approx(score(network, image), rel=1e-5)


def test_sums_of_branches_keep_relevance(image):
    class Skips(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = (nn.Conv2d(n, 4, 3, padding=1, bias=False) for n in (1, 4))
            self.norm, self.head = nn.BatchNorm2d(4), nn.Linear(4, 2, bias=False)

        def forward(self, x):
            y = torch.relu(self.first(x))
            y = torch.relu(self.norm(self.second(y)) + self.second(y) + y) + x
            return self.head(y.mean((2, 3)))

    network = without_biases(built(Skips))
    values = Composite(epsilon=0.0)(network, image, 1)
    assert values.sum(dtype=float) == pytest.approx(score(network, image), rel=1e-5)


def test_one_layer_divides_its_score_among_the_ways_from_black_and_to_white():
    # x = (0.5, 0.25), w = (2, -1): shares 0.5 * 2 and (0.25 - 1) * -1, of a score of 0.75.
    network = nn.Sequential(nn.Flatten(), nn.Linear(2, 2, bias=False))
    with torch.no_grad():
        network[1].weight.copy_(torch.tensor([[1.0, 1.0], [2.0, -1.0]]))
    values = Composite()(network, torch.tensor([[[[0.5, 0.25]]]]), 1)
    np.testing.assert_allclose(values, [[0.75 / 1.75, 0.75 * 0.75 / 1.75]], rtol=1e-6)


def test_the_box_grows_with_an_image_beyond_the_window():
    network = nn.Sequential(nn.Flatten(), nn.Linear(2, 2, bias=False))
    with torch.no_grad():
        network[1].weight.copy_(torch.tensor([[1.0, 1.0], [2.0, -1.0]]))
    # Between -1 and 3: shares (3 + 1) * 2 and (-1 - 3) * -1, of a score of 7.
    values = Composite()(network, torch.tensor([[[[3.0, -1.0]]]]), 1)
    np.testing.assert_allclose(values, [[7 * 8 / 12, 7 * 4 / 12]], rtol=1e-6)


@pytest.mark.parametrize("name", ["sequential", "mixed", "resnet18", "densenet121"])
def test_without_gamma_and_epsilon_it_is_input_times_gradient_behind_a_relu(name, image):
    """Behind a ReLU, which does nothing to this image, no layer reads the image itself."""
    image = nn.functional.interpolate(image, size=(48, 48))
    network = nn.Sequential(nn.ReLU(), built(NETWORKS[name]))
    expected = ESTIMATORS["input-x-gradient"]()(network, image, 1)
    same(Composite(gamma=0.0, epsilon=0.0)(network, image, 1), expected)


def test_large_gamma_is_the_rule_of_positive_contributions(image):
    """Behind a ReLU as above; z⁺: R_i = Σ_j x_i w⁺_ij / Σ_i x_i w⁺_ij R_j."""
    network = nn.Sequential(
        nn.ReLU(), nn.Conv2d(1, 3, 16, bias=False), nn.ReLU(), nn.Flatten(), nn.Linear(3, 2)
    ).double()
    weights = network[1].weight.detach()[:, 0]
    with torch.no_grad():
        relevance = network[:4](image)[0] * network[4].weight[1]
    positive = weights.clamp(min=0) * image[0]
    expected = (positive / positive.sum((1, 2), keepdim=True) * relevance[:, None, None]).sum(0)
    values = Composite(gamma=100.0, epsilon=0.0)(network, image, 1)
    np.testing.assert_allclose(values, expected, rtol=0.05, atol=0.02 * expected.abs().max())


def test_a_normalisation_after_a_convolution_is_part_of_it(image):
    network = built(
        lambda: nn.Sequential(
            nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(784, 2)
        )
    )
    merged = nn.Sequential(nn.utils.fuse_conv_bn_eval(network[0], network[1]), *list(network)[2:])
    same(Composite()(network, image, 1), Composite()(merged, image, 1))


def test_a_normalisation_of_its_own_is_a_convolution_of_one_pixel(image):
    class Twin(nn.Module):
        def __init__(self, plain):
            super().__init__()
            self.plain, self.norm = plain, nn.BatchNorm2d(4)
            self.conv, self.head = nn.Conv2d(1, 4, 3), nn.Linear(4, 2)
            self.twin = nn.Conv2d(4, 4, 1, groups=4)

        def forward(self, x):
            x = torch.relu(self.conv(x)) - 0.1
            x = self.twin(x) if self.plain else self.norm(x)
            return self.head(torch.relu(x).mean((2, 3)))

    network, twin = built(lambda: Twin(plain=False)), built(lambda: Twin(plain=True))
    with torch.no_grad():
        norm = network.norm
        scale = norm.weight / (norm.running_var + norm.eps).sqrt()
        twin.twin.weight.copy_(scale[:, None, None, None])
        twin.twin.bias.copy_(norm.bias - scale * norm.running_mean)
    same(Composite()(network, image, 1), Composite()(twin, image, 1))


def test_a_way_of_grading_the_image_first_changes_nothing(image):
    """Turned upside down, scaled and shifted before the first layer, with weights to match."""
    plain = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(784, 2)).double()

    class Graded(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.rest = nn.Conv2d(1, 4, 3), plain[1:]

        def forward(self, x):
            return self.rest(self.conv((0.3 - x) / 0.5))

    graded = Graded().double()
    with torch.no_grad():
        graded.conv.weight.copy_(-0.5 * plain[0].weight)
        graded.conv.bias.copy_(plain[0].bias - 0.3 / 0.5 * graded.conv.weight.sum((1, 2, 3)))
    torch.testing.assert_close(plain(image), graded(image))
    same(Composite()(graded, image, 1), Composite()(plain, image, 1))


@pytest.mark.parametrize("rule", ["deeplift", "lrp", "lrp-composite", "guided-backprop"])
def test_products_of_features_with_features_are_refused(rule, image):
    class Product(nn.Module):
        def __init__(self, multiply):
            super().__init__()
            self.multiply = multiply

        def forward(self, x):
            return self.multiply(x).flatten(1)[:, :2]

    for multiply, name in (
        (lambda x: x @ x, "Bmm"),
        (lambda x: x[:, 0, 0] @ x[0, 0], "Mm"),
        (lambda x: nn.functional.conv2d(x, x[..., 4:, 4:]), "Convolution"),
        (lambda x: torch.ones_like(x) / (1 + x), "Div"),
    ):
        with pytest.raises(UnsupportedNetwork, match=name):
            ESTIMATORS[rule]()(Product(multiply), image, 1)
