import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctviz.core import Cancelled, InvalidInput, Progress
from ctviz.metrics import METRICS, FidelityMetric
from ctviz.metrics.deletion import Deletion
from ctviz.metrics.fidelity import Fidelity
from ctviz.metrics.fills import CHOICES
from ctviz.metrics.insertion import Insertion
from ctviz.metrics.logit_fidelity import LogitFidelity
from ctviz.metrics.removal import removal_ranks

FIDELITY = {n: m for n, m in METRICS.items() if issubclass(m, FidelityMetric)}
every_fidelity = pytest.mark.parametrize("metric", FIDELITY.values(), ids=FIDELITY.keys())

SIDE = 12


class Sees:
    """A model whose probability is the mean of the pixels it uses; counts what it is shown."""

    def __init__(self, used, *, dark=False):
        self.used, self.dark = used, dark
        self.batches = []

    def __call__(self, images):
        self.batches.append(len(images))
        seen = images.astype(np.float64).mean(axis=1)[:, self.used].mean(axis=1)
        return 1 - seen if self.dark else seen


class Decides(Sees):
    """It gives the class if what it sees is brighter than a bound, and else does not."""

    bound = 0.75

    def __call__(self, images):
        return 0.1 + 0.8 * (super().__call__(images) > self.bound)


def model_for(metric, used):
    """A model of which a metric tells more than that it never changes its mind."""
    return (Decides if metric.name == "aic" else Sees)(used)


@pytest.fixture
def used():
    mask = np.zeros((SIDE, SIDE), bool)
    mask[3:7, 4:9] = True
    return mask


@pytest.fixture
def scan(used):
    """An image that is brighter where the model looks, so that every fill takes evidence away."""
    noise = np.random.default_rng(5).random((1, 1, SIDE, SIDE))
    return ((noise + used) / 2).astype(np.float32)


@pytest.fixture
def noise():
    random = np.random.default_rng(6)
    return [random.normal(size=(SIDE, SIDE)).astype(np.float32) for _ in range(3)]


@every_fidelity
def test_stays_within_its_bounds(metric, noise, scan, used):
    low, high = metric.bounds
    for values in [*noise, used.astype(np.float32), -used.astype(np.float32)]:
        assert low <= metric()(values, scan, model_for(metric, used)).value <= high


@every_fidelity
def test_prefers_the_pixels_the_model_uses_to_chance_and_chance_to_the_others(
    metric, noise, scan, used
):
    uses = used.astype(np.float32)
    chance = noise[0] - noise[0].min()
    scores = [
        metric()(values, scan, model_for(metric, used)).value for values in (uses, chance, 1 - uses)
    ]
    assert scores == sorted(scores, reverse=metric.better == "higher")
    assert len(set(scores)) == 3 or metric.hits


@every_fidelity
def test_many_maps_together_equal_each_alone(metric, noise, scan, used):
    together = metric().curves_many(noise, scan, model_for(metric, used))
    for values, curves in zip(noise, together, strict=True):
        alone = metric().curves(values, scan, model_for(metric, used))
        assert curves.score.value == pytest.approx(alone.score.value, abs=1e-6)
        assert list(curves.lines) == list(alone.lines)
        for name, line in curves.lines.items():
            np.testing.assert_allclose(line.y, alone.lines[name].y, atol=1e-6)


@every_fidelity
def test_is_the_same_every_time(metric, noise, scan, used):
    assert metric()(noise[0], scan, model_for(metric, used)) == metric()(
        noise[0], scan, model_for(metric, used)
    )


@every_fidelity
def test_a_constant_map_has_no_score_but_a_reason(metric, scan, used):
    assert metric()(np.ones((SIDE, SIDE), np.float32), scan, Sees(used)).why.endswith(".")


@every_fidelity
def test_refuses_what_does_not_fit(metric, noise, scan, used):
    with pytest.raises(InvalidInput, match="network's grid"):
        metric()(noise[0][:-1], scan, Sees(used))
    with pytest.raises(InvalidInput, match="one image"):
        metric()(noise[0], scan[0], Sees(used))
    with pytest.raises(InvalidInput, match="NaN"):
        metric()(np.full((SIDE, SIDE), np.nan, np.float32), scan, Sees(used))
    with pytest.raises(InvalidInput, match="infinite"):
        metric()(noise[0], scan / np.float32(np.inf) - np.inf, Sees(used))
    with pytest.raises(InvalidInput, match="one probability for each"):
        metric()(noise[0], scan, lambda images: np.zeros((len(images), 2)))


@every_fidelity
def test_no_maps_cost_nothing(metric, scan, used):
    model = Sees(used)
    assert metric().curves_many([], scan, model) == []
    assert model.batches == []


