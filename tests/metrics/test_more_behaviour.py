"""Stability, random logit, the newer randomisation tests: against slow versions of the papers."""

import numpy as np
import pytest
from skimage.metrics import structural_similarity

from ctviz.core import InvalidInput
from ctviz.metrics import METRICS
from tests.metrics.test_behaviour import SHAPE, VALUES, Estimator, X

RELATIVE = tuple(f"relative-{what}-stability" for what in ("input", "output", "representation"))


def squares(x, *_):
    """A map that is not in proportion to the slice, and nowhere zero."""
    return x[0, 0] ** 2 + 0.5


def copies_asked(metric, estimator):
    """The noisy slices that a metric asked for, and the maps that they have."""
    metric(squares(X), X, estimator)
    return [(x, squares(x)) for x, _, _ in estimator.asked]


def slow_lipschitz(copies):
    ratios = []
    for copy, values in copies:
        of_map = np.sqrt(((values - squares(X)) ** 2).sum() / (squares(X) ** 2).sum())
        of_slice = np.sqrt(((copy - X).astype(float) ** 2).sum() / (X.astype(float) ** 2).sum())
        ratios.append(of_map / of_slice)
    return max(ratios)


def test_the_lipschitz_estimate_is_the_papers_largest_ratio():
    metric = METRICS["local-lipschitz"](radius=0.1, samples=4)
    copies = copies_asked(metric, Estimator(squares))
    assert len(copies) == 4
    found = metric(squares(X), X, Estimator(squares)).value
    assert found == pytest.approx(slow_lipschitz(copies), rel=1e-4)


def test_a_map_that_is_the_slice_has_the_lipschitz_constant_1():
    x = X[:, :1]
    metric = METRICS["local-lipschitz"]()
    assert metric(x[0, 0], x, Estimator(lambda x, *_: x[0, 0])).value == pytest.approx(1, rel=1e-4)
    assert metric(VALUES, x, Estimator()).value == 0


@pytest.mark.parametrize("name", ["local-lipschitz", *RELATIVE])
def test_a_maps_unit_does_not_matter(name):
    metric = METRICS[name]()
    one, other = (
        metric(unit * squares(X), X, Estimator(lambda *a, unit=unit: unit * squares(*a))).value
        for unit in (np.float32(1), np.float32(64))
    )
    assert one == pytest.approx(other, rel=1e-3)
    assert one > 0


def rms(numbers):
    return np.sqrt(np.mean(np.square(np.asarray(numbers, float))))


def slow_relative(name, copies, estimator):
    """Agarwal et al.'s ratios, one copy at a time; nothing here is near zero."""
    ratios = []
    for copy, values in copies:
        above = rms((squares(X) - values) / squares(X))
        if name == "relative-input-stability":
            floor = np.maximum(np.abs(X), 1e-3 * rms(X))
            below = rms((X.astype(float) - copy) / floor)
        elif name == "relative-output-stability":
            below = np.linalg.norm(estimator.scores(X) - estimator.scores(copy))
        else:
            before, after = estimator.features(X), estimator.features(copy)
            below = rms((before - after) / before)
        ratios.append(above / max(below, 1e-6))
    return max(ratios)


@pytest.mark.parametrize("name", RELATIVE)
def test_relative_stability_is_the_papers_largest_ratio(name):
    metric, estimator = METRICS[name](radius=0.1, samples=3), Estimator(squares)
    copies = copies_asked(metric, estimator)
    found = metric(squares(X), X, Estimator(squares)).value
    assert found == pytest.approx(slow_relative(name, copies, estimator), rel=1e-3)


@pytest.mark.parametrize("name", RELATIVE)
def test_copies_to_which_the_model_gives_another_answer_do_not_count(name):
    fickle = Estimator(squares, scores=lambda x: np.array([0.0, 1.0 if x is X else -1.0]))

    def only_the_slice(x):
        return np.array([0.0, 1.0 if np.array_equal(x, X) else -1.0])

    fickle.scores = only_the_slice
    assert "another answer" in METRICS[name]()(squares(X), X, fickle).why


def test_scores_that_are_not_finite_are_refused():
    broken = Estimator(squares, scores=lambda _: np.array([np.nan, 1.0]))
    with pytest.raises(InvalidInput, match="finite numbers"):
        METRICS["relative-output-stability"]()(squares(X), X, broken)


