"""What belongs together becomes one case, and what does not is never shuffled into one."""

import shutil
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset, dcmread

from ctviz.io import load_case, load_cases
from ctviz.io.dicom.acquisitions import acquisitions
from ctviz.io.dicom.header import Marks


def marked(value):
    """Return an image that is recognised by its first pixel."""
    return np.full((3, 4), 1024 + value, np.uint16)


def values(case):
    """Return what the slices of a case are recognised by."""
    return [int(image.hounsfield[0, 0]) for image in case.slices]


def write(dicom, folder, slices):
    """Write slices, each a value, a height and more elements, under names that tell nothing."""
    for number, (value, height, elements) in enumerate(slices):
        position = None if height is None else [0, 0, height]
        dicom(
            folder / f"{number * 7 % 101:03d}",
            marked(value),
            **{"ImagePositionPatient": position, "InstanceNumber": number, **elements},
        )
    return folder


PHASES = {
    "AcquisitionNumber": (1, 2),
    "TemporalPositionIdentifier": (1, 2),
    "EchoNumbers": (1, 2),
    "ImageType": (["ORIGINAL", "PRIMARY", "AXIAL"], ["ORIGINAL", "PRIMARY", "AXIAL", "B"]),
    "ConvolutionKernel": ("B30f", "B70f"),
    "KVP": (80, 140),
    "SliceThickness": (1, 5),
    "TriggerTime": (0, 500),
    "ContentTime": ("101500", "101600"),
    "AcquisitionTime": ("101500", "101600"),
    "ContrastBolusAgent": ("NONE", "ISOVUE"),
    "ReconstructionDiameter": (300, 400),
    "AccessionNumber": ("none of the marks", "at all"),
}


@pytest.mark.parametrize(("keyword", "phases"), PHASES.items(), ids=PHASES.keys())
@pytest.mark.parametrize("one_after_the_other", [True, False])
def test_two_phases_at_the_same_places_are_two_cases(
    tmp_path, dicom, keyword, phases, one_after_the_other
):
    slices = [
        (100 * phase + z, -5 * z, {keyword: phases[phase]}) for phase in (0, 1) for z in range(4)
    ]
    if not one_after_the_other:
        slices.sort(key=lambda each: -each[1])
    cases = load_cases(write(dicom, tmp_path, slices)).cases
    assert [values(case) for case in cases] == [[0, 1, 2, 3], [100, 101, 102, 103]]
    assert all("2 acquisitions" in " ".join(case.notes) for case in cases)
    assert {case.title for case in cases} == {"CT"}


@pytest.mark.parametrize("keyword", list(PHASES)[:7])
def test_two_phases_half_a_gap_apart_are_two_cases(tmp_path, dicom, keyword):
    slices = [
        (100 * phase + z, -5 * z - 2.5 * phase, {keyword: PHASES[keyword][phase]})
        for phase in (0, 1)
        for z in range(4)
    ]
    cases = load_cases(write(dicom, tmp_path, slices)).cases
    assert [values(case) for case in cases] == [[0, 1, 2, 3], [100, 101, 102, 103]]


def test_two_phases_without_positions_are_told_apart_by_their_mark(tmp_path, dicom):
    slices = [
        (100 * phase + z, None, {"AcquisitionNumber": phase, "InstanceNumber": z})
        for phase in (1, 2)
        for z in range(4)
    ]
    cases = load_cases(write(dicom, tmp_path, slices)).cases
    assert [values(case) for case in cases] == [[100, 101, 102, 103], [200, 201, 202, 203]]


