"""Every estimator explains a class by its own score, whatever head the network has."""

import numpy as np
import pytest
import torch
from torch import nn

from ctviz.core import UnsupportedNetwork
from ctviz.estimators import ESTIMATORS
from ctviz.models.architectures import SingleNeuron

every_estimator = pytest.mark.parametrize("cls", ESTIMATORS.values(), ids=ESTIMATORS.keys())


def body():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        return nn.Sequential(
            nn.Conv2d(1, 6, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(6, 8, 3, padding=1),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(8, 3),
        ).double()


def with_rows(network, rows, signs):
    """Return a network whose output k is an output of another one, times a sign."""
    kept = body()
    kept.load_state_dict(network.state_dict())
    last = nn.Linear(8, len(rows)).double()
    factor = torch.tensor(signs, dtype=torch.float64)[:, None]
    with torch.no_grad():
        last.weight.copy_(network[-1].weight[rows] * factor)
        last.bias.copy_(network[-1].bias[rows] * factor[:, 0])
    kept[-1] = last
    return kept


def map_of(cls, network, scan, target):
    """Return a map, or the sentence by which an estimator refuses."""
    try:
        return cls()(network, scan[..., 16:48, 26:58].double(), target)
    except UnsupportedNetwork as refusal:
        return str(refusal)


def assert_same(found, expected):
    assert type(found) is type(expected)
    if isinstance(expected, str):
        assert found == expected
    else:
        assert expected.any() or not found.any()
        scale = np.abs(expected).max()
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5 * max(scale, 1e-9))


@every_estimator
@pytest.mark.parametrize("target", [0, 1])
def test_both_classes_of_one_logit_are_those_of_two_rows_of_opposite_weights(cls, scan, target):
    """The slow way: a last layer of two rows, -w and w, in place of one logit and its negation."""
    network = body()
    single = SingleNeuron(with_rows(network, [1], [1.0]))
    written_out = with_rows(network, [1, 1], [-1.0, 1.0])
    assert_same(map_of(cls, single, scan, target), map_of(cls, written_out, scan, target))


@pytest.mark.parametrize("name", ["gradient", "smoothgrad", "integrated-gradients", "occlusion"])
def test_what_speaks_for_one_class_of_a_logit_speaks_against_the_other(name, scan):
    single = SingleNeuron(with_rows(body(), [1], [1.0]))
    negative, positive = (map_of(ESTIMATORS[name], single, scan, target) for target in (0, 1))
    assert np.abs(positive).max() > 0
    np.testing.assert_allclose(negative, -positive, rtol=1e-5, atol=1e-9)


@every_estimator
def test_a_finding_is_explained_as_if_there_were_no_others(cls, scan):
    """A sigmoid head's score of a finding is its own output, so the other outputs do not matter.

    But for the small number that keeps LRP's quotients finite: it is a share of all outputs.
    """
    network = body()
    alone = map_of(cls, with_rows(network, [2], [1.0]), scan, 0)
    among = map_of(cls, network, scan, 2)
    if cls.name.startswith("lrp"):
        assert 0.8 < np.linalg.norm(among) / np.linalg.norm(alone) < 1.25
        alone, among = (values / np.linalg.norm(values) for values in (alone, among))
    assert_same(among, alone)
