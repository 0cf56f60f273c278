"""Metrics that remove the image in pieces, against slow versions of what the papers say."""

import numpy as np
import pytest
from scipy.stats import pearsonr

from ctviz.metrics import METRICS
from ctviz.metrics.faithfulness_correlation import FaithfulnessCorrelation
from ctviz.metrics.faithfulness_estimate import FaithfulnessEstimate
from ctviz.metrics.irof import Irof
from ctviz.metrics.region_perturbation import RegionPerturbation
from ctviz.metrics.tiles import number_of_tiles, superpixels, tiles

SIZE = (12, 10)
RANDOM = np.random.default_rng(3)
X = RANDOM.random((1, 2, *SIZE)).astype(np.float32)
VALUES = RANDOM.normal(size=SIZE).astype(np.float32)
WEIGHTS = RANDOM.normal(size=(2, *SIZE))


def sure(images):
    """A model that is anything but linear, and always between 0 and 1."""
    images = images.astype(np.float64)
    linear = np.einsum("nchw,chw->n", images, WEIGHTS)
    return 1 / (1 + np.exp(-linear / 3 - images.std(axis=(1, 2, 3))))


def linear(images):
    return np.einsum("nchw,chw->n", images.astype(np.float64), WEIGHTS)


def without(pixels, fill):
    """The image with some pixels (h, w) replaced in all channels, one at a time."""
    image = X.copy()
    for row in range(SIZE[0]):
        for column in range(SIZE[1]):
            if pixels[row, column]:
                image[0, :, row, column] = fill[:, row, column]
    return image


def constant(value):
    return np.full((2, *SIZE), value, np.float32)


def means():
    return np.stack([np.full(SIZE, channel.mean()) for channel in X[0]])


