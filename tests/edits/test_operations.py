"""What operations do is known in closed form; whatever they are, nothing else changes."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from ctviz.core import InvalidInput, InvalidParameter, Slice, UnknownName
from ctviz.core.experiment import Edit
from ctviz.edits import OPERATIONS, apply, operation_of
from ctviz.edits.applying import soft_weights

every_operation = pytest.mark.parametrize("name", OPERATIONS)
SPACING = (0.8, 0.5)


@pytest.fixture
def image() -> Slice:
    noise = np.random.default_rng(0).normal(60, 40, (40, 56)).astype(np.float32)
    return Slice(noise, SPACING)


@pytest.fixture
def mask():
    rows, columns = np.mgrid[:40, :56]
    return (rows - 18) ** 2 + (columns - 30) ** 2 < 64


def edited(image, mask, name, edge_mm=0.0, **settings):
    return apply(Edit(name, mask, settings, edge_mm), image).hounsfield


@every_operation
@pytest.mark.parametrize("edge_mm", [0.0, 2.0])
def test_beyond_the_mask_and_its_soft_edge_every_bit_is_the_same(image, mask, name, edge_mm):
    away = distance_transform_edt(~mask, sampling=SPACING)
    beyond = ~mask if edge_mm == 0 else away >= edge_mm
    changed = edited(image, mask, name, edge_mm)
    assert (changed[beyond].tobytes()) == image.hounsfield[beyond].tobytes()
    assert (changed[mask] != image.hounsfield[mask]).any()


@every_operation
def test_everything_else_of_the_slice_stays(image, mask, name):
    placed = replace(image, orientation=(1, 0, 0, 0, 1, 0), position_mm=(1.0, 2.0, 3.0))
    changed = apply(Edit(name, mask), placed)
    assert (changed.spacing_mm, changed.orientation, changed.position_mm) == (
        placed.spacing_mm,
        placed.orientation,
        placed.position_mm,
    )
    assert changed.digest != placed.digest
    assert changed.digest == apply(Edit(name, mask), placed).digest


@pytest.mark.parametrize(
    ("name", "settings"),
    [("shift", {"by": 0}), ("cap", {"limit": 3071}), ("blur", {"sigma_mm": 0.0})],
)
@pytest.mark.parametrize("edge_mm", [0.0, 3.0])
def test_an_edit_that_does_nothing_changes_no_bit(image, mask, name, settings, edge_mm):
    same = apply(Edit(name, mask, settings, edge_mm), image)
    assert same.hounsfield.tobytes() == image.hounsfield.tobytes()
    assert same.digest == image.digest


def test_one_value_everywhere(image, mask):
    assert (edited(image, mask, "set-hu", value=-30)[mask] == -30).all()


def test_the_limit_takes_what_is_brighter_and_leaves_the_rest(image, mask):
    changed = edited(image, mask, "cap", limit=45)
    assert (changed == np.where(mask & (image.hounsfield > 45), 45, image.hounsfield)).all()


def test_a_shift_is_the_same_for_every_pixel(image, mask):
    changed = edited(image, mask, "shift", by=-70)
    np.testing.assert_array_equal(changed[mask], image.hounsfield[mask] - np.float32(70))


def test_another_mean_keeps_the_texture(image, mask):
    changed, before = edited(image, mask, "set-mean", value=45)[mask], image.hounsfield[mask]
    assert changed.mean(dtype=float) == pytest.approx(45, abs=1e-4)
    np.testing.assert_allclose(np.diff(changed), np.diff(before), atol=1e-4)


def test_a_blur_is_a_gaussian_in_millimetres():
    """A point becomes the Gaussian, whose widths in pixels are inverse to their size."""
    pixels, middle = np.zeros((101, 101), np.float32), (50, 50)
    pixels[middle] = 1000
    everywhere = np.ones((101, 101), np.bool_)
    everywhere[0, 0] = False
    image = Slice(pixels, (1.0, 0.5))
    changed = edited(image, everywhere, "blur", sigma_mm=3.0)
    y, x = (np.mgrid[:101, :101] - 50) * np.array([1.0, 0.5])[:, None, None]
    gauss = 1000 * 0.5 * np.exp(-(x**2 + y**2) / 18) / (2 * np.pi * 9)
    np.testing.assert_allclose(changed, gauss, atol=0.01)


@pytest.mark.parametrize("edge_mm", [0.0, 3.0])
def test_a_plane_is_continued_as_a_plane(mask, edge_mm):
    """Linear functions are harmonic: whatever was painted into the hole, the plane comes back."""
    rows, columns = np.mgrid[:40, :56]
    plane = (2.5 * rows - 1.5 * columns).astype(np.float32)
    painted = Slice(np.where(mask, 900, plane).astype(np.float32), SPACING)
    changed = edited(painted, mask, "remove", edge_mm)
    np.testing.assert_allclose(changed, plane, atol=1e-3)


def test_a_saddle_is_continued_in_millimetres(mask):
    """x² − y² in millimetres is harmonic, also for the five-point stencil."""
    y, x = np.mgrid[:40, :56] * np.array(SPACING)[:, None, None]
    saddle = (x**2 - y**2).astype(np.float32)
    painted = Slice(np.where(mask, 0, saddle).astype(np.float32), SPACING)
    np.testing.assert_allclose(edited(painted, mask, "remove"), saddle, atol=1e-2)


def test_what_is_removed_at_the_border_is_filled_from_the_side_that_is_there():
    image = Slice(np.full((20, 20), 30, np.float32), None)
    corner = np.zeros((20, 20), np.bool_)
    corner[:6, :7] = True
    painted = replace(image, hounsfield=np.where(corner, 500, 30).astype(np.float32))
    np.testing.assert_allclose(edited(painted, corner, "remove"), 30, atol=1e-4)


def test_what_is_removed_is_no_brighter_than_what_lies_around(image, mask):
    changed = edited(image, mask, "remove")[mask]
    around = image.hounsfield[~mask]
    assert around.min() <= changed.min() < changed.max() <= around.max()


def test_the_edge_fades_by_half_a_cosine():
    mask = np.zeros((1, 30), np.bool_)
    mask[0, :5] = True
    weights = soft_weights(mask, 4.0, (1.0, 0.5))[0]
    distance = 0.5 * (np.arange(30) - 4)
    expected = np.where(distance < 4, (1 + np.cos(np.pi * distance / 4)) / 2, 0)
    expected[:5] = 1
    np.testing.assert_allclose(weights, expected, atol=1e-12)


def test_half_way_through_the_edge_half_of_the_change_is_there():
    image = Slice(np.zeros((1, 30), np.float32), (1.0, 1.0))
    mask = np.zeros((1, 30), np.bool_)
    mask[0, :5] = True
    changed = edited(image, mask, "set-hu", 6.0, value=100)[0]
    assert changed[4 + 3] == pytest.approx(50, abs=1e-4)


@every_operation
def test_an_operation_says_what_it_is_in_a_sentence(name):
    operation = OPERATIONS[name]
    assert operation.title
    assert operation.summary.endswith(".")
    assert operation().words.startswith(("with ", "without "))


def test_what_cannot_be_edited_is_said_in_a_sentence(image, mask):
    for wrong, sentence in (
        (mask & False, "Nothing is drawn here"),
        (mask | True, "covers the whole slice"),
        (mask[:-1], "39 × 56 pixels does not fit a slice of 40 × 56"),
    ):
        with pytest.raises(InvalidInput, match=sentence):
            apply(Edit("set-hu", wrong), image)
    with pytest.raises(InvalidInput, match="no Hounsfield units"):
        apply(Edit("set-hu", mask), replace(image, calibrated=False))
    with pytest.raises(UnknownName, match="Did you mean 'blur'"):
        apply(Edit("blurr", mask), image)
    with pytest.raises(InvalidParameter, match="between -1024 and 3071"):
        operation_of(Edit("set-hu", mask, {"value": 5000}))
    for width in (-1.0, 31.0, float("nan")):
        with pytest.raises(InvalidInput, match="0 to 30 mm"):
            Edit("blur", mask, {}, width)
    almost = mask | True
    almost[0, 0] = False
    with pytest.raises(InvalidInput, match="Nothing is left around"):
        apply(Edit("remove", almost, {}, 30.0), image)
