from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from ctviz.core import Cancelled, ImportanceMap, InvalidInput, Progress, UnsupportedNetwork
from ctviz.metrics import METRICS, BehaviourMetric
from ctviz.metrics.resemblance import picture_similarity, rank_correlation, visible

SHAPE = (12, 10)
X = np.random.default_rng(0).random((1, 2, *SHAPE), np.float32)
VALUES = np.random.default_rng(1).normal(size=SHAPE).astype(np.float32)

every_behaviour = pytest.mark.parametrize(
    "cls",
    [cls for cls in METRICS.values() if issubclass(cls, BehaviourMetric)],
    ids=lambda cls: cls.name,
)


@dataclass
class Estimator:
    """Asked again, it answers what a function says of the input, the seed and the share."""

    answer: object = lambda x, seed, share: VALUES
    seed: int | None = 7
    twins: int = 5
    asked: list = field(default_factory=list)
    trained: object = lambda twin: 0
    targets: tuple = (1, 3)
    of_class: object = lambda target: 0
    scores: object = lambda x: np.array([0.0, float(x.mean()), -1.0])
    multi_label: bool = False
    features: object = lambda x: x[0].mean(axis=1).ravel().astype(float)

    def __call__(self, x=None, seed=None, randomised=0.0, twin=0, target=None):
        self.asked.append((x, seed, randomised))
        if target is not None:
            return np.asarray(self.answer(X, self.seed, 0.0) + self.of_class(target), np.float32)
        if twin:
            assert 1 <= twin <= self.twins
            return np.asarray(
                self.answer(X, self.seed, randomised) + self.trained(twin), np.float32
            )
        x, seed = (X if x is None else x), (self.seed if seed is None else seed)
        return np.asarray(self.answer(x, seed, randomised), np.float32)


def refuse(*_):
    raise UnsupportedNetwork("The rule is defined for networks of ReLU.")


@every_behaviour
def test_asks_for_as_many_maps_as_it_says_and_counts_them(cls):
    metric, estimator, shares = cls(), Estimator(), []
    metric(VALUES, X, estimator, Progress(shares.append))
    assert len(estimator.asked) == metric.maps
    assert shares == pytest.approx([(k + 1) / metric.maps for k in range(metric.maps)])


@every_behaviour
def test_stops_when_it_is_cancelled(cls):
    progress, estimator = Progress(), Estimator()
    progress.cancel()
    with pytest.raises(Cancelled):
        cls()(VALUES, X, estimator, progress)
    assert not estimator.asked


@every_behaviour
def test_a_refusal_is_an_undefined_score_with_the_estimators_reason(cls):
    score = cls()(VALUES, X, Estimator(refuse))
    assert not score.defined
    assert "networks of ReLU" in score.why


@every_behaviour
def test_a_map_that_says_nothing_has_no_score(cls):
    assert not cls()(np.zeros(SHAPE, np.float32), X, Estimator()).defined


@every_behaviour
@pytest.mark.parametrize(
    ("values", "x"),
    [
        (VALUES[1:], X),
        (np.full(SHAPE, np.nan, np.float32), X),
        (VALUES, X[0]),
        (VALUES, np.full_like(X, np.inf)),
    ],
    ids=["another grid", "NaN in the map", "no batch", "infinite input"],
)
def test_arrays_that_do_not_fit_are_refused(cls, values, x):
    with pytest.raises(InvalidInput):
        cls()(values, x, Estimator())


@every_behaviour
def test_is_the_same_the_second_time_and_leaves_its_arrays_alone(cls):
    def answer(x, seed, share):
        return x[0, 0] + np.random.default_rng(seed).normal(size=SHAPE) + share

    values, x = VALUES.copy(), X.copy()
    assert cls()(values, x, Estimator(answer)) == cls()(values, x, Estimator(answer))
    np.testing.assert_array_equal(values, VALUES)
    np.testing.assert_array_equal(x, X)


def test_a_gradient_of_a_linear_model_is_not_sensitive_at_all():
    assert METRICS["max-sensitivity"]()(VALUES, X, Estimator()).value == 0