@pytest.mark.parametrize("size", [(12, 10), (3, 50), (1, 1), (7, 1)], ids=str)
@pytest.mark.parametrize("along", [2, 3, 7])
def test_tiles_cover_the_image_and_differ_in_size_by_a_row_and_a_column(size, along):
    pieces = tiles(size, along)
    assert pieces.shape == size
    found, counts = np.unique(pieces, return_counts=True)
    np.testing.assert_array_equal(found, np.arange(number_of_tiles(size, along)))
    rows, columns = min(along, size[0]), min(along, size[1])
    least, most = (size[0] // rows) * (size[1] // columns), -(-size[0] // rows)
    assert least <= counts.min()
    assert counts.max() <= most * -(-size[1] // columns)


@pytest.mark.parametrize("size", [(40, 30), (1, 1), (2, 9), (64, 64)], ids=str)
def test_superpixels_are_as_many_as_tiles_whatever_the_image(size):
    for image in (np.random.default_rng(0).random((1, *size)), np.zeros((3, *size))):
        pieces = superpixels(image.astype(np.float32), 5)
        found = np.unique(pieces)
        np.testing.assert_array_equal(found, np.arange(number_of_tiles(size, 5)))


def spilt(pieces, shape):
    """Share of the pixels that lie on the other side of a shape's edge than most of their piece."""
    inside = [shape[pieces == piece] for piece in np.unique(pieces)]
    return sum(min(each.sum(), (~each).sum()) for each in inside) / shape.size


def test_superpixels_end_at_edges():
    row, column = np.mgrid[:64, :64]
    shape = (row - 30) ** 2 / 400 + (column - 35) ** 2 / 100 < 1
    noise = np.random.default_rng(0).normal(0, 0.02, shape.shape)
    image = (0.6 * shape + noise)[None].astype(np.float32)
    assert spilt(superpixels(image, 8), shape) < spilt(tiles((64, 64), 8), shape) / 5


def slow_irof(values, pieces):
    """Rieger & Hansen's: 1 less the mean relative probability while segments become the mean."""
    segments = range(int(pieces.max()) + 1)
    best_first = sorted(segments, key=lambda k: -values[pieces == k].mean())
    heights = [sure(X)[0]]
    for count in range(1, len(best_first) + 1):
        gone = np.isin(pieces, best_first[:count])
        heights.append(sure(without(gone, means()))[0])
    relative = np.array(heights) / heights[0]
    return 1 - np.trapezoid(relative, np.linspace(0, 1, len(relative)))


@pytest.mark.parametrize("along", [2, 3])
def test_irof_is_the_area_over_the_papers_curve(along):
    found = Irof(along=along)(VALUES, X, sure).value
    assert found == pytest.approx(slow_irof(VALUES, superpixels(X[0], along)), abs=1e-6)


def slow_aopc(values, pieces, steps):
    """Samek et al.'s: the mean fall over the untouched image and the first steps."""
    squares = range(int(pieces.max()) + 1)
    best_first = sorted(squares, key=lambda k: -values[pieces == k].sum())
    falls = [0.0]
    for count in range(1, steps + 1):
        gone = np.isin(pieces, best_first[:count])
        falls.append(sure(X)[0] - sure(without(gone, constant(0)))[0])
    return sum(falls) / (steps + 1)


@pytest.mark.parametrize(("along", "share", "steps"), [(4, 0.25, 4), (3, 1.0, 9), (5, 0.01, 1)])
def test_region_perturbation_is_the_papers_mean_fall(along, share, steps):
    metric = RegionPerturbation(along=along, share=share, fill="zero")
    expected = slow_aopc(VALUES, tiles(SIZE, along), steps)
    assert metric(VALUES, X, sure).value == pytest.approx(expected, abs=1e-6)


def test_its_curve_is_drawn_over_the_share_of_tiles():
    curve = RegionPerturbation(along=4, share=0.5).curves(VALUES, X, sure)
    line = curve.lines["region-perturbation"]
    np.testing.assert_allclose(line.x, np.arange(9) / 16)
    assert line.y[0] == 0


@pytest.mark.parametrize("metric", [Irof, RegionPerturbation])
def test_pieces_have_no_unit_of_importance(metric):
    one, other = (metric(along=4)(values, X, sure).value for values in (VALUES, 8 * VALUES))
    assert one == other


@pytest.mark.parametrize("metric", [Irof, RegionPerturbation])
def test_equal_pieces_go_in_an_order_of_the_seed(metric):
    flat = np.zeros(SIZE, np.float32)
    flat[0, 0] = 1
    scores = {metric(along=5, seed=seed)(flat, X, sure).value for seed in range(4)}
    assert len(scores) == 4


def test_a_class_that_the_model_never_gives_has_nothing_to_lose():
    score = Irof()(VALUES, X, lambda images: np.zeros(len(images)))
    assert "nothing to lose" in score.why


@pytest.mark.parametrize("fill", ["zero", "mean"])
def test_faithfulness_correlation_is_pearsons_over_the_same_sets(fill):
    metric = FaithfulnessCorrelation(samples=20, along=4, share=0.3, fill=fill)
    filled = means() if fill == "mean" else constant(0)
    sums, drops = [], []
    for gone in metric.sets(SIZE):
        sums.append(sum(VALUES[place] for place in zip(*np.nonzero(gone), strict=True)))
        drops.append(sure(X)[0] - sure(without(gone, filled))[0])
    expected = pearsonr(sums, drops).statistic
    assert metric(VALUES, X, sure).value == pytest.approx(expected, abs=1e-5)


def test_its_sets_are_whole_tiles_and_equally_many():
    pieces = tiles(SIZE, 4)
    for gone in FaithfulnessCorrelation(samples=10, along=4, share=0.3).sets(SIZE):
        assert len(np.unique(pieces[gone])) == 5  # of 16, 0.3 of them
        assert not set(np.unique(pieces[gone])) & set(np.unique(pieces[~gone]))


def test_faithfulness_estimate_is_pearsons_over_tiles_removed_alone():
    metric = FaithfulnessEstimate(along=3, fill="zero")
    sums, drops = [], []
    pieces = tiles(SIZE, 3)
    for piece in range(9):
        sums.append(VALUES[pieces == piece].sum())
        drops.append(sure(X)[0] - sure(without(pieces == piece, constant(0)))[0])
    expected = pearsonr(sums, drops).statistic
    assert metric(VALUES, X, sure).value == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("metric", [FaithfulnessCorrelation, FaithfulnessEstimate])
def test_weight_times_input_foretells_a_linear_model_exactly(metric):
    values = (WEIGHTS * X[0]).sum(axis=0).astype(np.float32)
    score = metric(fill="zero")
    assert score(values, X, linear).value == pytest.approx(1, abs=1e-6)
    assert score(-values, X, linear).value == pytest.approx(-1, abs=1e-6)
    assert score(8 * values, X, linear).value == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("name", ["faithfulness-correlation", "faithfulness-estimate"])
def test_a_model_that_never_moves_gives_no_score(name):
    score = METRICS[name]()(VALUES, X, lambda images: np.full(len(images), 0.3))
    assert "does not change" in score.why


def test_a_map_that_is_the_same_for_all_tiles_says_so():
    chequered = np.indices(SIZE).sum(0) % 2
    score = FaithfulnessEstimate(along=2)(chequered.astype(np.float32), X, sure)
    assert "the same importance" in score.why
