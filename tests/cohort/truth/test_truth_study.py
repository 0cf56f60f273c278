"""A study of phantoms from the plan to the report, on a small untrained network."""

import csv
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from scipy.stats import kendalltau

from ctviz.backend import Backend
from ctviz.cohort import CohortStudy, ScoreTable
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.run.running import unit_addresses
from ctviz.cohort.truth import TruthStudy, load_truth_findings, run_truth_study
from ctviz.cohort.truth.effects_table import read_effects
from ctviz.cohort.truth.picture import effects_of, load_picture, save_picture, typical
from ctviz.cohort.truth.report import write_truth_report
from ctviz.cohort.truth.unit import load_judgement, phantom_name
from ctviz.core import InvalidInput, InvalidParameter, Settings, Slice, UnknownName
from ctviz.phantom import dissect
from ctviz.truth import MEASURES, SCENES, PartMap, log_odds
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
        expected = kendalltau(by_truth, direction * panel.patient_means.mean(axis=0)).statistic
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
    for name in ("effects.csv", "scores.csv", "findings.json", "typical.picture"):
        assert (folder / name).read_bytes() == before[name]
        assert (tmp_path / name).read_bytes() == before[name]


def test_a_report_says_who_and_what_agrees(kept):
    place = write_truth_report(kept[1])
    page = (place / "report.html").read_text(encoding="utf-8")
    for said in ("Closest to the truth:", "Metrics against the truth", "ribs", "Input × gradient"):
        assert said in page
    assert "A typical phantom" in page
    found = datetime.fromtimestamp((kept[1] / "findings.json").stat().st_mtime, UTC)
    assert f"{found.day} {found:%B %Y}" in page
    assert page.count("data:image/png") == 6
    assert (place / "report.pdf").read_bytes().startswith(b"%PDF")
    figures = {path.stem for path in (place / "figures").glob("*.svg")}
    assert figures == {"ranking-rank-correlation", "parts", "picture"}


def test_the_picture_shows_the_maps_and_effects_that_were_judged(kept, backend):
    findings, judged = load_truth_findings(kept[1]), judgements(kept[1])
    picture = load_picture(kept[1])
    (own,) = [
        each
        for n, each in enumerate(judged)
        if picture.phantom.name == phantom_name(STUDY.first + n)
    ]
    np.testing.assert_array_equal(picture.effects, own.effects.scores)
    known = SCENES["contrast"].draw(int(picture.phantom.name.split()[1]))
    np.testing.assert_array_equal(picture.phantom.image.hounsfield, known.image.hounsfield)
    means = {s.entrant: s.mean for s in findings.rankings[0].standings if not s.entrant.control}
    first, last = (each.entrant for each in picture.maps)
    assert (means[first], means[last]) == (max(means.values()), min(means.values()))
    for shown in picture.maps:
        place = findings.entrants.index(shown.entrant)
        e, s = divmod(place, 2)
        np.testing.assert_allclose(picture.importance(shown), own.importance[e, s], rtol=1e-6)
        assert picture.agreement(shown).value == pytest.approx(own.values[e, s, 0])


def test_a_kept_picture_is_the_picture(kept, tmp_path):
    picture = load_picture(kept[1])
    save_picture(picture, tmp_path)
    file = StudyFolder(tmp_path).picture
    assert file.read_bytes() == StudyFolder(kept[1]).picture.read_bytes()
    file.write_bytes(file.read_bytes()[:-9])
    assert load_picture(tmp_path) is None
    save_picture(None, tmp_path)
    assert not file.exists()


def test_effects_are_read_as_they_were_written(kept):
    read, judged = read_effects(kept[1]), judgements(kept[1])
    assert list(read) == [phantom_name(seed) for seed in STUDY.seeds]
    for own, each in zip(read.values(), judged, strict=True):
        assert own == dict(zip(each.effects.parts, each.effects.scores, strict=True))


def test_effects_of_other_parts_are_refused():
    parts = PartMap(("table",), np.zeros((2, 2)))
    assert effects_of(parts, {"table": 0.5}).tolist() == [0.5]
    with pytest.raises(InvalidInput, match="other parts"):
        effects_of(parts, {"spine": 0.5})


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ([[0.9, 0.1], [0.5, 0.3], [0.1, 0.5]], 1),
        ([[0.9, 0.1], [np.nan, 0.3], [0.5, 0.2], [0.1, 0.6]], 2),
        ([[np.nan, 0.1]], None),
        (np.empty((3, 0)), None),
    ],
)
def test_a_typical_phantom_is_near_the_mean_and_has_all_values(values, place):
    assert typical(np.array(values)) == place


def test_the_folder_of_another_study_is_left_alone(kept, backend):
    with pytest.raises(InvalidInput, match="another study"):
        run_truth_study(backend, replace(STUDY, phantoms=4), kept[1], workers=0)
    with pytest.raises(UnknownName, match="phantoms"):
        CohortStudy.read(kept[1] / "plan.toml")


def test_an_unfinished_study_has_no_findings(tmp_path):
    with pytest.raises(InvalidInput, match="ctviz truth"):
        load_truth_findings(tmp_path)
