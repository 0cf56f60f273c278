"""Outlines measure true distances, and the drawing of strokes agrees with them."""

import numpy as np
import pytest

from ctviz.phantom.anatomy import Anatomy
from ctviz.phantom.geometry import Ellipse, Grid, Tube, patient_grid, smooth_union, texture
from ctviz.phantom.strokes import Strokes


@pytest.fixture
def grid():
    y, x = np.mgrid[:64, :64].astype(np.float32)
    return Grid(x, y, 0.5, 1.0, np.eye(2), np.zeros(2), (slice(0, 64), slice(0, 64)))


def test_a_circle_measures_the_distance_to_its_edge(grid):
    circle = Ellipse(30, 20, 8, 8)
    expected = np.hypot(grid.x - 30, grid.y - 20) - 8
    np.testing.assert_allclose(circle.distance(grid), expected, atol=1e-3)


def test_an_ellipse_covers_its_area(grid):
    ellipse = Ellipse(32, 32, 20, 9, 30)
    assert grid.cover(ellipse.distance(grid)).sum() == pytest.approx(np.pi * 20 * 9, rel=0.01)


def test_a_straight_tube_covers_a_rectangle_with_round_ends(grid):
    tube = Tube(((15, 32), (50, 32)), (5, 5))
    area = 35 * 10 + np.pi * 25
    assert grid.cover(tube.distance(grid)).sum() == pytest.approx(area, rel=0.01)


def test_strokes_draw_what_the_tube_measures(grid):
    tube = Tube(((15.3, 20.1), (44.0, 41.7)), (3.4, 3.4))
    stroke = Strokes(
        np.array([[20.1, 15.3]]), np.array([[41.7, 44.0]]), np.array([3.4]), np.ones(1)
    )
    np.testing.assert_allclose(stroke.cover(64), grid.cover(tube.distance(grid)), atol=1e-3)


def test_strokes_beyond_the_edge_are_cut_off():
    stroke = Strokes(np.array([[-9.0, -9.0]]), np.array([[3.0, 3.0]]), np.ones(1), np.ones(1))
    share = stroke.cover(16)
    assert share[0, 0] == 1
    assert not share[8:, 8:].any()


def test_a_smooth_union_holds_all_its_parts(grid):
    parts = [Ellipse(20, 32, 9, 9).distance(grid), Ellipse(40, 32, 9, 9).distance(grid)]
    union = smooth_union(parts, 2.0)
    assert (union <= np.minimum(*parts) + 1e-3).all()
    assert (union >= np.minimum(*parts) - 2.0 * np.log(2) - 1e-3).all()


def test_a_texture_has_unit_variance():
    field = texture(np.random.default_rng(0), 256, (64, 64))
    assert field.std() == pytest.approx(1, abs=0.1)
    assert abs(field.mean()) < 0.1


def test_points_are_found_where_the_warped_grid_shows_them():
    anatomy = Anatomy.draw(np.random.default_rng(4))
    grid = patient_grid(anatomy, 0.4, 256, 1.5)
    row, column = np.array([60, 128, 200]), np.array([90, 128, 180])
    points = np.stack([grid.x[row, column], grid.y[row, column]], axis=1)
    np.testing.assert_allclose(grid.locate(points), np.stack([row, column], axis=1), atol=0.5)
