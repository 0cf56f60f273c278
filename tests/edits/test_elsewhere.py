"""The same change elsewhere: same area, same values, in the body, never where the edit was."""

import numpy as np
import pytest

from ctviz.core import InvalidInput, Slice
from ctviz.core.experiment import Edit
from ctviz.edits import apply, elsewhere
from ctviz.edits.elsewhere import body


@pytest.fixture
def image() -> Slice:
    """A round body with two lungs on a table of air."""
    rows, columns = np.mgrid[:80, :80]
    pixels = np.full((80, 80), -1000.0, np.float32)
    pixels[(rows - 40) ** 2 + (columns - 40) ** 2 < 34**2] = 40
    for middle in (25, 55):
        pixels[(rows - 40) ** 2 / 2 + (columns - middle) ** 2 < 9**2] = -850
    return Slice(pixels + np.random.default_rng(3).integers(-9, 9, (80, 80)), (1.0, 1.0))


def disc(row, column, radius):
    rows, columns = np.mgrid[:80, :80]
    return (rows - row) ** 2 + (columns - column) ** 2 < radius**2


def changes(image, edit, count=10, seed=0):
    edited = apply(edit, image)
    before = image.hounsfield
    return edited.hounsfield - before, [
        one.hounsfield - before for one in elsewhere(image, edited, count=count, seed=seed)
    ]


@pytest.mark.parametrize("radius", [2, 9, 14])
def test_area_and_values_are_the_same_at_every_place(image, radius):
    own, others = changes(image, Edit("shift", disc(40, 40, radius), {"by": 64}, 2.0))
    for other in others:
        np.testing.assert_allclose(np.sort(other, axis=None), np.sort(own, axis=None), atol=1e-3)
        assert not ((other != 0) & (own != 0)).any()
        inside = image.hounsfield[other != 0]
        assert inside.min() > -200


def test_where_there_is_room_the_shape_is_moved_as_it_is(image):
    own, others = changes(image, Edit("set-hu", disc(40, 40, 3), {"value": 300}, 0.0), count=30)
    shape = own[37:44, 37:44] != 0
    moved = 0
    for other in others:
        rows, columns = np.nonzero(other)
        cut = other[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] != 0
        moved += cut.shape == (5, 5) and bool((cut == shape[1:6, 1:6]).all())
    assert moved > 10


def test_places_are_those_of_the_seed(image):
    edit = Edit("cap", disc(40, 40, 6), {"limit": 0})
    _, first = changes(image, edit, seed=4)
    _, again = changes(image, edit, seed=4)
    _, other = changes(image, edit, seed=5)
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert any((a != b).any() for a, b in zip(first, other, strict=True))


def test_what_was_changed_in_the_lung_may_go_to_the_lung(image):
    _, others = changes(image, Edit("set-hu", disc(40, 25, 4), {"value": 30}), count=40)
    assert any((image.hounsfield[other != 0] < -500).any() for other in others)


def test_the_body_is_the_largest_thing_with_what_lies_inside(image):
    expected = disc(40, 40, 34)
    pixels = image.hounsfield.copy()
    pixels[78:, :20] = 100
    assert (body(Slice(pixels)) == expected).all()
    assert not body(Slice(np.full((4, 4), -1000, np.float32))).any()


def test_what_cannot_be_elsewhere_is_said_in_a_sentence(image):
    with pytest.raises(InvalidInput, match="changes nothing"):
        changes(image, Edit("shift", disc(40, 40, 5), {"by": 0}))
    with pytest.raises(InvalidInput, match="fits nowhere else"):
        changes(image, Edit("shift", disc(40, 40, 30)))
