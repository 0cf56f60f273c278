"""What a model sees of a highlighted, or a recovering, image: against slow versions."""

from itertools import pairwise

import numpy as np
import pytest

from ctviz.core import ImportanceMap
from ctviz.metrics.aic import AccuracyInformationCurve
from ctviz.metrics.average_drop import AverageDrop
from ctviz.metrics.completeness_gap import CompletenessGap
from ctviz.metrics.effective_complexity import EffectiveComplexity
from ctviz.metrics.fills import fillers
from ctviz.metrics.increase_in_confidence import IncreaseInConfidence
from ctviz.metrics.information_curve import SHARES, information
from ctviz.metrics.removal import removal_ranks
from ctviz.metrics.sic import SoftmaxInformationCurve

SIZE = (12, 10)
RANDOM = np.random.default_rng(4)
X = RANDOM.random((1, 2, *SIZE)).astype(np.float32)
VALUES = RANDOM.normal(size=SIZE).astype(np.float32)
BRIGHT = np.zeros(SIZE, np.float32)
BRIGHT[3:8, 2:7] = 1


def brightness(images):
    return images.mean(axis=(1, 2, 3), dtype=np.float64)


def darkness(images):
    return 1 - brightness(images)


def highlighted(values):
    """Chattopadhay et al.'s: the image times the map, which is cut off at 0 and scaled to 1."""
    image = np.zeros_like(X)
    for row in range(SIZE[0]):
        for column in range(SIZE[1]):
            shown = max(values[row, column], 0) / values.max()
            image[0, :, row, column] = shown * X[0, :, row, column]
    return image


def test_average_drop_is_the_share_of_confidence_lost_on_the_image_times_the_map():
    expected = 1 - brightness(highlighted(VALUES))[0] / brightness(X)[0]
    found = AverageDrop(fill="zero")(VALUES, X, brightness).value
    assert found == pytest.approx(expected, abs=1e-6)


def test_confidence_that_grows_is_no_drop_but_an_increase():
    assert AverageDrop(fill="zero")(VALUES, X, darkness).value == 0
    assert IncreaseInConfidence(fill="zero")(VALUES, X, darkness).value == 1
    assert IncreaseInConfidence(fill="zero")(VALUES, X, brightness).value == 0


def test_a_map_that_is_everywhere_against_the_class_shows_nothing_and_loses_all():
    assert AverageDrop(fill="zero")(-np.abs(VALUES) - 1, X, brightness).value == 1


@pytest.mark.parametrize("metric", [AverageDrop, IncreaseInConfidence])
def test_what_is_highlighted_has_no_unit(metric):
    one, other = (metric()(values, X, brightness).value for values in (VALUES, 8 * VALUES))
    assert one == pytest.approx(other, abs=1e-6)


def test_a_class_that_is_never_given_has_no_drop():
    score = AverageDrop()(VALUES, X, lambda images: np.zeros(len(images)))
    assert "nothing to lose" in score.why


@pytest.mark.parametrize("tolerance", [0.05, 0.2])
def test_effective_complexity_is_the_smallest_share_that_suffices(tolerance):
    metric = EffectiveComplexity(fill="zero", step=0.1, tolerance=tolerance)
    ranks, sufficing = removal_ranks(VALUES, metric.seed), []
    for share in np.linspace(0, 1, 11):
        kept = ranks < round(share * ranks.size)
        if abs(brightness(X)[0] - brightness(np.where(kept, X, 0))[0]) <= tolerance:
            sufficing.append(share)
    assert metric(VALUES, X, brightness).value == pytest.approx(min(sufficing))


def test_a_model_that_reads_a_part_needs_that_part():
    """Of a map that knows it; one that has it the other way round needs everything."""

    def reads(images):
        return (images * BRIGHT).sum(axis=(1, 2, 3), dtype=np.float64) / (2 * BRIGHT.sum())

    metric = EffectiveComplexity(fill="zero", step=0.025, tolerance=0.001)
    white = np.ones_like(X)
    share = BRIGHT.mean()
    assert share <= metric(BRIGHT, white, reads).value < share + 0.025
    assert metric(-BRIGHT, white, reads).value == 1


def test_where_nothing_can_be_erased_nothing_needs_to_be_kept():
    score = EffectiveComplexity()(VALUES, X, lambda images: np.full(len(images), 0.8))
    assert "nothing needs to be kept" in score.why


