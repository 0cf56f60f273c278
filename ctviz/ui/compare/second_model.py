"""A second model beside the first: its answer, its maps, and where both models' maps differ."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from ctviz.core import CtvizError, Prediction, Slice
from ctviz.estimators import Estimator
from ctviz.metrics import Metric
from ctviz.models import ModelCard
from ctviz.models.classifier import caveats_of_neighbours
from ctviz.ui.compare.choices import may_contrast
from ctviz.ui.compare.comparison import (
    UNDEFINED,
    ComparedMap,
    Comparison,
    MapReading,
    compare,
    written,
)
from ctviz.ui.compare.controls import trust_none
from ctviz.ui.compare.notices import Explained, alike_of, in_short
from ctviz.ui.compare.page_jobs import PageJobs
from ctviz.ui.compare.panes import AWAITED, PaneModel, asked, pane
from ctviz.ui.compare.score_jobs import Held
from ctviz.ui.compare.strangeness import strangeness_of
from ctviz.ui.compare.what_if.trying import Tried
from ctviz.ui.service import backend
from ctviz.ui.session import mirror, session, value_of, widget
from ctviz.ui.viewer import Answer, Pane, ScoreText
from ctviz.ui.viewer.contract import DIFFERENCE, SECOND

ABREAST = 3
"""Panes of each estimator: of the first model, of the second, and where they differ."""

MARKS = FIRST_MARK, SECOND_MARK = "A", "B"
APART = f"{FIRST_MARK} − {SECOND_MARK}"
NOT_EDITED = "Only the first model is asked about the edited slice."


@dataclass(frozen=True, eq=False)
class SecondLook:
    """What the second model makes of the slice, as far as it is known.

    Parameters
    ----------
    explained
        Its answer, and which class its maps explain; None until it has answered.
    comparison
        Its maps and scores.
    trouble
        Why there is nothing of it, in a sentence.
    """

    card: ModelCard
    comparison: Comparison
    explained: Explained | None = None
    trouble: str = ""


@dataclass(frozen=True, eq=False)
class AskedOfBoth:
    """What is asked of a second model: the same as of the first.

    Parameters
    ----------
    held
        What agreement is measured against.
    spare
        Whether all is known of the first, and there is time for what nobody waits for.
    """

    estimators: Sequence[Estimator]
    metrics: Sequence[Metric]
    held: Held
    spare: bool


def choose_second_model() -> None:
    """Let the reader choose a second model."""
    state, key = session(), widget("second")
    shelf = backend().models()
    others = [model_id for model_id in shelf if model_id != state.model]

    def choose() -> None:
        state.second = str(value_of(key) or "")

    st.selectbox(
        "Compare with a second model",
        ["", *others],
        format_func=lambda model_id: shelf[model_id].title if model_id else "no second model",
        **mirror(key, state.second if state.second in others else "", choose),
        help="Each estimator then has three pictures: the first model's map (A), the second's (B), "
        "and where they differ. The second explains the class of the same name, if it has one. "
        "What you try under What if? and take along as DICOM is of the first.",
    )


def second_card(first: ModelCard) -> ModelCard | None:
    """Return the second model; None if none was chosen, or it is gone."""
    shelf, chosen = backend().models(), session().second
    return shelf[chosen] if chosen in shelf and chosen != first.id else None


def waiting_for(
    card: ModelCard, estimators: Sequence[Estimator], metrics: Sequence[Metric]
) -> SecondLook:
    """Return a second look while nothing is known."""
    maps = tuple(map(ComparedMap, estimators))
    return SecondLook(card, Comparison(maps, "the second model …", tuple(metrics)))


def look_again(
    page_jobs: PageJobs, card: ModelCard, image: Slice, first: Explained, how: AskedOfBoth
) -> SecondLook:
    """Return what is known of a second model's answer and maps, and ask for what is missing.

    Parameters
    ----------
    first
        What the first model answers, and which class its maps explain.
    """
    nothing = waiting_for(card, how.estimators, how.metrics)
    try:
        answer = page_jobs.prediction(image, card.id)
        if not answer.done:
            return nothing
        prediction = answer.result(0)
        target = _same_class(first, first.target, prediction)
        target = prediction.target if target is None else target
        against = _same_class(first, first.rather_than, prediction) if may_contrast(card) else None
        strangeness = strangeness_of(page_jobs, image, card)
        explained = Explained(
            *(card, prediction, target, strangeness, None if against == target else against),
            of_neighbours=caveats_of_neighbours(image, card),
            alike=alike_of(how.estimators),
        )
        state = session()
        reading = MapReading(state.sign, state.unit, tuple(how.metrics), checks=how.spare)
        question = explained.question(image)
        comparison = compare(page_jobs, question, how.estimators, reading, how.held)
    except CtvizError as error:
        return SecondLook(card, Comparison((), ""), trouble=str(error))
    return SecondLook(card, comparison, explained)


def _same_class(first: Explained, index: int | None, prediction: Prediction) -> int | None:
    """Return the class that has the name of one of the first model's; None if there is none."""
    name = None if index is None else first.prediction.classes[index]
    return prediction.classes.index(name) if name in prediction.classes else None


