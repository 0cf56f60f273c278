"""The same plan on other models, beside the study of the first."""

import shutil
from dataclasses import replace

import pytest

from ctviz.backend import Backend
from ctviz.cohort import CohortStudy, load_findings, read_plan, run_study, studies
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.report.names import Names
from ctviz.cohort.report.other_models import findings_beside, other_models_table
from ctviz.cohort.run.status import stage_of
from ctviz.core import CtvizError, InvalidParameter
from ctviz.models import load_model, new_classifier, save_model
from docs.findings import findings_table
from tests.backend.small_model import MODEL

OTHER, STRANGER = "other-model", "stranger"


@pytest.fixture(scope="module")
def several(settings, shelf, tmp_path_factory):
    """A shelf with a model of the same question, and with one of another."""
    folder = tmp_path_factory.mktemp("several")
    card = load_model(shelf / MODEL).card
    kept = {MODEL: card, OTHER: replace(card, id=OTHER)}
    kept[STRANGER] = replace(card, id=STRANGER, classes=("cat", "dog"))
    for seed, (name, own) in enumerate(kept.items()):
        save_model(folder / name, new_classifier(own, seed=seed))
    return replace(settings, models=folder)


@pytest.fixture
def backend(several):
    backend = Backend(several, steady=True)
    yield backend
    backend.close()


@pytest.fixture(scope="module")
def both(several, plan, tmp_path_factory):
    folder, told = tmp_path_factory.mktemp("both"), []
    backend = Backend(several, steady=True)
    run_study(backend, replace(plan, beside=(OTHER,)), folder, workers=0, told=told.append)
    backend.close()
    return folder, told


def test_the_other_model_has_a_whole_study_of_its_own(both, backend, plan, tmp_path):
    folder, _ = both
    inner = StudyFolder(folder).beside(OTHER)
    run_study(backend, plan.on(OTHER), tmp_path, workers=0)
    for name in ("scores.csv", "findings.json", "plan.toml"):
        assert (inner / name).read_bytes() == (tmp_path / name).read_bytes()
    assert read_plan(inner / "plan.toml").beside == ()
    assert load_findings(folder).subject.model == MODEL


def test_the_first_models_numbers_are_those_without_another(both, backend, plan, tmp_path):
    folder, _ = both
    run_study(backend, plan, tmp_path, workers=0)
    for name in ("scores.csv", "findings.json"):
        assert (folder / name).read_bytes() == (tmp_path / name).read_bytes()


def test_one_watches_the_other_models_study_too(both):
    folder, told = both
    assert any(stage.message.startswith(f"On {OTHER}: ") and stage.done for stage in told)
    assert told[-1].state == stage_of(folder).state == "done"
    assert told[-1].done == told[-1].total


def test_it_is_no_study_of_its_own_in_the_list(both, several, tmp_path):
    alone = replace(several, data=tmp_path)
    shutil.copytree(both[0], StudyFolder.named(alone, "listed").path)
    assert [run.folder.name for run in studies(alone)] == ["listed"]


def test_the_report_says_what_holds_on_each(both, plan):
    folder, _ = both
    findings, study = load_findings(folder), read_plan(folder / "plan.toml")
    table = other_models_table(findings, findings_beside(folder, study), Names.of(findings))
    assert table.columns == ("Claim", MODEL, OTHER)
    assert len(table.rows) == len(findings.verdicts)
    assert all(
        cell.startswith(("yes", "no", "undecided")) for row in table.rows for cell in row[1:]
    )
    assert other_models_table(findings, {}, Names.of(findings)) is None


def test_the_readmes_table_has_a_column_for_a_cohort_and_a_line_for_a_model(both):
    rows = [
        row.strip("|").split("|") for row in findings_table({"here": both[0], "there": both[0]})
    ]
    assert {len(row) for row in rows} == {3}
    assert [cell.strip() for cell in rows[0][1:]] == ["here", "there"]
    for row in rows[2:]:
        assert row[1] == row[2]
        assert row[1].strip().startswith(f"{MODEL}: ")
        assert f"<br>{OTHER}: " in row[1]


def test_what_other_models_say_is_no_part_of_the_plans_digest(plan):
    assert replace(plan, beside=(OTHER,)).digest == plan.digest
    assert CohortStudy.from_toml(replace(plan, beside=(OTHER,)).to_toml()).beside == (OTHER,)


@pytest.mark.parametrize("beside", [(MODEL,), (OTHER, OTHER)])
def test_no_model_is_studied_twice(plan, beside):
    with pytest.raises(InvalidParameter, match="each once"):
        replace(plan, beside=beside)


@pytest.mark.parametrize(
    ("model", "match"), [(STRANGER, "tells other classes"), ("../nowhere", "nowhere")]
)
def test_a_model_of_another_question_is_refused_before_anything_is_computed(
    backend, plan, tmp_path, model, match
):
    with pytest.raises(CtvizError, match=match):
        run_study(backend, replace(plan, beside=(model,)), tmp_path / "study", workers=0)
    assert stage_of(tmp_path / "study").state == "failed"
    assert not (tmp_path / "study" / "beside").exists()
    assert not (tmp_path / "nowhere").exists()
