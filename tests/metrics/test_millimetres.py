"""Distances between the most important part and the region, against slow definitions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctviz.core import InvalidInput
from ctviz.metrics import METRICS
from ctviz.metrics.in_millimetres import MillimetreMetric, edge, hot_pixels
from tests.metrics.arrays import maps_with_regions

MILLIMETRE = {n: m for n, m in METRICS.items() if issubclass(m, MillimetreMetric)}
every_millimetre = pytest.mark.parametrize("metric", MILLIMETRE.values(), ids=MILLIMETRE.keys())
spacings = st.tuples(st.floats(0.3, 3), st.floats(0.3, 3))

centre, hd95 = METRICS["centre-distance-mm"](), METRICS["hd95-mm"]()


def slow_edge(area):
    inside = np.pad(area, 1)
    sides = ((1, 0), (-1, 0), (0, 1), (0, -1))
    return [
        (r, c)
        for r, c in np.argwhere(area)
        if not all(inside[r + 1 + dr, c + 1 + dc] for dr, dc in sides)
    ]


def slow_distances(one, other, spacing):
    one, other = (np.array(slow_edge(area)) * spacing for area in (one, other))
    apart = np.linalg.norm(one[:, None] - other[None], axis=2)
    return apart.min(axis=1), apart.min(axis=0)


def square(top, left, side=4, shape=(16, 18)):
    area = np.zeros(shape, bool)
    area[top : top + side, left : left + side] = True
    return area


@settings(max_examples=30, deadline=None)
@given(pair=maps_with_regions())
def test_the_hot_pixels_are_the_threshold_that_is_nearest_to_the_regions_size(pair):
    values, mask = pair
    hot = hot_pixels(values, mask)
    off = [abs(int((values >= level).sum()) - int(mask.sum())) for level in np.unique(values)]
    assert abs(int(hot.sum()) - int(mask.sum())) == min(off)
    np.testing.assert_array_equal(hot, values >= values[hot].min())


def test_a_map_of_few_pixels_in_the_region_does_not_become_the_whole_image():
    few = square(3, 4, side=3)
    np.testing.assert_array_equal(hot_pixels(few.astype(np.float32), square(2, 3)), few)


@settings(max_examples=30, deadline=None)
@given(pair=maps_with_regions(), spacing=spacings)
def test_outline_distances_equal_those_of_all_pairs_of_edge_pixels(pair, spacing):
    values, mask = pair
    if values.min() == values.max():
        return
    there, back = slow_distances(hot_pixels(values, mask), mask, spacing)
    worst = max(np.percentile(there, 95), np.percentile(back, 95))
    assert hd95(values, mask, spacing).value == pytest.approx(worst)
    for tolerance in (0.0, 1.0):
        close = (there <= tolerance).sum() + (back <= tolerance).sum()
        surface = METRICS["surface-dice"](tolerance_mm=tolerance)(values, mask, spacing)
        assert surface.value == pytest.approx(close / (len(there) + len(back)))


@settings(max_examples=30, deadline=None)
@given(pair=maps_with_regions())
def test_the_edge_is_what_touches_the_outside(pair):
    assert np.argwhere(edge(pair[1])).tolist() == [list(each) for each in slow_edge(pair[1])]


@given(down=st.integers(0, 8), across=st.integers(0, 8), spacing=spacings)
@settings(max_examples=20, deadline=None)
def test_a_shifted_square_is_as_far_as_it_was_shifted(down, across, spacing):
    region, found = square(2, 3), square(2 + down, 3 + across).astype(np.float32)
    shift = np.hypot(down * spacing[0], across * spacing[1])
    assert centre(found, region, spacing).value == pytest.approx(shift)
    assert hd95(found, region, spacing).value <= shift + 1e-9


def test_a_square_moved_along_a_row_misses_by_its_shift():
    region, found = square(2, 3), square(2, 11).astype(np.float32)
    surface = METRICS["surface-dice"]
    assert hd95(found, region, (9.0, 0.5)).value == pytest.approx(4.0)
    assert surface(tolerance_mm=2.4)(found, region, (9.0, 0.5)).value == 0
    assert surface(tolerance_mm=4.0)(found, region, (9.0, 0.5)).value == 1


@every_millimetre
def test_without_the_pixel_size_there_is_no_score_but_a_reason(metric):
    region = square(2, 3)
    assert metric()(region.astype(np.float32), region).why == (
        "The pixel size of this scan is unknown."
    )


@every_millimetre
def test_a_constant_map_ranks_no_pixel(metric):
    assert "constant" in metric()(np.ones((16, 18), np.float32), square(2, 3), (1.0, 1.0)).why


@every_millimetre
def test_a_region_that_is_the_whole_image_is_matched_by_every_map(metric):
    everything = np.ones((5, 6), bool)
    best = 0 if metric.better == "lower" else 1
    for values in (np.random.default_rng(0).normal(size=(5, 6)), np.ones((5, 6))):
        assert metric()(values.astype(np.float32), everything, (1.0, 2.0)).value == best


@pytest.mark.parametrize("spacing", [(0.0, 1.0), (1.0, -1.0), (np.nan, 1.0), (1.0, np.inf)])
def test_refuses_a_pixel_without_size(spacing):
    region = square(2, 3)
    for metric in METRICS["auroc"], METRICS["hd95-mm"]:
        with pytest.raises(InvalidInput, match="larger than 0 mm"):
            metric()(region.astype(np.float32), region, spacing)


@settings(max_examples=20, deadline=None)
@given(pair=maps_with_regions(), scale=st.sampled_from([0.5, 2.0, 4.0]))
def test_pixels_twice_as_large_are_twice_as_far(pair, scale):
    for metric in (centre, hd95):
        one, other = metric(*pair, (1.0, 1.0)), metric(*pair, (scale, scale))
        assert one.why == other.why
        if one.defined:
            assert other.value == pytest.approx(scale * one.value)
