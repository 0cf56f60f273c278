"""Where entrants stand, and how sure that is."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ctviz.cohort.statistics import FEWEST, Panel, rank_frequencies, standings
from ctviz.cohort.statistics.bootstrap import drawn_means
from ctviz.cohort.statistics.bootstrap import draws as draw_patients
from ctviz.cohort.statistics.ranks import Ranks
from tests.cohort.statistics.panels import entrants, noisy, panel, panels, unhurried

NAN = float("nan")


def places(scores):
    return [standing.rank for standing in standings(scores, draws=50)]


def same(one, other):
    """Whether two standings say the same up to rounding."""
    for here, there in zip(one, other, strict=True):
        assert (here.entrant, here.rank, here.unbeaten) == (
            there.entrant,
            there.rank,
            there.unbeaten,
        )
        assert here.mean == pytest.approx(there.mean)
        if here.interval:
            assert here.interval.low == pytest.approx(there.interval.low)
            assert here.interval.high == pytest.approx(there.interval.high)
    return True


def test_means_and_ranks_of_a_small_table_are_those_by_hand():
    scores = panel([[0.9, 0.2, 0.4], [0.5, 0.2, 0.8], [0.4, 0.5, 0.6]], ["a", "a", "b"])
    found = standings(scores)
    np.testing.assert_allclose([each.mean for each in found], [0.55, 0.35, 0.6])
    assert [each.rank for each in found] == [2, 3, 1]


def test_lower_is_better_where_the_metric_says_so():
    assert places(panel([[1, 2, 3]], better="lower")) == [1, 2, 3]
    assert places(panel([[1, 2, 3]], better="higher")) == [3, 2, 1]


def test_ties_share_the_mean_of_their_places():
    assert places(panel([[2, 2, 1, 3]])) == [2.5, 2.5, 4, 1]


def test_the_interval_of_two_patients_is_students_and_stays_within_the_metrics_bounds():
    (standing,) = standings(panel([[0.0], [1.0]]), draws=20000)
    half = scipy.stats.t.isf(0.025, 1) / 2
    assert standing.interval.high - standing.mean == pytest.approx(half, rel=0.05)
    bounded = Panel([[0.0], [1.0]], ["a", "b"], entrants(1), bounds=(0.0, 1.0))
    (standing,) = standings(bounded)
    assert (standing.interval.low, standing.interval.high) == (0, 1)


def test_the_interval_has_the_width_that_theory_gives():
    values = np.random.default_rng(1).normal(0, 1, (400, 1))
    (standing,) = standings(panel(values), draws=4000)
    half = 1.96 * values.std() / np.sqrt(len(values))
    assert standing.interval.high - standing.mean == pytest.approx(half, rel=0.1)
    assert standing.mean - standing.interval.low == pytest.approx(half, rel=0.1)


def test_one_patient_has_a_mean_and_a_rank_but_no_interval():
    first, second = standings(panel([[1.0, 0.0], [3.0, 0.0]], ["a", "a"]))
    assert (first.mean, first.rank, second.rank) == (2.0, 1.0, 2.0)
    assert first.interval is None
    assert first.rank_interval is None


def test_an_entrant_without_a_score_has_no_place():
    first, second = standings(panel([[1.0, NAN], [2.0, NAN]]))
    assert (second.mean, second.rank, second.interval) == (None, None, None)
    assert (second.first, second.patients, second.defined, second.undefined) == (0.0, 0, 0, 2)
    assert (first.rank, first.first) == (1.0, 1.0)


def test_undefined_scores_are_counted():
    (standing,) = standings(panel([[1.0], [NAN], [3.0], [NAN]], ["a", "a", "b", "c"]))
    assert (standing.patients, standing.defined, standing.undefined) == (2, 2, 2)


def test_nobody_and_nothing_have_no_standings():
    assert standings(panel(np.zeros((3, 0)))) == ()
    (standing,) = standings(panel(np.zeros((0, 1))))
    assert standing.mean is None


def test_a_better_entrant_beats_the_control_and_its_equal_does_not():
    scores = noisy([0.9, 0.5, 0.5], controls=1)
    better, equal, control = standings(scores)
    assert better.unbeaten == ()
    assert equal.unbeaten == (scores.entrants[2],)
    assert control.unbeaten == ()


def test_controls_of_the_other_sign_are_not_asked():
    scores = noisy([0.1, 0.5], controls=1)
    other = Panel(
        scores.values,
        scores.patients,
        (scores.entrants[0].__class__("estimator-0", "absolute"), scores.entrants[1]),
    )
    assert standings(other)[0].unbeaten == ()


@pytest.mark.parametrize(("patients", "beats"), [(FEWEST - 1, False), (FEWEST, True)])
def test_a_control_is_beaten_on_six_patients_at_least(patients, beats):
    found = standings(noisy([0.9, 0.1], patients, spread=0.01, controls=1))
    assert (not found[0].unbeaten) == beats


@unhurried
@given(panels(), st.randoms(use_true_random=False))
def test_the_order_of_the_slices_does_not_matter(scores, random):
    order = list(range(len(scores.values)))
    random.shuffle(order)
    shuffled = Panel(scores.values[order], scores.patients[order], scores.entrants)
    assert same(standings(scores, draws=50), standings(shuffled, draws=50))


@unhurried
@given(panels(undefined=False), st.floats(-5, 5))
def test_a_constant_changes_no_rank(scores, constant):
    moved = Panel(scores.values + constant, scores.patients, scores.entrants)
    assert places(scores) == places(moved)


@unhurried
@given(panels())
def test_a_patient_with_every_slice_twice_has_the_same_weight(scores):
    twice = np.flatnonzero(scores.patients == scores.patients[0])
    rows = np.concatenate([np.arange(len(scores.values)), twice])
    doubled = Panel(scores.values[rows], scores.patients[rows], scores.entrants)
    assert same(standings(scores, draws=50), standings(doubled, draws=50))


@unhurried
@given(panels())
def test_turning_scores_and_direction_changes_no_rank(scores):
    turned = Panel(-scores.values, scores.patients, scores.entrants, better="lower")
    assert places(scores) == places(turned)


@unhurried
@given(panels(), st.integers(0, 9))
def test_equal_seeds_give_equal_standings(scores, seed):
    assert standings(scores, 20, seed) == standings(scores, 20, seed)


@unhurried
@given(panels())
def test_rank_frequencies_share_out_all_entrants_and_all_places(scores):
    shares = rank_frequencies(scores, draws=50)
    np.testing.assert_allclose(shares.sum(axis=0), 1)
    np.testing.assert_allclose(shares.sum(axis=1), 1)


def test_first_place_is_the_same_in_both_accounts():
    scores = noisy([0.5, 0.52, 0.5], spread=0.2)
    firsts = [standing.first for standing in standings(scores)]
    np.testing.assert_allclose(rank_frequencies(scores)[:, 0], firsts)


@unhurried
@given(arrays.arrays(float, (7, 5), elements=st.sampled_from([0.1, 0.2, 0.3, NAN])))
def test_places_are_scipys_with_the_undefined_behind_all(merits):
    found, losses = Ranks.of(merits), np.where(np.isnan(merits), np.inf, -merits)
    np.testing.assert_array_equal(found.first, scipy.stats.rankdata(losses, "min", axis=1))
    np.testing.assert_array_equal(found.last, scipy.stats.rankdata(losses, "max", axis=1))


def test_a_clear_order_has_each_place_in_every_draw():
    np.testing.assert_array_equal(rank_frequencies(panel([[3, 1, 2]] * 4)), np.eye(3)[[0, 2, 1]])


def test_equal_entrants_have_all_places_equally_often():
    np.testing.assert_allclose(rank_frequencies(panel([[2, 2, 2, 0]] * 3))[:3, :3], 1 / 3)


def test_equal_maps_tie_in_every_draw():
    values = np.random.default_rng(0).random((50, 1))
    shares = rank_frequencies(panel(np.repeat(values, 7, axis=1)))
    np.testing.assert_allclose(shares, 1 / 7)


def test_every_draw_has_as_many_patients_as_the_cohort():
    assert (draw_patients(7, 30).sum(axis=1) == 7).all()


def test_a_drawn_mean_is_the_mean_of_the_patients_drawn():
    means = np.array([[1.0, NAN], [4.0, 5.0]])
    np.testing.assert_array_equal(
        drawn_means(np.array([[2.0, 0.0], [1.0, 1.0]]), means), [[1.0, NAN], [2.5, 5.0]]
    )


def test_places_of_undefined_merits_are_the_last():
    np.testing.assert_array_equal(
        Ranks.of(np.array([[NAN, -9.0, NAN, 2.0]])).average, [[3.5, 2, 3.5, 1]]
    )


def test_intervals_on_few_patients_are_as_wide_as_students():
    values = np.random.default_rng(2).normal(0, 1, (10, 1))
    (standing,) = standings(panel(values))
    half = scipy.stats.t.isf(0.025, 9) * values.std(ddof=1) / np.sqrt(10)
    reaches = standing.mean - standing.interval.low, standing.interval.high - standing.mean
    assert min(reaches) == pytest.approx(half, rel=0.02)
    assert half < max(reaches) < 1.25 * half


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    cohorts = (panel(np.random.default_rng(n).normal(0, 1, (8, 1))) for n in range(400))
    intervals = [standings(cohort, draws=400)[0].interval for cohort in cohorts]
    held = np.mean([not interval.excludes(0) for interval in intervals])
    assert 0.91 < held < 0.98
