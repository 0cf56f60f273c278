"""Friedman, Nemenyi, Wilcoxon and Holm against closed forms, published tables and scipy."""

from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ctviz.cohort.statistics import (
    Panel,
    critical_difference,
    friedman,
    holm,
    pairwise,
    signed_ranks,
)
from tests.cohort.statistics.panels import noisy, panel, panels, unhurried

NAN = float("nan")


def of_one(differences):
    """The signed-rank test of one column, beside another that must not touch it."""
    other = np.where(np.arange(len(differences)) % 2, NAN, 7.0)
    found = signed_ranks(np.stack([other, differences], axis=1))
    return SimpleNamespace(lean=found.lean[1], p=found.p[1])


def test_the_critical_difference_is_demsars():
    # Demšar, JMLR 7, 2006, section 3.2.2: four classifiers on fourteen data sets.
    assert critical_difference(4, 14) == pytest.approx(2.569 * np.sqrt(4 * 5 / (6 * 14)), abs=1e-3)
    assert critical_difference(4, 14) == pytest.approx(1.25, abs=0.01)
    assert critical_difference(4, 14, alpha=0.10) == pytest.approx(1.12, abs=0.01)


@pytest.mark.parametrize(
    ("entrants", "quantile"), [(2, 1.960), (3, 2.343), (5, 2.728), (8, 3.031), (10, 3.164)]
)
def test_the_quantiles_are_those_of_demsars_table(entrants, quantile):
    patients = 10
    factor = np.sqrt(entrants * (entrants + 1) / (6 * patients))
    assert critical_difference(entrants, patients) == pytest.approx(quantile * factor, abs=2e-3)


def test_friedman_follows_the_textbook_formula_without_ties():
    scores = noisy([0.5, 0.6, 0.55, 0.4], patients=12, slices=1)
    found = friedman(scores)
    ranks = np.array(found.average_ranks)
    k, n = 4, 12
    expected = 12 * n / (k * (k + 1)) * (np.sum(ranks**2) - k * (k + 1) ** 2 / 4)
    assert found.statistic == pytest.approx(expected)
    assert found.p == pytest.approx(scipy.stats.chi2.sf(expected, k - 1))


def test_average_ranks_count_from_the_best():
    found = friedman(panel([[3, 2, 1]] * 6 + [[2, 3, 1]] * 2))
    np.testing.assert_allclose(found.average_ranks, [1.25, 1.75, 3])


def test_only_patients_with_all_entrants_are_compared():
    values = np.random.default_rng(0).random((9, 3))
    values[4, 1] = NAN
    assert friedman(panel(values)).patients == 8


def test_an_entrant_without_scores_is_left_out_and_named():
    values = np.hstack([np.random.default_rng(0).random((8, 3)), np.full((8, 1), NAN)])
    scores = panel(values)
    found = friedman(scores)
    assert found.left_out == (scores.entrants[3],)
    assert found.patients == 8
    assert found.defined


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (np.eye(8)[:, :2], "three or more"),
        (np.eye(5), "Only 5 patients"),
        (np.ones((8, 4)), "tie on every patient"),
        (np.full((8, 4), NAN), "three or more"),
        (np.zeros((0, 4)), "three or more"),
    ],
)
def test_without_enough_to_compare_friedman_says_why(values, sentence):
    found = friedman(panel(values))
    assert not found.defined
    assert sentence in found.why
    assert (found.statistic, found.p, found.critical_difference) == (None, None, None)


def test_cliques_are_the_largest_runs_within_the_critical_difference():
    # Ranks 1, 2, 3, 4, 5 on every one of 40 patients; the critical difference is 0.96.
    apart = friedman(panel([[5, 4, 3, 2, 1]] * 40))
    assert apart.cliques == ()
    # On 20 patients it is 1.36: neighbours, and only they, cannot be told apart.
    scores = panel([[1, 2, 3, 4, 5]] * 20)
    a, b, c, d, e = scores.entrants
    assert friedman(scores).cliques == ((e, d), (d, c), (c, b), (b, a))


@unhurried
@given(panels(undefined=False))
def test_no_clique_lies_within_another(scores):
    cliques = [set(clique) for clique in friedman(scores).cliques]
    assert not any(one < other for one in cliques for other in cliques)


