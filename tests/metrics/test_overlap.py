"""Overlap, pointing game and relevance in and out of the region, against closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings

from ctviz.metrics import METRICS
from tests.metrics.arrays import maps_with_regions

dice, iou, pointing = METRICS["dice"](), METRICS["iou"](), METRICS["pointing-game"]()
mass, rank = METRICS["relevance-mass"](), METRICS["relevance-rank"]()


@settings(max_examples=30, deadline=None)
@given(pair=maps_with_regions())
def test_iou_and_relevance_rank_follow_from_dice(pair):
    overlap = dice(*pair).value
    assert iou(*pair).value == pytest.approx(overlap / (2 - overlap))
    assert rank(*pair).value == pytest.approx(overlap)


@settings(max_examples=30, deadline=None)
@given(pair=maps_with_regions())
def test_the_pointing_game_points_at_the_maximum(pair):
    values, mask = pair
    peaks = [mask[at] for at in np.ndindex(mask.shape) if values[at] == values.max()]
    assert pointing(values, mask).value == pytest.approx(sum(peaks) / len(peaks))


@settings(max_examples=30, deadline=None)
@given(pair=maps_with_regions())
def test_the_relevance_inside_and_outside_adds_up_to_all(pair):
    values, mask = pair
    inside, outside = mass(values, mask), mass(values, ~mask)
    if (values > 0).any():
        assert inside.value + outside.value == pytest.approx(1)
    else:
        assert "no positive" in inside.why


def test_relevance_mass_weighs_pixels_by_their_importance():
    values = np.array([[3.0, 1.0], [-5.0, 0.0]], np.float32)
    mask = np.array([[True, False], [True, True]])
    assert mass(values, mask).value == pytest.approx(0.75)


@settings(max_examples=20, deadline=None)
@given(pair=maps_with_regions())
def test_a_constant_map_scores_the_regions_share(pair):
    mask = pair[1]
    constant, share = np.ones(mask.shape, np.float32), mask.mean()
    for metric in (pointing, mass, rank):
        assert metric(constant, mask).value == pytest.approx(share)
    assert iou(constant, mask).value == pytest.approx(share / (2 - share))
