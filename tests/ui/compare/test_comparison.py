from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ctviz.backend import Evaluation, Question
from ctviz.core import Prior, Score
from ctviz.core.theme import THEME
from ctviz.estimators import ESTIMATORS
from ctviz.estimators.engine.looks import look_of
from ctviz.estimators.second_opinion import NO_COUNTERPART, SecondOpinion
from ctviz.metrics import METRICS
from ctviz.metrics.fills import FILLS
from ctviz.ui.compare import comparison, page_jobs, score_table
from ctviz.ui.compare import expected_seconds as expectations
from ctviz.ui.compare.comparison import BestControl, ComparedMap, Comparison, MapReading, compare
from ctviz.ui.compare.completeness import percent
from ctviz.ui.compare.controls import controls_elsewhere, trust_none
from ctviz.ui.compare.curves import panel_of
from ctviz.ui.compare.metric_choice import DEFAULT_METRICS
from ctviz.ui.compare.page_jobs import PageJobs
from ctviz.ui.compare.score_jobs import Held
from ctviz.ui.compare.second_opinion import opinion_of
from ctviz.ui.session import Session

GRADIENT, SMOOTH = ESTIMATORS["gradient"](), ESTIMATORS["smoothgrad"]()
RANDOM, CENTRE = ESTIMATORS["random"](), ESTIMATORS["centre"]()
USUAL = tuple(METRICS[name]() for name in DEFAULT_METRICS)
NOTHING = Held()
PIXELS = MapReading("absolute", "pixels", USUAL)


@pytest.fixture
def session(monkeypatch):
    session = Session()
    for module in (page_jobs, expectations):
        monkeypatch.setattr(module, "session", lambda: session)
    return session


@pytest.fixture
def question(backend, two_phantoms):
    image = backend.case(two_phantoms[0]).slice(1)
    return Question(image, next(iter(backend.models())), 0)


def scored(estimator, value, metric="dice"):
    score = Score.undefined("Why.") if value is None else Score(value)
    return ComparedMap(estimator, evaluations={metric: Evaluation(score)})


def standings(result, metric="dice"):
    """How each map stands by a metric: best, beaten by a control, or neither."""
    return [
        "best"
        if result.is_best(one, metric)
        else "beaten"
        if result.falls_short(one, metric)
        else ""
        for one in result.compared
    ]


@pytest.mark.parametrize(
    ("estimators", "control", "expected"),
    [
        ((0.704, 0.698), 0.3, ["best", "best", ""]),
        ((0.704, 0.298), 0.3, ["best", "beaten", ""]),
        ((0.704, 0.698), 0.9, ["beaten", "beaten", "best"]),
        ((0.704, 0.5), 0.696, ["beaten", "beaten", "best"]),
        ((None, 0.5), 0.5, ["", "beaten", "best"]),
        ((None, 0.5), None, ["", "best", ""]),
        ((None, None), 0.5, ["", "", ""]),
    ],
    ids=str,
)
def test_a_control_that_wins_is_the_best_and_what_does_not_beat_it_is_beaten(
    estimators, control, expected
):
    first, second = estimators
    compared = scored(GRADIENT, first), scored(SMOOTH, second), scored(RANDOM, control)
    assert standings(Comparison(compared, "")) == expected


def test_of_a_distance_the_least_is_best_also_of_controls():
    near, far = (scored(e, v, "hd95-mm") for e, v in ((GRADIENT, 4.0), (SMOOTH, 9.0)))
    random, centre = (scored(e, v, "hd95-mm") for e, v in ((RANDOM, 30.0), (CENTRE, 6.0)))
    result = Comparison((far, near, random, centre), "")
    assert standings(result, "hd95-mm") == ["beaten", "best", "", ""]
    assert result.best_control("hd95-mm") == BestControl("Centre", 6.0)


def test_what_is_said_of_a_map_alone_need_not_beat_a_control():
    result = Comparison(
        (scored(GRADIENT, 0.2, "sparseness"), scored(RANDOM, 0.9, "sparseness")), ""
    )
    assert result.best_control("sparseness") is None
    assert standings(result, "sparseness") == ["best", ""]


def test_the_mean_mask_of_others_is_a_control_like_any_other():
    mask = {"dice": Evaluation(Score(0.8))}
    result = Comparison((scored(GRADIENT, 0.7), scored(RANDOM, 0.1)), "", mean_mask=mask)
    assert result.best_control("dice") == BestControl(comparison.MEAN_MASK, 0.8)
    assert standings(result) == ["beaten", ""]
    assert result.control_wins("dice")


