"""Whether two metrics rank alike, and on what they do not."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given

from ctviz.cohort.statistics import (
    Panel,
    disagreements,
    rank_agreement,
    rank_moves,
    reversals,
    slice_agreement,
)
from ctviz.cohort.statistics.agreement import kendall
from ctviz.core import InvalidInput
from tests.cohort.statistics.panels import noisy, panel, panels, unhurried

NAN = float("nan")


@unhurried
@given(panels(undefined=False))
def test_tau_is_scipys_on_every_slice(scores):
    others = np.roll(scores.values, 1, axis=0)
    expected = [
        scipy.stats.kendalltau(one, other).statistic if np.ptp(one) and np.ptp(other) else NAN
        for one, other in zip(scores.values, others, strict=True)
    ]
    np.testing.assert_allclose(kendall(scores.values, others), expected)


def test_undefined_entrants_do_not_count():
    one, other = np.array([[1.0, 2.0, NAN, 3.0]]), np.array([[1.0, 3.0, 5.0, 2.0]])
    np.testing.assert_allclose(kendall(one, other), 1 / 3)


@unhurried
@given(panels())
def test_every_panel_agrees_with_itself_and_not_with_its_reverse(scores):
    same = rank_agreement(scores, scores)
    turned = Panel(-scores.values, scores.patients, scores.entrants)
    reverse = rank_agreement(scores, turned)
    if same.tau is not None:
        assert same.tau == pytest.approx(1)
        assert reverse.tau == pytest.approx(-1)
    else:
        assert same.why
        assert reverse.tau is None


def test_the_direction_of_a_metric_is_taken_into_account():
    scores = noisy([0.1, 0.3, 0.5, 0.7], spread=0.01)
    errors = Panel(1 - scores.values, scores.patients, scores.entrants, better="lower")
    found = rank_agreement(scores, errors)
    assert found.tau == 1
    assert (found.interval.low, found.interval.high) == (1, 1)


def test_agreement_is_that_of_the_means_over_patients():
    one = panel([[1, 2, 3], [9, 2, 3], [1, 2, 3]], ["a", "a", "b"])
    other = panel([[1, 2, 3]] * 3, ["a", "a", "b"])
    # Means over patients 3, 2, 3: one pair tied, one in order, one not.
    assert rank_agreement(one, other).tau == pytest.approx(0)
    assert rank_agreement(one, other).patients == 2


def test_rankings_without_a_common_truth_have_an_interval_around_zero():
    generator = np.random.default_rng(3)
    one, other = (panel(generator.normal(size=(30, 6))) for _ in range(2))
    assert not rank_agreement(one, other).interval.excludes(0)


def test_only_entrants_of_both_panels_are_ranked():
    one = panel([[1, 2, 3]] * 2)
    other = one.select(one.entrants[:2])
    assert rank_agreement(one, other).entrants == one.entrants[:2]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (np.ones((3, 1)), "Fewer than two"),
        (np.ones((3, 4)), "tie"),
        (np.full((3, 4), NAN), "Fewer"),
    ],
)
def test_without_a_ranking_there_is_a_reason(values, sentence):
    found = rank_agreement(panel(values), panel(values))
    assert found.tau is None
    assert sentence in found.why


def test_one_patient_gives_no_interval():
    one = panel([[1, 2]])
    assert rank_agreement(one, one).interval is None
    assert slice_agreement(one, one).interval is None


def test_panels_of_different_slices_are_refused():
    with pytest.raises(InvalidInput, match="different slices"):
        rank_agreement(panel([[1, 2]]), panel([[1, 2]] * 2))


def test_slices_without_a_ranking_are_counted():
    one = panel([[1, 2], [1, 1], [1, NAN], [2, 1]], ["a", "a", "b", "c"])
    other = panel([[1, 2]] * 4, ["a", "a", "b", "c"])
    found = slice_agreement(one, other)
    np.testing.assert_equal(found.taus, [1, NAN, NAN, -1])
    assert (found.mean, found.defined, found.undefined) == (0, 2, 2)


def test_the_slice_in_dispute_comes_first():
    one = panel([[1, 2, 3]] * 4)
    other = panel([[1, 2, 3], [1, 3, 2], [3, 2, 1], [NAN, NAN, 1]])
    found = disagreements(one, other, top=2).slices
    assert [slice_.row for slice_ in found] == [2, 1]
    assert found[0].tau == -1


def test_the_entrant_that_falls_furthest_comes_first():
    one, other = panel([[4, 3, 2, 1]] * 6), panel([[1, 4, 3, 2]] * 6)
    first, *rest = disagreements(one, other).entrants
    assert (first.entrant, first.first, first.second, first.fall) == (one.entrants[0], 1, 4, 3)
    assert (first.interval.low, first.interval.high) == (3, 3)
    assert [move.fall for move in rest] == [-1, -1, -1]


def test_moves_rank_only_those_with_scores_under_both():
    moves = rank_moves(panel([[3, 2, 1]] * 2), panel([[1, NAN, 2]] * 2))
    assert [(move.first, move.second) for move in moves] == [(1, 2), (2, 1)]


@unhurried
@given(panels())
def test_nobody_moves_between_a_metric_and_itself(scores):
    assert all(move.fall == 0 for move in rank_moves(scores, scores))
    assert reversals(scores, scores) == ()


def test_a_pair_in_opposite_order_clearly_is_a_reversal():
    one = noisy([0.9, 0.1, 0.1])
    other = noisy([0.1, 0.9, 0.1])
    assert (one.entrants[0], one.entrants[1]) in reversals(one, other)
    assert len(reversals(one, other)) == 1
