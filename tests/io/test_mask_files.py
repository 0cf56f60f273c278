import nibabel as nib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from ctviz.core import InvalidInput, Slice
from ctviz.io import load_mask, save_mask

ORIENTATIONS = [
    (1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    (-1.0, 0.0, 0.0, 0.0, -1.0, 0.0),
    (1.0, 0.0, 0.0, 0.0, 0.0, -1.0),
    (0.0, 1.0, 0.0, 0.0, 0.0, -1.0),
    (1.0, 0.0, 0.0, 0.0, 0.95, 0.3122499),
    None,
]


def plain(shape, orientation=None, position=(1.0, 2.0, 3.0)):
    return Slice(np.zeros(shape, np.float32), (0.75, 0.5), orientation, position)


@pytest.mark.parametrize("suffix", [".png", ".npy", ".nii", ".nii.gz"])
@given(
    mask=arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=6)),
    orientation=st.sampled_from(ORIENTATIONS),
)
@settings(max_examples=15, deadline=None)
def test_a_mask_comes_back_as_it_was_drawn(tmp_path_factory, suffix, mask, orientation):
    path = tmp_path_factory.mktemp("masks") / f"mask{suffix}"
    like = plain(mask.shape, orientation)
    save_mask(mask, path, like)
    again = load_mask(path, like)
    assert again.dtype == np.bool_
    np.testing.assert_array_equal(again, mask)


def test_nifti_carries_the_slice_s_geometry(tmp_path):
    mask = np.zeros((3, 4), bool)
    mask[2, 1] = True
    save_mask(mask, tmp_path / "m.nii", plain((3, 4), ORIENTATIONS[0]))
    image = nib.load(tmp_path / "m.nii")
    (voxel,) = np.argwhere(image.get_fdata())
    # DICOM's patient axes are left, posterior, head; NIfTI's are right, anterior, head.
    lps = np.array([1 + 1 * 0.5, 2 + 2 * 0.75, 3])
    np.testing.assert_allclose((image.affine @ [*voxel, 1])[:3], lps * [-1, -1, 1])


def test_a_volume_gives_the_slice_at_the_same_place(tmp_path):
    values = np.zeros((4, 3, 5), np.uint8)
    values[1, 2, 3] = 1
    affine = np.diag([-0.5, -0.75, 2.0, 1.0])
    nib.save(nib.Nifti1Image(values, affine), tmp_path / "m.nii")
    like = plain((3, 4), ORIENTATIONS[0], (0.0, 0.0, 6.0))
    assert np.argwhere(load_mask(tmp_path / "m.nii", like)).tolist() == [[2, 1]]
    with pytest.raises(InvalidInput, match="no slice at"):
        load_mask(tmp_path / "m.nii", plain((3, 4), ORIENTATIONS[0], (0.0, 0.0, 60.0)))


def test_anything_but_zero_is_inside(tmp_path):
    np.save(tmp_path / "m.npy", np.array([[0, 1, 2, 255]]))
    assert load_mask(tmp_path / "m.npy", plain((1, 4))).tolist() == [[False, True, True, True]]
    Image.fromarray(np.array([[0, 1]], np.uint8)).convert("RGBA").save(tmp_path / "m.png")
    assert load_mask(tmp_path / "m.png", plain((1, 2))).tolist() == [[False, True]]


def test_another_size_names_both(tmp_path):
    np.save(tmp_path / "m.npy", np.zeros((2, 2), bool))
    with pytest.raises(InvalidInput, match="2 × 2 pixels but the slice 3 × 4"):
        load_mask(tmp_path / "m.npy", plain((3, 4)))
    with pytest.raises(InvalidInput):
        save_mask(np.zeros((2, 2), bool), tmp_path / "n.npy", plain((3, 4)))


@pytest.mark.parametrize("name", ["m.txt", "m.png", "m.npy", "m.nii"])
def test_foreign_and_damaged_files_are_refused(tmp_path, name):
    path = tmp_path / name
    with pytest.raises(InvalidInput):
        load_mask(path, plain((2, 2)))
    for content in (b"", b"hello", b"\x93NUMPY\x01\x00", b"\x89PNG\r\n\x1a\n"):
        path.write_bytes(content)
        with pytest.raises(InvalidInput):
            load_mask(path, plain((2, 2)))


def test_pickled_masks_are_never_run(tmp_path):
    np.save(tmp_path / "m.npy", np.array([{"a": 1}], object), allow_pickle=True)
    with pytest.raises(InvalidInput):
        load_mask(tmp_path / "m.npy", plain((1, 1)))


def test_an_unknown_ending_is_refused_when_saving(tmp_path):
    with pytest.raises(InvalidInput, match="rename"):
        save_mask(np.zeros((2, 2), bool), tmp_path / "m.jpg", plain((2, 2)))
