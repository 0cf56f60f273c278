"""What a reader should know before believing what is on the screen.

In a few words on a line above the panes, in whole sentences beneath the board.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from ctviz.backend import Question
from ctviz.core import Prediction, Slice
from ctviz.core.targets import named
from ctviz.estimators import Estimator
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
    rather_than
        The class that it is explained against; None for none.
    of_neighbours
        Where the neighbouring slices that it sees are not as it was trained, in sentences.
    alike
        Titles of the chosen estimators whose map is the same for every class.
    """

    card: ModelCard
    prediction: Prediction
    target: int
    strangeness: float | None = None
    rather_than: int | None = None
    of_neighbours: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()

    def question(self, image: Slice) -> Question:
        """Return what the maps of a slice answer."""
        return Question(image, self.card.id, self.target, self.rather_than)

    @property
    def name(self) -> str:
        """What is explained, in words."""
        return named(self.prediction.classes, self.target, self.rather_than)

    @property
    def contrast(self) -> str:
        """What the maps of a contrast say, in sentences; empty for a class alone."""
        if self.rather_than is None:
            return ""
        one, other = (self.prediction.classes[k] for k in (self.target, self.rather_than))
        said = (
            f"Maps are positive where a pixel speaks more for '{one}' than for '{other}'; what "
            "speaks for both alike is left out."
        )
        return f"{said} {self._what_it_is()}{self._alike()}"

    def _what_it_is(self) -> str:
        one = self.prediction.classes[self.target]
        if self.prediction.multi_label:
            return (
                "They are findings by themselves: both may be there, or none. Fidelity "
                "follows their odds."
            )
        if len(self.prediction.classes) == 2:
            return (
                f"With two classes that is the log-odds of '{one}', which its probability "
                "is made of; the score of the class alone may also rise with that of the other."
            )
        return f"Fidelity follows the probability of '{one}' where only these two could be."

    def _alike(self) -> str:
        """Return which maps say nothing of the contrast, with a space before it; empty if none."""
        if not self.alike:
            return ""
        which = ", ".join(self.alike)
        if len(self.alike) == 1:
            said = f"The map of {which} is the same for every class and says"
        else:
            said = f"The maps of {which} are the same for every class and say"
        return f" {said} nothing of this difference."

    @property
    def among(self) -> Remark | None:
        """What it sees beside the slice; None if nothing."""
        if not self.card.sees:
            return None
        seen = (
            f"The model sees {self.card.sees}. At each place a map adds up "
            "what lies there on all of them, so that what it marks may lie on a neighbour."
        )
        sentence = " ".join((seen, *self.of_neighbours))
        short = f"sees {self.card.channels} slices"
        return Remark(
            f"{short}, not all as trained" if self.of_neighbours else short,
            sentence,
            warns=bool(self.of_neighbours),
        )

    @property
    def words(self) -> str:
        """The class, and whether it is the answer."""
        answer = "found here" if self.prediction.multi_label else "the answer"
        told = self.is_answer and self.rather_than is None
        return f"Explained: {self.name}{f', {answer}' if told else ''}."

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


def alike_of(estimators: Iterable[Estimator]) -> tuple[str, ...]:
    """Return the titles of those whose map is the same for every class."""
    return tuple(each.title for each in estimators if each.same_for_every_class)


def in_short(explained: Explained | None, notices: Sequence[Notice]) -> Answer:
    """Return the answer, which class is explained, and in a few words what there is to know."""
    if explained is None:
        return Answer("", "The model is looking at this slice …")
    meaning = [Remark("what this means", explained.contrast)] if explained.contrast else []
    caveats = [Remark(notice.short, notice.sentence, warns=True) for notice in notices]
    among = [explained.among] if explained.among else []
    return Answer(explained.answer, explained.words, [*caveats, *among, *meaning])


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
