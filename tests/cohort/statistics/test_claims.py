"""What a study must not claim: of equals, of few, and of patients who are all alike."""

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from benchmarks.false_winners import covered, false_winners_by_class
from ctviz.cohort.statistics import (
    Entrant,
    Panel,
    RankingComparison,
    Removals,
    absolute_beats_signed,
    absolute_beats_signed_throughout,
    cohort_fidelity,
    leads,
    mean_curves,
    rank_agreement,
    rank_moves,
    standings,
    threshold_roc,
)
from ctviz.cohort.statistics.interval import interval_around, share_interval, widened
from ctviz.core import InvalidInput
from ctviz.core.chance import unseen
from ctviz.metrics import METRICS
from tests.cohort.statistics.panels import entrants, panel

NAN = float("nan")


@pytest.mark.parametrize(("few", "many"), [(6, 14), (10, 10)])
def test_of_equals_few_win_by_cohort_fidelity_and_fewer_lead(few, many):
    won, led = false_winners_by_class(few, many, cohorts=80, draws=150)
    assert won <= 0.08
    assert led <= won


@pytest.mark.parametrize(("few", "many"), [(1, 19), (2, 18), (5, 15)])
def test_nobody_wins_or_leads_on_a_class_of_few_patients(few, many):
    assert false_winners_by_class(few, many, cohorts=4, draws=20) == (0, 0)


@pytest.mark.parametrize("few", [1, 2, 5])
def test_a_class_of_few_patients_leaves_every_verdict_undecided_and_is_named(few):
    # However clear: absolute values keep the model right to the end, signed ones never.
    patients = [f"p{row:02d}" for row in range(20)]
    classes = ["rare"] * few + ["usual"] * (20 - few)
    who = Entrant("a", "absolute"), Entrant("a", "signed"), Entrant("b", "signed")
    lif = np.ones((20, 3, 5)) * np.array([1, 0, 0])[:, None]
    mif = np.zeros((20, 3, 5))
    race = RankingComparison.by_cohort_fidelity(
        cohort_fidelity(Removals(mif, lif, np.linspace(0, 1, 5), classes, patients, who))
    )
    verdicts = (
        *absolute_beats_signed(race),
        absolute_beats_signed_throughout(race),
        leads(race, "a"),
        leads(race, "b"),
    )
    for verdict in verdicts:
        assert verdict.holds == "undecided"
        assert verdict.interval is None
        assert f"{few} patient" in verdict.why
        assert "'rare'" in verdict.why
    assert leads(race, "a").estimate is None


def test_first_in_nearly_all_draws_is_no_lead_without_a_clear_difference():
    # The same patients drawn again: the first of equals is often first in most draws.
    led = 0
    for seed in range(60):
        values = np.random.default_rng(seed).normal(size=(6, 2))
        race = RankingComparison.by_scores(panel(values), draws=200)
        led += any(leads(race, each.estimator).holds == "yes" for each in entrants(2))
    assert led / 60 <= 0.08


@pytest.mark.parametrize("patients", [6, 10, 25, 60])
@pytest.mark.parametrize("rate", [0.01, 0.1, 0.5, 0.9, 0.985])
def test_the_interval_of_a_hit_rate_holds_it_in_95_of_100_cohorts(patients, rate):
    hits = np.arange(patients + 1)
    held = [not share_interval(each, patients).excludes(rate) for each in hits]
    assert binom.pmf(hits, patients, rate) @ held >= 0.95


@pytest.mark.parametrize(("patients", "rate"), [(6, 0.9), (10, 0.1), (25, 0.985)])
def test_several_slices_of_a_patient_are_one_trial(patients, rate):
    assert covered(rate, patients, cohorts=60, slices=3) >= 0.93


@pytest.mark.parametrize(("hits", "patients"), [(0, 6), (6, 6), (3, 10), (19, 20), (1, 2)])
def test_the_interval_of_whole_hits_is_the_exact_one(hits, patients):
    exact = binomtest(hits, patients).proportion_ci(0.95, method="exact")
    found = share_interval(hits, patients)
    assert (found.low, found.high) == (pytest.approx(exact.low), pytest.approx(exact.high))


