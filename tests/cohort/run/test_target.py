"""Which class a study explains: the true one, as the paper does, where it is known."""

import numpy as np
import pytest

from ctviz.cohort import CohortStudy
from ctviz.cohort.report import report
from ctviz.cohort.run.score_unit import _Computation
from ctviz.cohort.run.units import Unit
from ctviz.core import Prediction, Progress
from ctviz.viz.documents import Paragraph, Table
from tests.cohort.finished import CLASSES, Quality, finished_study, study

ESTIMATORS = {"gradient": {}}


def target(plan, truth, predicted=1):
    shares = np.full(2, 0.1)
    shares[predicted] = 0.9
    unit = Unit("case", "patient", 0, truth)
    asked = _Computation(None, plan, unit, Progress(), lambda _: None)
    return asked._target(Prediction("model", CLASSES, shares))


def test_the_true_class_is_explained_whatever_the_model_says():
    for predicted in (0, 1):
        assert target(CohortStudy(), CLASSES[0], predicted) == 0
        assert target(CohortStudy(), CLASSES[1], predicted) == 1


@pytest.mark.parametrize("truth", [None, "", "venous phase"])
def test_where_the_truth_is_no_class_of_the_model_its_own_answer_is_explained(truth):
    for predicted in (0, 1):
        assert target(CohortStudy(target="truth"), truth, predicted) == predicted


def test_a_plan_that_asks_for_the_predicted_class_still_means_it():
    old = CohortStudy.from_toml('name = "old"\ntarget = "predicted"')
    assert old.target == "predicted"
    assert target(old, CLASSES[0], predicted=1) == 1
    assert CohortStudy.from_toml(old.to_toml()) == old
    assert CohortStudy.from_toml('name = "old"\ntarget = "truth"').target == "truth"


def texts(folder, found):
    document = report(folder, found)
    paragraphs = [block.text for block in document.blocks if isinstance(block, Paragraph)]
    notes = [block.note or "" for block in document.blocks if isinstance(block, Table)]
    return " ".join([*paragraphs, *notes])


@pytest.mark.parametrize("plan", ["truth", "predicted"])
def test_a_report_says_which_class_was_explained_and_what_that_does_to_fidelity(tmp_path, plan):
    metrics = {"fidelity": {"step": 0.125}, "auroc": {}, "dice": {}}
    own = study(estimators=ESTIMATORS, metrics=metrics, target=plan, draws=20)
    found = finished_study(tmp_path, own, {"gradient": Quality(0.5, 0.5)}, slices=1)
    wrong, said = found.subject.wrong, texts(tmp_path, found)
    assert wrong > 0
    if plan == "truth":
        assert found.subject.truth_explained == found.subject.slices
        assert {each.turned for each in found.accuracy} == {0}
        assert "the true class, whatever the model predicted" in said
        assert "erased a wrong answer" not in said
    else:
        assert found.subject.truth_explained == found.subject.correct
        assert {each.turned for each in found.accuracy} == {wrong}
        assert "the class that the model predicted" in said
        assert "erased a wrong answer" in said


def test_a_report_names_the_class_of_too_few_patients(tmp_path):
    metrics = {"fidelity": {"step": 0.125}, "auroc": {}, "dice": {}}
    own = study(estimators=ESTIMATORS, metrics=metrics, draws=20)
    found = finished_study(tmp_path, own, {"gradient": Quality(0.5, 0.5)}, patients=8, slices=1)
    said = texts(tmp_path, found)
    assert "Only 4 patients of class 'with contrast'" in said
    for verdict in found.verdicts:
        if "cohort fidelity" in verdict.claim:
            assert verdict.holds == "undecided"
