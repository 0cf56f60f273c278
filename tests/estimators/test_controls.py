"""Maps that ignore the network, to compare the others with."""

import numpy as np
import pytest
import torch

from ctviz.estimators import ESTIMATORS, passes
from ctviz.metrics import METRICS

CONTROLS = [name for name, cls in ESTIMATORS.items() if cls.control]


def test_there_are_three():
    assert CONTROLS == ["centre", "edges", "random"]


@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_is_blind_to_network_and_class(name, linear, quadratic, scan):
    control = ESTIMATORS[name]()
    np.testing.assert_array_equal(control(linear, scan, 1), control(quadratic, scan, 0))
    assert passes([control]).gradient == 0


def test_random_numbers_are_uniform(linear, scan):
    values = ESTIMATORS["random"]()(linear, scan, target=1)
    histogram = np.histogram(values, bins=8, range=(0, 1))[0] / values.size
    np.testing.assert_allclose(histogram, 1 / 8, atol=0.02)


def test_every_slice_has_random_numbers_of_its_own_and_they_do_not_show_it(linear, scan):
    changed = scan.clone()
    changed[..., 3, 5] += 1e-3
    images = [scan, changed, scan.flip(-1), torch.zeros_like(scan)]
    maps = [ESTIMATORS["random"]()(linear, image, target=1).ravel() for image in images]
    likeness = np.abs(np.corrcoef([*maps, scan.numpy().ravel()]) - np.eye(5))
    assert likeness[:4].max() < 4 / np.sqrt(scan.numel())  # what chance leaves, four times over


def test_a_random_map_points_into_a_region_as_often_as_chance_would(linear, scan):
    game = METRICS["pointing-game"]()
    region = np.zeros(scan.shape[-2:], bool)
    region[:32, 32:] = True  # a quarter
    images = [scan + number / 1000 for number in range(200)]
    hits = [game(ESTIMATORS["random"]()(linear, image, 1), region).value for image in images]
    assert 26 <= sum(hits) <= 74  # 50, give or take four standard deviations of a coin


def test_random_numbers_do_not_tell_zero_from_its_negative(linear, scan):
    black = torch.zeros_like(scan)
    values = ESTIMATORS["random"]()(linear, black, target=1)
    np.testing.assert_array_equal(values, ESTIMATORS["random"]()(linear, -black, target=1))


def test_edges_of_a_ramp_are_eight_times_its_slope(linear):
    row, column = torch.meshgrid(torch.arange(64.0), torch.arange(64.0), indexing="ij")
    ramp = (3 * row + 4 * column)[None, None] / 1024
    values = ESTIMATORS["edges"]()(linear, ramp, target=1)
    np.testing.assert_allclose(values[1:-1, 1:-1], 8 * 5 / 1024, rtol=1e-4)


def test_an_even_image_has_no_edges(linear, scan):
    values = ESTIMATORS["edges"]()(linear, torch.full_like(scan, 0.7), target=1)
    np.testing.assert_allclose(values, 0, atol=1e-6)


def test_the_centre_falls_off_evenly_from_the_middle(linear, scan):
    values = ESTIMATORS["centre"](width=0.25)(linear, scan, target=1)
    np.testing.assert_allclose(values, values[::-1, ::-1], rtol=1e-6)
    np.testing.assert_allclose(values, values.T, rtol=1e-6)
    # 15.5 pixels of 64 away along a row: exp(-½ (15.5 / 16)²) of the middle's value there.
    assert values[31, 47] / values[31, 31] == pytest.approx(
        np.exp(-0.5 * (15.5**2 - 0.5**2) / 16**2), rel=1e-5
    )
