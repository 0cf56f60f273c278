"""Measures of agreement with the truth: by hand, by SciPy, and undefined where nothing is true."""

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import kendalltau

from ctviz.truth import MEASURES

EFFECTS = np.array([2.0, -1.0, 0.5, 0.02, 0.0])


def score(name, importance, effects=EFFECTS, sign="signed"):
    return MEASURES[name](np.asarray(importance, float), np.asarray(effects, float), sign)


def test_rank_correlation_is_kendalls_where_all_effects_are_apart():
    draw = np.random.default_rng(0)
    for _ in range(20):
        effects, importance = draw.permutation(9) - 4.0, draw.normal(size=9)
        expected = kendalltau(importance, effects).statistic
        assert score("rank-correlation", importance, effects).value == pytest.approx(expected)


def test_pairs_whose_order_is_no_truth_do_not_count():
    draw = np.random.default_rng(1)
    for sign in ("signed", "absolute"):
        effects, importance = draw.normal(size=8).round(1), draw.integers(-2, 3, 8)
        true = abs(effects) if sign == "absolute" else effects
        said = [
            np.sign(true[i] - true[j]) * np.sign(importance[i] - importance[j])
            for i, j in combinations(range(8), 2)
            if abs(true[i] - true[j]) >= 0.05 * max(abs(effects))
        ]
        assert 10 < len(said) < 28
        found = score("rank-correlation", importance, effects, sign).value
        assert found == pytest.approx(sum(said) / len(said))


def test_where_a_single_part_matters_it_must_come_first():
    effects = [9, 0.1, 0.2, -0.1, 0]
    assert score("rank-correlation", [5, 1, -1, 4, 2], effects).value == 1
    assert score("rank-correlation", [3, 1, 9, 4, 2], effects).value == 0


def test_the_right_order_is_one_and_the_reverse_minus_one():
    assert score("rank-correlation", 3 * EFFECTS**3).value == pytest.approx(1)
    assert score("rank-correlation", -EFFECTS).value == pytest.approx(-1)
    assert score("rank-correlation", abs(EFFECTS), sign="absolute").value == pytest.approx(1)


def test_sign_agreement_counts_the_parts_that_matter():
    # 5 % of the largest effect are 0.1: the last two parts do not matter.
    assert score("sign-agreement", [1, -1, 1, -9, -9]).value == 1
    assert score("sign-agreement", [1, 1, -1, 1, 1]).value == pytest.approx(1 / 3)
    assert score("sign-agreement", [1, 0, 1, 1, 1]).value == pytest.approx(2 / 3)


def test_absolute_values_have_no_sign():
    assert score("sign-agreement", [1, 1, 1, 1, 1], sign="absolute").why == (
        "Absolute values have no sign to compare."
    )


def test_wasted_importance_is_the_share_on_parts_without_effect():
    assert score("wasted-importance", [3, -2, 1, -3, 1]).value == pytest.approx(0.4)
    assert score("wasted-importance", [3, -2, 1, 0, 0]).value == 0
    assert score("wasted-importance", [0, 0, 0, 1, 0]).value == 1


@pytest.mark.parametrize("name", MEASURES)
def test_where_nothing_is_true_nothing_is_scored(name):
    assert score(name, [1, 2, 3], [0, 0, 0]).why == "No part changes the answer."
    assert score(name, [1, 2], [1, 0]).why == "Fewer than 3 parts are seen."


def test_what_cannot_be_ordered_says_why():
    rank, wasted = "rank-correlation", "wasted-importance"
    assert score(rank, [1, 2, 3], [2, 2, 2]).why == "All parts have the same effect."
    assert score(rank, [1, 1, 1, 1, 1]).why == "The map gives all parts the same importance."
    assert score(wasted, [1, 2, 3], [2, 2, 1]).why == "Every part has an effect."
    assert score(wasted, [0] * 5).why == "The map gives no part any importance."


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("sign", ["signed", "absolute"])
def test_scores_lie_in_their_bounds(name, sign):
    draw, (low, high) = np.random.default_rng(1), MEASURES[name].bounds
    for _ in range(20):
        importance, effects = draw.normal(size=(2, 7))
        value = score(name, importance, effects * (draw.random(7) < 0.6), sign).value
        assert value is None or low <= value <= high
