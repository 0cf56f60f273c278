"""How a scanner made a series, from headers that may say anything."""

import pytest
from pydicom import Dataset, Sequence

from ctviz.core.acquisition import UNKNOWN, Acquisition
from ctviz.io import load_case
from ctviz.io.dicom.acquired import acquired
from ctviz.io.dicom.header import identity_words

MADE = {"SliceThickness": 2.5, "ConvolutionKernel": "STANDARD", "KVP": 120}


def of(header, key=b"key"):
    return acquired(header, 0, key, identity_words(header))


def test_a_case_tells_how_all_of_its_slices_were_made(dicom, stored, tmp_path):
    for number, kernel in ((0, "B30f"), (1, "B30f"), (2, "B30f")):
        made = MADE | {"ConvolutionKernel": [kernel, "3"], "KVP": 120 if number else None}
        place = {"ImagePositionPatient": [0, 0, -number], "InstanceNumber": number}
        dicom(tmp_path / f"{number}.dcm", stored, FrameOfReferenceUID="1.2.3", **place, **made)
    found = load_case(tmp_path).acquisition
    assert (found.thickness_mm, found.kernel, found.kilovolts) == (2.5, "B30f 3", None)


def test_a_coordinate_system_is_the_same_under_one_key_and_never_its_uid(dicom_header):
    one, other = (dicom_header(FrameOfReferenceUID=uid) for uid in ("1.2.3.4.5", "1.2.3.4.6"))
    spaces = {of(one).space, of(other).space, of(one, b"another").space}
    assert len(spaces) == 3
    assert of(one).space == of(dicom_header(FrameOfReferenceUID="1.2.3.4.5")).space
    assert not any("1.2.3" in space for space in spaces)


@pytest.mark.parametrize(
    "lie",
    [
        {"SliceThickness": -1},
        {"SliceThickness": 0},
        {"SliceThickness": 1e6},
        {"KVP": 0},
        {"KVP": 1e9},
        {"ConvolutionKernel": "x" * 16 + "y" * 16},
        {"ConvolutionKernel": "<script>"},
        {"ConvolutionKernel": "Müller"},
        {"ConvolutionKernel": "19520130"},
        {"ConvolutionKernel": "MILLER", "PatientName": "Miller^Ann"},
        {"ConvolutionKernel": "Dr Miller", "ReferringPhysicianName": "Miller"},
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore")
def test_what_no_scanner_means_or_could_be_a_name_is_left_out(dicom_header, lie):
    assert of(dicom_header(**lie)) == UNKNOWN


def test_an_enhanced_file_tells_it_frame_by_frame(dicom_header):
    def within(name, **elements):
        item, group = Dataset(), Dataset()
        for keyword, value in elements.items():
            setattr(item, keyword, value)
        setattr(group, name, Sequence([item]))
        return group

    shared = within("CTXRayDetailsSequence", KVP=100)
    shared.CTReconstructionSequence = within(
        "CTReconstructionSequence", ConvolutionKernel="Br40"
    ).CTReconstructionSequence
    frames = [within("PixelMeasuresSequence", SliceThickness=thick) for thick in (1, 3)]
    header = dicom_header(
        SharedFunctionalGroupsSequence=Sequence([shared]),
        PerFrameFunctionalGroupsSequence=Sequence(frames),
    )
    found = [acquired(header, index, b"", set()) for index in range(2)]
    assert found == [Acquisition(1.0, "Br40", 100.0), Acquisition(3.0, "Br40", 100.0)]
