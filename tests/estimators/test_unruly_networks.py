"""On networks as the world writes them a map is right or refused, and the network as it was."""

import copy

import numpy as np
import pytest
import torch

from ctviz.core import CtvizError, InvalidInput, UnsupportedNetwork
from ctviz.estimators import ESTIMATORS, explain
from ctviz.networks import conduct_of
from tests.estimators.unruly_networks import EQUAL, NO_GRADIENT, OTHERS, REFUSED, Ruly, made

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

CHEAP = {
    "smoothgrad": {"samples": 2},
    "smoothgrad-squared": {"samples": 2},
    "vargrad": {"samples": 2},
    "rise": {"masks": 24, "cells": 4},
    "occlusion": {"positions": 4},
    "lime": {"samples": 24, "superpixels": 6},
    "kernel-shap": {"samples": 24, "superpixels": 6},
    "guided-ig": {"steps": 6},
    "integrated-gradients": {"steps": 5},
    "integrated-gradients-bw": {"steps": 5},
    "smooth-integrated-gradients": {"samples": 2, "steps": 3},
    "blur-ig": {"steps": 5},
    "expected-gradients": {"samples": 5},
    "xrai": {"base": "gradient"},
}
NEEDS_NO_GRADIENT = ("edges", "centre", "random", "occlusion", "rise", "lime", "kernel-shap")


def estimators():
    """All but those of transformers, which refuse every network here."""
    return {
        name: cls(**CHEAP.get(name, {}))
        for name, cls in ESTIMATORS.items()
        if cls.family != "attention"
    }


@pytest.fixture(scope="module")
def image():
    return torch.rand(1, 1, 20, 24, generator=torch.Generator().manual_seed(2))


def asked(network, image, target=1):
    """Each estimator's map, or its refusal; anything else is raised. The network stays itself."""
    before, chance = copy.deepcopy(network.state_dict()), torch.get_rng_state()
    answers = {}
    chosen = estimators()
    names = list(chosen)

    def done(index, values, _):
        answers[names[index]] = values

    def failed(index, error):
        answers[names[index]] = error

    try:
        explain(network, image, target, list(chosen.values()), done=done, failed=failed)
    except CtvizError as error:
        answers = dict.fromkeys(names, error)
    assert not network.training
    assert all(parameter.requires_grad for parameter in network.parameters())
    assert not any(len(layer._forward_hooks) for layer in network.modules())
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name]), name
    assert torch.equal(torch.get_rng_state(), chance)
    return answers


@pytest.fixture(scope="module")
def right(image):
    return asked(made(Ruly), image)


def sentence(error):
    text = str(error)
    return isinstance(error, CtvizError) and "\n" not in text and text.endswith(".")


def test_a_well_behaved_network_is_refused_by_nobody(right):
    assert not [name for name, answer in right.items() if isinstance(answer, CtvizError)]


@pytest.mark.parametrize("kind", EQUAL)
def test_the_map_is_that_of_the_well_behaved_twin_or_refused(kind, image, right):
    answers = asked(made(EQUAL[kind]), image)
    for name, answer in answers.items():
        if isinstance(answer, CtvizError):
            assert sentence(answer), answer
            continue
        largest = np.abs(right[name]).max()
        np.testing.assert_allclose(answer, right[name], atol=1e-3 * largest, err_msg=name)
    refused = {name for name, answer in answers.items() if isinstance(answer, CtvizError)}
    bound_to_layers = {name for name, cls in ESTIMATORS.items() if _reads_layers(cls)}
    if kind != "Fragile":
        assert refused <= bound_to_layers


def _reads_layers(cls):
    return cls.family in {"activations", "backward rules"} or cls().name == "deconvolution"


@pytest.mark.parametrize("kind", REFUSED)
def test_what_no_map_can_be_right_on_is_refused_at_once(kind, image):
    for name, answer in asked(made(REFUSED[kind]), image).items():
        assert sentence(answer), (name, answer)


