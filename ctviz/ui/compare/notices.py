"""What a reader should know before believing what is on the screen.

In a few words on a line above the panes, in whole sentences beneath the board.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from ctviz.core import Prediction
from ctviz.models import ModelCard
from ctviz.ui.viewer import Answer, Remark
from ctviz.ui.widgets.plain_text import plain

MOST_CLASSES = 4
"""Of more classes than this, not all are told on one line."""


@dataclass(frozen=True)
class Notice:
    """One thing to know.

    Parameters
    ----------
    short
        In a few words.
    sentence
        What it means, and what to do.
    """

    short: str
    sentence: str
    icon: str = ":material/warning:"


@dataclass(frozen=True, eq=False)
class Explained:
    """What a model answers for a slice, and which class the maps explain.

    Parameters
    ----------
    strangeness
        How unlike the slice is to what the model has learnt from; None where that is not known.
    """

    card: ModelCard
    prediction: Prediction
    target: int
    strangeness: float | None = None

    @property
    def words(self) -> str:
        """The class, and whether it is the answer."""
        name = self.prediction.classes[self.target]
        answer = "found here" if self.prediction.multi_label else "the answer"
        return f"Explained: {name}{f', {answer}' if self.is_answer else ''}."

    @property
    def answer(self) -> str:
        """How probable each class is, in the model's order; of many the most probable.

        Of several findings those that are found stand first.
        """
        prediction = self.prediction
        odds = prediction.probabilities
        told = sorted(np.argsort(-odds, kind="stable")[:MOST_CLASSES])
        if not prediction.multi_label:
            return self._told(told)
        found = [index for index in told if index in prediction.found]
        others = self._told([index for index in told if index not in prediction.found])
        more = len(prediction.found) - len(found)
        return " · ".join(
            [
                f"Found: {self._told(found) or 'nothing'}" + (f" and {more} more" if more else ""),
                *([f"not {others}"] if others else []),
            ]
        )

    def _told(self, indices: Sequence[int]) -> str:
        classes, odds = self.prediction.classes, self.prediction.probabilities
        return " · ".join(f"{classes[index]} {odds[index]:.2f}" for index in indices)

    @property
    def is_answer(self) -> bool:
        """Whether the class that is explained is the answer, or one of the findings."""
        return self.target in self.prediction.found

    def notices(self, beaten: Sequence[str]) -> tuple[Notice, ...]:
        """Return what is to be known, the most important first.

        Parameters
        ----------
        beaten
            On which questions a control wins, a sentence each.
        """
        found = (
            _strange(self),
            _another_class(self),
            _wrong_on_purpose(self.card),
            _a_control_wins(beaten),
        )
        return tuple(notice for notices in found for notice in notices)


def in_short(explained: Explained | None, notices: Sequence[Notice]) -> Answer:
    """Return the answer, which class is explained, and in a few words what there is to know."""
    if explained is None:
        return Answer("", "The model is looking at this slice …")
    caveats = [Remark(notice.short, notice.sentence, warns=True) for notice in notices]
    return Answer(explained.answer, explained.words, caveats)


def say_in_full(notices: Sequence[Notice]) -> None:
    """Show each in a sentence."""
    for notice in notices:
        st.warning(plain(notice.sentence), icon=notice.icon)


def _strange(explained: Explained) -> Iterator[Notice]:
    familiarity = explained.card.familiarity
    if familiarity and (sentence := familiarity.warning(explained.strangeness)):
        yield Notice("unlike the training", sentence)


def _another_class(explained: Explained) -> Iterator[Notice]:
    if explained.is_answer:
        return
    if explained.prediction.multi_label:
        name = explained.prediction.classes[explained.target]
        share = explained.prediction.probabilities[explained.target]
        yield Notice(
            "not found here",
            f"The maps explain '{name}', which the model does not find on this slice "
            f"({share:.2f}): they show what little speaks for it.",
            ":material/alt_route:",
        )
    else:
        name, answer = explained.prediction.classes[explained.target], explained.prediction.label
        yield Notice(
            "not the answer",
            f"The maps explain '{name}', but the answer for this slice is '{answer}'. Choose "
            "'explain: the answer' to follow it.",
            ":material/alt_route:",
        )


def _wrong_on_purpose(card: ModelCard) -> Iterator[Notice]:
    if card.wrong_on_purpose:
        yield Notice("this model is wrong on purpose", card.wrong_on_purpose)


def _a_control_wins(beaten: Sequence[str]) -> Iterator[Notice]:
    if beaten:
        yield Notice("trust none: a control wins", " ".join(beaten))