def several(estimator, **values):
    scores = {name.replace("_", "-"): Evaluation(Score(v)) for name, v in values.items()}
    return ComparedMap(estimator, evaluations=scores)


def chosen(*names):
    return tuple(METRICS[name]() for name in names)


def test_compare_warns_in_a_studys_words_by_its_headlines():
    compared = (
        several(GRADIENT, dice=0.1, auroc=0.9, fidelity=0.41),
        several(SMOOTH, dice=0.1, auroc=0.8, fidelity=0.2),
        several(RANDOM, dice=0.7, auroc=0.5, fidelity=0.3),
        several(CENTRE, dice=0.8, auroc=0.6, fidelity=0.6),
    )
    metrics = chosen("dice", "auroc", "fidelity")
    assert trust_none(Comparison(compared, "", metrics), "anna") == (
        "For what the model needs, trust none on this slice: the best, Gradient (Fidelity 0.41), "
        "is not better than the control Centre (0.60).",
    )
    said = trust_none(Comparison(compared, "", chosen("dice")), "anna")
    assert [sentence[:33] for sentence in said] == ["For where anna drew, trust none o"]


def test_nobody_is_warned_of_while_a_score_is_to_come_or_where_there_is_no_control():
    metrics = chosen("dice")
    beaten, control = scored(GRADIENT, 0.1), scored(RANDOM, 0.7)
    assert trust_none(Comparison((beaten, control), "", metrics), "anna")
    for compared in ((beaten, control, ComparedMap(SMOOTH)), (beaten,), (control,)):
        assert trust_none(Comparison(compared, "", metrics), "anna") == ()


def test_the_table_has_a_line_for_the_best_control_and_dims_what_does_not_beat_it():
    compared = (
        several(GRADIENT, dice=0.1, fidelity=0.6),
        several(RANDOM, dice=0.7, fidelity=0.5),
    )
    result = Comparison(compared, "", chosen("dice", "fidelity"))
    rows = score_table._rows(result)
    best = rows[score_table.BEST_CONTROL]
    assert (best["Dice ↑"], best["Fidelity ↑"]) == ("0.70", "0.50")
    styles = score_table._styles(pd.DataFrame.from_dict(rows, orient="index"), result)
    assert list(styles["Dice ↑"]) == [
        f"color: {THEME.dark.faint}",
        *[f"{score_table.BEST_STYLE}; color: {THEME.dark.warn}"] * 2,
    ]
    assert list(styles["Fidelity ↑"]) == [score_table.BEST_STYLE, "", ""]
    looks = [look_of(name) for name in ("gradient", "random")]
    assert [row[score_table.MARK] for row in rows.values()] == [*map(THEME.glyph, looks), ""]
    assert list(styles[score_table.MARK]) == [*(f"color: {look.dark}" for look in looks), ""]
    assert controls_elsewhere(result) == "Controls that are not on the screen: Centre, Edges."
    alone = Comparison(compared[:1], "", chosen("dice"))
    assert score_table.BEST_CONTROL not in score_table._rows(alone)


def run(question, reading, estimators=(GRADIENT,), held=NOTHING):
    holding = PageJobs()
    result = compare(holding, question, estimators, reading, held)
    holding.release_others()
    return result


def until_complete(question, reading, session, *, and_idle=False, held=NOTHING):
    while (result := run(question, reading, held=held)).pending or (
        and_idle and result.idle_checks
    ):
        for job in session.page_jobs.values():
            job.result(60)
    return result


@pytest.mark.parametrize(
    ("value", "text"), [(0.704, "0.70"), (-0.004, "0.00"), (-0.016, "−0.02"), (1, "1.00")]
)
def test_scores_are_written_with_a_true_minus_and_one_zero(value, text):
    assert comparison.written(value) == text


def test_nothing_pending_means_that_nothing_is_missing(session, question):
    (one,) = until_complete(question, PIXELS, session).compared
    assert one.job.state == "ready"
    assert set(one.evaluations) == set(DEFAULT_METRICS)


def test_region_maps_are_shown_in_place_of_pixels_and_belong_to_a_sign(session, question, backend):
    keys = set()
    for sign in ("absolute", "signed"):
        (one,) = until_complete(question, MapReading(sign, "regions", USUAL), session).compared
        assert one.shown is one.region_map
        assert backend.map_values(one.region_map.key).shape == question.image.shape
        keys.add(one.region_map.key)
    assert len(keys) == 2


