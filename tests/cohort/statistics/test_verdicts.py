"""What the cohort says about the paper's findings, and within groups of slices."""

import numpy as np
import pytest

from ctviz.cohort.statistics import (
    Entrant,
    Panel,
    RankingComparison,
    Removals,
    absolute_beats_signed,
    absolute_beats_signed_throughout,
    by_group,
    cohort_fidelity,
    leads,
    rankings_disagree,
    signs_matter,
    size_groups,
    standings,
)
from ctviz.core import InvalidInput, UnknownName
from tests.cohort.statistics.panels import noisy, panel, under_both_signs

NAN = float("nan")


def comparison(gains, patients=20):
    return RankingComparison.by_scores(under_both_signs(gains, patients))


def test_each_estimator_has_its_verdict_on_the_sign():
    found = absolute_beats_signed(comparison([0.3, -0.3, 0.0]))
    assert [verdict.holds for verdict in found] == ["yes", "no", "undecided"]
    assert found[0].interval.low > 0 > found[1].interval.high
    assert found[2].why == "Both signs score the same."


def test_a_small_difference_stays_undecided():
    (verdict,) = absolute_beats_signed(comparison([0.001]))
    assert verdict.holds == "undecided"
    assert not verdict.interval.excludes(0)


def test_errors_that_fall_speak_for_absolute_values():
    scores = under_both_signs([-0.3])
    errors = Panel(scores.values, scores.patients, scores.entrants, better="lower")
    assert absolute_beats_signed(RankingComparison.by_scores(errors))[0].holds == "yes"


@pytest.mark.parametrize(
    ("gains", "holds", "estimate"),
    [
        ([0.3, 0.4, 0.5], "yes", 1),
        ([0.3, 0.4, 0.0], "yes", 1),
        ([0.3, -0.4, 0.5, 0.3], "no", 0.75),
        ([0.3, 1e-9], "undecided", None),
        ([0.0], "undecided", None),
    ],
)
def test_throughout_means_for_every_estimator_whose_signs_differ(gains, holds, estimate):
    verdict = absolute_beats_signed_throughout(comparison(gains))
    assert verdict.holds == holds
    if estimate is not None:
        assert verdict.estimate == estimate


@pytest.mark.parametrize(
    ("gains", "holds", "estimate"),
    [
        ([-0.3, -0.2, -0.4], "yes", 1.0),
        ([-0.3, -0.2, 0.4], "yes", 2 / 3),
        ([-0.3, 0.2], "undecided", 0.5),
        ([0.3, 0.2, -0.4], "no", 1 / 3),
        ([0.0], "undecided", None),
    ],
)
def test_signs_matter_where_signed_values_are_better_for_most(gains, holds, estimate):
    verdict = signs_matter(comparison(gains))
    assert (verdict.holds, verdict.estimate) == (holds, estimate)
    assert verdict.claim.startswith("Signed values beat absolute ones for most estimators")


def test_five_patients_decide_nothing():
    few = comparison([0.3, 0.3], patients=5)
    verdicts = (
        *absolute_beats_signed(few),
        absolute_beats_signed_throughout(few),
        signs_matter(few),
        leads(few, "estimator-0"),
        rankings_disagree(noisy([1, 0], 5), noisy([0, 1], 5)),
    )
    assert {verdict.holds for verdict in verdicts} == {"undecided"}


def test_controls_are_not_asked_about_their_sign():
    scores = under_both_signs([0.3])
    controls = tuple(Entrant(e.estimator, e.sign, control=True) for e in scores.entrants)
    asked = RankingComparison.by_scores(Panel(scores.values, scores.patients, controls))
    assert absolute_beats_signed(asked) == ()
    assert absolute_beats_signed_throughout(asked).holds == "undecided"


def test_the_first_clearly_leads_and_the_others_do_not():
    race = RankingComparison.by_scores(noisy([0.9, 0.5, 0.1]))
    assert leads(race, "estimator-0").holds == "yes"
    assert leads(race, "estimator-0").estimate == 1
    assert leads(race, "estimator-1").holds == "no"


def test_equals_leave_the_lead_undecided():
    race = RankingComparison.by_scores(noisy([0.5, 0.5, 0.5], spread=0.3))
    holds = [leads(race, f"estimator-{number}").holds for number in range(3)]
    assert holds == ["undecided"] * 3


