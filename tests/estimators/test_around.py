"""Smoothing, squaring and the variance around any estimator."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch

from ctviz.core import Progress, UnknownName
from ctviz.core.theme import THEME
from ctviz.estimators import AROUND, ESTIMATORS, explain, passes
from ctviz.estimators.engine.looks import look_of

INNER = ("grad-cam", "integrated-gradients", "guided-grad-cam", "lrp")
COMPOSED = [*(f"{how}+{inner}" for how in AROUND for inner in INNER), "smooth+rise"]


@pytest.fixture
def image(scan):
    return scan[..., 16:48, 26:58].double()


def small(name):
    """An estimator with few copies of few samples."""
    known = {"copies": 3, "noise": 0.1, "seed": 5, "steps": 2, "samples": 10}
    usual = ESTIMATORS[name]().settings()
    return ESTIMATORS[name].from_settings({k: v for k, v in known.items() if k in usual})


def same(actual, expected):
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6 * np.abs(expected).max())


@pytest.mark.parametrize(
    ("composed", "known"),
    [
        ("smooth+gradient", "smoothgrad"),
        ("squared+gradient", "smoothgrad-squared"),
        ("variance+gradient", "vargrad"),
    ],
)
def test_around_the_gradient_it_is_what_has_a_name_already(composed, known, mixed, image):
    ours = ESTIMATORS[composed](copies=4, noise=0.2, seed=3)(mixed, image, 1)
    same(ours, ESTIMATORS[known](samples=4, noise=0.2, seed=3)(mixed, image, 1))


def test_smoothed_integrated_gradients_are_those_that_have_a_name(mixed, image):
    ours = ESTIMATORS["smooth+integrated-gradients"](copies=3, steps=4, seed=2)(mixed, image, 1)
    theirs = ESTIMATORS["smooth-integrated-gradients"](samples=3, steps=4, seed=2)
    same(ours, theirs(mixed, image, 1))


@pytest.mark.parametrize("name", COMPOSED)
def test_it_is_made_of_the_maps_of_noisy_copies(name, mixed, image):
    estimator = small(name)
    generator = torch.Generator().manual_seed(5)
    sigma = 0.1 * (image.max() - image.min())
    copies = [
        image + sigma * torch.randn(image.shape, generator=generator).double() for _ in range(3)
    ]
    maps = np.stack([estimator.of_a_copy()(mixed, copy, 1) for copy in copies]).astype(float)
    expected = {
        "smooth": maps.mean(0),
        "squared": (maps**2).mean(0),
        "variance": maps.var(0),
    }[name.partition("+")[0]]
    same(estimator(mixed, image, 1), expected)


@pytest.mark.parametrize("name", COMPOSED)
def test_progress_ends_where_the_passes_said(name, mixed, image):
    progress, estimator = Progress(lambda _: None), small(name)
    explain(mixed, image, 1, [estimator], progress=progress)
    assert progress._done == passes([estimator]).total


def test_all_that_is_made_of_the_same_maps_costs_them_once(mixed, image):
    three = [small(f"{how}+grad-cam") for how in AROUND]
    assert passes(three) == passes(three[:1])
    together = explain(mixed, image, 1, three)
    for estimator, values in zip(three, together, strict=True):
        np.testing.assert_array_equal(values, estimator(mixed, image, 1))


@pytest.mark.parametrize("name", COMPOSED)
def test_without_noise_it_is_the_inner_map(name, mixed, image):
    estimator = replace(small(name), noise=0.0)
    plain = estimator.of_a_copy()(mixed, image, 1)
    how = name.partition("+")[0]
    expected = {"smooth": plain, "squared": plain**2, "variance": 0 * plain}[how]
    np.testing.assert_allclose(
        estimator(mixed, image, 1), expected, rtol=1e-5, atol=1e-6 * np.abs(plain).max() ** 2
    )


@pytest.mark.parametrize("name", COMPOSED)
def test_it_is_a_value_that_other_processes_can_be_sent(name):
    estimator = replace(small(name), copies=7)
    assert ESTIMATORS[name] is ESTIMATORS[name]
    assert ESTIMATORS[name].from_settings(estimator.settings()) == estimator
    assert pickle.loads(pickle.dumps(estimator)) == estimator  # noqa: S301 - our own
    assert estimator.name == name
    assert estimator.title.startswith(ESTIMATORS[name.partition("+")[2]].title)


@pytest.mark.parametrize(
    "name",
    ["smooth+random", "smooth+smoothgrad", "smooth+nothing", "rough+gradient", "smooth+", "+lrp"],
)
def test_controls_what_is_noisy_itself_and_what_is_unknown_cannot_be_composed(name):
    assert name not in ESTIMATORS
    with pytest.raises(UnknownName):
        ESTIMATORS[name]


def test_a_plus_in_a_name_is_no_joint():
    assert ESTIMATORS["grad-cam++"].name == "grad-cam++"
    assert ESTIMATORS["smooth+grad-cam++"].inner is ESTIMATORS["grad-cam++"]


def test_compositions_are_found_and_not_listed():
    assert "smooth+grad-cam" in ESTIMATORS
    assert "smooth+grad-cam" not in list(ESTIMATORS)


def test_a_composition_has_the_colour_of_what_is_inside_and_another_marker():
    looks = [look_of(name) for name in ("lrp", *(f"{how}+lrp" for how in AROUND))]
    assert len({look.dark for look in looks}) == 1
    assert len({look.marker for look in looks}) == 4
    assert looks[0] in [THEME.look("backward rules", place) for place in range(8)]
