"""On networks built in odd ways a map equals its slow version, or the network is refused."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from ctviz.core import CtvizError, InvalidParameter, UnsupportedNetwork
from ctviz.estimators import ESTIMATORS
from tests.estimators import odd_networks
from tests.estimators.networks import built
from tests.estimators.odd_networks import BENT, READABLE, SIDE, UNREADABLE, FunctionalAdd
from tests.estimators.oracles.activations import CAMS
from tests.estimators.oracles.backward_rules import RULED
from tests.estimators.oracles.oracle import ORACLES, Marked

RULES = RULED


@pytest.fixture
def image():
    return torch.rand(1, 1, SIDE, SIDE, generator=torch.Generator().manual_seed(5)).double()


def asked(build, name, image):
    network = built(build).requires_grad_(requires_grad=False)
    estimator = ESTIMATORS[name](**ORACLES[name].settings)
    return Marked(network, image, 1, image, "", estimator)


def refusal_of(question):
    """The refusal in words, or nothing after the map proved right."""
    try:
        ORACLES[question.estimator.name].check(question)
    except UnsupportedNetwork as refusal:
        return str(refusal)
    return ""


@pytest.mark.parametrize("build", READABLE.values(), ids=READABLE)
@pytest.mark.parametrize("name", CAMS)
def test_a_map_of_features_is_that_of_the_last_picture(name, build, image):
    refusal = refusal_of(asked(build, name, image))
    # The denominators of Grad-CAM++ may vanish where features are negative.
    assert not refusal or (name == "grad-cam++" and "strongly negative" in refusal)


@pytest.mark.parametrize("build", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("name", CAMS)
def test_a_picture_of_other_places_than_the_image_s_is_refused(name, build, image):
    with pytest.raises(UnsupportedNetwork, match="places are the image's"):
        ESTIMATORS[name]()(built(build), image, 1)


@pytest.mark.parametrize("network", [name for name in READABLE if name != "checkpointed"])
@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_kept_at_every_relu_or_the_network_is_refused(name, network, image):
    refusal = refusal_of(asked(READABLE[network], name, image))
    assert not refusal or "defined for networks of ReLU" in refusal


@pytest.mark.parametrize("build", BENT.values(), ids=BENT)
@pytest.mark.parametrize("name", RULES)
def test_a_bend_that_is_no_relu_is_refused(name, build, image):
    """By the rule itself, or already because of what the bend does to gradients or batches."""
    why = "defined for networks of ReLU|hands no gradient back|see one another|one at a time"
    with pytest.raises(UnsupportedNetwork, match=why):
        ESTIMATORS[name]()(built(build), image, 1)


@pytest.mark.parametrize(
    "network",
    [
        "functional-add",
        "in-place-behind-flatten",
        "in-place-behind-views",
        "in-place-in-part",
        "chunks",
        "vgg",
        "inception",
        "functional-cat",
        "supervised",
    ],
)
@pytest.mark.parametrize("name", RULES)
def test_networks_of_relu_are_not_refused(name, network, image):
    if name == "fullgrad" and network == "in-place-behind-views":
        pytest.skip("FullGrad refuses pictures into which something is written.")
    asked(READABLE[network], name, image).values  # noqa: B018 - it raises if it refuses


class Broken(torch.autograd.Function):
    """On the record, but hands no gradient back."""

    @staticmethod
    def forward(_, x):
        return x.clone()

    @staticmethod
    def backward(*_):
        return None


@pytest.mark.parametrize("name", CAMS)
def test_features_without_a_gradient_are_refused(name, image):
    network = nn.Sequential(built(FunctionalAdd), nn.Identity())
    network[0].head.register_forward_hook(lambda _, __, answer: Broken.apply(answer))
    with pytest.raises(UnsupportedNetwork, match="No gradient"):
        ESTIMATORS[name]()(network, image, 1)


def test_the_refusal_of_a_branch_says_what_is_wrong_with_it(image):
    with pytest.raises(InvalidParameter, match=r"no layer 'one' .* the function 'cat' answers"):
        ESTIMATORS["grad-cam"](layer="one")(built(READABLE["functional-cat"]), image, 1)


@pytest.mark.parametrize("build", READABLE.values(), ids=READABLE)
def test_a_layer_is_read_only_if_the_score_has_no_way_around_it(build, image):
    """Slowly: one of its answers is cut off from what made it, and no gradient may arrive."""
    network = built(build).requires_grad_(requires_grad=False)
    for layer in dict(network.named_modules()):
        if layer and _accepts(network, layer, image):
            assert not all(_leaks(network, layer, image)), layer


def _accepts(network, layer, image):
    try:
        ESTIMATORS["grad-cam"](layer=layer)(network, image, 1)
    except InvalidParameter:
        return False
    return True


def _leaks(network, layer, image):
    """Whether the score still depends on the image when one of a layer's answers is cut off."""
    uses, calls, point = [], [], image.clone().requires_grad_()
    with network.get_submodule(layer).register_forward_hook(lambda *_: uses.append(1)):
        network(image)
    for wanted in range(len(uses)):
        calls.clear()

        def cut(_, __, answer, wanted=wanted):
            calls.append(1)
            return _detached(answer) if len(calls) == wanted + 1 else answer

        with network.get_submodule(layer).register_forward_hook(cut):
            score = network(point.clone())[0, 1]
        if not score.requires_grad:
            yield False
        else:
            yield torch.autograd.grad(score, point, allow_unused=True)[0] is not None