def test_both_signs_of_the_leader_lead_together():
    # Its maps are positive: both signs tie for the first place and have half of it each.
    values = np.random.default_rng(0).normal(0.5, 0.1, (20, 1)) + np.array([[0.3, 0.3, 0.0]])
    who = (Entrant("a", "signed"), Entrant("a", "absolute"), Entrant("b", "signed"))
    race = RankingComparison.by_scores(Panel(values, [f"p{row}" for row in range(20)], who))
    assert leads(race, "a").holds == "yes"
    assert leads(race, "a").estimate == 1


def test_an_entrant_without_a_score_leads_nothing_and_an_unknown_one_is_named():
    race = RankingComparison.by_scores(panel([[1, NAN]] * 8))
    assert leads(race, "estimator-1").why == "estimator-1 has no score."
    with pytest.raises(UnknownName, match="estimator-9"):
        leads(race, "estimator-9")


def test_cohort_fidelity_is_judged_like_a_score():
    generator = np.random.default_rng(0)
    shape = (24, 2, 5)
    good = generator.random(shape) < np.array([0.95, 0.6])[:, None]
    bad = generator.random(shape) < np.array([0.1, 0.6])[:, None]
    who = (Entrant("a", "absolute"), Entrant("a", "signed"))
    patients = [f"p{row:02d}" for row in range(24)]
    fidelity = cohort_fidelity(
        Removals(bad, good, np.linspace(0, 1, 5), ["x", "y"] * 12, patients, who)
    )
    race = RankingComparison.by_cohort_fidelity(fidelity)
    (verdict,) = absolute_beats_signed(race)
    assert verdict.holds == "yes"
    first, second = fidelity.standings
    assert verdict.estimate == pytest.approx(first.fidelity - second.fidelity)
    assert "cohort fidelity" in verdict.claim


def test_opposite_rankings_disagree_and_equal_ones_do_not():
    one = noisy([0.1, 0.4, 0.7, 1.0])
    other = noisy([1.0, 0.7, 0.4, 0.1])
    assert rankings_disagree(one, other).holds == "yes"
    assert rankings_disagree(one, other).estimate == -1
    assert rankings_disagree(one, one).holds == "no"


def test_rankings_of_equals_are_not_said_to_disagree():
    generator = np.random.default_rng(0)
    one, other = (panel(generator.normal(size=(30, 5))) for _ in range(2))
    assert rankings_disagree(one, other).holds == "undecided"


def test_controls_have_no_say_in_whether_rankings_disagree():
    one = noisy([0.1, 0.4, 0.7, 0.9], controls=1)
    other = noisy([0.1, 0.4, 0.7, 0.0], controls=1)
    assert rankings_disagree(one, other).holds == "no"


def test_standings_of_a_group_are_those_of_its_slices():
    scores = panel([[3, 1], [2, 1], [1, 5]], ["a", "b", "b"])
    left, right = by_group(scores, ["left", "left", "right"])
    assert (left.name, left.slices, left.patients) == ("left", 2, 2)
    assert left.standings == standings(scores.rows(np.array([True, True, False])))
    assert [each.rank for each in right.standings] == [2, 1]


def test_ranks_fall_against_those_on_all_slices():
    scores = panel([[3, 1], [3, 1], [1, 2]])
    many, few = by_group(scores, ["many", "many", "some"])
    assert many.falls == (0, 0)
    assert few.falls == (1, -1)


def test_slices_without_a_group_are_in_none_and_undefined_ranks_do_not_move():
    (group,) = by_group(panel([[3, NAN], [3, 2]]), ["x", ""])
    assert group.slices == 1
    assert group.falls == (0, None)


def test_one_group_per_slice_is_needed():
    with pytest.raises(InvalidInput, match="one group for each slice"):
        by_group(panel([[1]]), [])


def test_regions_are_parted_into_thirds():
    names = size_groups(np.array([0.6, 0.1, NAN, 0.2, 0.3, 0.4, 0.5]))
    assert list(names) == ["large", "small", "", "small", "medium", "medium", "large"]


def test_equal_regions_are_in_one_third():
    assert set(size_groups(np.full(5, 0.2))) == {"small"}
    assert list(size_groups(np.array([NAN]))) == [""]
