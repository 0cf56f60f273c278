import csv
import gzip
import io
import zipfile
from types import SimpleNamespace

import nibabel as nib
import numpy as np
import pytest

from ctviz.backend import Backend, Evaluation
from ctviz.core import ImportanceMap, Prediction, Region, Score, Settings, Slice
from ctviz.estimators import ESTIMATORS
from ctviz.io import write_series
from ctviz.metrics import METRICS
from ctviz.models import ModelCard
from ctviz.ui.compare import exports
from ctviz.ui.compare.comparison import ComparedMap, Comparison
from ctviz.ui.compare.exports import Subject, maps_zip, scores_csv
from ctviz.ui.compare.notices import Explained
from ctviz.ui.session import Session
from tests.backend.small_model import MODEL, write_model

CARD = ModelCard(id="tiny", title="Tiny", task="?", classes=("no", "yes"), architecture="resnet18")


@pytest.fixture
def subject(monkeypatch):
    session = Session(reader="=AB")
    monkeypatch.setattr(exports, "session", lambda: session)
    answer = Prediction("tiny", CARD.classes, np.array([0.25, 0.75], np.float32))
    image = Slice(np.zeros((4, 6), np.float32), (1.0, 2.0))
    return Subject("C-0123abcd", 4, image, Explained(CARD, answer, 0), "signed", "=AB: heart")


def comparison_of(**scores):
    metrics = tuple(METRICS[name]() for name in ("auroc", "dice"))
    return Comparison(
        tuple(
            ComparedMap(ESTIMATORS[name](), evaluations={"auroc": Evaluation(score)})
            for name, score in scores.items()
        ),
        "",
        metrics,
    )


def test_every_score_is_a_row_that_says_what_it_is_of(subject):
    found = comparison_of(gradient=Score(0.5), centre=Score.undefined("The region is empty."))
    rows = list(csv.DictReader(io.StringIO(scores_csv([(found, subject)]))))
    assert len(rows) == 4
    first = rows[0]
    assert (first["case"], first["slice"], first["model"]) == ("C-0123abcd", "5", "tiny")
    assert (first["class"], first["explained"], first["sign"]) == ("yes", "no", "signed")
    assert (first["estimator"], first["metric"], first["value"]) == ("gradient", "auroc", "0.5")
    assert (first["better"], first["control"]) == ("higher", "no")
    assert rows[2]["control"] == "yes"
    assert (rows[2]["value"], rows[2]["why"]) == ("", "The region is empty.")
    # No spreadsheet takes a reader's name for a formula.
    assert {row["reader"] for row in rows} == {"'=AB"}
    assert {row["against"] for row in rows} == {"'=AB: heart"}


def test_maps_are_signed_and_on_the_scans_pixels(subject):
    values = np.linspace(-1, 1, 24, dtype=np.float32).reshape(4, 6)
    made = ImportanceMap(values, "gradient", 0.1)
    job = SimpleNamespace(state="ready", result=lambda _: made)
    there = ComparedMap(ESTIMATORS["gradient"](), job)
    content = maps_zip([(Comparison((there,), ""), subject)])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["C-0123abcd-005-tiny-gradient.nii.gz", "README.txt"]
        volume = nib.Nifti1Image.from_bytes(gzip.decompress(archive.read(archive.namelist()[0])))
        words = archive.read("README.txt").decode()
    assert np.array_equal(volume.get_fdata()[:, :, 0], values.T)
    assert volume.header.get_zooms()[:2] == (2.0, 1.0)
    assert "Explained: no." in words
    assert "Tiny (tiny): yes 0.75." in words


def test_the_caption_says_what_a_picture_shows_and_what_it_is_not_for(subject):
    said = " ".join(subject.caption)
    for part in ("Tiny", "yes 0.75", "Explained: no", "region of =AB: heart", "not for diagnosis"):
        assert part in said


def test_what_is_taken_home_is_what_is_on_the_screen(backend_with_a_case, monkeypatch):
    """Maps, scores and regions as DICOM; no others' regions for readers who are blinded."""
    backend, case_id = backend_with_a_case
    monkeypatch.setattr(exports, "backend", lambda: backend)
    card = backend.models()[MODEL]
    image = backend.case(case_id).slice(1)
    answer = backend.predict(image, MODEL).result(60)
    subject = Subject(case_id, 1, image, Explained(card, answer, answer.target), "signed", "AB")
    chosen = [ESTIMATORS["gradient"]()], [METRICS["dice"]()], subject, "AB"

    def names() -> list[str]:
        content = exports.objects_zip(*chosen, identified=False)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert "The objects are anonymous" in archive.read("README.txt").decode()
            return archive.namelist()

    assert {"seg-1-AB.dcm", "seg-2-CD.dcm", "pm-1-gradient.dcm", "sc-1-gradient.dcm"} <= {*names()}
    backend.store.switch_blinding(True, "AB")
    assert "seg-1-AB.dcm" in names()
    assert not [name for name in names() if "CD" in name]


@pytest.fixture
def backend_with_a_case(tmp_path):
    write_model(tmp_path / "models")
    pixels = np.random.default_rng(1).normal(0, 100, (3, 48, 48))
    write_series(
        tmp_path / "scan", pixels, spacing_mm=(0.8, 0.8), slice_spacing_mm=5.0, contrast=True,
        uid_entropy="taken home", title="Disc",
    )  # fmt: skip
    settings = Settings(tmp_path / "data", tmp_path / "models", tmp_path / "cache", "cpu")
    backend = Backend(settings)
    (case_id,) = backend.import_path(tmp_path / "scan").result(60).cases
    for reader in ("AB", "CD"):
        backend.store.append_region(Region(case_id, 1, reader, "heart", pixels[1] > 50))
    yield backend, case_id
    backend.close()