@unhurried
@given(arrays.arrays(float, st.integers(1, 9), elements=st.integers(-4, 4).map(float)))
def test_the_signed_rank_test_is_exact_also_with_ties(differences):
    found = of_one(differences)
    told = differences[differences != 0]
    ranks = scipy.stats.rankdata(np.abs(told))
    leans = [abs(np.dot(signs, ranks)) for signs in product([-1, 1], repeat=len(told))]
    assert found.p == pytest.approx(np.mean(np.array(leans) >= abs(found.lean)))


@pytest.mark.parametrize("count", [1, 6, 20, 50])
def test_without_ties_it_is_scipys_exact_test(count):
    differences = np.random.default_rng(count).normal(0.2, 1, count)
    expected = scipy.stats.wilcoxon(differences, method="exact").pvalue
    assert of_one(differences).p == pytest.approx(expected)


def test_of_many_differences_it_is_scipys_normal_test():
    differences = np.random.default_rng(0).integers(-5, 7, 200).astype(float)
    expected = scipy.stats.wilcoxon(differences, method="asymptotic").pvalue
    assert of_one(differences).p == pytest.approx(expected)


def test_nothing_but_zeros_differ_in_nothing():
    assert of_one(np.zeros(9)).p == 1


def test_six_patients_of_one_mind_are_the_fewest_that_decide():
    assert of_one(np.arange(1.0, 7)).p == 2 / 2**6 < 0.05
    assert of_one(np.arange(1.0, 6)).p == 2 / 2**5 > 0.05


def test_holm_corrects_step_by_step():
    # 0.01·4, 0.02·3, 0.03·2 held up to the one before, 0.04·1 likewise.
    np.testing.assert_allclose(holm(np.array([0.03, 0.01, 0.04, 0.02])), [0.06, 0.04, 0.06, 0.06])


def test_what_was_not_tested_does_not_count():
    np.testing.assert_allclose(holm(np.array([0.01, NAN, 0.04])), [0.02, NAN, 0.04])


@unhurried
@given(arrays.arrays(float, st.integers(1, 20), elements=st.floats(0, 1)))
def test_holm_lies_between_no_correction_and_bonferronis(p_values):
    adjusted = holm(p_values)
    assert (adjusted >= p_values).all()
    assert (adjusted <= np.minimum(1, p_values * len(p_values)) + 1e-12).all()
    assert (np.diff(adjusted[np.argsort(p_values, kind="stable")]) >= 0).all()


def test_pairs_differ_by_the_means_over_patients():
    (pair,) = pairwise(panel([[1, 0], [3, 0], [5, 4]], ["a", "a", "b"]))
    assert pair.difference == pytest.approx((2 + 1) / 2)
    assert pair.patients == 2
    assert (pair.p, pair.better) == (None, None)


def test_a_pair_is_compared_where_both_are_defined():
    (pair,) = pairwise(panel([[1, NAN], [3, 2], [5, NAN]], ["a", "a", "b"]))
    assert (pair.difference, pair.patients) == (1, 1)


def test_a_pair_that_never_meets_has_no_difference():
    (pair,) = pairwise(panel([[1, NAN], [NAN, 2]]))
    assert (pair.difference, pair.interval, pair.p, pair.patients) == (None, None, None, 0)


def test_the_better_entrant_of_a_clear_pair_is_named():
    scores = noisy([0.1, 0.9])
    (pair,) = pairwise(scores)
    assert pair.better == scores.entrants[1]
    assert pair.interval.high < 0
    lower = Panel(scores.values, scores.patients, scores.entrants, better="lower")
    assert pairwise(lower)[0].better == scores.entrants[0]


def test_p_values_are_of_patients_not_slices():
    once = noisy([0.5, 0.53, 0.51], patients=8, slices=1)
    rows = np.repeat(np.arange(8), 50)
    often = Panel(once.values[rows], once.patients[rows], once.entrants)
    for here, there in zip(pairwise(once), pairwise(often), strict=True):
        assert here.p == pytest.approx(there.p)


@unhurried
@given(panels())
def test_equal_entrants_are_never_told_apart(scores):
    same = panel(np.repeat(scores.values[:, :1], 2, axis=1), scores.patients)
    (pair,) = pairwise(same)
    assert pair.better is None
    assert pair.p in (None, 1.0)
