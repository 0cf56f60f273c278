"""The judgement of metrics: its figures from closed forms, and what the product reads of it."""

import json
import math
from dataclasses import asdict, replace
from itertools import combinations

import numpy as np
import pytest

from benchmarks.judgement import distance, moved, noticed, same_order, worse
from benchmarks.metric_trust import DATA, ENTRANTS, PAGE, judged
from ctviz.cohort import CohortStudy
from ctviz.metrics import METRICS
from ctviz.metrics.trust import (
    AGREES,
    NOTICED,
    ORDERED,
    STEADY,
    TOLD_APART,
    TREMBLE,
    MetricTrust,
    TruthRanking,
    made,
    measured,
    trust_of,
    trust_words,
    trusted,
)
from ctviz.models import load_model
from tests.backend.small_model import MODEL, write_model

GOOD = MetricTrust(
    version=1,
    steady=0.9,
    ordered=0.95,
    noticed=0.99,
    told_apart=0.9,
    tremble=1e-5,
    defined=1.0,
    slices=8,
)
NOTHING = np.full((3, 4), np.nan)


@pytest.fixture
def scores():
    return np.random.default_rng(0).normal(size=(40, 6))


def test_the_distance_is_that_of_all_pairs_slice_by_slice(scores):
    pairs = [abs(row[a] - row[b]) for row in scores for a, b in combinations(range(6), 2)]
    assert distance(scores) == pytest.approx(np.mean(pairs))


def test_what_moves_all_scores_by_the_distance_moves_them_by_one(scores):
    assert moved(scores, scores + 0.25 * distance(scores)) == pytest.approx(0.25)
    assert moved(scores, scores) == 0


def test_a_metric_that_draws_its_scores_has_nothing_to_do_with_the_maps():
    rng = np.random.default_rng(1)
    before, after = rng.normal(size=(2, 4000, 6))
    # Two draws of a normal are as far apart as two entrants are: of three changes, none is left.
    assert moved(before, after) == pytest.approx(1.0, abs=0.02)
    assert same_order(before, after) == pytest.approx(0.5, abs=0.02)
    assert worse(before, after) == pytest.approx(0.5, abs=0.02)


def test_chance_notices_half_on_average():
    rng = np.random.default_rng(2)
    found = [noticed(*rng.normal(size=(2, 12, 6))) for _ in range(60)]
    assert np.mean(found) == pytest.approx(0.5, abs=0.05)


def test_a_metric_that_gives_all_maps_the_same_score_has_no_figure():
    flat = np.ones((5, 4))
    assert math.isnan(moved(flat, flat))
    assert math.isnan(same_order(flat, flat))
    assert worse(flat, flat) == 0.5
    assert noticed(flat, flat) == 0


def test_an_order_that_is_turned_round_is_told():
    row = np.array([[1.0, 2.0, 3.0]])
    assert same_order(row, row) == 1
    assert same_order(row, -row) == 0
    assert same_order(row, row[:, [1, 0, 2]]) == pytest.approx(2 / 3)
    assert same_order(row, np.array([[1.0, 1.0, 3.0]])) == pytest.approx(2.5 / 3)


def test_a_fall_is_noticed_and_a_rise_is_not(scores):
    assert worse(scores, scores - 1) == 1
    assert worse(scores, scores + 1) == 0
    # All of n falls have the least p-value of Wilcoxon's exact test, 2 to the power of -n.
    few = scores[:8]
    assert noticed(few, few - 1) == pytest.approx(1 - 2**-8)
    assert noticed(few, few + 1) == pytest.approx(0.0)


def test_undefined_scores_are_left_out(scores):
    gaps = scores.copy()
    gaps[::2, 0] = np.nan
    known = np.isfinite(gaps)
    assert worse(gaps, scores - 1) == 1
    assert moved(gaps, gaps + distance(gaps)) == pytest.approx(1)
    assert known.any()
    for figure in (distance(NOTHING), moved(NOTHING, NOTHING), same_order(NOTHING, NOTHING)):
        assert math.isnan(figure)
    assert math.isnan(worse(NOTHING, NOTHING))
    assert math.isnan(noticed(NOTHING, NOTHING))


