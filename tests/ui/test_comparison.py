import pytest

from ctviz.backend import Evaluation, Question
from ctviz.core import Score
from ctviz.estimators import ESTIMATORS
from ctviz.ui import comparison, held
from ctviz.ui.comparison import Compared, Comparison, Reading, compare
from ctviz.ui.held import Held
from ctviz.ui.session import Session

GRADIENT, SMOOTH, RANDOM = (ESTIMATORS[name]() for name in ("gradient", "smoothgrad", "random"))


@pytest.fixture
def session(monkeypatch):
    session = Session()
    monkeypatch.setattr(held, "session", lambda: session)
    return session


@pytest.fixture
def question(backend, two_phantoms):
    image = backend.case(two_phantoms[0]).slice(1)
    return Question(image, next(iter(backend.models())), 0)


def scored(estimator, value):
    return Compared(estimator, evaluations={"dice": Evaluation(Score(value))})


def test_scores_that_read_the_same_are_equally_good_and_controls_never_win():
    best, near, control = scored(GRADIENT, 0.704), scored(SMOOTH, 0.698), scored(RANDOM, 0.9)
    result = Comparison((best, near, control), "")
    assert [result.is_best(one, "dice") for one in result.compared] == [True, True, False]


def run(question, reading, estimators=(GRADIENT,)):
    holding = Held()
    result = compare(holding, question, estimators, reading, None)
    holding.release_others()
    return result


def until_complete(question, reading, session):
    while (result := run(question, reading)).pending:
        for job in session.held.values():
            job.result(60)
    return result


@pytest.mark.parametrize(
    ("value", "text"), [(0.704, "0.70"), (-0.004, "0.00"), (-0.016, "−0.02"), (1, "1.00")]
)
def test_scores_are_written_with_a_true_minus_and_one_zero(value, text):
    assert comparison.written(value) == text


def test_nothing_pending_means_that_nothing_is_missing(session, question):
    (one,) = until_complete(question, Reading("absolute", "pixels"), session).compared
    assert one.job.state == "ready"
    assert set(one.evaluations) == set(comparison.SHOWN_METRICS)


def test_region_maps_are_shown_in_place_of_pixels_and_belong_to_a_sign(session, question, backend):
    keys = set()
    for sign in ("absolute", "signed"):
        (one,) = until_complete(question, Reading(sign, "regions"), session).compared
        assert one.shown is one.region_map
        assert backend.map_values(one.region_map.key).shape == question.image.shape
        keys.add(one.region_map.key)
    assert len(keys) == 2


def test_what_nobody_looks_at_any_more_is_given_up(session, question):
    run(question, Reading("absolute", "pixels"), [GRADIENT, SMOOTH])
    smooth = next(job for place, job in session.held.items() if SMOOTH in place)
    run(question, Reading("absolute", "pixels"), [GRADIENT])
    assert smooth.done
    assert not any(SMOOTH in place for place in session.held)


def test_a_cancelled_map_says_so_and_is_not_asked_for_again(session, question):
    smooth = ESTIMATORS["smoothgrad"](samples=150)
    run(question, Reading("absolute", "pixels"), [smooth])
    for job in session.held.values():
        job.cancel()
    (one,) = run(question, Reading("absolute", "pixels"), [smooth]).compared
    assert one.job.state == "cancelled"
    assert one.score("dice").why == "The map was cancelled."


def test_the_way_to_another_slice_is_clear_before_the_model_is_asked(
    session, question, backend, two_phantoms
):
    run(question, Reading("absolute", "pixels"), [ESTIMATORS["smoothgrad"](samples=150)])
    elsewhere = list(session.held.values())
    image = backend.case(two_phantoms[1]).slice(0)
    answer = Held().prediction(image, question.model_id)
    assert all(job.done for job in elsewhere)
    assert answer.result(60).model_id == question.model_id