@pytest.mark.parametrize("per_acquisition", [1, 2, 4])
def test_step_and_shoot_stays_one_case(tmp_path, dicom, per_acquisition):
    slices = [(z, -5 * z, {"AcquisitionNumber": z // per_acquisition}) for z in range(12)]
    case = load_case(write(dicom, tmp_path, slices))
    assert values(case) == list(range(12))
    assert case.notes == ()


def test_times_that_differ_within_a_scan_do_not_split_it(tmp_path, dicom):
    slices = [(z, -5 * z, {"ContentTime": f"1015{z % 3:02d}"}) for z in range(9)]
    assert values(load_case(write(dicom, tmp_path, slices))) == list(range(9))


marks = st.builds(
    Marks,
    st.tuples(st.sampled_from("ab"), st.sampled_from("cde")),
    st.tuples(st.sampled_from("fg")),
)


@given(st.lists(st.tuples(st.integers(0, 6), marks), min_size=1, max_size=20))
def test_no_image_is_lost_and_no_place_comes_twice(images):
    places, kinds = [place for place, _ in images], [mark for _, mark in images]
    parts = acquisitions(places, kinds)
    assert sorted(i for part in parts for i in part) == list(range(len(images)))
    if len(set(places)) > 1:
        for part in parts:
            own = [places[i] for i in part]
            assert len(set(own)) in {len(own), 1}


@given(st.integers(2, 5), st.integers(2, 6), st.randoms())
def test_phases_come_back_however_their_images_lie(phases, slices, random):
    images = [(z, Marks((str(phase),), ("",))) for phase in range(phases) for z in range(slices)]
    random.shuffle(images)
    parts = acquisitions([place for place, _ in images], [mark for _, mark in images])
    found = {(images[part[0]][1], tuple(sorted(images[i][0] for i in part))) for part in parts}
    assert found == {(Marks((str(p),), ("",)), tuple(range(slices))) for p in range(phases)}


def test_slices_that_share_one_uid_are_all_kept(tmp_path, dicom):
    slices = [(z, -5 * z, {"SOPInstanceUID": "1.2.3"}) for z in range(5)]
    assert values(load_case(write(dicom, tmp_path, slices))) == list(range(5))


def test_slices_that_share_uid_and_number_and_have_no_position_are_all_kept(tmp_path, dicom):
    shared = {"SOPInstanceUID": "1.2.3", "InstanceNumber": 1}
    cases = load_cases(write(dicom, tmp_path, [(z, None, shared) for z in range(5)])).cases
    assert sorted(value for case in cases for value in values(case)) == list(range(5))


def test_true_copies_are_read_once_whatever_their_names_and_uids(tmp_path, dicom):
    write(dicom, tmp_path, [(z, -5 * z, {}) for z in range(3)])
    first = sorted(tmp_path.iterdir())[0]
    shutil.copy(first, tmp_path / "byte-copy")
    again = dcmread(first)
    again.SOPInstanceUID = again.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4.5"
    again.save_as(tmp_path / "another-uid")
    case = load_case(tmp_path)
    assert values(case) == [0, 1, 2]
    assert "2 slices came twice and were read once." in case.notes


def test_equal_pixels_at_another_place_are_no_copy(tmp_path, dicom):
    slices = [(7, -5 * z, {"SOPInstanceUID": "1.2.3"}) for z in range(3)]
    assert values(load_case(write(dicom, tmp_path, slices))) == [7, 7, 7]


def test_a_damaged_copy_does_not_hide_the_good_one(tmp_path, dicom):
    write(dicom, tmp_path, [(z, -5 * z, {}) for z in range(3)])
    for path in list(tmp_path.iterdir()):
        (tmp_path / f"!{path.name}").write_bytes(path.read_bytes()[:-8])
    loaded = load_cases(tmp_path)
    assert [values(case) for case in loaded.cases] == [[0, 1, 2]]
    assert len(loaded.refused) == 3


@pytest.mark.parametrize("jitter", [1e-6, 1e-4, 4e-3])
def test_directions_and_spacings_with_jitter_are_one_case(tmp_path, dicom, jitter):
    rng = np.random.default_rng(0)
    slices = []
    for z in range(12):
        directions = np.array([0.995, 0.0998, 0, -0.0998, 0.995, 0]) + rng.uniform(
            -jitter, jitter, 6
        )
        spacing = [0.7031 + rng.uniform(-1e-4, 1e-4), 0.7031]
        elements = {
            "ImageOrientationPatient": directions.round(7).tolist(),
            "PixelSpacing": np.round(spacing, 7).tolist(),
        }
        slices.append((z, -5 * z, elements))
    assert values(load_case(write(dicom, tmp_path, slices))) == list(range(12))


def test_another_spacing_is_a_case_of_its_own(tmp_path, dicom):
    slices = [(z, -5 * z, {"PixelSpacing": [0.5 + z % 2, 0.5]}) for z in range(6)]
    cases = load_cases(write(dicom, tmp_path, slices)).cases
    assert [values(case) for case in cases] == [[0, 2, 4], [1, 3, 5]]


@pytest.mark.parametrize("from_the_feet", [True, False])
@pytest.mark.parametrize("lost", [(0,), (3,), (5,), (2, 3)])
def test_a_slice_that_lost_its_position_stands_where_its_number_says(
    tmp_path, dicom, from_the_feet, lost
):
    order = range(5, -1, -1) if from_the_feet else range(6)
    slices = [(z, None if z in lost else -5 * z, {}) for z in order]
    case = load_case(write(dicom, tmp_path, slices))
    assert values(case) == list(range(6))
    assert not any("tilted" in note for note in case.notes)
    assert any("without a position" in note for note in case.notes)
    assert not any("uneven" in note for note in case.notes)


def test_a_slice_that_neither_position_nor_number_places_is_a_case_of_its_own(tmp_path, dicom):
    slices = [(z, -5 * z, {"InstanceNumber": (z * 4) % 7}) for z in range(6)]
    slices.append((99, None, {"InstanceNumber": 6}))
    cases = load_cases(write(dicom, tmp_path, slices)).cases
    assert sorted(map(values, cases)) == [[0, 1, 2, 3, 4, 5], [99]]


@pytest.mark.parametrize("numbers", [(1, 2, 3), (3, 2, 1)])
def test_no_stack_is_tilted_by_more_than_a_right_angle(tmp_path, dicom, numbers):
    slices = [(z, -5 * z, {"InstanceNumber": n}) for z, n in enumerate(numbers)]
    slices.append((9, None, {"InstanceNumber": 1}))
    for case in load_cases(write(dicom, tmp_path, slices)).cases:
        assert not any("tilted" in note for note in case.notes)


def test_phases_inside_one_enhanced_file_are_two_cases(tmp_path, dicom):
    frames = []
    for z, phase in [(z, phase) for z in range(3) for phase in (1, 2)]:
        place, content, frame = Dataset(), Dataset(), Dataset()
        place.ImagePositionPatient = [0, 0, -5 * z]
        content.TemporalPositionIndex = phase
        frame.PlanePositionSequence, frame.FrameContentSequence = [place], [content]
        frames.append(frame)
    path = dicom(
        tmp_path / "a",
        np.stack([marked(100 * phase + z) for z in range(3) for phase in (1, 2)]),
        SOPClassUID="1.2.840.10008.5.1.4.1.1.2.1",
        ImagePositionPatient=None,
        PerFrameFunctionalGroupsSequence=frames,
    )
    cases = load_cases(path).cases
    assert [values(case) for case in cases] == [[100, 101, 102], [200, 201, 202]]


def test_places_on_both_sides_of_a_rounding_edge_are_one_place(tmp_path, dicom):
    slices = [
        (100 * phase + z, -5 * z + (0.00499, 0.00501)[phase], {"InstanceNumber": 4 * phase + z})
        for phase in (0, 1)
        for z in range(4)
    ]
    cases = load_cases(write(dicom, tmp_path, slices)).cases
    assert [values(case) for case in cases] == [[0, 1, 2, 3], [100, 101, 102, 103]]
    heights = [image.position_mm[2] for image in cases[0].slices]
    assert all(above > below for above, below in pairwise(heights))
