import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ctviz.core import SIGNS
from ctviz.core.theme import THEME
from ctviz.viz import COLOUR_MAPS, HeatmapLook, heatmap, outline, overlay, robust_limit
from ctviz.viz.images.colours import default_colours
from ctviz.viz.images.heatmap import OUTLINE

maps = hnp.arrays(
    np.float32,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=8),
    elements=st.floats(-8, 8, width=32),
)
grey = np.full((4, 5), 90, np.uint8)


def look(sign, opacity=1.0, threshold=0.0):
    return HeatmapLook(sign, default_colours(sign), opacity, threshold)


@settings(max_examples=40, deadline=None)
@given(values=maps)
def test_the_scale_is_never_empty_and_never_beyond_the_largest_importance(values):
    limit = robust_limit(values)
    assert limit > 0
    assert limit <= np.abs(values).max() or not values.any()


def test_one_hot_pixel_does_not_darken_the_rest():
    values = np.ones((50, 50), np.float32)
    values[3, 3] = 1e6
    assert robust_limit(values) == 1


def test_a_few_important_pixels_still_have_a_scale():
    values = np.zeros((50, 50), np.float32)
    values[3, 3] = -2
    assert robust_limit(values) == 2


@settings(max_examples=40, deadline=None)
@given(values=maps, sign=st.sampled_from(SIGNS))
def test_opacity_rises_with_the_magnitude_and_is_zero_where_nothing_is_claimed(values, sign):
    alpha = heatmap(values, look(sign))[..., 3].ravel().astype(int)
    order = np.argsort(np.abs(values).ravel(), kind="stable")
    assert (np.diff(alpha[order]) >= 0).all()
    assert (alpha[values.ravel() == 0] == 0).all()


@settings(max_examples=20, deadline=None)
@given(values=maps)
def test_the_absolute_view_does_not_know_the_sign(values):
    seen, turned = heatmap(values, look("absolute")), heatmap(-values, look("absolute"))
    np.testing.assert_array_equal(seen[..., :3], turned[..., :3])
    assert np.abs(seen[..., 3].astype(int) - turned[..., 3]).max() <= 1


def test_the_signed_view_colours_evidence_for_and_against_differently():
    values = np.array([[-1.0, 0.0, 1.0]], np.float32)
    against, _, speaks_for = heatmap(values, look("signed"), limit=1)[0, :, :3].astype(int)
    assert against[2] > against[0]
    assert speaks_for[0] > speaks_for[2]


def test_maps_share_a_scale_by_one_limit():
    values = np.array([[0.25, 0.5, 4.0]], np.float32)
    np.testing.assert_array_equal(
        heatmap(values, look("absolute"), limit=1), heatmap(4 * values, look("absolute"), limit=4)
    )


@pytest.mark.parametrize("sign", SIGNS)
def test_a_map_of_zeros_leaves_the_slice_as_it_is(sign):
    shown = overlay(grey, heatmap(np.zeros((4, 5), np.float32), HeatmapLook.of(sign)))
    np.testing.assert_array_equal(shown, np.repeat(grey[..., None], 3, axis=2))


def test_opacity_runs_from_the_slice_to_the_colour():
    values = np.ones((4, 5), np.float32)
    assert (overlay(grey, heatmap(values, look("absolute", opacity=0))) == 90).all()
    hot = heatmap(values, look("absolute", opacity=1))
    np.testing.assert_array_equal(overlay(grey, hot), hot[..., :3])


def test_the_opacity_follows_the_one_law():
    values = np.linspace(-1, 1, 41, dtype=np.float32)[None]
    alpha = heatmap(values, look("signed", opacity=0.8), limit=1)[0, :, 3]
    law = 255 * 0.8 * np.abs(values[0]) ** THEME.heatmap.power
    assert np.abs(alpha - law).max() <= 1


def test_a_half_opaque_pixel_is_half_of_both():
    hot = np.array([[[200, 0, 90, 128]]], np.uint8)
    assert overlay(np.full((1, 1), 100, np.uint8), hot)[0, 0].tolist() == [150, 50, 95]


def test_the_threshold_hides_what_does_not_reach_it():
    values = np.linspace(0, 1, 20, dtype=np.float32).reshape(4, 5)
    hot = heatmap(values, look("absolute", threshold=0.5), limit=1)
    changed = (overlay(grey, hot) != grey[..., None]).any(axis=2)
    np.testing.assert_array_equal(changed, values >= 0.5)


def test_an_outline_is_the_inner_edge_of_the_region_and_nothing_else():
    picture, mask = np.zeros((7, 9, 3), np.uint8), np.zeros((7, 9), bool)
    mask[1:6, 2:8] = True
    drawn = (outline(picture, mask) == OUTLINE).all(axis=2)
    edge = mask.copy()
    edge[2:5, 3:7] = False
    np.testing.assert_array_equal(drawn, edge)
    assert not picture.any()


def test_an_outline_closes_at_the_border_and_an_empty_region_has_none():
    picture = np.zeros((4, 4, 3), np.uint8)
    assert (outline(picture, np.ones((4, 4), bool))[0] == OUTLINE).all()
    assert not outline(picture, np.zeros((4, 4), bool)).any()


@pytest.mark.parametrize("colours", COLOUR_MAPS.values(), ids=COLOUR_MAPS.keys())
def test_a_colour_map_begins_and_ends_with_its_own_colours_and_knows_its_view(colours):
    ends = colours.at(np.array([-0.5, 0.0, 1.0, 1.5]))
    np.testing.assert_array_equal(ends, colours.stops[[0, 0, -1, -1]])
    assert ends.dtype == np.uint8
    assert colours.sign in SIGNS


def test_each_view_has_a_colour_map():
    assert {colours.sign for colours in COLOUR_MAPS.values()} == set(SIGNS)