@every_fidelity
def test_counts_its_passes_and_ends_when_cancelled(metric, noise, scan, used):
    shares = []
    progress = Progress(shares.append)
    metric().curves_many(noise, scan, Sees(used), progress)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    model = Sees(used)
    stopped = Progress(lambda share: stopped.cancel())
    with pytest.raises(Cancelled):
        metric().curves_many(noise, scan, model, stopped)
    assert len(model.batches) == 1


@pytest.mark.parametrize("channels", [1, 3])
def test_the_curves_of_a_perfect_map_of_a_summing_model_are_straight_lines(used, channels):
    white = np.ones((1, channels, SIDE, SIDE), np.float32)
    curves = Fidelity(fill="zero").curves(used.astype(np.float32), white, Sees(used))
    removed, k = curves.mif.x * SIDE**2, used.sum()
    np.testing.assert_allclose(curves.mif.y, np.maximum(k - removed, 0) / k, atol=1e-12)
    np.testing.assert_allclose(curves.lif.y, np.minimum(1, (SIDE**2 - removed) / k), atol=1e-12)


def test_logit_fidelity_of_a_neuron_is_fidelity_of_its_activation(noise, scan, used):
    def sigmoid(images):
        return 1 / (1 + np.exp(0.1 - Sees(used)(images)))

    seen = Fidelity(step=0.05, fill="zero").curves(noise[0], scan, Sees(used))
    ratio = LogitFidelity(fill="zero").curves(noise[0], scan, sigmoid)
    untouched = seen.mif.y[0] - 0.1
    np.testing.assert_allclose(ratio.mif.y, (seen.mif.y - 0.1) / untouched, atol=1e-9)
    assert ratio.score.value == pytest.approx(seen.score.value / untouched)


def test_a_class_that_the_model_does_not_favour_has_no_logit_ratio(noise, scan, used):
    score = LogitFidelity()(noise[0], scan, lambda images: Sees(used)(images) / 2)
    assert "does not favour" in score.why


def test_removes_every_share_of_the_pixels_from_none_to_all(noise, scan, used):
    curves = Fidelity(step=0.1).curves(noise[0], scan, Sees(used))
    pixels = SIDE**2
    np.testing.assert_allclose(curves.mif.x * pixels, np.rint(np.linspace(0, 1, 11) * pixels))
    assert curves.mif.y[0] == curves.lif.y[0]
    assert curves.mif.y[-1] == curves.lif.y[-1]
    np.testing.assert_array_equal(curves.mif.x, curves.lif.x)


def test_a_step_that_does_not_divide_the_image_still_ends_at_all(noise, scan, used):
    x = Fidelity(step=0.3).curves(noise[0], scan, Sees(used)).mif.x
    np.testing.assert_allclose(x, np.rint(np.array([0, 0.3, 0.6, 0.9, 1]) * SIDE**2) / SIDE**2)


def test_the_score_is_the_area_between_the_curves(noise, scan, used):
    curves = Fidelity().curves(noise[0], scan, Sees(used))
    area = np.trapezoid(curves.lif.y - curves.mif.y, curves.mif.x)
    assert curves.score.value == pytest.approx(area)


@pytest.mark.parametrize("fill", CHOICES)
def test_fidelity_is_insertion_less_deletion(noise, scan, used, fill):
    fidelity, insertion, deletion = (
        metric(fill=fill).curves(noise[0], scan, Sees(used))
        for metric in (Fidelity, Insertion, Deletion)
    )
    assert fidelity.score.value == pytest.approx(insertion.score.value - deletion.score.value)
    np.testing.assert_array_equal(deletion.lines["deletion"].y, fidelity.mif.y)
    np.testing.assert_array_equal(insertion.lines["insertion"].y, fidelity.lif.y[::-1])


@pytest.mark.parametrize("step", [0.25, 0.3])
def test_insertion_starts_at_the_filled_image_and_ends_at_the_untouched_one(
    noise, scan, used, step
):
    curve = Insertion(fill="zero", step=step).curves(noise[0], scan, Sees(used)).lines["insertion"]
    assert (curve.x[0], curve.y[0], curve.x[-1]) == (0, 0, 1)
    assert curve.y[-1] == Sees(used)(scan)[0]
    assert (np.diff(curve.x) > 0).all()


def test_one_pixel_used_is_deleted_and_inserted_with_the_first_step(scan):
    used = np.zeros((SIDE, SIDE), bool)
    used[5, 5] = True
    white, step = np.ones_like(scan), 0.25
    deletion = Deletion(fill="zero", step=step)(used.astype(np.float32), white, Sees(used))
    insertion = Insertion(fill="zero", step=step)(used.astype(np.float32), white, Sees(used))
    assert deletion.value == pytest.approx(step / 2)
    assert insertion.value == pytest.approx(1 - step / 2)