@pytest.mark.parametrize("samples", [1, 30])
def test_a_map_that_is_the_slice_changes_by_at_most_the_relative_radius(samples):
    radius, slice_ = 0.05, X[0, 0]
    metric = METRICS["max-sensitivity"](radius=radius, samples=samples)
    found = metric(slice_, X, Estimator(lambda x, *_: x[0, 0])).value
    bound = radius * np.sqrt(slice_.size) / np.linalg.norm(slice_)
    # Uniform noise has the root mean square radius / √3.
    assert 0.8 * bound / np.sqrt(3) < found < bound


def test_sensitivity_does_not_depend_on_the_maps_unit():
    metric = METRICS["max-sensitivity"]()
    own, thousandfold = (
        metric(unit * X[0, 0], X, Estimator(lambda x, *_, unit=unit: unit * x[0, 0] ** 2)).value
        for unit in (np.float32(1), np.float32(1000))
    )
    assert thousandfold == pytest.approx(own, rel=1e-3)


def test_noise_is_the_same_in_all_channels_and_within_the_radius():
    estimator = Estimator()
    METRICS["max-sensitivity"](radius=0.1)(VALUES, X, estimator)
    for x, seed, share in estimator.asked:
        np.testing.assert_allclose((x - X)[0, 0], (x - X)[0, 1], atol=1e-6)
        assert 0 < np.abs(x - X).max() <= 0.1 + 1e-6
        assert (seed, share) == (None, 0.0)


def test_a_map_of_the_noisy_slice_that_is_not_finite_leaves_no_score():
    score = METRICS["max-sensitivity"]()(VALUES, X, Estimator(lambda *_: np.full(SHAPE, np.inf)))
    assert "not finite" in score.why


def test_maps_that_do_not_depend_on_the_seed_are_stable():
    assert METRICS["seed-stability"]()(VALUES, X, Estimator()).value == pytest.approx(1)


def test_maps_of_independent_noise_are_not_stable():
    values = np.random.default_rng(7).normal(size=(60, 60))
    estimator = Estimator(lambda x, seed, _: np.random.default_rng(seed).normal(size=(60, 60)))
    x = np.zeros((1, 1, 60, 60))
    found = METRICS["seed-stability"](draws=4)(values.astype(np.float32), x, estimator).value
    assert abs(found) < 0.05


def test_every_draw_has_a_seed_of_its_own_and_differs_from_the_maps():
    estimator = Estimator(seed=2**31 - 2)
    METRICS["seed-stability"](draws=4)(VALUES, X, estimator)
    seeds = {seed for _, seed, _ in estimator.asked}
    assert len(seeds - {estimator.seed}) == 4
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_an_estimator_without_a_seed_is_deterministic_and_not_asked():
    estimator = Estimator(seed=None)
    score = METRICS["seed-stability"]()(VALUES, X, estimator)
    assert "deterministic" in score.why
    assert not estimator.asked


def test_a_map_that_ignores_the_network_is_the_same_of_every_twin():
    assert METRICS["reproducibility"]()(VALUES, X, Estimator()).value == pytest.approx(1)


def test_reproducibility_is_the_mean_of_spearmans_correlations_with_the_twins_maps():
    others = np.random.default_rng(2).normal(size=(3, *SHAPE))
    estimator = Estimator(twins=3, trained=lambda twin: others[twin - 1])
    found = METRICS["reproducibility"](twins=3)(VALUES, X, estimator).value
    shown = X[0].mean(axis=0) > X[0].mean(axis=0).min()
    expected = [spearmanr((VALUES + each)[shown], VALUES[shown]).statistic for each in others]
    assert found == pytest.approx(np.mean(expected), abs=1e-6)


def test_twins_of_opposite_opinion_are_told():
    estimator = Estimator(trained=lambda _: -2 * VALUES)
    assert METRICS["reproducibility"]()(VALUES, X, estimator).value == pytest.approx(-1)


@pytest.mark.parametrize(("there", "asked"), [(1, 1), (2, 2), (9, 3)])
def test_no_more_twins_are_asked_than_there_are_or_are_wanted(there, asked):
    estimator = Estimator(twins=there)
    assert METRICS["reproducibility"](twins=3)(VALUES, X, estimator).value == pytest.approx(1)
    assert len(estimator.asked) == asked


def test_a_model_without_twins_says_how_to_get_them():
    estimator = Estimator(twins=0)
    score = METRICS["reproducibility"]()(VALUES, X, estimator)
    assert "--twins" in score.why
    assert not estimator.asked


