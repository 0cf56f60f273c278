import csv
import io
from dataclasses import replace

from ctviz.cohort.truth import TruthStudy
from tests.backend.small_model import MODEL


def test_truth_ranks_estimators_and_metrics(ctviz, tmp_path):
    order = ["--model", MODEL, "--phantoms", 2, "--workers", 0, "--out", tmp_path / "truth"]
    chosen = ["--estimators", "gradient", "--metrics", "auroc"]
    first = ctviz("truth", *order, *chosen)
    assert first.code == 0, first.err
    assert "rank-correlation" in first.out
    assert "auroc" in first.out
    assert (tmp_path / "truth" / "report" / "report.html").is_file()
    again = ctviz("truth", *order, *chosen, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(again.out)))
    assert {row["estimator"] for row in rows if not row["control"]} == {"gradient"}
    assert {row["estimator"] for row in rows if row["control"]} >= {"centre", "random", "edges"}


def test_settings_of_estimators_and_metrics_are_taken(ctviz, tmp_path):
    ran = ctviz(
        *("truth", "--model", MODEL, "--phantoms", 1, "--workers", 0, "--out", tmp_path / "truth"),
        *("--estimators", "smoothgrad", "--metrics", "deletion"),
        *("--set", "smoothgrad.samples=2", "--set", "deletion.step=0.5"),
    )
    assert ran.code == 0, ran.err
    plan = (tmp_path / "truth" / "plan.toml").read_text()
    assert "samples = 2" in plan
    assert "step = 0.5" in plan


def test_a_plan_is_run_again_with_what_the_command_changes(ctviz, tmp_path):
    study = TruthStudy(
        model=MODEL,
        estimators={"smoothgrad": {"samples": 2}},
        metrics={"auroc": {}},
        phantoms=1,
        first=7,
    )
    (tmp_path / "plan.toml").write_text(study.to_toml())
    ran = ctviz(
        *("truth", tmp_path / "plan.toml", "--workers", 0, "--out", tmp_path / "truth"),
        *("--set", "smoothgrad.noise=0.5"),
    )
    assert ran.code == 0, ran.err
    kept = TruthStudy.read(tmp_path / "truth" / "plan.toml")
    assert kept.estimators["smoothgrad"] == {**study.estimators["smoothgrad"], "noise": 0.5}
    assert replace(kept, estimators=study.estimators) == study


def test_an_unknown_model_is_said_in_one_sentence(ctviz, tmp_path):
    refused = ctviz("truth", "--model", "none", "--out", tmp_path / "truth")
    assert refused.code == 2
    assert refused.err.count("\n") == 1
