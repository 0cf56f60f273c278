"""`ctviz export` writes what was drawn and computed; `ctviz verify` says whether it still holds."""

import json

import numpy as np
import pydicom
import pytest
from PIL import Image

from ctviz.backend import Backend
from ctviz.cli.program import parser
from ctviz.core import Region, Settings
from ctviz.core.settings import PROJECT

DISC = (np.mgrid[:48, :48][0] - 20) ** 2 + (np.mgrid[:48, :48][1] - 28) ** 2 < 64
QUICK = ("--estimators", "gradient", "--metrics", "dice,fidelity", "--slice", 1)


def draw(case: str, mask: np.ndarray) -> None:
    backend = Backend(Settings.from_environment())
    try:
        backend.store.append_region(Region(case, 1, "AB", "heart", mask))
    finally:
        backend.close()


@pytest.fixture
def case(ctviz, series) -> str:
    (row,) = json.loads(ctviz("index", series, "--format", "json").out)
    draw(row["case"], DISC)
    return row["case"]


def test_a_report_holds_until_the_region_is_drawn_anew(ctviz, case, tmp_path):
    out = tmp_path / "out"
    done = ctviz("export", case, "--as", "sr", *QUICK, "--out", out, "--format", "json")
    assert done.code == 0, done.err
    assert "The objects are anonymous" in done.err
    kinds = [row["file"].rpartition("/")[2].split("-")[0] for row in json.loads(done.out)]
    assert kinds == ["ct", "ct", "ct", "seg", "pm", "sr"]
    (report,) = out.glob("sr-*.dcm")
    done = ctviz("verify", report, "--format", "json")
    assert done.code == 0, done.err
    rows = json.loads(done.out)
    assert len(rows) == 2 + 2 + 2
    assert all(row["claimed"] == row["found"] and row["holds"] == "yes" for row in rows)

    draw(case, np.roll(DISC, 3, axis=0))
    done = ctviz("verify", report, "--format", "json")
    assert done.code == 1
    assert "2 of 6 numbers do not hold any more." in done.err
    wrong = [row for row in json.loads(done.out) if row["holds"] == "no"]
    assert {row["why"] for row in wrong} == {"The region is not drawn like this any more."}


def test_a_changed_number_is_found(ctviz, case, tmp_path):
    ctviz("export", case, "--as", "sr", *QUICK, "--out", tmp_path)
    (path,) = tmp_path.glob("sr-*.dcm")
    report = pydicom.dcmread(path)
    for group in report.ContentSequence[-1].ContentSequence[-1:]:
        for item in (each for each in group.ContentSequence if each.ValueType == "NUM"):
            item.MeasuredValueSequence[0].FloatingPointValue += 0.01
    report.save_as(path)
    done = ctviz("verify", path)
    assert done.code == 1
    assert "It is another number now." in done.out


def test_results_go_back_only_if_that_was_chosen(ctviz, series, tmp_path):
    source = pydicom.dcmread(sorted(series.iterdir())[0], stop_before_pixels=True)
    chosen = ctviz("index", series, "--results-may-go-back", "--format", "json")
    (row,) = json.loads(chosen.out)
    draw(row["case"], DISC)
    link = tmp_path / "data" / "links" / f"{row['case']}.json"
    assert oct(link.stat().st_mode)[-3:] == "600"
    done = ctviz("export", row["case"], *QUICK, "--out", tmp_path / "out")
    assert done.code == 0, done.err
    assert "the patient's own names and UIDs" in done.err
    names = sorted(path.name.split("-")[0] for path in (tmp_path / "out").glob("*.dcm"))
    assert names == ["pm", "rtstruct", "sc", "seg", "sr"]
    for path in (tmp_path / "out").glob("*.dcm"):
        made = pydicom.dcmread(path, stop_before_pixels=True)
        assert made.StudyInstanceUID == source.StudyInstanceUID
        assert made.PatientID == source.PatientID
        # Nobody shall learn from a PACS which pseudonym a patient has.
        assert row["case"].encode() not in path.read_bytes()
        assert row["patient"].encode() not in path.read_bytes()
    (report,) = (tmp_path / "out").glob("sr-*.dcm")
    assert ctviz("verify", report).code == 0


