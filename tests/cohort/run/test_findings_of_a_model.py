"""A study of a model that judges several findings is about one of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ctviz.backend import Backend
from ctviz.cohort import CohortStudy, run_study, verify
from ctviz.cohort.analysis.findings import load_findings
from ctviz.cohort.diff import compare_models
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.report import write_report
from ctviz.cohort.truth import TruthStudy
from ctviz.core import InvalidInput, InvalidParameter, Region
from ctviz.estimators import ESTIMATORS
from ctviz.io import write_series
from ctviz.models import new_classifier, save_model
from tests.backend.small_model import FINDINGS

SIDE, PATIENTS = 40, 6
TRUTHS = ("nodule; mass", "effusion", "none", "nodule", "", "effusion; mass")


@pytest.fixture(scope="module")
def findings_shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shelf")
    for name, seed in (("chest", 0), ("chest-again", 5)):
        save_model(folder / name, new_classifier(replace(FINDINGS, id=name), seed=seed))
    one = replace(FINDINGS, id="one-class", multi_label=False)
    save_model(folder / one.id, new_classifier(one, seed=0))
    return folder


@pytest.fixture(scope="module")
def with_findings(tmp_path_factory, settings, findings_shelf):
    """Six patients with a slice each; a reader marked nodules on two, and an effusion on one."""
    folder = tmp_path_factory.mktemp("findings")
    rows, columns = np.mgrid[:SIDE, :SIDE]
    for number in range(PATIENTS):
        noise = np.random.default_rng(number).normal(60, 120, (1, SIDE, SIDE))
        write_series(
            folder / "scans" / str(number),
            noise,
            spacing_mm=(0.8, 0.8),
            slice_spacing_mm=5.0,
            contrast=False,
            uid_entropy=f"findings {number}",
            title=f"Disc {number}",
        )
    backend = Backend(
        replace(settings, data=folder / "data", cache=folder / "cache", models=findings_shelf),
        steady=True,
    )
    imported = backend.import_path(folder / "scans").result(60)
    mask = (rows - 20) ** 2 + (columns - 18) ** 2 < 50
    for entry in map(backend.store.case, imported.cases):
        number = int(entry.title.split()[-1])
        backend.give_truths({entry.id: TRUTHS[number]}, "anna")
        for label in {0: ["nodule"], 1: ["effusion"], 3: ["nodule"]}.get(number, []):
            backend.store.append_region(Region(entry.id, 0, "anna", label, mask))
    yield backend
    backend.close()


@pytest.fixture(scope="module")
def of_nodules():
    return CohortStudy(
        name="nodules",
        cohort="all",
        model="chest",
        finding="nodule",
        estimators={"gradient": {}, "smoothgrad": {"samples": 2}},
        metrics={"fidelity": {"step": 0.25}, "auroc": {}, "dice": {}},
        slices_per_case=1,
        draws=20,
    )


@pytest.fixture(scope="module")
def finished(with_findings, of_nodules, tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    assert run_study(with_findings, of_nodules, folder, workers=0) == ()
    return folder


def test_the_finding_is_explained_and_counted_on_every_slice(finished, with_findings):
    table = pd.read_parquet(StudyFolder(finished).scores_parquet).drop_duplicates("case")
    titles = {entry.id: entry.title for entry in with_findings.cases()}
    told = table["truth"].astype(object).fillna("")
    truths = {int(titles[c].split()[-1]): t for c, t in zip(table["case"], told, strict=True)}
    none, some = "no nodule", "nodule"
    assert truths == {0: some, 1: none, 2: none, 3: some, 4: "", 5: none}
    assert set(table["target"]) == {"nodule"}
    for row in table.itertuples():
        image = with_findings.case(row.case).slice(0)
        share = with_findings.predict(image, "chest").result(60).probabilities[0]
        assert row.predicted == ("nodule" if share >= 0.5 else "no nodule")


def test_only_regions_labelled_like_it_count(finished):
    table = pd.read_parquet(StudyFolder(finished).scores_parquet)
    drawn = table[table["metric"] == "auroc"].dropna(subset=["value"])
    assert drawn["case"].nunique() == 2
    assert set(drawn["truth"]) == {"nodule"}
    found = load_findings(finished)
    assert (found.subject.label, found.subject.annotated) == ("nodule", 2)
    assert dict(found.subject.classes) == {"": 1, "nodule": 2, "no nodule": 3}
    assert found.subject.correct + found.subject.wrong == 5


def test_accuracy_falls_on_the_slices_that_have_it(finished):
    (curves,) = load_findings(finished).accuracy
    assert (curves.reference, curves.classes, curves.slices) == ("truth", ("nodule",), 2)
    assert curves.turned == 0


def test_a_report_names_it_and_a_study_is_verified(finished, with_findings, of_nodules):
    write_report(finished, with_findings.models()["chest"])
    text = (StudyFolder(finished).report("html")).read_text("utf-8")
    assert "the finding nodule, whether it was there or not" in text
    assert "slices of class no nodule" in text
    assert all(each.same for each in verify(with_findings, finished, sample=1, workers=0).slices)
    other = replace(of_nodules, finding="mass")
    assert other.digest != of_nodules.digest


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"finding": ""}, r"judges 3 findings .* say which finding \(nodule, effusion, mass\)"),
        ({"finding": "fracture"}, r"say which finding \(nodule, effusion, mass\)"),
        ({"model": "one-class"}, "judges no finding by itself; leave out the finding 'nodule'"),
    ],
)
def test_without_a_finding_of_the_model_nothing_is_computed(
    with_findings, of_nodules, tmp_path, changed, words
):
    plan = replace(of_nodules, **changed)
    with pytest.raises(InvalidInput, match=words):
        run_study(with_findings, plan, tmp_path / "study", workers=0)
    with pytest.raises(InvalidInput, match=words):
        compare_models(with_findings, plan, "chest-again", {})
    assert not StudyFolder(tmp_path / "study").findings.is_file()


def test_a_plan_without_a_finding_is_written_and_counted_as_before(of_nodules):
    plain = CohortStudy(estimators={"gradient": {}}, metrics={"entropy": {}})
    assert "finding" not in plain.to_toml()
    assert CohortStudy.from_toml(of_nodules.to_toml()) == of_nodules
    # As of the version before plans had findings.
    assert plain.digest.startswith("d65c88d5cea02ea7")


def test_two_models_are_compared_by_one_finding(with_findings, of_nodules):
    estimators = {"gradient": ESTIMATORS["gradient"]()}
    same = compare_models(with_findings, of_nodules, "chest", estimators)
    assert same.holds
    assert same.accuracy.old == same.accuracy.new
    answers = []
    for entry in with_findings.cases():
        number = int(entry.title.split()[-1])
        if TRUTHS[number]:
            shares = with_findings.predict(with_findings.case(entry.id).slice(0), "chest")
            answers.append((shares.result(60).probabilities[0] >= 0.5) == (number in {0, 3}))
    assert same.accuracy.old == pytest.approx(np.mean(answers))
    other = compare_models(with_findings, of_nodules, "chest-again", estimators)
    assert other.attention[1].what == "likeness of the maps"
    assert other.attention[1].holds is False


def test_a_study_of_the_truth_has_none():
    with pytest.raises(InvalidParameter, match="no finding"):
        TruthStudy(finding="nodule")
