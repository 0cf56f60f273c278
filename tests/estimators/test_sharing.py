"""Estimators that look at the network in the same way share their passes."""

from copy import deepcopy

import numpy as np
import pytest
import torch

from ctviz.core import CtvizError, InvalidInput, UnsupportedNetwork
from ctviz.estimators import ESTIMATORS, Pace, Passes, explain, passes
from tests.estimators.networks import Mixed, MixedTokens, built

THE_PAPERS = (
    "gradient",
    "deconvolution",
    "integrated-gradients",
    "integrated-gradients-bw",
    "expected-gradients",
    "smoothgrad",
    "smoothgrad-squared",
    "random",
)


def defaults(*names):
    return [ESTIMATORS[name]() for name in names]


@pytest.fixture
def images_seen(mixed, image):
    """The sizes of the batches that went through a network that was watched before."""
    explain(mixed, image, 1, defaults("gradient"))
    sizes = []
    handle = mixed.register_forward_pre_hook(lambda _, inputs: sizes.append(len(inputs[0])))
    yield sizes
    handle.remove()


@pytest.fixture
def image(scan):
    return scan.double()


def test_the_papers_eight_cost_their_distinct_passes(mixed, image, images_seen):
    # the image, deconvolution, a black path, a white path, reference paths, noisy copies
    distinct = 1 + 1 + 25 + 25 + 25 + 15
    assert passes(defaults(*THE_PAPERS)) == Passes(forward=1, gradient=distinct)
    explain(mixed, image, 1, defaults(*THE_PAPERS))
    assert sum(images_seen) == 1 + distinct


def test_smoothgrads_of_one_noise_cost_one_stream(mixed, image, images_seen):
    explain(mixed, image, 1, defaults("smoothgrad", "smoothgrad-squared", "vargrad"))
    assert sum(images_seen) == 1 + 15


def test_xrai_costs_no_pass_beside_its_base(mixed, image, images_seen):
    explain(mixed, image, 1, defaults("xrai", "integrated-gradients-bw", "integrated-gradients"))
    assert sum(images_seen) == 1 + 50


def test_other_noise_is_another_stream():
    smooth = ESTIMATORS["smoothgrad"]
    assert passes([smooth(), smooth(noise=0.2), smooth(seed=1)]).gradient == 3 * 15


def test_the_same_estimator_twice_costs_once(mixed, image, images_seen):
    first, second = explain(mixed, image, 1, 2 * defaults("integrated-gradients"))
    np.testing.assert_array_equal(first, second)
    assert sum(images_seen) == 1 + 25


@pytest.mark.parametrize(
    ("build", "names"),
    [
        (Mixed, [name for name, cls in ESTIMATORS.items() if cls.family != "attention"]),
        (MixedTokens, ["attention-rollout", "gradient", "attention-relevance", "grad-cam"]),
    ],
    ids=["convolutions", "tokens"],
)
def test_together_the_maps_are_what_they_are_alone(build, names, image):
    network = built(build)
    maps = explain(network, image, 1, defaults(*names))
    for estimator, values in zip(defaults(*names), maps, strict=True):
        np.testing.assert_array_equal(values, estimator(network, image, 1), err_msg=estimator.name)


def test_maps_come_in_the_order_asked_and_are_announced_once(mixed, image):
    estimators, heard = defaults(*THE_PAPERS), {}

    def done(index, values, seconds):
        assert index not in heard
        assert seconds >= 0
        heard[index] = values

    maps = explain(mixed, image, 1, estimators, done=done)
    assert sorted(heard) == list(range(len(estimators)))
    assert all(heard[index] is values for index, values in enumerate(maps))
    assert next(iter(heard)) == THE_PAPERS.index("random")  # the cheapest comes first


@pytest.fixture
def network():
    """A network on which the rules of ReLU are refused."""
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, 2, 3), torch.nn.SiLU(), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten()
    ).double()


def test_one_refusal_does_not_spoil_the_others(network, image):
    refused, ready = {}, {}
    maps = explain(
        network,
        image,
        1,
        defaults("deconvolution", "gradient", "random"),
        done=lambda index, values, _: ready.setdefault(index, values),
        failed=refused.setdefault,
    )
    assert set(ready) == {1, 2}
    assert len(maps) == 2
    assert isinstance(refused[0], UnsupportedNetwork)
    with pytest.raises(UnsupportedNetwork, match="SiLU"):
        explain(network, image, 1, defaults("gradient", "deconvolution"))


def test_what_is_made_of_a_refused_map_is_refused_for_the_same_reason(network, image):
    refused = {}
    estimators = [ESTIMATORS["xrai"](base=base) for base in ("deconvolution", "gradient")]
    maps = explain(network, image, 1, estimators, failed=refused.setdefault)
    assert len(maps) == 1
    assert set(refused) == {0}
    assert "deconvolution" in str(refused[0])


def test_a_bad_image_is_refused_as_a_whole(mixed, image):
    with pytest.raises(InvalidInput):
        explain(mixed, image[0], 1, defaults("gradient"), failed=pytest.fail)


def test_points_do_not_depend_on_the_batch(mixed, image):
    estimators = defaults("smoothgrad", "smoothgrad-squared", "expected-gradients")
    large = explain(mixed, image, 1, estimators)
    small = explain(mixed, image, 1, estimators, pace=Pace(4, 4, channels_last=False))
    for one, other in zip(large, small, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-12)


def test_a_batch_never_exceeds_its_limit(mixed, image, images_seen):
    explain(mixed, image, 1, defaults("integrated-gradients"), pace=Pace(99, 4))
    assert images_seen == [1, 4, 4, 4, 4, 3, 3, 3]


def test_batches_of_one_refuse_no_estimator(mixed, image):
    """Of large images that is the quickest pace, and DeepLIFT compares two side by side."""
    names = [name for name in ESTIMATORS if "lift" in name or "lrp" in name or "cam" in name]
    refused = {None: {}, Pace(1, 1): {}}
    for pace, why in refused.items():
        explain(deepcopy(mixed), image, 1, defaults(*names), pace=pace, failed=why.setdefault)
    usual, alone = ({names[place] for place in why} for why in refused.values())
    assert "deeplift" not in usual
    assert alone == usual


@pytest.mark.parametrize("shape", [(0, 1, 64, 64), (2, 1, 32, 64), (64, 64)])
def test_references_must_look_like_the_image(mixed, image, shape):
    with pytest.raises(InvalidInput, match="Reference"):
        explain(
            mixed,
            image,
            1,
            defaults("expected-gradients"),
            references=torch.zeros(shape, dtype=torch.float64),
        )


def test_every_refusal_is_an_error_a_user_can_cure():
    assert issubclass(UnsupportedNetwork, CtvizError)