def test_a_map_that_is_the_same_for_every_class_is_like_itself():
    assert METRICS["random-logit"]()(VALUES, X, Estimator()).value == pytest.approx(1)


def test_random_logit_is_the_similarity_to_another_classs_map():
    other = np.random.default_rng(8).normal(size=(40, 40)).astype(np.float32)
    own = np.random.default_rng(9).normal(size=(40, 40)).astype(np.float32)
    x = np.ones((1, 1, 40, 40), np.float32)
    estimator = Estimator(lambda *_: own, of_class=lambda target: other - own)
    found = METRICS["random-logit"]()(own, x, estimator).value

    def picture(values):
        values = np.abs(values).astype(float)
        return np.clip(values / np.percentile(values, 99), 0, 1)

    expected = structural_similarity(
        picture(own), picture(other), win_size=7, data_range=1, use_sample_covariance=False,
        full=True,
    )[1].mean()  # fmt: skip
    assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_the_other_class_is_never_the_explained_one(seed):
    asked = []
    estimator = Estimator(targets=(1, 3), of_class=lambda target: asked.append(target) or 0)
    METRICS["random-logit"](seed=seed)(VALUES, X, estimator)
    assert asked[0] in {0, 2}


def test_a_single_neuron_has_no_other_class():
    estimator = Estimator(targets=(1, 1))
    assert "one output neuron" in METRICS["random-logit"]()(VALUES, X, estimator).why
    assert not estimator.asked


def slow_entropy(values, bins):
    counts, _ = np.histogram(values, bins=bins, range=(values.min(), values.max()))
    shares = counts[counts > 0] / counts.sum()
    return -sum(share * np.log(share) for share in shares)


@pytest.mark.parametrize("bins", [10, 100])
def test_emprt_is_the_relative_rise_of_the_histograms_entropy(bins):
    peaked = (VALUES.astype(float) ** 5).astype(np.float32)
    estimator = Estimator(lambda *_: VALUES)
    before, after = (
        slow_entropy(peaked.astype(float), bins),
        slow_entropy(VALUES.astype(float), bins),
    )
    found = METRICS["emprt"](bins=bins)(peaked, X, estimator).value
    assert found == pytest.approx(after / before - 1, abs=1e-6)
    assert found > 0
    assert [share for _, _, share in estimator.asked] == [1.0]


def test_a_map_that_ignores_the_network_gains_no_complexity():
    assert METRICS["emprt"]()(VALUES, X, Estimator()).value == 0


@pytest.mark.parametrize("lost", [0.0, 3.0, np.nan])
def test_a_randomised_map_that_says_nothing_has_no_complexity(lost):
    estimator = Estimator(lambda *_: np.full(SHAPE, lost))
    assert METRICS["emprt"]()(VALUES, X, estimator).value == -1


def test_smprt_is_the_randomisation_test_of_mean_maps():
    """With the same noise at each stage; the estimator's own map is not among them."""

    def answer(x, _, share):
        return x[0, 0] * (1 - share) + share * VALUES

    metric, estimator = METRICS["smprt"](samples=3, stages=2), Estimator(answer)
    found = metric(VALUES, X, estimator).value
    copies = [x for x, _, share in estimator.asked if share == 0]
    assert len(estimator.asked) == 9
    shares = sorted({share for _, _, share in estimator.asked})
    means = [np.mean([answer(x, 0, share) for x in copies], 0) for share in shares]
    plain = Estimator(lambda _, __, share: means[shares.index(share)])
    expected = METRICS["randomisation"](stages=2)(means[0].astype(np.float32), X, plain).value
    assert found == pytest.approx(expected, abs=1e-4)


def test_grain_alone_does_not_pass_for_dependence_on_the_network():
    """Of a map that ignores the network, but is mostly grain that its noisy slice decides."""

    def grainy(x, *_):
        seed = int(abs(float(x.sum(dtype=np.float64))) * 1e4)
        return 3 * VALUES + np.random.default_rng(seed).normal(size=SHAPE)

    def also_of_the_network(x, _, share):
        return grainy(x + share)

    few, many = (
        METRICS["smprt"](samples=samples)(VALUES, X, Estimator(also_of_the_network)).value
        for samples in (1, 30)
    )
    assert many > few
