"""Slices become patients, and undefined scores stay undefined."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given

from ctviz.cohort.statistics import Entrant, Panel, patient_differences
from ctviz.core import InvalidInput
from tests.cohort.statistics.panels import entrants, panel, panels, unhurried

NAN = float("nan")


def test_a_patients_mean_is_over_the_defined_slices():
    means = panel([[1, 5], [3, NAN], [7, NAN]], ["b", "b", "a"]).patient_means
    np.testing.assert_equal(means, [[7, NAN], [2, 5]])


@unhurried
@given(panels())
def test_patient_means_equal_a_loop_over_the_patients(scores):
    for row, name in zip(scores.patient_means, np.unique(scores.patients), strict=True):
        for mean, column in zip(row, scores.values[scores.patients == name].T, strict=True):
            known = column[~np.isnan(column)]
            assert mean == pytest.approx(known.mean()) if len(known) else np.isnan(mean)


def test_the_complete_slices_are_those_that_all_with_any_score_share():
    scores = panel([[1, 2, NAN], [NAN, 3, NAN], [4, 5, NAN]])
    np.testing.assert_equal(scores.complete().values, [[1, 2, NAN], [4, 5, NAN]])
    assert scores.scored == scores.entrants[:2]


@unhurried
@given(panels())
def test_a_pair_differs_on_a_patient_by_the_slices_that_define_both(scores):
    pairs = list(permutations(scores.entrants, 2))
    found = patient_differences(scores, pairs)
    place = {entrant: column for column, entrant in enumerate(scores.entrants)}
    for row, name in enumerate(scores.grouping.names):
        own = scores.values[scores.patients == name]
        for number, (one, other) in enumerate(pairs):
            each = [a - b for a, b in own[:, [place[one], place[other]]] if not np.isnan(a - b)]
            expected = np.mean(each) if each else np.nan
            assert found[row, number] == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_selecting_reorders_the_columns_with_their_entrants():
    scores = panel([[1, 2, 3]])
    chosen = scores.select([scores.entrants[2], scores.entrants[0]])
    np.testing.assert_equal(chosen.values, [[3, 1]])


def test_without_controls_the_estimators_are_left():
    assert len(panel([[1, 2, 3]], controls=2).without_controls().entrants) == 1


@pytest.mark.parametrize(
    ("values", "who", "sentence"),
    [
        (np.zeros((2, 3)), entrants(3), "one row for each of the 1 slices"),
        ([[np.inf]], entrants(1), "infinite"),
        ([[0, 0]], (Entrant("a", "signed"), Entrant("a", "signed", control=True)), "twice"),
    ],
)
def test_a_panel_that_makes_no_sense_is_refused(values, who, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        Panel(values, ["p"], who)