def test_it_is_said_when_results_cannot_go_back(ctviz, tmp_path):
    Image.fromarray(np.arange(400, dtype=np.uint8).reshape(20, 20)).save(tmp_path / "chest.png")
    done = ctviz("index", tmp_path / "chest.png", "--results-may-go-back", "--format", "json")
    (row,) = json.loads(done.out)
    assert f"Results of {row['case']} cannot go back to the patient" in done.err
    done = ctviz("index", tmp_path / "chest.png")
    assert done.err == ""


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"no DICOM", "not a report that ctviz wrote"), (None, "cannot be read")],
)
def test_what_is_no_report_of_ours_gets_a_sentence(ctviz, tmp_path, content, sentence):
    path = tmp_path / "report.dcm"
    if content is not None:
        path.write_bytes(content)
    done = ctviz("verify", path)
    assert done.code == 2
    assert sentence in done.err


def test_another_objects_numbers_are_no_report(ctviz, case, tmp_path):
    ctviz("export", case, "--as", "rtstruct", "--out", tmp_path)
    done = ctviz("verify", tmp_path / "rtstruct-1-AB.dcm")
    assert (done.code, done.out) == (2, "")
    assert "not a report that ctviz wrote" in done.err


def test_masks_hold_until_the_region_is_drawn_anew(ctviz, case, tmp_path):
    ctviz("export", case, "--as", "seg", "--out", tmp_path)
    done = ctviz("verify", tmp_path / "seg-1-AB.dcm", "--format", "json")
    assert done.code == 0, done.err
    (row,) = json.loads(done.out)
    assert row["what"] == "pixels of heart of AB on slice 2"
    assert row["claimed"] == row["found"] == DISC.sum()
    draw(case, np.roll(DISC, 1, axis=1))
    done = ctviz("verify", tmp_path / "seg-1-AB.dcm")
    assert done.code == 1
    assert "not drawn like this any more" in done.out


def test_a_map_holds_until_a_pixel_is_changed(ctviz, case, tmp_path):
    ctviz("export", case, "--as", "pm", *QUICK, "--out", tmp_path)
    path = tmp_path / "pm-1-gradient.dcm"
    done = ctviz("verify", path, "--format", "json")
    assert done.code == 0, done.err
    (row,) = json.loads(done.out)
    assert row["what"] == "largest magnitude of gradient on slice 2"
    assert row["claimed"] == row["found"] > 0
    made = pydicom.dcmread(path)
    values = np.frombuffer(made.FloatPixelData, "<f4").copy()
    values[7] += 0.01 * abs(values).max()
    made.FloatPixelData = values.tobytes()
    made.save_as(path)
    done = ctviz("verify", path)
    assert done.code == 1
    assert "A pixel is" in done.out
    made.ContributingEquipmentSequence = []
    made.save_as(path)
    done = ctviz("verify", path)
    assert done.code == 2
    assert "not a map or segmentation that ctviz wrote" in done.err


def test_the_commands_of_the_page_are_commands():
    page = (PROJECT / "docs" / "dicom-out.md").read_text("utf-8")
    commands = [line.split()[1:] for line in page.splitlines() if line.startswith("ctviz ")]
    assert len(commands) == 5
    for words in commands:
        assert parser().parse_args(words).run


def test_mistakes_get_a_sentence(ctviz, case, tmp_path):
    assert "No form of results is called 'sag'" in ctviz("export", case, "--as", "sag").err
    done = ctviz("export", case, "--as", "seg", "--reader", "nobody", "--out", tmp_path / "o")
    assert done.code == 2
    assert "nobody has drawn a region" in done.err
    (tmp_path / "file").write_text("")
    done = ctviz("export", case, "--as", "seg", "--out", tmp_path / "file")
    assert "cannot be written" in done.err


@pytest.mark.parametrize("form", ["seg", "rtstruct"])
def test_regions_come_back_as_they_went(ctviz, case, tmp_path, form):
    """Also into an anonymous case: its own objects are known by their images."""
    assert ctviz("export", case, "--as", form, "--slice", 1, "--out", tmp_path / "out").code == 0
    (file,) = (tmp_path / "out").glob(f"{form}-*.dcm")
    done = ctviz("regions", "add", case, file, "--reader", "Back again")
    assert done.code == 0, done.err
    assert "matched by the images that it was drawn on" in done.err
    backend = Backend(Settings.from_environment())
    try:
        (region,) = backend.store.regions(case, "Back again")
    finally:
        backend.close()
    assert (region.label, region.slice_index) == ("heart", 1)
    np.testing.assert_array_equal(region.mask, DISC)
