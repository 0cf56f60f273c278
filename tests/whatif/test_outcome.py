"""What an edit did is said in numbers that follow from the answers, and in plain words."""

import gzip
import io
import json
import zipfile
from datetime import UTC, datetime

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from ctviz.core import ImportanceMap, Prediction, Slice
from ctviz.core.experiment import Edit, Experiment
from ctviz.edits import apply
from ctviz.whatif import AnsweredSlice, Outcome, as_json, pictures_of, take_home

CLASSES = ("without contrast", "with contrast")


@pytest.fixture
def image() -> Slice:
    return Slice(np.full((12, 20), 300, np.float32), (2.0, 1.0), position_mm=(1.0, 2.0, 3.0))


@pytest.fixture
def edit() -> Edit:
    mask = np.zeros((12, 20), np.bool_)
    mask[3:7, 5:11] = True
    return Edit("cap", mask, {"limit": 45}, 0.0)


def asked(image, probability, **more):
    answer = Prediction("tiny", CLASSES, np.array([1 - probability, probability]))
    return AnsweredSlice(image, answer, **more)


def outcome_of(image, edit, before=0.97, after=0.31, **more):
    values = np.zeros((12, 20), np.float32)
    values[3:7, 5:11], values[0] = 2, -1
    maps = {"gradient": ImportanceMap(values, "gradient")}
    return Outcome(
        edit,
        1,
        asked(image, before, strangeness=0.5, maps=maps),
        asked(apply(edit, image), after, strangeness=1.5, maps=maps),
        **more,
    )


@pytest.mark.parametrize(
    ("operation", "settings", "expected"),
    [
        ("remove", {}, "with contrast 0.97 → 0.31 without what is drawn."),
        ("cap", {"limit": 45}, "with contrast 0.97 → 0.31 with at most 45 HU in what is drawn."),
        ("shift", {"by": -50}, "with contrast 0.97 → 0.31 with what is drawn 50 HU darker."),
    ],
)
def test_the_answer_is_one_sentence(image, edit, operation, settings, expected):
    outcome = outcome_of(image, Edit(operation, edit.mask, settings))
    assert outcome.sentence == expected
    assert outcome.turned


def test_what_looks_equal_is_said_to_stay(image, edit):
    outcome = outcome_of(image, edit, 0.9701, 0.9749)
    assert outcome.sentence == "with contrast stays 0.97 with at most 45 HU in what is drawn."
    assert not outcome.turned


def test_the_score_is_the_log_odds(image, edit):
    assert outcome_of(image, edit, 0.75, 0.5).log_odds == pytest.approx((np.log(3), 0))


def test_area_change_and_importance_are_counted(image, edit):
    outcome = outcome_of(image, edit)
    assert outcome.changed == (24, -255.0)
    assert outcome.drawn_share == 24 / 240
    assert outcome.importance("gradient", "signed").value == 1.0
    assert outcome.importance("gradient", "absolute").value == pytest.approx(48 / 68)


@pytest.mark.parametrize(
    ("elsewhere", "control"),
    [
        ((0.95, 0.98), "0.95 to 0.98. Here it changes the answer more than at any of them."),
        ((0.97, 0.97), "with contrast 0.97. Here it changes the answer more than at any of them."),
        ((0.95, 0.2), "0.20 to 0.95. At 1 of them it changes the answer as much as here, or more."),
        ((), ""),
    ],
)
def test_other_places_say_what_any_such_change_would_do(image, edit, elsewhere, control):
    assert outcome_of(image, edit, elsewhere=elsewhere).control.endswith(control)


@pytest.fixture
def experiment(edit) -> Experiment:
    made = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)
    return Experiment("x", "C-1", 4, "AB", "tiny", edit, "No contrast", "Aorta.", made)


def test_what_is_taken_home_says_everything(image, edit, experiment):
    outcome = outcome_of(image, edit, elsewhere=(0.95, 0.98))
    with zipfile.ZipFile(io.BytesIO(take_home(experiment, outcome, "C-1-005"))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert set(files) == {
        "README.txt",
        *(f"C-1-005{end}" for end in (".json", ".png")),
        *(
            f"C-1-005-{part}.nii.gz"
            for part in ("before", "after", "drawn", "before-gradient", "after-gradient")
        ),
    }
    read_me = files["README.txt"].decode()
    assert "No contrast. Case C-1, slice 5, by AB, 2026-11-26 20:00 UTC." in read_me
    assert outcome.sentence in read_me
    assert outcome.control in read_me
    for part, expected in (
        ("before", image.hounsfield),
        ("after", outcome.after.image.hounsfield),
        ("drawn", edit.mask),
        ("after-gradient", outcome.after.maps["gradient"].values),
    ):
        volume = nib.Nifti1Image.from_bytes(gzip.decompress(files[f"C-1-005-{part}.nii.gz"]))
        np.testing.assert_array_equal(np.asarray(volume.dataobj)[..., 0].T, expected)
        assert tuple(volume.header.get_zooms()[:2]) == (1.0, 2.0)


def test_the_json_has_the_numbers_of_the_screen(image, edit, experiment):
    said = json.loads(as_json(experiment, outcome_of(image, edit, elsewhere=(0.95,))))
    assert (said["case"], said["slice"], said["model"]) == ("C-1", 5, "tiny")
    assert said["edit"]["operation"] == "cap"
    assert said["edit"]["settings"] == {"limit": 45}
    assert (said["edit"]["changed_pixels"], said["edit"]["mean_change_hu"]) == (24, -255.0)
    assert said["edit"]["digest_after"] == apply(edit, image).digest
    assert said["answer"]["before"]["with contrast"] == pytest.approx(0.97)
    assert said["answer"]["after"]["with contrast"] == pytest.approx(0.31)
    assert said["strangeness"] == {"before": 0.5, "after": 1.5}
    assert said["elsewhere"]["probabilities"] == [0.95]
    assert said["importance_in_what_is_drawn"]["gradient"]["signed"] == 1.0


def test_the_picture_shows_before_after_and_the_difference_in_true_proportion(image, edit):
    picture = Image.open(io.BytesIO(pictures_of(outcome_of(image, edit))))
    # 24 mm down and 20 mm across: 512 × 427 each.
    assert picture.size == (3 * 427, 512)
    before, after, difference = (np.asarray(picture, int)[200, 170 + k * 427] for k in range(3))
    assert before.tolist() == [255, 255, 255]
    # 45 HU in the soft-tissue window, give or take what the outline rings with.
    assert np.abs(after - 131).max() < 30
    assert difference[2] > difference[0] + 50
