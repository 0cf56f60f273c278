import numpy as np
import pytest

from ctviz.core.orientation import depth_mm

AXIAL, CORONAL = (1, 0, 0, 0, 1, 0), (1, 0, 0, 0, 0, -1)


def test_an_axial_slice_lies_as_high_as_its_first_pixel():
    assert depth_mm(AXIAL, (-170.0, 12.0, 42.5)) == 42.5
    assert depth_mm(CORONAL, (-170.0, 12.0, 42.5)) == 12.0


@pytest.mark.parametrize("degrees", [0, 15, -30, 80])
def test_slices_of_a_tilted_stack_are_as_far_apart_as_they_are(degrees):
    turn = np.radians(degrees)
    tilted = (1, 0, 0, 0, np.cos(turn), np.sin(turn))
    step = 2.5 * np.array([0, -np.sin(turn), np.cos(turn)])
    first = np.array([-100.0, -90.0, 31.0])
    # Wherever in its own plane a slice begins.
    moved = first + 4 * step + 7 * np.array(tilted[3:])
    assert depth_mm(tilted, moved) - depth_mm(tilted, first) == pytest.approx(10)