def test_a_map_that_ignores_the_network_keeps_everything_under_randomisation():
    curves = METRICS["randomisation"]().curves(VALUES, X, Estimator())
    assert curves.score.value == pytest.approx(1)
    for line in curves.lines.values():
        np.testing.assert_allclose(line.y, 1, atol=1e-6)


@pytest.mark.parametrize("lost", [0.0, 3.0, np.nan], ids=["zero", "constant", "not finite"])
def test_a_map_that_says_nothing_on_the_randomised_network_has_kept_nothing(lost):
    curves = METRICS["randomisation"]().curves(
        VALUES, X, Estimator(lambda *_: np.full(SHAPE, lost))
    )
    assert curves.score.value == 0
    for line in curves.lines.values():
        assert list(line.y[1:]) == [0] * (len(line.y) - 1)


def test_randomisation_does_not_read_the_sign():
    estimator = Estimator(lambda *_: -2 * VALUES)
    assert METRICS["randomisation"]()(VALUES, X, estimator).value == pytest.approx(1)


def test_a_map_of_one_magnitude_has_nothing_to_compare():
    assert not METRICS["randomisation"]()(np.sign(VALUES), X, Estimator()).defined


@pytest.mark.parametrize("stages", [1, 2, 5])
def test_the_cascade_begins_at_the_output_and_ends_with_all_layers(stages):
    metric, estimator = METRICS["randomisation"](stages=stages), Estimator()
    curves = metric.curves(VALUES, X, estimator)
    shares = [share for _, _, share in estimator.asked]
    assert len(shares) == stages
    assert shares == sorted(set(shares))
    assert shares[0] > 0
    assert shares[-1] == 1
    for line in curves.lines.values():
        np.testing.assert_allclose(line.x, [0, *shares])
        assert line.y[0] == 1


def test_an_estimator_that_only_reads_the_layers_near_the_input_is_found_out():
    noise = np.random.default_rng(9).normal(size=SHAPE)
    near_input = Estimator(lambda x, seed, share: VALUES if share < 1 else noise)
    whole = Estimator(lambda *_: noise)
    metric = METRICS["randomisation"]()
    assert metric(VALUES, X, near_input).value > 0.6
    assert metric(VALUES, X, whole).value < 0.4


def test_seconds_are_those_of_the_record():
    assert METRICS["seconds"]()(ImportanceMap(VALUES, "gradient", seconds=1.5)).value == 1.5


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_rank_correlation_is_spearmans_with_ties(seed, levels):
    random = np.random.default_rng(seed)
    first, second = random.integers(-levels, levels + 1, (2, 5, 4)).astype(np.float32)
    first[0, 0], second[0, 0] = 9, -9
    expected = spearmanr(first.ravel(), second.ravel()).statistic
    assert rank_correlation(first, second) == pytest.approx(expected, abs=1e-12)


def test_rank_correlation_does_not_see_a_growing_rescaling():
    assert rank_correlation(VALUES, np.exp(VALUES)) == pytest.approx(1)
    assert rank_correlation(VALUES, -(VALUES**3)) == pytest.approx(-1)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (2, 3), (6, 6), (40, 30)])
def test_pictures_of_any_size_are_like_themselves(shape):
    values = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    expected = 1 if values.size > 1 else 0
    similarity = picture_similarity(values, 3 * values, np.ones(shape, bool))
    assert similarity == pytest.approx(expected)


def test_maps_of_one_bright_pixel_each_are_not_alike_for_their_darkness():
    random = np.random.default_rng(3)
    first, second = random.random((2, 64, 64)).astype(np.float32)
    first[3, 3], second[60, 60] = 1e4, 1e4
    assert picture_similarity(first, second, np.ones((64, 64), bool)) < 0.2


def test_everything_but_the_darkest_grey_is_visible():
    x = np.zeros((1, 2, 4, 4), np.float32)
    assert visible(x).all()
    x[0, 1, 1:3, 1:3] = 0.5
    np.testing.assert_array_equal(visible(x), x[0, 1] > 0)


def test_air_in_which_all_maps_are_zero_does_not_make_them_alike():
    x = np.zeros((1, 1, 64, 64))
    x[..., 20:44, 20:44] = 0.5
    first, second = np.random.default_rng(5).random((2, 64, 64)) * x[0, 0]
    metric = METRICS["randomisation"]()
    assert metric(first.astype(np.float32), x, Estimator(lambda *_: second)).value < 0.2
