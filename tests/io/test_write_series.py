import numpy as np
import pydicom
import pytest
from pydicom import config, dcmread
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from ctviz.core import InvalidInput
from ctviz.io import load_case, write_series

FACTS = {
    "spacing_mm": (0.7, 0.65),
    "slice_spacing_mm": 2.5,
    "contrast": True,
    "uid_entropy": "phantom 1",
    "title": "Phantom 1",
}


@pytest.fixture
def stack():
    return np.arange(-1024, -1024 + 60 * 50, 50).reshape(3, 4, 5).astype(np.float32)


def test_a_written_series_is_read_as_the_same_case(tmp_path, stack):
    write_series(tmp_path, stack, **FACTS)
    case = load_case(tmp_path)
    np.testing.assert_array_equal([image.hounsfield for image in case.slices], stack)
    assert case.truth == "with contrast"
    assert case.title == "Phantom 1"
    assert case.notes == ()
    first, second, _ = case.slices
    assert first.spacing_mm == (0.7, 0.65)
    assert first.orientation == (1, 0, 0, 0, 1, 0)
    assert first.position_mm[2] - second.position_mm[2] == 2.5


@pytest.mark.parametrize(("contrast", "truth"), [(True, "with"), (False, "without")])
def test_the_truth_is_written_explicitly(tmp_path, stack, contrast, truth):
    write_series(tmp_path, stack, **(FACTS | {"contrast": contrast}))
    assert load_case(tmp_path).truth == f"{truth} contrast"


def test_the_same_input_gives_the_same_bytes_and_another_entropy_other_uids(tmp_path, stack):
    for name, entropy in (("a", "1"), ("b", "1"), ("c", "2")):
        write_series(tmp_path / name, stack, **(FACTS | {"uid_entropy": entropy}))
    contents = {n: [p.read_bytes() for p in sorted((tmp_path / n).iterdir())] for n in "abc"}
    assert contents["a"] == contents["b"]
    headers = [dcmread(next((tmp_path / name).iterdir())) for name in "ac"]
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "PatientID"):
        assert headers[0][keyword].value != headers[1][keyword].value


def test_files_are_valid_dicom_in_pydicom_s_strictest_mode(tmp_path, stack, monkeypatch):
    monkeypatch.setattr(config.settings, "_reading_validation_mode", config.RAISE)
    monkeypatch.setattr(config.settings, "_writing_validation_mode", config.RAISE)
    write_series(tmp_path, stack, **FACTS)
    for path in tmp_path.iterdir():
        dataset = dcmread(path, force=False)
        for element in dataset.iterall():
            assert element.value is not ...
        uids = [e.value for e in dataset.iterall() if e.VR == "UI"] + [
            e.value for e in dataset.file_meta if e.VR == "UI"
        ]
        assert all(pydicom.uid.UID(uid).is_valid for uid in uids)
        assert dataset.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
        assert dataset.SOPClassUID == CTImageStorage
        assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID
        dataset.save_as(tmp_path / "again", enforce_file_format=True)
        (tmp_path / "again").unlink()


def test_every_attribute_that_ct_images_must_have_is_there(tmp_path, stack):
    """Types 1 and 2 of PS3.3 A.3: patient, study, series, frame of reference, equipment, image."""
    write_series(tmp_path, stack, **FACTS)
    dataset = dcmread(next(tmp_path.iterdir()))
    must_be_there = """PatientName PatientID PatientBirthDate PatientSex StudyInstanceUID StudyDate
        StudyTime ReferringPhysicianName StudyID AccessionNumber Modality SeriesInstanceUID
        SeriesNumber FrameOfReferenceUID PositionReferenceIndicator Manufacturer InstanceNumber
        ImageType SamplesPerPixel PhotometricInterpretation Rows Columns BitsAllocated BitsStored
        HighBit PixelRepresentation PixelData RescaleIntercept RescaleSlope KVP AcquisitionNumber
        PixelSpacing ImageOrientationPatient ImagePositionPatient SliceThickness PatientPosition
        SOPClassUID SOPInstanceUID ContrastBolusAgent"""
    assert [keyword for keyword in must_be_there.split() if keyword not in dataset] == []


def test_a_written_series_names_nobody(tmp_path, stack):
    write_series(tmp_path, stack, **FACTS)
    dataset = dcmread(next(tmp_path.iterdir()))
    assert dataset.PatientIdentityRemoved == "YES"
    assert not dataset.StudyDate
    assert not dataset.PatientBirthDate
    assert str(dataset.PatientName).startswith("Phantom^")


def test_numbers_beyond_the_stored_range_are_clipped_not_wrapped(tmp_path):
    write_series(tmp_path, np.array([[[-5000.0, 1e6]]]), **FACTS)
    np.testing.assert_array_equal(load_case(tmp_path).slices[0].hounsfield, [[-1024, 64511]])


def test_a_single_image_is_no_series(tmp_path):
    with pytest.raises(InvalidInput):
        write_series(tmp_path, np.zeros((4, 4)), **FACTS)
