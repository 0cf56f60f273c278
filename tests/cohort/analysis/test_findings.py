import numpy as np
import pytest

from ctviz.cohort import analyse, load_findings, save_findings
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.json_codec import to_plain
from ctviz.cohort.tables.curve_table import CurveTable
from ctviz.cohort.tables.score_table import ScoreTable
from ctviz.cohort.tables.threshold_rates import threshold_rates
from ctviz.core import InvalidInput


@pytest.fixture(scope="module")
def found(finished):
    return load_findings(finished)


def test_findings_come_back_from_their_file(finished, found, tmp_path):
    made = analyse(finished)
    assert to_plain(made) == to_plain(found)
    save_findings(made, tmp_path)
    assert (tmp_path / "findings.json").read_bytes() == (finished / "findings.json").read_bytes()


def test_every_metric_ranks_all_entrants_under_every_choice_of_signs(found, plan):
    count = len(plan.estimators)
    for key in plan.metrics:
        for signs, entrants in (("both", 2 * count), ("signed", count), ("absolute", count)):
            ranking = found.ranking(key, signs)
            assert len(ranking.standings) == entrants
            np.testing.assert_allclose(ranking.frequencies.sum(axis=1), 1)
    with pytest.raises(InvalidInput):
        found.ranking("none")


def test_dice_at_a_share_chosen_on_other_patients_is_ranked_too(found):
    chosen = found.ranking("dice@share=cross-validated").standings
    assert [standing.mean for standing in chosen] == pytest.approx(list(found.dice.held_out))
    assert (found.dice.in_sample >= found.dice.held_out - 1e-9).all()


def test_the_papers_figures_have_curves_from_the_untouched_to_the_filled_slice(found):
    paper, *variants = found.accuracy
    assert paper.metric == "fidelity"
    assert [each.metric for each in variants] == ["fidelity@fill=blur"]
    np.testing.assert_array_equal(paper.mif[:, [0, -1]], paper.lif[:, [0, -1]])
    assert len(paper.standings) == len(found.entrants)


def test_choices_of_fill_step_sign_and_share_are_examined(found):
    assert {each.kind for each in found.sensitivity} == {"fill", "step", "sign", "share"}


def test_a_mean_lies_within_its_range_over_fills(found):
    standings = found.ranking("fidelity").standings
    ranges = [found.over_fills("fidelity", each.entrant) for each in standings]
    assert all(r.low <= s.mean <= r.high for r, s in zip(ranges, standings, strict=True))
    assert any(r.low < r.high for r in ranges)
    assert found.over_fills("auroc", standings[0].entrant) is None


def test_a_range_over_fills_moves_the_mean_by_what_the_fill_does_in_equal_steps(finished, found):
    curves = CurveTable.read(finished)
    patients = ScoreTable.read(StudyFolder(finished).scores_parquet).texts("patient")

    def by_patient(key, every, place):
        """Yield each patient's mean area, by the trapezoids one after the other."""
        shares = curves.grids[f"shares {key}"][::every]
        mif, lif = (curves[f"{order} {key}"][:, place, ::every] for order in ("mif", "lif"))
        for patient in sorted(set(patients)):
            areas = []
            for row in np.flatnonzero(patients == patient):
                gap = lif[row].astype(float) - mif[row]
                steps = zip(shares, shares[1:], gap, gap[1:], strict=False)
                areas.append(sum((b - a) * (x + y) / 2 for a, b, x, y in steps))
            yield sum(areas) / len(areas)

    for place, standing in enumerate(found.ranking("fidelity").standings):
        usual, fine, blur = (
            np.mean(list(by_patient(key, every, place)))
            for key, every in (("fidelity", 2), ("fidelity", 1), ("fidelity@fill=blur", 1))
        )
        ends = sorted([fine, fine + blur - usual])
        told = found.over_fills("fidelity", standing.entrant)
        assert [told.low, told.high] == pytest.approx(ends, abs=1e-5)


def test_a_study_of_few_patients_decides_nothing(found):
    assert {verdict.holds for verdict in found.verdicts} == {"undecided"}


def test_undefined_scores_are_counted_with_their_reason(found):
    agreement = [each for each in found.undefined if each.metric == "auroc"]
    assert {each.why for each in agreement} == {"Nobody drew a region on this slice."}
    assert sum(each.scores for each in agreement) == 2 * len(found.entrants)


def test_an_unfinished_study_has_no_findings(tmp_path):
    with pytest.raises(InvalidInput, match="no findings"):
        load_findings(tmp_path)
    with pytest.raises(InvalidInput, match="not finished"):
        analyse(tmp_path)


def test_threshold_rates_are_those_of_every_threshold():
    generator = np.random.default_rng(0)
    # Between the thresholds, where rounding decides nothing.
    values = ((generator.integers(0, 100, (20, 20)) + 0.5) / 100).astype(np.float32)
    values[0, :2] = 0, 1
    mask = generator.random((20, 20)) < 0.3
    tpr, fpr = threshold_rates(values, mask)
    for step in (0, 1, 37, 50, 99):
        hot = values >= step / 100
        assert tpr[step] == pytest.approx(hot[mask].mean())
        assert fpr[step] == pytest.approx(hot[~mask].mean())
    assert (np.diff(tpr) <= 0).all()
    assert (np.diff(fpr) <= 0).all()


@pytest.mark.parametrize("mask", [np.zeros((4, 4), bool), np.ones((4, 4), bool)])
def test_without_an_inside_or_an_outside_there_are_no_rates(mask):
    assert threshold_rates(np.arange(16, dtype=np.float32).reshape(4, 4), mask) is None


def test_a_constant_map_has_no_rates():
    assert threshold_rates(np.ones((4, 4), np.float32), np.eye(4, dtype=bool)) is None
