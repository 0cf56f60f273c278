import numpy as np

from ctviz.cohort.analysis.typical import typical_slices
from ctviz.cohort.statistics import Entrant, Panel

A, A_ABS = Entrant("a", "signed"), Entrant("a", "absolute")
B, CONTROL, EMPTY = (
    Entrant("b", "signed"),
    Entrant("centre", "absolute", control=True),
    Entrant("empty", "signed"),
)
NAN = np.nan


def panel_of(columns, better="higher"):
    values = np.array(list(columns.values())).T
    patients = np.array([f"P{row}" for row in range(len(values))])
    return Panel(values, patients, tuple(columns), better=better)


def test_an_entrant_is_shown_at_its_best_as_usual_and_at_its_worst():
    (found,) = typical_slices(panel_of({A: [0.2, 0.9, 0.5, NAN, 0.4]}), 3)
    assert [(each.place, each.row, each.score) for each in found.slices] == [
        ("best", 1, 0.9),
        ("median", 2, 0.5),
        ("worst", 0, 0.2),
    ]


def test_lower_may_be_better():
    (found,) = typical_slices(panel_of({A: [2.0, 9.0, 5.0]}, better="lower"), 3)
    assert [each.row for each in found.slices] == [0, 2, 1]


def test_each_estimator_comes_under_its_better_sign_the_best_first_controls_last():
    scores = {
        A: [0.1, 0.2, 0.3],
        CONTROL: [0.9, 0.9, 0.9],
        A_ABS: [0.4, 0.5, 0.6],
        EMPTY: [NAN, NAN, NAN],
        B: [0.6, 0.7, 0.8],
    }
    assert [each.entrant for each in typical_slices(panel_of(scores), 9)] == [B, A_ABS, CONTROL]
    assert [each.entrant for each in typical_slices(panel_of(scores), 1)] == [B, CONTROL]


def test_a_single_slice_is_all_there_is():
    (found,) = typical_slices(panel_of({A: [0.3]}), 1)
    assert {each.row for each in found.slices} == {0}
