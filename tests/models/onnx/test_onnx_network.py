"""Networks from ONNX files answer, and are explained, as the modules that they were made from."""

import numpy as np
import pytest
import torch
from torch import nn

from ctviz.core import CtvizError
from ctviz.estimators import ESTIMATORS
from ctviz.models.onnx import onnx_network
from ctviz.networks import conduct_of
from tests.models.onnx.foreign_networks import NETWORKS, SIZE, exported, foreign_network

SETTINGS = {
    "gradient": {},
    "integrated-gradients": {"steps": 4},
    "smoothgrad": {"samples": 2},
    "grad-cam": {},
    "deeplift": {},
    "lrp": {},
    "attention-rollout": {},
    "attention-relevance": {},
    "attention-lrp": {},
}


def images(channels, count=2):
    return torch.rand(count, channels, SIZE, SIZE, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module", params=NETWORKS)
def both(request):
    """A network, the one that came of its file, and its input channels."""
    network, channels = foreign_network(request.param), NETWORKS[request.param][1]
    return network, onnx_network(exported(network, channels)), channels


@pytest.mark.parametrize("opset", [11, 13, 20])
@pytest.mark.parametrize("name", NETWORKS)
def test_every_operator_set_gives_the_same_answers(name, opset):
    network, channels = foreign_network(name), NETWORKS[name][1]
    own = onnx_network(exported(network, channels, opset=opset))
    x = images(channels)
    torch.testing.assert_close(own(x), network(x.clone()), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_map_is_that_of_the_original_or_refused_in_a_sentence(both, name):
    network, own, channels = both
    estimator = ESTIMATORS[name].from_settings(SETTINGS[name])
    x = images(channels, 1)
    try:
        expected = estimator(network, x, target=0)
    except CtvizError:
        with pytest.raises(CtvizError):
            estimator(own, x, target=0)
        return
    found = estimator(own, x, target=0)
    assert np.abs(expected).max() > 0
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())


def test_layers_are_those_of_torch_so_that_rules_find_them(both):
    network, own, _ = both
    kinds = (nn.Conv2d, nn.Linear, nn.MaxPool2d)
    counted = [
        [sum(isinstance(layer, kind) for layer in each.modules()) for kind in kinds]
        for each in (network, own)
    ]
    assert counted[0][0] == counted[1][0] > 0
    assert counted[0][1] <= counted[1][1] + 3
    assert counted[0][2] == counted[1][2]


def test_a_network_made_for_one_image_at_a_time_is_sent_one_at_a_time():
    network = foreign_network("vit")
    own = onnx_network(exported(network, batch=False))
    x = images(1)
    assert not conduct_of(own, x[:1]).together
    torch.testing.assert_close(own(x[:1]), network(x[:1]), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("end", "name"), [(nn.Softmax(dim=1), "Softmax"), (nn.Sigmoid(), "Sigmoid")]
)
def test_class_scores_are_what_goes_into_a_closing_softmax_or_sigmoid(end, name):
    network = foreign_network("vgg")
    own = onnx_network(exported(nn.Sequential(network, end)))
    x = images(1)
    assert own.ending == name
    torch.testing.assert_close(own(x), network(x.clone()), rtol=1e-5, atol=1e-5)
