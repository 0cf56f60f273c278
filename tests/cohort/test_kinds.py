"""A plan says which kind of study it is, in its file as in the folder of a run."""

import time
from dataclasses import replace

import pytest

from ctviz.cohort import COHORTS, CohortStudy, default_folder, look, start, studies
from ctviz.cohort.kinds import any_plan
from ctviz.cohort.plan import NAMED_COHORTS
from ctviz.cohort.run.scans import unnamed
from ctviz.cohort.truth import TruthStudy, load_truth_findings
from ctviz.cohort.truth.plan import COHORT
from ctviz.core import InvalidInput, Settings, UnknownName
from tests.backend.small_model import MODEL

OF_SCANS = CohortStudy(model=MODEL, estimators={"gradient": {}}, metrics={"auroc": {}})
OF_PHANTOMS = TruthStudy(
    model=MODEL, estimators={"gradient": {}}, metrics={"auroc": {}}, phantoms=2, draws=20
)


@pytest.mark.parametrize("study", [OF_SCANS, OF_PHANTOMS], ids=["scans", "phantoms"])
def test_a_plan_comes_back_as_the_kind_it_was(study):
    again = any_plan(study.to_toml())
    assert type(again) is type(study)
    assert again == study


def test_a_plan_that_is_none_is_refused_whatever_its_kind():
    with pytest.raises(InvalidInput, match="not valid TOML"):
        any_plan("cohort = phantoms")
    with pytest.raises(UnknownName, match="phantoms"):
        any_plan(OF_PHANTOMS.to_toml().replace('"phantoms"', '"demo"'))


def test_a_named_cohort_is_no_folder_whatever_lies_about(tmp_path, monkeypatch):
    assert {*COHORTS, COHORT} == NAMED_COHORTS
    settings = Settings(tmp_path / "data", tmp_path / "models", tmp_path / "cache", device="cpu")
    for name in NAMED_COHORTS:
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    for study in (OF_PHANTOMS, replace(OF_SCANS, cohort="all")):
        assert unnamed(settings, study) == study
        assert default_folder(settings, study).name == study.folder_name


def test_a_study_of_phantoms_runs_on_its_own_and_anybody_sees_it(shelf, tmp_path):
    settings = Settings(tmp_path / "data", shelf, tmp_path / "cache", device="cpu")
    run = start(settings, OF_PHANTOMS, workers=0)
    given_up = time.monotonic() + 240
    while look(run.folder).stage.state != "done" and time.monotonic() < given_up:
        time.sleep(0.1)
    assert look(run.folder).stage.state == "done", (run.folder / "errors.log").read_text()
    assert [each.study for each in studies(settings)] == [OF_PHANTOMS]
    assert load_truth_findings(run.folder).subject.phantoms == 2