def test_enough_is_half_way_from_chance_to_perfect():
    for enough, chance in ((STEADY, 0), (ORDERED, 0.5), (NOTICED, 0.5), (TOLD_APART, 0.5)):
        assert enough == (1 + chance) / 2
    assert AGREES == 0.5


def test_a_tremble_of_half_a_step_is_the_most_in_the_usual_study():
    plan = CohortStudy()
    entrants = np.arange(len(plan.estimators) * len(plan.signs), dtype=float)[None]
    assert pytest.approx(0.5 / distance(entrants), abs=0.005) == TREMBLE


@pytest.mark.parametrize(
    ("figure", "low", "words"),
    [
        ("steady", 0.4, "does not stay under noise (0.40"),
        ("ordered", 0.7, "order does not stay"),
        ("noticed", 0.5, "does not notice maps"),
        ("told_apart", 0.6, "does not put maps that do not belong below"),
        ("tremble", 2 * TREMBLE, "a millionth moves it"),
        (
            "truth",
            TruthRanking(0.2, -0.1, 0.49, 100),
            "unlike causal truth (τ 0.20 (−0.10 to 0.49)",
        ),
        ("ordered", None, "all maps one score"),
        ("told_apart", None, "too few of its scores"),
        ("slices", 4, "on 4 slices only"),
    ],
)
def test_each_figure_must_suffice(figure, low, words):
    assert GOOD.passes
    poor = replace(GOOD, **{figure: low})
    assert not poor.passes
    (fault,) = poor.faults
    assert words in fault


def test_a_metric_that_may_rank_like_the_truth_passes():
    for high in (0.5, 0.9):
        assert replace(GOOD, truth=TruthRanking(0.2, -0.1, high, 100)).passes


def test_a_judgement_is_read_as_it_was_written():
    known = replace(GOOD, truth=TruthRanking(0.2, -0.1, 0.6, 100))
    for each in (GOOD, known):
        assert MetricTrust.of(json.loads(json.dumps(asdict(each)))) == each


def test_a_metric_that_is_new_or_was_changed_is_not_judged(monkeypatch):
    name, found = next(iter(measured().items()))
    assert trust_of("no-such-metric") is None
    assert trust_of(name) == found
    monkeypatch.setattr(METRICS[name], "version", found.version + 1, raising=False)
    assert trust_of(name) is None
    assert not trusted(name)
    assert trust_words(name) == "Not judged itself."


def test_what_was_judged_is_registered_and_judges_maps():
    assert set(measured()) <= set(METRICS) - {"seconds"}
    assert {"fidelity", "auroc", "dice"} <= set(measured())


def test_the_page_is_that_of_the_data():
    page, document = PAGE.read_text(), json.loads(DATA.read_text())
    assert made().command in page
    assert document["made"]["command"] == made().command
    for name, trust in measured().items():
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{name}` |")]
        assert f"| {'yes' if trust.passes else 'no: '}" in row


def test_a_slice_is_judged_by_metrics_of_every_kind(tmp_path):
    write_model(tmp_path)
    metrics = {
        "auroc": METRICS["auroc"](),
        "auroc-corrected": METRICS["auroc-corrected"](),
        "dice": METRICS["dice"](),
        "fidelity": METRICS["fidelity"](step=0.5),
        "entropy": METRICS["entropy"](),
        "seed-stability": METRICS["seed-stability"](draws=1),
    }
    found = {}
    judged(load_model(tmp_path / MODEL), metrics, 301, found)
    for name, judgement in found.items():
        (before,) = judgement.before
        assert before.shape == (len(ENTRANTS),)
        assert set(judgement.after) == {
            *("millionth", "minor input", "minor model", "broken input", "broken model")
        }
        assert judgement.trust(metrics[name]).slices == 1
    # Entropy is better where it is lower, and here higher is better throughout.
    assert (found["entropy"].before[0] < 0).all()
    # Only estimators that draw have a seed to be stable under.
    drawn = ["seed" in estimator.settings() for estimator in ENTRANTS]
    assert list(np.isfinite(found["seed-stability"].before[0])) == drawn
    (trembling,) = found["auroc"].after["millionth"]
    np.testing.assert_allclose(trembling, found["auroc"].before[0], atol=1e-3)
