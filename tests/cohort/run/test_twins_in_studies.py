"""Studies with metrics that ask the twins of a model."""

from dataclasses import replace

import numpy as np
import pytest

from ctviz.backend import Backend
from ctviz.cohort import CohortStudy, ScoreTable, run_study
from tests.backend.small_model import MODEL, write_model, write_twins

STUDY = CohortStudy(
    name="reproducible",
    cohort="all",
    model=MODEL,
    estimators={"gradient": {}, "smoothgrad": {"samples": 2}, "edges": {}},
    metrics={"fidelity": {"step": 0.5}, "seed-stability": {"draws": 1}, "reproducibility": {}},
    draws=20,
)


@pytest.fixture
def with_twins(settings, tmp_path):
    """The same cases with a model of their own, for it is given twins."""
    write_model(tmp_path / "models")
    write_twins(tmp_path / "models", [3, 4])
    return replace(settings, models=tmp_path / "models", cache=tmp_path / "cache")


def scores(settings, folder, workers=0):
    """Run the study, and return the scores of every metric by its name."""
    backend = Backend(settings, steady=True)
    assert run_study(backend, STUDY, folder, workers=workers) == ()
    backend.close()
    table = ScoreTable.read(folder / "scores.parquet")
    return {name: table.panel(name).values for name in STUDY.metrics}


def test_repeatability_and_reproducibility_are_in_the_table_of_every_worker(with_twins, tmp_path):
    here = scores(with_twins, tmp_path / "here")
    assert not np.isnan(here["reproducibility"]).any()
    assert (np.abs(here["reproducibility"]) <= 1).all()
    fresh = replace(with_twins, cache=tmp_path / "another cache")
    there = scores(fresh, tmp_path / "there", workers=2)
    for name, values in here.items():
        np.testing.assert_array_equal(there[name], values)


def test_retrained_twins_give_other_scores_in_the_same_folder(with_twins, tmp_path):
    before = scores(with_twins, tmp_path / "study")
    write_twins(with_twins.models, [5, 6])
    after = scores(with_twins, tmp_path / "study")
    assert (after["reproducibility"] != before["reproducibility"]).any()
    np.testing.assert_array_equal(after["fidelity"], before["fidelity"])
