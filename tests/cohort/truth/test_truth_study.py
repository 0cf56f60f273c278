"""A study of phantoms from the plan to the report, on a small untrained network."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import kendalltau

from ctviz.backend import Backend
from ctviz.cohort import CohortStudy, ScoreTable
from ctviz.cohort.run.running import unit_addresses
from ctviz.cohort.truth import TruthStudy, load_truth_findings, run_truth_study
from ctviz.cohort.truth.report import write_truth_report
from ctviz.cohort.truth.unit import load_judgement
from ctviz.core import InvalidInput, InvalidParameter, Settings, Slice, UnknownName
from ctviz.phantom import dissect
from ctviz.truth import MEASURES, log_odds
from ctviz.truth.scenes import level_of
from tests.backend.small_model import MODEL

STUDY = TruthStudy(
    model=MODEL,
    estimators={"gradient": {}, "input-x-gradient": {}},
    metrics={"auroc": {}, "deletion": {"step": 0.25}},
    phantoms=3,
    draws=20,
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory, shelf):
    """The settings and the folder of a finished study."""
    place = tmp_path_factory.mktemp("truth")
    settings = Settings(place / "data", shelf, place / "cache", device="cpu")
    backend = Backend(settings, steady=True)
    assert run_truth_study(backend, STUDY, place / "study", workers=0) == ()
    backend.close()
    return settings, place / "study"


@pytest.fixture
def backend(kept):
    backend = Backend(kept[0], steady=True)
    yield backend
    backend.close()


def judgements(folder):
    return [load_judgement(folder / "truth" / f"{a}.truth") for a in unit_addresses(folder)]


def test_a_plan_of_phantoms_survives_its_file():
    assert TruthStudy.from_toml(STUDY.to_toml()) == STUDY
    assert replace(STUDY, phantoms=4).digest != STUDY.digest


@pytest.mark.parametrize("change", [{"cohort": "demo"}, {"phantoms": 0}, {"target": "predicted"}])
def test_a_plan_that_is_none_is_refused(change):
    with pytest.raises(InvalidParameter):
        replace(STUDY, **change)


def test_effects_are_those_of_rendering_and_asking_again(kept, backend):
    rows = list(csv.DictReader((kept[1] / "effects.csv").read_text().splitlines()))
    seed = STUDY.first + 1
    own = {row["part"]: row for row in rows if row["phantom"] == f"phantom {seed}"}
    drawn = dissect(seed, contrast=True, level=level_of(seed), size=256)
    model = backend.classifier(MODEL)

    def odds(hounsfield):
        return log_odds(model.predict(Slice(hounsfield, drawn.spacing_mm)), 1)

    assert len(own) >= 12
    for part in ("table", "spine"):
        expected = odds(drawn.hounsfield) - odds(drawn.without(part))
        assert float(own[part]["effect"]) == pytest.approx(expected, abs=1e-6)


def test_standings_are_means_over_phantoms(kept):
    findings, judged = load_truth_findings(kept[1]), judgements(kept[1])
    assert findings.subject.phantoms == 3
    assert findings.subject.explained == "with contrast"
    for t, measure in enumerate(MEASURES):
        for n, standing in enumerate(findings.ranking(measure).standings):
            e, s = divmod(n, 2)
            values = [each.values[e, s, t] for each in judged]
            if np.isnan(values).all():
                assert standing.mean is None
            else:
                assert standing.mean == pytest.approx(np.nanmean(values))


def test_trust_is_kendalls_tau_of_both_rankings(kept):
    findings = load_truth_findings(kept[1])
    by_truth = [each.mean for each in findings.ranking("rank-correlation").standings]
    for key, direction in (("auroc", 1), ("deletion", -1)):
        panel = ScoreTable.read(kept[1] / "scores.parquet").panel(key)
        assert panel.entrants == findings.entrants
        expected = kendalltau(by_truth, direction * panel.patient_means().mean(axis=0)).statistic
        found = findings.trust_in(key, "rank-correlation", controls=True)
        assert found.tau == pytest.approx(expected)
        own = findings.trust_in(key, "rank-correlation", controls=False)
        assert not any(entrant.control for entrant in own.entrants)


def test_a_study_goes_on_where_it_was_and_says_the_same_in_processes(kept, backend, tmp_path):
    folder = kept[1]
    before = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    lost = next((folder / "truth").iterdir())
    lost.unlink()
    told = []
    run_truth_study(backend, STUDY, folder, workers=0, told=told.append)
    assert told[-1].known == 2
    assert lost.read_bytes() == before[lost.name]
    run_truth_study(backend, STUDY, tmp_path, workers=1)
    for name in ("effects.csv", "scores.csv", "findings.json"):
        assert (folder / name).read_bytes() == before[name]
        assert (tmp_path / name).read_bytes() == before[name]


def test_a_report_says_who_and_what_agrees(kept):
    place = write_truth_report(kept[1])
    page = (place / "report.html").read_text(encoding="utf-8")
    for said in ("Closest to the truth:", "Metrics against the truth", "ribs", "Input × gradient"):
        assert said in page
    assert (place / "report.pdf").read_bytes().startswith(b"%PDF")
    assert list((place / "figures").glob("*.svg"))


def test_the_folder_of_another_study_is_left_alone(kept, backend):
    with pytest.raises(InvalidInput, match="another study"):
        run_truth_study(backend, replace(STUDY, phantoms=4), kept[1], workers=0)
    with pytest.raises(UnknownName, match="phantoms"):
        CohortStudy.read(kept[1] / "plan.toml")


def test_an_unfinished_study_has_no_findings(tmp_path):
    with pytest.raises(InvalidInput, match="ctviz truth"):
        load_truth_findings(tmp_path)