def _detached(answer):
    if isinstance(answer, torch.Tensor):
        return answer.detach()
    if isinstance(answer, dict):
        return {key: _detached(value) for key, value in answer.items()}
    return tuple(map(_detached, answer)) if isinstance(answer, tuple) else answer


@pytest.mark.parametrize("name", RULES)
def test_a_checkpoint_changes_nothing(name, image, monkeypatch):
    network = built(READABLE["checkpointed"])
    values = ESTIMATORS[name]()(network, image, 1)
    monkeypatch.setattr(odd_networks, "checkpoint", lambda inside, x, use_reentrant: inside(x))
    np.testing.assert_allclose(ESTIMATORS[name]()(network, image, 1), values, rtol=1e-6)


@pytest.mark.parametrize("name", ["grad-cam", "guided-backprop"])
@pytest.mark.parametrize(
    "wrap", [nn.DataParallel, torch.fx.symbolic_trace, nn.Sequential], ids=["all", "traced", "in"]
)
def test_a_wrapped_network_gives_the_map_of_what_it_wraps(name, wrap, image):
    network = built(FunctionalAdd)
    expected = ESTIMATORS[name]()(network, image, 1)
    np.testing.assert_array_equal(ESTIMATORS[name]()(wrap(network), image, 1), expected)


@pytest.mark.parametrize("name", [*CAMS, *RULES])
def test_a_compiled_script_is_right_or_refused(name, image):
    network = built(FunctionalAdd)
    script = torch.jit.trace(network, image)
    try:
        values = ESTIMATORS[name]()(script, image, 1)
    except CtvizError:
        return
    np.testing.assert_allclose(values, ESTIMATORS[name]()(network, image, 1), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", [*CAMS, *RULES])
def test_an_error_in_the_middle_leaves_nothing_behind(name, image):
    class Failing(FunctionalAdd):
        runs, armed = 0, False

        def between(self, x):
            self.runs += self.armed
            if self.runs == 2:
                raise ValueError("in the middle")
            return super().between(x)

    network = built(Failing).train()
    # How a network behaves is found out at its first use, which is not the middle.
    ESTIMATORS["gradient"]()(network, image, 1)
    network.armed = True
    with pytest.raises((ValueError, CtvizError), match="in the middle"):
        ESTIMATORS[name]()(network, image, 1)
    assert network.training
    assert all(parameter.requires_grad for parameter in network.parameters())
    for layer in network.modules():
        assert not layer._forward_hooks
        assert not layer._forward_pre_hooks
        assert not layer._backward_hooks
    before = torch.get_default_dtype()
    assert functional.relu(torch.ones(1)).dtype == before  # no mode is left active
    assert np.isfinite(ESTIMATORS["grad-cam"]()(network, image, 1)).all()
