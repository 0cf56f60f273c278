import gzip

import nibabel as nib
import numpy as np
import pytest

from ctviz.core import UnreadableScan
from ctviz.io import load_case, load_cases


def save(path, values, affine, **header):
    image = nib.Nifti1Image(values, affine)
    for name, value in header.items():
        getattr(image.header, f"set_{name}")(*value)
    nib.save(image, path)
    return path


@pytest.fixture
def ramp():
    """(5, 4, 3) int16 in the axes right, anterior, head: every number another one, some below 0."""
    return np.arange(-20, 40, dtype=np.int16).reshape(5, 4, 3)


@pytest.mark.parametrize("flips", [(1, 1, 1), (-1, 1, 1), (1, -1, 1), (1, 1, -1), (-1, -1, -1)])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_each_voxel_keeps_its_place_in_the_patient(tmp_path, ramp, flips, order):
    affine = np.eye(4)
    affine[:3, :3] = np.diag(np.multiply(flips, [0.5, 0.75, 2.0]))[:, order]
    affine[:3, 3] = [10, 20, 30]
    case = load_case(save(tmp_path / "a.nii", ramp, affine))
    seen = 0
    for image in case.slices:
        row, column = np.reshape(image.orientation, (2, 3))
        for i, j in np.ndindex(*image.shape):
            lps = image.position_mm + i * image.spacing_mm[0] * column
            lps = lps + j * image.spacing_mm[1] * row
            voxel = np.linalg.solve(affine, [*(lps * [-1, -1, 1]), 1.0])[:3]
            assert ramp[tuple(np.rint(voxel).astype(int))] == image.hounsfield[i, j]
            seen += 1
    assert seen == ramp.size


def test_slices_are_axial_with_the_patient_s_right_on_the_left_and_head_first(tmp_path, ramp):
    case = load_case(save(tmp_path / "a.nii.gz", ramp, np.diag([0.5, 0.75, 2.0, 1.0])))
    first = case.slices[0]
    assert len(case.slices) == 3
    assert first.shape == (4, 5)
    assert first.orientation == (1, 0, 0, 0, 1, 0)
    assert first.spacing_mm == (0.75, 0.5)
    assert first.position_mm[2] > case.slices[1].position_mm[2]
    # The first pixel is right, anterior and at the head: the last voxel along each axis.
    assert first.hounsfield[0, 0] == ramp[-1, -1, -1]


def test_the_name_does_not_matter(tmp_path, ramp):
    path = save(tmp_path / "a.nii.gz", ramp, np.eye(4))
    odd = path.rename(tmp_path / "scan.dcm")
    plain = tmp_path / "plain"
    plain.write_bytes(gzip.decompress(odd.read_bytes()))
    assert load_case(odd).id == load_case(plain).id


def test_slope_and_intercept_are_applied(tmp_path, ramp):
    image = nib.Nifti1Image(ramp, np.eye(4))
    image.header.set_slope_inter(2.0, -7.0)
    nib.save(image, tmp_path / "a.nii")
    stored = nib.load(tmp_path / "a.nii").get_fdata()
    case = load_case(tmp_path / "a.nii")
    np.testing.assert_allclose(case.slices[0].hounsfield, stored[::-1, ::-1, -1].T, atol=1e-3)


def test_metres_become_millimetres(tmp_path, ramp):
    path = save(tmp_path / "a.nii", ramp, np.diag([5e-4, 1e-3, 1, 1]), xyzt_units=("meter",))
    assert load_case(path).slices[0].spacing_mm == pytest.approx((1.0, 0.5))


def test_hounsfield_units_are_an_assumption_that_is_noted(tmp_path, ramp):
    case = load_case(save(tmp_path / "a.nii", ramp, np.eye(4)))
    assert case.slices[0].calibrated
    assert any("taken for Hounsfield" in note for note in case.notes)
    case = load_case(save(tmp_path / "b.nii", ramp + 100, np.eye(4)))
    assert not case.slices[0].calibrated


def test_without_orientation_nothing_is_turned_and_a_note_says_so(tmp_path, ramp):
    case = load_case(save(tmp_path / "a.nii", ramp, None))
    assert case.slices[0].orientation is None
    np.testing.assert_array_equal(case.slices[0].hounsfield, ramp[:, :, 0].T)
    assert any("orientation is unknown" in note for note in case.notes)


def test_not_a_number_becomes_air(tmp_path):
    values = np.array([[[np.nan, np.inf, -np.inf, 5]]], np.float32)
    case = load_case(save(tmp_path / "a.nii", values, np.eye(4)))
    assert sorted(image.hounsfield[0, 0] for image in case.slices) == [-1000, -1000, -1000, 5]


@pytest.mark.parametrize(
    "values",
    [
        np.zeros((2, 2, 2, 3), np.int16),
        np.zeros((2, 2, 2), [("R", "u1"), ("G", "u1"), ("B", "u1")]),
    ],
)
def test_several_volumes_and_colours_are_refused(tmp_path, values):
    with pytest.raises(UnreadableScan):
        load_case(save(tmp_path / "a.nii", values, np.eye(4)))


def test_damaged_files_are_refused(tmp_path, ramp):
    path = save(tmp_path / "a.nii", ramp, np.eye(4))
    content = path.read_bytes()
    for number, broken in enumerate(
        (content[:400], content[:340], gzip.compress(content)[:-30], content[:40] + b"\xff" * 320)
    ):
        file = tmp_path / f"{number}.nii"
        file.write_bytes(broken)
        assert load_cases(file).cases == ()
        assert len(load_cases(file).refused) == 1


def test_a_header_that_announces_too_much_reserves_no_memory(tmp_path, ramp):
    path = save(tmp_path / "a.nii", ramp, np.eye(4))
    content = bytearray(path.read_bytes())
    content[40:56] = np.array([3, 30000, 30000, 30000, 1, 1, 1, 1], "<i2").tobytes()
    path.write_bytes(content)
    with pytest.raises(UnreadableScan, match="more than ctviz loads"):
        load_case(path)
