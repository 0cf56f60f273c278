"""Scores and answers of many cases are counted as slowly counting them would."""

import numpy as np
import pytest

from ctviz.core import Prediction
from ctviz.store import CaseEntry
from ctviz.ui.cases.answers import (
    Answers,
    cell_of_case,
    score_of,
    tenth_of,
    tenth_of_case,
    tenth_title,
)
from ctviz.ui.cases.listed import Listed

TWO = ("without", "with")
THREE = ("a", "b", "c")


def case(truth, probabilities, classes=TWO):
    entry = CaseEntry("C-1", "P-1", "Chest", 3, (8, 8), truth=truth)
    answer = None if probabilities is None else Prediction("m", classes, np.array(probabilities))
    return Listed(entry, answer, ())


def test_the_score_is_that_of_the_second_class_or_of_the_answer():
    assert score_of(Prediction("m", TWO, np.array([0.8, 0.2]))) == 0.2
    assert score_of(Prediction("m", THREE, np.array([0.2, 0.5, 0.3]))) == 0.5


def test_tenths_are_those_of_a_histogram():
    scores = np.random.default_rng(0).random(1000)
    expected, _ = np.histogram(scores, bins=10, range=(0, 1))
    found = Answers.of([case(None, [1 - score, score]) for score in scores], TWO)
    assert found.tenths == tuple(expected)
    assert found.classified == 1000
    assert [tenth_of(score) for score in (0.0, 0.0999, 0.1, 1.0)] == [0, 0, 1, 9]
    assert tenth_title(0) == "0.0 to 0.1"


def test_cells_are_counted_where_truth_and_answer_are_known():
    cases = [
        case("with", [0.1, 0.9]),
        case("with", [0.2, 0.8]),
        case("without", [0.3, 0.7]),
        case("late", [0.9, 0.1]),
        case(None, [0.9, 0.1]),
        case("with", None),
    ]
    found = Answers.of(cases, TWO)
    assert found.cells == {("with", "with"): 2, ("without", "with"): 1, ("late", "without"): 1}
    assert (found.right, found.classified) == (2, 5)
    assert (found.truths, found.labels) == (("without", "with", "late"), TWO)
    assert (tenth_of_case(cases[-1]), cell_of_case(cases[-1])) == (None, None)


@pytest.mark.parametrize("classes", [TWO, THREE])
def test_without_a_truth_there_is_no_cell(classes):
    found = Answers.of([case(None, np.full(len(classes), 1 / len(classes)), classes)], classes)
    assert (found.truths, found.labels, found.cells) == ((), (), {})


def test_of_many_classes_those_that_occur_are_shown_in_the_models_order():
    found = Answers.of(
        [case("c", [0.1, 0.2, 0.7], THREE), case("b", [0.1, 0.2, 0.7], THREE)], THREE
    )
    assert (found.truths, found.labels) == (("b", "c"), ("c",))
