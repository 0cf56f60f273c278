import csv
import io

import pytest

from ctviz.cohort import CohortStudy, read_plan
from tests.backend.small_model import MODEL


@pytest.fixture
def plan(tmp_path):
    study = CohortStudy(
        model=MODEL,
        estimators={"gradient": {}},
        metrics={"fidelity": {"step": 0.25}, "entropy": {}},
        draws=20,
    )
    path = tmp_path / "plan.toml"
    path.write_text(study.to_toml())
    return path


def test_a_study_of_a_folder_ranks_and_repeats(ctviz, series, plan, tmp_path):
    order = [plan, "--cohort", series, "--workers", 0, "--out", tmp_path / "results", "--no-report"]
    first = ctviz("study", *order)
    assert first.code == 0, first.err
    assert "random (control)" in first.out
    assert "cohort fidelity × 10" in first.out
    assert "The paper's findings" in first.out
    assert "Finished." in first.err
    assert (tmp_path / "results" / "scores.csv").is_file()
    again = ctviz("study", *order, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(again.out)))
    assert {row["metric"] for row in rows} == {"fidelity", "entropy"}

    verified = ctviz("study", "--verify", tmp_path / "results", "--workers", 0, "--captum")
    assert verified.code == 0, verified.err
    assert "bit by bit" in verified.err
    assert "Captum computes the same maps of 1 estimator" in verified.err
    assert "exactly this definition" in verified.out


def test_a_plan_that_is_wrong_is_said_in_one_sentence(ctviz, tmp_path):
    (tmp_path / "plan.toml").write_text("colour = 1")
    refused = ctviz("study", tmp_path / "plan.toml")
    assert refused.code == 2
    assert refused.err.count("\n") == 1


def test_only_a_finished_study_can_be_verified(ctviz, tmp_path):
    refused = ctviz("study", "--verify", tmp_path, "--workers", 0)
    assert refused.code == 2
    assert "plan" in refused.err


def test_a_model_that_is_not_there_is_refused_before_the_cohort_is_made(ctviz, tmp_path):
    refused = ctviz("study", "--model", "nope", "--out", tmp_path / "none")
    assert refused.code == 2
    assert refused.err.count("No model is called 'nope'.") == 1
    assert not (tmp_path / "none" / "units").exists()


def test_a_plan_is_registered_before_it_is_run(ctviz, series, plan, tmp_path):
    order = [plan, "--cohort", series, "--out", tmp_path / "results"]
    registered = ctviz("study", *order, "--register", "--format", "csv")
    assert registered.code == 0, registered.err
    (row,) = csv.DictReader(io.StringIO(registered.out))
    kept = read_plan(tmp_path / "results" / "plan.toml")
    assert row["plan"] == kept.digest
    assert not (tmp_path / "results" / "units").exists()
    refused = ctviz("study", *order, "--register", "--slices", 1)
    assert refused.code == 2
    assert "holds another study" in refused.err