@pytest.mark.parametrize("kind", NO_GRADIENT)
def test_a_gradient_that_does_not_arrive_is_refused_and_never_zero(kind, image):
    answers = asked(made(NO_GRADIENT[kind]), image)
    for name, answer in answers.items():
        if name in NEEDS_NO_GRADIENT:
            assert not isinstance(answer, CtvizError), (name, answer)
        elif name != "eigen-cam":
            assert isinstance(answer, UnsupportedNetwork), name
            assert sentence(answer)


@pytest.mark.parametrize("kind", OTHERS)
def test_whatever_else_a_network_does_comes_out_as_a_map_or_a_sentence(kind, image):
    for name, answer in asked(made(OTHERS[kind]), image).items():
        if isinstance(answer, CtvizError):
            assert sentence(answer), answer
        else:
            assert np.isfinite(answer).all(), name


def test_a_gradient_that_is_truly_zero_is_no_refusal(image):
    (values,) = explain(made(OTHERS["Plateau"]), image, 1, [ESTIMATORS["gradient"]()])
    assert not values.any()


def test_what_the_network_said_is_passed_on_in_one_line(image):
    with pytest.raises(UnsupportedNetwork, match=r"a backward pass: No way back\.$"):
        explain(made(OTHERS["BackwardFails"]), image, 1, [ESTIMATORS["gradient"]()])


@pytest.mark.parametrize(
    ("kind", "reason"), [("Dropping", "differently"), ("Normalised", "see one another")]
)
def test_the_reason_is_the_true_one_and_is_remembered(kind, reason, image):
    network = made(REFUSED[kind])
    for _ in range(2):
        with pytest.raises(UnsupportedNetwork, match=reason):
            explain(network, image, 1, [ESTIMATORS["centre"]()])


def test_chance_is_the_reason_however_the_dice_fall(image):
    # Six in a hundred times what it drops is the same twice.
    for seed in range(100):
        torch.manual_seed(seed)
        with pytest.raises(UnsupportedNetwork, match="differently"):
            conduct_of(made(REFUSED["Dropping"]), image)


def test_other_weights_are_watched_anew(image):
    class Gated(Ruly):
        """Looks at its batch by as much as a weight says."""

        def __init__(self):
            super().__init__()
            self.gate = torch.nn.Parameter(torch.zeros(()))

        def pooled(self, x):
            pooled = super().pooled(x)
            return pooled - self.gate * pooled.mean(0, keepdim=True)

    network = made(Gated)
    explain(network, image, 1, [ESTIMATORS["centre"]()])
    with torch.no_grad():
        network.gate.fill_(1.0)
    with pytest.raises(UnsupportedNetwork, match="see one another"):
        explain(network, image, 1, [ESTIMATORS["centre"]()])


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_a_network_of_another_precision_has_nearly_the_same_map_or_refuses(dtype, image, right):
    for name, answer in asked(made(Ruly).to(dtype), image.to(dtype)).items():
        if isinstance(answer, CtvizError):
            assert sentence(answer), answer
        elif name in {"gradient", "occlusion", "integrated-gradients", "grad-cam", "edges"}:
            likeness = np.corrcoef(answer.ravel(), right[name].ravel())[0, 1]
            assert likeness > 0.95, name


@pytest.mark.parametrize("target", [True, False, np.True_, 1.0, "1", None, [1], torch.tensor(1.5)])
def test_a_class_is_named_by_an_integer(target, image):
    with pytest.raises(InvalidInput, match="integer"):
        ESTIMATORS["gradient"]()(made(Ruly), image, target)


@pytest.mark.parametrize("target", [np.int64(1), np.uint8(1), torch.tensor(1)])
def test_every_kind_of_integer_names_a_class(target, image, right):
    values = ESTIMATORS["gradient"]()(made(Ruly), image, target)
    np.testing.assert_array_equal(values, right["gradient"])


@pytest.mark.parametrize(
    "network", [lambda x: x, None, torch.nn.Sequential(torch.nn.LazyConv2d(2, 3))]
)
def test_what_is_no_network_yet_is_refused(network, image):
    with pytest.raises(CtvizError):
        ESTIMATORS["gradient"]()(network, image, 1)