def panes_of_both(
    first: ModelCard, comparison: Comparison, second: SecondLook, tried: Tried | None
) -> list[Pane]:
    """Return the panes of each estimator: three side by side, or the first model's alone."""
    one = PaneModel(first, asked(), FIRST_MARK, first.title)
    # Which class the second explains follows from the first.
    two = PaneModel(second.card, (first.id, asked()), SECOND_MARK, second.card.title, SECOND)
    ours = [pane(each, comparison, tried, one) for each in comparison.compared]
    if second.trouble:
        return ours
    theirs = [pane(each, second.comparison, None, two) for each in second.comparison.compared]
    return [made for a, b in zip(ours, theirs, strict=True) for made in _three(a, b)]


def _three(ours: Pane, theirs: Pane) -> Iterator[Pane]:
    """Yield the panes of both models, and that of their difference."""
    yield ours
    yield replace(theirs, edited_note=NOT_EDITED)
    yield replace(
        ours,
        id=f"{ours.id}{DIFFERENCE}",
        model=APART,
        model_title="",
        apart=(ours.id, theirs.id),
        help="Where the first model's map (A) is higher, and where the second's (B): each in "
        "shares of what full colour stands for in its own picture.",
        maps={},
        state="ready",
        message="",
        seconds=None,
        scores=_apart(ours.scores, theirs.scores),
        badge=None,
        gap=None,
        beside=None,
        stronger={},
        half_widths={},
        chance="",
        interval="",
        edited="",
        edited_note=NOT_EDITED,
    )


def _apart(ours: Sequence[ScoreText], theirs: Sequence[ScoreText]) -> list[ScoreText]:
    """Return how far the scores of both models' maps are from each other."""
    others = {score.id: score for score in theirs}
    return [_difference(score, others[score.id]) for score in ours if score.id in others]


def _difference(ours: ScoreText, theirs: ScoreText) -> ScoreText:
    a, b = _number(ours.text), _number(theirs.text)
    if a is not None and b is not None:
        why, text = "", f"{'+' if a > b else ''}{written(a - b)}"
    elif AWAITED in {ours.text, theirs.text}:
        why, text = "Being computed.", AWAITED
    else:
        why, text = "One of both maps has no such score.", UNDEFINED
    both = f"{FIRST_MARK} {ours.text}, {SECOND_MARK} {theirs.text}"
    words = f"{both}: the first model's score minus the second's."
    return ScoreText(ours.id, ours.title, text, why, ours.better, help=words)


def _number(text: str) -> float | None:
    """Return a score as it is read, None where there is none."""
    try:
        return float(text.replace("−", "-"))
    except ValueError:
        return None


def answers_of_both(
    card: ModelCard, answer: Answer | None, second: SecondLook, against: str
) -> tuple[Answer | None, Answer]:
    """Return both models' answers, each with its name."""
    beaten = trust_none(second.comparison, against)
    notices = second.explained.notices(beaten) if second.explained is not None else ()
    theirs = in_short(second.explained, notices)
    if second.trouble:
        theirs = Answer("", second.trouble)
    ours = None if answer is None else _by(FIRST_MARK, card, answer)
    return ours, _by(SECOND_MARK, second.card, theirs)


def _by(mark: str, card: ModelCard, answer: Answer) -> Answer:
    return replace(answer, text=f"{mark} {card.title}: {answer.text}")
