import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import generate_uid

from ctviz.core import UnreadableScan
from ctviz.io import load_case, load_cases

CORONAL = [1, 0, 0, 0, 0, -1]
SAGITTAL = [0, 1, 0, 0, 0, -1]


def marked(value):
    """Return an image that is recognised by its first pixel."""
    return np.full((3, 4), 1024 + value, np.uint16)


def order(case):
    return [int(image.hounsfield[0, 0]) for image in case.slices]


@pytest.mark.parametrize(
    ("orientation", "axis", "expected"),
    [
        ([1, 0, 0, 0, 1, 0], 2, [9, 5, 1]),
        ([-1, 0, 0, 0, -1, 0], 2, [9, 5, 1]),
        ([1, 0, 0, 0, -1, 0], 2, [9, 5, 1]),
        (CORONAL, 1, [1, 5, 9]),
        (SAGITTAL, 0, [1, 5, 9]),
    ],
)
def test_slices_run_from_head_to_foot_front_to_back_right_to_left(
    tmp_path, dicom, orientation, axis, expected
):
    for number, place in enumerate((5, 1, 9)):
        position = [0, 0, 0]
        position[axis] = place
        dicom(
            tmp_path / str(number),
            marked(place),
            ImageOrientationPatient=orientation,
            ImagePositionPatient=position,
            InstanceNumber=number,
        )
    case = load_case(tmp_path)
    assert order(case) == expected
    assert [image.position_mm[axis] for image in case.slices] == expected
    assert case.notes == ()


def test_without_positions_the_image_numbers_decide_and_a_note_says_so(tmp_path, dicom):
    for number in (3, 1, 2):
        dicom(
            tmp_path / str(number), marked(number), ImagePositionPatient=None, InstanceNumber=number
        )
    case = load_case(tmp_path)
    assert order(case) == [1, 2, 3]
    assert any("order of numbers" in note for note in case.notes)


def test_geometry_is_kept_as_dicom_states_it(tmp_path, dicom, stored):
    image = load_case(dicom(tmp_path / "a", stored)).slices[0]
    assert image.spacing_mm == (0.75, 0.5)
    assert image.orientation == (1, 0, 0, 0, 1, 0)
    assert image.position_mm == (-10, -20, 30)


@pytest.mark.parametrize("spacing", [None, [0, 0], [-1, 1]])
def test_missing_or_impossible_spacing_is_none_and_noted(tmp_path, dicom, stored, spacing):
    case = load_case(dicom(tmp_path / "a", stored, PixelSpacing=spacing))
    assert case.slices[0].spacing_mm is None
    assert any("spacing is unknown" in note for note in case.notes)


def test_two_series_in_one_folder_are_two_cases_of_one_patient(tmp_path, dicom, stored):
    for name in "ab":
        uid = generate_uid(entropy_srcs=[name])
        dicom(tmp_path / name, stored + ord(name), SeriesInstanceUID=uid)
    cases = load_cases(tmp_path).cases
    assert len({case.id for case in cases}) == 2
    assert len({case.patient for case in cases}) == 1
    with pytest.raises(UnreadableScan, match="2 cases"):
        load_case(tmp_path)


def test_another_size_direction_or_unit_inside_a_series_is_a_case_of_its_own(
    tmp_path, dicom, stored
):
    dicom(tmp_path / "a", stored)
    dicom(tmp_path / "b", stored[:2])
    dicom(tmp_path / "c", stored, ImageOrientationPatient=CORONAL)
    dicom(tmp_path / "d", stored, RescaleSlope=None)
    assert len(load_cases(tmp_path).cases) == 4


