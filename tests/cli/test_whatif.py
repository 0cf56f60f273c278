"""`ctviz whatif` gives the numbers of the engine, and one sentence for what cannot be done."""

import csv
import io
import json

import numpy as np
import pytest

from ctviz.backend import Backend, Question
from ctviz.core import Region, Settings
from ctviz.core.experiment import Edit
from ctviz.io import save_mask
from tests.backend.small_model import MODEL

DISC = (np.mgrid[:48, :48][0] - 20) ** 2 + (np.mgrid[:48, :48][1] - 28) ** 2 < 64


@pytest.fixture
def case(ctviz, series) -> str:
    """A case on whose middle slice AB and CD drew."""
    done = ctviz("index", series, "--format", "json")
    (row,) = json.loads(done.out)
    with opened() as backend:
        for reader, mask in (("AB", DISC), ("CD", np.roll(DISC, 3, axis=0))):
            backend.store.append_region(Region(row["case"], 1, reader, "heart", mask))
    return row["case"]


class opened:  # noqa: N801 - a context
    def __enter__(self) -> Backend:
        self.backend = Backend(Settings.from_environment())
        return self.backend

    def __exit__(self, *_: object) -> None:
        self.backend.close()


def whatif(ctviz, *arguments):
    return ctviz("whatif", *arguments, "--estimators", "gradient", "--format", "csv")


def test_its_numbers_are_those_of_the_engine(ctviz, case, tmp_path):
    out = tmp_path / "experiment"
    where = ("--region", "heart", "--reader", "AB", "--edge-mm", "1.5")
    run = whatif(ctviz, case, *where, "--do", "cap=45", "--places", 3, "--out", out)
    assert run.code == 0, run.err
    (row,) = csv.DictReader(io.StringIO(run.out))
    with opened() as backend:
        image = backend.case(case).slice(1)
        edited = backend.edited(image, Edit("cap", DISC, {"limit": 45}, 1.5)).result(60)
        before, after = (backend.predict(one, MODEL).result(60) for one in (image, edited))
        target = before.target
        question = Question(image, MODEL, target)
        places = backend.elsewhere(question, edited, places=3).result(60)[:, target]
    assert row["class"] == before.label
    assert float(row["before"]) == before.probabilities[target]
    assert float(row["after"]) == after.probabilities[target]
    assert float(row["least_elsewhere"]) == places.min()
    assert float(row["most_elsewhere"]) == places.max()
    assert float(row["share_of_the_picture"]) == DISC.mean()
    assert "with at most 45 HU in what is drawn." in run.err
    assert "at 3 other places of the body" in run.err
    said = json.loads((out / f"{case}-001-{MODEL}-what-if.json").read_text())
    assert said["elsewhere"]["probabilities"] == places.tolist()
    assert (out / f"{case}-001-{MODEL}-what-if-after.nii.gz").exists()


def test_both_ways_to_say_a_setting_and_both_to_say_where_agree(ctviz, case, series, tmp_path):
    with opened() as backend:
        save_mask(DISC, tmp_path / "disc.png", backend.case(case).slice(1))
    first = whatif(ctviz, case, "--region", "heart", "--reader", "AB", "--do", "shift=-80")
    second = whatif(
        ctviz, series, "--mask", tmp_path / "disc.png", "--do", "shift", "--set", "shift.by=-80"
    )
    assert first.code == second.code == 0, first.err + second.err
    assert first.out == second.out


def test_without_a_reader_all_who_drew_it_are_taken(ctviz, case):
    run = whatif(ctviz, case, "--region", "heart", "--do", "remove")
    (row,) = csv.DictReader(io.StringIO(run.out))
    union = DISC | np.roll(DISC, 3, axis=0)
    assert float(row["share_of_the_picture"]) == union.mean()


def test_it_is_kept_with_the_case(ctviz, case):
    run = whatif(
        ctviz, case, "--region", "heart", "--reader", "CD", "--do", "blur=3",
        "--keep", "Blurred", "--as", "CD",
    )  # fmt: skip
    assert run.code == 0, run.err
    with opened() as backend:
        (kept,) = backend.store.experiments(case)
    assert (kept.title, kept.reader, kept.slice_index, kept.model_id) == ("Blurred", "CD", 1, MODEL)
    assert (kept.edit.operation, dict(kept.edit.settings)) == ("blur", {"sigma_mm": 3.0})
    np.testing.assert_array_equal(kept.edit.mask, np.roll(DISC, 3, axis=0))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--region", "liver", "--do", "cap"), "No region on slice 1 is called 'liver'"),
        (("--region", "heart", "--reader", "EF", "--do", "cap"), "There is not yet a region"),
        (("--region", "heart", "--do", "paint"), "No operation is called 'paint'"),
        (("--region", "heart", "--do", "remove=3"), "'remove' has no value"),
        (("--region", "heart", "--do", "cap=much"), "must be of type int"),
        (("--region", "heart", "--do", "cap", "--set", "blur.x=1"), "not among the chosen"),
        (("--region", "heart", "--do", "cap", "--set", "cap.x=1"), "No parameter of cap"),
        (("--region", "heart", "--do", "cap", "--edge-mm", "nan"), "0 to 30 mm"),
        (("--region", "heart", "--do", "cap", "--places", "-1"), "'--places' is 0 to 1000"),
        (("--region", "heart", "--do", "cap", "--keep", "It"), "who is reading"),
        (("--region", "heart", "--do", "cap", "--model", "other"), "No model is called 'other'"),
        (("--region", "heart", "--do", "cap", "--out", "/dev/null/x"), "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(ctviz, case, arguments, said):
    run = whatif(ctviz, case, *arguments)
    assert run.code == 2
    assert run.out == ""
    assert run.err.count("\n") == 1
    assert said in run.err


def test_nothing_is_drawn_on_a_file(ctviz, series):
    run = whatif(ctviz, series, "--region", "heart", "--do", "cap")
    assert (run.code, run.out) == (2, "")
    assert "use --mask" in run.err
