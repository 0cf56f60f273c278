"""Why one class rather than another: every estimator explains the difference of two scores."""

import copy

import numpy as np
import pytest
import torch

from ctviz.core import Contrast, InvalidInput, Progress
from ctviz.estimators import ESTIMATORS, explain
from ctviz.estimators.engine.class_score import ClassScore
from tests.estimators.test_heads import assert_same, body, map_of, with_rows
from tests.estimators.transformers import Transformer

every_estimator = pytest.mark.parametrize("cls", ESTIMATORS.values(), ids=ESTIMATORS.keys())
LINEAR = (
    *("gradient", "input-x-gradient", "smoothgrad", "integrated-gradients", "gradient-shap"),
    *("expected-gradients", "deeplift", "deeplift-shap", "occlusion", "kernel-shap", "rise"),
    *("lrp", "lrp-composite", "lrp-epsilon-plus"),
)
"""Their maps are sums over what a score is a sum of, so that a difference has the difference."""


def difference(network, one, other):
    """Return a network of one output: the slow way to the difference of two scores."""
    alone = with_rows(network, [one], [1.0])
    with torch.no_grad():
        alone[-1].weight.sub_(network[-1].weight[[other]])
        alone[-1].bias.sub_(network[-1].bias[[other]])
    return alone


@every_estimator
def test_a_contrast_is_the_map_of_a_network_that_answers_the_difference(cls, scan):
    """But for the small number of LRP, a share of a layer's outputs, of which there are others."""
    network = body()
    found = map_of(cls, network, scan, Contrast(2, 0))
    expected = map_of(cls, difference(network, 2, 0), scan, 0)
    if cls.name.startswith("lrp"):
        assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] > 0.99
    else:
        assert_same(found, expected)


@pytest.mark.parametrize("name", LINEAR)
def test_a_linear_estimators_contrast_is_the_difference_of_both_maps(name, scan):
    network, cls = body(), ESTIMATORS[name]
    one, other, both = (map_of(cls, network, scan, each) for each in (2, 0, Contrast(2, 0)))
    scale = np.abs(both).max()
    assert scale > 0
    np.testing.assert_allclose(both, one - other, rtol=1e-3, atol=1e-4 * scale)


@pytest.mark.parametrize("name", ["gradient", "occlusion", "deeplift"])
def test_a_contrast_turned_round_is_the_map_turned_round(name, scan):
    network, cls = body(), ESTIMATORS[name]
    there, back = (map_of(cls, network, scan, Contrast(*pair)) for pair in ((1, 2), (2, 1)))
    np.testing.assert_allclose(there, -back, rtol=1e-5, atol=1e-9)


def test_of_two_classes_a_contrast_explains_the_log_odds(scan):
    network = with_rows(body(), [0, 2], [1.0, 1.0])
    x = scan.double().requires_grad_()
    shares = network(x).softmax(1)[0]
    (expected,) = torch.autograd.grad((shares[1] / shares[0]).log(), x)
    found = ESTIMATORS["gradient"]()(network, scan.double(), Contrast(1, 0))
    np.testing.assert_allclose(found, expected[0, 0], rtol=1e-5, atol=1e-12)


def test_the_score_of_a_contrast_is_the_difference_of_both(scan):
    network, points = body(), scan.double()
    asked = ClassScore.ask(network, points, Contrast(2, 1), None, Progress())
    scores = network(points)
    torch.testing.assert_close(asked.scores(points), scores[:, 2] - scores[:, 1])
    torch.testing.assert_close(asked.answers(points), scores[:, 2] - scores[:, 1])


NO_CLASS = {"random", "edges", "centre", "mean-mask", "fem", "eigen-cam", "attention-rollout"}


def test_it_is_said_whose_map_is_the_same_for_every_class():
    assert {name for name in ESTIMATORS if ESTIMATORS[name]().same_for_every_class} == NO_CLASS & {
        *ESTIMATORS
    }
    assert ESTIMATORS["smooth+eigen-cam"]().same_for_every_class
    assert not ESTIMATORS["squared+grad-cam"]().same_for_every_class


@pytest.mark.parametrize("name", ["gradient", "grad-cam", "edges", "fem", "eigen-cam"])
def test_a_map_that_is_said_to_be_the_same_for_every_class_is(name, scan):
    one, other = (map_of(ESTIMATORS[name], body(), scan, each) for each in (1, 2))
    assert ESTIMATORS[name]().same_for_every_class == np.array_equal(one, other)


def test_regions_ranked_by_a_map_of_no_class_are_of_none():
    assert ESTIMATORS["xrai"](base="eigen-cam").same_for_every_class
    assert not ESTIMATORS["xrai"]().same_for_every_class
    assert not ESTIMATORS["guided-grad-cam"]().same_for_every_class


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (Contrast(1, 1), "rather than itself"),
        (Contrast(1, 3), "classes 0 to 2"),
        (Contrast(-1, 1), "classes 0 to 2"),
        (Contrast(1, True), "by its index"),
    ],
)
def test_a_contrast_that_has_no_answer_is_refused(scan, target, words):
    with pytest.raises(InvalidInput, match=words):
        explain(body(), scan.double(), target, [ESTIMATORS["gradient"]()])


@pytest.mark.parametrize(
    "name",
    [
        *("guided-backprop", "deconvolution", "deeplift", "lrp", "lrp-composite"),
        *("lrp-epsilon-plus", "grad-cam", "hirescam"),
    ],
)
def test_a_network_that_a_rule_explains_is_explained_in_contrast(name, relu_network, scan):
    one, both = (map_of(ESTIMATORS[name], relu_network, scan, each) for each in (2, Contrast(2, 0)))
    assert type(one) is type(both)


@pytest.mark.parametrize("name", ["attention-rollout", "attention-relevance"])
def test_a_transformers_contrast_is_that_of_a_head_that_answers_the_difference(name):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        network = Transformer(class_token=True).double().eval()
        alone = copy.deepcopy(network)
        alone.head = torch.nn.Linear(8, 1).double()
        x = torch.rand(1, 1, 16, 16, dtype=torch.float64)
    with torch.no_grad():
        alone.head.weight.copy_(network.head.weight[[2]] - network.head.weight[[0]])
        alone.head.bias.copy_(network.head.bias[[2]] - network.head.bias[[0]])
    found = ESTIMATORS[name]()(network, x, Contrast(2, 0))
    assert found.any()
    np.testing.assert_allclose(found, ESTIMATORS[name]()(alone, x, 0), rtol=1e-5, atol=1e-9)


def test_relevance_through_attention_is_the_difference_of_both_classes():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        network = Transformer(class_token=True).double().eval()
        x = torch.rand(1, 1, 16, 16, dtype=torch.float64)
    estimator = ESTIMATORS["attention-lrp"]()
    one, other, both = (estimator(network, x, each) for each in (2, 0, Contrast(2, 0)))
    np.testing.assert_allclose(both, one - other, atol=1e-5 * np.abs(both).max())
