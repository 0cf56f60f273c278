import warnings

import numpy as np
import pytest
import torch
from captum.attr import GuidedGradCam, LayerGradCam
from torch import nn

from ctviz.core import InvalidParameter, UnsupportedNetwork
from ctviz.estimators import ESTIMATORS, Passes, passes
from tests.estimators.networks import NETWORKS, built, efficientnet

GradCam = ESTIMATORS["grad-cam"]


@pytest.fixture
def image():
    return torch.rand(1, 1, 64, 56, generator=torch.Generator().manual_seed(5)).double()


def captum(network, layer, image, *, target=1):
    coarse = LayerGradCam(network, network.get_submodule(layer)).attribute(image, target)
    return nn.functional.interpolate(coarse, image.shape[-2:], mode="bilinear")[0, 0].detach()


def same(actual, expected):
    scale = expected.abs().max().item()
    np.testing.assert_allclose(actual, expected.numpy(), rtol=1e-5, atol=1e-6 * scale)


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("sequential", "4"),
        ("mixed", "fourth"),
        ("resnet18", "layer4"),
        ("densenet121", "class_layers.relu"),
        ("seresnet50", "layer4"),
    ],
)
def test_reads_the_last_layer_before_pooling(name, last, image):
    network = built(NETWORKS[name])
    values = GradCam()(network, image, 1)
    np.testing.assert_array_equal(values, GradCam(layer=last)(network, image, 1))
    assert values.std() > 0


@pytest.mark.parametrize(
    ("name", "layer"), [("sequential", "4"), ("resnet18", "layer3.0"), ("seresnet50", "layer4")]
)
def test_equals_captum_on_the_same_layer(name, layer, image):
    network = built(NETWORKS[name]).requires_grad_(requires_grad=False)
    expected = captum(network, layer, image.clone().requires_grad_())
    same(GradCam(layer=layer)(network, image, 1), expected)


def test_what_later_layers_write_in_place_does_not_matter(image):
    """DenseNet's ReLU writes over the answer of the last normalisation."""
    network = built(NETWORKS["densenet121"]).requires_grad_(requires_grad=False)
    values = GradCam(layer="features.norm5")(network, image, 1)
    network.class_layers.relu.inplace = False
    same(values, captum(network, "features.norm5", image.clone().requires_grad_()))


def test_a_reused_layer_is_read_at_its_last_use(image):
    shared = nn.Conv2d(1, 1, 3, padding=1)
    network = nn.Sequential(shared, shared, nn.Flatten(), nn.Linear(64 * 56, 2)).double()
    # The weights of the last layer are the gradient there; the features are the second answer.
    weights = network[3].weight[1].detach().mean()
    same(GradCam()(network, image, 1), weights * shared(shared(image))[0, 0].detach())


def test_works_where_no_rule_does(image):
    assert np.isfinite(GradCam()(built(efficientnet), image, 1)).all()


def test_an_unused_layer_does_not_count(image):
    class Branches(nn.Module):
        def __init__(self):
            super().__init__()
            self.used, self.unused = nn.Conv2d(1, 2, 3), nn.Conv2d(1, 2, 3)

        def forward(self, x):
            features = self.used(x)
            self.unused(x)
            return features.mean((2, 3))

    network = Branches().double()
    np.testing.assert_array_equal(
        GradCam()(network, image, 1), GradCam(layer="used")(network, image, 1)
    )
    with pytest.raises(InvalidParameter, match="'unused'"):
        GradCam(layer="unused")(network, image, 1)


def test_a_network_without_feature_maps_is_refused(image):
    network = nn.Sequential(nn.Flatten(), nn.Linear(64 * 56, 2)).double()
    with pytest.raises(UnsupportedNetwork, match="feature maps"):
        GradCam()(network, image, 1)


@pytest.mark.parametrize("layer", ["nothing", "5", "7"])
def test_a_layer_that_does_not_exist_or_has_no_picture_is_refused(layer, image):
    with pytest.raises(InvalidParameter, match=f"no layer '{layer}'"):
        GradCam(layer=layer)(built(NETWORKS["sequential"]), image, 1)


def test_guided_grad_cam_equals_captum_where_captum_is_right(image):
    network = built(NETWORKS["sequential"])
    network[4].inplace = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = GuidedGradCam(network, network[4]).attribute(
            image.clone().requires_grad_(), target=1, interpolate_mode="bilinear"
        )
    same(ESTIMATORS["guided-grad-cam"]()(network, image, 1), expected[0, 0].detach())


def test_guided_grad_cam_shares_both_its_maps():
    together = [ESTIMATORS[n]() for n in ("guided-grad-cam", "guided-backprop", "grad-cam")]
    assert passes(together) == Passes(forward=2, gradient=2)