@pytest.mark.parametrize("fill", CHOICES)
def test_the_opposite_map_has_the_opposite_score(noise, scan, used, fill):
    metric = Fidelity(fill=fill)
    score = metric(noise[0], scan, Sees(used)).value
    assert metric(-noise[0], scan, Sees(used)).value == pytest.approx(-score)


@settings(max_examples=15, deadline=None)
@given(levels=st.integers(2, 4), seed=st.integers(0, 99))
def test_removing_a_share_first_leaves_what_removing_the_rest_last_takes(levels, seed):
    random = np.random.default_rng(seed)
    values = random.integers(0, levels, (4, 5)).astype(np.float32)
    values[0, 0], values[-1, -1] = 0, 1
    shown = []

    def classify(images):
        shown.extend(images[:, 0])
        return np.full(len(images), 0.5)

    Fidelity(step=0.25, fill="zero").curves(values, np.ones((1, 1, 4, 5)), classify)
    mif, lif = shown[2:5], shown[5:8]
    for first, last in zip(mif, reversed(lif), strict=True):
        np.testing.assert_array_equal(first, 1 - last)
        assert values[first == 0].min() >= values[first == 1].max()


def test_pixels_of_equal_importance_are_not_removed_from_the_top_down():
    shown = []

    def classify(images):
        shown.extend(images[:, 0])
        return np.full(len(images), 0.5)

    values = np.zeros((20, 20), np.float32)
    values[10, 10] = 1
    Fidelity(step=0.5, fill="zero").curves(values, np.ones((1, 1, 20, 20)), classify)
    half = shown[2]
    assert 0.35 < half[:10].mean() < 0.65


def test_the_papers_fill_erases_the_class(noise, scan, used):
    bright, dark = Sees(used), Sees(used, dark=True)
    for model, fill in ((bright, "zero"), (dark, "one")):
        paper = Fidelity().curves(noise[0], scan, model)
        assert paper.mif.y[-1] == 0
        assert paper.score == Fidelity(fill=fill)(noise[0], scan, model)


def test_the_mean_keeps_the_mean_and_the_blur_keeps_a_constant_image(noise, used):
    flat = np.full((1, 2, SIDE, SIDE), 0.25, np.float32)
    for fill in ("mean", "blur"):
        curves = Fidelity(fill=fill).curves(noise[0], flat, Sees(used))
        np.testing.assert_allclose(curves.mif.y, 0.25, atol=1e-6)


def test_no_batch_spans_two_maps_and_shared_images_are_classified_once(noise, scan, used):
    model = Sees(used)
    Fidelity(batch=8, step=0.1, fill="zero").curves_many(noise, scan, model)
    assert model.batches == [2, *(3 * [8, 8, 2])]


@pytest.mark.parametrize("fill", CHOICES)
def test_the_images_are_those_of_a_map_whose_pixels_are_ranked_one_by_one(noise, scan, fill):
    shown = []

    def classify(images):
        shown.extend(images)
        return np.full(len(images), 0.5)

    values = np.rint(2 * noise[0])
    metric = Fidelity(step=0.1, fill=fill, seed=3)
    metric.curves(values, scan, classify)
    fill = metric.fillers(scan[0])[0]
    ranks = removal_ranks(values, 3)
    masks = [ranks < round(k * SIDE**2 / 10) for k in range(1, 10)]
    masks += [ranks >= SIDE**2 - round(k * SIDE**2 / 10) for k in range(1, 10)]
    np.testing.assert_array_equal(shown[-len(masks) :], [fill(mask) for mask in masks])


def test_ranks_fall_with_importance_and_follow_a_shuffle_among_equals(noise):
    values = np.rint(2 * noise[0])
    ranks, flat = removal_ranks(values, 3).ravel(), values.ravel()
    shuffle = np.random.default_rng(3).permutation(flat.size)[::-1].tolist()
    expected = sorted(shuffle, key=lambda pixel: -flat[pixel])
    assert np.argsort(ranks).tolist() == expected


@pytest.mark.parametrize("metric", [Fidelity, Deletion, Insertion, LogitFidelity])
def test_a_score_does_not_depend_on_what_is_asked_together_with_it(metric, noise, scan, used):
    def rounds_by_batch(images):
        return Sees(used)(images) * (1 - 1e-3 / len(images))

    together = metric().curves_many(noise, scan, rounds_by_batch)
    alone = [metric()(values, scan, rounds_by_batch) for values in noise]
    assert [curves.score for curves in together] == alone


def test_the_batch_is_no_hyperparameter(noise, scan, used):
    assert "batch" not in Fidelity().settings()
    one = Fidelity(batch=1)(noise[0], scan, Sees(used))
    assert one.value == pytest.approx(Fidelity(batch=64)(noise[0], scan, Sees(used)).value)
