"""`ctviz regions add` keeps outlines as Regions of their readers, or says in a sentence why not."""

import json

import numpy as np
import pytest

from ctviz.backend import Backend
from ctviz.core import Settings
from tests.io.outlines import made


@pytest.fixture
def case(ctviz, tmp_path) -> str:
    """The id of the made scan's case."""
    done = ctviz("index", made.scan(tmp_path / "scan"), "--format", "json")
    (row,) = json.loads(done.out)
    return row["case"]


@pytest.fixture
def seg(tmp_path):
    """A segmentation of two structures that overlap."""
    masks = made.masks(1, 2, 3)
    frames = [made.frame(1, 1), made.frame(1, 2), made.frame(2, 2)]
    pixels = np.stack([masks[1], masks[2], masks[3]])
    return made.seg(tmp_path / "seg.dcm", pixels, frames, {1: "Liver", 2: "Cyst"})


def kept(case_id):
    """Return the masks that stand, by reader, label and slice."""
    backend = Backend(Settings.from_environment())
    try:
        regions = backend.store.regions(case_id)
    finally:
        backend.close()
    return {(r.reader, r.label, r.slice_index): r.mask for r in regions}


def test_regions_are_those_of_the_reader_that_is_named(ctviz, case, seg):
    done = ctviz("regions", "add", case, seg, "--reader", "Dr A", "--format", "json")
    assert done.code == 0
    assert "DICOM SEG, matched by the images that it was drawn on." in done.err
    assert "Kept 3 regions." in done.err
    masks = made.masks(1, 2, 3)
    expected = {
        ("Dr A", "Liver", 1): masks[1],
        ("Dr A", "Liver", 2): masks[2],
        ("Dr A", "Cyst", 2): masks[3],
    }
    found = kept(case)
    assert found.keys() == expected.keys()
    assert all((found[place] == mask).all() for place, mask in expected.items())
    assert [row["label"] for row in json.loads(done.out)] == ["Liver", "Cyst"]
    again = ctviz("regions", "add", case, seg, "--reader", "Dr A")
    assert "Kept 0 regions, 3 were there already." in again.err


def test_they_are_scored_like_drawn_ones(ctviz, case, seg):
    assert ctviz("regions", "add", case, seg, "--reader", "A", "--only", "Liver").code == 0
    asked = ("--slice", 1, "--estimators", "gradient", "--metrics", "dice", "--format", "json")
    done = ctviz("score", case, "--reader", "A", *asked)
    assert done.code == 0
    assert all(0 <= row["value"] <= 1 for row in json.loads(done.out))


def test_each_radiologist_of_lidc_is_a_reader(ctviz, case, tmp_path):
    ring = [(2, 2), (3, 1), (4, 1), (5, 2), (5, 3), (4, 4), (3, 4), (2, 3)]
    xml = made.lidc(
        tmp_path / "l.xml",
        [made.nodule(made.roi(1, ring)) + made.nodule(made.roi(1, [(1, 1)]))] * 2,
    )
    done = ctviz("regions", "add", case, xml)
    assert done.code == 0
    assert {place[:2] for place in kept(case)} == {
        ("LIDC reader 1", "nodule"),
        ("LIDC reader 2", "nodule"),
    }
    assert "not placed: A mark of LIDC reader 1 is a point: a nodule below 3 mm" in done.err
    wrong = ctviz("regions", "add", case, xml, "--reader", "A,B,C")
    assert (wrong.code, "2 readers" in wrong.err) == (2, True)


def test_what_stands_already_is_not_replaced_unasked(ctviz, case, seg, tmp_path):
    assert ctviz("regions", "add", case, seg, "--reader", "A").code == 0
    before = kept(case)
    other = made.seg(
        tmp_path / "2.dcm", made.masks(1, seed=5)[1][None], [made.frame(1, 1)], {1: "Liver"}
    )
    refused = ctviz("regions", "add", case, other, "--reader", "A")
    assert refused.code == 2
    assert "has drawn 'Liver' differently on 1 slice of these" in refused.err
    assert kept(case).keys() == before.keys()
    assert (kept(case)["A", "Liver", 1] == before["A", "Liver", 1]).all()
    assert ctviz("regions", "add", case, other, "--reader", "A", "--replace").code == 0
    assert (kept(case)["A", "Liver", 1] == made.masks(1, seed=5)[1]).all()