def slow_information(image):
    """Bits of an ideal coder for each grey's difference from the one before, by counting."""
    counts, number = {}, 0
    for channel in image:
        for row in channel:
            greys = [round(min(max(float(grey), 0), 1) * 255) for grey in row]
            for before, after in zip([0, *greys], greys, strict=False):
                counts[after - before] = counts.get(after - before, 0) + 1
                number += 1
    return -sum(n * np.log2(n / number) for n in counts.values())


def test_information_is_what_an_ideal_coder_needs():
    assert information(X[0]) == pytest.approx(slow_information(X[0]))
    assert information(np.zeros_like(X[0])) == 0
    assert information(X[0]) > information(fillers("blur", X[0])[0](np.ones(SIZE, bool)))


def slow_area(values, recovered):
    """Kapishnikov et al.'s: recovered over normalised size, each the largest so far."""
    fill = fillers("blur", X[0])[0]
    empty = fill(np.ones(SIZE, bool))
    ranks = removal_ranks(values, 0)
    points = [(0.0, 0.0), (1.0, 1.0)]
    bits = slow_information(X[0]) - slow_information(empty)
    for share in SHARES:
        shown = fill(ranks >= round(share * ranks.size))
        x = (slow_information(shown) - slow_information(empty)) / bits
        y = recovered(shown[None], empty[None])
        points.append((min(max(x, 0), 1), min(max(y, 0), 1)))
    points.sort()
    area, highest = 0.0, 0.0
    for (x0, _), (x1, y1) in pairwise(points):
        area += (x1 - x0) * (highest + max(highest, y1)) / 2
        highest = max(highest, y1)
    return area


def peak(images):
    """Surer where the image has bright single pixels, which a blur takes away."""
    return np.minimum(1, (images.astype(np.float64) ** 4).mean(axis=(1, 2, 3)))


def normalised_softmax(shown, empty):
    (before,), (after,), (now,) = peak(empty), peak(X), peak(shown)
    return (now - before) / (after - before)


def test_sic_is_the_area_under_the_authors_points():
    for values in (VALUES, X[0].mean(axis=0)):
        found = SoftmaxInformationCurve()(values, X, peak).value
        assert found == pytest.approx(slow_area(values, normalised_softmax), abs=1e-6)


def surely(threshold):
    """Sure of the class from some amount of bright single pixels on."""
    return lambda images: 0.1 + 0.8 * (peak(images) > threshold)


def test_aic_is_the_area_under_the_authors_points():
    empty = fillers("blur", X[0])[0](np.ones(SIZE, bool))
    ends = peak(empty[None])[0], peak(X)[0]
    found = set()
    for share in (0.1, 0.5, 0.9):
        threshold = ends[0] + share * (ends[1] - ends[0])
        for values in (VALUES, X[0].mean(axis=0)):
            score = AccuracyInformationCurve()(values, X, surely(threshold)).value
            expected = slow_area(values, lambda shown, _, t=threshold: float(peak(shown)[0] > t))
            assert score == pytest.approx(expected, abs=1e-6)
            found.add(round(score, 6))
    assert len(found) > 3


def test_an_answer_that_is_not_lost_or_not_given_does_not_come_back():
    aic = AccuracyInformationCurve()
    assert "even to the blurred" in aic(VALUES, X, lambda x: np.full(len(x), 0.9)).why
    assert "not the model's answer" in aic(VALUES, X, lambda x: np.full(len(x), 0.5)).why


def test_a_blurred_image_that_convinces_as_well_leaves_no_curve():
    assert "no less" in SoftmaxInformationCurve()(VALUES, X, lambda x: 1 - peak(x)).why


def test_an_image_without_detail_has_no_information_to_put_back():
    flat = np.full_like(X, 0.5)
    assert "no more information" in SoftmaxInformationCurve()(VALUES, flat, brightness).why


def test_the_gap_is_the_magnitude_of_the_recorded_one():
    for gap, expected in ((0.04, 0.04), (-0.3, 0.3), (0.0, 0.0)):
        made = ImportanceMap(VALUES, "integrated-gradients", completeness_gap=gap)
        assert CompletenessGap()(made).value == expected
    assert "need not sum" in CompletenessGap()(ImportanceMap(VALUES, "gradient")).why
