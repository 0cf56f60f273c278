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


@pytest.mark.parametrize("nothing", [np.nan, np.inf, -np.inf])
def test_not_a_number_becomes_air_and_proves_nothing(tmp_path, nothing):
    values = np.array([[[nothing, -1000, 5]]], np.float32)
    case = load_case(save(tmp_path / "a.nii", values, np.eye(4)))
    assert case.slices[0].calibrated
    assert sorted(image.hounsfield[0, 0] for image in case.slices) == [-1000, -1000, 5]
    assert any("no finite number" in note for note in case.notes)
    grey = load_case(save(tmp_path / "b.nii", np.abs(values), np.eye(4)))
    assert not grey.slices[0].calibrated
    assert sorted(image.hounsfield[0, 0] for image in grey.slices) == [0, 5, 1000]


@pytest.mark.parametrize("intent", [1002, 3])
def test_a_map_of_labels_or_statistics_is_no_ct(tmp_path, ramp, intent):
    image = nib.Nifti1Image(ramp, np.eye(4))
    image.header["intent_code"] = intent
    nib.save(image, tmp_path / "a.nii")
    case = load_case(tmp_path / "a.nii")
    assert not case.slices[0].calibrated
    assert any("The file says that it is a map of" in note for note in case.notes)


@pytest.mark.parametrize("slope", [0.0, np.nan, np.inf, -np.inf])
def test_a_slope_that_is_none_scales_nothing(tmp_path, ramp, slope):
    path = save(tmp_path / "a.nii", ramp, np.eye(4))
    content = bytearray(path.read_bytes())
    content[112:120] = np.array([slope, 7.0], "<f4").tobytes()
    path.write_bytes(content)
    values = np.stack([image.hounsfield for image in load_case(path).slices])
    assert sorted(values.ravel()) == sorted(ramp.ravel())


@pytest.mark.parametrize(
    ("dtype", "slope", "intercept"),
    [(np.int16, 1, -1024), (np.uint16, -2, 30), (np.int16, 4, -32000), (np.uint8, 0.5, -100.25)],
)
@pytest.mark.parametrize("order", "<>")
def test_stored_numbers_are_scaled_exactly(tmp_path, dtype, slope, intercept, order):
    stored = np.random.default_rng(0).integers(0, 200, (3, 4, 5)).astype(dtype)
    image = nib.Nifti1Image(stored.astype(stored.dtype.newbyteorder(order)), np.eye(4))
    image = nib.Nifti1Image(stored, np.eye(4), image.header.as_byteswapped(order))
    nib.save(image, tmp_path / "a.nii")
    content = bytearray((tmp_path / "a.nii").read_bytes())
    content[112:120] = np.array([slope, intercept], order + "f4").tobytes()
    (tmp_path / "a.nii").write_bytes(content)
    values = np.stack([image.hounsfield for image in load_case(tmp_path / "a.nii").slices])
    expected = stored.astype(np.float64) * slope + intercept
    np.testing.assert_allclose(values, expected[::-1, ::-1, ::-1].T, rtol=1e-6)


def test_the_header_of_a_pair_says_that_the_other_file_is_missing(tmp_path, ramp):
    for kind, name in ((nib.Nifti1Pair, "a"), (nib.Nifti2Pair, "b")):
        nib.save(kind(ramp, np.eye(4)), tmp_path / f"{name}.hdr")
        with pytest.raises(UnreadableScan, match="pair"):
            load_case(tmp_path / f"{name}.hdr")


@pytest.mark.parametrize(("unit", "millimetres"), [(1, 1000), (2, 1), (3, 0.001), (0, 1), (5, 1)])
def test_lengths_are_told_in_the_unit_that_the_file_names(tmp_path, ramp, unit, millimetres):
    size = 0.5 / millimetres
    path = save(tmp_path / "a.nii", ramp, np.diag([size, size, size, 1]))
    content = bytearray(path.read_bytes())
    content[123] = unit
    path.write_bytes(content)
    case = load_case(path)
    assert case.slices[0].spacing_mm == pytest.approx((0.5, 0.5))
    assert ("millimetres are assumed" in " ".join(case.notes)) == (unit in {0, 5})


