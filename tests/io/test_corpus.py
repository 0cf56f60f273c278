"""Whatever somebody drops on ctviz ends in cases and sentences, never in a traceback."""

from pathlib import Path

import numpy as np
import pydicom.data
import pytest

from ctviz.core import Cancelled, Progress, UnreadableScan
from ctviz.io import load_case, load_cases

SHIPPED = sorted(p for p in Path(pydicom.data.__file__).parent.rglob("*") if p.is_file())


def ends_well(path):
    """Load a path, look at every slice, and check that each refusal is one sentence."""
    loaded = load_cases(path)
    assert loaded.cases or loaded.refused
    for case in loaded.cases:
        assert all(image.shape for image in case.slices)
    for refused in loaded.refused:
        assert refused.why.endswith(".")
        assert "/" not in refused.name
    return loaded


def test_every_file_that_pydicom_ships_becomes_a_case_or_a_sentence():
    assert len(SHIPPED) > 100
    loaded = [ends_well(path) for path in SHIPPED]
    assert sum(bool(each.cases) for each in loaded) > 40


def test_all_of_them_together_end_well_too():
    ends_well(Path(pydicom.data.__file__).parent)


@pytest.mark.real_data
def test_odd_and_compressed_dicom_becomes_cases_or_sentences(real_data):
    for path in sorted((real_data / "dicom-corpus").rglob("*.dcm"))[::3]:
        ends_well(path)
    for folder in ("dicom-corpus", "sts-002-rtstruct", "seg-liver"):
        ends_well(real_data / folder)


@pytest.mark.real_data
def test_all_encodings_of_one_scan_agree(real_data):
    folder = real_data / "dicom-corpus"
    lossless = [*(folder / "multiframe").iterdir(), folder / "wg04" / "CT1_UNC.dcm"]
    lossless += [folder / "wg04" / name for name in ("CT1_J2KR", "CT1_JLSL", "CT1_JPLL", "CT1_RLE")]
    assert len({load_case(path).id for path in lossless}) == 1


@pytest.mark.real_data
def test_contours_and_segmentations_are_refused_by_name(real_data):
    (contours,) = load_cases(real_data / "sts-002-rtstruct").refused
    assert "contours" in contours.why
    reasons = [refused.why for refused in load_cases(real_data / "seg-liver").refused]
    assert any("segmentation" in why for why in reasons)


@pytest.mark.real_data
def test_gantry_tilt_and_uneven_gaps_are_both_noted(real_data):
    notes = " ".join(load_case(real_data / "dicom-corpus" / "gantry-tilt").notes)
    assert "tilted by 18.5 degrees" in notes
    assert "unevenly spaced" in notes


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("scan.dcm", b"this is text", "is not"),
        ("empty.dcm", b"", "empty"),
        ("notes.csv", b"a,b\n1,2\n", "no image"),
        ("x.gz", b"\x1f\x8b\x08\x00broken", "unpack"),
        ("broken.dcm", bytes(128) + b"DICM" + b"\xff" * 500, ""),
        ("broken", bytes(128) + b"DICM", ""),
    ],
)
def test_what_is_no_scan_is_refused_with_what_to_do(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    (refused,) = load_cases(tmp_path).refused
    assert refused.name == name
    assert words in refused.why
    with pytest.raises(UnreadableScan):
        load_case(tmp_path / name)


def test_an_empty_folder_is_one_refusal(tmp_path):
    (refused,) = load_cases(tmp_path).refused
    assert "no files" in refused.why


def test_what_systems_leave_in_folders_is_passed_over(tmp_path, dicom, stored):
    dicom(tmp_path / "a.dcm", stored)
    for name in (".DS_Store", "DICOMDIR", "Thumbs.db", "__MACOSX/._a.dcm"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert load_cases(tmp_path).refused == ()


def test_a_path_that_does_not_exist_is_an_error(tmp_path):
    with pytest.raises(UnreadableScan, match="does not exist"):
        load_cases(tmp_path / "nowhere")


def test_every_cut_of_a_good_file_ends_well(tmp_path, dicom, stored):
    content = dicom(tmp_path / "a.dcm", stored).read_bytes()
    for size in range(0, len(content), 37):
        (tmp_path / "cut.dcm").write_bytes(content[:size])
        ends_well(tmp_path / "cut.dcm")


def test_every_changed_byte_of_a_good_file_ends_well(tmp_path, dicom, stored):
    content = dicom(tmp_path / "a.dcm", stored).read_bytes()
    for place in range(128, len(content), 7):
        changed = bytearray(content)
        changed[place] ^= 0xFF
        (tmp_path / "changed.dcm").write_bytes(changed)
        ends_well(tmp_path / "changed.dcm")


def test_loading_can_be_cancelled_and_tells_how_far_it_is(tmp_path, dicom, stored):
    for z in range(3):
        dicom(tmp_path / str(z), stored, ImagePositionPatient=[0, 0, z])
    shares = []
    load_cases(tmp_path, progress=Progress(shares.append))
    assert shares == sorted(shares)
    assert shares[-1] == 1
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        load_cases(tmp_path, progress=progress)


def mutated(content, rng):
    """Return a file's bytes after a few accidents."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 2, 8))):
        place, length = int(rng.integers(len(changed))), int(rng.integers(1, 40))
        accident = rng.integers(4)
        if accident == 0:
            changed[place] = int(rng.integers(256))
        elif accident == 1:
            changed[place : place + 4] = (b"\0" * 4, b"\xff" * 4)[length % 2]
        elif accident == 2:
            del changed[place : place + length]
        else:
            changed[place:place] = rng.bytes(length // 4)
        changed = changed or bytearray(1)
    return bytes(changed)


def test_whatever_happens_to_a_file_ends_well(tmp_path):
    rng = np.random.default_rng(8)
    small = [path for path in SHIPPED if path.suffix == ".dcm" and path.stat().st_size < 2**15]
    for number in rng.integers(len(small), size=150):
        (tmp_path / "mutated.dcm").write_bytes(mutated(small[number].read_bytes(), rng))
        ends_well(tmp_path / "mutated.dcm")
