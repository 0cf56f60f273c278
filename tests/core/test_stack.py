"""Where the slices of a stack lie, by constructions of which everything is known."""

from dataclasses import replace

import numpy as np
import pytest

from ctviz.core import Slice
from ctviz.core.orientation import EdgeLetters
from ctviz.core.stack import NoStack, offset_mm, stack_of

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SHAPE = (6, 8)
SPACING = (0.5, 0.25)


def slices(positions, orientation=AXIAL, spacing=SPACING):
    image = Slice(np.zeros(SHAPE, np.float32), spacing, orientation)
    return [replace(image, position_mm=tuple(map(float, position))) for position in positions]


def along(step, count=5, first=(-10.0, 20.0, 300.0)):
    return [np.add(first, np.multiply(step, number)) for number in range(count)]


def stack(positions, **how):
    return stack_of(slices(positions, **how), SHAPE)


def test_an_axial_series_from_head_to_foot_has_coronal_and_sagittal_planes():
    found = stack(along((0, 0, -2.5)))
    assert found.depths_mm == (0, 2.5, 5, 7.5, 10)
    assert found.even
    assert (found.shifts, found.notes) == ((), ())
    assert found.along_row.title == "coronal"
    assert found.along_row.letters == EdgeLetters("R", "L", "H", "F")
    assert found.along_column.title == "sagittal"
    assert found.along_column.letters == EdgeLetters("A", "P", "H", "F")


def test_a_coronal_series_is_crossed_by_axial_and_sagittal_planes():
    found = stack(along((0, 2, 0)), orientation=(1.0, 0.0, 0.0, 0.0, 0.0, -1.0))
    assert found.along_row.title == "axial"
    assert found.along_row.letters == EdgeLetters("R", "L", "A", "P")
    assert found.along_column.title == "sagittal"
    assert found.along_column.letters == EdgeLetters("H", "F", "A", "P")


def test_a_patient_who_lies_on_the_belly_has_his_left_elsewhere():
    found = stack(along((0, 0, -1)), orientation=(-1.0, 0.0, 0.0, 0.0, -1.0, 0.0))
    assert found.along_row.letters == EdgeLetters("L", "R", "H", "F")
    assert found.along_column.letters == EdgeLetters("P", "A", "H", "F")


def test_uneven_gaps_are_said_and_not_interpolated():
    positions = [(0, 0, -depth) for depth in (0, 1, 2, 7)]
    found = stack(positions)
    assert found.depths_mm == (0, 1, 2, 7)
    assert not found.even
    assert found.notes == (
        "The slices lie 1.00 to 5.00 mm apart: between them the nearest slice is shown.",
    )


@pytest.mark.parametrize("degrees", [20, -20])
def test_a_tilted_gantry_shears_the_stack_by_as_much_as_it_is_tilted(degrees):
    turn = np.radians(degrees)
    orientation = (1.0, 0.0, 0.0, 0.0, float(np.cos(turn)), float(np.sin(turn)))
    # The table moves along the patient, not along the slices' normal.
    found = stack(along((0, 0, -5)), orientation=orientation)
    np.testing.assert_allclose(found.depths_mm, np.arange(5) * 5 * np.cos(turn), atol=1e-3)
    beside = -np.arange(5) * 5 * np.sin(turn) / SPACING[0]
    np.testing.assert_allclose(found.shifts, np.stack([np.zeros(5), beside], axis=1), atol=6e-3)
    assert found.even
    assert "tilted gantry" in found.notes[0]
    assert found.along_row.title == "oblique coronal"
    assert found.along_column.title == "sagittal"


def test_slices_that_lie_beside_each_other_are_shifted_by_whole_pixels():
    positions = along((0, 0, -2))
    positions[3] = positions[3] + np.array([0.75, -1.5, 0])
    assert stack(positions).shifts[3] == (3, -3)


@pytest.mark.parametrize(
    ("planes", "why"),
    [
        (slices([(0, 0, 0)]), "one slice only"),
        (slices(along((0, 0, -2)), spacing=None), "spacing is unknown"),
        (slices(along((0, 0, -2)), orientation=None), "unknown where the slices lie"),
        ([*slices(along((0, 0, -2))), slices([(-10, 20, 301)])[0]], "order"),
        ([replace(image, position_mm=None) for image in slices(along((0, 0, -2)))], "unknown"),
        (slices(along((0, 0, 0))), "at one place"),
        (slices(along((1e6, 0, -2))), "too far beside"),
    ],
    ids=["one", "no spacing", "no orientation", "no order", "no position", "one place", "far"],
)
def test_what_cannot_be_crossed_is_refused_in_a_sentence(planes, why):
    with pytest.raises(NoStack, match=why):
        stack_of(planes, SHAPE)


def test_another_scan_begins_where_its_first_pixel_lies_in_the_patient():
    here, there = along((0, 0, -2)), along((0, 0, -5), first=(-7.0, 22.5, 290.0))
    assert offset_mm(slices(here), slices(there)) == (3.0, 2.5, 10.0)
    assert offset_mm(slices(there), slices(here)) == (-3.0, -2.5, -10.0)


def test_scans_that_are_turned_against_each_other_or_have_no_place_have_no_offset():
    here = slices(along((0, 0, -2)))
    coronal = slices(along((0, 2, 0)), orientation=(1.0, 0.0, 0.0, 0.0, 0.0, -1.0))
    assert offset_mm(here, coronal) is None
    assert offset_mm(here, here[:1]) is None
