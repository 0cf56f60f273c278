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


def written(path, values, affine=None, **options):
    """Write values (columns, rows, slices) as NIfTI."""
    image = nib.Nifti1Image(values, np.eye(4) if affine is None else affine, **options)
    nib.save(image, path)
    return path


PLACE = np.diag([-0.5, -0.75, 2.0, 1.0])
"""The way to the patient of a mask on the grid of `plain`, but for its position."""


@pytest.mark.parametrize("nothing", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("kind", ["npy", "tif", "nii"])
def test_what_is_no_number_is_outside(tmp_path, kind, nothing):
    values = np.array([[nothing, 1, 0, 2]], np.float32)
    path = tmp_path / f"m.{kind}"
    if kind == "npy":
        np.save(path, values)
    elif kind == "tif":
        Image.fromarray(values).save(path)
    else:
        written(path, values.T[..., None], PLACE)
    like = plain((1, 4), ORIENTATIONS[0], (0.0, 0.0, 0.0))
    assert load_mask(path, like).tolist() == [[False, True, False, True]]


@pytest.mark.parametrize("values", [[0.0, 0.3, 0.9], [0, -1, 1], [-0.0, -2.0, 1.0], [0, 1, 1.5]])
def test_what_could_be_meant_otherwise_is_refused(tmp_path, values):
    np.save(tmp_path / "m.npy", np.array([values]))
    with pytest.raises(InvalidInput, match="export"):
        load_mask(tmp_path / "m.npy", plain((1, 3)))


@pytest.mark.parametrize("dtype", ["?", "u1", ">u2", "<i8", "f2", ">f4", "f8", "u8"])
@pytest.mark.parametrize("order", "CF")
def test_an_array_of_any_numbers_is_read(tmp_path, dtype, order):
    values = np.asarray([[0, 1, 1], [1, 0, 0]], dtype=dtype, order=order)
    np.save(tmp_path / "m.npy", values)
    np.testing.assert_array_equal(load_mask(tmp_path / "m.npy", plain((2, 3))), values != 0)


@pytest.mark.parametrize(
    "values",
    [
        np.zeros((2, 3), [("a", "u1")]),
        np.zeros((2, 3), "U4"),
        np.zeros((2, 3), complex),
        np.zeros((2, 3), "M8[s]"),
        np.zeros((2, 3, 1)),
        np.zeros(6),
        np.zeros(()),
        np.zeros((0, 3)),
    ],
    ids=lambda values: f"{values.dtype} {values.shape}",
)
def test_an_array_of_anything_else_is_refused(tmp_path, values):
    np.save(tmp_path / "m.npy", values)
    with pytest.raises(InvalidInput):
        load_mask(tmp_path / "m.npy", plain((2, 3)))


@pytest.mark.parametrize(
    "shape",
    ["(2, 10000000000)", "(1" + "0" * 40 + ",)", "(2, 3.5)", "(True, 3)", "(-2, -3)", "((" * 500],
)
def test_a_header_that_lies_reserves_no_memory(tmp_path, shape):
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".encode()
    size = len(header).to_bytes(2, "little")
    (tmp_path / "m.npy").write_bytes(b"\x93NUMPY\x01\x00" + size + header + b"\0" * 48)
    with pytest.raises(InvalidInput):
        load_mask(tmp_path / "m.npy", plain((2, 3)))


def test_a_packed_array_is_refused_by_its_kind(tmp_path):
    np.savez(tmp_path / "m.npz", np.zeros((2, 2)))
    with pytest.raises(InvalidInput, match="export it as one of them"):
        load_mask(tmp_path / "m.npz", plain((2, 2)))


def test_any_colour_is_inside_and_what_is_transparent_outside(tmp_path):
    blue = np.array(
        [[[0, 0, 0, 255], [0, 0, 2, 255], [255, 0, 0, 0], [255, 255, 255, 9]]], np.uint8
    )
    Image.fromarray(blue).save(tmp_path / "m.png")
    mask = load_mask(tmp_path / "m.png", plain((1, 4)))
    assert mask.tolist() == [[False, True, False, True]]


def test_black_on_transparent_ground_is_refused(tmp_path):
    ink = np.zeros((2, 2, 4), np.uint8)
    ink[0, 0, 3] = 255
    Image.fromarray(ink).save(tmp_path / "m.png")
    with pytest.raises(InvalidInput, match="white on black"):
        load_mask(tmp_path / "m.png", plain((2, 2)))


def test_jpeg_and_several_pages_are_refused(tmp_path):
    page = Image.fromarray(np.zeros((8, 8), np.uint8))
    page.save(tmp_path / "m.jpg")
    page.save(tmp_path / "m.tif", save_all=True, append_images=[page])
    with pytest.raises(InvalidInput, match="JPEG"):
        load_mask(tmp_path / "m.jpg", plain((8, 8)))
    with pytest.raises(InvalidInput, match="2 pages"):
        load_mask(tmp_path / "m.tif", plain((8, 8)))


@pytest.mark.parametrize(
    "change",
    [
        {"position": (1.0, 2.0, 9.0)},
        {"position": (6.0, 2.0, 3.0)},
        {"orientation": (-1.0, 0.0, 0.0, 0.0, -1.0, 0.0)},
        {"orientation": (1.0, 0.0, 0.0, 0.0, 0.95, 0.3122499)},
    ],
    ids=["depth", "shift", "turned", "oblique"],
)
def test_a_mask_of_another_place_is_refused(tmp_path, change):
    shape, place = (30, 40), {"orientation": ORIENTATIONS[0], "position": (1.0, 2.0, 3.0)}
    mask = np.zeros(shape, bool)
    mask[3, 4] = True
    save_mask(mask, tmp_path / "m.nii", plain(shape, **place))
    np.testing.assert_array_equal(load_mask(tmp_path / "m.nii", plain(shape, **place)), mask)
    with pytest.raises(InvalidInput, match="lies elsewhere"):
        load_mask(tmp_path / "m.nii", plain(shape, **(place | change)))


def test_a_mask_of_another_spacing_is_refused(tmp_path):
    like = plain((30, 40), ORIENTATIONS[0])
    save_mask(np.ones((30, 40), bool), tmp_path / "m.nii", like)
    coarse = Slice(like.hounsfield, (0.8, 0.8), like.orientation, like.position_mm)
    with pytest.raises(InvalidInput, match="lies elsewhere"):
        load_mask(tmp_path / "m.nii", coarse)


def test_a_refused_nifti_says_its_own_reason(tmp_path):
    written(tmp_path / "m.nii", np.zeros((3, 2, 1, 2), np.uint8))
    with pytest.raises(InvalidInput, match="several volumes"):
        load_mask(tmp_path / "m.nii", plain((2, 3)))