@pytest.mark.parametrize("size", [0.0, 1e-6, 500.0, np.nan])
def test_an_impossible_size_of_pixels_is_left_out(tmp_path, ramp, size):
    path = save(tmp_path / "a.nii", ramp, None)
    content = bytearray(path.read_bytes())
    content[80:88] = np.array([size, size], "<f4").tobytes()
    path.write_bytes(content)
    case = load_case(path)
    assert case.slices[0].spacing_mm is None
    assert any("nothing can be measured" in note for note in case.notes)


def test_orientations_that_contradict_one_another_are_not_believed(tmp_path, ramp):
    image = nib.Nifti1Image(ramp, np.eye(4))
    image.set_qform(np.diag([-1, 1, 1, 1]), 1)
    image.set_sform(np.eye(4), 1)
    nib.save(image, tmp_path / "a.nii")
    case = load_case(tmp_path / "a.nii")
    assert case.slices[0].orientation is None
    assert any("contradict" in note for note in case.notes)


def test_places_that_differ_are_told(tmp_path, ramp):
    image = nib.Nifti1Image(ramp, np.eye(4))
    moved = np.eye(4)
    moved[:3, 3] = 30
    image.set_qform(moved, 1)
    image.set_sform(np.eye(4), 1)
    nib.save(image, tmp_path / "a.nii")
    case = load_case(tmp_path / "a.nii")
    assert case.slices[0].position_mm[2] == 2
    assert any("two places" in note for note in case.notes)


@pytest.mark.parametrize(
    "affine",
    [
        np.diag([1, 0, 1, 1.0]),
        np.diag([np.nan, 1, 1, 1]),
        np.diag([np.inf, 1, 1, 1]),
        np.array([[1, 0.5, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]]),
    ],
    ids=["singular", "NaN", "infinite", "skewed"],
)
def test_an_impossible_orientation_is_not_believed(tmp_path, ramp, affine):
    image = nib.Nifti1Image(ramp, np.eye(4))
    nib.save(image, tmp_path / "a.nii")
    content = bytearray((tmp_path / "a.nii").read_bytes())
    content[252:256] = np.array([0, 2], "<i2").tobytes()
    content[280:328] = affine[:3].astype("<f4").tobytes()
    (tmp_path / "a.nii").write_bytes(content)
    case = load_case(tmp_path / "a.nii")
    assert case.slices[0].orientation is None
    assert case.slices[0].position_mm is None
    assert any("cannot be told" in note for note in case.notes)


@pytest.mark.parametrize("dims", [
    (0, 1, 1, 1), (1, 4, 1, 1), (3, 0, 4, 4), (3, -5, 4, 4), (4, 5, 4, 1, 3), (9, 5, 4, 3),
    (-1, 5, 4, 3), (3, 32767, 32767, 32767), (5, 5, 4, 3, 1, 3),
], ids=str)  # fmt: skip
def test_what_is_no_volume_is_refused(tmp_path, ramp, dims):
    path = save(tmp_path / "a.nii", ramp, np.eye(4))
    content = bytearray(path.read_bytes())
    content[40:56] = np.array([*dims, 1, 1, 1, 1, 1][:8], "<i2").tobytes()
    path.write_bytes(content)
    with pytest.raises(UnreadableScan):
        load_case(path)


@pytest.mark.parametrize("kind", [nib.Nifti1Image, nib.Nifti2Image])
def test_every_file_that_lacks_a_part_is_refused(tmp_path, ramp, kind):
    nib.save(kind(ramp, np.eye(4)), tmp_path / "a.nii")
    content = (tmp_path / "a.nii").read_bytes()
    for size in (4, 8, 100, 347, 348, len(content) - 100, len(content) - 1):
        for packed in (content[:size], gzip.compress(content[:size])):
            (tmp_path / "b.nii").write_bytes(packed)
            with pytest.raises(UnreadableScan):
                load_case(tmp_path / "b.nii")


def test_bytes_behind_a_packed_volume_do_no_harm(tmp_path, ramp):
    path = save(tmp_path / "a.nii.gz", ramp, np.eye(4))
    first = load_case(path).id
    path.write_bytes(path.read_bytes() + b"more")
    assert load_case(path).id == first


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