def test_a_localizer_is_left_out_with_a_note(tmp_path, dicom, stored):
    dicom(tmp_path / "overview", stored, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    dicom(tmp_path / "slice", stored)
    loaded = load_cases(tmp_path)
    assert [refused.name for refused in loaded.refused] == ["overview"]
    assert any("localizer" in note for note in loaded.cases[0].notes)


def test_copies_of_one_image_are_read_once(tmp_path, dicom, stored):
    for name in "abc":
        dicom(tmp_path / name, stored)
    case = load_case(tmp_path)
    assert len(case.slices) == 1
    assert any("2 slices came twice" in note for note in case.notes)


def test_different_images_at_one_place_are_all_kept_and_noted(tmp_path, dicom):
    for number in (2, 1):
        dicom(tmp_path / str(number), marked(number), InstanceNumber=number)
    case = load_case(tmp_path)
    assert order(case) == [1, 2]
    assert any("place of another" in note for note in case.notes)


def test_uneven_gaps_are_noted_with_their_extent(tmp_path, dicom, stored):
    for z in (0, 2.5, 10):
        dicom(tmp_path / str(z), stored, ImagePositionPatient=[0, 0, z])
    assert any("2.50 to 7.50 mm" in note for note in load_case(tmp_path).notes)


def test_a_tilted_gantry_is_measured_from_the_positions(tmp_path, dicom, stored):
    tilt = np.radians(15)
    directions = [1, 0, 0, 0, np.cos(tilt).round(9), np.sin(tilt).round(9)]
    for z in (0, 5, 10):
        dicom(
            tmp_path / str(z),
            stored,
            ImageOrientationPatient=directions,
            ImagePositionPatient=[0, 0, z],
        )
    (note,) = load_case(tmp_path).notes
    assert "tilted by 15.0 degrees" in note


def test_a_straight_but_oblique_stack_is_not_called_tilted(tmp_path, dicom, stored):
    tilt = np.radians(15)
    directions = [1, 0, 0, 0, np.cos(tilt).round(9), np.sin(tilt).round(9)]
    normal = np.array([0, -np.sin(tilt), np.cos(tilt)])
    for step in (0, 5, 10):
        dicom(
            tmp_path / str(step),
            stored,
            ImageOrientationPatient=directions,
            ImagePositionPatient=(step * normal).round(9).tolist(),
            GantryDetectorTilt=15,
        )
    assert load_case(tmp_path).notes == ()


def test_one_undecodable_file_does_not_spoil_its_series(tmp_path, dicom):
    for z in (1, 2, 3):
        dicom(tmp_path / str(z), marked(z), ImagePositionPatient=[0, 0, z])
    broken = tmp_path / "2"
    broken.write_bytes(broken.read_bytes()[:-4])
    loaded = load_cases(tmp_path)
    assert order(loaded.cases[0]) == [3, 1]
    assert [refused.name for refused in loaded.refused] == ["2"]
    assert any("1 file of this series" in note for note in loaded.cases[0].notes)


def group(keyword, **elements):
    """Return one functional group sequence."""
    item, holder = Dataset(), Dataset()
    for name, value in elements.items():
        setattr(item, name, value)
    setattr(holder, keyword, [item])
    return holder[keyword]


def test_enhanced_ct_takes_geometry_and_units_from_its_functional_groups(tmp_path, dicom):
    shared, frames = Dataset(), []
    shared.add(group("PixelMeasuresSequence", PixelSpacing=[0.75, 0.5]))
    shared.add(group("PlaneOrientationSequence", ImageOrientationPatient=[1, 0, 0, 0, 1, 0]))
    for place, slope in ((1, 1), (9, 2), (5, 1)):
        frame = Dataset()
        frame.add(group("PlanePositionSequence", ImagePositionPatient=[0, 0, place]))
        frame.add(
            group(
                "PixelValueTransformationSequence",
                RescaleSlope=slope,
                RescaleIntercept=-1000,
                RescaleType="HU",
            )
        )
        frames.append(frame)
    path = dicom(
        tmp_path / "enhanced",
        np.stack([np.full((3, 4), value, np.uint16) for value in (1, 9, 5)]),
        SOPClassUID="1.2.840.10008.5.1.4.1.1.2.1",
        PixelSpacing=None,
        ImageOrientationPatient=None,
        ImagePositionPatient=None,
        RescaleSlope=None,
        RescaleIntercept=None,
        SharedFunctionalGroupsSequence=[shared],
        PerFrameFunctionalGroupsSequence=frames,
    )
    case = load_case(path)
    assert order(case) == [2 * 9 - 1000, 5 - 1000, 1 - 1000]
    assert case.slices[0].spacing_mm == (0.75, 0.5)
    assert all(image.calibrated for image in case.slices)
    assert case.notes == ()


def test_classic_frames_stay_in_their_order_and_have_no_positions(tmp_path, dicom):
    path = dicom(tmp_path / "a", np.stack([marked(value) for value in (3, 1, 2)]))
    case = load_case(path)
    assert order(case) == [3, 1, 2]
    assert case.slices[0].position_mm is None


@pytest.mark.parametrize(
    ("agent", "truth"),
    [("ISOVUE 300", "with contrast"), ("NONE", "without contrast"), ("", None), (None, None),
     ("ORAL", None), ("UNKNOWN", None)],
)  # fmt: skip
def test_truth_is_what_the_contrast_agent_says(tmp_path, dicom, stored, agent, truth):
    assert load_case(dicom(tmp_path / "a", stored, ContrastBolusAgent=agent)).truth == truth


def test_equal_scans_have_equal_ids_wherever_they_come_from(tmp_path, dicom, stored):
    paths = [dicom(tmp_path / name / "a.dcm", stored, PatientID=name) for name in "xy"]
    first, second = map(load_case, paths)
    assert first.id == second.id
    assert first.patient != second.patient


def test_another_place_in_the_patient_is_another_case(tmp_path, dicom, stored):
    ids = {
        load_case(dicom(tmp_path / str(z), stored, ImagePositionPatient=[0, 0, z])).id
        for z in (0, 1)
    }
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("elements", "word"),
    [
        ({"Modality": "SEG"}, "segmentation"),
        ({"Modality": "RTDOSE"}, "dose"),
        ({"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB"}, "Hounsfield"),
        ({"PhotometricInterpretation": "PALETTE COLOR"}, "Hounsfield"),
    ],
)
def test_objects_that_are_no_ct_slices_are_refused_by_name(tmp_path, dicom, stored, elements, word):
    (refused,) = load_cases(dicom(tmp_path / "a", stored, **elements)).refused
    assert word in refused.why
    assert refused.why.count(".") == 1


@pytest.mark.real_data
def test_a_real_chest_series_is_one_case_in_the_order_of_its_positions(real_data):
    case = load_case(real_data / "lidc-0001")
    heights = [image.position_mm[2] for image in (case.slice(0), case.slice(1), case.slice(132))]
    assert len(case.slices) == 133
    np.testing.assert_allclose(np.diff(heights), [-2.5, -2.5 * 131])
    assert case.truth == "with contrast"


@pytest.mark.real_data
def test_loose_slices_of_many_patients_are_one_case_per_series(real_data):
    folder = real_data / "tcga-luad-contrast"
    loaded = load_cases(folder)
    headers = [dcmread(path, stop_before_pixels=True) for path in folder.glob("*.dcm")]
    series = {header.SeriesInstanceUID for header in headers}
    assert len(loaded.cases) == len(series)
    images = {header.SOPInstanceUID for header in headers}
    assert sum(len(case.slices) for case in loaded.cases) == len(images)
    patients = {header.PatientID for header in headers}
    assert len({case.patient for case in loaded.cases}) == len(patients)
