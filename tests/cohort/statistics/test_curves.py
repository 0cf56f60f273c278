"""The paper's curves over a cohort: accuracy, ROC and Dice."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ctviz.cohort.statistics import (
    Removals,
    cohort_fidelity,
    cross_validated_share,
    mean_curves,
    standings,
    threshold_roc,
)
from ctviz.core import InvalidInput, InvalidParameter
from tests.cohort.statistics.panels import entrants, panel, unhurried

NAN = float("nan")
SHARES = np.linspace(0, 1, 5)


def removals(mif, lif, classes, patients=None):
    mif, lif = np.asarray(mif, float), np.asarray(lif, float)
    names = patients or [f"p{row}" for row in range(len(mif))]
    return Removals(mif, lif, SHARES[: mif.shape[2]], classes, names, entrants(mif.shape[1]))


def random_removals(patients=12, slices=2, count=3):
    generator = np.random.default_rng(0)
    shape = (patients * slices, count, len(SHARES))
    names = [f"p{row // slices:02d}" for row in range(shape[0])]
    classes = [str(row // slices % 2) for row in range(shape[0])]
    return removals(generator.random(shape) < 0.4, generator.random(shape) < 0.8, classes, names)


def test_a_perfect_estimator_has_the_whole_area():
    # Right until nothing is left if the least important go first, wrong at once otherwise.
    mif, lif = np.zeros((12, 1, 5)), np.ones((12, 1, 5))
    (standing,) = cohort_fidelity(removals(mif, lif, ["a", "b"] * 6)).standings
    assert (standing.fidelity, standing.times_ten) == (1, 10)
    # Six of a class can all be alike where 46 % of it are not, and then the area may be -1; two
    # classes are half of the mean each, and hardly both so unlucky: 2 * 0.459 / 2, times √2.
    assert standing.interval.high == 1
    assert standing.interval.low == pytest.approx(1 - np.sqrt(2) * 0.459, abs=1e-3)


def test_accuracy_is_averaged_over_classes_however_many_slices_they_have():
    answers = np.zeros((4, 1, 2))
    answers[0] = 1  # the only slice of class "a" is right, the three of "b" are wrong
    found = cohort_fidelity(removals(answers, answers, ["a", "b", "b", "b"]))
    np.testing.assert_array_equal(found.mif, [[0.5, 0.5]])
    assert found.classes == ("a", "b")


def test_each_patient_of_a_class_counts_once():
    answers = np.array([1, 1, 1, 0.0]).reshape(4, 1, 1) * np.ones((1, 1, 2))
    found = cohort_fidelity(removals(answers, answers, ["a"] * 4, ["x", "x", "x", "y"]))
    np.testing.assert_array_equal(found.lif, [[0.5, 0.5]])


def test_with_one_slice_per_patient_it_is_the_papers_formula():
    cohort = random_removals(slices=1)
    found = cohort_fidelity(cohort)
    for entrant, standing in enumerate(found.standings):
        per_class = [
            np.trapezoid(
                cohort.lif_right[own, entrant].mean(axis=0)
                - cohort.mif_right[own, entrant].mean(axis=0),
                SHARES,
            )
            for own in (cohort.classes == "0", cohort.classes == "1")
        ]
        assert standing.fidelity == pytest.approx(np.mean(per_class))


def test_exchanging_the_orders_turns_the_sign():
    cohort = random_removals()
    turned = replace(cohort, mif_right=cohort.lif_right, lif_right=cohort.mif_right)
    for here, there in zip(
        cohort_fidelity(cohort).standings, cohort_fidelity(turned).standings, strict=True
    ):
        assert here.fidelity == pytest.approx(-there.fidelity)
        assert here.interval.low == pytest.approx(-there.interval.high)


@pytest.mark.parametrize(("few", "many"), [(1, 19), (2, 18), (5, 15)])
def test_a_class_of_fewer_than_six_patients_has_no_interval_and_says_so(few, many):
    answers = np.random.default_rng(0).random((20, 2, 5)) < 0.5
    classes = ["rare"] * few + ["usual"] * many
    found = cohort_fidelity(removals(answers, ~answers, classes))
    for standing in found.standings:
        assert standing.interval is None
        assert standing.fewest == few
    assert np.isnan(found.low).all()
    assert f"Only {few} patient" in found.too_few
    assert "class 'rare'" in found.too_few
    assert "usual" not in found.too_few


def test_six_patients_of_each_class_have_intervals_that_the_rarer_class_makes_wide():
    rng = np.random.default_rng(0)
    classes = ["rare"] * 6 + ["usual"] * 60
    answers = rng.random((66, 1, 5)) < 0.5
    answers[6:] = True  # of the usual class nothing moves
    found = cohort_fidelity(removals(answers, np.ones_like(answers), classes))
    own = np.trapezoid(1 - answers[:6, 0].astype(float), SHARES)
    half = stats.t.isf(0.025, 5) * own.std(ddof=1) / np.sqrt(6) / 2
    (standing,) = found.standings
    assert found.too_few == ""
    width = standing.interval.high - standing.interval.low
    assert 0.7 * 2 * half < width < 1.6 * 2 * half


def test_a_draw_without_a_class_has_no_area():
    answers = np.zeros((8, 1, 2))
    found = cohort_fidelity(removals(answers, np.ones_like(answers), ["a"] + ["b"] * 7), draws=400)
    # One patient of eight is missing in (7/8)⁸ of the draws.
    assert np.isnan(found.drawn).mean() == pytest.approx((7 / 8) ** 8, abs=0.07)


def test_entrants_are_compared_on_the_slices_that_both_have():
    cohort = random_removals(patients=24, slices=1, count=2)
    missing = cohort.mif_right.copy()
    missing[:4, 1] = NAN
    found = cohort_fidelity(replace(cohort, mif_right=missing))
    compared = found.differences([tuple(cohort.entrants)])
    kept = np.arange(24) >= 4
    shared = cohort_fidelity(
        replace(
            cohort,
            mif_right=cohort.mif_right[kept],
            lif_right=cohort.lif_right[kept],
            classes=cohort.classes[kept],
            patients=cohort.patients[kept],
        )
    )
    first, second = shared.areas
    assert compared.mean[0] == pytest.approx(first - second)
    assert compared.patients[0] == 10
    assert np.isfinite(compared.interval(0).low)


def test_the_interval_and_the_band_hold_the_figures():
    found = cohort_fidelity(random_removals())
    for standing in found.standings:
        assert standing.interval.low < standing.fidelity < standing.interval.high
    assert ((found.low <= found.curves) & (found.curves <= found.high)).all()


def test_slices_without_a_map_are_left_out_and_counted():
    cohort = random_removals()
    missing = cohort.mif_right.copy()
    missing[0, 0, 3] = NAN
    found = cohort_fidelity(replace(cohort, mif_right=missing))
    first, second, _ = found.standings
    assert (first.defined, first.undefined, first.patients) == (23, 1, 12)
    assert second.undefined == 0
    kept = [row for row in range(24) if row != 0]
    without = replace(
        cohort,
        mif_right=cohort.mif_right[kept],
        lif_right=cohort.lif_right[kept],
        classes=cohort.classes[kept],
        patients=cohort.patients[kept],
    )
    assert first.fidelity == pytest.approx(cohort_fidelity(without).standings[0].fidelity)


def test_an_entrant_without_maps_of_a_class_has_no_fidelity():
    cohort = random_removals()
    missing = cohort.mif_right.copy()
    missing[cohort.classes == "0", 1] = NAN
    standing = cohort_fidelity(replace(cohort, mif_right=missing)).standings[1]
    assert (standing.fidelity, standing.interval, standing.rank) == (None, None, None)
    assert standing.times_ten is None


def test_one_patient_has_curves_but_no_interval():
    found = cohort_fidelity(random_removals(patients=1))
    assert found.standings[0].interval is None
    assert "Only 1 patient of class '0'" in found.too_few
    assert np.isnan(found.low).all()
    assert not np.isnan(found.curves).any()


def test_answers_of_another_shape_are_refused():
    with pytest.raises(InvalidInput, match="for both orders"):
        removals(np.zeros((2, 1, 3)), np.zeros((2, 1, 2)), ["a", "b"])
    with pytest.raises(InvalidInput, match="one true class"):
        removals(np.zeros((2, 1, 3)), np.zeros((2, 1, 3)), ["a"])
    with pytest.raises(InvalidInput, match="no answer"):
        removals(np.zeros((0, 1, 3)), np.zeros((0, 1, 3)), [])


def test_without_slices_there_are_no_curves():
    nothing = np.zeros((0, 2, 3))
    assert threshold_roc(nothing, nothing, []).patients == (0, 0)
    assert mean_curves(nothing, []).defined == (0, 0)
    assert cross_validated_share(nothing, [0, 0.5, 1], []).dice.shape == (0, 2)


def test_points_evenly_along_the_way_make_the_papers_area_the_true_one():
    fpr = np.linspace(1, 0, 1001).reshape(1, 1, -1)
    found = threshold_roc(np.sqrt(fpr), fpr, ["p"])
    assert found.heights[0] == pytest.approx(2 / 3, abs=1e-3)
    assert found.areas[0] == pytest.approx(2 / 3, abs=1e-3)


def test_the_trapezoid_runs_from_corner_to_corner():
    # One point (0.2, 0.8): 0.2·0.8/2 + 0.8·(0.8 + 1)/2.
    point = np.array([0.8]).reshape(1, 1, 1), np.array([0.2]).reshape(1, 1, 1)
    assert threshold_roc(*point, ["p"]).areas[0] == pytest.approx(0.8)
    assert threshold_roc(*point, ["p"]).heights[0] == pytest.approx(0.8)


@unhurried
@given(st.permutations(range(6)))
def test_the_order_of_the_thresholds_does_not_change_the_area(order):
    fpr, tpr = np.linspace(0, 1, 6), np.linspace(0, 1, 6) ** 0.3
    forth = threshold_roc(tpr[None, None], fpr[None, None], ["p"], draws=5)
    other = threshold_roc(tpr[None, None, order], fpr[None, None, order], ["p"], draws=5)
    np.testing.assert_allclose(forth.areas, other.areas)


def test_curves_are_averaged_at_each_threshold_over_patients():
    tpr = np.array([[0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]).reshape(3, 1, 2)
    found = threshold_roc(tpr, tpr, ["a", "a", "b"])
    np.testing.assert_array_equal(found.tpr, [[0.25, 0.5]])
    assert (found.defined, found.patients) == ((3,), (2,))
    assert found.height_intervals[0].low == 0


def test_slices_with_an_undefined_point_have_no_curve():
    tpr = np.array([[0.1, NAN], [0.2, 0.4]]).reshape(2, 1, 2)
    found = threshold_roc(tpr, np.zeros_like(tpr), ["a", "b"])
    np.testing.assert_array_equal(found.tpr, [[0.2, 0.4]])
    assert found.defined == (1,)
    assert found.area_intervals == (None,)
    nothing = threshold_roc(np.full((2, 1, 2), NAN), np.zeros((2, 1, 2)), ["a", "b"])
    assert np.isnan(nothing.areas).all()


def test_the_share_is_chosen_on_the_other_patients():
    # a and b are best at the first share, c at the second: each is judged by the others' choice.
    curves = np.array([[0.9, 0.1], [0.9, 0.1], [0.2, 0.8]]).reshape(3, 1, 2)
    found = cross_validated_share(curves, [0.1, 0.3], ["a", "b", "c"], folds=3)
    np.testing.assert_array_equal(found.dice[:, 0], [0.9, 0.9, 0.2])
    assert found.best_share[0] == 0.1
    np.testing.assert_allclose(found.in_sample, 2 / 3)
    np.testing.assert_allclose(found.in_sample, found.held_out)


def test_choosing_on_noise_is_optimistic():
    generator = np.random.default_rng(0)
    curves = generator.normal(0.5, 0.1, (30, 6, 40))
    names = [f"p{row}" for row in range(30)]
    found = cross_validated_share(curves, np.linspace(0, 1, 40), names)
    assert (found.in_sample - found.held_out).mean() > 0.02
    assert found.held_out.mean() == pytest.approx(0.5, abs=0.02)


@unhurried
@given(st.integers(1, 9), st.integers(2, 6), st.integers(0, 5))
def test_slices_of_a_patient_are_held_out_together(patients, folds, seed):
    names = np.array([f"p{row % patients}" for row in range(3 * patients)])
    found = cross_validated_share(np.ones((len(names), 1, 2)), [0, 1], names, folds, seed)
    for name in np.unique(names):
        assert len(np.unique(found.folds[names == name])) == 1
    sizes = np.bincount(found.folds, minlength=len(found.chosen)) / 3
    assert np.ptp(sizes) <= 1
    assert len(found.chosen) == min(folds, patients)


def test_a_single_patient_has_nobody_to_choose_on():
    found = cross_validated_share(np.ones((2, 1, 3)), [0, 0.5, 1], ["a", "a"])
    assert np.isnan(found.dice).all()
    assert np.isnan(found.held_out).all()
    np.testing.assert_array_equal(found.in_sample, [1])


def test_undefined_curves_are_neither_chosen_on_nor_scored():
    curves = np.array([[NAN, 1.0], [0.2, 0.1], [0.4, 0.3]]).reshape(3, 1, 2)
    found = cross_validated_share(curves, [0, 1], ["a", "b", "c"], folds=3)
    np.testing.assert_array_equal(found.dice[:, 0], [NAN, 0.2, 0.4])
    assert found.held_out[0] == pytest.approx(0.3)


def test_one_fold_is_refused():
    with pytest.raises(InvalidParameter, match="hold nobody out"):
        cross_validated_share(np.ones((1, 1, 1)), [0], ["a"], folds=1)


def test_curves_of_another_shape_are_refused():
    with pytest.raises(InvalidInput, match="a patient per slice"):
        cross_validated_share(np.ones((2, 1, 3)), [0, 1], ["a", "b"])
    with pytest.raises(InvalidInput, match="a patient per slice"):
        threshold_roc(np.ones((2, 1, 3)), np.ones((2, 1, 3)), ["a"])


def test_a_mean_curve_is_over_patients_and_its_band_as_wide_as_a_scores_interval():
    values = np.random.default_rng(0).random((9, 2))
    names = ["a", "a", "a", "b", "c", "d", "e", "f", "g"]
    found = mean_curves(values[:, :, None], names)
    placed = standings(panel(values, names))
    for entrant, standing in enumerate(placed):
        assert found.mean[entrant, 0] == pytest.approx(standing.mean)
        assert found.low[entrant, 0] == pytest.approx(standing.interval.low)
        assert found.high[entrant, 0] == pytest.approx(standing.interval.high)


def test_slices_with_an_undefined_point_are_not_in_the_mean_curve():
    curves = np.array([[NAN, 1.0], [0.2, 0.4]]).reshape(2, 1, 2)
    found = mean_curves(curves, ["a", "b"])
    np.testing.assert_array_equal(found.mean, [[0.2, 0.4]])
    assert (found.defined, found.patients) == ((1,), (1,))
    assert np.isnan(found.low).all()
    with pytest.raises(InvalidInput, match="a patient per slice"):
        mean_curves(curves, ["a"])