def test_a_folder_of_named_masks_is_one_reader(ctviz, case, tmp_path):
    folder = tmp_path / "masks"
    folder.mkdir()
    labels = np.stack(list(made.masks(0, 1, 2, 3, 4).values())).astype(np.uint8)
    for name in ("heart", "kidney_left"):
        made.nifti(folder / f"{name}.nii.gz", labels)
    made.scan(folder / "scan")
    done = ctviz("regions", "add", case, folder, "--reader", "TotalSegmentator", "--dry-run")
    assert done.code == 0
    assert not kept(case)
    done = ctviz("regions", "add", case, folder, "--reader", "TotalSegmentator")
    assert {place[1] for place in kept(case)} == {"heart", "kidney left"}
    # Scans beside the masks are no faults.
    assert "holds no outlines" not in done.err
    assert "Without outlines: 5 files." in done.err


def test_a_table_names_the_numbers_of_a_label_image(ctviz, case, tmp_path):
    labels = np.random.default_rng(3).integers(0, 3, (5, *made.SHAPE)).astype(np.uint8)
    path = made.nifti(tmp_path / "x.nii", labels)
    table = tmp_path / "names.csv"
    table.write_text("number,label\n1,liver\n2,spleen\n")
    assert ctviz("regions", "add", case, path, "--names", table, "--reader", "A").code == 0
    assert {place[1] for place in kept(case)} == {"liver", "spleen"}
    table.write_text("a,b\n1,2\n")
    wrong = ctviz("regions", "add", case, path, "--names", table)
    assert (wrong.code, "columns number and label" in wrong.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--share", "2"), "The share must lie above 0"),
        (("--reader", "x" * 50), "A reader's name has 1 to 40 letters"),
        (("--only", "Spleen"), "No label is called 'Spleen'."),
        (("--label", "x" * 99), "A label has at most 60 letters"),
    ],
)
def test_what_cannot_be_meant_is_said_in_a_sentence(ctviz, case, seg, arguments, sentence):
    done = ctviz("regions", "add", case, seg, *arguments)
    assert done.code == 2
    assert sentence in done.err
    assert "Traceback" not in done.err
    assert not kept(case)


def test_another_patients_is_refused_and_nothing_is_kept(ctviz, case, tmp_path):
    mask, frames = made.masks(0)[0][None], [made.frame(1, 0, source=False)]
    other = made.seg(tmp_path / "1.dcm", mask, frames, {1: "Liver"}, PatientID="somebody else")
    done = ctviz("regions", "add", case, other)
    assert done.code == 2
    assert "It is of another patient than this case;" in done.err
    assert not kept(case)


def test_200_segments_must_be_chosen_among(ctviz, case, tmp_path):
    pixels = np.stack(list(made.masks(*range(200)).values()))
    frames = [made.frame(number, 0) for number in range(1, 201)]
    names = {number: f"Cell {number}" for number in range(1, 201)}
    path = made.seg(tmp_path / "s.dcm", pixels, frames, names)
    done = ctviz("regions", "add", case, path)
    assert (done.code, "hold 200 labels" in done.err) == (2, True)
    assert ctviz("regions", "add", case, path, "--only", "Cell 7,Cell 9", "--reader", "A").code == 0
    assert {place[1] for place in kept(case)} == {"Cell 7", "Cell 9"}


def test_its_own_data_folder_is_not_read(ctviz, case, environment):
    done = ctviz("regions", "add", case, environment / "data" / "ctviz.db")
    assert (done.code, "belongs to ctviz's own data" in done.err) == (2, True)