def test_what_nobody_looks_at_any_more_is_given_up(session, question):
    run(question, PIXELS, [GRADIENT, SMOOTH])
    smooth = next(job for place, job in session.page_jobs.items() if SMOOTH in place)
    run(question, PIXELS, [GRADIENT])
    assert smooth.done
    assert not any(SMOOTH in place for place in session.page_jobs)


def test_a_cancelled_map_says_so_and_is_not_asked_for_again(session, question):
    smooth = ESTIMATORS["smoothgrad"](samples=150)
    run(question, PIXELS, [smooth])
    for job in session.page_jobs.values():
        job.cancel()
    (one,) = run(question, PIXELS, [smooth]).compared
    assert one.job.state == "cancelled"
    assert one.score("dice").why == "The map was cancelled."


def test_the_way_to_another_slice_is_clear_before_the_model_is_asked(
    session, question, backend, two_phantoms
):
    run(question, PIXELS, [ESTIMATORS["smoothgrad"](samples=150)])
    elsewhere = list(session.page_jobs.values())
    image = backend.case(two_phantoms[1]).slice(0)
    answer = PageJobs().prediction(image, question.model_id)
    assert all(job.done for job in elsewhere)
    assert answer.result(60).model_id == question.model_id


def test_fills_and_sanity_are_found_out_after_everything_else(session, question):
    (one,) = until_complete(question, PIXELS, session).compared
    assert not one.fills
    (one,) = until_complete(question, PIXELS, session, and_idle=True).compared
    assert set(one.fills) == set(FILLS)
    assert one.sanity is not None
    assert one.sanity.why


@pytest.mark.parametrize("sign", ["absolute", "signed"])
@pytest.mark.parametrize("settings", [{}, {"fill": "blur", "step": 0.03}], ids=str)
def test_the_headline_lies_within_the_range_over_its_fills(session, question, sign, settings):
    reading = MapReading(sign, "pixels", (METRICS["fidelity"](**settings),))
    (one,) = until_complete(question, reading, session, and_idle=True).compared
    values = [score.value for score in one.fills.values()]
    assert min(values) <= one.score("fidelity").value <= max(values)


def test_without_fidelity_no_fills_are_tried(session, question):
    reading = MapReading("absolute", "pixels", (METRICS["sparseness"](),))
    (one,) = until_complete(question, reading, session, and_idle=True).compared
    assert not one.fills
    assert not any("fill" in place for place in session.page_jobs)


def test_captum_is_asked_when_the_reader_wants_it_and_everything_else_is_there(session, question):
    (one,) = until_complete(question, PIXELS, session, and_idle=True).compared
    assert one.second_opinion is None
    assert opinion_of(one) == "…"
    reading = replace(PIXELS, second_opinion=True)
    (one,) = until_complete(question, reading, session, and_idle=True).compared
    assert one.second_opinion.agrees
    assert opinion_of(one) == "the same"


@pytest.mark.parametrize(
    ("opinion", "text"),
    [
        (SecondOpinion("gradient", 2e-7, 1.0), "the same"),
        (SecondOpinion("gradient", 0.12, 0.98), "up to 12 % apart"),
        (SecondOpinion("occlusion", why=NO_COUNTERPART), "has none"),
        (SecondOpinion("grad-cam", why="Name a layer."), "–: Name a layer."),
    ],
)
def test_what_captum_says_is_told_in_a_few_words(opinion, text):
    assert opinion_of(ComparedMap(GRADIENT, second_opinion=opinion)) == text


def test_slow_metrics_wait_for_all_others_and_come_by_themselves(session, question):
    slow = METRICS["seed-stability"]()
    reading = MapReading("absolute", "pixels", (slow, *USUAL))
    first = run(question, reading)
    assert not any(slow in place for place in session.page_jobs)
    assert first.compared[0].awaits("seed-stability")
    (one,) = until_complete(question, reading, session).compared
    assert "seed-stability" in one.evaluations


def test_what_is_found_out_at_leisure_makes_way(session, question):
    until_complete(question, PIXELS, session)
    run(question, PIXELS)
    idle = [job for place, job in session.page_jobs.items() if place[0] in {"fill", "sanity"}]
    smooth = ESTIMATORS["smoothgrad"](samples=150)
    run(question, PIXELS, [GRADIENT, smooth])
    assert all(job.done for job in idle)


@pytest.fixture
def slow_machine(monkeypatch):
    monkeypatch.setattr(expectations, "expected_seconds", lambda *_: expectations.TOO_LONG + 10)