def test_the_interval_of_a_hit_rate_grows_steadily_with_its_hits():
    ends = [share_interval(hits, 9) for hits in np.linspace(0, 9, 40)]
    for rising in ([each.low for each in ends], [each.high for each in ends]):
        assert (np.diff(rising) >= 0).all()


def test_a_hit_rate_on_one_patient_has_no_interval_and_no_score_lies_beyond_a_hit():
    (one,) = standings(Panel([[1.0], [0.0]], ["a", "a"], entrants(1), hits=True))
    assert (one.mean, one.interval) == (0.5, None)
    (none,) = standings(Panel([[NAN]], ["a"], entrants(1), hits=True))
    assert (none.mean, none.interval) == (None, None)
    with pytest.raises(InvalidInput, match="hit"):
        Panel([[1.5]], ["a"], entrants(1), hits=True)


def test_the_metrics_that_count_hits_are_these():
    counting = [name for name, metric in METRICS.items() if metric.hits]
    assert counting == ["increase-in-confidence", "pointing-game"]
    assert all(METRICS[name].bounds == (0.0, 1.0) for name in METRICS if METRICS[name].hits)


def test_as_many_may_be_unseen_as_leave_a_fortieth_chance_of_seeing_none():
    for people in (1, 6, 50):
        assert (1 - unseen(people)) ** people == pytest.approx(0.025)


@pytest.mark.parametrize(("value", "patients"), [(1.0, 6), (0.0, 6), (0.5, 12)])
def test_patients_who_are_all_alike_leave_room_for_others(value, patients):
    alike = Panel(
        np.full((patients, 1), value),
        [f"p{row}" for row in range(patients)],
        entrants(1),
        bounds=(0.0, 1.0),
    )
    (standing,) = standings(alike)
    assert standing.interval == widened(value, patients, (0.0, 1.0))
    assert standing.interval.low < standing.interval.high
    assert 0 <= standing.interval.low <= value <= standing.interval.high <= 1
    if value in {0.0, 1.0}:
        exact = share_interval(value * patients, patients)
        assert standing.interval.low == pytest.approx(exact.low)
        assert standing.interval.high == pytest.approx(exact.high)


def test_a_figure_without_bounds_has_no_interval_where_all_patients_are_alike():
    (standing,) = standings(panel(np.zeros((8, 1))))
    assert (standing.mean, standing.interval) == (0, None)
    assert interval_around(0.0, np.zeros(50), 8, bounds=(-np.inf, np.inf)) is None


def test_curves_that_are_the_same_on_every_patient_have_a_band_and_an_area_with_room():
    curves = np.ones((10, 1, 4))
    found = mean_curves(curves, [f"p{row}" for row in range(10)], bounds=(0.0, 1.0))
    np.testing.assert_allclose(found.low, 1 - unseen(10))
    np.testing.assert_allclose(found.high, 1)
    points = np.tile(np.linspace(1, 0, 5), (7, 1, 1))
    found = threshold_roc(np.ones_like(points), points, [f"p{row}" for row in range(7)])
    assert found.areas[0] == pytest.approx(1)
    assert found.area_intervals[0].low == pytest.approx(1 - unseen(7))


def test_patients_without_scores_decide_nothing_about_two_rankings():
    values = np.random.default_rng(0).random((20, 3))
    values[2:] = NAN
    one, other = panel(values), panel(values[:, ::-1])
    assert rank_agreement(one, other).patients == 2
    values[1:] = NAN
    for move in rank_moves(panel(values), panel(values)):
        assert move.interval is None


def test_entrants_that_tie_everywhere_share_the_first_place_and_nobody_leads():
    race = RankingComparison.by_scores(panel(np.full((12, 2), 0.5)))
    assert [leads(race, each.estimator).holds for each in entrants(2)] == ["undecided"] * 2
