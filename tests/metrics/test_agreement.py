"""Laws of every metric that compares a map with a region."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctviz.core import InvalidInput
from ctviz.metrics import METRICS, AgreementMetric
from tests.metrics.arrays import maps_with_regions

AGREEMENT = {n: m for n, m in METRICS.items() if issubclass(m, AgreementMetric)}
PIXEL_MM = (0.5, 0.5)
"""Square, so that a transposed slice has the same pixels."""

every_agreement = pytest.mark.parametrize("metric", AGREEMENT.values(), ids=AGREEMENT.keys())


def same(one, other):
    assert one.why == other.why
    assert one.value == pytest.approx(other.value, abs=1e-6)


@pytest.fixture
def region():
    mask = np.zeros((6, 8), bool)
    mask[2:4, 3:6] = True
    return mask


@pytest.fixture
def values():
    return np.random.default_rng(3).normal(size=(6, 8)).astype(np.float32)


@every_agreement
@settings(max_examples=30, deadline=None)
@given(pair=maps_with_regions())
def test_stays_within_its_bounds_or_says_why_not(metric, pair):
    score = metric()(*pair, PIXEL_MM)
    if score.defined:
        low, high = metric.bounds
        assert low <= score.value <= high
    else:
        assert score.why.endswith(".")


@every_agreement
@settings(max_examples=20, deadline=None)
@given(pair=maps_with_regions(), flip=st.sampled_from([np.flipud, np.fliplr, np.transpose]))
def test_does_not_change_when_map_and_region_are_mirrored(metric, pair, flip):
    values, mask = pair
    same(metric()(flip(values), flip(mask), PIXEL_MM), metric()(values, mask, PIXEL_MM))


@every_agreement
@settings(max_examples=20, deadline=None)
@given(pair=maps_with_regions())
def test_does_not_depend_on_the_unit_of_importance(metric, pair):
    values, mask = pair
    same(metric()(8 * values, mask, PIXEL_MM), metric()(values, mask, PIXEL_MM))


@every_agreement
@settings(max_examples=20, deadline=None)
@given(pair=maps_with_regions())
def test_has_a_curve_only_with_a_score(metric, pair):
    curve = metric().curve(*pair)
    if curve is not None:
        assert metric()(*pair, PIXEL_MM).defined
        assert np.isfinite(curve.x).all()
        assert np.isfinite(curve.y).all()
        assert len(curve.x) == len(curve.y) <= 201
        assert (np.diff(curve.x) >= 0).all()


@every_agreement
def test_a_map_that_is_the_region_is_perfect(metric, region):
    low, high = metric.bounds
    best = high if metric.better == "higher" else low
    assert metric()(region.astype(np.float32), region, PIXEL_MM).value == pytest.approx(best)


@every_agreement
def test_an_empty_region_has_no_score_but_a_reason(metric, values):
    empty = np.zeros(values.shape, bool)
    assert metric()(values, empty, PIXEL_MM).why == "The region is empty."
    assert metric().curve(values, empty) is None


@every_agreement
def test_a_region_of_one_pixel_and_of_all_but_one_have_a_score(metric, values):
    one = np.zeros(values.shape, bool)
    one[2, 2] = True
    assert metric()(np.abs(values), one, PIXEL_MM).defined
    assert metric()(np.abs(values), ~one, PIXEL_MM).defined


@every_agreement
@pytest.mark.parametrize("spoilt", [np.nan, np.inf, -np.inf])
def test_refuses_a_map_that_is_not_finite(metric, values, region, spoilt):
    values[1, 1] = spoilt
    with pytest.raises(InvalidInput, match="NaN or infinite"):
        metric()(values, region, PIXEL_MM)


@every_agreement
def test_refuses_a_region_of_another_shape(metric, values, region):
    with pytest.raises(InvalidInput, match="scan's rows and columns"):
        metric()(values, region[:-1], PIXEL_MM)
    with pytest.raises(InvalidInput, match="scan's rows and columns"):
        metric().curve(values.ravel(), region.ravel())


@every_agreement
def test_refuses_a_mask_that_is_not_boolean(metric, values, region):
    with pytest.raises(InvalidInput, match="boolean"):
        metric()(values, region.astype(np.uint8), PIXEL_MM)


@every_agreement
def test_leaves_read_only_inputs_alone(metric, values, region):
    for array in (values, region):
        array.flags.writeable = False
    metric()(values, region, PIXEL_MM)
    metric().curve(values, region)