def test_a_long_map_waits_until_the_reader_says_so(session, question, slow_machine):
    (one,) = run(question, PIXELS).compared
    assert one.waits
    assert one.score("dice").why == comparison.NOT_BEGUN
    assert not one.awaits("dice")
    expectations.release("gradient")
    (one,) = run(question, PIXELS).compared
    assert not one.waits
    expectations.hold_back("gradient")
    (one,) = run(question, PIXELS).compared
    assert not one.waits, "what is under way goes on"


def test_a_long_map_that_is_known_is_shown_at_once(session, question, slow_machine, backend):
    backend.explain(question, [GRADIENT])[0].result(60)
    (one,) = run(question, PIXELS).compared
    assert one.job.state == "ready"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, ""),
        ({"zero": -0.2, "one": 0.5}, "−0.20 to 0.50"),
        ({"zero": None, "one": 0.1}, "0.10 to 0.10"),
    ],
)
def test_the_span_of_fills_reads_from_the_least_to_the_greatest(values, text):
    fills = {
        fill: Score.undefined("Why.") if value is None else Score(value)
        for fill, value in values.items()
    }
    assert comparison.span(fills) == text


def test_a_paths_map_says_how_far_its_sum_is_off_and_the_table_too(question, backend):
    estimators = [ESTIMATORS["integrated-gradients"](steps=4), GRADIENT]
    jobs = backend.explain(question, estimators)
    maps = [job.result(60) for job in jobs]
    compared = tuple(map(ComparedMap, estimators, jobs))
    assert compared[0].completeness_gap == maps[0].completeness_gap is not None
    assert compared[1].completeness_gap is None
    assert ComparedMap(GRADIENT).completeness_gap is None
    rows = [score_table._row(one, Comparison(compared, "")) for one in compared]
    assert [row[score_table.GAP] for row in rows] == [percent(maps[0].completeness_gap), "–"]
    assert score_table.GAP not in score_table._row(compared[1], Comparison(compared[1:], ""))


@pytest.fixture
def drawn(question):
    mask = np.zeros(question.image.shape, bool)
    mask[30:50, 40:60] = True
    return mask


def prior_of(shape, patients):
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return Prior(np.exp(-((rows - 45) ** 2 + (columns - 45) ** 2) / 400), patients)


def test_the_mean_mask_of_enough_other_patients_is_a_row_of_its_own(session, question, drawn):
    prior = prior_of(question.image.shape, 6)
    found = until_complete(question, PIXELS, session, held=Held(drawn, prior))
    (one,) = found.compared
    assert one.score("auroc-corrected").defined
    assert set(found.mean_mask) == {"dice", "auroc-corrected", "auroc", "average-precision"}
    own = found.mean_mask["auroc-corrected"].score
    assert own == METRICS["auroc-corrected"]()(prior.mean, drawn, prior)
    row = score_table._mean_mask_row(found)
    assert row["AUROC corr. ↑"] == comparison.written(own.value)
    assert row["Fidelity ↑"] == score_table.UNDEFINED
    assert row.keys() == score_table._row(one, found).keys()
    assert "corrected by where 6 other patients have theirs" in score_table._legend(found, "anna")


def test_of_too_few_other_patients_the_plain_score_is_left_with_the_reason(
    session, question, drawn
):
    held = Held(drawn, prior_of(question.image.shape, 3))
    found = until_complete(question, PIXELS, session, held=held)
    (one,) = found.compared
    assert not found.mean_mask
    assert one.score("auroc").defined
    assert one.score("auroc-corrected").why.startswith("Only 3 other patients have a region")
    assert "AUROC corr.: Only 3 other patients" in score_table._legend(found, "anna")


def test_others_who_drew_change_corrected_scores_only(session, question, drawn):
    first = until_complete(
        question, PIXELS, session, held=Held(drawn, prior_of(question.image.shape, 6))
    )
    jobs = dict(session.page_jobs)
    second = until_complete(
        question, PIXELS, session, held=Held(drawn, prior_of(question.image.shape, 9))
    )
    new = {
        place[5].name for place in session.page_jobs.keys() - jobs.keys() if place[4] is GRADIENT
    }
    assert new == {"auroc-corrected"}
    corrected = [found.compared[0].score("auroc-corrected").value for found in (first, second)]
    assert corrected[0] != corrected[1]


def test_an_empty_frame_says_why_it_is_empty():
    auroc = METRICS["auroc"]()
    unscored = Comparison((ComparedMap(GRADIENT),), "", (auroc,))
    assert panel_of(auroc, unscored).missing == auroc.panel.missing
    why = Evaluation(Score.undefined("The region is empty."))
    scored = ComparedMap(GRADIENT, evaluations={"auroc": why})
    assert panel_of(auroc, Comparison((scored,), "", (auroc,))).missing == "The region is empty."
