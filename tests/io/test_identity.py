"""Nothing that tells who a patient is comes out of `ctviz.io`, by whatever door."""

import logging
import os
import re
import warnings

import nibabel as nib
import numpy as np
import pytest
from pydicom import dcmread

from ctviz.io import load_cases, open_case, save_case
from ctviz.io.silence import quiet

SENTINELS = {
    "PatientName": "Zaphod^Beeblebrox",
    "PatientID": "MRN7777777",
    "PatientBirthDate": "19420311",
    "StudyDate": "20010203",
    "SeriesDate": "20010204",
    "AcquisitionDate": "20010205",
    "ContentDate": "20010206",
    "AccessionNumber": "ACC5555555",
    "InstitutionName": "Magrathea Hospital",
    "ReferringPhysicianName": "Vogon^Prostetnic",
    "StudyDescription": "Slartibartfast staging",
    "SeriesDescription": "Slartibartfast 5mm",
    "ProtocolName": "Slartibartfast protocol",
    "PatientComments": "lives at Milliways",
    "OtherPatientIDs": "ALIAS8888",
    "BodyPartExamined": "TRILLIAN",
    "StudyID": "STUDY6666",
    "StationName": "DEEPTHOUGHT",
}
SECRETS = [
    "zaphod", "beeblebrox", "mrn7777777", "1942", "200102", "acc5555555", "magrathea", "vogon",
    "prostetnic", "slartibartfast", "milliways", "alias8888", "trillian", "study6666",
    "deepthought", "marvin", "1.2.826.0.1.3680043",
]  # fmt: skip


@pytest.fixture
def telling_folder(tmp_path, dicom, stored):
    """A series of Zaphod's with good, damaged and foreign files, in a folder of another name."""
    folder = tmp_path / "Marvin Android"
    for number in range(4):
        dicom(
            folder / f"Beeblebrox_{number}.dcm",
            stored + number,
            **SENTINELS,
            ImagePositionPatient=[0, 0, number],
            InstanceNumber=number,
        )
    damaged = folder / "Beeblebrox_3.dcm"
    damaged.write_bytes(damaged.read_bytes()[:-8])
    strange = dcmread(folder / "Beeblebrox_2.dcm")
    strange.add_new("PatientBirthDate", "DA", "Zaphod was not born")
    strange["RescaleSlope"]._value = "Beeblebrox"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        strange.save_as(folder / "19420311.dcm")
    (folder / "zaphod beeblebrox.txt").write_text("Zaphod Beeblebrox, MRN7777777")
    dicom(folder / "MRN7777777.dcm", stored, **(SENTINELS | {"Modality": "SEG"}))
    return folder


def secrets_in(text):
    return [secret for secret in SECRETS if secret in text.lower()]


def test_cases_notes_and_refusals_are_anonymous(telling_folder, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        loaded = load_cases(telling_folder, key=b"secret")
    assert loaded.cases
    assert loaded.refused
    told = [repr(vars(case)) + repr(case.slices.planes) for case in loaded.cases]
    told += [repr(loaded), caplog.text, *capfd.readouterr(), *(str(w.message) for w in caught)]
    assert secrets_in("\n".join(told)) == []
    assert caught == []


def test_saved_cases_are_anonymous(telling_folder, tmp_path):
    for number, case in enumerate(load_cases(telling_folder).cases):
        save_case(case, tmp_path / "kept" / str(number))
    for path in (tmp_path / "kept").rglob("*"):
        assert secrets_in(str(path.relative_to(tmp_path))) == []
        if path.is_file():
            assert secrets_in(path.read_bytes().decode("latin-1")) == []


def test_errors_name_no_patient(tmp_path):
    with pytest.raises(Exception, match="does not exist") as caught:
        load_cases(tmp_path / "Zaphod Beeblebrox")
    assert secrets_in(str(caught.value)) == []
    with pytest.raises(Exception, match="missing or damaged") as caught:
        open_case(tmp_path / "Zaphod Beeblebrox")
    assert secrets_in(str(caught.value)) == []


def test_a_harmless_file_is_called_by_its_name_without_folder(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "readme.txt").write_text("hello")
    assert [refused.name for refused in load_cases(tmp_path).refused] == ["readme.txt"]


@pytest.mark.parametrize("name", ["DOE^JOHN.txt", "born 1942-03-11.txt", "1.2.840.113619.2.1.txt"])
def test_names_that_look_like_persons_dates_or_uids_become_numbers(tmp_path, name):
    (tmp_path / name).write_text("hello")
    assert [refused.name for refused in load_cases(tmp_path).refused] == ["file 1 of 1 (.txt)"]


@pytest.mark.parametrize(
    "name",
    ["hsturz_ct.txt", "Müller.txt", "scan.meier", "ct 19420311.txt", "MRN7777777.txt", "x12345.txt",
     "ct_1942.txt", "12_03_42.txt", os.fsdecode(b"m\xfcller.txt"), "Zaphod.json", "li wei.csv"],
)  # fmt: skip
@pytest.mark.parametrize("beside", ["dicom", "nifti", "nothing"])
def test_a_name_that_could_be_anybody_s_is_not_shown(tmp_path, dicom, stored, name, beside):
    (tmp_path / name).write_text("hello")
    if beside == "dicom":
        dicom(tmp_path / "a.dcm", stored, PatientName="Sturzenegger^Hans")
    elif beside == "nifti":
        nib.save(nib.Nifti1Image(stored.astype(np.int16), np.eye(4)), tmp_path / "a.nii")
    (refused,) = load_cases(tmp_path).refused
    assert re.fullmatch(r"file \d of \d( \(\.(txt|json|csv)\))?", refused.name)


@pytest.mark.parametrize("name", ["readme.txt", "IM_0001.txt", "slice12.csv", "labels.csv", "a.b"])
def test_a_name_of_harmless_words_is_shown(tmp_path, name):
    (tmp_path / name).write_text("hello")
    assert [refused.name for refused in load_cases(tmp_path).refused] == [name]


def test_a_pseudonym_depends_on_the_patient_and_on_the_key(tmp_path, dicom, stored):
    path = dicom(tmp_path / "a", stored, PatientID="one")
    other = dicom(tmp_path / "b", stored, PatientID="two")
    names = [
        load_cases(file, key=key).cases[0].patient
        for file, key in ((path, b"x"), (path, b"x"), (path, b"y"), (other, b"x"))
    ]
    assert names[0] == names[1]
    assert len(set(names)) == 3
    assert all(name.startswith("P-") and len(name) == 10 for name in names)


def test_without_a_patient_the_pseudonym_comes_from_the_pixels(tmp_path, dicom, stored):
    case = load_cases(dicom(tmp_path / "a", stored, PatientID=None)).cases[0]
    assert case.patient[2:] == case.id[2:]


def test_the_process_s_warning_filters_are_restored_after_reading():
    before = list(warnings.filters)
    with quiet(), quiet():
        assert warnings.filters != before
    assert warnings.filters == before


def test_picture_texts_are_not_logged(tmp_path, caplog):
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    caplog.set_level(logging.DEBUG)
    image = Image.fromarray(np.zeros((4, 4), np.uint8))
    texts, tags = PngInfo(), ImageFileDirectory_v2()
    texts.add_text("Patient", "Zaphod Beeblebrox")
    tags[270] = "Zaphod Beeblebrox"
    image.save(tmp_path / "a.png", pnginfo=texts)
    image.save(tmp_path / "a.tif", tiffinfo=tags)
    told = repr(load_cases(tmp_path)) + caplog.text
    assert secrets_in(told) == []
