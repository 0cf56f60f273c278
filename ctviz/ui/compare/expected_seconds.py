"""How long maps will take, said before they are begun; the longest wait for a click."""

from collections.abc import Hashable, Sequence

from ctviz.backend import Question
from ctviz.estimators import Estimator
from ctviz.ui.service import backend
from ctviz.ui.session import session

WORTH_SAYING = 5.0
"""Seconds from which on a pane says how long its map takes."""
TOO_LONG = 30.0
"""Seconds from which on a map waits for a click, so that scrolling starts no long work."""


def expected_seconds(model_id: str | None, estimators: Sequence[Estimator]) -> float | None:
    """Return how long the maps of one slice take together; None while that was not measured."""
    if model_id is None or not estimators:
        return None
    estimate = backend().estimate(model_id, estimators)
    return None if estimate is None else estimate.seconds


def waits_for_a_click(question: Question, estimator: Estimator) -> bool:
    """Whether a map takes so long that it is not begun before the reader says so."""
    if _place(estimator.name) in session().released:
        return False
    seconds = expected_seconds(question.model_id, [estimator])
    return (
        seconds is not None and seconds > TOO_LONG and not backend().knows_map(question, estimator)
    )


def release(estimator: str) -> None:
    """Let an estimator begin on what is on the screen, however long it takes."""
    session().released.add(_place(estimator))


def hold_back(estimator: str) -> None:
    """Let a long estimator wait again for a click."""
    session().released.discard(_place(estimator))


def _place(estimator: str) -> Hashable:
    state = session()
    return state.case, state.slice, state.model, state.target, state.rather_than, estimator
